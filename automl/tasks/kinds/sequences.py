"""Lists of images or vectors with a number or a class to predict, given as they are or drawn from a labelled task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from library.records import Direction
from primitives.types import INT, Type, function, list_of, tensor

from ...errors import TaskError
from ..cases.parts import Part, RaggedArray, frozen
from ..data import ProblemData
from ..metrics import ANSWERS, CLASSES, INTEGERS, NUMBERS
from ..preprocessing import Preprocessing, check_finite, fit_inputs, standardise
from ..split import Split
from ..targets import numeric_labels
from ..task import Task, TaskKind

REDUCTIONS: dict[str, Callable[[np.ndarray], int | tuple[int, ...]]] = {
    "sum": lambda labels: int(labels.sum()),
    "maximum": lambda labels: int(labels.max()),
    "minimum": lambda labels: int(labels.min()),
    "range": lambda labels: int(labels.max() - labels.min()),
    "distinct": lambda labels: len(np.unique(labels)),
    "last": lambda labels: int(labels[-1]),
    "equal": lambda labels: int((labels == labels[0]).all()),
    "occurrences": lambda labels: int((labels[1:] == labels[0]).sum()),
    "sorted": lambda labels: tuple(sorted(labels.tolist())),
}
"""What a list's target is of the labels of its elements: a whole number, or a list of such; beside these there is COUNT with a label."""
COUNT = "count_"
APART = ("no", "yes", "first", "number")
"""Which elements of a list may be arguments of their own."""
SOLVED_AT = {CLASSES: 0.95, INTEGERS: 0.9, ANSWERS: 0.9, NUMBERS: 0.8}
METRICS = {CLASSES: "accuracy", INTEGERS: "accuracy", ANSWERS: "accuracy", NUMBERS: "r2"}


def reduction_of(name: str) -> Callable[[np.ndarray], int | tuple[int, ...]]:
    """What gives a list's target from the labels of its elements, int64 [n].

    name: one of REDUCTIONS, or ``count_3`` for how many have the label 3.

    Raises TaskError for any other.
    """
    label = name.removeprefix(COUNT)
    if name.startswith(COUNT) and label.isdecimal():
        return lambda labels: int((labels == int(label)).sum())
    if name not in REDUCTIONS:
        raise TaskError(
            f"reduction={name!r}: one of {', '.join(REDUCTIONS)}, {COUNT}LABEL is required; choose one of these"
        )
    return REDUCTIONS[name]


def sequences_from_labelled(
    base: Task,
    reduction: str = "sum",
    *,
    name: str | None = None,
    lengths: tuple[int, int] = (1, 3),
    test_lengths: tuple[int, int] = (20, 20),
    count: int = 1000,
    validation_count: int = 300,
    test_count: int = 200,
    seed: int = 0,
    apart: str = "no",
    solved_at: float | None = None,
    family: str | None = None,
) -> Task:
    """Lists of ``base``'s examples with ``reduction`` of their labels (see ``reduction_of``), which must be whole
    numbers.

    Train lists are drawn from base's train part, validation lists from its validation part, test lists
    (``test_lengths``) from its test part alone; lengths are uniform between the two bounds, elements drawn with
    replacement. The same seed draws the same lists. ``apart`` is ``yes`` where every element is to be an argument of its own, so that
    all lists are of one length, ``first`` where the first is one, and the others a list, and ``number`` where in place of the first its
    label is given, a whole number.
    """
    reduce = reduction_of(reduction)
    if apart not in APART:
        raise TaskError(f"apart={apart!r}: one of {', '.join(APART)} is required; choose one of these")
    if seed < 0:
        raise TaskError(f"seed={seed}: a whole number of at least 0 is required; choose one")
    prepared, split, view, held_out = base.preprocessing, base.split, base.data, base.test
    if view.target != CLASSES or prepared is None or split is None or held_out is None:
        raise TaskError(
            f"base={base.name!r}: a task of labelled arrays with classes and a test part is required; choose such a one"
        )
    labels = numeric_labels(base.name, prepared)
    wanted = (
        (view.train, lengths, count, "lengths"),
        (view.validation, lengths, validation_count, "lengths"),
        (held_out, test_lengths, test_count, "test_lengths"),
    )
    drawn = [
        _draw(
            part,
            labels,
            reduce,
            bounds,
            number,
            np.random.Generator(np.random.PCG64([seed, stream])),
            field,
        )
        for stream, (part, bounds, number, field) in enumerate(wanted)
    ]
    parts = [part for part, _ in drawn]
    if apart == "yes" and {*lengths, *test_lengths} != {lengths[0]}:
        raise TaskError(
            f"apart=yes with lengths={lengths} and test_lengths={test_lengths}: one length is required; give the same for both"
        )
    shape = prepared.shape
    form, result = (ANSWERS, list_of(INT)) if isinstance(parts[0].targets, tuple) else (INTEGERS, INT)
    data = _view(name or f"{base.name}-{reduction}", shape, form, result, parts, (), solved_at, family)
    if apart != "no":
        divide = partial(_apart, length=lengths[0]) if apart == "yes" else _first_apart
        parts, image = [divide(part) for part in parts], tensor(*shape)
        arguments: list[Type] = [image] * lengths[0] if apart == "yes" else [image, list_of(image)]
        if apart == "number":
            arguments[0] = INT
            parts = [
                Part((numbers, part.inputs[1]), part.targets) for part, (_, numbers) in zip(parts, drawn, strict=True)
            ]
        type = function(*arguments, result)
        data = replace(data, type=type, train=parts[0], validation=parts[1], digest="")
    kept = Preprocessing(shape, prepared.inputs, None, (), prepared.columns, prepared.dtype)
    return Task(data, parts[2], split, kept, base.source)


