"""Pictures as arrays of bytes: upright, eight bits, one size and one number of channels, whatever their files hold."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from library.files import irregular
from primitives.brief import plural

from ..errors import TaskError

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"))
MAX_SIDE = 128
"""Most pixels a side that pictures are given where no size was asked for: what a net can be trained on within minutes."""
GREY_MODES = ("1", "L", "LA", "La", "F")
ORIENTATION = 0x0112
"""The EXIF tag that says how a camera was held."""
UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What the readers of picture files raise on a damaged one."""


class BadPicture(TaskError):
    """A file that is no picture which can be read, and why."""


@dataclass(frozen=True)
class PictureForm:
    """What every picture is made into, in training and when predicting: ``width`` and ``height`` in pixels, and whether it has three
    channels (``colour``) or one."""

    width: int
    height: int
    colour: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """That of one picture's array: [channels, height, width]."""
        return (3 if self.colour else 1, self.height, self.width)

    def to_json(self) -> dict[str, int | bool]:
        return {"width": self.width, "height": self.height, "colour": self.colour}

    @classmethod
    def from_json(cls, data: Mapping[str, int | bool]) -> PictureForm:
        """The inverse of ``to_json``; raises KeyError or ValueError on anything else."""
        return cls(int(data["width"]), int(data["height"]), bool(data["colour"]))

    def read(self, path: Path) -> np.ndarray:
        """Bytes [channels, height, width]. Raises BadPicture.

        Sixteen bits are scaled to eight, floats from 0 to 1 as well; what is transparent is laid on white; of several pictures in a file
        the first counts; a picture is turned as its EXIF entry says.
        """
        with _opened(path) as image:
            plain = _plain(_upright(image)).convert("RGB" if self.colour else "L")
            size = (self.width, self.height)
            pixels = np.asarray(plain if plain.size == size else plain.resize(size))
        return np.moveaxis(pixels, 2, 0) if self.colour else pixels[None]


@dataclass(frozen=True)
class Look:
    """What the head of a picture's file says: ``width`` and ``height`` in pixels once upright, ``colour``, ``frames`` above 1 where it is
    animated or has pages."""

    width: int
    height: int
    colour: bool
    frames: int


def look_at(path: Path) -> Look:
    """What the head of a picture's file says. Raises BadPicture."""
    with _opened(path) as image:
        width, height = image.size
        if _orientation(image) >= 5:
            width, height = height, width
        grey = image.mode in GREY_MODES or image.mode.startswith("I")
        return Look(width, height, not grey, int(getattr(image, "n_frames", 1)))


def common_form(looks: Sequence[Look], size: tuple[int, int] | None = None) -> PictureForm:
    """The form for pictures that are used together: of the ``size`` (width, height) if given, else the median width and the median
    height, brought down together until neither is above MAX_SIDE; in colour where one of them is."""
    colour = any(look.colour for look in looks)
    if size is not None:
        return PictureForm(*size, colour)
    width = float(np.median([look.width for look in looks]))
    height = float(np.median([look.height for look in looks]))
    share = min(1.0, MAX_SIDE / max(width, height))
    return PictureForm(max(1, round(width * share)), max(1, round(height * share)), colour)


def describe(looks: Sequence[Look], form: PictureForm, why: str = "") -> tuple[str, ...]:
    """Sentences about what making pictures into one form changes; none where it changes nothing.

    looks: the pictures as they were.
    why: where the size comes from, "" where it is the common form's.
    """
    found: list[str] = []
    sizes = Counter((look.width, look.height) for look in looks)
    if set(sizes) != {(form.width, form.height)}:
        first, last = min(sizes, key=lambda s: (s[0] * s[1], s)), max(sizes, key=lambda s: (s[0] * s[1], s))
        of = f"of {first[0]}x{first[1]}" if len(sizes) == 1 else (
            f"of {len(sizes)} sizes from {first[0]}x{first[1]} to {last[0]}x{last[1]}"
        )  # fmt: skip
        rule = why or f"the median, at most {MAX_SIDE} a side; ?size=WxH asks for another"
        those = plural(len(looks), f"picture {of} pixels is", f"pictures {of} pixels are")
        found.append(f"{those} resized to {form.width}x{form.height} ({rule})")
    grey = sum(not look.colour for look in looks)
    if form.colour and grey:
        found.append(f"{grey} of the {len(looks)} pictures are grey and are given three equal channels")
    animated = sum(look.frames > 1 for look in looks)
    if animated:
        found.append(f"of {animated} animated pictures or files with several pages the first picture is taken")
    return tuple(found)


def advice_on_classes(path: Path) -> str:
    """A sentence for a folder whose pictures have no classes; "" for anything else."""
    try:
        flat = path.is_dir() and any(each.suffix.lower() in SUFFIXES for each in path.iterdir())
    except OSError:
        return ""
    said = f"Its pictures have no classes: put those of each class into a folder of its own ({path.name}/CLASS/). "
    return said if flat else ""


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture of a file. Raises BadPicture for whatever a damaged file makes its reader raise, then and within the block."""
    from PIL import Image

    kind = irregular(path)
    if kind:
        raise BadPicture(f"it is {kind}, not a file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # readers warn of what they can mend, and of many pixels
            with Image.open(path) as image:
                yield image
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        reason = "no picture of a known kind" if isinstance(error, Image.UnidentifiedImageError) else str(error)
        raise BadPicture(reason or type(error).__name__) from None


def _orientation(image: Image.Image) -> int:
    """1 to 8: how the camera was held, 1 where the file does not say."""
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except UNREADABLE:  # the pixels may be whole where this entry is not
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _upright(image: Image.Image) -> Image.Image:
    from PIL import Image

    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    turn = turns.get(_orientation(image))
    if turn is None:
        return image
    turned = image.transpose(turn)
    turned.info, turned.format = image.info, image.format
    return turned


def _plain(image: Image.Image) -> Image.Image:
    """The picture with eight bits, in mode L where it is grey and else RGB; ValueError where its range is not known."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_eight_bits(image))
    clear = "transparency" in image.info
    if image.mode in ("PA", "LA", "La", "RGBA", "RGBa") or (clear and image.mode in ("P", "L", "RGB")):
        full = image.convert("RGBA")
        laid = Image.alpha_composite(Image.new("RGBA", full.size, "white"), full)
        return laid.convert("L" if image.mode in ("L", "LA", "La") else "RGB")
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
