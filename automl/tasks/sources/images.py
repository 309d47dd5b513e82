"""A folder of images by class: one subfolder a class, or ``train/`` and ``test/`` with one subfolder a class each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, Reference, Source, check_regular
from ..metrics import CLASSES
from ..task import Task

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"))


def _files(folder: Path) -> list[tuple[str, Path]]:
    """(class, file) in a fixed order."""
    classes = sorted(sub for sub in folder.iterdir() if sub.is_dir())
    return [(sub.name, path) for sub in classes for path in sorted(sub.iterdir()) if path.suffix.lower() in SUFFIXES]


def _accepts(reference: Reference) -> bool:
    folder = reference.path
    if folder is None or not folder.is_dir():
        return False
    try:
        return bool(_files(folder) or ((folder / "train").is_dir() and _files(folder / "train")))
    except OSError:
        return False


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, _, height = text.partition("x")
    if not width.isdecimal() or not height.isdecimal() or not int(width) or not int(height):
        raise TaskError(f"size={text!r}: width and height in pixels are required; write such as 32x32")
    return int(width), int(height)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _plain(image: Image.Image) -> Image.Image:
    """The picture with eight bits, in mode L where it is grey and else RGB; ValueError where its range is not known."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_eight_bits(image))
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if image.mode in ("P", "PA", "LA", "La", "RGBA", "RGBa"):
        full = image.convert("RGBA")
        laid = Image.alpha_composite(Image.new("RGBA", full.size, "white"), full)
        return laid.convert("L" if image.mode in ("LA", "La") else "RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _eight_bits(image: Image.Image) -> np.ndarray:
    """Bytes [h, w] of a grey picture of sixteen or more bits, or of floats."""
    values = np.asarray(image)
    sixteen = image.mode.startswith("I;16") or image.format in ("PNG", "PPM")
    highest = 1 if image.mode == "F" else 65535
    low, high = values.min(), values.max()
    if image.mode == "F":
        if not (low >= 0 and high <= highest):
            raise ValueError(f"floats from {low} to {high}, needed from 0 to 1: divide by the brightest and save again")
    elif not sixteen:
        raise ValueError(f"mode={image.mode!r}: whole numbers of 32 bits have no known range; save with 8 or 16 bits")
    return np.rint(values * (255 / highest)).astype(np.uint8)


def read_images(files: list[tuple[str, Path]], size: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """Bytes [n, 1, h, w] (all grey) or [n, 3, h, w], and the class names [n]. Raises TaskError where shapes differ or
    a picture's range of brightness is not known.

    Sixteen bits are scaled to eight, floats from 0 to 1 as well; what is transparent is laid on white.
    """
    from PIL import Image

    pictures = []
    for _, path in files:
        check_regular(path)
        try:
            with Image.open(path) as image:
                plain = _plain(image)
                pictures.append(np.asarray(plain if size is None else plain.resize(size)))
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            raise TaskError(
                f"path={_shown(path)!r} cannot be read as an image ({error}); replace or remove it"
            ) from None
        if pictures[-1].shape[:2] != pictures[0].shape[:2]:
            height, width = pictures[0].shape[:2]
            raise TaskError(
                f"path={_shown(path)!r} is {pictures[-1].shape[1]}x{pictures[-1].shape[0]} pixels, others are "
                f"{width}x{height}: one size is required; add ?size={width}x{height} to resize"
            )
    colour = any(picture.ndim == 3 for picture in pictures)
    if colour:
        pictures = [p if p.ndim == 3 else np.repeat(p[:, :, None], 3, axis=2) for p in pictures]
    stacked = np.stack(pictures)
    x = np.moveaxis(stacked, 3, 1) if colour else stacked[:, None]
    return x, np.array([label for label, _ in files])


def _load(reference: Reference) -> list[Task]:
    folder, size = reference.path, _size(reference.options.get("size"))
    assert folder is not None
    divided = (folder / "train").is_dir() and bool(_files(folder / "train"))
    x, y = read_images(_files(folder / "train") if divided else _files(folder), size)
    x_test = y_test = None
    if divided and (folder / "test").is_dir() and _files(folder / "test"):
        x_test, y_test = read_images(_files(folder / "test"), size)
    given = {**reference.labelled(), "targets": CLASSES, "layout": "chw"}
    return [labelled_task(x=x, y=y, x_test=x_test, y_test=y_test, **given)]


SOURCE = Source("images", "a folder of images with one subfolder a class", (*LABELLED_OPTIONS, "size"), _accepts, _load)
