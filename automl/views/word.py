"""One word of the library, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from library.browsing.browser import AbstractBrowser
from library.records import Change, StoreError, Subroutine
from library.store import AbstractStore
from library.vocabulary import pinned_name
from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.syntax import show
from primitives.term import Term

from ..study.stored import RESULT
from .vocabulary.at_hand import AtHand, at_hand
from .vocabulary.examples import Example, word_examples
from .words import UNREADABLE, words_for

MOST_USERS = 200
"""Words that use a word, of which links are shown at most."""


@dataclass(frozen=True)
class WordView:
    """What a word's page shows. ``body`` is its text for people and ``expanded`` that without subroutines ("" where it is the same),
    ``term`` the body as a term (None: it cannot be read, as ``trouble`` says); ``users`` are words whose bodies have it, ``tasks`` those
    that solutions with it solved, ``searched`` what searches of these came to with it and without it, ``examples`` what it gives on inputs
    of its type; ``origin`` is the run that it came from and the ask of its result (None: it came from no one program)."""

    record: Subroutine
    versions: tuple[Subroutine, ...]
    body: str
    expanded: str
    term: Term | None
    parts: tuple[Subroutine, ...]
    users: tuple[Subroutine, ...]
    user_count: int
    tasks: tuple[str, ...]
    changes: tuple[Change, ...]
    trouble: str = ""
    examples: tuple[Example, ...] = ()
    searched: tuple[AtHand, ...] = ()
    origin: tuple[str, int] | None = None


def view_word(store: AbstractStore, name: str, version: str = "", tried: bool = True) -> WordView | None:
    """The word of a name; None where there is none.

    store: that has it.
    name: of the word.
    version: the beginning of its digest; default: the active version, or else the latest.
    tried: whether ``examples`` and ``searched`` are found, which takes longest; default: they are.
    """
    browser = store.browser()
    versions = sorted(browser.named([name]), key=lambda each: (each.state != "active", -each.created, each.digest))
    record = next((each for each in versions if each.digest.startswith(version)), None)
    if record is None:
        return None
    tasks = tuple(sorted({use.task for use in store.uses(record.digest)}))
    users = browser.words(0, MOST_USERS, inside=pinned_name(record))
    term, words, parts, trouble = _read(browser, record)
    return WordView(
        record=record, versions=tuple(versions), body=record.body if term is None else show(term, width=80),
        expanded=show(expand(term, words), width=80) if term is not None and parts else "",
        term=term, parts=parts, users=tuple(each.word for each in users.rows), user_count=users.total,
        tasks=tasks, changes=store.history(name), trouble=trouble,
        examples=tuple(_examples(term, words)) if tried else (),
        searched=tuple(at_hand(store, record, tasks)) if tried else (), origin=_origin(store, record),
    )  # fmt: skip


def _origin(store: AbstractStore, record: Subroutine) -> tuple[str, int] | None:
    """Where a word of one program came from: its run and the ask of that."""
    runs = record.provenance.get("runs")
    if not isinstance(runs, list) or len(runs) != 1:
        return None
    try:
        result = store.run(str(runs[0])).config.get(RESULT)
    except StoreError:  # the word came from another library
        return None
    return (str(runs[0]), int(result["ask"])) if result else None


def _read(
    browser: AbstractBrowser, record: Subroutine
) -> tuple[Term | None, Mapping[str, Primitive], tuple[Subroutine, ...], str]:
    """The body as a term, the words that it is read with, the subroutines in it, and why it cannot be read."""
    try:
        vocabulary = words_for(browser, [record.body])
        term = vocabulary.read(record.body)
        expand(term, vocabulary.all_words)
        return term, vocabulary.all_words, tuple(vocabulary.subroutines_in(term)), ""
    except UNREADABLE as error:
        return None, {}, (), str(error)


def _examples(term: Term | None, words: Mapping[str, Primitive]) -> list[Example]:
    if term is None:
        return []
    try:
        found = infer(expand(term, words), words).type  # what is stored as its type may be that of another body
    except IllTyped:
        return []
    return word_examples(term, words, found)


def word_weights(store: AbstractStore, record: Subroutine) -> list[tuple[str, np.ndarray]] | str:
    """The arrays that a word brings, each [units, …] by its name, or why they cannot be read; [] where it brings none.

    store: that has it.
    record: the word.
    """
    if record.weights is None:
        return []
    try:
        found = store.blobs.get(record.weights)
    except (StoreError, OSError) as error:
        return str(error)
    return [(name, tensor.detach().cpu().double().numpy()) for name, tensor in sorted(found.items())]


def evidence_lines(evidence: Mapping[str, object]) -> list[str]:
    """What the library knows of a change or an origin, a line an item, but for the body without subroutines, which a page shows itself."""
    return [
        f"{key.replace('_', ' ')}: {_text(value)}"
        for key, value in evidence.items()
        if value not in (None, "", [], {}) and key != "expanded"
    ]


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
