"""What a growth's searches begin with, what their programs may need, and their space: of all stages, and of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import automl
from automl.errors import StudyError, TaskError
from automl.growth.grow import grow, resume_growth
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.records import Run
from library.store import AbstractStore

LINEAR = "(lambda (x) (pipe x flatten (dense :units 2)))"
Studies = Callable[[AbstractStore], list[Run]]
Command = Callable[..., tuple[int, str, str]]


def _arrays(side: int = 4) -> tuple[np.ndarray, np.ndarray]:
    pictures = np.random.default_rng(0).random((60, side, side)).astype("float32")
    return pictures, (pictures.mean((1, 2)) > 0.5).astype("int64")


def _pictures(name: str, side: int = 4) -> Task:
    return labelled_task(name, *_arrays(side))


@pytest.fixture
def curriculum(tmp_path: Path) -> Path:
    """A declaration of two stages of pictures, the first with options, beside a file with a program."""
    pictures, labels = _arrays()
    np.savez(tmp_path / "one.npz", X=pictures, y=labels)
    (tmp_path / "net.txt").write_text(LINEAR, encoding="utf-8")
    (tmp_path / "some.toml").write_text(
        'schema_version = 1\n[[stage]]\ntasks = ["one.npz"]\nevaluations = 2\n'
        '[stage.options]\nstart = ["net.txt"]\nstarts = "none"\nmax-parameters = 40\nkeep_weights = 3\n',
        encoding="utf-8",
    )
    return tmp_path / "some.toml"


def test_searches_of_a_growth_take_what_a_search_takes(studies: Studies) -> None:
    library, start = automl.Library("memory:"), "(lambda (x) (pipe x flatten (dense :units 2) tanh))"
    automl.grow(
        [_pictures("pictures")], evaluations=3, library=library, starts=[start, "none"], max_parameters="40", max_memory="9kB",
        max_latency="5s", keep_weights=3, space="(lambda (x) (pipe x flatten (dense :units 2) (choice relu tanh)))", quiet=True,
    )  # fmt: skip
    (run,) = studies(library.store)
    assert run.config["programs"] == [start] and run.config["starts"] == "none" and run.config["keep_weights"] == 3
    assert run.config["bounds"] == {"parameters": 40, "operations": None, "memory": 9000, "latency": 5.0}
    found = library.store.evaluations(run.id)
    assert "tanh" in found[0].term and all(each.parameters == 34 for each in found)


def test_a_stage_has_options_of_its_own_and_names_files_beside_it(
    store: AbstractStore, curriculum: Path, studies: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    grow([str(curriculum)], store, max_operations=10_000, first=0)
    (curriculum.parent / "net.txt").unlink()
    (run,) = studies(store)
    assert run.config["programs"] == [LINEAR] and run.config["starts"] == "none" and run.config["keep_weights"] == 3
    assert (run.config["bounds"]["parameters"], run.config["bounds"]["operations"]) == (40, 10_000)
    (growth,) = [each for each in store.runs() if each.id != run.id]
    assert resume_growth(store, growth).results[0].evaluations == 2, "a growth needs no file to go on"


def test_tasks_that_a_program_or_a_bound_does_not_fit_are_refused_before_any_search(
    store: AbstractStore, studies: Studies
) -> None:
    many = [_pictures("small"), _pictures("large", 9)]
    grown = grow(many, store, evaluations=1, max_parameters=40, starts=[LINEAR], first=0)
    assert [each.name for each in grown.results] == ["small"] and len(studies(store)) == 1
    (reason,) = grown.refused
    assert reason.startswith("large: start=") and "parameters=164" in reason
    with pytest.raises(StudyError, match="space=.*no filling"):
        grow(many, store, evaluations=1, space="(lambda (x) (pipe x flatten sum (choice exp tanh)))")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"max_parameters": "few"}, "stage='one'.*max_parameters='few'"),
        ({"starts": "odd"}, "stage='one'.*starts='odd'"),
        ({"keep-wieghts": 3}, "stage='one'.*keep_wieghts"),
    ],
)
def test_options_of_a_stage_that_are_none_are_refused(
    store: AbstractStore, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        grow(Curriculum("c", (Stage("one", (_pictures("small"),), options=options),)), store, evaluations=1)


def test_the_command_prints_these_options_and_reads_them_again(folder: Path, curriculum: Path, automl: Command) -> None:
    given = [
        "--start",
        LINEAR,
        "--starts",
        "none",
        "--max-parameters",
        "40",
        "--keep-weights",
        "3",
        "--max-latency",
        "5s",
    ]
    more = ["--evaluations", "2", "--iterations", "1", "--guidance", "off", "--library", "sqlite:///grown.db"]
    task = str(curriculum.parent / "one.npz")
    code, printed, _ = automl("grow", task, *given, *more, "--print-config")
    assert code == 0 and 'max-parameters = "40"' in printed
    Path("options.toml").write_text(printed, encoding="utf-8")
    code, out, error = automl("grow", "--config", "options.toml", "--json", "-")
    assert code == 0, error
    assert json.loads(out.splitlines()[0])["parameters"] <= 40
    code, _, error = automl("grow", task, "--max-parameters", "few", *more)
    assert code == 2 and "max_parameters='few'" in error
