"""Arrays with several answers each: a net with one base and a head for every answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from library.records import Direction
from primitives.types import Type, function, pair_of, tensor

from ...errors import TaskError
from ..cases.parts import Part, frozen
from ..data import ProblemData
from ..metrics import ABSENT, CLASSES, HEADS
from ..preprocessing import Preprocessing, check_finite, fit_inputs
from ..targets import numeric_labels
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


def answers_to(question: str, labels: np.ndarray) -> tuple[np.ndarray, int]:
    """The class of each case by a question about its label, and how many classes there are.

    question: ``label`` (which of the labels it is), ``parity`` (0: even), or ``above_K`` (whether it is above a whole number K).
    labels: whole numbers [n], of all cases.

    Raises TaskError for what is no such question.
    """
    if question == "label":
        known, classes = np.unique(labels, return_inverse=True)
        return classes.astype(np.int64), len(known)
    if question == "parity":
        return (labels % 2).astype(np.int64), 2
    bound = re.fullmatch(r"above_(-?\d+)", question)
    if bound is None:
        raise TaskError(f"heads={question!r}: label, parity or above_K (such as above_4) are required; correct it")
    return (labels > int(bound[1])).astype(np.int64), 2


def heads_from_labelled(base: Task, questions: Sequence[str], *, solved_at: float | None = None) -> Task:
    """The cases of a task whose labels are whole numbers, with an answer to each of some questions about the label; of one question, a task
    of its classes.

    base: of labelled arrays.
    questions: each as ``answers_to`` has it.
    solved_at: the score that counts as solved (default: SOLVED_AT, which no search was asked for).

    Raises TaskError.
    """
    view, held_out, prepared = base.data, base.test, base.preprocessing
    if view.target != CLASSES or prepared is None or not questions or len(set(questions)) < len(questions):
        raise TaskError(
            f"heads={','.join(questions)!r} of task={base.name!r}: a task of labelled arrays with classes, and questions that differ, are "
            "required"
        )
    numbers = numeric_labels(base.name, prepared)
    found = [answers_to(question, numbers) for question in questions]  # of each label
    widths = [width for _, width in found]

    def part(given: Part) -> Part:
        y = np.stack([classes[np.asarray(given.targets)] for classes, _ in found], axis=1)
        return Part(given.inputs, frozen(y if len(questions) > 1 else y[:, 0]))

    train = part(view.train)
    several = len(questions) > 1
    data = replace(
        view,
        name=f"{view.name}-{'-'.join(questions)}",
        kind=KIND.name if several else view.kind,
        type=function(tensor(*prepared.shape), heads_type(widths) if several else tensor(*widths)),
        target=HEADS if several else CLASSES,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        solved_at=SOLVED_AT if solved_at is None else solved_at,
        goal_given=solved_at is not None,
        train=train,
        validation=train if view.validation is view.train else part(view.validation),
        class_weights=(),
        folds=None,
        digest="",
    )
    names = () if several else tuple(map(str, range(widths[0])))
    kept = replace(prepared, label_names=names, labels=())
    return Task(data, None if held_out is None else part(held_out), base.split, kept, base.source, base.notes)


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
