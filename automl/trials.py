"""Words on trial: whole programs of solved tasks, offered to later searches before a second task has shown that they are worth a name.

Compression names what two programs share; what one task alone found (how to reverse a list) can be what another cannot be solved
without. So each solved program becomes a word, its larger numbers made parameters, and leaves the library again unless another task's
program has come to use it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping

from library.abstraction import kind_of
from library.equivalence import written_out
from library.naming import describe, hinted, name_of
from library.records import Subroutine, Use
from library.stitch_code import symbols
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.infer import IllTyped, infer
from primitives.primitive import PURE, Primitive, expand
from primitives.syntax import show_canonical
from primitives.term import (
    Lambda,
    Literal,
    Term,
    Variable,
    children,
    digest,
    lambdas,
    rebuild,
    shift,
    sites_of,
    words_in,
)
from primitives.types import INT, arguments_of, is_function

from .harvest import best_programs
from .session import load_vocabulary

FOUND_BY = "trial"
SMALL_NUMBERS = (0, 1)


def begin_trials(
    store: AbstractStore, *, least: int = 6, most: int = 20, parameters: int = 3, count: int = 40
) -> list[Subroutine]:
    """Make programs of solved tasks words on trial, but for those that the library has already; returns the new subroutines.

    Tried are programs of ``least`` to ``most`` symbols (a long one is rather a coincidence of its examples), with at most ``parameters``
    after its numbers became some: the ``count`` shortest.
    """
    vocabulary = load_vocabulary(store)
    words = dict(vocabulary.all_words)
    active = [word for name, word in vocabulary.words.items() if name in vocabulary.definitions]
    known = {written_out(word.body, words) for word in active}  # type: ignore[attr-defined]
    taken = {record.name for record in vocabulary.records} | set(vocabulary.words)
    records: list[Subroutine] = []
    candidates = []
    for task, solved in best_programs(store, vocabulary).items():
        body = general(solved.term)
        if least <= symbols(body, words) <= most and _is_plain(body, words):
            candidates.append((symbols(body, words), task, solved.solution.run, body))
    for _, task, run, body in sorted(candidates, key=lambda found: found[:2]):
        text = written_out(body, words)
        record = None if text in known else _record(task, run, body, vocabulary, taken, parameters)
        known.add(text)
        if record is not None and len(records) < count:
            taken.add(record.name)
            records.append(record)
    with store.batch():
        promoted = store.promote(records, evidence={r.name: {"reasons": ["solves a task: on trial"]} for r in records})
        store.add_uses(Use(r.digest, r.provenance["tasks"][0], r.provenance["runs"][0]) for r in promoted)
    return list(promoted)


def end_trials(store: AbstractStore) -> list[Subroutine]:
    """Demote the words on trial that neither the program of another task nor another active subroutine has come to use."""
    demoted: list[Subroutine] = []
    while True:
        vocabulary = load_vocabulary(store)
        used = _users(store, vocabulary)
        idle = [
            record
            for record in store.subroutines()
            if record.provenance.get("found_by") == FOUND_BY and not used[record.name] - {*record.provenance["tasks"]}
        ]
        if not idle:
            return demoted
        for record in idle:
            demoted.append(store.demote(record.name, {"reasons": ["no other task's program came to use it"]}))


def _users(store: AbstractStore, vocabulary: Vocabulary) -> dict[str, set[str]]:
    """For every active subroutine the tasks whose best program names it, and the subroutines whose body does."""
    users: dict[str, set[str]] = {record.name: set() for record in store.subroutines()}
    for task, solved in best_programs(store, vocabulary).items():
        for word in words_in(solved.term):
            users.get(word.name, set()).add(task)
    for record in store.subroutines():
        for word in words_in(vocabulary.read(record.body)):
            users.get(word.name, set()).add(f"subroutine {record.name}")
    return users


def general(term: Term) -> Term:
    """The program with its numbers beyond 0 and 1 as first parameters, equal ones as one."""
    numbers = list(dict.fromkeys(_numbers(term)))
    if not numbers:
        return term

    def change(part: Term, level: int) -> Term:
        if isinstance(part, Literal) and part in numbers:
            return Variable(level + len(numbers) - 1 - numbers.index(part))
        if isinstance(part, Lambda):
            return Lambda(change(part.body, level + 1), part.hint)
        return rebuild(part, tuple(change(child, level) for child in children(part)))

    return lambdas(len(numbers), change(shift(term, len(numbers)), 0))


def _numbers(term: Term) -> Iterator[Literal]:
    if isinstance(term, Literal) and term.type == INT and term.value not in SMALL_NUMBERS:
        yield term
    for child in children(term):
        yield from _numbers(child)


def _is_plain(body: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether a program is more than a word, and pure and without weights."""
    if sites_of(body) or len(words_in(body)) < 2:
        return False
    return all(words[word.name].purity == PURE for word in words_in(expand(body, words)))


def _record(
    task: str, run: str, body: Term, vocabulary: Vocabulary, taken: Collection[str], most: int
) -> Subroutine | None:
    """The body as a subroutine at its principal type; None where it has none or too many parameters."""
    words = vocabulary.all_words
    try:
        scheme = infer(body, words).scheme
    except IllTyped:
        return None
    arguments, result = arguments_of(scheme.type)
    if len(arguments) > most or is_function(result):
        return None
    body = hinted(body, scheme)
    stored = vocabulary.pin(body)
    return Subroutine(
        name=name_of(body, taken, words), digest=digest(stored), type=str(scheme), kind=kind_of(body, words),
        body=show_canonical(stored), created=time.time(), description=describe(body, scheme),
        provenance={"found_by": FOUND_BY, "tasks": [task], "runs": [run], "expanded": show_canonical(expand(body, words))},
    )  # fmt: skip
