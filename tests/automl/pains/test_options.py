"""Options that others' programs failed on: each is taken, or is refused in one line that names it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import automl as api
from automl.testing.commands import REVERSED, lines_of
from automl.testing.commands import refused as is_refused


@pytest.fixture(autouse=True)
def task(here: Path) -> None:
    Path("one.jsonl").write_text(lines_of([REVERSED]))


COMMAND: list[tuple[str, list[str], str]] = [
    # what, the options, what the message says
    ("optuna#5158 a bare number as time", ["--budget", "90"], "budget='90'"),
    ("FLAML#748 no time", ["--budget", "0s"], "budget='0s'"),
    ("a time below nothing", ["--budget", "-1s"], "budget='-1s'"),
    ("a time that is no number", ["--budget", "nan"], "budget='nan'"),
    ("optuna#3486 a time without end", ["--budget", "inf"], "budget='inf'"),
    ("an empty time", ["--budget", ""], "budget=''"),
    ("a time in weeks", ["--budget", "1 week"], "budget='1 week'"),
    ("optuna#4728 no evaluations", ["--evaluations", "0"], "evaluations='0'"),
    ("evaluations below nothing", ["--evaluations", "-1"], "evaluations='-1'"),
    ("evaluations that are no number", ["--evaluations", "nan"], "evaluations='nan'"),
    ("half an evaluation", ["--evaluations", "1.5"], "evaluations='1.5'"),
    ("no workers", ["--evaluations", "5", "--workers", "0"], "workers=0"),
    ("TPOT#542 workers counted from the end", ["--evaluations", "5", "--workers", "-1"], "workers='-1'"),
    ("half a worker", ["--evaluations", "5", "--workers", "1.5"], "workers='1.5'"),
    ("a seed below nothing", ["--evaluations", "5", "--seed", "-1"], "seed=-1"),
    ("a seed of 23 digits", ["--evaluations", "5", "--seed", "9" * 23], "seed=" + "9" * 23),
    ("half a seed", ["--evaluations", "5", "--seed", "1.5"], "--seed"),
    ("a seed of the split below nothing", ["--evaluations", "5", "--split-seed", "-1"], "seed=-1"),
    ("a goal without end", ["--evaluations", "5", "--target", "inf"], "target=inf"),
    ("no words", ["--evaluations", "5", "--words", ""], "words=()"),
    ("a word that is not known", ["--evaluations", "5", "--words", "sin,frobnicate"], "frobnicate"),
    ("a strategy in capitals", ["--evaluations", "5", "--strategy", "Genetic"], "strategy='Genetic'"),
    ("optuna#2742 a setting that is not known", ["--evaluations", "5", "--set", "constant_liar=1"], "constant_liar"),
    ("autokeras#1697 an option of another program", ["--max-trials", "5"], "--max-trials"),
    ("a store without a name", ["--evaluations", "5", "--library", ""], "url=''"),
    ("a folder as the store", ["--evaluations", "5", "--library", "."], "store=."),
    ("the task itself as the store", ["--evaluations", "5", "--library", "one.jsonl"], "not an SQLite database"),
    ("a file of options that is not there", ["--config", "none.toml"], "none.toml"),
    ("a file of results in no folder", ["--evaluations", "5", "--json", "no/such/x.jsonl"], "no/such"),
]
PYTHON: list[tuple[str, Mapping[str, object], str]] = [
    ("FLAML#155 a bare number as time", {"budget": 90}, "budget='90'"),
    ("no time", {"budget": datetime.timedelta(0)}, "budget='0:00:00'"),
    ("a time below nothing", {"budget": datetime.timedelta(-1)}, "budget="),
    ("a time that is no number", {"budget": float("nan")}, "budget='nan'"),
    ("optuna#4728 no evaluations", {"evaluations": 0}, "evaluations='0'"),
    ("half an evaluation", {"evaluations": 1.5}, "evaluations='1.5'"),
    ("evaluations as truth value", {"evaluations": True}, "evaluations='True'"),
    ("evaluations in a list", {"evaluations": [1]}, "evaluations='[1]'"),
    ("no workers", {"evaluations": 5, "workers": 0}, "workers=0"),
    ("TPOT#875 workers counted from the end", {"evaluations": 5, "workers": -2}, "workers=-2"),
    ("a seed below nothing", {"evaluations": 5, "seed": -1}, "seed=-1"),
    ("a seed of 31 digits", {"evaluations": 5, "seed": 10**30}, "seed=1"),
    ("a seed as text", {"evaluations": 5, "seed": "3"}, "seed='3'"),
    ("a seed of the split below nothing", {"evaluations": 5, "split_seed": -1}, "seed=-1"),
    ("a goal that is no number", {"evaluations": 5, "target": float("nan")}, "target=nan"),
    ("a column of what is no table", {"evaluations": 5, "target": "0.9"}, "target='0.9'"),
    ("no words", {"evaluations": 5, "words": []}, "words=()"),
    ("a number as word", {"evaluations": 5, "words": [1]}, "word=1"),
    ("a number as strategy", {"evaluations": 5, "strategy": 3}, "strategy=3"),
    ("settings in a list", {"evaluations": 5, "settings": [1]}, "settings=[1]"),
    ("a trainer by its name alone", {"evaluations": 5, "trainer": "adam"}, "trainer='adam'"),
    ("a setting that is not known", {"evaluations": 5, "settings": {"constant_liar": 1}}, "constant_liar"),
    ("a setting that is no number", {"evaluations": 5, "settings": {"memory": float("nan")}}, "memory=nan"),
    ("a folder as the store", {"evaluations": 5, "library": Path()}, "store=."),
    ("a module that is not there", {"evaluations": 5, "plugins": ["nope.py"]}, "nope.py"),
]
TAKEN: list[tuple[str, Mapping[str, object]]] = [
    ("numpy's numbers", {"evaluations": np.int64(20), "seed": np.int64(3), "split_seed": np.int32(1), "workers": np.int8(1)}),
    ("numpy's fraction as goal", {"evaluations": 20, "target": np.float32(0.5)}),
    ("numpy's whole fraction as count", {"evaluations": np.float64(20)}),
    ("a count as text", {"evaluations": "2e1"}),
    ("words in one text", {"evaluations": 20, "words": "reverse, sort"}),
    ("words as a set", {"evaluations": 20, "words": {"reverse"}}),
    ("KerasTuner#258 a store of any name", {"evaluations": 20, "library": Path("мо дель 😀.db")}),
    ("KerasTuner#198 a store in a folder that is not there", {"evaluations": 20, "library": "no/such/a.db"}),
    ("the largest seed", {"evaluations": 20, "seed": 2**63 - 1}),
]  # fmt: skip


@pytest.mark.parametrize(("options", "says"), [pytest.param(*row[1:], id=row[0]) for row in COMMAND])
def test_the_command_refuses(automl, options: list[str], says: str) -> None:
    library = [] if "--library" in options else ["--library", "memory:"]
    is_refused(automl("search", "one.jsonl", *options, *library), says)


@pytest.mark.parametrize(("options", "says"), [pytest.param(*row[1:], id=row[0]) for row in PYTHON])
def test_python_refuses(options: Mapping[str, object], says: str) -> None:
    with pytest.raises(ValueError) as caught:
        api.search("one.jsonl", quiet=True, **options)  # type: ignore[arg-type]
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [pytest.param(row[1], id=row[0]) for row in TAKEN])
def test_python_takes(options: Mapping[str, object]) -> None:
    result = api.search("one.jsonl", quiet=True, **options)  # type: ignore[arg-type]
    assert result.solved and "reverse" in result.program


def test_more_workers_than_processors_are_taken_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """TPOT#876: more processes than there is room for, without a word."""
    from automl.api import make_options

    assert make_options(evaluations=1, workers=99).workers == 99
    assert "workers=99" in caplog.text
