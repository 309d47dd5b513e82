"""The words of the library: all, by a text, or by a type."""

from __future__ import annotations

from dataclasses import dataclass

from library.browsing.browser import CountedWord
from library.browsing.by_type import search_types
from library.store import AbstractStore
from primitives.notation.types import TypeSyntaxError


@dataclass(frozen=True)
class WordList:
    """Rows of a list of words, and how many the whole list has; ``by_type`` says whether a type was looked for, ``trouble`` why none could
    be ("" where it could)."""

    lines: tuple[CountedWord, ...]
    total: int
    by_type: bool = False
    trouble: str = ""


def is_type(text: str) -> bool:
    """Whether a text that is looked for is meant as a type: it has an arrow."""
    return "->" in text


def list_words(store: AbstractStore, start: int, count: int, text: str, task: str = "") -> WordList:
    """Active words: those whose name, description, body or tasks hold the text, by name, or whose type unifies with it, the nearest first.

    store: that has them.
    start: how many to pass over.
    count: how many at most.
    text: what is looked for; a type where it has an arrow, "" for all.
    task: whose words alone are wanted, by its very name (default: of any).
    """
    browser = store.browser()
    if not is_type(text):
        found = browser.words(start, count, text, task=task)
        return WordList(found.rows, found.total)
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
