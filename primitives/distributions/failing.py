"""A forward pass among random variables: functions by chance, and cases without a value beside others that go on."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..batch import Objects
from ..compile.batches import Batch, Function, select, tight, values_of
from ..compile.forward_pass import ForwardPass, failures_in
from .chance import Chance, Mixture, by_branch, is_random, mixed
from .support import NotFinite


class SpreadingPass(ForwardPass):
    """A forward pass whose results may be random."""

    __slots__ = ()

    def apply(self, function: Batch, *arguments: Batch) -> Batch:
        """As in a ForwardPass, with a function that is one of several by chance."""
        if isinstance(function, Mixture):
            return by_branch(function, self.size, lambda branch: self.apply(branch, *arguments))
        if isinstance(function, Chance):  # no function is a plain value: all that it may be are failures
            return function
        if not isinstance(function, Function) and any(map(is_random, arguments)):
            raise NotFinite(
                "a function that the interpreter made is called on something random: no rule is known for that"
            )
        return super().apply(function, *arguments)

    def strictly(self, call: Callable[..., Batch], *arguments: Batch) -> Batch:
        """As in a ForwardPass. Where the result is random, cases that failed run on the values of one that did not, with probability 0."""
        failures = failures_in(arguments)
        if not failures:
            return call(self, *arguments)
        good = next((position for position in range(self.size) if position not in failures), None)
        if good is None:
            return Objects([failures[position] for position in range(self.size)])
        index = torch.tensor([good if position in failures else position for position in range(self.size)])
        result = call(self, *(tight(select(argument, index)) for argument in arguments))
        if not is_random(result):
            values = values_of(result, self.size, self)
            return Objects([failures.get(position, value) for position, value in enumerate(values)])
        any_failure = next(iter(failures.values()))
        failed = Objects([failures.get(position, any_failure) for position in range(self.size)])
        gone = torch.tensor([float(position in failures) for position in range(self.size)], device=self.device)
        return mixed(torch.stack([1.0 - gone, gone], 1), [result, failed], self.size)