def sequences_task(
    name: str,
    values: np.ndarray,
    lengths: np.ndarray,
    y: np.ndarray,
    test: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    *,
    split: Split | None = None,
    targets: str | None = None,
    scaling: str = "auto",
    full_scale: float | None = None,
    solved_at: float | None = None,
    family: str | None = None,
    source: str = "",
) -> Task:
    """A task from all elements end to end, ``values`` [total, features] or [total, c, h, w], and ``lengths``
    [n], ``y`` [n] or [n, k].

    ``test`` is the same three arrays of the test part; without it ``split`` cuts one off. ``targets`` is
    ``integers`` (default for whole numbers), ``numbers`` or ``classes``. Raises TaskError on what does not fit.
    """
    split = split or Split()
    split = Split(0.0, split.validation, split.seed, split.policy) if test is not None else split
    sequences, y = _ragged(values, lengths, "values"), np.asarray(y)
    form = targets or (INTEGERS if y.dtype.kind in "iu" and y.ndim == 1 else NUMBERS)
    names, y_train, y_test = _targets(form, y, None if test is None else np.asarray(test[2]))
    train, validation, rest = split.divide(y_train if form == CLASSES else None, len(y_train))
    if len(sequences) != len(y_train):
        raise TaskError(
            f"len(y)={len(y_train)}: one target for each of the {len(sequences)} sequences is required; give one each"
        )
    prepared = Preprocessing(
        sequences.values.shape[1:],
        fit_inputs(sequences.take(train).values, scaling, full_scale),
        standardise(y_train[train]) if form == NUMBERS else None,
        names,
    )
    parts = [_prepare(sequences.take(chosen), y_train[chosen], prepared) for chosen in (train, validation, rest)]
    if test is not None and y_test is not None:
        parts[2] = _prepare(_ragged(test[0], test[1], "test values"), y_test, prepared)
    width = len(names) or (y_train.shape[1] if form == NUMBERS else 0)
    scale = prepared.target.scale if prepared.target else ()
    data = _view(name, prepared.shape, form, tensor(width) if width else INT, parts, scale, solved_at, family)
    return Task(data, parts[2] if len(parts[2]) else None, split, prepared, source)


def sample(seed: int = 0) -> Task:
    rng = np.random.Generator(np.random.PCG64(seed))
    lengths = rng.integers(1, 4, size=40)
    total = int(lengths.sum())
    values = np.stack([rng.integers(0, 5, size=total), rng.normal(size=total)], axis=1)
    y = np.array([int(part[:, 0].sum()) for part in np.split(values, np.cumsum(lengths)[:-1])])
    return sequences_task("sample-sums", values, lengths, y, split=Split(seed=seed), scaling="none")


def _apart(part: Part, length: int) -> Part:
    """The part with a column for each of the elements, of which every list has as many."""
    (lists,) = part.inputs
    assert isinstance(lists, RaggedArray)
    elements = np.asarray(lists.values).reshape(len(part), length, *lists.values.shape[1:])
    return Part(tuple(frozen(np.ascontiguousarray(elements[:, place])) for place in range(length)), part.targets)


def _first_apart(part: Part) -> Part:
    """The part with a column for the first elements, and one for the lists of the others."""
    (lists,) = part.inputs
    assert isinstance(lists, RaggedArray)
    first = np.zeros(len(lists.values), dtype=bool)
    first[lists.offsets] = True
    others = RaggedArray(frozen(lists.values[~first]), frozen(lists.lengths - 1))
    return Part((frozen(lists.values[first]), others), part.targets)


