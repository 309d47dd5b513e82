"""A formula on all rows at once, its constants free to be fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Literal, Term, Variable, Word, apply, spine

from ..algebra import Algebra, number
from ..columns import Array

Compute = Callable[[Sequence[Array], Sequence[float]], Array | float]


@dataclass(frozen=True)
class VectorisedFormula:
    """A ``body`` over words of an algebra as a function of its arguments and of its ``constants``, in the order of its text."""

    body: Term
    constants: tuple[float, ...]
    compute: Compute

    @classmethod
    def of(cls, body: Term, algebra: Algebra) -> VectorisedFormula:
        """The function of a body.

        body: of words of the algebra, Floats and arguments.
        algebra: with the words.
        """
        constants = list[float]()
        compute = _computed(body, {word: getattr(np, name) for name, word in algebra.names.items()}, constants)
        return cls(body, tuple(constants), compute)

    def values(self, arguments: Sequence[Array], constants: Sequence[float] | None = None) -> Array:
        """Its values [rows], not finite where it has none.

        arguments: at least one, [rows] each.
        constants: in place of its own (default: its own).
        """
        with np.errstate(all="ignore"):
            made = self.compute(arguments[::-1], self.constants if constants is None else constants)
        return np.broadcast_to(np.asarray(made, np.float64), arguments[0].shape)

    def with_constants(self, constants: Sequence[float]) -> Term:
        """The body with other constants.

        constants: as many as it has.
        """
        left = list(constants)
        return _replaced(self.body, left)


def _computed(term: Term, functions: Mapping[str, Callable[..., Array]], constants: list[float]) -> Compute:
    if isinstance(term, Variable):
        index = term.index
        return lambda arguments, given: arguments[index]
    if isinstance(term, Literal):
        place = len(constants)
        constants.append(float(term.value))  # type: ignore[arg-type]
        return lambda arguments, given: given[place]
    head, parts = spine(term)
    assert isinstance(head, Word), "formulas are words, arguments and Floats"
    function, made = functions[head.name], [_computed(part, functions, constants) for part in parts]
    if len(made) == 1:
        only = made[0]
        return lambda arguments, given: function(only(arguments, given))
    left, right = made
    return lambda arguments, given: function(left(arguments, given), right(arguments, given))


def _replaced(term: Term, constants: list[float]) -> Term:
    """The term with the next constants in place of its literals, which are taken off the list."""
    if isinstance(term, Literal):
        return number(constants.pop(0))
    if isinstance(term, Variable):
        return term
    head, parts = spine(term)
    return apply(head, *(_replaced(part, constants) for part in parts))
