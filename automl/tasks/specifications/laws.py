"""Tables of numbers of which a formula gives one column exactly from the others: their rows are examples of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primitives.types import FLOAT, INT, arguments_of
from primitives.words import builtin_words
from search.enumeration.answers import Answer
from search.generation.costs import default_costs
from search.regression.formulas import Formulas

from .guessing import guessed, value_of
from .rows import Cells
from .tables import LARGE, SPECIFIED, cells_of

if TYPE_CHECKING:
    from ..load import Reference

TERMS = 20_000
"""Of the search for a formula, about half a second: most laws of a few arguments are found within a fifth of it."""
LEAST_ROWS, MOST_COLUMNS = 8, 9


def is_lawful(reference: Reference) -> bool:
    """Whether a formula of the other columns gives the target of a table in all rows, up to rounding, where it is not said how the rows are
    to be read. It is looked for shortly, so that laws of many parts are not found.

    reference: of a table.

    Raises TaskError where there is no such table or column.
    """
    options = reference.options
    if reference.path is None or reference.path.stat().st_size > LARGE:
        return False
    if any(key in options for key in (*SPECIFIED, "layout", "targets", "metric", "class_weight")):
        return False
    return follows_law(cells_of(reference))


def follows_law(cells: Cells) -> bool:
    """Whether a formula of the inputs gives the outputs, which are numbers with decimals, in all rows.

    cells: of the rows.
    """
    if not 0 < len(cells.inputs) <= MOST_COLUMNS or len(cells.output) < LEAST_ROWS:
        return False
    if any(cell is None for column in (*cells.inputs, cells.output) for cell in column):
        return False
    type = guessed(cells.inputs, cells.output)
    types, result = arguments_of(type)
    if result != FLOAT or any(each not in (FLOAT, INT) for each in types):
        return False
    columns = [[value_of(cell, kind) for cell in column] for column, kind in zip(cells.inputs, types, strict=True)]
    outputs = [value_of(cell, FLOAT) for cell in cells.output]
    examples = list(zip(zip(*columns, strict=True), outputs, strict=True))
    words = builtin_words()
    if not Formulas.suits(type, examples, words):
        return False
    engine = Formulas(type, examples, words=words, costs=default_costs(words, type))
    return any(isinstance(found, Answer) for found in engine.run(max_terms=TERMS))
