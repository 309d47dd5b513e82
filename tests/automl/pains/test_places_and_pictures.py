"""Places and pictures that others' programs failed on: they are read, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import automl as api
from automl.errors import TaskError
from automl.tasks.load import load_tasks
from automl.testing.commands import refused as is_refused

TABLE = "a,y\n" + "".join(f"{i},{'uv'[i % 2]}\n" for i in range(40))
PLACES: list[tuple[str, Callable[[], object], str]] = [
    # what, how it comes to be, the reference
    ("KerasTuner#258 a name in several scripts", lambda: _write("a b/те ст😀.csv"), "a b/те ст😀.csv:y"),
    ("a folder with a colon", lambda: _write("c:d/x.csv"), "c:d/x.csv:y"),
    ("a link to a file", lambda: (_write("real.csv"), os.symlink("real.csv", "link.csv")), "link.csv:y"),
    ("a link to a folder", lambda: (_write("real/x.csv"), os.symlink("real", "there")), "there/x.csv:y"),
]
NOWHERE: list[tuple[str, Callable[[], object], str, str]] = [
    ("a link to nothing", lambda: os.symlink("nowhere.csv", "dead.csv"), "dead.csv:y", "no such file"),
    ("a link to itself", lambda: os.symlink("loop.csv", "loop.csv"), "loop.csv:y", "no such file"),
    ("a folder named .csv", lambda: Path("f.csv").mkdir(), "f.csv:y", "no reader"),
    ("a pipe", lambda: os.mkfifo("pipe.csv"), "pipe.csv:y", "is a pipe"),
    ("a device", lambda: None, "/dev/null:y", "is a device"),
    ("PySR#67 a file that is not there", lambda: None, "hall.csv:y", "hall.csv"),
    ("a name of 5,000 letters", lambda: None, "x" * 5000 + ".csv:y", "no such file"),
    ("a zero byte in a name", lambda: None, "a\0b.csv:y", "no such file"),
    ("an empty name", lambda: None, "", "task=''"),
]


def _write(path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(TABLE)


@pytest.mark.parametrize(("make", "spec"), [pytest.param(*row[1:], id=row[0]) for row in PLACES])
def test_a_place_is_found(searched, make: Callable[[], object], spec: str) -> None:
    make()
    code, _, err = searched(spec)
    assert (code, err) == (0, "")
    assert load_tasks(spec)[0].preprocessing.label_names == ("u", "v")  # type: ignore[union-attr]


@pytest.mark.parametrize(("make", "spec", "says"), [pytest.param(*row[1:], id=row[0]) for row in NOWHERE])
def test_a_place_is_refused(searched, make: Callable[[], object], spec: str, says: str) -> None:
    make()
    is_refused(searched(spec), says)
    with pytest.raises(TaskError) as caught:
        api.search(spec, evaluations=1, quiet=True)
    assert says in str(caught.value)


RNG = np.random.default_rng(0)


def noise(*shape: int, high: int = 256) -> np.ndarray:
    return RNG.integers(0, high, shape)


def save(make: Callable[[int], np.ndarray], format: str = "PNG") -> None:
    """Eight pictures of each of two classes."""
    for number in range(16):
        path = Path("p", "uv"[number % 2], f"{number // 2}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(make(number // 2)).save(path, format=format)


def grey(number: int) -> np.ndarray:
    return noise(8, 8).astype(np.uint8)


READ: list[tuple[str, Callable[[], object], str]] = [
    ("autokeras#777 grey pictures", lambda: save(grey), "Tensor[1,8,8]"),
    ("tensorflow#62406 pictures with transparency", lambda: save(lambda i: noise(8, 8, 4).astype(np.uint8)), "Tensor[3,8,8]"),
    ("autokeras#144 grey and coloured ones", lambda: save(lambda i: noise(8, 8, *([3] * (i % 2))).astype(np.uint8)), "Tensor[3,8,8]"),
    ("autokeras#226 several sizes", lambda: save(lambda i: noise(8 + i % 2, 8).astype(np.uint8)), "Tensor[1,8,8]"),
    ("one bit a pixel", lambda: save(lambda i: noise(8, 8) > 128), "Tensor[1,8,8]"),
    ("sixteen bits a pixel", lambda: save(lambda i: noise(8, 8, high=65_536).astype(np.uint16)), "Tensor[1,8,8]"),
    ("models#2194 GIF named .png", lambda: save(grey, "GIF"), "Tensor[3,8,8]"),
    ("other files beside them", lambda: (save(grey), Path("p/u/Thumbs.db").touch(), Path("p/.DS_Store").touch()), "Tensor[1,8,8]"),
    ("one pixel", lambda: save(lambda i: noise(1, 1).astype(np.uint8)), "Tensor[1,1,1]"),
]  # fmt: skip
UNREAD: list[tuple[str, Callable[[], object], str]] = [
    ("torchvision#138 a truncated picture", lambda: Path("p/u/0.png").write_bytes(Path("p/u/0.png").read_bytes()[:40]), "u/0.png"),
    ("keras#8686 an empty file", lambda: Path("p/u/0.png").write_bytes(b""), "u/0.png"),
    ("keras#19026 a text named .png", lambda: Path("p/u/0.png").write_text("hello"), "u/0.png"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "type"), [pytest.param(*row[1:], id=row[0]) for row in READ])
def test_pictures_are_read(make: Callable[[], object], type: str) -> None:
    make()
    (task,) = load_tasks("p")
    assert str(task.type) == f"{type} -> Tensor[2]" and task.preprocessing is not None
    assert task.preprocessing.label_names == ("u", "v")


@pytest.mark.parametrize(("spoil", "says"), [pytest.param(*row[1:], id=row[0]) for row in UNREAD])
def test_a_spoilt_picture_is_named_or_left_out(searched, spoil: Callable[[], object], says: str) -> None:
    save(grey)
    spoil()
    is_refused(searched("p"), says, "1 of 16")
    (task,) = load_tasks("p?skip_bad=yes")
    assert says in "\n".join(task.notes)


def test_a_declared_class_without_pictures_is_told() -> None:
    """autogluon#4583: a class that is declared, and has no case."""
    save(grey)
    Path("p/w").mkdir()
    assert "no class, for there are no pictures in it: w" in "\n".join(load_tasks("p")[0].notes)


def test_one_class_is_refused(searched) -> None:
    """autogluon#2018: training on one class."""
    save(grey)
    Path("p/v").rename("elsewhere")
    is_refused(searched("p"), "classes=['u']")


def test_a_class_of_the_test_part_alone_is_named_plainly(searched) -> None:
    save(grey)
    Path("d").mkdir()
    Path("p").rename("d/train")
    save(grey)
    Path("p").rename("d/test")
    Path("d/test/u").rename("d/test/w")
    is_refused(searched("d"), "the label 'w'")


def test_a_stored_score_is_that_of_the_stored_program() -> None:
    """PySR#816, PySR#942: the loss that is told is not that of the program."""
    Path("t.csv").write_text("a,b,y\n" + "".join(f"{i},{i * 7 % 11},{i * 7 % 11 * 3 + i / 9}\n" for i in range(60)))
    (task,) = load_tasks("t.csv:y?folds=0")
    result = api.search(task, evaluations=2, quiet=True)
    assert result.model is not None and not result.validation_seen
    found = task.data.score(result.model.outputs(task.data.validation), task.data.validation)
    assert found["r2"] == pytest.approx(result.score, abs=1e-6)
