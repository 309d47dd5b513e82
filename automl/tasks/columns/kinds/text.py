"""A column of texts: sentences, or names and codes of which most are different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import AbstractColumn, ColumnSummary, Json, filled, joined
from ..cells import CellLevels
from ..kind import TEXTS, ColumnKind, FittedColumn, TrainRows

MOST, MOST_BESIDE = 1000, 200
"""Words and pairs of words of sentences, or pieces of other texts, that are features, of a table's only column and beside others."""
PIECE = 4
"""Characters of the longest piece."""
LEAST = 2
"""Texts that must have a word or a piece, so that it is a feature."""
WEIGHT = 10.0
"""The variance of the words, or pieces, of a text together, where that of every other feature is 1. These numbers were set by hand."""
FEW = 16
"""Different texts up to which they are taken for names."""
WORDY = 3.0
"""Words a cell, on average, from which different texts are sentences, not names."""


@dataclass(frozen=True)
class TextColumn(AbstractColumn):
    """How often each of the ``parts``, words and pairs of them or, where ``pieces``, some characters (small letters as capitals), stands in
    a text: the logarithm of 1 + the count, times the ``weights`` of rarity, together of length one (TF-IDF; Salton and Buckley 1988), and
    the logarithm of 1 + its characters. A missing text has none."""

    KIND = "text"
    name: str
    parts: tuple[str, ...] = ()
    pieces: bool = False
    weights: tuple[float, ...] = ()
    missing: int = 0

    @property
    def width(self) -> int:
        return len(self.parts) + 1

    @property
    def features(self) -> tuple[str, ...]:
        return (*(f"{self.name} has {each!r}" for each in self.parts), f"{self.name} length")

    def encode(self, levels: CellLevels) -> np.ndarray:
        texts = [str(text) for text in levels.texts]
        rows = np.zeros((len(texts) + 1, self.width))
        if texts and self.parts:
            counts = np.log1p(_counted(texts, self.pieces, self.parts)[0]) * np.array(self.weights)
            rows[:-1, :-1] = counts / np.maximum(np.linalg.norm(counts, axis=1), 1e-12)[:, None]
        rows[:-1, -1] = np.log1p([len(text) for text in texts])
        return rows[levels.codes]

    def scales(self, alone: np.ndarray) -> np.ndarray:
        """One for all parts: what is rare stays small beside what is not, so that a few texts do not decide."""
        return np.append(np.full(len(self.parts), np.sqrt(np.square(alone[:-1]).sum() / WEIGHT)), alone[-1:])

    def summary(self) -> ColumnSummary:
        of = f"pieces of up to {PIECE} characters" if self.pieces else "words and pairs of words"
        what = f"how often it has each of {len(self.parts):,} {of}"
        return ColumnSummary(self.name, self.KIND, joined(what, filled(self.missing, "without any")))

    def to_json(self) -> Json:
        lists = {"parts": list(self.parts), "weights": list(self.weights)}
        return {"name": self.name, **lists, "pieces": self.pieces, "missing": self.missing}


def _counted(texts: list[str], pieces: bool, known: tuple[str, ...] | None) -> tuple[np.ndarray, list[str]]:
    """[n, k]: how often each word or pair of words, or each piece, stands in each text, and which these are: the ``known`` ones, or the
    MOST that most texts have, but for those that all texts have, or fewer than LEAST."""
    from sklearn.feature_extraction.text import CountVectorizer

    how: dict[str, Any] = {"ngram_range": (1, 2), "token_pattern": r"[^\W_]+"}
    counter = CountVectorizer(**({"analyzer": "char", "ngram_range": (1, PIECE)} if pieces else how), vocabulary=known)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # no word in any of them
        return np.zeros((len(texts), 0)), []
    names = list(map(str, counter.get_feature_names_out()))
    if known is not None:
        return counts.toarray(), names
    having = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero((having >= LEAST) & (having < len(texts)))
    kept = np.sort(kept[np.argsort(-having[kept], kind="stable")[:MOST]])
    return counts[:, kept].toarray(), [names[place] for place in kept]


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    alone = train.columns == 1 or name in train.keep
    if not _different(levels) or not (alone or _is_wordy(levels)):
        return None
    texts, pieces = [str(text) for text in levels.texts], not _is_wordy(levels)
    counts, names = _counted(texts, pieces, None)
    having = (counts > 0).sum(axis=0)
    kept = np.sort(np.argsort(-having, kind="stable")[: MOST if alone else MOST_BESIDE])
    weights = np.log((1 + len(texts)) / (1 + having[kept])).round(6)
    parts = tuple(names[place] for place in kept)
    return FittedColumn(TextColumn(name, parts, pieces, tuple(weights.tolist()), levels.missing))


def _different(levels: CellLevels) -> bool:
    """Whether many of the texts are different."""
    return len(levels.texts) > FEW and len(levels.texts) * 3 >= len(levels.codes) - levels.missing


def _is_wordy(levels: CellLevels) -> bool:
    """Whether the texts are of several words."""
    sample = levels.texts[:: max(1, len(levels.texts) // 500)]
    return float(np.mean([len(str(text).split()) for text in sample])) >= WORDY


def _read(data: Mapping[str, Any]) -> TextColumn:
    parts, weights = tuple(map(str, data["parts"])), tuple(map(float, data["weights"]))
    return TextColumn(str(data["name"]), parts, bool(data["pieces"]), weights, int(data["missing"]))


TEXT = ColumnKind(TextColumn.KIND, TextColumn, _read, {TEXTS: _fit})
