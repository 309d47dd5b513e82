"""What turns raw data into a net's input and a net's output into an answer; saved with the model as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr

from ..errors import TaskError
from .pictures import PictureForm

SCALINGS = ("auto", "unit", "standardise", "none")
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
        """``array`` is [n, features] or [n, channels, …]; the result has its shape and is float32."""
        offset, scale = self._parts(array.ndim)
        return ((array - offset) / scale).astype(np.float32)

    def invert(self, array: np.ndarray) -> np.ndarray:
        offset, scale = self._parts(array.ndim)
        return array * scale + offset


@dataclass(frozen=True)
class ColumnEncoding:
    """One column of a table: a number where ``categories`` is None, else one-hot over ``categories``."""

    name: str
    categories: tuple[str, ...] | None = None

    def encode(self, cells: Sequence[str]) -> np.ndarray:
        """float64 [n, 1] or [n, categories]."""
        if self.categories is None:
            return np.array([[self._number(cell)] for cell in cells], dtype=np.float64)
        position = {category: index for index, category in enumerate(self.categories)}
        rows = np.zeros((len(cells), len(self.categories)))
        for row, cell in enumerate(cells):
            if cell not in position:
                raise TaskError(
                    f"{self.name}={cell!r}: one of {', '.join(self.categories[:20])} is required, as in the "
                    "training data; use one of these"
                )
            rows[row, position[cell]] = 1.0
        return rows

    def _number(self, cell: str) -> float:
        try:
            return float(cell)
        except ValueError:
            raise TaskError(f"{self.name}={cell!r}: a number is required in this column; mend the cell") from None


@dataclass(frozen=True)
class Preprocessing:
    """``shape`` is that of one raw example as the net sees it; ``label_names`` are the answers of a classification
    in class order; ``target`` undoes the standardisation of a regression's target; ``columns`` are those of a table,
    in its order; ``pictures`` is what picture files are made into."""

    shape: tuple[int, ...] = ()
    inputs: Affine = Affine()
    target: Affine | None = None
    label_names: tuple[str, ...] = ()
    columns: tuple[ColumnEncoding, ...] = ()
    dtype: str = "float32"
    pictures: PictureForm | None = None
    raw_range: tuple[float, float] | None = None
    """The least and the greatest number among the raw inputs of the train part, of arrays; None where it is not known, or of a table."""

    __repr__ = brief_repr

    @property
    def picture_form(self) -> PictureForm | None:
        """What picture files are made into: as in training, or else as the shape of the inputs says; None where they are no pictures."""
        if self.pictures is None and len(self.shape) == 3 and self.shape[0] in (1, 3):
            return PictureForm(self.shape[2], self.shape[1], self.shape[0] == 3)
        return self.pictures

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
        """Raw examples [n, *shape] as a net's input, float32 [n, *shape]. Raises TaskError on another shape, NaN or
        infinity."""
        array = np.asarray(raw)
        if array.shape[1:] != self.shape:
            raise TaskError(
                f"inputs.shape={tuple(array.shape)}: [n, {', '.join(map(str, self.shape))}] is required, as in the "
                "training data; reshape or resize the inputs"
            )
        check_finite(array, "inputs")
        return self.inputs.apply(array)

    def encode_rows(self, rows: Sequence[Mapping[str, str]]) -> np.ndarray:
        """Rows of a table (column name to cell) as raw examples, float64 [n, features]."""
        for column in self.columns:
            if any(column.name not in row for row in rows):
                raise TaskError(
                    f"column={column.name!r}: absent; each row must have it, as in the training data; add the column"
                )
        return np.concatenate([column.encode([row[column.name] for row in rows]) for column in self.columns], axis=1)

    def decode(self, outputs: np.ndarray) -> list[Any]:
        """Answers for people: label names for class scores [n, classes] or classes [n], numbers in their own units
        otherwise."""
        array = np.asarray(outputs)
        if self.label_names:
            classes = array.argmax(axis=1) if array.ndim == 2 else array
            return [self.label_names[int(index)] for index in classes]
        return (self.target.invert(array) if self.target else array).tolist()

    def to_json(self) -> dict[str, Any]:
        affine = {key: _affine_json(getattr(self, key)) for key in ("inputs", "target")}
        columns = [[c.name, None if c.categories is None else list(c.categories)] for c in self.columns]
        return {
            "shape": list(self.shape),
            **affine,
            "label_names": list(self.label_names),
            "columns": columns,
            "dtype": self.dtype,
            **({} if self.pictures is None else {"pictures": self.pictures.to_json()}),
            **({} if self.raw_range is None else {"raw_range": list(self.raw_range)}),
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
                columns=tuple(
                    ColumnEncoding(str(n), None if c is None else tuple(map(str, c))) for n, c in data["columns"]
                ),
                dtype=str(data["dtype"]),
                pictures=PictureForm.from_json(data["pictures"]) if data.get("pictures") else None,
                raw_range=(float(data["raw_range"][0]), float(data["raw_range"][1])) if data.get("raw_range") else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TaskError(
                f"preprocessing={str(data)[:80]}: the fields that Preprocessing.to_json writes are required "
                f"({error!r}); save the model again"
            ) from None


def _affine_json(affine: Affine | None) -> dict[str, list[float]] | None:
    return None if affine is None else {"offset": list(affine.offset), "scale": list(affine.scale)}


def _affine_from(data: Mapping[str, Any] | None) -> Affine | None:
    if data is None:
        return None
    return Affine(tuple(float(x) for x in data["offset"]), tuple(float(x) for x in data["scale"]))


def check_finite(array: np.ndarray, name: str) -> None:
    """Raises TaskError where ``array`` holds anything but finite numbers."""
    if array.dtype.kind not in "buif":
        raise TaskError(
            f"{name}.dtype={array.dtype}: numbers are required; convert it, for example with .astype('float32')"
        )
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    value = array[first]
    raise TaskError(
        f"{name}{list(first)}={value}: finite numbers are required; drop or fill in missing values before loading"
    )


def standardise(array: np.ndarray) -> Affine:
    """Zero mean and unit variance for each feature or channel of ``array`` [n, c, …]; a constant one is only
    centred."""
    axes = (0, *range(2, array.ndim))
    exact = array.astype(np.float64, copy=False)
    mean, deviation = exact.mean(axis=axes), exact.std(axis=axes)
    spread = np.where(deviation > 1e-12 * np.maximum(1.0, np.abs(mean)), deviation, 1.0)
    return Affine(tuple(map(float, mean)), tuple(map(float, spread)))


def fit_inputs(train: np.ndarray, scaling: str, full_scale: float | None) -> Affine:
    """The scaling of inputs, fitted on the train part alone.

    ``unit`` divides by ``full_scale`` (255 for bytes when None); ``standardise`` is per feature or channel; ``auto``
    is unit for images of bytes or with a known full scale, none for images that already lie in [0, 1], standardise
    otherwise.
    """
    if scaling not in SCALINGS:
        raise TaskError(f"scaling={scaling!r}: one of {', '.join(SCALINGS)} is required; choose one of these")
    image, known = train.ndim > 2, full_scale or (255.0 if train.dtype == np.uint8 else None)
    if scaling == "unit" and known is None:
        known = float(np.abs(train).max()) or 1.0
    if scaling == "unit" or (scaling == "auto" and image and known):
        return Affine(scale=(float(known or 1.0),))
    inside = image and float(train.min()) >= 0.0 and float(train.max()) <= 1.0
    return Affine() if scaling == "none" or (scaling == "auto" and inside) else standardise(train)
