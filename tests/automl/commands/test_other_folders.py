"""A run is looked at from another folder than the one in which it was searched: its data is found again."""

from __future__ import annotations

import pytest

from automl.charts.formats import file_names
from automl.study.stored import task_of
from automl.tasks.load import lasting_text, resolve
from automl.testing.commands import TOTAL, lines_of
from automl.views.run import settings_of
from library.store import open_store


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("t.csv:colour", ":colour"),
        ("t.csv:a:b?test=0.3", ":a:b?test=0.3"),
        ("./t.csv?drop=a&drop=b", "?drop=a&drop=b"),
        ("digits", None),
    ],
)
def test_a_text_means_the_same_from_any_folder(tmp_path, monkeypatch, text, behind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").touch()
    lasting = lasting_text(resolve(text))
    assert lasting == (text if behind is None else f"{tmp_path / 't.csv'}{behind}")
    assert file_names(lasting) == (text if behind is None else f"t.csv{behind}")
    monkeypatch.chdir("/")
    assert lasting_text(resolve(lasting)) == lasting and resolve(lasting).path == (
        tmp_path / "t.csv" if behind else None
    )


def test_a_search_is_gone_on_with_elsewhere(tmp_path, monkeypatch, automl):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks.jsonl").write_text(lines_of([TOTAL]))
    assert automl("search", "tasks.jsonl", "--evaluations", "20", "--library", "x.db")[0] == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with open_store(str(tmp_path / "x.db")) as store:
        (run,) = store.runs()
    assert task_of(run).name == "total" and ("data", "tasks.jsonl") in settings_of(run)
