"""Questions about the labels of one set of pictures, answered by one program, and the declared nets with a head for each."""

from __future__ import annotations

import numpy as np
import pytest

from automl.errors import TaskError
from automl.study.planning.heads import widths_of_heads
from automl.study.planning.starts import declared_starts
from automl.tasks.kinds.heads import heads_from_labelled, heads_type
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks
from automl.tasks.metrics import CLASSES, HEADS
from automl.tasks.task import Task
from primitives.inference import infer
from primitives.syntax import show
from primitives.term import words_in
from primitives.types import TensorType, arguments_of
from primitives.words import builtin_words


@pytest.fixture(scope="module")
def base() -> Task:
    rng = np.random.default_rng(0)
    y = np.arange(60) % 5 + 3  # the labels 3 to 7
    return labelled_task("pictures", rng.normal(size=(60, 1, 8, 8)), y)


def test_each_question_has_its_answer_in_each_part(base: Task) -> None:
    task = heads_from_labelled(base, ["label", "parity", "above_4"])
    assert task.data.target == HEADS and widths_of_heads(arguments_of(task.type)[1]) == [5, 2, 2]
    for part in ("train", "validation", "test"):
        label, parity, above = np.asarray(task.part(part).targets).T
        assert np.array_equal(label, np.asarray(base.part(part).targets)) and len(label)
        assert np.array_equal(parity, (label + 3) % 2) and np.array_equal(above, label + 3 > 4)
        assert task.part(part).inputs[0] is base.part(part).inputs[0]


def test_one_question_is_a_task_of_classes(base: Task) -> None:
    task = heads_from_labelled(base, ["parity"])
    assert (
        task.data.target == CLASSES and task.preprocessing is not None and task.preprocessing.label_names == ("0", "1")
    )
    assert set(np.asarray(task.part("train").targets).tolist()) == {0, 1}


@pytest.mark.parametrize("questions", [[], ["parity", "parity"], ["above_"], ["colour"]])
def test_what_is_no_question_is_refused(base: Task, questions: list[str]) -> None:
    with pytest.raises(TaskError, match="heads="):
        heads_from_labelled(base, questions)


def test_a_reference_asks_and_one_thing_is_made_of_a_task() -> None:
    (task,) = load_tasks("digits?examples=5&heads=label,above_4&solved_at=0.7")
    assert str(task.type) == "Tensor[1,8,8] -> pair(Tensor[10], Tensor[2])" and task.solved_at == 0.7
    assert task.name == "digits-label-above_4"
    with pytest.raises(TaskError, match="heads="):
        load_tasks("digits?heads=label,parity&sequences=sum")


def test_declared_nets_have_a_head_for_each_on_one_base(base: Task) -> None:
    task, words = heads_from_labelled(base, ["label", "parity", "above_4"]), builtin_words()
    nets = declared_starts(task.type, words)
    single = declared_starts(base.type, words)
    assert 0 < len(nets) <= len(single)
    for net in nets:
        infer(net, words, task.type)
        units = [dict(word.settings)["units"] for word in words_in(net) if word.name == "dense"]
        assert units[-3:] == [5, 2, 2]
        assert show(net).count("conv") == show(single[nets.index(net)]).count("conv"), "the base is there once"
    assert widths_of_heads(heads_type([4, 3])) == [4, 3] and widths_of_heads(TensorType((2, 3))) == []
