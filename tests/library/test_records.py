"""Records: their checks, and the way through dictionaries and JSON text."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.records import (
    KINDS,
    RUN_STATES,
    SUBROUTINE_STATES,
    Change,
    Direction,
    Evaluation,
    Event,
    FoundBy,
    Run,
    Solution,
    StoreError,
    Subroutine,
    Use,
    json_text,
    json_value,
)
from library.store import open_store

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
digests = st.text("0123456789abcdef", min_size=1, max_size=64)
naturals = st.integers(0, 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | text
names = text.filter(lambda name: name != "$float")
json_data = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
objects = st.dictionaries(names, json_data, max_size=3)
scores = st.dictionaries(names, st.floats(), max_size=3)

kinds = (
    st.builds(
        Run, keys, keys, keys, naturals, json_data, st.sampled_from(RUN_STATES), objects, digests, finite,
        st.none() | finite, keys, st.sampled_from([each.value for each in Direction]),
    ),
    st.builds(Event, keys, naturals, keys, naturals, objects),
    st.builds(
        Evaluation, keys, naturals, text, keys, scores, st.booleans(), finite, naturals, naturals,
        st.none() | digests, keys | st.just(""), text, st.none() | st.lists(st.floats(), max_size=4),
    ),
    st.builds(
        Subroutine, keys, digests, text, st.sampled_from(KINDS), text, st.none() | digests,
        st.sampled_from(SUBROUTINE_STATES), objects, finite, finite, text,
    ),
    st.builds(
        Solution, keys, keys, text, text, st.none() | st.booleans(), scores, naturals, finite, st.none() | digests,
        finite,
    ),
    st.builds(Use, digests, keys, keys | st.just("")),
    st.builds(Change, keys, digests, st.sampled_from(("promoted", "demoted")), finite, objects),
)  # fmt: skip
records = st.one_of(kinds)
two_of_a_kind = st.one_of([st.tuples(kind, kind) for kind in kinds])


@given(records)
def test_a_record_survives_json(record):
    written = json_text(record.to_dict())
    json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    again = type(record).from_dict(json_value(written))
    assert again.same_as(record) and record.same_as(again)


@given(json_data)
def test_json_text_is_strict_and_reversible(value):
    written = json_text(value)
    assert json_text(json_value(written)) == written


@given(two_of_a_kind, st.data())
def test_a_record_with_another_value_is_not_the_same(two, data):
    record, other = two
    name = data.draw(st.sampled_from([field.name for field in dataclasses.fields(record)]))
    changed = dataclasses.replace(record, **{name: getattr(other, name)})
    equal = json_text(getattr(changed, name), sort=True) == json_text(getattr(record, name), sort=True)
    assert record.same_as(changed) == equal
    assert record.same_as(changed, ignore=(name,))


@given(st.lists(records, max_size=5))
def test_every_store_gives_back_what_it_took(tmp_path_factory, made):
    for url in ("memory:", str(tmp_path_factory.mktemp("store") / "a.db")):
        with open_store(url) as store:
            store.create_run(Run("the run", "task", "random"))
            for number, record in enumerate(made):
                if isinstance(record, Event):
                    given_record = dataclasses.replace(record, run="the run", number=store.next_number("the run"))
                    store.append(given_record)
                    assert store.events("the run")[-1].same_as(given_record)
                elif isinstance(record, Evaluation):
                    given_record = dataclasses.replace(record, run="the run", ask=number)
                    store.record(given_record)
                    found = store.evaluation("the run", number)
                    assert found is not None and found.same_as(given_record)
                elif isinstance(record, Solution):
                    given_record = dataclasses.replace(record, run="the run", task=f"task {number}")
                    store.add_solution(given_record)
                    assert store.solutions(f"task {number}")[0].same_as(given_record)
                elif isinstance(record, Subroutine):
                    given_record = dataclasses.replace(record, name=f"w{number}", digest=f"d{number}")
                    store.adopt([given_record], [], {})
                    assert store.subroutine(f"w{number}", f"d{number}").same_as(given_record)


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (Event, {"run": "", "number": 0, "kind": "asked"}, "Event.run=''"),
        (Event, {"run": "r", "number": -1, "kind": "asked"}, "Event.number=-1"),
        (Event, {"run": "r", "number": True, "kind": "asked"}, "Event.number=True"),
        (Event, {"run": "r", "number": 2**63, "kind": "asked"}, "Event.number="),
        (Event, {"run": "r", "number": 0, "kind": "asked", "payload": {1: 2}}, "string keys"),
        (Event, {"run": "r", "number": 0}, "kind"),
        (Event, {"run": "r", "number": 0, "kind": "asked", "colour": "red"}, "colour"),
        (Event, {"run": "r\nx", "number": 0, "kind": "asked"}, "printable"),
        (Run, {"id": "r", "task": "t", "strategy": "s", "direction": "up"}, "maximise, minimise"),
        (Run, {"id": "r" * 201, "task": "t", "strategy": "s"}, "200"),
        (Run, {"id": "r", "task": "t", "strategy": "s", "started": math.nan}, "finite"),
        (Evaluation, {"run": "r", "ask": 0, "term": "\ud800", "outcome": "x"}, "surrogates"),
        (Evaluation, {"run": "r", "ask": 0, "term": "x", "outcome": "x", "scores": {"a": "b"}}, "numbers"),
        (Evaluation, {"run": "r", "ask": 0, "term": "x", "outcome": "x", "solved": 1}, "true or false"),
        (Evaluation, {"run": "r", "ask": 0, "term": "x", "outcome": "x", "weights": "../x"}, "digest"),
        (Evaluation, {"run": "r", "ask": 0, "term": "x", "outcome": "x", "cases": "12"}, "list of numbers"),
        (Subroutine, {"name": "f", "digest": "d", "type": "t", "kind": "magic", "body": "b"}, "algorithmic, geometric"),
        (Use, ["d", "t"], "dictionary"),
    ],
)
def test_a_bad_record_is_refused_by_name(kind, fields, message):
    with pytest.raises(StoreError, match=message.replace("(", "\\(")):
        kind.from_dict(fields)


def test_numbers_of_numpy_are_taken_as_plain_ones():
    import numpy

    made = Evaluation("r", numpy.int64(3), "x", "completed", {"s": numpy.float32(0.5)}, seconds=numpy.float64(1))
    assert json.loads(json_text(made.to_dict()))["scores"] == {"s": 0.5}
    assert type(made.ask) is int and type(made.scores["s"]) is float and type(made.seconds) is float


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Use("d", "t").task = "u"  # type: ignore[misc]


@pytest.mark.parametrize("bad", ["{", "[1,]", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_is_refused(bad):
    with pytest.raises(StoreError, match="JSON"):
        json_value(bad)


@pytest.mark.parametrize("bad", [{"$float": 1}, {"a": [{"$float": "nan", "b": math.nan}]}, {"x": object()}, {1, 2}])
def test_what_json_cannot_hold_is_refused(bad):
    with pytest.raises(StoreError):
        json_text(bad)


def test_a_primary_score_is_finite():
    run = Run("r", "t", "s", metric="m")
    assert run.primary({"m": 0.5}) == 0.5
    assert run.primary({"m": math.nan}) is None and run.primary({"n": 1.0}) is None


def test_where_a_word_came_from_is_kept_as_plain_text():
    kept = Subroutine("f", "d1", "int", "algorithmic", "1", provenance={"found_by": FoundBy.TRIAL}).to_dict()
    assert json_text(kept["provenance"]) == '{"found_by":"trial"}' and FoundBy("compression") == "compression"
