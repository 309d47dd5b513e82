"""Batched arithmetic, comparison and logic on numbers."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..values import MAX_INT
from .batches import Batch, Constant, Function, Scalars, select
from .forms import FORMS, Form, Number, form, has_nan, in_range, numbers, whole
from .forward_pass import ForwardPass

Operation = Callable[..., torch.Tensor]
"""Of two tensors, or a tensor and a Python number."""


def _arithmetic(operation: Operation) -> Form:
    def apply(run: ForwardPass, x: Batch, y: Batch) -> Batch:
        raw = numbers(x, y)
        if raw is None:
            return NotImplemented
        result = operation(*raw)
        if whole(result) and not in_range(result):
            return NotImplemented
        return Scalars(result)

    return apply


FORMS["+"] = _arithmetic(lambda x, y: x + y)
FORMS["-"] = _arithmetic(lambda x, y: x - y)


@form("*")
def multiply(run: ForwardPass, x: Batch, y: Batch) -> Batch:
    raw = numbers(x, y)
    if raw is None:
        return NotImplemented
    result = raw[0] * raw[1]
    if whole(result):
        # int64 wraps silently; the float64 product is within rounding of the exact one.
        size = torch.as_tensor(raw[0]).double() * torch.as_tensor(raw[1]).double()
        if size.numel() and float(size.abs().max()) >= MAX_INT:
            return NotImplemented
    return Scalars(result)


def _division(operation: Operation) -> Form:
    def apply(run: ForwardPass, x: Batch, y: Batch) -> Batch:
        raw = numbers(x, y)
        if raw is None or bool((torch.as_tensor(raw[1]) == 0).any()):
            return NotImplemented
        return Scalars(operation(*raw))

    return apply


def _tensors(x: Number, y: Number) -> tuple[torch.Tensor, torch.Tensor]:
    """Both as tensors on one device: torch.div and the like take no two Python numbers."""
    device = next((each.device for each in (x, y) if isinstance(each, torch.Tensor)), None)
    return torch.as_tensor(x, device=device), torch.as_tensor(y, device=device)


FORMS["/"] = _division(lambda x, y: x / y)
FORMS["//"] = _division(lambda x, y: torch.div(*_tensors(x, y), rounding_mode="floor"))
FORMS["mod"] = _division(lambda x, y: torch.remainder(*_tensors(x, y)))


def _comparison(operation: Operation) -> Form:
    def apply(run: ForwardPass, x: Batch, y: Batch) -> Batch:
        raw = numbers(x, y)
        if raw is None or has_nan(*raw):
            return NotImplemented
        return Scalars(operation(*raw))

    return apply


FORMS["="] = _comparison(lambda x, y: x == y)
FORMS["!="] = _comparison(lambda x, y: x != y)
FORMS["<"] = _comparison(lambda x, y: x < y)
FORMS[">"] = _comparison(lambda x, y: x > y)
FORMS["<="] = _comparison(lambda x, y: x <= y)
FORMS[">="] = _comparison(lambda x, y: x >= y)
FORMS["min"] = _comparison(lambda x, y: torch.minimum(*_tensors(x, y)))
FORMS["max"] = _comparison(lambda x, y: torch.maximum(*_tensors(x, y)))


def _unary(
    operation: Callable[[torch.Tensor], torch.Tensor], allowed: Callable[[torch.Tensor], torch.Tensor] | None = None
) -> Form:
    def apply(run: ForwardPass, x: Batch) -> Batch:
        if not isinstance(x, Scalars) or (allowed is not None and not bool(allowed(x.values).all())):
            return NotImplemented
        return Scalars(operation(x.values))

    return apply


def _has_integer(x: torch.Tensor) -> torch.Tensor:
    return x.abs() <= MAX_INT  # false for NaN and infinities too


FORMS["not"] = _unary(torch.logical_not)
FORMS["negate"] = _unary(torch.neg)
FORMS["abs"] = _unary(torch.abs)
FORMS["to_float"] = _unary(lambda x: x.double())
FORMS["floor"] = _unary(lambda x: x.floor().long(), _has_integer)
FORMS["ceil"] = _unary(lambda x: x.ceil().long(), _has_integer)
FORMS["round"] = _unary(lambda x: x.round().long(), _has_integer)
FORMS["sqrt"] = _unary(torch.sqrt, lambda x: x >= 0)
FORMS["exp"] = _unary(torch.exp)
FORMS["log"] = _unary(torch.log, lambda x: x > 0)


def condition_of(condition: Batch) -> torch.Tensor | bool | None:
    """The truth values of a batch of bools: one for all, one an example, or None where they are not bools."""
    if isinstance(condition, Constant):
        return bool(condition.value)
    return condition.values if isinstance(condition, Scalars) and condition.values.dtype == torch.bool else None


def choose_by(
    run: ForwardPass, truth: torch.Tensor, then: Function | Constant, otherwise: Function | Constant
) -> Batch:
    """Each branch on its own examples only."""
    truth = truth.cpu()
    yes, no = truth.nonzero().flatten(), truth.logical_not().nonzero().flatten()
    if not len(no) or not len(yes):
        return run.force(otherwise if len(no) else then)
    parts = []
    for index, branch in ((yes, then), (no, otherwise)):
        inner = run.at(len(index))
        parts.append((index, inner.force(select(branch, index))))
    return run.scatter(parts)


@form("if")
def choose(run: ForwardPass, condition: Batch, then: Batch, otherwise: Batch) -> Batch:
    truth = condition_of(condition)
    if truth is None:
        return NotImplemented
    if isinstance(truth, bool):
        return run.force(then if truth else otherwise)
    return choose_by(run, truth, then, otherwise)


@form("and")
def conjunction(run: ForwardPass, x: Batch, y: Batch) -> Batch:
    truth = condition_of(x)
    if truth is None:
        return NotImplemented
    if isinstance(truth, bool):
        return run.force(y if truth else x)
    return choose_by(run, truth, y, Constant(False))


@form("or")
def disjunction(run: ForwardPass, x: Batch, y: Batch) -> Batch:
    truth = condition_of(x)
    if truth is None:
        return NotImplemented
    if isinstance(truth, bool):
        return run.force(x if truth else y)
    return choose_by(run, truth, Constant(True), y)
