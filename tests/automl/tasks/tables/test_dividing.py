"""Rows divided by a column: groups that stay together, a time that the parts follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
import pytest

from automl.tasks.load import load_tasks
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError

RNG = np.random.Generator(np.random.PCG64(0))
N = 120
DAYS = pandas.to_datetime("2020-01-01") + pandas.to_timedelta(RNG.permutation(N), "D")
FRAME = pandas.DataFrame(
    {
        "who": [f"p{i}" for i in RNG.integers(0, 15, N)],
        "when": DAYS,
        "amount": np.arange(N) * 1.0,
        "y": RNG.normal(size=N),
    }
)


def rows(task: object) -> list[np.ndarray]:
    """The numbers of the rows in each part, from the column that has them."""
    prepared = task.preprocessing  # type: ignore[attr-defined]
    place = sum(column.width for column in prepared.columns[: [c.name for c in prepared.columns].index("amount")])
    parts = (task.data.train, task.data.validation, task.test)  # type: ignore[attr-defined]
    return [prepared.inputs.invert(part.inputs[0])[:, place].round().astype(int) for part in parts]


def test_no_group_is_in_two_parts() -> None:
    for seed in range(5):
        task = table_task(FRAME, "y", groups="who", split=Split(seed=seed))
        parts = rows(task)
        groups = [set(FRAME["who"].iloc[part]) for part in parts]
        assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
        assert sorted(np.concatenate(parts)) == list(range(N)) and 15 <= len(parts[2]) <= 45
        assert "who" not in [column.name for column in task.preprocessing.columns]
        assert any(note.startswith("who: divides the rows") for note in task.notes)


def test_rows_without_a_group_are_groups_of_their_own() -> None:
    frame = FRAME.assign(who=FRAME["who"].where(np.arange(N) % 10 < 3))
    task = table_task(frame, "y", groups="who")
    lone = [frame["who"].iloc[part].isna().sum() for part in rows(task)]
    assert all(lone) and sum(lone) == 84 and 25 <= len(task.test) <= 35
    assert any("84 rows have none, each is a group of its own" in note for note in task.notes)


@pytest.mark.parametrize(
    "write", [lambda when: when, lambda when: when.dt.strftime("%d.%m.%Y"), lambda when: when.astype("int64")]
)
def test_the_latest_rows_are_held_out(write: object) -> None:
    frame = FRAME.assign(when=write(FRAME["when"]))  # type: ignore[operator]
    train, validation, test = (FRAME["when"].iloc[part] for part in rows(table_task(frame, "y", time="when")))
    assert train.max() < validation.min() and validation.max() < test.min() and len(test) == 30


def test_rows_of_one_time_stay_together_and_a_word_says_what_that_does() -> None:
    frame = FRAME.assign(year=np.repeat([2019, 2020, 2021], [20, 10, 90])[RNG.permutation(N)])
    task = table_task(frame, "y", time="year")
    years = [set(frame["year"].iloc[part]) for part in rows(task)]
    assert years == [{2019}, {2020}, {2021}]
    assert any(
        note == "the test part has 90 rows, not about 30: the rows of one time stay together" for note in task.notes
    )
    assert not any("stay together" in note for note in table_task(FRAME, "y", time="when").notes)


def test_from_a_file(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    (task,) = load_tasks(f"{tmp_path}/t.csv?target=y&time=when")
    assert task.split.policy == "time" and task.split.to_json() == Split(policy="time").to_json()
    (task,) = load_tasks(f"{tmp_path}/t.csv?target=y&groups=who")
    assert task.split.policy == "groups"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"groups": "who", "time": "when"}, "one of the two"),
        ({"groups": "nobody"}, "groups='nobody'"),
        ({"time": "who"}, "time='who': 120 rows have no date"),
        ({"split": Split(policy="groups")}, "groups=NAME"),
        ({"groups": "same"}, "1 group:"),
        ({"time": "year"}, "time='year': every row has the same one"),
    ],
)
def test_refuses(given: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        table_task(FRAME.assign(same="a", year=2020), "y", **given)


def test_rows_that_each_have_a_date_may_be_a_series_in_time() -> None:
    days = [str(np.datetime64("2024-01-01") + day) for day in range(40)]
    table = {"day": days, "sold": np.arange(40.0) % 7, "warm": np.arange(40) % 3}
    hint = "?time=day holds out the latest"
    assert any(hint in note for note in table_task(table, "sold").notes)
    assert not any(hint in note for note in table_task(table, "sold", time="day").notes)
    assert not any(hint in note for note in table_task({**table, "day": days[:10] * 4}, "sold").notes)
