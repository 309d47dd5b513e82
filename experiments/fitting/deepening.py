"""How much of an enumeration is spent on bodies of lambdas ahead of the level, by the number of words.

    python -m experiments.fitting.deepening [--terms 100000] [--every 1] [--write] [--json FILE]

Every task of one half of the families (candidates.divided; ``list_train.jsonl`` and ``rule_c001_c150.jsonl`` of
../shared/data/synthesis) is enumerated with each of SHARES in three vocabularies: the small one of experiments/curricula/base_list.toml,
all everyday words, and all words. What is measured is the binary logarithm of the terms to the first program that meets the examples, no
more than twice the terms that are given; between the shares it is interpolated. The curve is the one of the grid with the least mean over
the vocabularies; the families held out are measured the same way and only reported. ``--write`` puts it into
``search/enumeration/ahead/fitted.json``, which the search reads.
"""

from __future__ import annotations

import itertools
import json
import math
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from primitives.primitive import Primitive
from primitives.types import has_tensor
from primitives.words import builtin_words
from search.enumeration.ahead import deepening
from search.enumeration.ahead.deepening import share_of
from search.enumeration.enumerator import Answer, Enumerator
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

from ..benchmarks.common import parser, report
from .candidates import Spec, divided, specs
from .ranking import DATA

FILES = ("list_train.jsonl", "rule_c001_c150.jsonl")
SHARES = (0.0, 0.03, 0.1, 0.2, 0.4, 0.6)
GRID = {
    "most": (0.2, 0.4, 0.6),
    "words": (10.0, 15.0, 20.0, 30.0, 50.0),
    "fall": (1.0, 1.5, 2.0, 3.0),
}
EVERYDAY = 2
"""What a word costs at most to be among the everyday words."""
BASE = Path(__file__).resolve().parents[1] / "curricula" / "base_list.toml"
FITTED = Path(deepening.__file__).with_name("fitted.json")


@dataclass(frozen=True)
class Curve:
    """The share of all terms: ``most`` for few words, beyond about ``words`` falling with their number to the power ``fall``."""

    most: float
    words: float
    fall: float

    def share(self, words: int) -> float:
        return min(self.most, (self.words / max(words, 1)) ** self.fall)


def vocabularies() -> dict[str, dict[str, Primitive]]:
    """The words of each vocabulary; none is about tensors."""
    every = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
    small = tomllib.loads(BASE.read_text(encoding="utf-8"))["words"]
    everyday = [name for name, word in every.items() if word.prior.cost is not None and word.prior.cost <= EVERYDAY]
    return {
        "base_list": {name: every[name] for name in small},
        "everyday": {name: every[name] for name in everyday},
        "all": every,
    }


def effort(spec: Spec, words: Mapping[str, Primitive], share: float, terms: int) -> float:
    """Binary logarithm of the terms to the first program that meets the examples; that of twice ``terms`` where none was found."""
    given = spec.cases[: spec.shown]
    costs = default_costs(words, spec.type)
    engine = Enumerator(spec.type, given, words=words, costs=costs, settings=replace(Settings(), bodies=share))
    try:
        for found in engine.run(None, terms):
            if isinstance(found, Answer):
                return math.log2(max(found.terms, 1))
        return math.log2(2 * terms)
    finally:
        engine.release()


def efforts(tasks: Sequence[Spec], words: Mapping[str, Primitive], terms: int) -> list[float]:
    """The mean effort of the tasks for each of SHARES; of those whose type the words know anything to make of."""
    rows = []
    for number, spec in enumerate(tasks, 1):
        rows.append([effort(spec, words, share, terms) for share in SHARES])
        print(f"{len(words)} words, {number}/{len(tasks)} {spec.name}", flush=True)
    return np.mean(rows, axis=0).tolist() if rows else []


def cost(curve: Curve, measured: Mapping[int, Sequence[float]]) -> float:
    """The mean over the vocabularies (number of words to efforts by SHARES) of the effort at the share of the curve."""
    return float(np.mean([np.interp(curve.share(words), SHARES, found) for words, found in measured.items()]))


def fitted(measured: Mapping[int, Sequence[float]]) -> Curve:
    """The curve of GRID with the least cost; of equal ones the first."""
    curves = [Curve(*values) for values in itertools.product(GRID["most"], GRID["words"], GRID["fall"])]
    return min(curves, key=lambda curve: round(cost(curve, measured), 9))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--terms", type=int, default=100_000, help="for each enumeration")
    options.add_argument("--every", type=int, default=1, help="take every so many-th task only")
    options.add_argument("--write", action="store_true", help=f"write {FITTED.name} beside the code that reads it")
    given = options.parse_args()
    started = time.perf_counter()
    tasks = [spec for name in FILES for spec in specs(DATA / name)]
    inside, outside = divided([spec.family for spec in tasks], given.seed)
    parts = {
        name: [spec for spec in tasks if spec.family in families][:: given.every]
        for name, families in (("fitted_on", inside), ("held_out", outside))
    }
    kinds = vocabularies()
    found = {
        part: {len(words): efforts(group, words, given.terms) for words in kinds.values()}
        for part, group in parts.items()
    }
    curve = fitted(found["fitted_on"])
    before = Curve(*deepening.CURVE)
    result = {
        "files": list(FILES), "terms": given.terms, "tasks": {name: len(group) for name, group in parts.items()},
        "words": {name: len(words) for name, words in kinds.items()}, "shares": list(SHARES),
        "efforts": {part: {str(words): np.round(row, 4).tolist() for words, row in rows.items()} for part, rows in found.items()},
        "curve": vars(curve), "curve_before": vars(before),
        "share": {name: round(curve.share(len(words)), 4) for name, words in kinds.items()},
        "share_before": {name: round(share_of(len(words)), 4) for name, words in kinds.items()},
        "effort": {part: round(cost(curve, rows), 4) for part, rows in found.items()},
        "effort_before": {part: round(cost(before, rows), 4) for part, rows in found.items()},
    }  # fmt: skip
    told = report(
        "deepening", result, seed=given.seed, started=started, path=given.json, program=f"{__package__}.deepening"
    )
    if given.write:
        kept = {
            **{name: result[name] for name in ("files", "terms", "curve")},
            **{name: told[name] for name in ("command", "seed", "time")},
        }
        FITTED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
