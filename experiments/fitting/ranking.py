"""The weights by which a search chooses among programs that meet the examples, and those of its confidence.

    python -m experiments.fitting.ranking [FILE …] [--draws 2] [--terms 60000] [--choices FILE] [--write] [--json FILE]

Fitted on half of the families of the files (``list_train.jsonl``, ``rule_c001_c150.jsonl`` and ``text_train.jsonl`` of
../shared/data/synthesis where none are named); the other half, and files named with ``--held-out``, are only reported. The weights are
those of a conditional logit: the probability of a program is proportional to exp(w · f), and the likelihood is that of the right ones
together; a ridge penalty, whose size is chosen by five-fold cross-validation over families, keeps them small; what speaks against a
program gets no weight above 0, and one weight is set by hand (BY_HAND). ``--choices`` keeps what was searched in a file, to fit again
without searching. The confidence is a logistic regression of whether the first program of the verdict is right, on choices whose weights
were fitted without them. ``--write`` puts both into ``search/choice/fitted.json``, which the search reads; what is reported as ``before``
are the weights that it had.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from search.choice import ranking
from search.choice.ranking import CONFIDENCE, FEATURES, HANDFUL, MOST_EVIDENCE, WEIGHTS

from ..benchmarks.common import parser, report
from .candidates import Choice, Spec, choices, divided, read_choices, specs, write_choices

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthesis"
FILES = ("list_train.jsonl", "rule_c001_c150.jsonl", "text_train.jsonl")
HELD_OUT = ("lambdabeam_synthetic.jsonl",)
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
FOLDS = 5
AGAINST = frozenset((
    "words", "literals", "literal_bits", "long_literals", "unused", "idle", "fails", "fails_usual", "same", "empties", "sizes",
))  # fmt: skip
"""Features that speak against a program if they speak at all: their weights are not above 0, whatever the few choices say in which
they differ."""
BY_HAND = {"unused": -2.5}
"""Weights that are not fitted: few tasks of the data have several arguments, so that they say next to nothing of what people take for
granted, that an argument is there to be used."""
FITTED = Path(ranking.__file__).with_name("fitted.json")


@dataclass(frozen=True)
class Weights:
    """``ranking`` in the order of FEATURES; ``confidence``: one, agreement, bits of the outputs, weight, logarithm of the examples."""

    ranking: np.ndarray
    confidence: np.ndarray


def loss(weights: np.ndarray, group: Sequence[Choice], scale: np.ndarray, penalty: float) -> tuple[float, np.ndarray]:
    """Mean negative log-likelihood of the right programs, plus the penalty on the scaled weights; and its gradient."""
    total, slope = 0.0, np.zeros_like(weights)
    for each in group:
        values = each.features @ weights
        every, right = _softmax(values), _softmax(np.where(each.right, values, -np.inf))
        total += _log_sum(values) - _log_sum(values[each.right])
        slope += each.features.T @ (every - right)
    count = max(len(group), 1)
    scaled = weights * scale
    return total / count + penalty / 2 * float(scaled @ scaled), slope / count + penalty * scaled * scale


def fit_ranking(group: Sequence[Choice], penalty: float) -> np.ndarray:
    """The weights of the conditional logit on the choices that have right programs and wrong ones."""
    telling = [each for each in group if each.right.any() and not each.right.all()]
    scale = np.concatenate([each.features for each in telling]).std(0)
    scale = np.where(scale > 0, scale, 1.0)
    bounds = [(BY_HAND.get(name), BY_HAND.get(name, 0.0 if name in AGAINST else None)) for name in FEATURES]
    start = np.array([BY_HAND.get(name, 0.0) for name in FEATURES])
    found = minimize(loss, start, args=(telling, scale, penalty), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def first(each: Choice, weights: np.ndarray) -> tuple[int, float, float]:
    """(the program told first, its agreement, its weight), as ``search.choice.ranking.ranked`` chooses it."""
    values = each.features @ weights
    agreement = each.alike**HANDFUL @ _softmax(values)
    best = min(range(len(values)), key=lambda i: (-round(float(agreement[i]), 9), -values[i], i))
    return best, float(agreement[best]), float(values[best])


def explained(each: Choice, weights: np.ndarray) -> tuple[list[float], bool]:
    """What the confidence is read from, and whether the first program is right."""
    best, agreement, value = first(each, weights)
    terms = [1.0, agreement, min(each.evidence, MOST_EVIDENCE), value, math.log(each.examples)]
    return terms, bool(each.right[best])


def fit_confidence(rows: Sequence[tuple[list[float], bool]]) -> np.ndarray:
    """The weights of the logistic regression, with a slight ridge penalty."""
    inputs, right = np.array([terms for terms, _ in rows]), np.array([right for _, right in rows], float)
    scale = np.where(inputs.std(0) > 0, inputs.std(0), 1.0)

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        values = inputs @ weights
        chance = 1 / (1 + np.exp(-np.clip(values, -50, 50)))
        value = (
            np.logaddexp(0, values).mean()
            - (right * values).mean()
            + 0.005 * float((weights * scale) @ (weights * scale))
        )
        return float(value), inputs.T @ (chance - right) / len(right) + 0.01 * weights * scale**2

    return np.asarray(minimize(objective, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x)


def folds(group: Sequence[Choice]) -> list[tuple[list[Choice], list[Choice]]]:
    """(rest, fold) for each of the folds, divided by families."""
    names = sorted({each.family for each in group})
    place = {name: number % FOLDS for number, name in enumerate(names)}
    return [
        ([each for each in group if place[each.family] != fold], [each for each in group if place[each.family] == fold])
        for fold in range(FOLDS)
    ]


def fit(group: Sequence[Choice]) -> tuple[Weights, dict[str, Any]]:
    """The weights, and how the penalty was chosen: the share right of the folds that each penalty left out. Raises SystemExit where
    there is too little to fit on."""
    for rest, _ in folds(group):
        if not any(each.right.any() and not each.right.all() for each in rest):
            raise SystemExit(
                f"choices={len(group)}: needed some with right programs and wrong ones in every fold; name more tasks"
            )
    shares = {penalty: _cross(group, penalty) for penalty in PENALTIES}
    penalty = max(PENALTIES, key=lambda each: (shares[each], each))
    apart = [row for rest, fold in folds(group) for row in _explained(fold, fit_ranking(rest, penalty))]
    found = Weights(fit_ranking(group, penalty), fit_confidence(apart))
    return found, {"penalty": penalty, "right_by_penalty": {str(key): round(value, 4) for key, value in shares.items()}}


def _cross(group: Sequence[Choice], penalty: float) -> float:
    rows = [right for rest, fold in folds(group) for _, right in _explained(fold, fit_ranking(rest, penalty))]
    return sum(rows) / len(rows)


def _explained(group: Sequence[Choice], weights: np.ndarray) -> list[tuple[list[float], bool]]:
    return [explained(each, weights) for each in group]


def figures(group: Sequence[Choice], weights: Weights) -> dict[str, Any]:
    """Of the choices: how many, in how many there is a right program, how often the first is right, and what the confidence is worth
    (Brier's score, the mean of the confidence)."""
    rows = _explained(group, weights.ranking)
    if not rows:
        return {"choices": 0}
    right = np.array([each for _, each in rows], float)
    chance = 1 / (1 + np.exp(-np.clip(np.array([terms for terms, _ in rows]) @ weights.confidence, -50, 50)))
    return {
        "choices": len(rows),
        "right_among_them": int(sum(bool(each.right.any()) for each in group)),
        "right_first": int(right.sum()),
        "share_right": round(float(right.mean()), 4),
        "mean_confidence": round(float(chance.mean()), 4),
        "brier": round(float(((chance - right) ** 2).mean()), 4),
    }


def _softmax(values: np.ndarray) -> np.ndarray:
    shifted = np.exp(values - values.max())
    return np.asarray(shifted / shifted.sum())


def _log_sum(values: np.ndarray) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum()))


