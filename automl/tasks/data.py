"""The data of a task as plain values: columns, parts, and the view that a search and its workers may see."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from library.records import Direction
from primitives.brief import brief_repr
from primitives.notation.types import parse_type
from primitives.notation.values import from_json, to_json
from primitives.types import TensorType, Type, arguments_of
from primitives.values import Value

from ..errors import TaskError
from .folds import Folds
from .measure import measured
from .metrics import CLASSES, HEADS, INTEGERS, NUMBERS, VALUES, Outputs, case_errors, score


@dataclass(frozen=True, eq=False)
class RaggedArray:
    """``n`` sequences of arrays end to end: ``values`` is [total, …], ``lengths`` is int64 [n] and sums to total."""

    values: np.ndarray
    lengths: np.ndarray

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        if self.lengths.ndim != 1 or int(self.lengths.sum()) != len(self.values) or (self.lengths < 0).any():
            raise TaskError(
                f"lengths.sum()={int(self.lengths.sum())} with len(values)={len(self.values)}: the lengths [n] of "
                "the sequences must be at least 0 and add up to the number of values; give one length a sequence"
            )

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def offsets(self) -> np.ndarray:
        """int64 [n]: where each sequence starts in ``values``."""
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64) if len(self) else self.lengths

    def row(self, index: int) -> np.ndarray:
        """The sequence ``index``: [length, …]."""
        start = int(self.lengths[:index].sum())
        return self.values[start : start + int(self.lengths[index])]

    def take(self, indices: np.ndarray) -> RaggedArray:
        starts, lengths = self.offsets[indices], self.lengths[indices]
        total = int(lengths.sum())
        within = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return RaggedArray(self.values[np.repeat(starts, lengths) + within], lengths)


Column = np.ndarray | RaggedArray | tuple
"""One argument of a program for all cases: an array [n, …], ``n`` sequences of arrays, or ``n`` values of the
language."""


def _take(column: Column, indices: np.ndarray) -> Column:
    if isinstance(column, RaggedArray):
        return column.take(indices)
    return tuple(column[i] for i in indices) if isinstance(column, tuple) else column[indices]


@dataclass(frozen=True, eq=False)
class Part:
    """Cases of a task: one column for each argument of the program, and the targets (array [n, …] or ``n`` values).

    Array inputs are preprocessed and ready for a net (float32; per example shapes as in the task's type).
    """

    inputs: tuple[Column, ...]
    targets: np.ndarray | tuple

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        counts = [len(column) for column in (*self.inputs, self.targets)]
        if len(set(counts)) > 1:
            raise TaskError(
                f"cases={counts}: each argument and the targets must have the same number of cases; give one "
                "target a case"
            )

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Sequence[int] | np.ndarray) -> Part:
        """The cases at ``indices``, in that order."""
        chosen = np.asarray(indices, dtype=np.int64)
        *inputs, targets = [_take(column, chosen) for column in (*self.inputs, self.targets)]
        return part_of(inputs, targets)

    def cases(self) -> Iterator[tuple[tuple[Value, ...], Value]]:
        """``(inputs, target)`` of each case; rows of arrays are numpy arrays, of a RaggedArray tuples of arrays."""
        columns = [_rows(column) for column in (*self.inputs, self.targets)]
        for *inputs, target in zip(*columns, strict=True):
            yield tuple(inputs), target


def part_of(inputs: Sequence[Column], targets: Column) -> Part:
    """The part with these columns. Targets are never ragged."""
    assert not isinstance(targets, RaggedArray)
    return Part(tuple(inputs), targets)


def _rows(column: Column) -> Iterator[Value]:
    if isinstance(column, RaggedArray):
        for rows in np.split(column.values, np.cumsum(column.lengths)[:-1]) if len(column) else ():
            yield tuple(rows)
    else:
        yield from column


@dataclass(frozen=True, eq=False)
class ProblemData:
    """What a search and its workers see of a task: train and validation, never the test part.

    Pickles as JSON text and plain arrays (``payload``). ``digest`` covers all that an evaluation's result can depend
    on here: type, cases, target form, metric and goal. ``target`` is one of automl.tasks.metrics.TARGET_FORMS; ``loss``
    follows from it; ``target_scale`` [k] is the standard deviation by which targets of the form numbers were divided.
    """

    name: str
    kind: str
    type: Type
    target: str
    metric: str
    direction: Direction
    solved_at: float
    train: Part
    validation: Part
    dtype: str = "float32"
    target_scale: tuple[float, ...] = ()
    constants: tuple = ()
    family: str | None = None
    digest: str = field(default="")
    goal_given: bool = False
    """Whether ``solved_at`` was asked for, rather than what is usual for the form of target."""
    target_offset: tuple[float, ...] = ()
    """[k]: what was taken off targets of the form numbers, where the metric is one that was asked for by name."""
    folds: Folds | None = None
    """Where the cases are few: which of train and validation part together are held out in turn, a score being the mean over the folds."""

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))  # from outside it may come as text
        if not self.digest:
            object.__setattr__(self, "digest", content_digest(*self._describe()))

    @property
    def evaluation_digest(self) -> str:
        """The digest, with the folds where there are some: data of before there were folds keep the digest that they had."""
        if self.folds is None:
            return self.digest
        return content_digest({"data": self.digest, "ordered": self.folds.ordered}, {"folds": self.folds.held_out})

    @property
    def has_goal(self) -> bool:
        """Whether there is a score that means "solved": one that was asked for, or all cases answered exactly (values, whole numbers).
        What is only usual for classes and numbers is none."""
        return self.goal_given or self.target in (VALUES, INTEGERS)

    @property
    def is_table(self) -> bool:
        """Whether a case is one vector and its answer a class or numbers: what fitted words can answer."""
        types, result = arguments_of(self.type)
        vectors = all(isinstance(type, TensorType) and len(type.shape) == 1 for type in (*types, result))
        return self.target in (CLASSES, NUMBERS) and len(types) == 1 and vectors

    @property
    def loss(self) -> str | None:
        """The loss that suits the target: ``cross_entropy`` for classes, ``heads`` for several, ``mse`` for numbers,
        None for values and integers."""
        return {CLASSES: "cross_entropy", HEADS: "heads", NUMBERS: "mse"}.get(self.target)

    @property
    def examples(self) -> tuple[tuple[tuple[Value, ...], Value], ...] | None:
        """The specification ``((inputs, output), …)`` of a task of values; None where the train part is arrays."""
        return tuple(self.train.cases()) if self.target == VALUES else None

    def score(self, outputs: Outputs, part: Part) -> dict[str, float]:
        """Scores of a program's ``outputs`` on ``part``; contract in automl.tasks.metrics.score."""
        scores = score(self.target, outputs, part.targets, scale=self.target_scale)
        if self.metric in scores or self.target not in (CLASSES, NUMBERS) or not isinstance(part.targets, np.ndarray):
            return scores
        asked = measured(self.metric, self.target, outputs, part.targets, self.target_offset, self.target_scale)
        return {**scores, **asked}

    def case_errors(self, outputs: Outputs, part: Part) -> np.ndarray:
        """float64 [n], 0 where the case is met: the vector for lexicase selection; contract in
        automl.tasks.metrics.case_errors."""
        return case_errors(self.target, outputs, part.targets)

    def is_solved(self, scores: Mapping[str, float]) -> bool:
        """Whether the metric reaches ``solved_at``; NaN or a missing metric never does."""
        reached = scores.get(self.metric, float("nan"))
        return self.direction.no_worse(reached, self.solved_at)

    def better(self, first: float, second: float) -> bool:
        """Whether the metric value ``first`` is strictly better than ``second``; any number is better than NaN."""
        if np.isnan(first) or np.isnan(second):
            return bool(np.isnan(second) and not np.isnan(first))
        return not self.direction.no_worse(second, first)

    def with_data(self, train: Part, validation: Part) -> ProblemData:
        """The same problem on other cases, for example a subset at a lower fidelity; it has its own digest, and no folds."""
        return replace(self, train=train, validation=validation, digest="", folds=None)

    def _describe(self) -> tuple[dict[str, object], dict[str, np.ndarray]]:
        arrays: dict[str, np.ndarray] = {}
        argument_types, result = arguments_of(self.type)
        same = self.validation is self.train
        parts = {"train": self.train} if same else {"train": self.train, "validation": self.validation}
        described = {key: describe_part(part, argument_types, result, key, arrays) for key, part in parts.items()}
        keys = ("kind", "target", "metric", "solved_at", "dtype")
        fields = {key: getattr(self, key) for key in keys} | {"direction": self.direction.american}
        return {
            **fields,
            "type": str(self.type),
            "constants": list(self.constants),
            "target_scale": list(self.target_scale),
            **({"target_offset": list(self.target_offset)} if self.target_offset else {}),
            "parts": described,
        }, arrays

    def payload(self) -> tuple[str, dict[str, np.ndarray]]:
        """JSON text and named plain arrays from which ``from_payload`` makes the same data on another machine."""
        described, arrays = self._describe()
        if self.folds is not None:
            described["ordered_folds"], arrays["folds"] = self.folds.ordered, self.folds.held_out
        return json.dumps(
            {
                **described,
                "name": self.name,
                "family": self.family,
                "digest": self.digest,
                "goal_given": self.goal_given,
            }
        ), arrays

    @classmethod
    def from_payload(cls, text: str, arrays: Mapping[str, np.ndarray]) -> ProblemData:
        described = json.loads(text)
        parts, type = described.pop("parts"), parse_type(described.pop("type"))
        argument_types, result = arguments_of(type)
        read = {key: restore_part(part, argument_types, result, arrays) for key, part in parts.items()}
        constants, scale = tuple(described.pop("constants")), tuple(described.pop("target_scale"))
        offset = tuple(described.pop("target_offset", ()))
        validation = read.get("validation", read["train"])
        ordered = described.pop("ordered_folds", None)
        folds = None if ordered is None else Folds(np.asarray(arrays["folds"], dtype=np.int64), ordered)
        return cls(
            **described,
            type=type,
            constants=constants,
            target_scale=scale,
            target_offset=offset,
            folds=folds,
            train=read["train"],
            validation=validation,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return ProblemData.from_payload, self.payload()


def describe_part(
    part: Part, argument_types: Sequence[Type], result: Type, name: str, arrays: dict[str, np.ndarray]
) -> dict[str, object]:
    """The JSON form of ``part``; its arrays are put into ``arrays`` under names that start with ``name``."""
    described: list[dict[str, object]] = []
    for index, (column, type) in enumerate(zip((*part.inputs, part.targets), (*argument_types, result), strict=True)):
        key = f"{name}.{index}"
        if isinstance(column, tuple):
            described.append({"values": [to_json(value, type) for value in column]})
        elif isinstance(column, RaggedArray):
            arrays[f"{key}.values"], arrays[f"{key}.lengths"] = column.values, column.lengths
            described.append({"ragged": key})
        else:
            arrays[key] = column
            described.append({"array": key})
    return {"columns": described}


def restore_part(
    described: Mapping[str, Any], argument_types: Sequence[Type], result: Type, arrays: Mapping[str, np.ndarray]
) -> Part:
    """The inverse of ``describe_part``."""
    columns: list[Column] = []
    for entry, type in zip(described["columns"], (*argument_types, result), strict=True):
        if "values" in entry:
            columns.append(tuple(from_json(value, type) for value in entry["values"]))
        elif "ragged" in entry:
            key = entry["ragged"]
            columns.append(RaggedArray(frozen(arrays[f"{key}.values"]), frozen(arrays[f"{key}.lengths"])))
        else:
            columns.append(frozen(arrays[entry["array"]]))
    return part_of(columns[:-1], columns[-1])


def frozen(array: np.ndarray) -> np.ndarray:
    """``array``, contiguous and marked read-only, so that no evaluation can change the data of the next."""
    result = np.ascontiguousarray(array).view()
    result.flags.writeable = False
    return result


def content_digest(described: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> str:
    """32 hexadecimal digits over JSON-able fields and the shapes, dtypes and bytes of named arrays (BLAKE2b)."""
    state = hashlib.blake2b(json.dumps(described, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        state.update(f"{name}:{little.dtype.str}:{little.shape}".encode())
        state.update(little.reshape(-1).view(np.uint8).data if little.size else b"")
    return state.hexdigest()
