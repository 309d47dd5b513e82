"""Random changes to batches of training images, on the fly and for the whole batch at once.

Whole-pixel shifts and flips are gathers; rotation, scale, skew, crop and elastic distortion (Simard, Steinkraus and
Platt 2003) are one bilinear resampling of the batch. What comes in from outside the image has the colour of its
border.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch.nn import functional

from primitives.brief import brief_repr


@dataclass(frozen=True, eq=False)
class Augmentation:
    """Bounds of the random changes; each is drawn uniformly for each image, and 0 or False leaves it out.

    ``shift`` whole pixels each way; ``rotate`` degrees each way; ``scale`` and ``skew`` fractions (0.1: size 0.9 to
    1.1, shear −0.1 to 0.1); ``elastic`` root-mean-square displacement in pixels of a field smoothed by a Gaussian of
    ``smooth`` pixels (Simard's α 34, σ 4 is 1.38 pixels); ``crop`` the largest fraction of the side cut off (what is
    left is enlarged); ``flip_horizontal``, ``flip_vertical`` with probability a half; ``cut`` the side, as a fraction of the
    shorter side, of a square anywhere that is painted over (DeVries and Taylor 2017, cutout). ``fill`` [1, c, 1, 1] is the colour
    outside, and that of the square (see ``fitted``).
    """

    shift: int = 0
    rotate: float = 0.0
    scale: float = 0.0
    skew: float = 0.0
    elastic: float = 0.0
    smooth: float = 4.0
    crop: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    cut: float = 0.0
    fill: torch.Tensor | None = None

    __repr__ = brief_repr

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return bool(self.shift or self._resamples or self.flip_horizontal or self.flip_vertical or self.cut)

    @property
    def _resamples(self) -> bool:
        return bool(self.rotate or self.scale or self.skew or self.elastic or self.crop)

    def fitted(self, images: torch.Tensor) -> Augmentation:
        """The same with ``fill`` set to the median colour of the images' border, for each channel of ``images`` [n,
        c, h, w]."""
        sample = images[:1000]
        sides = [sample[:, :, 0], sample[:, :, -1], sample[:, :, :, 0], sample[:, :, :, -1]]
        border = torch.cat(sides, dim=2).transpose(0, 1).flatten(1)
        fill = border.float().median(dim=1).values.to(images.dtype).view(1, -1, 1, 1)
        return replace(self, fill=fill if bool((fill != 0).any()) else None)

    def __call__(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Changed copies of ``images`` [n, c, h, w], of the same shape and dtype; random numbers come from
        ``generator``."""
        if not len(images) or not self.active:
            return images
        if self.flip_horizontal:
            images = _flip(images, 3, generator)
        if self.flip_vertical:
            images = _flip(images, 2, generator)
        if self.fill is not None:
            images = images - self.fill
        if self._resamples:
            grid = self._grid(images, generator)
            images = functional.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        elif self.shift:
            images = _shift(images, self.shift, generator)
        if self.cut:
            images = _cut(images, self.cut, generator)
        return images if self.fill is None else images + self.fill

    def _grid(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Where each output pixel reads: [n, h, w, 2], in −1 … 1 as grid_sample wants it."""
        n, _, height, width = images.shape
        matrices = self._matrices(images, generator).unsqueeze(-1)
        x, y = (_centres(size, images.device).to(images.dtype) for size in (width, height))
        # Sums of a row and a column: four times as fast as affine_grid, which multiplies a matrix for each pixel.
        grid = torch.empty(n, height, width, 2, dtype=images.dtype, device=images.device)
        for axis in (0, 1):
            along, across, move = (matrices[:, axis, i] for i in range(3))
            torch.add((across * y + move).unsqueeze(2), (along * x).unsqueeze(1), out=grid[..., axis])
        if self.elastic:
            for axis, field in enumerate(self._fields(n, height, width, images, generator)):
                grid[..., axis] += field
        return grid

    def _matrices(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Affine maps [n, 2, 3] from output to input coordinates. A rotation is one in pixels also where the image is
        not square."""
        n, _, height, width = images.shape

        def draw(bound: float) -> torch.Tensor:
            return (torch.rand(n, generator=generator, device=images.device) * 2 - 1) * bound

        angle, shear = draw(math.radians(self.rotate)), draw(self.skew)
        kept = 1 - (draw(self.crop) + self.crop) / 2
        size_x, size_y = kept / (1 + draw(self.scale)), kept / (1 + draw(self.scale))
        cosine, sine = angle.cos(), angle.sin()
        a, b = cosine * size_x, (cosine * shear - sine) * size_y
        c, d = sine * size_x, (sine * shear + cosine) * size_y
        move_x, move_y = draw(1.0) * (1 - kept), draw(1.0) * (1 - kept)
        if self.shift:
            move_x = move_x + self._whole(images, generator) * (2 / width)
            move_y = move_y + self._whole(images, generator) * (2 / height)
        ratio = height / width
        return torch.stack([a, b * ratio, move_x, c / ratio, d, move_y], dim=1).view(n, 2, 3).to(images.dtype)

    def _whole(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        bounds = (-self.shift, self.shift + 1)
        return torch.randint(*bounds, (len(images),), generator=generator, device=images.device).float()

    def _fields(
        self, n: int, height: int, width: int, images: torch.Tensor, generator: torch.Generator
    ) -> list[torch.Tensor]:
        """Smooth displacements to the right and down, [n, h, w] each, in the units of the grid; their root mean square
        is ``elastic`` pixels everywhere, also near the border."""
        rows, columns = (_smoothing(size, self.smooth).to(images.device) for size in (height, width))
        noise = torch.rand(2 * n, rows.shape[1], columns.shape[1], generator=generator, device=images.device)
        strength = self.elastic * math.sqrt(3.0) * 2
        spread = (noise * 2 - 1).flatten(0, 1) @ columns.T
        across, down = spread.unflatten(0, (2, n, -1)).to(images.dtype)
        moved = rows.to(images.dtype)
        return [moved * (strength / width) @ across, moved * (strength / height) @ down]


def _flip(images: torch.Tensor, axis: int, generator: torch.Generator) -> torch.Tensor:
    chosen = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device) < 0.5
    return torch.where(chosen, images.flip(axis), images)


def _shift(images: torch.Tensor, bound: int, generator: torch.Generator) -> torch.Tensor:
    """Each image moved by whole pixels, at most ``bound`` each way; zeros come in."""
    n, _, height, width = images.shape
    moves = torch.randint(0, 2 * bound + 1, (2, n), generator=generator, device=images.device)
    windows = functional.pad(images, (bound,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    return windows[torch.arange(n, device=images.device), :, moves[0], moves[1]]


def _cut(images: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Each image with a square of zeros, whose middle is anywhere in it, so that a part of the square may be outside."""
    n, _, height, width = images.shape
    side = max(1, round(share * min(height, width)))
    inside = []
    for size in (height, width):
        first = torch.randint(0, size, (n, 1), generator=generator, device=images.device) - side // 2
        places = torch.arange(size, device=images.device).view(1, -1) - first
        inside.append((places >= 0) & (places < side))
    return images.masked_fill((inside[0].unsqueeze(2) & inside[1].unsqueeze(1)).unsqueeze(1), 0.0)


def _centres(size: int, device: torch.device) -> torch.Tensor:
    """The middles of ``size`` pixels between −1 and 1."""
    return (torch.arange(size, device=device) * 2 + 1) / size - 1


def _smoothing(size: int, sigma: float) -> torch.Tensor:
    """A Gaussian filter of noise as a matrix [size, knots] with rows of unit length, so that filtered white noise keeps
    its variance. The noise is given at ``knots`` at most σ/2 (and at least a pixel) apart: of a field that smooth,
    nothing is lost between them."""
    knots = min(size, math.ceil((size - 1) / max(1.0, sigma / 2)) + 1)
    distance = torch.arange(size).view(-1, 1) - torch.linspace(0, size - 1, knots).view(1, -1)
    kernel = torch.exp(-0.5 * (distance / max(sigma, 1e-3)) ** 2)
    return kernel / kernel.norm(dim=1, keepdim=True)