def gathered(tasks: Sequence[Spec], draws: int, terms: int, seed: int, say: Callable[[str], None]) -> list[Choice]:
    """The choices of all tasks, one after another."""
    found: list[Choice] = []
    for number, spec in enumerate(tasks, 1):
        found += choices(spec, draws, terms, seed)
        say(f"{number}/{len(tasks)} {spec.family} {spec.name}: {len(found)} choices")
    return found


def main() -> None:
    options = parser(__doc__)
    options.add_argument("files", nargs="*", type=Path, default=[DATA / name for name in FILES])
    options.add_argument("--held-out", nargs="*", type=Path, default=[DATA / name for name in HELD_OUT])
    options.add_argument("--draws", type=int, default=2, help="of examples, for each task")
    options.add_argument("--terms", type=int, default=60_000, help="for each search; there are two for each draw")
    options.add_argument("--choices", type=Path, help="read what was searched from this file, or keep it there")
    options.add_argument("--write", action="store_true", help=f"write {FITTED.name} beside the ranking")
    given = options.parse_args()
    started = time.perf_counter()
    tasks = [spec for path in given.files for spec in specs(path)]
    fitted_on, held_out = divided([spec.family for spec in tasks], given.seed)
    others = [spec for path in given.held_out for spec in specs(path)]
    found = (
        read_choices(given.choices)
        if given.choices is not None and given.choices.is_file()
        else gathered([*tasks, *others], given.draws, given.terms, given.seed, lambda line: print(line, flush=True))
    )
    if given.choices is not None:
        write_choices(given.choices, found)
    inside = [each for each in found if each.family in fitted_on]
    weights, how = fit(inside)
    before = Weights(np.array(WEIGHTS), np.array(CONFIDENCE))
    parts = {"fitted_on": inside, "held_out": [each for each in found if each.family in held_out]}
    for name in ("fitted_on", "held_out"):
        parts.update(
            {f"{name}: {path.stem}": [each for each in parts[name] if each.source == path.stem] for path in given.files}
        )
    parts.update({path.stem: [each for each in found if each.source == path.stem] for path in given.held_out})
    result = {
        "files": [path.name for path in given.files], "families_fitted_on": sorted(fitted_on), "families_held_out": sorted(held_out),
        "draws": given.draws, "terms": given.terms, **how, "ranking": dict(zip(FEATURES, np.round(weights.ranking, 4).tolist())),
        "confidence": np.round(weights.confidence, 4).tolist(),
        "fitted": {name: figures(part, weights) for name, part in parts.items()},
        "before": {name: figures(part, before) for name, part in parts.items()},
    }  # fmt: skip
    told = report(
        "ranking", result, seed=given.seed, started=started, path=given.json, program=f"{__package__}.ranking"
    )
    if given.write:
        FITTED.write_text(json.dumps(_kept(told), indent=1) + "\n", encoding="utf-8")


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    """What the search reads, and where it came from."""
    names = ("files", "families_fitted_on", "draws", "terms", "penalty", "ranking", "confidence")
    return {
        **{name: told["figures"][name] for name in names},
        **{name: told[name] for name in ("command", "seed", "time", "versions")},
    }


if __name__ == "__main__":
    main()
