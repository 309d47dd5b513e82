"""Words on trial: whole programs of solved tasks, offered to later searches before a second task has shown that they are worth a name.

Compression names what two programs share; what one task alone found (how to reverse a list) can be what another cannot be solved
without. So solved programs become words, their conditions and larger numbers made parameters. In the end those stay that the program of a
task of another family has come to use, and a few of the others. What compression found within one family of tasks goes too: it would only
make searches wider.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from library.compression.abstraction import new_subroutine
from library.compression.equivalence import written_out
from library.compression.naming import describe, hinted, name_of
from library.compression.stitch_code import symbols
from library.records import FoundBy, Subroutine, Use
from library.rules import former_names
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import PURE, Primitive
from primitives.term import Lambda, Literal, Term, digest, sites_of, subterms, words_in
from primitives.types import Scheme, Type, arguments_of, is_function

from ..tasks.curriculum import Stage
from ..tasks.task import Task
from .clock import EQUIVALENCE, TimeAllowance
from .compression_step import LEAST
from .equivalence import Comparable, Sample, equal_words
from .parametrising import general
from .retention import merge_equal_words
from .snapshot import LibrarySnapshot

BELIEVED = 0.5
"""How likely right a program must be, for one task alone to put it on trial."""
TRUSTED = 0.75
"""How likely right it must be, for a word that served no other family to stay."""


@dataclass(frozen=True)
class _Candidate:
    """A program that may go on trial, and the tasks that it, or one that is the same function, solves."""

    body: Term
    scheme: Scheme
    tasks: tuple[str, ...]
    runs: tuple[str, ...]


def begin_trials(
    store: AbstractStore,
    tasks: Iterable[Task] = (),
    *,
    least: int = 9,
    most: int = 20,
    parameters: int = 3,
    count: int = 16,
    as_they_are: bool = False,
    allowance: TimeAllowance | None = None,
    snapshot: LibrarySnapshot | None = None,
) -> list[Subroutine]:
    """Make programs of solved tasks words on trial, but for those that the library has already; returns the new subroutines.

    Tried are programs of ``least`` to ``most`` symbols, with at most ``parameters`` once they are ``general``: a short one is found
    again as soon as its name, a long one is rather a coincidence of its examples. With ``as_they_are`` programs are tried before they
    are general too: harder tasks may be made of the very functions that easier ones ask for. Those that are not rather right than wrong,
    by their confidence, are left out, for one task alone speaks for each. Every word
    makes each search wider, so only ``count`` are tried: first those with a loop (a function as an argument), the shortest first; of
    programs that are the same function (``equal_words``, on inputs like those of ``tasks``) the first.
    """
    snapshot = snapshot or LibrarySnapshot(store)
    words = snapshot.vocabulary.all_words
    fresh = _fresh(snapshot, _candidates(snapshot, least, most, parameters, as_they_are))
    alike = _without_equal_words(snapshot.active, fresh, Sample(tasks), words, allowance or TimeAllowance())
    return _promoted(store, snapshot.vocabulary, list(alike)[:count])


def _fresh(snapshot: LibrarySnapshot, candidates: Iterable[_Candidate]) -> dict[str, _Candidate]:
    """The candidates that are no active word, by their text, those of one text with the tasks of all."""
    words = snapshot.vocabulary.all_words
    known = {written_out(each.body, words) for each in snapshot.active.values()}
    fresh: dict[str, _Candidate] = {}
    for each in candidates:
        text = written_out(each.body, words)
        if text in known:
            continue
        before = fresh.get(text, replace(each, tasks=(), runs=()))
        fresh[text] = replace(before, tasks=(*before.tasks, *each.tasks), runs=(*before.runs, *each.runs))
    return fresh


def _promoted(store: AbstractStore, vocabulary: Vocabulary, chosen: Sequence[_Candidate]) -> list[Subroutine]:
    """The candidates as words on trial, with the uses that they come from, in one transaction."""
    taken = {*store.names(), *vocabulary.words}
    records: list[Subroutine] = []
    evidence = {}
    for candidate in chosen:
        record = _record(candidate, vocabulary, taken)
        taken.add(record.name)
        records.append(record)
        more = [f"the programs of {', '.join(candidate.tasks)} are the same function"] if candidate.tasks[1:] else []
        evidence[record.name] = {"reasons": ["solves a task: on trial", *more]}
    with store.batch():
        promoted = store.promote(records, evidence=evidence)
        for record in promoted:
            pairs = zip(record.provenance["tasks"], record.provenance["runs"], strict=True)
            store.add_uses(Use(record.digest, task, run) for task, run in pairs)
    return list(promoted)


def _candidates(
    snapshot: LibrarySnapshot, least: int, most: int, parameters: int, as_they_are: bool
) -> Iterator[_Candidate]:
    """The programs that may be tried, in the order in which they are."""
    words = snapshot.vocabulary.all_words
    found = []
    for task, solved in snapshot.best.items():
        if solved.confidence < BELIEVED:
            continue
        for body in dict.fromkeys([solved.term] * as_they_are + [general(solved.term, words)]):
            written = expand(body, words) if as_they_are else body
            if symbols(written, words) < least or symbols(body, words) > most or not _is_plain(body, words):
                continue
            try:
                scheme = infer(body, words).scheme
            except IllTyped:
                continue
            arguments, result = arguments_of(scheme.type)
            if len(arguments) <= parameters and not is_function(result):
                found.append((*_rank(body, words), task, _Candidate(body, scheme, (task,), (solved.solution.run,))))
    return (each for *_, each in sorted(found, key=lambda row: row[:3]))


def _without_equal_words(
    active: Mapping[str, Comparable],
    fresh: Mapping[str, _Candidate],
    sample: Sample,
    words: Mapping[str, Primitive],
    allowance: TimeAllowance,
) -> Iterator[_Candidate]:
    """The candidates that are no active word's function; the first of those that are one function, with the tasks of all."""
    given = {**active, **{text: Comparable(each.body, each.scheme) for text, each in fresh.items()}}
    with allowance.clock.doing(EQUIVALENCE):
        groups = {group[0]: group for group in equal_words(given, sample, words, allowance.deadline(LEAST))}
    later = {name for group in groups.values() for name in group[1:]}
    for text, each in fresh.items():
        if text not in later:
            alike = [fresh[name] for name in groups.get(text, (text,))]
            tasks, runs = (sum((getattr(one, what) for one in alike), ()) for what in ("tasks", "runs"))
            yield replace(each, tasks=tasks, runs=runs)


