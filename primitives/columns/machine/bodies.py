"""The bodies of one bank as instructions, kept up with its log, and their values wherever they are called.

Worlds that a bank does not hold, such as the states that a fold comes to, would each be looked up, interned and asked for node by node
(``demand.py``); here a body whose words are all instructions is run at once, on the arguments themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import Type
from .. import compiled
from ..hashing import Array, Grown
from ..pools import FAIL
from ..store import RowRange
from . import instructions
from .instructions import OPERATION_BITS, SCALARS, SEQUENCES, instruction_of

if TYPE_CHECKING:
    from ..bank import Bank

STEP = 1 << 22
"""Elements that may be gone through between two looks at the clock."""


class Bodies:
    """Instructions of the rows of a bank directly below a root bank."""

    def __init__(self, bank: Bank, machine: Any) -> None:
        """``machine``: the module ``running``."""
        self.bank, self.machine = bank, machine
        self.code = np.empty(1 << 12, np.int32)
        self.used = 0
        self.starts, self.sizes = Grown(), Grown(np.int32)
        self.nodes: dict[Type, Grown] = {}
        """By type, the node of every row."""
        assert bank.parent is not None
        self.outer = np.empty((0, bank.parent.filled), np.int64)
        self.outer_rows = 0
        self.outer_elements = Grown()
        self.runs, self.rows = 0, 0
        """How much of the log is done: runs, and rows of the one after them."""

    def values(self, type: Type, rows: Array, outer: Array, arguments: Sequence[Array]) -> tuple[Array, Array] | None:
        """Which of the bodies it can run, and their values, one for each that it can; None where it can run none.

        type: of the bodies.
        rows: of them in their store.
        outer: the outer world of each.
        arguments: of the function, one column each.

        Raises OutOfTime.
        """
        if type not in SCALARS and type not in SEQUENCES:
            return None
        self._catch_up()
        nodes = self.nodes[type].array[rows]
        able = np.flatnonzero(self.starts.array[nodes] >= 0)
        if len(able) == 0:
            return None
        whole = len(able) == len(rows)
        given = np.stack([column if whole else column[able] for column in arguments])
        nodes, worlds = (nodes, outer) if whole else (nodes[able], outer[able])
        values = self.bank.values
        found, step = np.empty(len(able), np.int64), max(64, STEP // (64 + values.limit))
        for first in range(0, len(able), step):
            values.deadline.check()
            part = slice(first, first + step)
            found[part] = self._run(type, nodes[part], worlds[part], given[:, part])
        kept = np.flatnonzero(found != self.machine.OVER)
        return (able, found) if len(kept) == len(found) else (able[kept], found[kept])

    def _run(self, type: Type, nodes: Array, worlds: Array, arguments: Array) -> Array:
        listed, elements = type in SEQUENCES, np.empty(0, np.int64)
        given = np.empty((len(self.bank.bound), len(nodes)), np.int64)
        for own, (kind, column) in enumerate(zip(self.bank.bound, arguments, strict=True)):
            given[own] = column
            if kind in SEQUENCES:
                more, lengths = self.bank.values.sequences(kind).gather(column)
                given[own] = self.machine.packed(lengths, len(elements))
                elements = np.concatenate([elements, more])
        found, made, lengths = self.machine.run(
            self.code, self.starts.array, self.sizes.array, nodes, self.outer, self.outer_elements.array, np.ascontiguousarray(worlds),
            given, elements, self.bank.values.limit, listed,
        )  # fmt: skip
        if not listed:
            return found
        codes = self.bank.values.sequences(type).intern(made, lengths)
        return np.where(found >= 0, codes[np.maximum(found, 0)] if len(codes) else 0, found)

    # --- keeping up -----------------------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        log = self.bank.log
        while self.runs < len(log):
            run = log[self.runs]
            if self.rows < run.stop - run.start:
                self._enter(run, self.rows, run.stop - run.start)
                self.rows = run.stop - run.start
            if self.runs == len(log) - 1:  # it may still grow
                return
            self.runs, self.rows = self.runs + 1, 0

    def _enter(self, run: RowRange, first: int, last: int) -> None:
        """Add the rows ``first … last`` of a run."""
        count, type = last - first, run.store.type
        nodes = self.nodes.setdefault(type, Grown())
        begin = self.starts.size
        starts, sizes = np.full(count, -1, np.int64), np.zeros(count, np.int32)
        word = self._word(run)
        if run.operation is None and word is not None:
            self._reserve(count)
            starts[:], sizes[:] = self.used + np.arange(count), 1
            self.code[self.used : self.used + count] = self._leaves(run, first, last, word)
            self.used += count
        elif run.operation is not None and word is not None:
            kids = np.stack(
                [
                    self.nodes[kind].array[kid.array[first:last]]
                    for kind, kid in zip(run.operation.arguments, run.kids, strict=True)
                ]
            )
            self._reserve(count * self.machine.MOST)
            self.used = self.machine.assemble(
                self.code, self.used, self.starts.array, self.sizes.array, kids, word, starts, sizes
            )
        nodes.extend(np.arange(begin, begin + count))
        self.starts.extend(starts)
        self.sizes.extend(sizes)

    def _word(self, run: RowRange) -> int | None:
        """The instruction of a run without what it is told; None where there is none."""
        if run.operation is not None:
            return instruction_of(run.operation)
        type = run.store.type
        if type not in SCALARS and type not in SEQUENCES:
            return None
        return type in SEQUENCES

    def _leaves(self, run: RowRange, first: int, last: int, listed: int) -> Array:
        """The instructions of variables, and of rows that were taken over from the outer bank."""
        own = run.position - (len(self.bank.variables) - len(self.bank.bound))
        if run.source is None and own >= 0:
            told = np.full(last - first, own)
            what = instructions.ARGUMENT_LIST if listed else instructions.ARGUMENT
        else:
            told = self.outer_rows + np.arange(last - first)
            what = instructions.OUTER_LIST if listed else instructions.OUTER
            self._take_over(run, first, last)
        return (told << OPERATION_BITS) | what

    def _take_over(self, run: RowRange, first: int, last: int) -> None:
        """The values of such rows by outer world."""
        parent = self.bank.parent
        assert parent is not None
        worlds, count = np.arange(parent.filled), last - first
        if self.outer_rows + count > len(self.outer):
            larger = np.empty((max(64, 2 * (self.outer_rows + count)), parent.filled), np.int64)
            larger[: self.outer_rows] = self.outer[: self.outer_rows]
            self.outer = larger
        if run.source is not None:
            values = run.source.take(run.kids[0].array[first:last].astype(np.int64), 0, parent.filled)
        elif run.position >= 0:
            values = parent.variable(run.position, worlds)[None, :]
        else:
            values = np.full((1, len(worlds)), run.code, np.int64)
        if run.store.type in SEQUENCES:
            places = values != FAIL
            elements, lengths = self.bank.values.sequences(run.store.type).gather(values[places])
            values[places] = self.machine.packed(lengths, self.outer_elements.size)
            self.outer_elements.extend(elements)
        self.outer[self.outer_rows : self.outer_rows + count] = values
        self.outer_rows += count

    def _reserve(self, more: int) -> None:
        if self.used + more > len(self.code):
            larger = np.empty(2 * (self.used + more), np.int32)
            larger[: self.used] = self.code[: self.used]
            self.code = larger

    @property
    def nbytes(self) -> int:
        """Bytes of the instructions, and of the outer values that they take."""
        rows = sum(grown.nbytes for grown in (self.starts, self.sizes, self.outer_elements, *self.nodes.values()))
        return 4 * self.used + 8 * self.outer.shape[1] * self.outer_rows + rows


COMPILING = 90.0
"""Seconds that a search must have left for the machine to be compiled; that takes some ten, once on a machine."""

_machine: ModuleType | None = None


def machine(left: float) -> ModuleType | None:
    """What runs the bodies of functions, where compiled loops are in use; None where it would have to be compiled first, unless that is
    worth it.

    left: seconds that the search has; with no end in sight it does not pay either, for then terms are counted and not seconds.
    """
    global _machine
    if _machine is None and compiled.loops() is not None:
        from . import running

        if compiled.kept(Path(__file__).parent, "running") or COMPILING < left < math.inf:
            _machine = running
    return _machine


def bodies_of(bank: Bank) -> Bodies | None:
    """What runs a bank's bodies; None where the compiled machine is not in use, or the bank is not directly below a root.

    bank: of bodies.
    """
    if bank.bodies is None and bank.parent is not None and bank.parent.parent is None:
        running = machine(bank.values.deadline.left)
        bank.bodies = None if running is None else Bodies(bank, running)
    return bank.bodies
