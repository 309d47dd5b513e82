"""Augmentation: each change does what its name says, to each image its own, and repeats with the generator."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from automl.fitting.augmentation import Augmentation


def drawn(augmentation: Augmentation, images: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return augmentation(images, torch.Generator().manual_seed(seed))


def dot(height: int, width: int, row: int, column: int, count: int = 400) -> torch.Tensor:
    images = torch.zeros(count, 1, height, width)
    images[:, 0, row, column] = 1.0
    return images


def centres(images: torch.Tensor) -> torch.Tensor:
    """The centre of mass of each image: [n, 2] as row, column."""
    mass = images.sum((1, 2, 3))
    rows = (images.sum((1, 3)) * torch.arange(images.shape[2])).sum(1) / mass
    columns = (images.sum((1, 2)) * torch.arange(images.shape[3])).sum(1) / mass
    return torch.stack([rows, columns], 1)


@pytest.mark.parametrize("others", [{}, {"rotate": 1e-9}])
def test_shift_moves_by_whole_pixels_within_its_bound(others):
    moved = drawn(Augmentation(shift=2, **others), dot(9, 7, 4, 3)) > 0.5
    places = moved.flatten(1).nonzero()[:, 1]
    rows, columns = places // 7 - 4, places % 7 - 3
    assert moved.flatten(1).sum(1).eq(1).all()
    assert {*rows.tolist()} == {*columns.tolist()} == {-2, -1, 0, 1, 2}
    assert len({*zip(rows.tolist(), columns.tolist())}) == 25


def test_what_is_shifted_out_is_lost_and_the_border_colour_comes_in():
    images = torch.full((50, 2, 5, 5), 0.25)
    images[:, 1] = -1.0
    images[:, :, 2, 2] = 1.0
    augmentation = Augmentation(shift=2).fitted(images)
    assert augmentation.fill.flatten().tolist() == [0.25, -1.0]
    moved = drawn(augmentation, images)
    assert torch.equal(moved.flatten(2).sort(dim=2).values, images.flatten(2).sort(dim=2).values)


def test_rotation_turns_about_the_centre_by_at_most_its_angle():
    height, width, radius = 33, 41, 10
    turned = centres(drawn(Augmentation(rotate=30.0), dot(height, width, 16, 20 + radius)))
    offsets = turned - torch.tensor([16.0, 20.0])
    assert torch.allclose(offsets.norm(dim=1), torch.full((400,), float(radius)), atol=0.6)
    angles = torch.rad2deg(torch.atan2(offsets[:, 0], offsets[:, 1]))
    assert angles.abs().max() < 33 and angles.max() > 25 and angles.min() < -25


def test_scale_moves_points_along_their_direction():
    far = centres(drawn(Augmentation(scale=0.2), dot(41, 41, 20, 30))) - 20.0
    assert far[:, 0].abs().max() < 0.6
    assert 7.5 < far[:, 1].min() < 8.5 and 11.5 < far[:, 1].max() < 12.5


def test_skew_slides_rows_by_their_height():
    slid = centres(drawn(Augmentation(skew=0.3), dot(41, 41, 30, 20))) - 20.0
    assert (slid[:, 0] - 10).abs().max() < 0.6
    assert 2.3 < slid[:, 1].max() < 3.6 and -3.6 < slid[:, 1].min() < -2.3


def test_crop_enlarges_and_shows_only_what_was_there():
    ramp = torch.arange(40.0).view(1, 1, 1, 40).expand(200, 1, 40, 40) + 100.0
    cropped = drawn(Augmentation(crop=0.5), ramp.contiguous())[:, 0, 10:-10, 5:-5]
    assert cropped.min() > 99.0 and cropped.max() < 140.0
    slopes = (cropped[:, 0, -1] - cropped[:, 0, 0]) / (cropped.shape[2] - 1)
    assert 0.49 < slopes.min() < 0.6 and 0.9 < slopes.max() <= 1.01


def test_flips_mirror_about_half_of_the_images():
    images = torch.rand(400, 1, 4, 5)
    for axis, augmentation in ((3, Augmentation(flip_horizontal=True)), (2, Augmentation(flip_vertical=True))):
        flipped = drawn(augmentation, images)
        mirrored = (flipped == images.flip(axis)).flatten(1).all(1)
        assert (mirrored | (flipped == images).flatten(1).all(1)).all()
        assert 140 < mirrored.sum() < 260


def test_a_cut_paints_a_square_of_the_border_s_colour_anywhere():
    images = torch.rand(300, 2, 10, 16) + 1.0
    images[:, :, [0, -1]], images[:, :, :, [0, -1]] = 0.25, 0.25
    changed = drawn(Augmentation(cut=0.4).fitted(images), images)
    painted = (changed == 0.25).all(1)[:, 1:-1, 1:-1]
    counts = painted.flatten(1).sum(1)
    assert counts.max() == 16 and (counts == 16).float().mean() > 0.25, "4 x 4 pixels where all of them are inside"
    assert torch.equal(torch.where((changed == 0.25).all(1, keepdim=True), images, changed), images)
    assert painted.float().mean(0).min() > 0.02, "no place is left out"


@pytest.mark.parametrize(("height", "width", "smooth"), [(29, 29, 4.0), (28, 36, 6.0), (9, 8, 1.3)])
def test_elastic_displaces_smoothly_by_what_it_says(height, width, smooth):
    augmentation = Augmentation(elastic=1.38, smooth=smooth)
    images = torch.zeros(1, 1, height, width)
    fields = augmentation._fields(900, height, width, images, torch.Generator().manual_seed(0))
    row, column = height // 2, width // 2
    for field, size in zip(fields, (width, height), strict=True):
        pixels = field * size / 2
        assert pixels.std(dim=0).min() > 1.2 and pixels.std(dim=0).max() < 1.6, "as much near the border as inside"
        for apart in range(1, 4):
            here, there = pixels[:, row, column], pixels[:, row, column + apart]
            correlation = float((here * there).mean()) / 1.38**2
            assert correlation == pytest.approx(math.exp(-((apart / smooth) ** 2) / 4), abs=0.15)


def test_grids_are_those_of_torch():
    augmentation = Augmentation(rotate=20.0, scale=0.2, skew=0.2, crop=0.3, shift=2)
    images = torch.rand(7, 2, 9, 14)
    grid = augmentation._grid(images, torch.Generator().manual_seed(4))
    matrices = augmentation._matrices(images, torch.Generator().manual_seed(4))
    expected = torch.nn.functional.affine_grid(matrices, [7, 2, 9, 14], align_corners=False)
    assert torch.allclose(grid, expected, atol=1e-6)


def test_nothing_asked_for_changes_nothing_and_the_generator_decides():
    images = torch.rand(20, 3, 8, 8)
    assert not Augmentation().active and drawn(Augmentation(), images) is images
    everything = Augmentation(1, 10.0, 0.1, 0.1, 0.5, 1.5, 0.1, True, True, 0.3)
    first, again, other = drawn(everything, images, 1), drawn(everything, images, 1), drawn(everything, images, 2)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == images.shape and first.dtype == images.dtype
    assert drawn(everything, images[:0]).shape == (0, 3, 8, 8)


def test_each_image_gets_its_own_change():
    changed = drawn(Augmentation(rotate=20.0, elastic=0.5), torch.rand(1, 1, 8, 8).expand(30, 1, 8, 8))
    assert len(np.unique(changed.flatten(1).numpy(), axis=0)) == 30
