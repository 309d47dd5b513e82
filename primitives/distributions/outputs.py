"""The code of a program's output: as of any term, but that a list which a loop only writes stays as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..binding import free_variables
from ..compile.batches import Batch, Code, Constant
from ..compile.forward_pass import ForwardPass
from ..term import Let, Term, spine
from ..values import Failure, Value
from .chains import MARK, Chain, WrittenStep, read_step
from .chance import Chance, is_flat
from .compiler import SpreadingCompiler
from .lifting import padded
from .rules import random_lists
from .support import ABSENT, check, support_of, told_apart
from .uses import draws, is_algorithmic
from .writing import WrittenFold, exposed, written_fold


def output_code(compiler: SpreadingCompiler, term: Term) -> Code:
    """The code of a term whose value is the program's output."""
    term = exposed(term, compiler.words)
    if not isinstance(term, Let):
        return compiler.code(term)
    fold = written_fold(term, compiler.words)
    plain = compiler.let(term, output_code(compiler, term.body))
    if fold is None:
        return plain
    end = term.body
    if draws(end, compiler.words) or not is_algorithmic(end, compiler.words):
        return plain
    parts = [compiler.code(part) for part in (fold.function, fold.start, fold.elements)]

    def code(run: ForwardPass, scope: tuple) -> Batch:
        function, start, elements = (part(run, scope) for part in parts)
        found = _chain(compiler, run, fold, end, scope, (function, start, elements))
        return plain(run, scope) if found is None else found

    return code


def _chain(
    compiler: SpreadingCompiler, run: ForwardPass, fold: WrittenFold, end: Term, scope: tuple, batches: tuple[Batch, Batch, Batch]
) -> Chain | None:  # fmt: skip
    """The list as a chain; None where the loop hangs on something that is not the same for all cases, or writes at both ends."""
    function, start, elements = batches
    named, lists, begun = compiler.function_on(run, function), random_lists(run, elements), _begun(start, fold.part)
    around = {index - 1 for index in free_variables(end) if index}
    if named is None or lists is None or begun is None:
        return None
    if not all(isinstance(scope[-1 - index], Constant) for index in around):
        return None
    key, call = named
    control, first = begun
    known = tuple(batch.value if isinstance(batch, Constant) else None for batch in scope)
    steps = compiler.written.setdefault((key, fold, end, tuple(told_apart(known[-1 - i]) for i in sorted(around))), {})

    def kept(name: tuple, make: Callable[[], WrittenStep | None]) -> WrittenStep | None:
        if name not in steps:
            steps[name] = make()
        return steps[name]

    def step(state: Value, element: Value) -> WrittenStep | None:
        whole = _whole(state, fold.part)
        arguments = (element, whole) if fold.backwards else (whole, element)
        return kept((told_apart(state), told_apart(element)), lambda: _read(call(*arguments), fold.part))

    def finish(state: Value) -> WrittenStep | None:
        def ended() -> WrittenStep | None:
            whole = _whole(state, fold.part)
            value = compiler.lifting.called(run, lambda machine: machine.evaluate(end, (*known, whole)))
            found = None if isinstance(value, Failure) else read_step(None, value)
            return found if found is None or not turned else WrittenStep(None, found.items, -found.end)

        return kept((told_apart(state),), ended)

    turned = _turned(end)
    values, lengths = compiler.lifting.elements(run, lists)
    timeline = padded(values, lengths)
    timeline = list(reversed(timeline)) if fold.backwards else timeline
    state = compiler.lifting.flatten(run, control)
    limit = compiler.lifting.tables.limit
    direction = _direction(state.support.values, (each.support.values for each in timeline), step, finish, limit)
    if direction is None:
        return None
    first = first if direction > 0 else tuple(reversed(first))

    def count(entries: int) -> None:
        compiler.lifting.tables.entries += entries

    p = state.p.to(values.p.device)
    return Chain(
        Chance(state.support, p), first, tuple(timeline), step, finish, direction * (-1 if turned else 1), limit, count
    )


def _begun(start: Batch, part: str) -> tuple[Batch, tuple] | None:
    """The first state without the list, and the list, which must be the same for all cases."""
    if isinstance(start, Constant):
        if not part:
            return Constant(()), start.value
        pair = start.value
        return (Constant(pair[0]), pair[1]) if part == "second" else (Constant(pair[1]), pair[0])
    if not part or not isinstance(start, tuple):
        return None
    state, xs = start if part == "second" else reversed(start)
    return (state, xs.value) if isinstance(xs, Constant) and is_flat(state) else None


def _whole(state: Value, part: str) -> Value:
    return (MARK,) if not part else (state, (MARK,)) if part == "second" else ((MARK,), state)


def _read(value: Value, part: str) -> WrittenStep | None:
    if isinstance(value, Failure):
        return None
    if not part:
        return read_step((), value)
    return read_step(value[0], value[1]) if part == "second" else read_step(value[1], value[0])


def _turned(end: Term) -> bool:
    """Whether the list is reversed at the end."""
    if isinstance(end, Let):
        return _turned(end.body)
    head, arguments = spine(end)
    if getattr(head, "name", "") == "reverse":
        return not _turned(arguments[0])
    return False


def _direction(states: tuple, elements: Iterable[tuple], step: Callable, finish: Callable, limit: int) -> int | None:
    """1 where the list is written to at its end, -1 at its beginning; None where at both, by going through all states there may be."""
    ends: set[int] = set()
    support, _ = support_of(states)
    passed: dict[tuple, object] = {}
    for values in elements:
        name = (support, values)
        if name not in passed:
            check(limit, len(support), len(values))
            made = [
                step(state, value)
                for state in support.values
                for value in values
                if value is not ABSENT and not isinstance(value, Failure)
            ]
            ends.update(each.end for each in made if each is not None)
            reached = [each.state for each in made if each is not None]
            stay = list(support.values) if any(value is ABSENT for value in values) else []
            passed[name] = support_of([*stay, *reached])[0]
        support = passed[name]  # type: ignore[assignment]
    ends.update(each.end for each in map(finish, support.values) if each is not None)
    ends.discard(0)
    return None if len(ends) > 1 else next(iter(ends), 1)
