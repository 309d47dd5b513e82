"""Which of several programs answer best together: greedy forward selection with replacement (Caruana et al., Ensemble selection from
libraries of models, ICML 2004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Worth = Callable[[np.ndarray], tuple[float, ...]]
"""How good answers are; greater is better."""
ROUNDS = 4
"""Rounds for each program that may be taken: so finely are the shares divided."""


def select(answers: Sequence[np.ndarray], worth: Worth, most: int) -> list[int]:
    """How many times each program is taken, so that the mean of the answers of those taken is the best of the means on the way.

    answers: of each program, arrays of one shape.
    worth: of the mean of some of them.
    most: how many different programs may be taken, at least 1.

    The first is the best alone, so the mean is never worse; each round adds the program with which the mean is best, and of equal ones the
    first. Of equal means the one of fewer rounds is kept.
    """
    counts, best = [0] * len(answers), [0] * len(answers)
    best_worth: tuple[float, ...] = (-np.inf,)
    total = np.zeros_like(answers[0], dtype=np.float64)
    for taken in range(1, ROUNDS * most + 1):
        full = sum(count > 0 for count in counts) >= most
        open_to = [index for index, count in enumerate(counts) if count or not full]
        gained, place = max((worth((total + answers[index]) / taken), -index) for index in open_to)
        counts[-place] += 1
        total += answers[-place]
        if gained > best_worth:
            best, best_worth = list(counts), gained
    return best
