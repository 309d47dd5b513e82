"""Parts of a net that was promoted become words too: a prefix that serves as features, with the net's own weights, and a block that
repeats in it, which starts afresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from library.compression.abstraction import new_subroutine
from library.compression.cutting import Cut, feature_cuts, repeated_block
from library.compression.naming import describe, hinted, name_of
from library.promotion import PartEvidence, Rule, Verdict, part_verdict
from library.records import FoundBy, Subroutine, Use
from library.store import AbstractStore
from library.vocabulary import Vocabulary, pinned_name
from library.weights.blobs import StoredWeights
from primitives.definitions import expand
from primitives.inference import infer
from primitives.syntax import show
from primitives.term import Term, sites_of
from primitives.types import Scheme, TensorType, Type, arguments_of, function

from ...evaluation.model import Model
from ...evaluation.prepared import library_weights
from ...tasks.cases.parts import Part
from ...tasks.metrics import CLASSES, NUMBERS
from ...tasks.task import Task
from .measures import indicators, ridge_answers

if TYPE_CHECKING:
    import torch

CASES = 500
"""Cases of the train part that a linear answer is fitted to, and of the validation part that it is scored on, at most."""
FEATURES = 2
"""Prefixes of one net that become words, at most: the nearest to its answer first."""
NET, NAMED = "_net", "_features"


def is_part(record: Subroutine) -> bool:
    """Whether a subroutine is a part of a trained net.

    record: of the library.
    """
    return record.provenance.get("found_by") == FoundBy.PART


def width_of(type: Type) -> int:
    """How many numbers features of a ground type have.

    type: from a tensor to a vector.
    """
    _, result = arguments_of(type)
    assert isinstance(result, TensorType) and isinstance(result.shape[0], int), type
    return result.shape[0]


def promote_parts(
    store: AbstractStore, task: Task, net: Subroutine, seconds: float, rule: Rule | None = None
) -> tuple[list[Subroutine], dict[str, Verdict]]:
    """The parts of a net that became words, and what was decided of each, by the name that it has or would have.

    store: whose library has the net.
    task: that the net was trained for.
    net: its record, as it was promoted; the parts have its weights by their digest, so that these are stored once.
    seconds: what finding and training it took: what a later task saves that uses its features.
    rule: the bounds (default: Rule()).

    Features are words ``<task>_features``, from the net's input to a vector, frozen where they are used unless a program says otherwise.
    Parts of an earlier net of the same name are demoted.
    """
    rule = rule or Rule()
    cutting = _Cutting.of(store, task, net)
    found: list[Subroutine] = []
    verdicts: dict[str, Verdict] = {}
    base = net.name.removesuffix(NET) + NAMED
    for cut in cutting.cuts:
        if len(found) == FEATURES:
            break
        name = base if not found else f"{base}_{len(found) + 1}"
        evidence = cutting.evidence(cut, rule.width)
        verdicts[name] = part_verdict(evidence, rule)
        if verdicts[name].promote:
            found.append(cutting.features(name, cut, evidence.probe, seconds))
    block = repeated_block(cutting.body, cutting.words, rule.words)
    if block is not None:
        record = cutting.block(block, store.names())
        verdicts[record.name] = Verdict(True, (f"it occurs more than once in {net.name}",))
        found.append(record)
    return _promoted(store, net, found, verdicts), verdicts


def _promoted(
    store: AbstractStore, net: Subroutine, found: list[Subroutine], verdicts: Mapping[str, Verdict]
) -> list[Subroutine]:
    with store.batch():
        known = {record.digest for record in store.subroutines()}
        new = [record for record in found if record.digest not in known]
        taken = {record.name: record for record in store.subroutines()}
        outdated = {name for name, each in taken.items() if is_part(each) and each.provenance["part_of"] == net.name}
        new = [each for each in new if each.name not in taken or each.name in outdated]
        for name in sorted(outdated):
            if taken[name].digest not in {record.digest for record in found}:
                store.demote(name, {"reasons": [f"it is part of a {net.name} that was replaced"]})
        uses = [Use(record.digest, task, "") for record in new for task in record.provenance["tasks"]]
        store.promote(new, uses, {each.name: {"reasons": list(verdicts[each.name].reasons)} for each in new})
    return new


@dataclass(frozen=True)
class _Cutting:
    """A promoted net with what it takes to judge its parts."""

    task: Task
    net: Subroutine
    vocabulary: Vocabulary
    body: Term
    weights: Mapping[str, torch.Tensor]

    @classmethod
    def of(cls, store: AbstractStore, task: Task, net: Subroutine) -> _Cutting:
        records = list(store.subroutines(state=None))
        vocabulary = Vocabulary(
            records, StoredWeights(store.blobs, [r.weights for r in records if r.weights]), strict=False
        )
        body = vocabulary.read(net.body)
        shared = library_weights(vocabulary, sites_of(expand(body, vocabulary.all_words)))
        own = store.blobs.get(net.weights) if net.weights is not None else {}
        return cls(task, net, vocabulary, body, {**shared, **own})

    @property
    def words(self) -> Mapping:
        return self.vocabulary.all_words

    @property
    def cuts(self) -> tuple[Cut, ...]:
        types, _ = arguments_of(self.task.type)
        if len(types) != 1 or self.task.data.target not in (CLASSES, NUMBERS):
            return ()
        return feature_cuts(self.body, self.task.type, self.words)

    def evidence(self, cut: Cut, most: int) -> PartEvidence:
        """What the features are worth on the net's own task; where they are wider than ``most``, nothing is measured."""
        data = self.task.data
        width = width_of(cut.type)
        if width > most:
            return PartEvidence(0.0, 0.0, 0.0, width, data.direction)
        train, validation = _some(data.train), _some(data.validation)
        _, result = arguments_of(data.type)
        rest = function(arguments_of(cut.type)[1], result)
        seen, new = (self._outputs(cut.prefix, cut.type, part) for part in (train, validation))
        whole = self._outputs(self.body, data.type, validation)
        after = Model(cut.rest, rest, self.vocabulary, self.weights).module(_tensor(new)).detach().numpy()
        score = float(data.score(_tensor(whole), validation).get(data.metric, float("nan")))
        answers = ridge_answers(seen, self._wanted(train, whole.shape[1]), new)
        probe = float(data.score(_tensor(answers), validation).get(data.metric, float("nan")))
        difference = float(np.abs(after - whole).max() / max(1.0, float(np.abs(whole).max())))
        return PartEvidence(score, probe, difference, width, data.direction)

    def _outputs(self, term: Term, type: Type, part: Part) -> np.ndarray:
        outputs = Model(term, type, self.vocabulary, self.weights).outputs(part)
        return np.asarray(outputs)

    def _wanted(self, part: Part, width: int) -> np.ndarray:
        targets = np.asarray(part.targets)
        return indicators(targets, width) if self.task.data.target == CLASSES else targets.reshape(len(targets), -1)

    def features(self, name: str, cut: Cut, probe: float, seconds: float) -> Subroutine:
        """A prefix as a word: it has the blob of the net, and its sites the names that they have there."""
        pinned = self.vocabulary.pin(cut.prefix)
        scheme = Scheme(cut.type, {})
        shown = " ".join(show(hinted(cut.prefix, scheme), width=10_000).split())
        return self._record(
            name,
            pinned,
            scheme,
            self.net.weights,
            f"{scheme}, features that were trained on {self.task.name}: {shown[:120]}",
            {"probe": probe, "cases": len(self.task.data.train), "seconds": round(seconds, 3), "saved_in": "seconds"},
        )

    def block(self, block: Term, taken: frozenset[str] | set[str]) -> Subroutine:
        """A block as a word without weights, named by its words."""
        scheme = infer(block, self.words).scheme
        name = name_of(block, {*taken, *self.words}, self.words)
        return self._record(name, self.vocabulary.pin(block), scheme, None, describe(block, scheme), {})

    def _record(
        self, name: str, pinned: Term, scheme: Scheme, weights: str | None, description: str, evidence: Mapping[str, object]
    ) -> Subroutine:  # fmt: skip
        given = self.net.provenance
        provenance = {
            "found_by": FoundBy.PART,
            "part_of": self.net.name,
            "net": pinned_name(self.net),
            "tasks": [self.task.name],
            "runs": list(given.get("runs", ())),
            "metric": given.get("metric"),
            "score": given.get("score"),
            "preprocessing": given.get("preprocessing"),
            **evidence,
        }
        return new_subroutine(name, pinned, scheme, self.words, provenance, description, weights)


def _some(part: Part) -> Part:
    """At most CASES of a part's cases, always the same ones."""
    if len(part) <= CASES:
        return part
    return part.take(np.sort(np.random.default_rng(0).permutation(len(part))[:CASES]))


def _tensor(array: np.ndarray) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.asarray(array, np.float32))
