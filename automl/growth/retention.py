"""What stays in a library: subroutines that later stop paying are demoted. They stay for the programs that name them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from library.compression.stitch_code import body_symbols, symbols
from library.promotion import Rule, Service, review
from library.records import FoundBy, Run, StoreError, Subroutine, Use
from library.rules import former_names
from library.store import AbstractStore
from library.vocabulary import Vocabulary, pinned_name
from primitives.definitions import expand
from primitives.syntax import parse
from primitives.term import Term, Word, map_words, show_canonical, words_in

from ..evaluation.model import Model
from ..study.reuse.parts import is_part
from ..tasks.task import Task
from .clock import EQUIVALENCE, TimeAllowance
from .compression_step import LEAST
from .equivalence import COUNT, Sample, equal_words
from .journal import is_growth
from .snapshot import LibrarySnapshot

logger = logging.getLogger(__name__)


def demote_unused(
    store: AbstractStore, rule: Rule | None = None, snapshot: LibrarySnapshot | None = None
) -> dict[str, tuple[str, ...]]:
    """Demote the subroutines that compression found, and parts of nets, that no longer serve, by ``promotion.review``; their names with the
    reasons.

    Words that others are made with stay while those do: a later call comes to them. What people imported or trained is left alone.
    """
    snapshot = snapshot or LibrarySnapshot(store)
    vocabulary = snapshot.vocabulary
    kinds = (FoundBy.COMPRESSION, FoundBy.PART)
    found = [each for each in vocabulary.active if each.provenance.get("found_by") in kinds]
    if not found:
        return {}
    programs = [solved.term for solved in snapshot.best.values()]
    known = store.runs(unreadable=lambda run, error: logger.warning("run=%r is left out: %s", run, error))
    runs = [run for run in known if not is_growth(run)]
    demoted = {}
    for each in found:
        decision = review(service(store, vocabulary, each, programs, runs), rule or Rule())
        if decision.promote:
            continue
        try:
            store.demote(each.name, {"reasons": list(decision.reasons)})
        except StoreError as gone:  # another growth with this store was first
            logger.info("%s", gone)
            continue
        logger.info("demoted %s: %s", each.name, "; ".join(decision.reasons))
        demoted[each.name] = decision.reasons
    return demoted


def service(
    store: AbstractStore, vocabulary: Vocabulary, record: Subroutine, programs: Sequence[Term], runs: Sequence[Run]
) -> Service:
    """What a subroutine did since it was promoted last. ``programs`` are the best of each task, ``runs`` the studies of tasks."""
    changes = (change for name in (record.name, *former_names(record)) for change in store.history(name))
    promoted = max(
        (c.time for c in changes if c.digest == record.digest and c.action in ("promoted", "imported")), default=0.0
    )
    started = {run.id: run.started for run in runs}
    used = max((started.get(use.run, 0.0) for use in store.uses(record.digest)), default=0.0)
    dependents = sum(
        record.digest in {each.digest for each in vocabulary.subroutines_in(parse(other.body))}
        for other in vocabulary.records
        if other.state == "active" and other.digest != record.digest
    )
    return Service(
        len({run.task for run in runs if run.started > promoted}),
        len({run.task for run in runs if run.started > max(promoted, used)}),
        None if is_part(record) else saves(record, vocabulary, programs),  # what a part saves is training
        dependents,
    )


def saves(record: Subroutine, vocabulary: Vocabulary, programs: Sequence[Term]) -> float:
    """By how many symbols the programs would be longer without the subroutine, its own body counted once, but for the
    parameters."""
    words = vocabulary.all_words
    names = {record.name, pinned_name(record)}
    mine: Mapping = {name: words[name] for name in names if name in words}
    total = 0
    for term in programs:
        if names & {word.name for word in words_in(term)}:
            total += symbols(expand(term, mine), words) - symbols(term, words)
    return float(total - body_symbols(parse(record.body, words), words))


def merge_equal_words(
    store: AbstractStore,
    tasks: Iterable[Task] = (),
    allowance: TimeAllowance | None = None,
    snapshot: LibrarySnapshot | None = None,
) -> list[Subroutine]:
    """Of active words that are the same function demote, among those on trial or found by compression, all but the one that
    saves most symbols, then the shortest; returns the demoted. Programs that named them name the one that is left, where the task is
    among ``tasks`` and its examples are met as before."""
    by_name = {task.name: task for task in tasks}
    snapshot = snapshot or LibrarySnapshot(store)
    vocabulary = snapshot.vocabulary
    words = vocabulary.all_words
    records = {each.name: each for each in vocabulary.active}
    allowance = allowance or TimeAllowance()
    with allowance.clock.doing(EQUIVALENCE):
        groups = equal_words(snapshot.active, Sample(by_name.values()), words, allowance.deadline(LEAST))
    programs = [solved.term for solved in snapshot.best.values()] if groups else []

    def worth(name: str) -> tuple[bool, float, int]:
        made = records[name].provenance.get("found_by") not in (FoundBy.TRIAL, FoundBy.COMPRESSION)
        return made, saves(records[name], vocabulary, programs), -symbols(snapshot.active[name].body, words)

    left: dict[str, str] = {}
    for group in groups:
        kept = max(group, key=worth)
        left |= {name: kept for name in group if name != kept and not worth(name)[0]}
    with store.batch():
        _rename(store, snapshot, left, by_name)
        reasons = {name: [f"it is the same function as {kept}, by {COUNT} inputs"] for name, kept in left.items()}
        return [store.demote(name, {"reasons": why, "twin": left[name]}) for name, why in reasons.items()]


def _rename(
    store: AbstractStore, snapshot: LibrarySnapshot, names: Mapping[str, str], tasks: Mapping[str, Task]
) -> None:
    """Keep the best programs with other words for some, where that changes nothing on what searches see of their tasks."""
    vocabulary = snapshot.vocabulary
    words = vocabulary.all_words
    for task, solved in snapshot.best.items() if names else ():
        term = map_words(solved.term, lambda word: Word(names.get(word.name, word.name), word.settings, word.site))
        if term == solved.term or task not in tasks:
            continue
        data = tasks[task].data
        scores = data.score(Model(term, data.type, vocabulary, {}).outputs(data.train), data.train)
        if data.is_solved(scores):
            text, expanded = show_canonical(vocabulary.pin(term)), show_canonical(expand(term, words))
            store.add_solution(replace(solved.solution, term=text, expanded=expanded))
            uses = [Use(record.digest, task, solved.solution.run) for record in vocabulary.subroutines_in(term)]
            store.add_uses(uses)
