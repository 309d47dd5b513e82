"""The blocks of a trained baseline as words of a library, so that searches can build with them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from library.compression.compress import kind_of
from library.promotion import Rule
from library.records import FoundBy, Subroutine
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.definitions import Definition, expand
from primitives.inference import IllTyped, Inference, infer
from primitives.syntax import show
from primitives.term import Term, Word, canonical, map_words, renumber_sites, show_canonical, sites_of
from primitives.types import DimensionVariable, TensorType, Type, TypeVariable, arguments_of, function

from ..errors import TaskError
from ..evaluation.model import Model
from ..evaluation.prepared import library_weights
from ..tasks.task import Task
from .bench import Bench, Order
from .declaration import Baseline
from .results import Places, read_results

TRAINED = "_trained"


@dataclass(frozen=True)
class BaselineBlock:
    """A definition where it first stands in the program: ``site`` there, its ``body`` written out with sites from 1,
    and its ``type`` there."""

    name: str
    site: str
    body: Term
    type: Type


def promote_run(order: Order, places: Places, store: AbstractStore) -> list[Subroutine]:
    """``promote_blocks`` of the best stored run, by validation, among the seeds of ``order``. Raises TaskError."""
    bench = Bench(order, places, lambda row: None)
    found = read_results(bench.path)
    runs = [run for run in (found or {}).get("runs", ()) if run["seed"] in order.seeds]
    if not runs:
        raise TaskError(f"baseline={order.baseline.id!r}: no stored run of these seeds; run it first")
    best = max(runs, key=lambda run: run["validation_score"])
    model = Model.load(bench.folder(best["seed"]))
    return promote_blocks(store, order.baseline, order.protocol, bench.task, model, best["validation_score"])


def promote_blocks(
    store: AbstractStore, baseline: Baseline, protocol: str, task: Task, model: Model, score: float
) -> list[Subroutine]:
    """Make every definition of the baseline that has weights two words: ``<name>``, its structure alone, which starts
    afresh wherever it stands, and ``<name>_trained``, with its trained weights, frozen unless a program says otherwise,
    for inputs with as many maps as it was trained on.

    ``model`` is the trained net, ``score`` its own on validation data, which it must have again with the frozen words
    in the place of the blocks. Words that the library has already, with the same text and weights, are left out.
    Raises TaskError where another word has a block's name, or where the score is another.
    """
    blocks = find_blocks(baseline, protocol, task)
    if not blocks:
        raise TaskError(f"baseline={baseline.id!r} has no definitions with weights to promote; declare its blocks")
    origin = {"found_by": FoundBy.BASELINE, "tasks": [task.name], "baseline": baseline.id, "protocol": protocol}
    records: list[Subroutine] = []
    for block in blocks:
        records.append(_structure(block, origin))
        records.append(_trained(store, block, model.weights, {**origin, "metric": task.metric, "score": score}))
    again = _score_again(store, baseline, protocol, task, model, blocks, records)
    if not abs(again - score) <= Rule().tolerance:
        raise TaskError(
            f"baseline={baseline.id!r}: {task.metric}={again:g} with its blocks as words, {score:g} before: the same is "
            "required; train it again"
        )
    with store.batch():
        known = {record.name: record for record in store.subroutines()}
        new = [record for record in records if record.name not in known or known[record.name].digest != record.digest]
        taken = [record.name for record in new if record.name in known]
        if taken:
            raise TaskError(f"word={taken[0]!r} is in the library with another text or weights; demote it first")
        reason = f"a block of the hand-designed {baseline.id}, which does the same with it ({task.metric}={again:g})"
        store.promote(new, [], {record.name: {"reasons": [reason], "score": score, "again": again} for record in new})
    return new


def find_blocks(baseline: Baseline, protocol: str, task: Task) -> list[BaselineBlock]:
    """The definitions that stand in the program itself, have weights and lead from one tensor to another; where one
    occurs twice, its first occurrence."""
    words = baseline.words(protocol)
    term = baseline.term(protocol)
    found: dict[str, BaselineBlock] = {}
    for word, type in infer(term, words, task.type).subroutines:
        known = words[word.name]
        types, result = arguments_of(type)
        plain = len(types) == 1 and all(isinstance(each, TensorType) for each in (*types, result))
        if not isinstance(known, Definition) or not known.sited or not plain or word.name in found:
            continue
        found[word.name] = BaselineBlock(word.name, str(word.site), expand(known.body, words), type)
    return list(found.values())


def _structure(block: BaselineBlock, origin: Mapping[str, Any]) -> Subroutine:
    inference = infer(block.body, Vocabulary().all_words)
    return _record(block.name, block.body, inference, None, origin, "its structure; weights start afresh")


def _trained(
    store: AbstractStore, block: BaselineBlock, weights: Mapping[str, Any], origin: Mapping[str, Any]
) -> Subroutine:
    """The word with the block's weights. Its input has as many maps as there; height and width stay open where the
    weights leave them so."""
    own = _own_weights(block, weights)
    (given,), _ = arguments_of(block.type)
    assert isinstance(given, TensorType)
    maps, *sizes = [size for size in given.shape if isinstance(size, int)]
    assert len(sizes) == len(given.shape) - 1, "the blocks of a baseline have sizes, not variables"
    shapes = {name: tuple(tensor.shape) for name, tensor in own.items()}
    if _weights_at(block, given) != shapes:
        raise TaskError(f"word={block.name!r}: weights of other shapes than its text has; train the baseline again")
    twice = TensorType((maps, *(2 * size for size in sizes)))
    free = TensorType((maps, *(DimensionVariable(f"d{position}") for position in range(len(sizes)))))
    inference = _at(block, free if _weights_at(block, twice) == shapes else given)
    blob = store.blobs.put(_renamed(block.body, own))
    text = f"trained on {origin['tasks'][0]} as a part of {origin['baseline']}"
    return _record(f"{block.name}{TRAINED}", block.body, inference, blob, origin, text)


def _at(block: BaselineBlock, given: TensorType) -> Inference:
    return infer(block.body, Vocabulary().all_words, function(given, TypeVariable("answer")))


def _weights_at(block: BaselineBlock, given: TensorType) -> dict[str, tuple[int, ...]] | None:
    """The shapes of the weights that the block needs for such inputs; None where it does not take them."""
    try:
        sites = _at(block, given).sites
    except IllTyped:
        return None
    return {
        f"{site}.{name}": parameter.shape
        for site, found in sites.items()
        for name, parameter in {**found.parameters, **found.buffers}.items()
    }


def _own_weights(block: BaselineBlock, weights: Mapping[str, Any]) -> dict[str, Any]:
    """The block's part of the net's weights, under the sites of its body."""
    prefix = f"{block.site}."
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def _numbers(body: Term) -> dict[str, str]:
    return {site: str(number) for number, site in enumerate(sites_of(body), 1)}


def _renamed(body: Term, weights: Mapping[str, Any]) -> dict[str, Any]:
    """The weights under the sites of the renumbered body."""
    numbers = _numbers(body)
    return {f"{numbers[n.rpartition('.')[0]]}.{n.rpartition('.')[2]}": tensor for n, tensor in weights.items()}


def _record(
    name: str, body: Term, inference: Inference, blob: str | None, origin: Mapping[str, Any], text: str
) -> Subroutine:
    numbers = _numbers(body)
    body = map_words(body, lambda w: w if w.site is None else Word(w.name, w.settings, numbers[w.site]))
    return Subroutine(
        name=name,
        digest=hashlib.sha256(f"{canonical(renumber_sites(body))}\n{blob or ''}".encode()).hexdigest(),
        type=str(inference.scheme),
        kind=kind_of(body, Vocabulary().all_words),
        body=show_canonical(body),
        weights=blob,
        provenance={**origin, "expanded": show_canonical(body)},
        created=time.time(),
        description=f"{inference.scheme}, {text}, {' '.join(show(body, width=10_000).split())[:120]}",
    )


def _frozen(term: Term, sites: Collection[str], trained: Collection[str]) -> Term:
    """The term with the words that were trained frozen at these sites."""

    def word(occurrence: Word) -> Word:
        if occurrence.site in sites and occurrence.name in trained:
            return Word(f"{occurrence.name}{TRAINED}", (("use", "frozen"),), occurrence.site)
        return occurrence

    return map_words(term, word)


def _score_again(
    store: AbstractStore,
    baseline: Baseline,
    protocol: str,
    task: Task,
    model: Model,
    blocks: list[BaselineBlock],
    records: list[Subroutine],
) -> float:
    """The score on validation data of the program in which every block that was taken is its frozen word."""
    trained = {record.name.removesuffix(TRAINED): record for record in records if record.weights is not None}
    blobs = {str(record.weights): store.blobs.get_bytes(str(record.weights)) for record in trained.values()}
    vocabulary = Vocabulary(records, blobs)
    words = baseline.words(protocol)
    term = _frozen(baseline.term(protocol), {block.site for block in blocks}, trained)
    term = expand(term, {**words, **vocabulary.all_words, **{n: words[n] for n in baseline.definitions}})
    try:
        sites_now = infer(term, vocabulary.all_words, task.type).sites
    except IllTyped as error:
        raise TaskError(f"baseline={baseline.id!r}: its blocks as words do not fit it: {error}") from None
    weights = {**model.weights, **library_weights(vocabulary)}
    kept = {name: tensor for name, tensor in weights.items() if name.rpartition(".")[0] in sites_now}
    whole = replace(model, term=term, vocabulary=vocabulary, weights=kept)
    data = task.data
    return float(data.score(whole.outputs(data.validation), data.validation).get(data.metric, float("nan")))