def _draw(
    part: Part,
    labels: np.ndarray,
    reduce: Callable[[np.ndarray], int | tuple[int, ...]],
    bounds: tuple[int, int],
    count: int,
    rng: np.random.Generator,
    field: str,
) -> tuple[Part, np.ndarray]:
    """So many lists of the part's images, and the label of the first of each."""
    low, high = bounds
    if not 1 <= low <= high:
        raise TaskError(f"{field}={low}-{high}: 1 <= low <= high is required; write such as 1-3")
    if count < 1:
        raise TaskError(f"count={count}: at least one list is required; ask for more")
    lengths = rng.integers(low, high + 1, size=count)
    chosen = rng.integers(0, len(part), size=int(lengths.sum()))
    numbers = labels[np.asarray(part.targets)[chosen]]
    targets = [reduce(one) for one in np.split(numbers, np.cumsum(lengths)[:-1])]
    images = np.asarray(part.inputs[0])[chosen]
    given = (RaggedArray(frozen(images), frozen(lengths)),)
    lists = tuple(each for each in targets if isinstance(each, tuple))
    firsts = frozen(numbers[given[0].offsets].astype(np.int64))
    return Part(given, lists or frozen(np.array(targets, dtype=np.int64))), firsts


def _ragged(values: object, lengths: object, name: str) -> RaggedArray:
    array, counts = np.asarray(values), np.asarray(lengths)
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim not in (2, 4) or 0 in array.shape:
        raise TaskError(
            f"{name}.shape={array.shape}: [total, features] or [total, c, h, w] with data is required; reshape it"
        )
    if counts.ndim != 1 or counts.dtype.kind not in "iu":
        raise TaskError(
            f"lengths.shape={counts.shape} dtype={counts.dtype}: [n] whole numbers are required; give one a sequence"
        )
    check_finite(array, name)
    return RaggedArray(array, counts.astype(np.int64))


def _targets(
    form: str, y: np.ndarray, y_test: np.ndarray | None
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray | None]:
    if form not in (CLASSES, INTEGERS, NUMBERS):
        raise TaskError(f"targets={form!r}: {CLASSES}, {INTEGERS} or {NUMBERS} is required; choose one of these")
    given = [a for a in (y, y_test) if a is not None]
    for array in given:
        if form != CLASSES:
            check_finite(array, "y")
        if array.ndim != 1 and not (form == NUMBERS and array.ndim == 2):
            raise TaskError(f"y.shape={array.shape}: [n] is required, or [n, k] for numbers; reshape y")
        if form == INTEGERS and array.dtype.kind not in "iu":
            raise TaskError(
                f"y.dtype={array.dtype}: whole numbers are required for targets='{INTEGERS}'; use '{NUMBERS}'"
            )
    if len(y) < 1 or (form != INTEGERS and (y == y[:1]).all()):
        raise TaskError("y: targets that differ are required; check the labels")
    if form == INTEGERS:
        return _pair((), y, y_test, lambda a: a.astype(np.int64))
    if form == NUMBERS:
        return _pair((), y, y_test, lambda a: a.astype(np.float64).reshape(len(a), -1))
    classes = np.unique(y)
    if y_test is not None and not np.isin(y_test, classes).all():
        raise TaskError("y_test has a label that y has not: labels of the train part are required; drop the cases")
    return _pair(tuple(map(str, classes.tolist())), y, y_test, lambda a: np.searchsorted(classes, a).astype(np.int64))


def _pair(
    labels: tuple[str, ...], y: np.ndarray, y_test: np.ndarray | None, change: Callable[[np.ndarray], np.ndarray]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray | None]:
    return labels, change(y), None if y_test is None else change(y_test)


def _prepare(sequences: RaggedArray, y: np.ndarray, prepared: Preprocessing) -> Part:
    if len(sequences) != len(y):
        raise TaskError(
            f"len(y)={len(y)}: one target for each of the {len(sequences)} sequences is required; give one each"
        )
    if len(sequences.values):
        values = prepared.apply(sequences.values)
    else:
        values = np.zeros((0, *prepared.shape), dtype=np.float32)
    targets = prepared.target.apply(y) if prepared.target and len(y) else y
    return Part((RaggedArray(frozen(values), frozen(sequences.lengths)),), frozen(targets))


def _view(
    name: str,
    shape: tuple[int, ...],
    form: str,
    result: Type,
    parts: Sequence[Part],
    scale: tuple[float, ...],
    solved_at: float | None,
    family: str | None,
) -> ProblemData:
    return ProblemData(
        name=name,
        kind=KIND.name,
        type=function(list_of(tensor(*shape)), result),
        target=form,
        metric=METRICS[form],
        direction=Direction.MAXIMIZE,
        solved_at=SOLVED_AT[form] if solved_at is None else solved_at,
        goal_given=solved_at is not None,
        train=parts[0],
        validation=parts[1] if len(parts[1]) else parts[0],
        target_scale=scale,
        family=family,
    )


KIND = TaskKind("sequences", sample)
"""``list(Tensor[…]) -> int`` or ``-> list(int)`` (accuracy), ``-> Tensor[classes]`` (accuracy) or ``-> Tensor[k]`` (numbers; R²)."""
