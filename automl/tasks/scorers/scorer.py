"""scikit-learn's scorers, by their names: what each comes to for answers that are at hand."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np

from ..metrics import CLASSES, NUMBERS, UndefinedScore

OF_CLASSES = frozenset({"neg_log_loss", "neg_brier_score", "neg_negative_likelihood_ratio"})
OF_NUMBERS = frozenset({"r2", "explained_variance", "d2_absolute_error_score"})
NEGATED = "neg_"
"""How the names of errors begin, of which the scorer gives the negative."""


def scorer_form(name: str) -> str | None:
    """The form of targets, classes or numbers, that the scorer of this name is for; None where scikit-learn has none of it."""
    from sklearn.metrics import get_scorer_names

    if name not in get_scorer_names():
        return None
    return NUMBERS if name in OF_NUMBERS or (name.startswith(NEGATED) and name not in OF_CLASSES) else CLASSES


def scorer_value(
    name: str, form: str, targets: np.ndarray, answers: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """What the scorer says of answers; more is better.

    name: one for which ``scorer_form`` is ``form``.
    targets: int64 [n] classes, of which 1 is the positive one of two, or float64 [n, k].
    answers: float64 [n, classes], the probability of each class, or float64 [n, k].
    weights: float64 [n], how much each case counts where the scorer takes such (default: alike).

    Raises UndefinedScore where it has no value.
    """
    from sklearn.metrics import get_scorer

    from .answered import AnsweredClasses, AnsweredNumbers

    kind = AnsweredClasses if form == CLASSES else AnsweredNumbers
    rows = np.arange(len(targets))[:, None]
    wanted = targets if form == CLASSES else _flat(targets)
    given = {} if weights is None or not _weighs(name) else {"sample_weight": weights}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            value = float(get_scorer(name)(kind(answers), rows, wanted, **given))
        except (ValueError, ArithmeticError) as error:
            raise UndefinedScore(f"no value of {name} ({_line(error)})") from None
    if not np.isfinite(value):
        why = _line(said[0].message) if said else f"it gave {value}"
        raise UndefinedScore(f"no value of {name} ({why})")
    return value


def scorer_undefined(name: str, form: str, targets: np.ndarray) -> str:
    """Why even answers that are all right have no value, by what the targets have; "" where they have one."""
    width = max(2, int(targets.max()) + 1) if form == CLASSES else 0
    try:
        scorer_value(name, form, targets, np.eye(width)[targets] if form == CLASSES else targets)
    except UndefinedScore as undefined:
        return str(undefined)
    return ""


@cache
def _weighs(name: str) -> bool:
    """Whether the scorer takes weights of the cases: some of scikit-learn's have no argument for them."""
    two = np.arange(2)
    form = scorer_form(name)
    from sklearn.metrics import get_scorer

    from .answered import AnsweredClasses, AnsweredNumbers

    asked = AnsweredClasses(np.eye(2)) if form == CLASSES else AnsweredNumbers(np.ones((2, 1)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            get_scorer(name)(asked, two[:, None], two, sample_weight=np.ones(2))
    except TypeError:
        return False
    except ValueError:  # of the two cases, not of their weights
        return True
    return True


def _flat(numbers: np.ndarray) -> np.ndarray:
    return numbers[:, 0] if numbers.ndim == 2 and numbers.shape[1] == 1 else numbers


def _line(said: Exception | Warning | str, most: int = 160) -> str:
    return (str(said).splitlines() or [type(said).__name__])[0][:most]
