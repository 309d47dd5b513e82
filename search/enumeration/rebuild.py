"""Back-pointers to terms."""

from __future__ import annotations

from collections.abc import Sequence

from primitives.binding import shift
from primitives.columns.bank import Bank, Store
from primitives.columns.frame import Operation
from primitives.term import Literal, Term, Variable, apply, lambdas
from primitives.types import arguments_of, is_function

from .prospects import Prospect


def term_of_row(bank: Bank, store: Store, row: int) -> Term:
    """The term of a row, with the variables of the bank's context free."""
    run = bank.run_of(store, row)
    if run.operation is not None:
        return term_of_kids(bank, run.operation, [int(kid.array[row - run.start]) for kid in run.kids])
    if run.source is not None:
        assert bank.parent is not None
        return shift(term_of_row(bank.parent, run.source, int(run.kids[0].array[row - run.start])), len(bank.bound))
    if run.position >= 0:
        return Variable(len(bank.variables) - 1 - run.position)
    return Literal(bank.values.pool(store.type).decode(run.code), store.type)


def term_of_kids(bank: Bank, operation: Operation, kids: Sequence[int | Prospect | Literal]) -> Term:
    """The operation on the terms of the rows, and of what is no row."""
    arguments: list[Term] = []
    for type, row in zip(operation.arguments, kids):
        if isinstance(row, Literal):
            arguments.append(row)
        elif isinstance(row, Prospect):
            arguments.append(term_of_kids(bank, row.operation, row.kids))
        elif is_function(type):
            bound, body = arguments_of(type)
            child = bank.children[bound]
            arguments.append(lambdas(len(bound), term_of_row(child, child.stores[body], row)))
        else:
            arguments.append(term_of_row(bank, bank.stores[type], row))
    return apply(operation.term, *arguments)
