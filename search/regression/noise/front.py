"""Formulas that fit noisy outputs, by error against size, and which of them to answer with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Term

from ..constants import UNITS, bits, simpler

EXACT = 1e-11
"""The error below which a fit is as good as any, relative to the outputs' root mean square."""
NODE = 4.0
"""Bits that a word or an argument of a formula takes."""


@dataclass(frozen=True)
class NoisyFormula:
    """The ``body`` of a formula of so many words, arguments and numbers (``size``), its mean squared error (``loss``), and the bits that it
    and its errors take to be written down (``length``)."""

    body: Term
    size: int
    loss: float
    length: float


def constant_bits(value: float, rows: int) -> float:
    """About how many bits a number takes: by its simplest form, or as far as so many rows tell it.

    value: any number.
    rows: how many examples there are.
    """
    fitted = 0.5 * math.log2(rows) + 8.0
    simple = bits(value)
    if simple < fitted:
        return simple
    digits = next((3.4 * places + 3.0 for places in (1, 2, 3) if float(f"{value:.{places - 1}e}") == value), fitted)
    multiples = (
        4.0 + bits(round(value / unit * 12) / 12)
        for unit in UNITS
        if abs(value / unit * 12 - round(value / unit * 12)) < 1e-9
    )
    return min(fitted, simple, digits, *multiples)


def description_length(
    squares: float, constants: Sequence[float], size: int, output_squares: float, rows: int
) -> float:
    """The bits that a formula and its errors take together (Rissanen 1978); infinite where its errors are.

    squares: the sum of its squared errors.
    constants: its numbers.
    size: its words, arguments and numbers.
    output_squares: the sum of the squared outputs.
    rows: how many examples there are.
    """
    if not math.isfinite(squares):
        return math.inf
    relative = max(squares / output_squares, EXACT**2)
    structure = NODE * (size - len(constants)) + sum(2.0 + constant_bits(value, rows) for value in constants)
    return 0.5 * rows * math.log2(relative) + structure


def candidates_for(value: float, error: float) -> list[float]:
    """Simple numbers that a fitted one may stand for, 0 among them where that is as near.

    value: as fitted.
    error: its standard error.
    """
    reach = min(3.0 * error, 0.3 * abs(value)) if math.isfinite(error) else 0.3 * abs(value)
    within = max(reach / abs(value), 1e-9) if value else 0.0
    found = list(simpler(value, within)) if value else []
    found += [sign for sign in (1.0, -1.0) if abs(value - sign) <= max(reach, 3.0 * error)]
    return list(dict.fromkeys([*([0.0] if abs(value) <= 3.0 * error else []), *found]))


def pareto(formulas: Sequence[NoisyFormula]) -> list[NoisyFormula]:
    """Of each size the one that is shortest together with its errors, where no smaller one has as little loss; the smallest first.

    formulas: any.
    """
    by_size = dict[int, NoisyFormula]()
    for each in sorted(formulas, key=lambda one: -one.length):
        by_size[each.size] = each
    found = list[NoisyFormula]()
    for each in sorted(by_size.values(), key=lambda one: one.size):
        if not found or each.loss < found[-1].loss:
            found.append(each)
    return found


def is_noise(errors: np.ndarray, inputs: np.ndarray) -> bool:
    """Whether nothing tells that errors depend on the inputs: neither a quadratic of them, nor the error of the nearest example.

    errors: of a formula, [rows].
    inputs: [rows, arguments].
    """
    rows = len(errors)
    spread = np.ptp(inputs, axis=0)
    scaled = (inputs[:, spread > 0] - inputs.mean(0)[spread > 0]) / inputs.std(0)[spread > 0]
    width = scaled.shape[1]
    if rows < 12 or not errors.std() or not width:
        return False
    pairs = [scaled[:, [i]] * scaled[:, [j]] for i in range(width) for j in range(i, width)]
    design = np.hstack([np.ones((rows, 1)), scaled, *pairs])[:, : max(2, rows // 4)]
    left = errors - design @ np.linalg.lstsq(design, errors, rcond=1e-10)[0]
    explained = 1.0 - float(left @ left) / float(errors @ errors)
    taken = design.shape[1]
    expected = taken / rows
    far = 4.0 * math.sqrt(2.0 * taken) / rows
    apart = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(2) + np.diag(np.full(rows, np.inf))
    ranks = np.clip(errors / errors.std(), -3.0, 3.0)
    alike = float(np.mean(ranks * ranks[apart.argmin(1)]))
    return explained < expected + far and alike < 3.0 / math.sqrt(rows)
