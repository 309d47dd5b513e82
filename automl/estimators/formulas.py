"""Formulas for the regressor: their words, the columns that they are made of, and which of a front is given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from library.records import Direction
from library.stores.memory import MemoryStore
from primitives.primitive import Primitive
from primitives.source.mathematics import formula_text
from primitives.syntax import show
from primitives.term import Lambda, Term, Variable
from primitives.types import FLOAT, TypeVariable, arguments_of, function
from primitives.words import builtin_words
from search.regression.algebra import Algebra
from search.regression.front_search import FrontSearch
from search.regression.fronts.front import FrontFormula
from search.regression.fronts.rows import FormulaRows

from ..budget import parse_budget
from ..evaluation.model import Model
from ..progress import progress_bar
from ..study.found.programs import SIZE
from ..study.result import Result
from ..study.words import load_vocabulary
from ..tasks.tables.raw import RawTable

if TYPE_CHECKING:
    import pandas

FORMULAS = "formulas"
"""What stands for USUAL among the words of a regressor."""
USUAL = ("+", "-", "*", "/", "sqrt", "exp", "log", "sin", "cos")
BEST, ACCURACY, SCORE = "best", "accuracy", "score"
SELECTIONS = (BEST, ACCURACY, SCORE)
NEAR = 1.5
"""By what factor the loss of the best formula may be above the least, as PySR has it."""


def formula_words(words: Sequence[str] | str | None) -> Mapping[str, Primitive] | None:
    """The words by which formulas are searched; None where programs of other words are wanted.

    words: as the regressor was given them: FORMULAS, or names, all of them of functions of Floats.

    Raises ValueError where it is another text.
    """
    if isinstance(words, str):
        if words != FORMULAS:
            raise ValueError(f"words={words!r}: {FORMULAS!r} or a list of names is required; write one in brackets")
        words = USUAL
    known = builtin_words()
    chosen = {name: known[name] for name in words or () if name in known and _is_function_of_floats(known[name])}
    return chosen if words and len(chosen) == len(set(words)) else None


def _is_function_of_floats(word: Primitive) -> bool:
    inputs, output = arguments_of(word.scheme.type)
    return bool(word.ufunc) and all(each == FLOAT or isinstance(each, TypeVariable) for each in (*inputs, output))


def numbers_of(raw: RawTable) -> np.ndarray:
    """float64 [rows, columns]: the columns of a table, truth values as 0 and 1.

    raw: cells as they were given.

    Raises ValueError or TypeError where a cell is missing or no number.
    """
    columns = list[np.ndarray]()
    for name, cells in raw.columns.items():
        try:
            values = np.array([math.nan if cell is None else cell for cell in cells.tolist()], np.float64)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"column={name!r}: numbers are required for formulas ({error}); encode it, or leave it out"
            ) from None
        if not np.isfinite(values).all():
            row = int((~np.isfinite(values)).nonzero()[0][0])
            raise ValueError(
                f"column={name!r}, row={row}: it is NaN (or inf), and formulas require numbers; fill it, or leave the row out"
            )
        columns.append(values)
    return np.stack(columns, axis=1)


def search_front(
    x: np.ndarray, y: np.ndarray, words: Mapping[str, Primitive], *, loss: str, weights: np.ndarray | None, seed: int,
    budget: str | timedelta | None, evaluations: int | None, quiet: bool,
) -> tuple[list[FrontFormula], float]:  # fmt: skip
    """The front of formulas, and the loss that is that of rounding.

    x: [rows, columns]. y: [rows]. words: of formulas. loss: its name. weights: of the rows (None: all alike). seed: of the search.
    budget: time as text, or a number of evaluations. evaluations: terms at most (None: any). quiet: whether no line shows how far it is.

    Raises ValueError where the loss, the words or the budget cannot be.
    """
    bound = parse_budget(budget, evaluations)
    found = FrontSearch(x, y, words, loss=loss, weights=weights, seed=seed)
    with progress_bar(FORMULAS, quiet) as progress:
        for _ in found.run(bound.seconds, bound.evaluations):
            if progress is not None:
                best = found.formulas()
                progress(
                    {
                        "evaluations": found.ledger.terms,
                        "best": best[-1].loss if best else None,
                        "metric": f"{loss} loss",
                    }
                )
    return found.told(), found.floor


def as_program(body: Term, names: Sequence[str]) -> Term:
    """The formula as a function of its columns, which lend their names to its arguments where these can be names.

    body: over them, the first the outermost.
    names: of the columns.
    """
    for name in reversed(names):
        body = Lambda(body, name)
    return body


def equation_table(front: Sequence[FrontFormula], names: Sequence[str], floor: float) -> pandas.DataFrame:
    """The front as PySR has it, a row a formula, the smallest first: ``complexity``, ``loss``, ``score`` (how much the logarithm of the
    loss falls for each word more), ``bits`` of the formula together with its errors, ``program``, and the ``equation`` as people write it.

    front: the smallest first.
    names: of the columns.
    floor: the loss below which all are alike.
    """
    import pandas

    scores, least = [0.0], max(floor, np.finfo(np.float64).tiny)
    for before, after in zip(front, front[1:]):
        fall = math.log(max(before.loss, least)) - math.log(max(after.loss, least))
        scores.append(fall / (after.complexity - before.complexity))
    programs = [as_program(each.body, names) for each in front]
    return pandas.DataFrame(
        {
            "complexity": [each.complexity for each in front],
            "loss": [each.loss for each in front],
            "score": scores[: len(front)],
            "bits": [each.length for each in front],
            "program": [" ".join(show(each).split()) for each in programs],
            "equation": [formula_text(each, names) for each in programs],
        }
    )


def program_table(result: Result) -> pandas.DataFrame:
    """The same of a search on a table: its front of error against size, whose programs are no equations. The ``loss`` is 1 − R², or the
    value of another metric, its sign changed where more is better.

    result: of the search.
    """
    import pandas

    rows = result.front(SIZE)[::-1]
    data = None if result.task is None else result.task.data
    higher = data is not None and data.direction is Direction.MAXIMIZE
    losses = [1.0 - row.score if row.metric == "r2" else -row.score if higher else row.score for row in rows]
    falls = [0.0]
    for (small, before), (large, after) in zip(zip(rows, losses), [*zip(rows, losses)][1:]):
        known = before > 0 and after > 0
        falls.append(math.log(before / after) / (large.size - small.size) if known else math.nan)
    columns = {"complexity": [row.size for row in rows], "loss": losses, "score": falls[: len(rows)]}
    return pandas.DataFrame({**columns, "program": [" ".join(row.program.split()) for row in rows]})


def formula_values(formula: FrontFormula | None, x: np.ndarray) -> np.ndarray:
    """float64 [rows]: what a formula gives for numbers [rows, columns].

    formula: of the words of formulas.
    x: finite numbers.

    Raises ValueError where it has no finite value for a row.
    """
    assert formula is not None, "a front has formulas"
    arity = x.shape[1]
    given: dict[Term, np.ndarray] = {Variable(arity - 1 - place): x[:, place] for place in range(arity)}
    values = FormulaRows(given, np.zeros(len(x)), Algebra.of(builtin_words())).values(formula.body).copy()
    if not np.isfinite(values).all():
        row = int((~np.isfinite(values)).nonzero()[0][0])
        raise ValueError(
            f"X: row {row} has no answer (the formula is not defined there); leave such rows out, or fit anew"
        )
    return values


def selected(table: pandas.DataFrame, how: str, floor: float = 0.0) -> int:
    """The number of the formula that is given: of the least loss (``accuracy``), of the highest score (``score``), or of the fewest bits
    together with its errors (``best``); where bits are not known, of the highest score among those whose loss is at most NEAR times the
    least.

    table: of equations.
    how: one of SELECTIONS.
    floor: the loss below which all are alike (default: 0).

    Raises ValueError where it is none of them.
    """
    if how not in SELECTIONS:
        raise ValueError(f"model_selection={how!r}: one of {', '.join(SELECTIONS)} is required; choose one")
    if how == ACCURACY:
        return int(table["loss"].idxmin())
    if how == BEST and "bits" in table:
        return int(table["bits"].idxmin())
    some = table if how == SCORE else table[table["loss"] <= NEAR * max(floor, float(table["loss"].min()))]
    return int(some["score"].idxmax())


def formula_model(body: Term, names: Sequence[str]) -> Model:
    """The formula as a model that runs, and can be saved and written out.

    body: over the columns.
    names: of these.
    """
    vocabulary = load_vocabulary(MemoryStore())
    return Model(as_program(body, names), function(*[FLOAT] * (len(names) + 1)), vocabulary)
