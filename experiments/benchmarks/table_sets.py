"""The tables of the benchmark ``tables``: five that come with scikit-learn, and ten that are generated, each by a seed.

A table is a frame with the column ``target``. The generated ones have each one trouble that people's tables have: cells that are missing,
categories of many levels, dates, a rare class, targets that no single column tells, noise, few rows, many rows, many columns, all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

TARGET = "target"
ACCURACY, BALANCED, R2 = "accuracy", "balanced_accuracy", "r2"


@dataclass(frozen=True)
class BenchmarkTable:
    """``make(seed)`` gives the frame (of a bundled table always the same); ``metric`` is what its models are compared by. Where one class
    in a hundred is rare it is the balanced accuracy, the mean share of each class that is recognised: by accuracy nothing beats saying
    no."""

    name: str
    metric: str
    make: Callable[[int], pandas.DataFrame]

    @property
    def classes(self) -> bool:
        """Whether the target is a class."""
        return self.metric != R2


def _bundled(name: str) -> Callable[[int], pandas.DataFrame]:
    def make(seed: int) -> pandas.DataFrame:
        from sklearn import datasets

        found = getattr(datasets, f"load_{name}")(as_frame=True)
        frame: pandas.DataFrame = found.data.copy()
        frame[TARGET] = found.target.to_numpy()
        return frame

    return make


def _frame(columns: dict[str, np.ndarray], target: np.ndarray) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame({**columns, TARGET: target})


def _numbers(x: np.ndarray) -> dict[str, np.ndarray]:
    return {f"x{index}": x[:, index] for index in range(x.shape[1])}


def _rng(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, number]))


def _labels(score: np.ndarray, rng: np.random.Generator, noise: float = 0.0) -> np.ndarray:
    """ "yes" where the score is above its median, a share of them turned round."""
    return np.where((score > np.median(score)) ^ (rng.uniform(size=len(score)) < noise), "yes", "no")


def missing(seed: int) -> pandas.DataFrame:
    """A fifth of all cells is missing, in one column the more often the greater its value."""
    rng = _rng(seed, 1)
    x = rng.normal(size=(1500, 8))
    target = _labels(x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * x[:, 3], rng, 0.05)
    gone = rng.uniform(size=x.shape) < 0.2
    gone[:, 3] = rng.uniform(size=len(x)) < 1 / (1 + np.exp(1.5 - 1.5 * x[:, 3]))
    return _frame(_numbers(np.where(gone, np.nan, x)), target)


def levels(seed: int) -> pandas.DataFrame:
    """Categories of 2, 10, 100, 1,000 and 5,000 levels, each level with an effect of its own on a number."""
    rng = _rng(seed, 2)
    rows, columns, target = 12_000, {}, np.zeros(12_000)
    for count in (2, 10, 100, 1000, 5000):
        share = rng.pareto(1.5, size=count) + 0.1
        codes = rng.choice(count, size=rows, p=share / share.sum())
        columns[f"of{count}"] = np.array([f"v{code}" for code in codes], dtype=object)
        target += rng.normal(size=count)[codes]
    return _frame(columns, target + rng.normal(size=rows))


def dates(seed: int) -> pandas.DataFrame:
    """Sales by the date: a trend, a season, weekends."""
    import pandas

    rng = _rng(seed, 3)
    days = np.sort(rng.integers(0, 4 * 365, size=1500))
    when = pandas.Timestamp("2019-01-01") + pandas.to_timedelta(days, unit="D")
    price = rng.uniform(5, 20, size=len(days))
    season = 20 * np.sin(2 * np.pi * when.day_of_year / 365) + 15 * (when.day_of_week >= 5)
    target = 0.02 * days + season - 2 * price + 4 * rng.normal(size=len(days))
    return _frame({"date": np.array(when.strftime("%Y-%m-%d"), dtype=object), "price": price}, np.asarray(target))


def rare(seed: int) -> pandas.DataFrame:
    """One row in a hundred is of the class that matters."""
    rng = _rng(seed, 4)
    x = rng.normal(size=(8000, 10))
    score = x[:, 0] + x[:, 1] + 0.7 * x[:, 2] * x[:, 3] + 0.5 * rng.normal(size=len(x))
    return _frame(_numbers(x), np.where(score > np.quantile(score, 0.99), "fraud", "fine"))


def either(seed: int) -> pandas.DataFrame:
    """Exclusive or: two columns together tell the class, neither alone."""
    rng = _rng(seed, 5)
    x = rng.normal(size=(4000, 10))
    return _frame(_numbers(x), np.where((x[:, 0] > 0) ^ (x[:, 1] > 0), "yes", "no"))


def noise(seed: int) -> pandas.DataFrame:
    """Nineteen columns of noise, one that says a little."""
    rng = _rng(seed, 6)
    x = rng.normal(size=(800, 20))
    return _frame(_numbers(x), _labels(x[:, 7] + 1.5 * rng.normal(size=len(x)), rng))


def few(seed: int) -> pandas.DataFrame:
    """A hundred rows."""
    rng = _rng(seed, 7)
    x = rng.normal(size=(100, 6))
    return _frame(_numbers(x), 2 * x[:, 0] - x[:, 1] + x[:, 2] ** 2 + 0.5 * rng.normal(size=len(x)))


def many(seed: int) -> pandas.DataFrame:
    """A hundred thousand rows of twenty numbers."""
    rng = _rng(seed, 8)
    x = rng.normal(size=(100_000, 20))
    score = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + np.abs(x[:, 3]) + 0.5 * x[:, 4]
    return _frame(_numbers(x), _labels(score, rng, 0.02))


def wide(seed: int) -> pandas.DataFrame:
    """Three hundred columns, ten of which matter."""
    rng = _rng(seed, 9)
    x = rng.normal(size=(600, 300))
    return _frame(_numbers(x), _labels(x[:, :10] @ rng.normal(size=10) + 0.5 * rng.normal(size=len(x)), rng))


def mixed(seed: int) -> pandas.DataFrame:
    """Numbers, categories, truth values, dates, amounts as texts, missing cells; three classes."""
    import pandas

    rng = _rng(seed, 10)
    rows = 2500
    age, income = rng.uniform(18, 80, size=rows), rng.lognormal(10, 0.6, size=rows)
    city = rng.choice([f"city {number}" for number in range(40)], size=rows)
    plan, since = rng.choice(["basic", "plus", "pro"], size=rows), rng.integers(0, 2000, size=rows)
    member = rng.uniform(size=rows) < 0.4
    effect = dict(zip(sorted(set(city)), rng.normal(size=40), strict=True))
    score = age / 20 + np.log(income) + np.array([effect[each] for each in city]) + 1.5 * (plan == "pro") * member
    score += since / 800 + 0.4 * rng.normal(size=rows)
    cities = city.astype(object)
    cities[rng.uniform(size=rows) < 0.05] = None
    columns = {
        "age": np.where(rng.uniform(size=rows) < 0.1, np.nan, age.round()),
        "income": np.array([f"${value:,.2f}" for value in income], dtype=object),
        "city": cities,
        "plan": plan.astype(object),
        "member": np.where(member, "yes", "no").astype(object),
        "joined": np.array((pandas.Timestamp("2024-01-01") - pandas.to_timedelta(since, unit="D")).strftime("%d.%m.%Y"), dtype=object),
    }  # fmt: skip
    return _frame(columns, np.array(["low", "middle", "high"])[np.digitize(score, np.quantile(score, [1 / 3, 2 / 3]))])


BUNDLED = tuple(
    BenchmarkTable(name, R2 if name == "diabetes" else ACCURACY, _bundled(name))
    for name in ("breast_cancer", "wine", "diabetes", "iris", "digits")
)
_METRICS = {
    missing: ACCURACY, levels: R2, dates: R2, rare: BALANCED, either: ACCURACY, noise: ACCURACY, few: R2, many: ACCURACY, wide: ACCURACY,
    mixed: ACCURACY,
}  # fmt: skip
GENERATED = tuple(BenchmarkTable(make.__name__, metric, make) for make, metric in _METRICS.items())
TABLES = {table.name: table for table in (*BUNDLED, *GENERATED)}
