"""Arrays with several answers each: a net with one base and a head for every answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from library.records import Direction
from primitives.types import Type, function, pair_of, tensor

from ...errors import TaskError
from ..cases.parts import Part, frozen
from ..data import ProblemData
from ..metrics import ABSENT, HEADS
from ..preprocessing import Preprocessing, check_finite, fit_inputs
from ..task import Task, TaskKind

SOLVED_AT = 0.9
Arrays = tuple[np.ndarray, np.ndarray]


def heads_task(
    name: str,
    classes: Sequence[int],
    train: Arrays,
    validation: Arrays,
    test: Arrays | None = None,
    *,
    scaling: str = "auto",
    full_scale: float | None = None,
    solved_at: float | None = None,
    family: str | None = None,
    source: str = "",
) -> Task:
    """A task from parts ``(x [n, features] or [n, c, h, w], y [n, heads])``. ``classes`` are the numbers of classes
    of the heads, at least two heads; y holds class indices, -1 where a head is not asked. Raises TaskError."""
    if len(classes) < 2 or any(count < 2 for count in classes):
        raise TaskError(f"classes={list(classes)}: at least two heads of at least two classes are required; add one")
    given = {"train": train, "validation": validation, **({} if test is None else {"test": test})}
    for part, (x, y) in given.items():
        _check(part, x, y, classes, train[0].shape[1:])
    prepared = Preprocessing(shape=train[0].shape[1:], inputs=fit_inputs(train[0], scaling, full_scale))
    parts = {part: Part((frozen(prepared.apply(x)),), frozen(y.astype(np.int64))) for part, (x, y) in given.items()}
    data = ProblemData(
        name=name,
        kind=KIND.name,
        type=function(tensor(*prepared.shape), heads_type(classes)),
        target=HEADS,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        solved_at=SOLVED_AT if solved_at is None else solved_at,
        goal_given=solved_at is not None,
        train=parts["train"],
        validation=parts["validation"],
        family=family,
    )
    return Task(data, parts.get("test"), preprocessing=prepared, source=source)


def sample(seed: int = 0) -> Task:
    rng = np.random.Generator(np.random.PCG64(seed))

    def draw(count: int) -> Arrays:
        y = np.stack([rng.integers(0, 3, count), rng.integers(-1, 2, count)], axis=1)
        y[:2] = [[0, 1], [2, ABSENT]]
        return rng.normal(size=(count, 1, 4, 4)) + y.sum(axis=1)[:, None, None, None], y

    return heads_task("sample-heads", (3, 2), draw(40), draw(20), draw(20))


def heads_type(classes: Sequence[int]) -> Type:
    """``pair(Tensor[a], pair(Tensor[b], Tensor[c]))`` for the numbers of classes a, b, c."""
    *others, last = classes
    type: Type = tensor(last)
    for count in reversed(others):
        type = pair_of(tensor(count), type)
    return type


def _check(part: str, x: np.ndarray, y: np.ndarray, classes: Sequence[int], shape: tuple[int, ...]) -> None:
    if x.ndim not in (2, 4) or x.shape[1:] != shape or not len(x):
        raise TaskError(f"{part}: x.shape={x.shape}: at least one example of shape {shape} is required; reshape x")
    check_finite(x, f"{part}: x")
    if y.shape != (len(x), len(classes)) or y.dtype.kind not in "iu":
        raise TaskError(
            f"{part}: y.shape={y.shape}, dtype={y.dtype}: whole numbers [{len(x)}, {len(classes)}] are required; give one "
            "column a head"
        )
    wrong = (y < ABSENT) | (y >= np.array(classes))
    if wrong.any() or (y == ABSENT).all(axis=1).any():
        raise TaskError(
            f"{part}: y from {y.min()} to {y.max()}: classes below {list(classes)}, or {ABSENT} where a head is not asked, "
            "and one answer a case at least are required; correct y"
        )


KIND = TaskKind("heads", sample)
"""``Tensor[…] -> pair(Tensor[a], pair(Tensor[b], Tensor[c]))``: scores of the classes of each head. A case counts as right where all heads
that it asks are right."""
