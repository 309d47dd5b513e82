"""One forward pass of a compiled program: its size, weights and, for what cannot run batched, an interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import torch

from ..batch import Objects
from ..interpreter.interpret import Fuel, Machine
from ..primitive import PURE
from ..term import Word
from ..values import Failed, Failure, Outcome, Value
from .batches import Batch, Constant, Device, Function, has_failures, join, pack, select, tight, values_of

if TYPE_CHECKING:
    from .program import Program


class ForwardPass:
    """What code needs beside its scope. ``at`` gives the same run for another number of examples."""

    __slots__ = ("_shared", "device", "nodes", "program", "size", "training")

    def __init__(self, program: Program, size: int, device: Device, shared: dict[str, Machine] | None = None) -> None:
        self.program, self.size, self.device = program, size, device
        self.nodes, self.training = program.nodes, program.training
        self._shared: dict[str, Machine] = {} if shared is None else shared

    def at(self, size: int) -> ForwardPass:
        return self if size == self.size else type(self)(self.program, size, self.device, self._shared)

    @property
    def machine(self) -> Machine:
        """The interpreter of this forward pass; its weights are the module's own, so gradients flow through it."""
        machine = self._shared.get("machine")
        if machine is None:
            program = self.program
            fuel = Fuel(program.fuel.steps * max(self.size, 1), program.fuel.seconds)
            machine = Machine(program.words, program.live(), fuel, program.storage, self.training)
            self._shared["machine"] = machine
        return machine

    def tick(self) -> None:
        """Use fuel for one step of a loop over all examples; OutOfFuel when it is gone."""
        self.machine.tick(max(self.size, 1))

    def interpreted(self, function: Function, size: int) -> Iterator[Value]:
        """The function as the interpreter has it, for every example."""
        machine = self.machine
        columns = [values_of(batch, size, self) for batch in function.captured]
        for position in range(size):
            scope = tuple(column[position] for column in columns)
            if function.arity == 0:
                yield _delay(machine, function, scope)
            else:
                yield machine.evaluate(function.source, scope)

    def apply(self, function: Batch, *arguments: Batch) -> Batch:
        """A batch of functions applied to batches of arguments; an example with a failed argument fails."""
        if has_failures(function) or any(map(has_failures, arguments)):
            return self.strictly(lambda run, f, *rest: run.apply(f, *rest), function, *arguments)
        if not arguments:
            return function
        if not isinstance(function, Function):
            return self._apply_each(function, arguments)
        if len(arguments) < function.arity:
            return function.partial(arguments)
        taken, rest = arguments[: function.arity], arguments[function.arity :]
        result = function.code(self, function.captured + taken)
        return self.apply(result, *rest) if rest else result

    def force(self, delayed: Batch) -> Batch:
        """The value of a delayed argument."""
        return delayed.code(self, delayed.captured) if isinstance(delayed, Function) and delayed.arity == 0 else delayed

    def _apply_each(self, functions: Batch, arguments: tuple[Batch, ...]) -> Batch:
        columns = [values_of(batch, self.size, self) for batch in (functions, *arguments)]

        def call(position: int) -> Value:
            value = columns[0][position]
            for column in columns[1:]:
                value = value(column[position])
            return value

        return self.each(call)

    def each(self, call: Callable[[int], Value]) -> Batch:
        """``call(position)`` for every example, with failures as values."""
        batch = pack([self.guarded(call, position) for position in range(self.size)])
        return batch.to(self.device) if isinstance(batch, torch.Tensor) and self.device is not None else batch

    def guarded(self, call: Callable[[int], Value], position: int) -> Value:
        try:
            return call(position)
        except Failed as failed:
            return Failure(failed.kind, failed.word, str(failed))
        except RecursionError:
            return Failure(Outcome.OUT_OF_FUEL, self.machine.word, "recursion is too deep")

    def strictly(self, call: Callable[..., Batch], *arguments: Batch) -> Batch:
        """``call(run, *arguments)`` on the examples whose arguments have all values; the first failed argument is
        the others' result."""
        failures = failures_in(arguments)
        if not failures:
            return call(self, *arguments)
        good = [position for position in range(self.size) if position not in failures]
        items: list[Value] = [failures.get(position) for position in range(self.size)]
        if good:
            index = torch.tensor(good)
            result = call(self.at(len(good)), *(tight(select(argument, index)) for argument in arguments))
            for position, value in zip(good, values_of(result, len(good), self), strict=True):
                items[position] = value
        return Objects(items)

    def fall_back(self, word: Word, lazy: frozenset[int], arguments: tuple[Batch, ...]) -> Batch:
        """A word example by example, through its meaning on values."""
        machine = self.machine
        if machine.words[word.name].purity == PURE and all(isinstance(argument, Constant) for argument in arguments):
            once = self.at(1)
            value = once.guarded(lambda _: machine.apply_word(word, [_constant(a.value) for a in arguments]), 0)
            return Objects([value] * self.size) if isinstance(value, Failure) else Constant(value)
        columns = [values_of(argument, self.size, self) for argument in arguments]

        def call(position: int) -> Value:
            thunks = [
                column[position] if i in lazy and _is_delayed(argument) else _constant(column[position])
                for i, (column, argument) in enumerate(zip(columns, arguments, strict=True))
            ]
            return machine.apply_word(word, thunks)

        return self.each(call)

    def scatter(self, parts: list[tuple[torch.Tensor, Batch]]) -> Batch:
        """The batches put back at their indices; together they cover every example once."""
        parts = [part for part in parts if len(part[0])]
        if len(parts) == 1:
            return select(parts[0][1], torch.argsort(parts[0][0]))
        joined = join([(batch, len(index)) for index, batch in parts], self)
        return select(joined, torch.argsort(torch.cat([index for index, _ in parts])))


def failures_in(arguments: Iterable[Batch]) -> dict[int, Failure]:
    """The first failure among the arguments of each example that has one, by its position."""
    failures: dict[int, Failure] = {}
    for argument in arguments:
        if isinstance(argument, Objects):
            for position, item in enumerate(argument.items):
                if isinstance(item, Failure):
                    failures.setdefault(position, item)
    return failures


def _is_delayed(batch: Batch) -> bool:
    return isinstance(batch, Function) and batch.arity == 0


def _constant(value: Value) -> Callable[[], Value]:
    return lambda: value


def _delay(machine: Machine, function: Function, scope: tuple) -> Callable[[], Value]:
    return lambda: machine.evaluate(function.source, scope)
