"""Nothing is lost whatever fails in a growth, and nothing wrong is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import automl.growth.compression_step as compression_module
import automl.growth.grower as grower_module
from automl.growth.grow import Growth
from automl.study.opening import Result
from automl.tasks.task import Task
from library.compression import stitch_process
from library.compression.compress import Compression, compress
from library.promotion import Rule
from library.records import Conflict, Run
from library.store import AbstractStore
from primitives.term import Lambda, Variable

Squares = Callable[[str], list[Task]]
Grow = Callable[..., Growth]
Studies = Callable[[AbstractStore], list[Run]]


def test_growth_goes_on_where_stitch_dies(
    store: AbstractStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, squares: Squares, run: Grow
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import os; os.abort()", encoding="utf-8")
    monkeypatch.setattr(stitch_process, "CHILD", script)
    grown = run(squares("squares reversed total"), store, every=1)
    assert all(r.solved for r in grown.results) and grown.promoted == [] and grown.library == []
    assert len(grown.compressions) == 3 and all(report.problem for report in grown.compressions[1:])
    monkeypatch.undo()
    assert run(squares("sorted"), store).promoted != []


def test_growth_goes_on_without_stitch(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, squares: Squares, run: Grow
) -> None:
    monkeypatch.setattr(stitch_process, "available", lambda: False)
    grown = run(squares("squares reversed"), store)
    assert all(r.solved for r in grown.results) and grown.promoted == []
    assert "stitch_core" in grown.compressions[-1].problem and "the library does not grow" in caplog.text


def test_an_interrupted_growth_keeps_what_it_found(store: AbstractStore, squares: Squares, run: Grow) -> None:
    def interrupt(result: Result) -> None:
        if result.name == "reversed squares":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(squares("squares reversed total"), store, on_result=interrupt)
    assert {each.task for each in store.solutions()} == {"squares", "reversed squares"}
    grown = run(squares("total sorted"), store)
    assert all(r.solved for r in grown.results) and grown.promoted != []


def test_interrupted_within_a_search(store: AbstractStore, squares: Squares, run: Grow, studies: Studies) -> None:
    calls = 0

    def progress(state: Any) -> None:
        nonlocal calls
        calls += 1
        if state["task"] == "total of squares":
            assert state["done"] >= 1 and state["tasks"] == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(squares("squares total"), store, progress=progress, first=0)
    assert calls and [each.state for each in studies(store)] == ["finished", "interrupted"]


def test_a_program_that_gives_other_outputs_is_not_believed(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch, squares: Squares, run: Grow
) -> None:
    """Were the compression wrong, the evidence would tell."""

    def wrong(corpus: Any, words: Any, **given: Any) -> Compression:
        found = compress(corpus, words, **given)
        broken = {
            task: (Lambda(Variable(0)),) if found.abstractions else terms for task, terms in found.rewritten.items()
        }
        return replace(found, rewritten=broken)

    monkeypatch.setattr(compression_module, "compress", wrong)
    grown = run(squares("squares reversed total"), store, every=3)
    assert grown.promoted == [] and len(store.solutions()) == 3
    refused = [why for report in grown.compressions for reasons in report.refused.values() for why in reasons]
    assert any("give other outputs" in why for why in refused)


def test_another_growth_may_take_a_name_first(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch, squares: Squares, run: Grow
) -> None:
    prepare, calls = compression_module.prepare_compression, []

    def raced(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise Conflict("name='map_times' is taken")
        return prepare(*given)

    monkeypatch.setattr(grower_module, "prepare_compression", raced)
    grown = run(squares("squares reversed"), store)
    assert grown.promoted != [] and len(calls) == len(grown.compressions) + 1


def test_the_rule_decides(store: AbstractStore, squares: Squares, run: Grow) -> None:
    grown = run(squares("squares reversed total"), store, rule=Rule(saved=1_000.0))
    assert grown.promoted == [] and any("1000 are needed" in str(report.refused) for report in grown.compressions)
