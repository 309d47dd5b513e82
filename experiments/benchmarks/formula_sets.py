"""The formulas of the benchmark ``formulas``, read from ``experiments/problems``, and rows drawn from them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.brief import brief_repr
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import Lambda, Term
from primitives.words import builtin_words

PROBLEMS = Path(__file__).resolve().parents[1] / "problems"
SETS = ("feynman", "feynman_all", "nguyen", "empirical")
FIFTY = ("tuned", "held_out")
"""Parts of the file ``feynman`` that are the set of that name."""
WORDS = builtin_words()
MOST_DRAWS = 100
"""Times that a row is drawn again where the formula has no value."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class BenchmarkFormula:
    """A law as a program from Floats to a Float. Rows are ``data`` [rows, arguments + 1] where measured, else drawn: each argument from
    its range, uniformly or by its logarithm (``log``); of ``ordered`` ones
    whole numbers below the upper end, each greater than the one before. ``rows``
    and ``noise`` (relative to each output) are what its set prescribes; None: what is asked for."""

    name: str
    program: Term
    part: str
    ranges: tuple[tuple[float, float], ...]
    log: bool
    ordered: bool
    rows: int | None
    noise: float | None
    data: Array | None

    __repr__ = brief_repr

    @property
    def arity(self) -> int:
        """How many arguments it has."""
        return len(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its arguments, in their order."""
        term, found = self.program, list[str]()
        while isinstance(term, Lambda):
            found.append(term.hint)
            term = term.body
        return tuple(found)

    def value(self, given: tuple[float, ...]) -> float | None:
        """Its value; None where it has none."""
        value = evaluate(self.program, given, words=WORDS)
        return value if isinstance(value, float) and np.isfinite(value) else None

    def exact(self, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Rows without noise, drawn: arguments [count, arity] and values [count]. Raises ValueError where it is defined hardly anywhere."""
        rows, outputs = list[tuple[float, ...]](), list[float]()
        for _ in range(count * MOST_DRAWS):
            given = self._draw(rng)
            value = self.value(given)
            if value is not None:
                rows.append(given)
                outputs.append(value)
            if len(rows) == count:
                return np.array(rows), np.array(outputs)
        raise ValueError(f"formula={self.name!r}: a value for one row in {MOST_DRAWS} is required; mend its ranges")

    def sample(self, count: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
        """Rows to search on: those measured, or ``count`` drawn with normal noise: ``noise`` times the root mean square of the outputs
        as SRBench has it (La Cava et al. 2021), or what its set prescribes."""
        if self.data is not None:
            return self.data[:, :-1], self.data[:, -1]
        x, y = self.exact(self.rows or count, rng)
        if self.noise is not None:
            return together(x, y * (1 + self.noise * rng.normal(size=len(y))))
        return x, y + noise * np.sqrt(np.mean(y**2)) * rng.normal(size=len(y))

    def _draw(self, rng: np.random.Generator) -> tuple[float, ...]:
        if self.ordered:
            found, least = list[float](), 0.0
            for low, high in self.ranges:
                least = float(rng.integers(max(int(low), int(least) + 1), int(high)))
                found.append(least)
            return tuple(found)
        if self.log:
            return tuple(float(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in self.ranges)
        return tuple(float(rng.uniform(low, high)) for low, high in self.ranges)


def together(x: Array, y: Array) -> tuple[Array, Array]:
    """The rows with those of equal arguments as one, whose output is their mean: a program gives one output for the same inputs."""
    distinct, of, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    return distinct, np.bincount(of.ravel(), y) / counts


def formulas(name: str) -> list[BenchmarkFormula]:
    """The formulas of one of SETS. Raises ValueError where there is no such set."""
    if name not in SETS:
        raise ValueError(f"set={name!r}: one of {', '.join(SETS)} is required")
    with (PROBLEMS / f"{name.partition('_')[0]}.toml").open("rb") as file:
        declared = tomllib.load(file)["formula"]
    found = [_formula(each) for each in declared]
    return [each for each in found if name != "feynman" or each.part in FIFTY]


def _formula(declared: Mapping[str, Any]) -> BenchmarkFormula:
    data = declared.get("data")
    return BenchmarkFormula(
        name=declared["name"], program=parse(declared["program"], WORDS), part=declared.get("part", ""),
        ranges=tuple((float(low), float(high)) for low, high in declared.get("ranges", ())), log=declared.get("log", False),
        ordered=declared.get("ordered", False), rows=declared.get("rows"), noise=declared.get("noise"),
        data=None if data is None else np.array(data, np.float64),
    )  # fmt: skip
