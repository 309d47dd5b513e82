"""CIFAR-10 from its files, sequences of digits, unlabelled tasks, and tasks of several heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from automl.fitting.losses import make_loss
from automl.fitting.trainer import TrainingBudget, Unsuitable
from automl.fitting.trainers import make_trainer
from automl.tasks.kinds.heads import heads_task, heads_type
from automl.tasks.load import load_tasks
from automl.tasks.metrics import HEADS, score
from automl.tasks.sources import digit_sequences
from automl.tasks.task import Part, TaskError, task_kinds
from primitives.compile import compile_term
from primitives.syntax import parse
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = builtin_words()


def batch(seed: int, count: int = 20) -> bytes:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (count, 3073), dtype=np.uint8)
    rows[:, 0] = np.arange(count) % 10
    return rows.tobytes()


@pytest.fixture
def cifar(tmp_path: Path) -> Path:
    for number in range(1, 6):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(batch(number))
    (tmp_path / "test_batch.bin").write_bytes(batch(9))
    return tmp_path


def test_official_batches(cifar: Path) -> None:
    (task,) = load_tasks(f"cifar10?path={cifar}")
    held_out = task.test
    assert str(task.type) == "Tensor[3,32,32] -> Tensor[10]" and task.preprocessing.label_names[3] == "cat"
    assert (len(task.part("train")), len(task.part("validation")), len(held_out)) == (90, 10, 20)
    record = np.frombuffer(batch(9), np.uint8).reshape(-1, 3073)[0]
    assert np.allclose(held_out.inputs[0][0], record[1:].reshape(3, 32, 32) / 255, atol=1e-6)
    assert (held_out.targets == np.arange(20) % 10).all()
    (subset,) = load_tasks(f"cifar10_subset?path={cifar}")
    assert len(subset.test) == 20


def test_size_enlarges(cifar: Path) -> None:
    (task,) = load_tasks(f"cifar10?path={cifar}&size=48")
    assert str(task.type) == "Tensor[3,48,48] -> Tensor[10]"
    with pytest.raises(TaskError, match="whole number of pixels"):
        load_tasks(f"cifar10?path={cifar}&size=big")


def test_cifar_refuses(cifar: Path) -> None:
    (cifar / "test_batch.bin").write_bytes(b"short")
    with pytest.raises(TaskError, match="records of 3073 bytes"):
        load_tasks(f"cifar10?path={cifar}")
    (cifar / "test_batch.bin").unlink()
    with pytest.raises(TaskError, match="path=FOLDER"):
        load_tasks(f"cifar10?path={cifar}")


@pytest.mark.shared_data
def test_the_subset_by_name_is_the_file(shared_data: Path) -> None:
    (task,) = load_tasks(f"cifar10_subset?path={shared_data / 'cifar10_subset'}")
    with np.load(shared_data / "cifar10_subset" / "cifar10_subset.npz") as arrays:
        assert (task.test.targets == arrays["y_test"]).all()
        raw = np.moveaxis(arrays["x_test"], 3, 1) / 255
        assert np.allclose(task.test.inputs[0], raw, atol=1e-6)
    assert len(task.part("train")) == 3600 and len(task.part("validation")) == 400


def test_unlabelled_tasks_give_back_their_input() -> None:
    (task,) = load_tasks("digits?labels=none")
    view = task.data
    assert str(task.type) == "Tensor[1,8,8] -> Tensor[1,8,8]" and task.metric == "r2"
    inputs = view.validation.inputs[0]
    assert task.score(inputs)["r2"] == 1.0
    assert task.score(np.broadcast_to(inputs.mean(0), inputs.shape))["r2"] == pytest.approx(0.0, abs=1e-6)
    assert (task.case_errors(inputs) == 0).all() and task.case_errors(inputs + 1).shape == (len(inputs),)
    with pytest.raises(TaskError, match="labels=none"):
        load_tasks("digits?labels=some")


def glyphs() -> Part:
    """Bars of another width for each class, at one place."""
    images = np.zeros((10, 1, 28, 28), dtype=np.float32)
    for digit in range(10):
        images[digit, 0, 4:24, 8 : 9 + digit] = 0.5 + digit / 20
    return Part((images,), np.arange(10))


def test_sequences_are_composed_as_their_answers_say() -> None:
    part = glyphs()
    canvases, answers = digit_sequences.compose(part, (1, 5), 200, np.random.default_rng(0))
    again, _ = digit_sequences.compose(part, (1, 5), 200, np.random.default_rng(0))
    assert canvases.shape == (200, 1, 28, 112) and (canvases == again).all()
    assert set(answers[:, 0]) == {1, 2, 3, 4, 5}
    for canvas, (length, *digits) in zip(canvases[:, 0], answers, strict=True):
        assert all(digit == -1 for digit in digits[length:]) and all(digit >= 0 for digit in digits[:length])
        # Neighbours may touch, so the brightness of the columns, left to right, tells them apart.
        columns = canvas.max(axis=0)
        expected = np.concatenate([np.full(digit + 1, 0.5 + digit / 20) for digit in digits[:length]])
        assert np.allclose(columns[columns > 0], expected)
        assert np.isclose((canvas > 0).sum(), 20 * len(expected))


@pytest.mark.shared_data
@pytest.mark.slow
def test_test_sequences_are_of_test_digits_alone(shared_data: Path) -> None:
    given = f"path={shared_data / 'mnist'}"
    counts = "count=50&validation_count=40&test_count=30&lengths=1-1"
    (task,) = load_tasks(f"mnist-sequences?{given}&{counts}")
    (mnist,) = load_tasks(f"mnist?{given}")
    assert [len(task.part(name)) for name in ("train", "validation", "test")] == [50, 40, 30]
    assert str(task.type) == "Tensor[1,28,24] -> pair(Tensor[2], Tensor[10])"

    def inks(images: np.ndarray) -> set[bytes]:
        """Rows that a digit fills and its values, wherever it stands."""
        found = set()
        for image in images[:, 0]:
            inside = image[image.max(1) > 0.1][:, image.max(0) > 0.1]
            found.add(np.round(inside * 255).astype(np.uint8).tobytes())
        return found

    for name in ("train", "validation", "test"):
        assert inks(task.part(name).inputs[0]) <= inks(mnist.part(name).inputs[0])
    assert load_tasks(f"mnist-sequences?{given}&{counts}")[0].digest == task.digest
    assert load_tasks(f"mnist-sequences?{given}&{counts}&seed=1")[0].digest != task.digest


@pytest.mark.parametrize("option", ["lengths=0-3", "lengths=5-2", "count=0"])
def test_sequences_refuse(option: str) -> None:
    with pytest.raises(TaskError):
        load_tasks(f"mnist-sequences?{option}")


TARGETS = np.array([[2, 1, -1], [0, -1, -1], [1, 0, 1]])


def test_a_case_is_right_where_all_its_heads_are() -> None:
    assert score(HEADS, TARGETS, TARGETS)["accuracy"] == 1.0
    outputs = [
        (torch.tensor([0.0, 0.0, 9.0]), (torch.tensor([0.0, 1.0]), torch.tensor([5.0, 0.0]))),
        (torch.tensor([0.0, 1.0, 0.0]), (torch.tensor([0.0, 1.0]), torch.tensor([5.0, 0.0]))),
        (torch.tensor([0.0, 1.0, 0.0]), (torch.tensor([1.0, 0.0]), torch.tensor([5.0, 0.0]))),
    ]
    scores = score(HEADS, outputs, TARGETS)
    assert scores["accuracy"] == pytest.approx(1 / 3) and scores["head_accuracy"] == pytest.approx(4 / 6)
    failing = score(HEADS, [outputs[0], Failure("undefined", "head"), outputs[2]], TARGETS)
    assert failing["head_accuracy"] == pytest.approx(4 / 6)
    assert score(HEADS, [torch.zeros(3)] * 3, TARGETS)["accuracy"] == 0.0


def test_the_loss_of_heads_leaves_absent_ones_out() -> None:
    heads = (torch.randn(3, 3), (torch.randn(3, 2), torch.randn(3, 2)))
    targets = torch.from_numpy(TARGETS)
    loss = make_loss("heads")(heads, targets)
    logs = [heads[0].log_softmax(1), heads[1][0].log_softmax(1), heads[1][1].log_softmax(1)]
    expected = -sum(logs[k][i, c] for i, row in enumerate(TARGETS) for k, c in enumerate(row) if c >= 0) / 3
    assert torch.allclose(loss, expected)
    with pytest.raises(Unsuitable, match="heads=1"):
        make_loss("heads")(torch.randn(3, 3), targets)


def test_a_net_of_two_heads_learns() -> None:
    task = task_kinds()["heads"].sample()
    text = "(lambda (x) (let ((base (pipe x flatten (dense :units 16) relu))) (pair (dense :units 3 base) (dense :units 2 base))))"
    program = compile_term(parse(text, WORDS), WORDS, task.type, seed=1)
    data = task.data
    trainer = make_trainer("gradient", {"rate": 0.02, "batch_size": 16, "smoothing": 0.0})
    result = trainer.fit(program, data, TrainingBudget(epochs=30), seed=0)
    assert result.outcome == "ok" and result.history[-1].train_loss < 0.5 * result.history[0].train_loss
    always = max(
        np.mean([(row == guess).all() for row in data.validation.targets]) for guess in data.validation.targets
    )
    assert result.scores["accuracy"] > always


def test_heads_refuse() -> None:
    x, y = np.zeros((4, 3)), np.zeros((4, 2), dtype=np.int64)
    assert str(heads_type((2, 3, 4))) == "pair(Tensor[2], pair(Tensor[3], Tensor[4]))"
    for classes, answers in (((2,), y), ((2, 2), y + 2), ((2, 2), y - 1), ((2, 2), y[:, :1]), ((2, 2), y * 1.0)):
        with pytest.raises(TaskError):
            heads_task("wrong", classes, (x, answers), (x, answers))
