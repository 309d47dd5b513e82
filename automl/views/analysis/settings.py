"""What the settings of the words in programs have to do with their scores: a regression by a random forest (Breiman 2001)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from library.browsing.browser import AbstractBrowser
from library.records import Evaluation, Run

from ...charts.sampling import sample
from ..progress import IntArray

LOOKED_AT, AXES, LEAST = 300, 6, 12
"""Evaluations that are looked at, settings that are shown, at most, and the fewest evaluations that say anything."""
_WITH_SETTINGS = re.compile(r"\(([A-Za-z_][\w-]*)((?: :[\w-]+ [^\s()\[\]]+)+)")
_SETTING = re.compile(r":([\w-]+) (\S+)")


@dataclass(frozen=True)
class SettingAxis:
    """A setting, such as ``conv maps``: its values by program (None: the program has no such word; the mean where it has several), and how
    much of what the forest explains it explains, from 0 to 1."""

    name: str
    values: tuple[float | None, ...]
    importance: float


@dataclass(frozen=True)
class SettingsView:
    """``axes`` by importance; ``scores`` of the same programs; ``explained`` is the share of the scores' variance that the forest explains
    on programs that it was not fitted on."""

    axes: tuple[SettingAxis, ...]
    scores: tuple[float, ...]
    explained: float


def view_settings(browser: AbstractBrowser, run: Run, ranked: IntArray) -> SettingsView | None:
    """What settings have to do with scores; None where too few programs have scores, or no setting varies.

    browser: of the store.
    run: whose programs they are.
    ranked: the asks of those that can be compared, the best first.
    """
    if len(ranked) < LEAST:
        return None
    best, rest = ranked[: LOOKED_AT // 2].tolist(), ranked[LOOKED_AT // 2 :].tolist()
    programs = browser.chosen(run.id, [*best, *sample(rest, LOOKED_AT - len(best))])
    scores = np.array([run.primary(each.scores) or 0.0 for each in programs])
    columns = _columns(programs)
    if not columns or float(scores.std()) == 0.0:
        return None
    table = np.array([[np.nan if value is None else value for value in column] for column in columns.values()]).T
    importances, explained = _forest(np.where(np.isnan(table), -1.0, table), scores)
    order = sorted(zip(columns, importances, strict=True), key=lambda each: -each[1])[:AXES]
    axes = tuple(SettingAxis(name, tuple(columns[name]), float(importance)) for name, importance in order)
    return SettingsView(axes, tuple(map(float, scores)), explained)


def settings_in(text: str) -> dict[str, float]:
    """The numeric settings in a stored term, by word and setting, the mean where there are several; and how often each word with settings
    occurs.

    text: the term.
    """
    found: dict[str, list[float]] = {}
    counts: Counter[str] = Counter()
    for word, settings in _WITH_SETTINGS.findall(text):
        counts[word] += 1
        for name, value in _SETTING.findall(settings):
            number = _number(value)  # of several names it says which
            key, shown = (f"{word} {name} {value}", 1.0) if number is None else (f"{word} {name}", number)
            found.setdefault(key, []).append(shown)
    means = {name: sum(values) / len(values) for name, values in found.items()}
    return {**means, **{f"number of {word}": float(count) for word, count in counts.items()}}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _columns(programs: Sequence[Evaluation]) -> dict[str, list[float | None]]:
    """Those settings that vary and that at least one in five programs has."""
    known = [settings_in(each.term) for each in programs]
    counts = Counter(name for each in known for name in each)
    names = [name for name, count in sorted(counts.items()) if count >= max(2, len(known) // 5)]
    columns = {
        name: [each.get(name, 0.0 if name.startswith("number of") else None) for each in known] for name in names
    }
    return {name: values for name, values in columns.items() if len(set(values)) > 1}


def _forest(table: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    """The importance of each column, and the share of the variance that is explained out of bag."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(60, min_samples_leaf=2, bootstrap=True, oob_score=True, random_state=0)
    forest.fit(table, scores)
    return forest.feature_importances_, max(0.0, float(forest.oob_score_))
