"""What turns raw data into a net's input and a net's output into an answer; saved with the model as JSON."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr, plural

from ..errors import TaskError
from .cases.gaps import bridged, with_ends
from .columns.base import AbstractColumn, ColumnSummary
from .columns.cells import as_cells, cell_levels
from .columns.stored import column_from_json, column_to_json
from .pictures import PictureForm

Label = str | int | float | bool
MOST_SAID = 20
"""Columns of new rows whose problems are told at once."""
SCALINGS = ("auto", "unit", "standardise", "none")
BLOCK = 1 << 22
"""Numbers that are scaled at once: as 64-bit floats all inputs together would take many times their memory."""
LARGEST = float(np.finfo(np.float32).max)
NARROW, FAR = 20, 10
"""Raw inputs are said to be in other units where they span less than a NARROW-th of the training's range, or lie FAR times it outside."""


@dataclass(frozen=True)
class Affine:
    """``apply(x) = (x - offset) / scale``; both are flat tuples of one number, or of one a channel or a feature."""

    offset: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)

    __repr__ = brief_repr

    def _parts(self, ndim: int) -> tuple[np.ndarray, np.ndarray]:
        shape = (1, -1, *(1,) * (ndim - 2))
        return np.array(self.offset).reshape(shape), np.array(self.scale).reshape(shape)

    def apply(self, array: np.ndarray) -> np.ndarray:
        """``array`` is [n, features] or [n, channels, …]; the result has its shape and is float32, with the greatest number of that type
        where it would be beyond it."""
        found = np.empty(array.shape, dtype=np.float32)
        step = max(1, BLOCK // max(1, math.prod(array.shape[1:])))
        for start in range(0, len(array), step):
            found[start : start + step] = self._block(array[start : start + step])
        return found

    def _block(self, array: np.ndarray) -> np.ndarray:
        offset, scale = self._parts(array.ndim)
        # A difference may be beyond the range of floats, and its quotient within.
        with np.errstate(over="ignore", invalid="ignore"):
            found = (array - offset) / scale
            if not np.isfinite(found).all():
                apart = array / scale - offset / scale
                found = np.where(np.isfinite(found) | np.isnan(apart), found, apart)
            return np.clip(found, -LARGEST, LARGEST).astype(np.float32)

    def beside_another(self, channels: int) -> Affine:
        """The same of so many channels, beside one more that is left as it is."""
        offset, scale = (given * channels if len(given) == 1 else given for given in (self.offset, self.scale))
        return Affine((*offset, 0.0), (*scale, 1.0))

    def invert(self, array: np.ndarray) -> np.ndarray:
        offset, scale = self._parts(array.ndim)
        return array * scale + offset

    def restored(self, array: np.ndarray) -> np.ndarray:
        """The same for people: without the digits that the float32 of ``apply`` does not keep, below a millionth of the scale."""
        _, scale = self._parts(array.ndim)
        step = 10.0 ** np.floor(np.log10(np.maximum(np.abs(scale), 1e-290)) - 6.0)
        return np.round(self.invert(array) / step) * step


@dataclass(frozen=True)
class Preprocessing:
    """``shape`` is that of one raw example as the net sees it; ``label_names`` are the answers of a classification
    in class order as texts, and ``labels`` as they were given, where these are not texts; ``target`` undoes the standardisation of a
    regression's target; ``columns`` are those of a table, in its order; ``pictures`` is what picture files are made into."""

    shape: tuple[int, ...] = ()
    inputs: Affine = Affine()
    target: Affine | None = None
    label_names: tuple[str, ...] = ()
    columns: tuple[AbstractColumn, ...] = ()
    dtype: str = "float32"
    pictures: PictureForm | None = None
    raw_range: tuple[float, float] | None = None
    """The least and the greatest number among the raw inputs of the train part, of arrays; None where it is not known, or of a table."""
    labels: tuple[Label, ...] = ()
    steps_first: bool = False
    """Whether raw series have their channels last, [n, steps, channels], where ``shape`` is [channels, steps]."""
    tokens: tuple[int, ...] = ()
    """Of raw sequences of tokens [n, steps] those that have a channel each in ``shape``, in their order."""
    ends: bool = False
    """Whether raw series end at several steps, NaN after it, so that the last channel of ``shape``, which they have not, tells where."""

    __repr__ = brief_repr

    @property
    def picture_form(self) -> PictureForm | None:
        """What picture files are made into: as in training, or else as the shape of the inputs says; None where they are no pictures."""
        if self.pictures is None and len(self.shape) == 3 and self.shape[0] in (1, 3):
            return PictureForm(self.shape[2], self.shape[1], self.shape[0] == 3)
        return self.pictures

    @property
    def is_series(self) -> bool:
        """Whether an example is a series, [channels, steps]."""
        return len(self.shape) == 2

    def other_range(self, low: float, high: float) -> str:
        """A sentence where raw inputs from ``low`` to ``high`` lie so far otherwise than the training's that they are likely in other
        units; "" where they do not."""
        if self.raw_range is None:
            return ""
        least, most = self.raw_range
        span = most - least
        far = low < least - FAR * span or high > most + FAR * span
        if span <= 0 or not (far or 0 < (high - low) * NARROW < span):
            return ""
        return (
            f"inputs from {low:g} to {high:g}: the program was trained on numbers from {least:g} to {most:g}; "
            "its answers mean little where these are other units (0..1 for 0..255, say)"
        )

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Raw examples [n, *raw_shape] as a net's input, float32 [n, *shape]. NaN in series is a step that is missing
        (automl.tasks.cases.gaps). Raises TaskError on another shape, other NaN, or infinity."""
        array = np.asarray(raw)
        if array.shape[1:] != self.raw_shape:
            raise TaskError(self._other_shape(array.shape))
        check_finite(array, "inputs", missing=self.is_series)
        if not self.is_series or self.tokens or array.dtype.kind != "f":
            return self.inputs.apply(with_ends(array) if self.ends else array)
        whole = bridged(array, self.ends) if np.isnan(array).any() else array
        return np.nan_to_num(self.inputs.apply(with_ends(whole) if self.ends else whole), copy=False)

    @property
    def longest(self) -> int | None:
        """The steps of the longest series, where they end at several; else None."""
        return self.shape[1] if self.ends else None

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """That of one raw example: ``shape``, without the channel that tells where a series ends."""
        return (self.shape[0] - 1, *self.shape[1:]) if self.ends else self.shape

    def _other_shape(self, got: tuple[int, ...]) -> str:
        """What is wrong with inputs of another shape, in the order of axes that the training data had."""
        wanted, remedy = self.raw_shape, "reshape or resize the inputs"
        if self.is_series and got[1:] == wanted[::-1]:
            remedy = "swap the last two axes"
        elif self.is_series and len(got) == 3 and got[1] == wanted[0]:
            remedy = "cut longer ones, and fill shorter ones with NaN"
        if self.steps_first and len(got) == 3:
            got, wanted = (got[0], got[2], got[1]), wanted[::-1]
        return f"inputs.shape={got}: [n, {', '.join(map(str, wanted))}] is required, as in the training data; {remedy}"

    def encode_rows(self, rows: Sequence[Mapping[str, object]]) -> np.ndarray:
        """Rows of a table (column name to cell) as raw examples, float64 [n, features]: columns in any order, others than those of the
        training data are ignored. Raises TaskError with all columns that are absent, or all that have a cell which cannot be read."""
        used = [column for column in self.columns if column.width]
        self.check_present({column.name for column in used if all(column.name in row for row in rows)})
        return self.encode_columns({each.name: as_cells(row[each.name] for row in rows) for each in used})

    def check_present(self, names: Collection[str]) -> None:
        """Raises TaskError where columns of a table that the program uses are not among ``names``."""
        absent = [column.name for column in self.columns if column.width and column.name not in names]
        if absent:
            raise TaskError(
                f"{_named('column', absent)}: absent; it is required, as in the training data; add the column "
                "(an empty cell is a missing value)"
            )

    def encode_columns(self, cells: Mapping[str, np.ndarray]) -> np.ndarray:
        """Columns of a table (name to cells [n]) as raw examples, float64 [n, features]. Raises TaskError as ``encode_rows``."""
        self.check_present(cells)
        used = [column for column in self.columns if column.width]
        levels = [cell_levels(cells[column.name]) for column in used]
        wrong = [found for column, each in zip(used, levels) if (found := column.problem(each)) is not None]
        if wrong:
            raise TaskError(
                "\n".join(
                    [
                        *wrong[:MOST_SAID],
                        *([f"and {plural(len(wrong) - MOST_SAID, 'column')} more"] if len(wrong) > MOST_SAID else []),
                    ]
                )
            )
        return np.concatenate([column.encode(each) for column, each in zip(used, levels)], axis=1)

    def describe(self) -> list[ColumnSummary]:
        """What became of each column of a table: its name, its kind, and words on it."""
        return [column.summary() for column in self.columns]

    def cells(self, example: np.ndarray) -> list[tuple[str, str]]:
        """The columns of one example as the net sees it, [features], by name with the cells of the table, for people: of a column whose
        encoding does not tell the cell, each of its features. Of numbers without columns they are called by their places, from 1."""
        raw = self.inputs.restored(np.asarray(example, dtype=np.float64)[None])[0]
        if not self.columns:
            return [(str(place), f"{value:.6g}") for place, value in enumerate(raw, 1)]
        found, start = list[tuple[str, str]](), 0
        for column in self.columns:
            features = raw[start : start + column.width]
            start += column.width
            cell = column.cell(features) if column.width else None
            if cell is not None:
                found.append((column.name, cell))
            else:
                found += [(name, f"{value:.4g}") for name, value in zip(column.features, features, strict=True)]
        return found

    def decode(self, outputs: np.ndarray) -> list[Any]:
        """Answers for people: labels, as they were given, for class scores [n, classes] or classes [n], numbers in their own units
        otherwise: one a case, for [n, 1] too, or lists of several."""
        array = np.asarray(outputs)
        if self.label_names:
            classes = array.argmax(axis=1) if array.ndim == 2 else array
            labels = self.labels or self.label_names
            return [labels[int(index)] for index in classes]
        numbers = self.target.invert(array) if self.target else array
        return (numbers[:, 0] if numbers.ndim == 2 and numbers.shape[1] == 1 else numbers).tolist()

    def to_json(self) -> dict[str, Any]:
        affine = {key: _affine_json(getattr(self, key)) for key in ("inputs", "target")}
        return {
            "shape": list(self.shape),
            **affine,
            "label_names": list(self.label_names),
            "columns": [column_to_json(column) for column in self.columns],
            "dtype": self.dtype,
            **({} if self.pictures is None else {"pictures": self.pictures.to_json()}),
            **({} if self.raw_range is None else {"raw_range": list(self.raw_range)}),
            **({"labels": list(self.labels)} if self.labels else {}),
            **({"steps_first": True} if self.steps_first else {}),
            **({"tokens": list(self.tokens)} if self.tokens else {}),
            **({"ends": True} if self.ends else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preprocessing:
        """The inverse of ``to_json``; raises TaskError on anything else."""
        try:
            return cls(
                shape=tuple(int(n) for n in data["shape"]),
                inputs=_affine_from(data["inputs"]) or Affine(),
                target=_affine_from(data["target"]),
                label_names=tuple(map(str, data["label_names"])),
                columns=tuple(map(column_from_json, data["columns"])),
                dtype=str(data["dtype"]),
                pictures=PictureForm.from_json(data["pictures"]) if data.get("pictures") else None,
                raw_range=(float(data["raw_range"][0]), float(data["raw_range"][1])) if data.get("raw_range") else None,
                labels=tuple(data.get("labels", ())),
                steps_first=bool(data.get("steps_first", False)),
                tokens=tuple(map(int, data.get("tokens", ()))),
                ends=bool(data.get("ends", False)),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TaskError(
                f"preprocessing={str(data)[:80]}: the fields that Preprocessing.to_json writes are required "
                f"({error!r}); save the model again"
            ) from None


def _named(what: str, names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:MOST_SAID]))
    return f"{what}={shown}{f' and {len(names) - MOST_SAID} more' if len(names) > MOST_SAID else ''}"


def _affine_json(affine: Affine | None) -> dict[str, list[float]] | None:
    return None if affine is None else {"offset": list(affine.offset), "scale": list(affine.scale)}


def _affine_from(data: Mapping[str, Any] | None) -> Affine | None:
    if data is None:
        return None
    return Affine(tuple(float(x) for x in data["offset"]), tuple(float(x) for x in data["scale"]))


def check_finite(array: np.ndarray, name: str, missing: bool = False) -> None:
    """Raises TaskError where ``array`` holds anything but finite numbers, or NaN where numbers may be ``missing``."""
    if array.dtype.kind not in "buif":
        raise TaskError(
            f"{name}.dtype={array.dtype}: numbers are required; convert it, for example with .astype('float32')"
        )
    if array.dtype.kind != "f":
        return
    wrong = np.isinf(array) if missing else ~np.isfinite(array)
    if not wrong.any():
        return
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    value = array[first]
    raise TaskError(
        f"{name}{list(first)}={value}: finite numbers are required; drop or fill in missing values before loading"
    )


def standardise(array: np.ndarray) -> Affine:
    """Zero mean and unit variance for each feature or channel of ``array`` [n, c, …]; a constant one is only
    centred."""
    axes = (0, *range(2, array.ndim))
    exact = array.astype(np.float64, copy=False)
    largest = np.abs(exact).max(axis=axes, keepdims=True, initial=0.0)
    # Sums and squares of what is far from 1 leave the range of floats; a power of two changes no digit.
    unit = np.where((largest > _FAR_UP) | ((largest > 0) & (largest < _FAR_DOWN)), _power_of_two(largest), 1.0)
    mean, deviation = (exact / unit).mean(axis=axes), (exact / unit).std(axis=axes)
    unit, largest = unit.reshape(mean.shape), largest.reshape(mean.shape)
    spread = np.where(deviation > 1e-12 * largest / unit, deviation * unit, 1.0)
    return Affine(tuple(map(float, mean * unit)), tuple(map(float, spread)))


_FAR_UP, _FAR_DOWN = 1e150, 1e-140


def _power_of_two(numbers: np.ndarray) -> np.ndarray:
    """A power of two near each of the positive numbers; of those that it cannot be divided by, the nearest."""
    _, exponent = np.frexp(numbers)
    return np.ldexp(1.0, np.clip(exponent, -1000, 1000))


def fit_inputs(train: np.ndarray, scaling: str, full_scale: float | None) -> Affine:
    """The scaling of inputs, fitted on the train part alone.

    ``train`` is [n, features], of series [n, channels, steps] with NaN for steps that are missing, which count for nothing, of images
    [n, channels, height, width]. ``unit`` divides by
    ``full_scale`` (255 for bytes when None); ``standardise`` is per feature or channel; ``auto`` is unit for images of bytes or with a
    known full scale, none for images that already lie in [0, 1], standardise otherwise.
    """
    if scaling not in SCALINGS:
        raise TaskError(f"scaling={scaling!r}: one of {', '.join(SCALINGS)} is required; choose one of these")
    image, known = train.ndim > 3, full_scale or (255.0 if train.dtype == np.uint8 else None)
    if scaling == "unit" and known is None:
        known = float(np.nanmax(np.abs(train), initial=0.0)) or 1.0
    if scaling == "unit" or (scaling == "auto" and image and known):
        return Affine(scale=(float(known or 1.0),))
    inside = image and float(train.min()) >= 0.0 and float(train.max()) <= 1.0
    if scaling == "none" or (scaling == "auto" and inside):
        return Affine()
    if train.ndim != 3 or train.dtype.kind != "f" or not np.isnan(train).any():
        return standardise(train)
    each = [standardise(known[~np.isnan(known), None]) for known in np.moveaxis(train, 1, 0)]
    return Affine(tuple(found.offset[0] for found in each), tuple(found.scale[0] for found in each))
