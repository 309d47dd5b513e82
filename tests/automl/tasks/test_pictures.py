"""Pictures of every kind that cameras and programs write, alone and together in folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from automl.errors import TaskError
from automl.tasks.load import load_tasks
from automl.tasks.pictures import MAX_SIDE, BadPicture, PictureForm, common_form, look_at
from automl.tasks.preprocessing import Preprocessing

RAMP = np.array([[0, 51, 102], [153, 204, 255]], dtype=np.uint8)


def put(folder: Path, name: str, size: tuple[int, int] = (5, 4), mode: str = "L", value: int = 0) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value, 0, 255)).save(path)
    return path


def two_classes(folder: Path, count: int = 16, **how: object) -> None:
    for index in range(count):
        put(folder, f"{'cat' if index % 2 else 'dog'}/{index}.png", value=index * 10, **how)  # type: ignore[arg-type]


def alone(path: Path) -> np.ndarray:
    return common_form([look_at(path)]).read(path)


def test_grey_images_by_class(tmp_path: Path) -> None:
    two_classes(tmp_path)
    (task,) = load_tasks(str(tmp_path))
    assert str(task.type) == "Tensor[1,4,5] -> Tensor[2]" and task.preprocessing.label_names == ("cat", "dog")
    pixels = {round(float(image[0, 0, 0]) * 255) for image in task.data.train.inputs[0]}
    assert pixels <= {index * 10 for index in range(16)} and len(pixels) == len(task.data.train)
    assert not [note for note in task.notes if "pictures" in note], "nothing was done to them"


def test_colour_and_own_test_folder(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for index in range(10):
            put(tmp_path, f"{part}/{index % 2}/{index}.png", mode="RGB" if index else "L", value=index)
    (task,) = load_tasks(str(tmp_path))
    assert str(task.type) == "Tensor[3,4,5] -> Tensor[2]" and len(task.test) == 10
    assert "1 of the 10 pictures are grey and are given three equal channels" in task.notes


def test_hidden_files_and_folders_are_no_pictures(tmp_path: Path) -> None:
    two_classes(tmp_path)
    put(tmp_path, ".thumbnails/0.png")
    (tmp_path / "cat" / "._1.png").write_bytes(b"what a file manager leaves behind")
    (task,) = load_tasks(str(tmp_path))
    assert task.preprocessing.label_names == ("cat", "dog")


@pytest.mark.parametrize("part", ["", "train/"])
@pytest.mark.parametrize("option", ["", "?skip_bad=yes"])
def test_pictures_in_folders_within_a_class_are_of_the_class(tmp_path: Path, part: str, option: str) -> None:
    two_classes(tmp_path / part)
    put(tmp_path, f"{part}cat/2023/may/17.png", value=251)
    put(tmp_path, f"{part}fox/2023/18.png", value=252)
    put(tmp_path, f"{part}fox/2024/18.png", value=253)
    put(tmp_path, f"{part}cat/.thumbnails/19.png", value=254)
    (task,) = load_tasks(f"{tmp_path}{option}{'&' if option else '?'}test=0")
    assert task.preprocessing.label_names == ("cat", "dog", "fox")
    assert len(task.data.train) + len(task.data.validation) == 19
    said = "3 pictures are in folders within those of the classes (cat/2023/may, fox/2023, fox/2024), and of the class around them"
    assert said in task.notes


class TestSize:
    def test_pictures_of_mixed_sizes_get_the_median_and_a_word_says_so(self, tmp_path: Path) -> None:
        for index, size in enumerate([(10, 6), (12, 8), (20, 8), (12, 30)]):
            put(tmp_path, f"{index % 2}/{index}.png", size=size)
        (task,) = load_tasks(str(tmp_path))
        assert str(task.type) == "Tensor[1,8,12] -> Tensor[2]"
        assert task.preprocessing.pictures == PictureForm(12, 8, False)
        note = "4 pictures of 4 sizes from 10x6 to 12x30 pixels are resized to 12x8 (the median, at most 128 a side;"
        assert task.notes[0].startswith(note)

    @pytest.mark.parametrize(
        ("size", "expected"), [((512, 256), (128, 64)), ((128, 7), (128, 7)), ((4000, 1), (128, 1))]
    )
    def test_large_pictures_are_brought_down_in_proportion(self, tmp_path, size, expected) -> None:
        form = common_form([look_at(put(tmp_path, "a.png", size=size))])
        assert (form.width, form.height) == expected and MAX_SIDE == 128

    @pytest.mark.parametrize(("option", "shape"), [("24", "1,24,24"), ("8x7", "1,7,8"), ("8X7", "1,7,8")])
    def test_a_size_is_asked_for_by_one_number_or_two(self, tmp_path: Path, option: str, shape: str) -> None:
        two_classes(tmp_path)
        assert str(load_tasks(f"{tmp_path}?size={option}")[0].type) == f"Tensor[{shape}] -> Tensor[2]"

    @pytest.mark.parametrize("option", ["big", "0", "3x", "x3", "3x0", "-3", "2.5", "1x2x3", "99999"])
    def test_a_size_that_is_none_is_refused(self, tmp_path: Path, option: str) -> None:
        two_classes(tmp_path)
        with pytest.raises(TaskError, match="size='.*width and height in pixels"):
            load_tasks(f"{tmp_path}?size={option}")


class TestBad:
    def spoiled(self, folder: Path) -> str:
        two_classes(folder)
        whole = put(folder, "cat/whole.png", size=(40, 40))
        (folder / "cat" / "cut.png").write_bytes(whole.read_bytes()[:-30])
        (folder / "dog" / "empty.png").write_bytes(b"")
        (folder / "dog" / "text.jpg").write_text("no picture")
        whole.unlink()
        return str(folder)

    def test_all_are_named_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(TaskError) as refusal:
            load_tasks(self.spoiled(tmp_path))
        text = str(refusal.value)
        assert text.startswith("3 of 19 pictures cannot be read as an image: ") and "\n" not in text
        assert all(
            name in text for name in ("cat/cut.png", "dog/empty.png", "dog/text.jpg", "--skip-bad", "?skip_bad=yes")
        )

    def test_they_are_left_out_where_that_was_asked_for_and_a_word_says_so(self, tmp_path: Path) -> None:
        (task,) = load_tasks(f"{self.spoiled(tmp_path)}?skip_bad=yes")
        parts = [task.part(name) for name in ("train", "validation", "test")]
        assert sum(map(len, parts)) == 16
        (note,) = [each for each in task.notes if "left out" in each]
        assert note.startswith("3 of 19 pictures are left out") and "cat/cut.png" in note

    def test_a_folder_of_bad_ones_alone_is_refused(self, tmp_path: Path) -> None:
        for name in ("a/1.png", "b/2.png"):
            (tmp_path / name).parent.mkdir()
            (tmp_path / name).write_bytes(b"")
        with pytest.raises(TaskError, match="2 of 2 pictures cannot be read"):
            load_tasks(f"{tmp_path}?skip_bad=yes")
        with pytest.raises(TaskError, match="skip_bad='perhaps': yes or no"):
            two_classes(tmp_path)
            load_tasks(f"{tmp_path}?skip_bad=perhaps")

    def test_one_class_is_refused(self, tmp_path: Path) -> None:
        put(tmp_path, "only/0.png")
        with pytest.raises(TaskError, match="at least two classes"):
            load_tasks(str(tmp_path))


@pytest.mark.parametrize(("count", "note"), [(3, "the same 2 that are trained on"), (12, "is of 2 alone"), (400, None)])
def test_few_pictures_are_said_to_show_little(tmp_path: Path, count: int, note: str | None) -> None:
    two_classes(tmp_path, count, size=(2, 2)) if count < 20 else [
        put(tmp_path, f"{i % 2}/{i}.png") for i in range(count)
    ]
    found = [each for each in load_tasks(str(tmp_path))[0].notes if each.startswith("few cases")]
    assert not found if note is None else note in found[0]


def modes() -> dict[str, tuple[Image.Image, int, np.ndarray]]:
    """A picture of each mode, by the name of its file, its channels and the bytes [channels, h, w] that it stands for."""
    grey, three = RAMP[None], np.stack([RAMP] * 3)
    plain = Image.fromarray(RAMP)
    alpha = Image.fromarray(np.array([[255, 0, 255], [255, 0, 255]], dtype=np.uint8))
    white = np.where(np.asarray(alpha) == 0, 255, RAMP)
    colours = Image.merge("RGB", [plain, plain.point(lambda v: 255 - v), Image.new("L", (3, 2), 7)])
    cyan = np.stack([255 - RAMP, np.full_like(RAMP, 255), np.full_like(RAMP, 255)])
    zero = Image.new("L", (3, 2), 0)
    palette = plain.convert("P")
    see_through = palette.copy()
    see_through.info["transparency"] = 51
    return {
        "sixteen.png": (Image.fromarray(RAMP.astype(np.uint16) * 257), 1, grey),
        "sixteen.tif": (Image.fromarray(RAMP.astype(np.uint16) * 257), 1, grey),
        "wide.pgm": (Image.fromarray(RAMP.astype(np.int32) * 257), 1, grey),
        "floats.tif": (Image.fromarray((RAMP / 255).astype(np.float32)), 1, grey),
        "bits.png": (Image.fromarray(RAMP > 110), 1, np.where(RAMP > 110, 255, 0)[None]),
        "grey.png": (plain, 1, grey),
        "alpha.png": (Image.merge("LA", [plain, alpha]), 1, white[None]),
        "colour_alpha.png": (Image.merge("RGBA", [plain, plain, plain, alpha]), 3, np.stack([white] * 3)),
        "palette.png": (palette, 3, three),
        "see_through.png": (see_through, 3, np.where(three == 51, 255, three)),
        "grey_clear.png": (plain, 1, np.where(grey == 51, 255, grey)),
        "colour.png": (colours, 3, np.asarray(colours).transpose(2, 0, 1)),
        "print.tif": (Image.merge("CMYK", [plain, zero, zero, zero]), 3, cyan),
    }


@pytest.mark.parametrize("name", modes())
def test_pictures_of_every_mode_keep_their_brightness(tmp_path: Path, name: str) -> None:
    picture, channels, wanted = modes()[name]
    picture.save(tmp_path / name, **({"transparency": 51} if name in ("see_through.png", "grey_clear.png") else {}))
    x = alone(tmp_path / name)
    assert x.shape == (channels, 2, 3) and x.dtype == np.uint8
    assert (x == wanted).all(), x


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_the_camera_was_held(tmp_path: Path, orientation: int) -> None:
    turned = {
        1: RAMP, 2: RAMP[:, ::-1], 3: RAMP[::-1, ::-1], 4: RAMP[::-1], 5: RAMP.T, 6: RAMP.T[::-1],
        7: RAMP.T[::-1, ::-1], 8: RAMP.T[:, ::-1],
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(turned)).save(tmp_path / "a.png", exif=exif)
    assert (alone(tmp_path / "a.png") == RAMP[None]).all()


def test_of_an_animated_picture_the_first_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 4), value) for value in (40, 200)]
    for name in ("a/0.gif", "b/1.gif"):
        (tmp_path / name).parent.mkdir()
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    assert (alone(tmp_path / "a" / "0.gif") == 40).all()
    (task,) = load_tasks(str(tmp_path))
    assert "of 2 animated pictures or files with several pages the first picture is taken" in task.notes


def test_sixteen_bits_are_resized_too(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 128 * 257, dtype=np.uint16)).save(tmp_path / "a.png")
    x = PictureForm(2, 3, False).read(tmp_path / "a.png")
    assert x.shape == (1, 3, 2) and (x == 128).all()


@pytest.mark.parametrize(
    ("name", "pixels", "message"),
    [
        ("bright.tif", np.array([[0.0, 300.0]], dtype=np.float32), "floats from 0.0 to 300.0, needed from 0 to 1"),
        ("nan.tif", np.array([[0.0, np.nan]], dtype=np.float32), "needed from 0 to 1"),
        ("wide.tif", np.array([[0, 70_000]], dtype=np.int32), "have no known range; save with 8 or 16 bits"),
    ],
)
def test_pictures_of_unknown_range_are_refused(tmp_path: Path, name: str, pixels: np.ndarray, message: str) -> None:
    Image.fromarray(pixels).save(tmp_path / name)
    with pytest.raises(BadPicture, match=message):
        alone(tmp_path / name)


def test_the_form_is_kept_with_the_model_and_does_not_count_in_the_digest(tmp_path: Path) -> None:
    two_classes(tmp_path, size=(300, 200))
    (task,) = load_tasks(str(tmp_path))
    stored = task.preprocessing.to_json()
    assert Preprocessing.from_json(stored) == task.preprocessing and task.preprocessing.pictures is not None
    old = {key: value for key, value in stored.items() if key != "pictures"}
    assert Preprocessing.from_json(old).pictures is None
    from dataclasses import replace

    assert replace(task, preprocessing=Preprocessing.from_json(old)).digest == task.digest


def test_pictures_without_classes_get_advice(tmp_path: Path) -> None:
    put(tmp_path, "flat/a.png")
    with pytest.raises(TaskError, match=r"put those of each class into a folder of its own \(flat/CLASS/\)\. What can"):
        load_tasks(str(tmp_path / "flat"))
