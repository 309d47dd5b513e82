"""From names, files and folders to tasks, and what is said when they are wrong."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.tasks.load import load_tasks, sources
from automl.tasks.sources.idx import read_idx
from automl.tasks.task import TaskError


@pytest.mark.parametrize(
    ("name", "type", "counts"),
    [
        ("digits", "Tensor[1,8,8] -> Tensor[10]", (958, 240, 599)),
        ("iris", "Tensor[4] -> Tensor[3]", (90, 22, 38)),
        ("wine", "Tensor[13] -> Tensor[3]", (107, 27, 44)),
        ("breast_cancer", "Tensor[30] -> Tensor[2]", (342, 85, 142)),
        ("diabetes", "Tensor[10] -> Tensor[1]", (266, 66, 110)),
    ],
)
def test_bundled_sets(name: str, type: str, counts: tuple) -> None:
    (task,) = load_tasks(name)
    view = task.data
    assert (task.name, str(task.type)) == (name, type)
    assert (len(view.train), len(view.validation), len(task.test)) == counts


def test_digits_lie_between_0_and_1_and_follow_the_seed() -> None:
    (first,), (same,), (other,) = load_tasks("digits"), load_tasks("digits?seed=0"), load_tasks("digits", seed=1)
    images = first.data.train.inputs[0]
    assert float(images.min()) == 0.0 and float(images.max()) == 1.0
    assert first.digest == same.digest != other.digest
    assert first.preprocessing.decode([3]) == ["3"]


def test_a_linear_model_reaches_a_known_accuracy_on_what_is_loaded() -> None:
    from sklearn.linear_model import LogisticRegression

    (task,) = load_tasks("iris")
    view = task.data
    model = LogisticRegression().fit(view.train.inputs[0], view.train.targets)
    assert task.score(model.decision_function(task.test.inputs[0]), "test")["accuracy"] > 0.9


def test_lists_of_digits() -> None:
    (task,) = load_tasks(
        "digits?sequences=sum&lengths=1-2&test_lengths=20&count=30&test_count=7&name=blend&family=sums"
    )
    assert (task.name, task.family, str(task.type)) == ("blend", "sums", "list(Tensor[1,8,8]) -> int")
    assert len(task.data.train) == 30 and task.test.inputs[0].lengths.tolist() == [20] * 7
    assert max(task.data.train.inputs[0].lengths) == 2


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nothing", "no such file, folder or data set.*digits"),
        ("", "no such file"),
        ("a\0b", "no such file"),
        ("x" * 5000, "no such file"),
        ("digits?odd=1", "option='odd'"),
        ("digits?test", "must read"),
        ("digits?test=x", "test='x'"),
        ("digits?test=nan", "finite"),
        ("digits?seed=-1", "seed=-1"),
        ("digits?seed=1.5", "seed='1.5'"),
        ("digits?sequences=odd", "reduction='odd'"),
        ("digits?sequences=sum&lengths=a-b", "lengths='a-b'"),
        ("digits?sequences=sum&count=0", "count=0"),
        ("iris?sequences=sum", "whole numbers are required as labels"),
        ("digits?targets=numbers&label_names=1", "option='label_names'"),
        ("mnist?path=nowhere", "path='nowhere'"),
    ],
)
def test_refuses_a_reference(spec: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        load_tasks(spec)


@given(st.text(max_size=30) | st.text(max_size=30).map(lambda text: f"iris?x{text}"))
def test_any_text_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(TaskError, match="task="):
        load_tasks(text)


@given(
    st.sampled_from(["test", "validation", "policy", "seed", "targets", "metric", "scaling", "full_scale"]),
    st.text(max_size=8) | st.integers().map(str) | st.floats().map(str),
)
def test_any_value_of_an_option_gives_tasks_or_is_refused_with_its_name(option: str, value: str) -> None:
    try:
        assert len(load_tasks(f"iris?{option}={value}")) == 1
    except TaskError as error:
        assert re.search(rf"\b(task|{option})=", str(error)), error


def test_refuses_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for path in (tmp_path / "notes.txt", tmp_path):
        with pytest.raises(TaskError, match="no reader for this file or folder. What can be read: .*jsonl"):
            load_tasks(str(path))


def test_a_bundled_name_is_not_shadowed_by_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "iris").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_tasks("iris")[0].source == "iris"
    with pytest.raises(TaskError, match="no reader"):
        load_tasks("./iris")


class TestNpz:
    X = np.random.Generator(np.random.PCG64(0)).integers(0, 255, size=(30, 6, 6, 3)).astype(np.uint8)
    Y = np.arange(30) % 3

    def save(self, folder: Path, **arrays: np.ndarray) -> str:
        np.savez(folder / "a.npz", **arrays)
        return str(folder / "a.npz")

    def test_own_test_part(self, tmp_path: Path) -> None:
        (task,) = load_tasks(self.save(tmp_path, x_train=self.X, y_train=self.Y, x_test=self.X[:7], y_test=self.Y[:7]))
        assert (task.name, str(task.type), len(task.test)) == ("a", "Tensor[3,6,6] -> Tensor[3]", 7)

    def test_x_and_y(self, tmp_path: Path) -> None:
        path = self.save(tmp_path, X=self.X, y=self.Y)
        (task,) = load_tasks(f"{path}?test=0.5&name=mine")
        assert task.name == "mine" and len(task.test) == 15 and task.source == "a"

    def test_refuses(self, tmp_path: Path) -> None:
        with pytest.raises(TaskError, match="holds the arrays a, b"):
            load_tasks(self.save(tmp_path, a=self.X, b=self.Y))
        ragged = np.array([np.zeros(2), np.zeros(3)], dtype=object)
        with pytest.raises(TaskError, match="no object arrays"):
            load_tasks(self.save(tmp_path, X=ragged, y=self.Y[:2]))
        whole = Path(self.save(tmp_path, X=self.X, y=self.Y)).read_bytes()
        for broken in (b"", b"PK", whole[:200], whole[:100] + b"\0" * 50 + whole[150:]):
            (tmp_path / "a.npz").write_bytes(broken)
            with pytest.raises(TaskError):
                load_tasks(str(tmp_path / "a.npz"))
        np.save(tmp_path / "one.npy", self.X)
        (tmp_path / "one.npy").rename(tmp_path / "one.npz")
        with pytest.raises(TaskError, match="single array"):
            load_tasks(str(tmp_path / "one.npz"))


def idx_bytes(array: np.ndarray) -> bytes:
    return (
        b"\0\0\x08"
        + bytes([array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.astype(np.uint8).tobytes()
    )


class TestIdx:
    IMAGES, LABELS = np.arange(12 * 4 * 4).reshape(12, 4, 4) % 251, np.arange(12) % 3

    def write(self, folder: Path, zipped: bool) -> None:
        files = {"train-images-idx3-ubyte": self.IMAGES, "train-labels-idx1-ubyte": self.LABELS,
                 "t10k-images-idx3-ubyte": self.IMAGES[:6], "t10k-labels-idx1-ubyte": self.LABELS[:6]}  # fmt: skip
        for name, array in files.items():
            data = idx_bytes(array)
            (folder / (f"{name}.gz" if zipped else name)).write_bytes(gzip.compress(data) if zipped else data)

    @pytest.mark.parametrize("zipped", [True, False])
    def test_reads_a_folder_with_nielsens_split(self, tmp_path: Path, zipped: bool) -> None:
        self.write(tmp_path, zipped)
        (task,) = load_tasks(str(tmp_path))
        view = task.data
        assert str(task.type) == "Tensor[1,4,4] -> Tensor[3]" and len(task.test) == 6
        assert view.train.targets.tolist() == self.LABELS[:10].tolist()
        assert view.validation.targets.tolist() == self.LABELS[10:].tolist()
        assert view.train.inputs[0][3, 0] == pytest.approx(self.IMAGES[3] / 255)

    def test_mnist_by_name_prefers_a_folder_on_the_search_path(self, tmp_path: Path) -> None:
        (tmp_path / "mnist").mkdir()
        self.write(tmp_path / "mnist", True)
        (by_name,), (by_path,) = (
            load_tasks("mnist", search_path=[tmp_path]),
            load_tasks(f"mnist?path={tmp_path / 'mnist'}"),
        )
        assert by_name.digest == by_path.digest and by_name.name == "mnist"

    def test_refuses(self, tmp_path: Path) -> None:
        self.write(tmp_path, False)
        (tmp_path / "train-labels-idx1-ubyte").unlink()
        with pytest.raises(TaskError, match="train-labels"):
            load_tasks(str(tmp_path))
        (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(self.LABELS)[:-2])
        with pytest.raises(TaskError, match="needs 12 bytes"):
            load_tasks(str(tmp_path))

    @given(st.binary(max_size=40) | st.binary(max_size=20).map(lambda b: b"\0\0\x08\x01" + b), st.booleans())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_bytes_give_an_array_or_a_task_error(self, tmp_path: Path, data: bytes, zipped: bool) -> None:
        path = tmp_path / ("x.gz" if zipped else "x")
        path.write_bytes(data)
        try:
            assert read_idx(path).ndim > 0
        except TaskError as error:
            assert path.name in str(error)

    @pytest.mark.shared_data
    def test_mnist(self, shared_data: Path) -> None:
        (task,) = load_tasks(str(shared_data / "mnist"))
        view = task.data
        assert (len(view.train), len(view.validation), len(task.test)) == (50_000, 10_000, 10_000)
        assert str(task.type) == "Tensor[1,28,28] -> Tensor[10]" and view.train.targets[:5].tolist() == [5, 0, 4, 1, 9]
        assert float(view.train.inputs[0].max()) == 1.0


def test_sources_describe_themselves() -> None:
    assert {"bundled", "cifar", "idx", "images", "jsonlines", "npz", "table"} <= set(sources())
    for source in sources().values():
        assert source.doc and source.options


@pytest.mark.shared_data
def test_cifar_subset(shared_data: Path) -> None:
    (task,) = load_tasks(str(shared_data / "cifar10_subset" / "cifar10_subset.npz"))
    assert str(task.type) == "Tensor[3,32,32] -> Tensor[10]" and len(task.test) == 1000
