"""A part of one class only: the commands say why there is no score, in a line and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

SEARCH = ("search", "t.csv:y?time=when&metric=auc&folds=0", "--evaluations", "2", "--library", "x.db")


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table whose latest half is all of one class."""
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=200)
    rows = [f"{i},{x[i]:.3f},{'yes' if i < 100 and x[i] > 0 else 'no'}\n" for i in range(200)]
    Path("t.csv").write_text("when,x,y\n" + "".join(rows))


def test_it_is_said_wherever_a_score_would_be(automl, late: None) -> None:
    why = "holds only the class 'no': auc needs two; divide the rows otherwise, or ask for log_loss"
    code, out, err = automl(*SEARCH)
    assert code == 0 and f"no validation auc (validation {why})" in out and f"no test auc (test {why})" in out, (
        out + err
    )
    assert f"auc: validation {why}; programs are compared by log loss" in out + err
    code, out, err = automl(*SEARCH, "--json", "-")
    found = json.loads(out)
    assert (found["validation_score"], found["test_score"], found["program"] != "") == (None, None, True)
    assert (found["validation_reason"], found["test_reason"]) == (f"validation {why}", f"test {why}")
    for command in (("runs", "show"), ("evaluate",), ("diagnose",)):
        code, out, err = automl(*command, found["run"], "--library", "x.db")
        assert code == 0 and f"no validation auc (validation {why})" in out, (command, out, err)
    code, out, err = automl("evaluate", found["run"], "--library", "x.db", "--json")
    scored = json.loads(out)
    assert scored["scores"]["auc"] is None and scored["scores"]["accuracy"] is not None
    assert scored["reason"] == f"test {why}"
    code, out, err = automl("diagnose", found["run"], "--library", "x.db", "--json")
    facts = json.loads(out)
    assert facts["gap"] is None and facts["importances"] is None and why in facts["importances_reason"]


def test_where_no_program_was_found_it_is_said_how_those_tried_ended(automl) -> None:
    tiny = ("iris", "--words", "dense,relu,softmax", "--evaluations", "1", "--set", "schedule.deadline=0.01")
    why = "of the programs tried: 1 timed out after 0.01 s; give each more by --set schedule.deadline=0.1"
    code, out, err = automl("search", *tiny, "--library", "memory:")
    assert code == 0 and f"iris: budget spent, no validation accuracy ({why})" in out, out + err
    found = json.loads(automl("search", *tiny, "--library", "memory:", "--json", "-")[1])
    assert (found["program"], found["validation_reason"]) == ("", why)