def end_trials(
    store: AbstractStore,
    families: Mapping[str, str] | None = None,
    *,
    spare: int = 4,
    latest: Collection[str] = (),
    tasks: Iterable[Task] = (),
    allowance: TimeAllowance | None = None,
    snapshot: LibrarySnapshot | None = None,
) -> list[Subroutine]:
    """Demote the words, on trial or found by compression, that served tasks of one family only, and return them; the first ``spare``
    of those on trial whose programs are likely right stay, in the order in which they were tried, for tasks to come may be of other kinds.
    So do those of them that are what one of the ``latest`` tasks, by name, asked for: few tasks could use them yet. Before that words that
    are the same function become one, by ``merge_equal_words``.

    ``families`` names the family of each task (absent: the task is one of its own). A word serves the tasks whose best program names it,
    those that another word serves whose body names it, and, on trial, the task that it came from; an imported word that names it is
    reason enough. Where all solved tasks are of one family, each counts as one of its own.
    """
    snapshot, tasks = snapshot or LibrarySnapshot(store), list(tasks)
    merged = merge_equal_words(store, tasks, allowance, snapshot)
    if merged:
        snapshot = snapshot.later()
    narrow = _narrow(snapshot, families or {})
    worth = _worth_keeping(snapshot, narrow)
    new = {task.name: _arity(task.type) for task in tasks if task.name in latest}
    words = snapshot.vocabulary.all_words
    fresh = [
        each
        for each in worth
        if any(new.get(task) == _arity(words[each.name].scheme.type) for task in each.provenance["tasks"])
    ]
    stay = fresh + [each for each in worth if each not in fresh][:spare]
    reasons = ["it served the tasks of no other family"]
    return merged + [store.demote(record.name, {"reasons": reasons}) for record in narrow if record not in stay]


def _arity(type: Type) -> int:
    return len(arguments_of(type)[0])


