"""What keeps exported loops and recursions from running for ever; its text goes into the exported programs that need it."""

from __future__ import annotations

from collections.abc import Callable

from ..values import OutOfFuel, Value

MAX_STEPS = 1_000_000
"""Most calls that the loops and recursions of one run make together; the interpreter's usual fuel is a fifth of it."""


def counter() -> Callable[[Callable], Callable]:
    """Makes functions that together are called at most MAX_STEPS times; OutOfFuel at the next call."""
    left = MAX_STEPS

    def counted(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
        def call(argument: Value) -> Value:
            nonlocal left
            left -= 1
            if left < 0:
                raise OutOfFuel(f"loops and recursions made {MAX_STEPS} steps; raise MAX_STEPS if that is too few")
            return function(argument)

        return call

    return counted


def bounded(function: Callable) -> Callable:
    """The function with OutOfFuel where Python's own limit of calls inside calls is reached."""

    def run(*arguments: Value) -> Value:
        try:
            return function(*arguments)
        except RecursionError:
            raise OutOfFuel("recursion is too deep") from None

    return run
