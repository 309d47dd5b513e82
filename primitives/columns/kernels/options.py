"""Kernels of words about options, and of what goes on for as long as an option holds a value."""

from __future__ import annotations

import numpy as np

from ..frame import Frame
from ..hashing import Array
from ..pools import FAIL, NOTHING
from ..sequences import build
from .registry import kernel


def held(frame: Frame, position: int, options: Array) -> tuple[Array, Array]:
    """The rows whose option at the argument position holds a value, and those values."""
    rows = np.flatnonzero(options != NOTHING)
    return rows, frame.tuples(position).column(0, options[rows])


def present(frame: Frame, values: Array) -> Array:
    """Options of the result's type that hold the values; failed ones fail."""
    good = values != FAIL
    result = np.full(len(values), FAIL, np.int64)
    result[good] = frame.tuples().intern(values[good])
    return result


@kernel("some")
def some(frame: Frame, x: Array) -> Array:
    return frame.tuples().intern(x)


@kernel("is_some")
def is_some(frame: Frame, option: Array) -> Array:
    return (option != NOTHING).astype(np.int64)


@kernel("unwrap")
def unwrap(frame: Frame, option: Array) -> Array:
    result = np.full(len(option), FAIL, np.int64)
    rows, values = held(frame, 0, option)
    result[rows] = values
    return result


@kernel("or_else", lazy=True)
def or_else(frame: Frame, default: Array, option: Array) -> Array:
    result = np.where(option == NOTHING, default, FAIL)
    rows = np.flatnonzero((option != NOTHING) & (option != FAIL))
    result[rows] = frame.tuples(1).column(0, option[rows])
    return result


@kernel("map_option")
def map_option(frame: Frame, f: Array, option: Array) -> Array:
    result = np.full(len(option), NOTHING, np.int64)
    rows, values = held(frame, 1, option)
    result[rows] = present(frame, frame.call(0, f[rows], values))
    return result


@kernel("then_option")
def then_option(frame: Frame, f: Array, option: Array) -> Array:
    result = np.full(len(option), NOTHING, np.int64)
    rows, values = held(frame, 1, option)
    result[rows] = frame.call(0, f[rows], values)
    return result


@kernel("unfold", feeds_back=True)
def unfold(frame: Frame, f: Array, state: Array) -> Array:
    pairs = frame.values.tuples_within(frame.function(0)[1])
    options = frame.values.tuples(frame.function(0)[1])
    state, active = state.copy(), np.arange(len(state))
    failed = np.zeros(len(state), bool)
    elements, owners = [], []
    for _ in range(frame.values.steps + 1):
        steps = frame.call(0, f[active], state[active])
        failed[active[steps == FAIL]] = True
        on = (steps != FAIL) & (steps != NOTHING)
        active = active[on]
        if len(active) == 0:
            break
        both = options.column(0, steps[on])
        elements.append(pairs.column(0, both))
        owners.append(active)
        state[active] = pairs.column(1, both)
    failed[active] = True
    data = np.concatenate(elements) if elements else np.empty(0, np.int64)
    rows = np.concatenate(owners) if owners else np.empty(0, np.int64)
    order = np.argsort(rows, kind="stable")
    return build(frame, data[order], np.ones(len(data), bool), rows[order], failed)
