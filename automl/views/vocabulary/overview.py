"""The whole library at once: families of words, and a map on which alike words lie near each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from library.browsing.browser import CountedWord
from library.store import AbstractStore

from ..programs.program import words_of

MOST, COMMON = 2_000, 300
"""Words that are looked at, and the words of bodies by which they are compared, at most."""
_FIRST = re.compile(r"[A-Za-z_<>=+*/%-][\w<>=+*/%-]*")


@dataclass(frozen=True)
class LibraryFamily:
    """Words whose bodies begin with the same word: ``root``, and the words, those that serve most tasks first."""

    root: str
    words: tuple[CountedWord, ...]


@dataclass(frozen=True)
class MappedWord:
    """A word at a place of the map, from 0 to 1 both ways; ``family`` numbers the larger families from 0, -1 for any other."""

    word: CountedWord
    x: float
    y: float
    family: int


@dataclass(frozen=True)
class LibraryMap:
    """Families, the largest first; places of the words; how many words the library has."""

    families: tuple[LibraryFamily, ...]
    places: tuple[MappedWord, ...]
    total: int


def view_map(store: AbstractStore) -> LibraryMap:
    """Families of the active words and a map of them; of a large library of the first MOST words by name.

    store: that has them.
    """
    found = store.browser().words(0, MOST)
    grouped: dict[str, list[CountedWord]] = {}
    for each in found.rows:
        grouped.setdefault(root_of(each.word.body), []).append(each)
    families = [
        LibraryFamily(root, tuple(sorted(words, key=lambda each: (-each.tasks, each.word.name))))
        for root, words in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    numbers = {family.root: number for number, family in enumerate(families[:6])}
    places = [
        MappedWord(each, float(x), float(y), numbers.get(root_of(each.word.body), -1))
        for each, (x, y) in zip(found.rows, _places(found.rows), strict=True)
    ]
    return LibraryMap(tuple(families), tuple(places), found.total)


def root_of(body: str) -> str:
    """The word that a stored body begins with, inside its functions; "" where it has none.

    body: the text of a term.
    """
    return next((name for name in _FIRST.findall(body.replace("$", " ")) if name not in ("lambda", "let")), "")


def _places(words: Sequence[CountedWord]) -> np.ndarray:
    """[n, 2] from 0 to 1: the first two principal components of which words are in a body, as ranks, so that none lie upon others."""
    inside = [words_of(each.word.body) for each in words]
    common = [name for name, _ in Counter(name for each in inside for name in sorted(each)).most_common(COMMON)]
    if len(words) < 2 or not common:
        return np.full((len(words), 2), 0.5)
    table = np.array([[name in each for name in common] for each in inside], dtype=np.float64)
    table -= table.mean(0)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    _, vectors = np.linalg.eigh(table.T @ table)
    two = vectors[:, -2:] if vectors.shape[1] > 1 else np.repeat(vectors, 2, axis=1)
    two = two * np.sign(two[np.abs(two).argmax(0), range(2)])  # an eigenvector has no sign of its own
    projected = table @ two[:, ::-1]
    order = np.argsort(np.argsort(projected, axis=0, kind="stable"), axis=0, kind="stable")
    return (order + 0.5) / len(words)