def _narrow(snapshot: LibrarySnapshot, families: Mapping[str, str]) -> list[Subroutine]:
    """The words, on trial or found by compression, that served tasks of one family only."""
    given = families if len({families.get(task, task) for task in snapshot.best}) > 1 else {}
    served = _served(snapshot, given)
    return [
        record
        for record in snapshot.vocabulary.active
        if record.provenance.get("found_by") in (FoundBy.TRIAL, FoundBy.COMPRESSION) and len(served[record.name]) < 2
    ]


def _worth_keeping(snapshot: LibrarySnapshot, narrow: Sequence[Subroutine]) -> list[Subroutine]:
    """Those on trial whose programs are likely right, in the order in which they were tried."""
    vocabulary, best = snapshot.vocabulary, snapshot.best
    words = vocabulary.all_words
    ranks = {r.digest: _rank(expand(vocabulary.read(r.body), words), words) for r in narrow}
    tried = sorted((r for r in narrow if r.provenance.get("found_by") == FoundBy.TRIAL), key=lambda r: ranks[r.digest])
    return [r for r in tried if all(best[t].confidence >= TRUSTED for t in r.provenance["tasks"] if t in best)]


def _rank(body: Term, words: Mapping[str, Primitive]) -> tuple[bool, int]:
    """Bodies with a loop come first, then short ones."""
    inner = body
    while isinstance(inner, Lambda):
        inner = inner.body
    return not any(isinstance(part, Lambda) for part in subterms(inner)), symbols(body, words)


def families_of(stages: Sequence[Stage]) -> dict[str, str]:
    """The families of the tasks that have one, by name. Of several stages each has families of its own: what a later stage uses of an
    earlier one has served beyond the tasks that it came from."""
    if len(stages) == 1:
        return {task.name: task.family for task in stages[0].tasks if task.family}
    return {task.name: f"{stage.name}: {task.family or task.name}" for stage in stages for task in stage.tasks}


def _served(snapshot: LibrarySnapshot, families: Mapping[str, str]) -> dict[str, set[str]]:
    """The families of the tasks that each active word serves; an imported word that names it counts as two."""
    vocabulary = snapshot.vocabulary
    active = vocabulary.active
    served: dict[str, set[str]] = {record.name: set() for record in active}
    for task, solved in snapshot.best.items():
        for word in words_in(solved.term):
            served.get(word.name, set()).add(families.get(task, task))
    inner = {
        record.name: {word.name for word in words_in(vocabulary.read(record.body))} & served.keys() for record in active
    }
    for record in active:
        found_by = record.provenance.get("found_by")
        if found_by == FoundBy.TRIAL:
            served[record.name] |= {families.get(task, task) for task in record.provenance["tasks"]}
        elif found_by != FoundBy.COMPRESSION:
            served[record.name] |= {f"{record.name}: made", f"{record.name}: imported"}
    while True:
        before = sum(map(len, served.values()))
        for name, parts in inner.items():
            for part in parts:
                served[part] |= served[name]
        if sum(map(len, served.values())) == before:
            return served


def _is_plain(body: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether a program is more than a word, and pure and without weights."""
    given = sum(isinstance(part, Literal) for part in subterms(body))
    if sites_of(body) or len(words_in(body)) + given < 2 or not words_in(body):
        return False
    return all(words[word.name].purity == PURE for word in words_in(expand(body, words)))


def _record(candidate: _Candidate, vocabulary: Vocabulary, taken: Collection[str]) -> Subroutine:
    """The candidate as a subroutine at its principal type; one that was demoted comes back under its name."""
    words = vocabulary.all_words
    body = hinted(candidate.body, candidate.scheme)
    stored = vocabulary.pin(body)
    name = _former_name(digest(stored), vocabulary) or name_of(body, taken, words)
    provenance = {"found_by": FoundBy.TRIAL, "tasks": list(candidate.tasks), "runs": list(candidate.runs)}
    return new_subroutine(name, stored, candidate.scheme, words, provenance, describe(body, candidate.scheme))


def _former_name(digest: str, vocabulary: Vocabulary) -> str | None:
    """The name that a demoted subroutine had last, if it is free."""
    former = sorted(
        (record for record in vocabulary.records if record.digest == digest),
        key=lambda record: -len(former_names(record)),
    )
    return next((record.name for record in former if record.name not in vocabulary.words), None)
