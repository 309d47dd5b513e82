"""A folder of images by class: one subfolder a class, or ``train/`` and ``test/`` with one subfolder a class each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from primitives.brief import plural

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, SELECTING_OPTIONS, Reference, Source
from ..metrics import CLASSES
from ..pictures import SUFFIXES, BadPicture, Look, PictureForm, common_form, describe, look_at
from ..task import Task

Labelled = list[tuple[str, Path]]
"""(class, file) of each picture."""


def _files(folder: Path) -> Labelled:
    """(class, file) in a fixed order, of folders within those of classes too; what is hidden is left out."""
    return [(sub.name, path) for sub in _subfolders(folder) for path in sorted(_inside(sub))]


def _subfolders(folder: Path) -> list[Path]:
    return sorted(sub for sub in folder.iterdir() if sub.is_dir() and not sub.name.startswith("."))


def _inside(folder: Path) -> Iterator[Path]:
    """The pictures in a folder, at any depth."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and not hidden:
            yield path


def _nested(folder: Path, files: Labelled) -> tuple[str, ...]:
    """A sentence about pictures that are not in the folder of their class itself."""
    deep = [path.parent.relative_to(folder) for label, path in files if path.parent != folder / label]
    if not deep:
        return ()
    shown = ", ".join(sorted(set(map(Path.as_posix, deep)))[:5])
    those = plural(len(deep), "picture is in a folder", "pictures are in folders")
    return (f"{those} within those of the classes ({shown}), and of the class around them",)


def _accepts(reference: Reference) -> bool:
    folder = reference.path
    if folder is None or not folder.is_dir():
        return False
    try:
        return any(True for sub in _subfolders(folder) for _ in _inside(sub))
    except OSError:
        return False


def picture_size(text: str | None) -> tuple[int, int] | None:
    """Width and height: of ``32x24``, or ``24`` for both. Raises TaskError."""
    if text is None:
        return None
    width, separator, height = text.lower().partition("x")
    height = height if separator else width
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) < 10_000 and 0 < int(height) < 10_000):
        raise TaskError(f"size={text!r}: width and height in pixels are required; write such as 32x24, or 24 for both")
    return int(width), int(height)


@dataclass
class PictureReader:
    """Reads pictures, and gathers those that cannot be read with the reason, ``bad``, instead of stopping at the first."""

    bad: dict[Path, str] = field(default_factory=dict)

    def look(self, files: Labelled) -> list[Look]:
        """What the heads of the files say, of those that can be read."""
        return [found for _, path in files if (found := self._look(path)) is not None]

    def _look(self, path: Path) -> Look | None:
        try:
            return look_at(path)
        except BadPicture as error:
            self.bad[path] = str(error)
            return None

    def read(self, files: Labelled, form: PictureForm) -> tuple[np.ndarray, np.ndarray]:
        """Bytes [n, channels, h, w] and class names [n] of those that can be read."""
        x = np.empty((len(files), *form.shape), dtype=np.uint8)
        labels: list[str] = []
        for label, path in files:
            if path in self.bad:
                continue
            try:
                x[len(labels)] = form.read(path)
            except BadPicture as error:
                self.bad[path] = str(error)
            else:
                labels.append(label)
        return x[: len(labels)], np.array(labels, dtype=str)

    def check(self, total: int, skip: bool) -> tuple[str, ...]:
        """A sentence about those that were left out, none where all could be read. Raises TaskError where some could not and are not to
        be skipped."""
        if not self.bad:
            return ()
        shown = "; ".join(f"{_shown(path)} ({reason})" for path, reason in sorted(self.bad.items()))
        if skip and len(self.bad) < total:
            return (
                f"{len(self.bad):,} of {plural(total, 'picture is', 'pictures are')} left out, for they cannot be read: {shown}",
            )
        raise TaskError(
            f"{len(self.bad):,} of {plural(total, 'picture')} cannot be read as an image: {shown}. "
            "Replace or remove them, or leave them out with --skip-bad (in a reference: ?skip_bad=yes)"
        )


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _empty_classes(folder: Path, labels: np.ndarray) -> tuple[str, ...]:
    """A sentence about subfolders without a picture that can be read: no program can answer with their names."""
    empty = [sub.name for sub in _subfolders(folder) if sub.name not in set(labels.tolist())]
    return (f"no class, for there are no pictures in it: {', '.join(empty)}",) if empty else ()


def _load(reference: Reference) -> list[Task]:
    folder, size = reference.path, picture_size(reference.options.get("size"))
    assert folder is not None
    divided = (folder / "train").is_dir() and bool(_files(folder / "train"))
    files = _files(folder / "train") if divided else _files(folder)
    held_out = _files(folder / "test") if divided and (folder / "test").is_dir() else []
    reader, skip = PictureReader(), reference.yes_or_no("skip_bad")
    looks = reader.look(files)
    reader.look(held_out)
    total = len(files) + len(held_out)
    if not looks:
        reader.check(total, False)
    known = None if reference.prepared is None or size is not None else reference.prepared.picture_form
    form = known or common_form(looks, size)
    x, y = reader.read(files, form)
    x_test, y_test = reader.read(held_out, form) if held_out else (None, None)
    left_out = reader.check(total, skip)
    source = folder / "train" if divided else folder
    notes = (
        *_nested(source, files),
        *_nested(folder / "test", held_out),
        *describe(looks, form, "as asked" if size else "as in training" if known else ""),
        *left_out,
        *_empty_classes(source, y),
    )
    given = {**reference.labelled(), "targets": CLASSES, "layout": "chw"}
    return [labelled_task(x=x, y=y, x_test=x_test, y_test=y_test, pictures=form, notes=notes, **given)]


SOURCE = Source(
    "images",
    "a folder of images with one subfolder a class",
    (*LABELLED_OPTIONS, *SELECTING_OPTIONS, "size", "skip_bad"),
    _accepts,
    _load,
)
