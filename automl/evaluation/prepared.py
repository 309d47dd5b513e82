"""What an evaluation works with and what it gives: the context of a worker, read once, and the record of a candidate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, NotRequired, Required, TypedDict

import numpy as np

from library.records import Subroutine
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.definitions import Definition
from primitives.interpreter.interpret import Fuel
from primitives.morphing.transfer import Transfer
from search.bounds import UNBOUNDED, Bounds

from ..tasks.data import ProblemData

if TYPE_CHECKING:
    import torch


class StartWeights(TypedDict):
    """Weights to start from: ``blobs`` are safetensors by digest; ``sites`` maps a site to a digest and the site that it has there,
    ``transfer`` to the steps by which it is made from that; ``shrink`` is by what inherited weights are multiplied."""

    blobs: Mapping[str, bytes]
    sites: Mapping[str, Sequence[str]]
    transfer: NotRequired[Transfer]
    shrink: NotRequired[float]


def start_weights(
    info: Mapping[str, Any], name_of: Callable[[int], str | None], read: Callable[[str], bytes]
) -> StartWeights | None:
    """What a proposal's net starts from, as it is sent to a worker; None: from new weights.

    info: of the proposal.
    name_of: the name of an ask's weights, None where it has none.
    read: gives the safetensors that have a name.
    """
    blobs: dict[str, bytes] = {}
    sites: dict[str, list[str]] = {}
    for site, (ask, there) in dict(info.get("inherit") or {}).items():
        name = name_of(int(ask))
        if name is None:
            continue
        if name not in blobs:
            blobs[name] = read(name)
        sites[str(site)] = [name, str(there)]
    if not sites:
        return None
    start: StartWeights = {"blobs": blobs, "sites": sites}
    if "transfer" in info:
        start["transfer"] = info["transfer"]
    if "shrink" in info:
        start["shrink"] = float(info["shrink"])
    return start


class CandidateOrder(TypedDict, total=False):
    """What is asked for one candidate: to train it for ``epochs`` (None: what suits the data; 0: not at all) within ``seconds`` (None: no
    limit) in the ``phase`` explore (the default), refine or final, with ``settings`` of the trainer that go before those of the phase, and
    scored on ``validation_cases`` of the validation part (None: all; what has nothing to train is scored on all). ``trained`` is the text
    of a program with the same sites that is trained and scored in its place, which then has its weights. ``threads`` are those of its
    training (default: those of the worker)."""

    term: Required[str]
    trained: str
    seed: int
    threads: int
    epochs: int | None
    phase: str
    seconds: float | None
    start: StartWeights
    settings: Mapping[str, object]
    validation_cases: int | None


class WorkerContext(TypedDict, total=False):
    """What a worker needs once: ``data`` as ``ProblemData.payload`` gives it, ``subroutines`` as records' dictionaries, ``weights``
    as safetensors by digest, settings of the ``trainer``, the ``storage`` folder of ``remember`` (None: none), the fields of ``bounds``
    on what a candidate may need."""

    data: Required[tuple[str, dict[str, np.ndarray]]]
    subroutines: list[dict[str, object]]
    weights: dict[str, bytes]
    trainer: dict[str, object]
    storage: str | None
    bounds: dict[str, Any]


@dataclass(frozen=True)
class Evaluated:
    """What evaluation found: ``outcome`` is ok or a Failure's kind; ``weights`` are safetensors bytes."""

    outcome: str
    scores: dict[str, float] = field(default_factory=dict)
    cases: list[float] | None = None
    parameters: int = 0
    weights: bytes | None = None
    seconds: float = 0.0
    detail: str = ""
    history: list[dict[str, object]] = field(default_factory=list)
    complete: bool = True
    """False where a deadline cut training short: another run may get further, so the result is no one else's."""

    __repr__ = brief_repr


class Prepared:
    """A worker's side of a context: task data, words and library weights, read once."""

    def __init__(self, context: WorkerContext) -> None:
        self.data = ProblemData.from_payload(*context["data"])
        records = [Subroutine.from_dict(record) for record in context.get("subroutines", ())]
        self.vocabulary = Vocabulary(records, context.get("weights", {}))
        self.words = self.vocabulary.all_words
        self.trainer: dict[str, Any] = dict(context.get("trainer", {}))
        self.fuel = Fuel()
        self.storage = context.get("storage")
        self.bounds = Bounds(**context.get("bounds", {}))
        self._library: dict[str, torch.Tensor] | None = None
        self._fewer: dict[int, ProblemData] = {}

    def data_for(self, candidate: CandidateOrder) -> ProblemData:
        """The data for a candidate: all, or all with so many validation cases as it is scored on, always the same ones."""
        most = candidate.get("validation_cases")
        if most is None or len(self.data.validation) <= most:
            return self.data
        if most not in self._fewer:
            rows = np.random.Generator(np.random.PCG64(most)).permutation(len(self.data.validation))[:most]
            self._fewer[most] = replace(self.data, validation=self.data.validation.take(np.sort(rows)))
        return self._fewer[most]

    @property
    def library_weights(self) -> dict[str, torch.Tensor]:
        """``name@digest.site.parameter`` to tensor, for all subroutines that have weights."""
        if self._library is None:
            self._library = library_weights(self.vocabulary)
        return self._library


def library_weights(vocabulary: Vocabulary, sites: Iterable[str] | None = None) -> dict[str, torch.Tensor]:
    """The weights of subroutines under the sites that ``expand`` gives to shared uses: of those that ``sites`` are of, or all.

    Raises StoreError where weights that are asked for cannot be read.
    """
    found: dict[str, torch.Tensor] = {}
    wanted = None if sites is None else tuple(sites)
    for word in vocabulary.all_words.values():
        if isinstance(word, Definition) and (
            wanted is None or any(site.startswith(f"{word.prefix}.") for site in wanted)
        ):
            found.update(word.tensors)
    return found


def context_of(
    data: ProblemData, vocabulary: Vocabulary, trainer: Mapping[str, object] | None = None, storage: str | None = None,
    words: Iterable[str] | None = None, bounds: Bounds = UNBOUNDED,
) -> WorkerContext:  # fmt: skip
    """The plain data that workers need once, with the weights of the ``words`` that candidates are made of (None: of all), and the
    ``bounds`` on what these may need."""
    needed = vocabulary.weights if words is None else vocabulary.weights_of(words)
    return {
        "data": data.payload(),
        "subroutines": [record.to_dict() for record in vocabulary.records],
        "weights": {digest: vocabulary.weights[digest] for digest in needed},
        "trainer": dict(trainer or {}),
        "storage": storage,
        "bounds": asdict(bounds),
    }
