"""The words of the library: all, by a text, or by a type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from library.browsing.browser import CountedWord
from library.browsing.by_type import search_types
from library.store import AbstractStore
from primitives.notation.types import TypeSyntaxError

from .analysis.growing import reasons_of


@dataclass(frozen=True)
class WordList:
    """Rows of a list of words, and how many the whole list has; ``by_type`` says whether a type was looked for, ``trouble`` why none could
    be ("" where it could). ``demoted`` is how many words that were demoted the same search finds, ``why`` says it of those in the rows, by
    name and digest."""

    lines: tuple[CountedWord, ...]
    total: int
    by_type: bool = False
    trouble: str = ""
    demoted: int = 0
    why: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


def is_type(text: str) -> bool:
    """Whether a text that is looked for is meant as a type: it has an arrow."""
    return "->" in text


def list_words(
    store: AbstractStore, start: int, count: int, text: str, task: str = "", demoted: bool = False
) -> WordList:
    """Active words: those whose name, description, body or tasks hold the text, by name, or whose type unifies with it, the nearest first.

    store: that has them.
    start: how many to pass over.
    count: how many at most.
    text: what is looked for; a type where it has an arrow, "" for all.
    task: whose words alone are wanted, by its very name (default: of any).
    demoted: whether those are wanted that were demoted, of which a type cannot be looked for (default: the active ones).
    """
    browser = store.browser()
    if demoted or not is_type(text):
        found = browser.words(start, count, text, task=task, demoted=demoted)
        if demoted:
            return WordList(found.rows, found.total, demoted=found.total, why=_why(store, found.rows))
        return WordList(found.rows, found.total, demoted=browser.words(0, 0, text, task=task, demoted=True).total)
    words = browser.types()
    if task:
        serving = {each.word.digest for each in browser.words(0, len(words), task=task).rows}
        words = tuple(word for word in words if word.digest in serving)
    try:
        matches = search_types(text, words)
    except TypeSyntaxError as error:
        return WordList((), 0, by_type=True, trouble=str(error))
    shown = [match.word for match in matches[start : start + count]]
    counted = {each.word.digest: each for each in browser.counted([word.digest for word in shown])}
    return WordList(tuple(counted[word.digest] for word in shown if word.digest in counted), len(matches), by_type=True)


def _why(store: AbstractStore, rows: Iterable[CountedWord]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Why each of the words went the last time, and when a name alone did, what it is called now."""
    found = {}
    for name, digest in ((each.word.name, each.word.digest) for each in rows):
        for change in store.history(name):
            if change.digest == digest and change.action in ("demoted", "renamed"):
                renamed = change.evidence.get("to")
                found[name, digest] = (f"it is called {renamed} now",) if renamed else reasons_of(change.evidence)
    return found
