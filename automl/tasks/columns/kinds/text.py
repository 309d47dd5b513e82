"""A column of sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import AbstractColumn, ColumnSummary, Json, filled, joined
from ..cells import CellLevels
from ..kind import TEXTS, ColumnKind, FittedColumn, TrainRows

WORDS = 64
"""Features of a bag of words."""
FEW = 16
"""Different texts up to which they are taken for names."""
WORDY = 3.0
"""Words a cell, on average, from which different texts are sentences, not names."""


@dataclass(frozen=True)
class TextColumn(AbstractColumn):
    """The words of a text, hashed into ``words`` counts and brought to length one (Weinberger et al. 2009; sklearn's HashingVectorizer),
    and the logarithm of 1 + its characters. A missing text has no words."""

    KIND = "text"
    name: str
    words: int = WORDS
    missing: int = 0

    @property
    def width(self) -> int:
        return self.words + 1

    @property
    def features(self) -> tuple[str, ...]:
        return (*(f"{self.name} words {index + 1}" for index in range(self.words)), f"{self.name} length")

    def encode(self, levels: CellLevels) -> np.ndarray:
        from sklearn.feature_extraction.text import HashingVectorizer

        texts = [str(text) for text in levels.texts]
        rows = np.zeros((len(texts) + 1, self.width))
        if texts:
            rows[:-1, :-1] = HashingVectorizer(n_features=self.words).transform(texts).toarray()
            rows[:-1, -1] = np.log1p([len(text) for text in texts])
        return rows[levels.codes]

    def summary(self) -> ColumnSummary:
        what = f"its words hashed into {self.words} counts"
        return ColumnSummary(self.name, self.KIND, joined(what, filled(self.missing, "without words")))

    def to_json(self) -> Json:
        return {"name": self.name, "words": self.words, "missing": self.missing}


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    return FittedColumn(TextColumn(name, missing=levels.missing)) if _sentences(levels) else None


def _sentences(levels: CellLevels) -> bool:
    """Whether the texts are sentences: of several words, and most of them different."""
    texts = levels.texts
    if len(texts) <= FEW or len(texts) * 3 < len(levels.codes) - levels.missing:
        return False
    sample = texts[:: max(1, len(texts) // 500)]
    return float(np.mean([len(str(text).split()) for text in sample])) >= WORDY


def _read(data: Mapping[str, Any]) -> TextColumn:
    return TextColumn(str(data["name"]), int(data["words"]), int(data["missing"]))


TEXT = ColumnKind(TextColumn.KIND, TextColumn, _read, {TEXTS: _fit})
