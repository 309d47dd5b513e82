"""Numbers and times as pages show them."""

from __future__ import annotations

import pytest

from automl.charts.formats import duration, file_names, moment, number, score, share
from primitives.brief import plural


@pytest.mark.parametrize(
    "value, text", [(None, "–"), (0, "0"), (1234567, "1,234,567"), (0.123456, "0.1235"), (2.0, "2"), (1e20, "1e+20")]
)
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize("value, text", [(None, "–"), (0.5, "0.5000"), (-123456.0, "-1.235e+05")])
def test_scores(value, text):
    assert score(value) == text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (None, "–"), (0.0, "0 s"), (0.257, "0.26 s"), (12.34, "12.3 s"), (59.99, "1 min 00 s"), (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"), (7380, "2 h 03 min"), (273600, "3 d 04 h"),
    ],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_shares_and_moments():
    assert [share(value) for value in (None, 0.0, 0.004, 0.25, 1.0)] == ["–", "0%", "0.4%", "25%", "100%"]
    assert moment(0) == "1970-01-01 00:00" and moment(None) == moment(-1) == moment(1e300) == "–"


def test_one_is_no_plural():
    assert [plural(count, "word") for count in (0, 1, 2000)] == ["0 words", "1 word", "2,000 words"]
    assert [plural(count, "entry is", "entries are") for count in (1, 2)] == ["1 entry is", "2 entries are"]


@pytest.mark.parametrize(
    "text, told",
    [
        ("/data/me/my data/loans.csv:paid", "loans.csv:paid"), ("~/x/loans.csv", "loans.csv"), ("C:\\me\\x.csv", "x.csv"),
        ("mnist?path=/data/me/mnist&seed=1", "mnist?path=mnist&seed=1"), ("growth of /a/b.jsonl + c", "growth of b.jsonl + c"),
        ("gone from '/data/me/x.csv'; restore it", "gone from 'x.csv'; restore it"), ("file:///data/me/x.csv", "file://x.csv"),
        ("https://host/a/b.csv", "https://host/a/b.csv"), ("(/ x 2) and 1 / 2", "(/ x 2) and 1 / 2"), ("18/25", "18/25"),
    ],
)  # fmt: skip
def test_of_paths_the_names_are_handed_on(text, told):
    assert file_names(text) == told
