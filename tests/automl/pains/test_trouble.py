"""A search in trouble: what hangs, Ctrl-C in its midst, a full disk, a library that is damaged or shared. One line, and nothing is lost."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import automl as api
from automl import ProgramRegressor
from automl.study.study import Study
from automl.tasks import assembly
from automl.testing.commands import HARD, REVERSED, SORTED, lines_of
from automl.testing.commands import refused as is_refused
from library.records import Evaluation
from library.store import open_store

ENDLESS = "import time\n\n\ndef endless(y_true, y_pred):\n    time.sleep(3600)\n"
SEARCH = ("search", "t.jsonl", "--strategy", "random", "--library", "x.db")
ROWS = np.random.default_rng(0).normal(size=(60, 2))


def start(*arguments: str) -> subprocess.Popen[str]:
    """The command as a process."""
    code = "from automl.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def recorded() -> int:
    """How many evaluations the library has."""
    with open_store("x.db", create=False) as store:
        return sum(len(store.evaluations(run.id)) for run in store.runs())


@pytest.fixture
def midst(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Takes what is to happen once, in the midst of a search, after five evaluations."""

    def happens(what: Callable[[], None]) -> None:
        plain, seen = Study.recorded, []

        def told(study: Study, evaluation: Evaluation) -> None:
            plain(study, evaluation)
            seen.append(evaluation)
            if len(seen) == 5:
                what()

        monkeypatch.setattr(Study, "recorded", told)
        Path("t.jsonl").write_text(lines_of([HARD]))

    return happens


@contextmanager
def quota(size: int) -> Iterator[None]:
    """In the body no file may grow beyond so many bytes, as where a disk is full."""
    before, soft_hard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, soft_hard[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, soft_hard)
        signal.signal(signal.SIGXFSZ, before)


def test_a_metric_that_never_answers_is_refused(automl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "ANSWER_SECONDS", 0.2)
    Path("own.py").write_text(ENDLESS)
    Path("t.csv").write_text("a,y\n" + "".join(f"{i},{'no' if i % 2 else 'yes'}\n" for i in range(40)))
    spec = "t.csv:y?metric=own:endless"
    is_refused(automl("search", spec, "--plugins", "own.py", "--budget", "5s", "--library", "x.db"), "no answer for")


def test_a_metric_that_hangs_later_costs_the_budget_and_no_more() -> None:
    """Each candidate's evaluation is broken off at the end of the search."""

    def late(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        if (y_true != y_pred).any():
            time.sleep(3600)
        return 1.0

    found = api.search((ROWS, ROWS[:, 0]), "2s", metric=late, quiet=True)
    assert found.score is None
    assert {each.outcome for each in found.history} <= {"timed out"}


def interrupt_after(count: int) -> Callable[[object], None]:
    left = iter(range(count))

    def told(evaluation: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return told


def test_an_interrupted_search_in_python_gives_the_best_so_far(caplog: pytest.LogCaptureFixture) -> None:
    words = ("linear", "constant")
    found = api.search((ROWS, ROWS[:, 0]), evaluations=8, words=words, on_evaluation=interrupt_after(2), quiet=True)
    assert found.model is not None and found.score is not None and found.test_score is not None
    assert str(found.outcome) == "interrupted" and 3 <= len(found.history) < 8, "what was under way is finished"
    assert "evaluations; this is the best so far" in caplog.text


def test_an_interrupted_fit_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a grid search would only go on with its next fit."""
    from automl.estimators import base

    search = base.search
    monkeypatch.setattr(
        base, "search", lambda *given, **named: search(*given, **named, on_evaluation=interrupt_after(0))
    )
    with pytest.raises(KeyboardInterrupt):
        ProgramRegressor(evaluations=3, words=("linear", "constant")).fit(ROWS, ROWS[:, 0])


def test_an_interrupted_command_says_the_best_so_far(automl, midst) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    midst(interrupt)
    code, out, err = automl(*SEARCH, "--evaluations", "400")
    first, second = err.splitlines()
    assert (code, out) == (130, "") and recorded() >= 5
    assert first.startswith("automl: best so far, validation accuracy ") and "(lambda" in first
    assert second.startswith("automl: interrupted; resume with: automl runs resume ")


def test_two_processes_share_a_library() -> None:
    Path("t.jsonl").write_text(lines_of([REVERSED, SORTED]))
    both = [start("search", "t.jsonl", "--evaluations", "1500", "--library", "x.db") for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=300)
        assert (process.returncode, err) == (0, "") and "sorted: solved" in out
    with open_store("x.db", create=False) as store:
        found = sorted((run.task, run.state) for run in store.runs())
    assert found == [("reversed", "finished")] * 2 + [("sorted", "finished")] * 2


def test_a_full_disk_ends_it_in_a_line_and_keeps_what_was_recorded(automl, midst) -> None:
    midst(lambda: None)
    assert automl(*SEARCH, "--evaluations", "8")[0] == 0
    kept = recorded()
    with quota(Path("x.db").stat().st_size + 20_000):
        code, out, err = automl(*SEARCH, "--evaluations", "2000", "--seed", "1")
    assert code != 0 and err.startswith("automl: store=") and err.count("\n") <= 2, out + err
    assert recorded() >= kept


@pytest.mark.parametrize("damage", ["deleted", "emptied", "truncated"])
def test_a_library_that_is_lost_in_the_midst_is_told_in_a_line(automl, midst, damage: str) -> None:
    def spoil() -> None:
        if damage == "deleted":
            for file in Path().glob("x.db*"):
                file.unlink()
        else:
            os.truncate("x.db", 5000 if damage == "truncated" else 0)

    midst(spoil)
    code, out, err = automl(*SEARCH, "--evaluations", "30")
    assert err.startswith("automl: ") and err.count("\n") == 1 and "x.db" in err, out + err
    assert code != 0 or ("hard: budget spent" in out and "is in its library no more" in err)


def test_a_place_that_cannot_be_written_is_refused_before_the_search(automl) -> None:
    Path("t.jsonl").write_text(lines_of([REVERSED]))
    Path("file").write_text("")
    is_refused(automl("search", "t.jsonl", "--library", "file/x.db"), "file")
    is_refused(automl("search", "t.jsonl", "--library", "memory:", "--json", "file/x.json"), "file/x.json")
    is_refused(automl("search", "t.jsonl", "--library", "memory:", "--json", "/proc/none/x.json"), "/proc/none/x.json")
