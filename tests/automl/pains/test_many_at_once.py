"""One that is bad among many: it is named, the others go on, and the exit code says so at the end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import automl as api
from automl.baselines import reading
from automl.errors import StudyError
from automl.testing.commands import REVERSED, SORTED, lines_of
from automl.testing.commands import refused as is_refused

WORDS = ("--evaluations", "2000", "--words", "reverse,sort", "--library", "x.db")
GROW = (*WORDS, "--guidance", "off", "--iterations", "1")


def lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


@pytest.fixture
def mixed(here: Path) -> str:
    """A declaration of two tasks that can be enumerated, and one that cannot."""
    Path("t.jsonl").write_text(lines_of([REVERSED, SORTED]))
    Path("d.csv").write_text("a,y\n" + "".join(f"{i},{'uv'[i % 2]}\n" for i in range(20)))
    stages = "".join(f'[[stage]]\ntasks = ["{each}"]\n' for each in ("d.csv:y", "t.jsonl"))
    Path("mixed.toml").write_text("schema_version = 1\n" + stages)
    return "mixed.toml"


def test_a_task_that_the_options_do_not_fit_is_named_and_the_others_are_searched(automl, mixed: str) -> None:
    code, out, err = automl("search", mixed, *WORDS, "--strategy", "enumerative", "--json", "o.jsonl")
    assert code == 1 and err.count("\n") == 1 and err.startswith("automl: d: refused: ") and "enumerative" in err
    assert [row["outcome"] for row in lines("o.jsonl")] == ["refused", "solved", "solved"]
    assert "refused" in out and "sorted: solved" in out


def test_so_is_one_whose_search_cannot_be_opened(automl, mixed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from automl.commands import search as command
    from search.problem import ProblemError

    opened = command.open_study

    def open_or_not(task, *given, **named):  # type: ignore[no-untyped-def]
        if task.name == "reversed":
            raise ProblemError("type=list(int) -> list(int): it cannot be searched today")
        return opened(task, *given, **named)

    monkeypatch.setattr(command, "open_study", open_or_not)
    code, out, err = automl("search", "t.jsonl", *WORDS, "--json", "o.jsonl")
    assert code == 1 and err.startswith("automl: reversed: refused: type=list") and err.count("\n") == 1
    assert [row["outcome"] for row in lines("o.jsonl")] == ["refused", "solved"]
    is_refused(automl("search", "t.jsonl?task=reversed", *WORDS), "cannot be searched today")


def test_options_that_fit_no_task_are_one_error(automl) -> None:
    Path("t.jsonl").write_text(lines_of([REVERSED, SORTED]))
    is_refused(automl("search", "t.jsonl", *WORDS, "--strategy", "annealing"), "annealing")
    is_refused(automl("grow", "t.jsonl", *GROW, "--strategy", "annealing"), "annealing")


def test_a_growth_goes_on_without_what_is_no_task(automl, mixed: str) -> None:
    Path("t.jsonl").write_text(lines_of([REVERSED]) + "[]\n" + lines_of([SORTED]))
    given = ("t.jsonl", "nowhere.jsonl", "d.csv:y", *GROW, "--strategy", "enumerative")
    code, out, err = automl("grow", *given, "--json", "o.jsonl")
    said = [line for line in err.splitlines() if line.startswith("automl: ")]
    assert code == 1 and "Traceback" not in err
    assert [line.split(": ")[1] for line in said] == ["nowhere.jsonl", "t line 2", "d"]
    assert sorted(str(row["outcome"]) for row in lines("o.jsonl")) == ["refused"] * 3 + ["solved"] * 2
    run = out.rpartition("run ")[2].strip()
    assert automl("runs", "resume", run, "--library", "x.db")[0] == 0, "it finds its tasks beside the bad ones"


def test_a_growth_in_python_tells_what_was_refused(caplog: pytest.LogCaptureFixture) -> None:
    Path("t.jsonl").write_text(lines_of([REVERSED]) + "[]\n")
    grown = api.grow(
        ["t.jsonl", "nowhere.jsonl"], evaluations=500, iterations=1, guidance="off", words=["reverse"], quiet=True
    )
    assert [result.solved for result in grown.results] == [True]
    assert [reason.partition(": ")[0] for reason in grown.refused] == ["t line 2", "nowhere.jsonl"]
    assert "nowhere.jsonl" in caplog.text
    with pytest.raises(ValueError, match="nowhere"):
        api.grow("nowhere.jsonl", quiet=True)
    with pytest.raises(StudyError, match="annealing"):
        api.grow("t.jsonl", strategy="annealing", quiet=True)


@pytest.fixture
def declared(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of baselines: one, one that is no TOML, and one whose program does not fit."""
    folder = here / "declared"
    folder.mkdir()
    shutil.copy(reading.folder() / "shallow.toml", folder)
    (folder / "broken.toml").write_text("[[")
    text = (folder / "shallow.toml").read_text()
    (folder / "unfit.toml").write_text(
        text.replace("flatten", "flatten flatten flatten", 1).replace("(dense", "(denze")
    )
    monkeypatch.setattr(reading, "folder", lambda: folder)
    return folder


def test_a_bad_baseline_among_many_is_named_and_the_others_are_shown(automl, declared: Path) -> None:
    for command in (["list"], ["table"], ["list", "--json"]):
        code, out, err = automl("baseline", *command)
        assert code == 1 and "shallow" in out, command
        assert [line.split(": ")[1] for line in err.splitlines()] == ["broken", "unfit"], err
    code, out, err = automl("baseline", "show", "shallow")
    assert (code, err) == (0, "")
    is_refused(automl("baseline", "show", "broken"), "broken.toml")
