"""The words for what became of something: kept as text, so they must stay as stores have them."""

from __future__ import annotations

import json

from automl.execution.workers.result import JobResult, pack_result, unpack_result
from automl.execution.workers.wire import decode, encode, require_plain
from library.records import Evaluation
from primitives.values import Outcome

STORED = (
    "ok", "ill-typed", "undefined", "overflow", "out of fuel", "too large", "out of memory", "diverged", "timed out",
    "out of bounds", "stopped", "unsuitable", "lost", "error",
)  # fmt: skip


def test_the_texts_that_stores_have_stay() -> None:
    assert tuple(each.value for each in Outcome) == STORED


def test_an_outcome_is_its_text_everywhere() -> None:
    for each in Outcome:
        assert f"{each}" == each.value and repr(each) == repr(each.value) and hash(each) == hash(each.value)
        assert json.dumps({"outcome": each}) == json.dumps({"outcome": each.value})
        require_plain({"outcome": each, "in": [each]}, "job")
        back = decode(encode([each]))
        assert back == [each.value] and type(back[0]) is str
        assert type(Evaluation("r", 0, "x", outcome=each).outcome) is str


def test_a_result_comes_back_with_the_same_outcome() -> None:
    found = unpack_result(pack_result(JobResult(Outcome.TIMED_OUT, seconds=1.0, detail="late")))
    assert found == JobResult(Outcome.TIMED_OUT, seconds=1.0, detail="late") and found.outcome is Outcome.TIMED_OUT
