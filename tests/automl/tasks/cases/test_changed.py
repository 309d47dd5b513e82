"""Pictures and labels changed so that they are another task."""

from __future__ import annotations

import numpy as np
import pytest

from automl.errors import TaskError
from automl.tasks.cases.changed import changed_pictures, relabelling
from automl.tasks.load import load_tasks

CORNER = np.zeros((1, 1, 2, 2))
CORNER[0, 0, 0, 1] = 1  # above on the right


def test_pictures_are_turned_mirrored_and_inverted_in_the_order_said() -> None:
    assert np.argmax(changed_pictures(CORNER, "turned", 1.0)) == 0
    assert np.argmax(changed_pictures(CORNER, "turned,mirrored", 1.0)) == 1
    assert np.argmax(changed_pictures(CORNER, "mirrored,turned", 1.0)) == 2
    assert np.array_equal(changed_pictures(CORNER, "inverted", 1.0), 1 - CORNER)
    assert np.array_equal(changed_pictures(CORNER, "relabelled", 1.0), CORNER)


def test_labels_are_drawn_again_by_the_seed_and_not_all_stay() -> None:
    y = np.array([3, 5, 5, 9])
    for seed in range(20):
        again = relabelling(y, "relabelled", seed)(y)
        assert sorted(set(again)) == [3, 5, 9] and again[1] == again[2] and not np.array_equal(again, y)
    assert np.array_equal(relabelling(y, "inverted", 0)(y), y)


def test_a_reference_changes_train_and_test_part_alike() -> None:
    (plain,), (other,) = (
        load_tasks(f"digits?classes=0,1&examples=5{more}") for more in ("", "&changed=inverted,relabelled")
    )
    for part in ("train", "test"):
        x, y = (np.asarray(task.part(part).inputs[0]) for task in (plain, other))
        assert np.allclose(x, 1 - y, atol=1e-6)
        assert np.array_equal(np.asarray(plain.part(part).targets), 1 - np.asarray(other.part(part).targets))


@pytest.mark.parametrize("text", ["upside", "inverted,", ""])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(TaskError, match="changed="):
        changed_pictures(CORNER, text, 1.0)
    with pytest.raises(TaskError, match="square"):
        changed_pictures(CORNER[..., :1], "turned", 1.0)
