"""Labelled arrays: images, series or vectors with a class or with numbers to predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...errors import TaskError
from ..assembly import Goal, assembled
from ..cases.arrays import plain_array, plain_targets
from ..cases.changed import changed_pictures, relabelling
from ..cases.class_weights import ClassWeight
from ..cases.dividing import Keys, division
from ..cases.gaps import lengths, padded, said_gaps
from ..cases.layouts import AUTO, SERIES, SERIES_LAST, LaidOut, laid_out
from ..cases.selecting import examples_of_each, of_classes
from ..metrics import CLASSES, NUMBERS
from ..pictures import PictureForm
from ..preprocessing import Preprocessing, check_finite, fit_inputs, standardise
from ..split import GROUPS, Split
from ..targets import encode_targets, target_form
from ..task import Task, TaskKind


def labelled_task(
    name: str,
    x: np.ndarray,
    y: np.ndarray | Sequence[object],
    x_test: np.ndarray | None = None,
    y_test: np.ndarray | Sequence[object] | None = None,
    *,
    split: Split | None = None,
    targets: str | None = None,
    metric: str | None = None,
    direction: str | None = None,
    probabilities: bool = False,
    scaling: str = "auto",
    full_scale: float | None = None,
    layout: str = AUTO,
    tokens: tuple[int, ...] | None = None,
    longest: int | None = None,
    groups: Keys | None = None,
    time: Keys | None = None,
    label_names: Sequence[str] | None = None,
    solved_at: float | None = None,
    folds: int | None = None,
    classes: str | None = None,
    examples: int | None = None,
    changed: str | None = None,
    class_weight: ClassWeight | None = None,
    usual: float | None = None,
    family: str | None = None,
    source: str = "",
    pictures: PictureForm | None = None,
    notes: Sequence[str] = (),
) -> Task:
    """A task made of arrays: from a tensor to a class, or to numbers.

    name: what it is called.
    x: [n, features], [n, h, w], [n, c, h, w] or [n, h, w, c], or of series [n, steps], [n, channels, steps] or [n, steps, channels], with
        NaN for what is missing or after the end; with a ``layout`` of series also a list of series of several lengths.
    y: [n] labels, or numbers [n] or [n, k].
    x_test, y_test: the test part, in the same form; ``split`` then makes only the validation part (default: ``split`` makes both).
    split: how the cases are divided (default: ``Split()``). A validation part without cases is replaced by the train part.
    targets: ``classes`` or ``numbers`` (default: by the values).
    metric: the name of one of automl.tasks.measure.measures, or that of a function of your own (automl.tasks.own_metric) (default:
        accuracy, R²).
    direction: of a function of your own: ``maximize`` or ``minimize`` (default: ``maximize``).
    probabilities: whether it is told the probabilities of the labels rather than answers (default: no).
    scaling: ``auto``, ``unit``, ``standardise`` or ``none``, fitted on the train part (default: ``auto``).
    full_scale: the value that ``unit`` makes 1 (default: 255 for bytes, else the largest of the train part).
    layout: what the axes are: ``chw`` or ``hwc`` of pictures by where their channels are, ``series`` ([n, steps] or [n, channels, steps]),
        ``series_last`` ([n, steps, channels]), ``tokens`` (whole numbers [n, steps]), or ``auto`` (default: ``auto``, by the sizes;
        automl.tasks.cases.layouts.laid_out).
    tokens: those that sequences of tokens may have (default: all that ``x`` has).
    longest: steps of the longest series of other data of the kind, in which series end at several steps (default: those of ``x``).
    groups: one a case of ``x``, names or numbers; the cases of one are kept in one part (default: none).
    time: one a case of ``x``, numbers or dates; the latest cases are held out (default: none).
    label_names: of the classes 0, 1, … of an integer ``y`` (default: their numbers).
    solved_at: the score that counts as solved (default: none does).
    folds: in how many parts of its cases beside the test part scores are measured in turn, of a table, series, or few pictures; 0: in the
        validation part alone (default: 5 where there are fewer than 1,000, of pictures 200, else 0).
    classes: labels with commas between, or numbers as ``5-9``: cases of other classes are left out (default: none is).
    examples: so many labelled cases of each class, drawn by the split's seed, are kept beside the test part (default: all).
    changed: what becomes of pictures and labels before anything else, so that they are another task: ``inverted``, ``turned``,
        ``mirrored``, ``relabelled`` (by the split's seed), several with commas between (default: nothing).
    class_weight: how much a case of each class counts where programs are trained: ``balanced``, ``none``, or a weight by label (default:
        each 1, but ``balanced`` where the metric counts classes alike).
    usual: a score that is good on this data, for people (default: not known).
    family: tasks of one family are held out together (default: none).
    source: where the data comes from, for people (default: not said).
    pictures: what picture files were made into (default: they were none).
    notes: sentences on how the data was read (default: none).

    Raises TaskError on NaN (but in series), infinity, wrong shapes, no cases or one class only.
    """
    if (x_test is None) != (y_test is None):
        raise TaskError("x_test and y_test: both or neither are required; give the other one too")
    split = split or Split()
    if x_test is not None:
        split = replace(split, test=0.0)
    found, y = _inputs(x, layout, "x", full_scale, tokens, longest), plain_targets(y, "y")
    x = found.array
    y_test = None if y_test is None else plain_targets(y_test, "y_test")
    if x_test is not None:
        known = found.tokens or None
        until = x.shape[2] if found.ends else None
        x_test = _inputs(x_test, found.layout if found.series else layout, "x_test", full_scale, known, until).array
    if x_test is not None and x_test.shape[1:] != x.shape[1:]:
        raise TaskError(
            f"x_test.shape={x_test.shape}: examples of x's shape {x.shape[1:]} are required; reshape x_test"
        )
    form = target_form(y, targets, pictures=x.ndim > 2)
    if classes is not None or examples is not None or changed is not None:
        if form != CLASSES or groups is not None or time is not None:
            raise TaskError(
                f"classes={classes!r}, examples={examples!r}, changed={changed!r}: labels as targets, without groups or times, are "
                "required; leave them out"
            )
        x, y, x_test, y_test, split = _fewer(x, y, x_test, y_test, split, classes, examples, label_names or ())
        if changed is not None:
            relabelled, brightest = relabelling(y, changed, split.seed), x.max()
            x, y = changed_pictures(x, changed, brightest), relabelled(y)
            if x_test is not None and y_test is not None:
                x_test, y_test = changed_pictures(x_test, changed, brightest), relabelled(y_test)
    encoded = encode_targets(form, y, y_test, label_names)
    for array, target, label in ((x, encoded.y, "y"), (x_test, encoded.y_test, "y_test")):
        if array is not None and target is not None and len(array) != len(target):
            raise TaskError(
                f"len({label})={len(target)}: {len(array)} targets are required, one an example; give one each"
            )
    divided = division(split, len(x), groups, time)
    split, keys = divided.split, divided.keys
    train, validation, test = split.divide(encoded.y if form == CLASSES else None, len(x), keys)
    inputs, shape = fit_inputs(x[train], "none" if found.tokens else scaling, full_scale), x.shape[1:]
    if found.ends:
        inputs, shape = inputs.beside_another(shape[0]), (shape[0] + 1, shape[1])
    prepared = Preprocessing(
        shape=shape,
        inputs=inputs,
        target=standardise(encoded.y[train]) if form == NUMBERS else None,
        label_names=encoded.names,
        labels=encoded.labels,
        pictures=pictures,
        raw_range=None if found.tokens else (float(np.nanmin(x[train])), float(np.nanmax(x[train]))),
        steps_first=found.steps_first,
        tokens=found.tokens,
        ends=found.ends,
    )
    parts = [(x[rows], encoded.y[rows]) for rows in (train, validation, test)]
    if x_test is not None and encoded.y_test is not None:
        parts[2] = (x_test, encoded.y_test)
    goal, said = Goal(solved_at, usual), [note for note in (found.note, divided.note) if note]
    task = assembled(
        KIND.name,
        name,
        form,
        parts,
        prepared,
        goal,
        metric=metric,
        direction=direction,
        probabilities=probabilities,
        split=split,
        family=family,
        source=source,
        notes=(*said, *notes),
        folds=folds,
        class_weight=class_weight,
        keys=None if keys is None else keys[np.concatenate([train, validation])],
    )
    if keys is None or split.policy != GROUPS or task.test is None or x_test is not None:
        return task
    return replace(task, test_groups=keys[test])


def _fewer(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray | None, y_test: np.ndarray | None, split: Split, classes: str | None,
    examples: int | None, called: Sequence[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None, Split]:  # fmt: skip
    """The cases of some classes, of which so many are kept beside the test part; that is divided off first, and stays whole."""
    if classes is not None:
        rows = of_classes(y, classes, called)
        if y_test is not None and x_test is not None:
            kept = np.isin(y_test, np.unique(y[rows]))
            x_test, y_test = x_test[kept], y_test[kept]
        x, y = x[rows], y[rows]
    if examples is None:
        return x, y, x_test, y_test, split
    if x_test is None and split.test:
        train, validation, test = split.divide(np.unique(y, return_inverse=True)[1], len(x))
        rest = np.concatenate([train, validation])
        x, y, x_test, y_test = x[rest], y[rest], x[test], y[test]
        split = replace(split, test=0.0)
    rows = examples_of_each(y, examples, split.seed)
    return x[rows], y[rows], x_test, y_test, replace(split, policy="stratified")


def sample(seed: int = 0) -> Task:
    rng = np.random.Generator(np.random.PCG64(seed))
    y = np.repeat(np.arange(3), 20)
    x = rng.normal(size=(60, 1, 4, 4)) + y[:, None, None, None]
    return labelled_task("sample-blobs", x, y, split=Split(seed=seed), label_names=("0", "1", "2"))


def _inputs(
    x: object, layout: str, name: str, full_scale: float | None, tokens: tuple[int, ...] | None, longest: int | None
) -> LaidOut:
    """Examples with their axes in the order that programs take, numbers only."""
    filled = (
        padded(x, layout == SERIES_LAST) if layout in (SERIES, SERIES_LAST) and isinstance(x, list | tuple) else None
    )
    array = plain_array(x, name) if filled is None else filled
    if array.dtype.kind == "O":
        raise TaskError(
            f"{name}.dtype=object: examples of one shape are required (mixed ranks or lengths?); pad or resize them"
        )
    found = laid_out(array, layout, name, full_scale is not None, tokens)
    if 0 in array.shape:
        raise TaskError(
            f"{name}.shape={array.shape}: at least one example with at least one number is required; give data"
        )
    check_finite(array, name, missing=found.series)
    return found if not found.series or found.tokens else _with_gaps(found, name, longest)


def _with_gaps(found: LaidOut, name: str, longest: int | None) -> LaidOut:
    """Series of as many steps as the ``longest``, if that is given, and what is said of those that are missing. Raises TaskError."""
    array = found.array
    more = 0 if longest is None else longest - array.shape[2]
    if more < 0:
        raise TaskError(
            f"{name}.shape={array.shape}: series of at most {longest:,} steps are required, as in training; cut longer ones"
        )
    if more:
        array = np.pad(array.astype(np.float64), ((0, 0), (0, 0), (0, more)), constant_values=np.nan)
    if array.dtype.kind != "f":
        return replace(found, ends=longest is not None)
    until = lengths(array)
    if not until.all():
        raise TaskError(
            f"{name}[{int(until.argmin())}]: no number in the series: at least one is required; leave it out"
        )
    note = "; ".join(filter(None, (found.note, said_gaps(array))))
    return replace(found, array=array, ends=longest is not None or bool((until < array.shape[2]).any()), note=note)


KIND = TaskKind("labelled", sample)
"""``Tensor[…] -> Tensor[classes]`` (scores of the classes; accuracy) or ``Tensor[…] -> Tensor[k]`` (numbers; R²)."""
