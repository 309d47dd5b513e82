"""What is looked at in a Python session, a log or a failed test is a few lines, however much it holds."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from automl.growth.outcome import Growth
from automl.study.opening import open_study, run_study
from automl.tasks.kinds.labelled import labelled_task
from library.store import open_store
from primitives.brief import brief, brief_html, brief_repr

MOST = 1000
PACKAGES = ("primitives", "library", "search", "automl")
LARGE = re.compile(
    r"Tensor\b|ndarray|RaggedArray|\bPart\b|ProblemData|\bEvaluation\b|\bModel\b|bytes|\bColumns?\b|\bResult\b|\bIndividual\b"
)
"""Types of fields that hold arrays, weights, data or records of many."""


@pytest.fixture
def found(strategies, quick):
    """A result on 2,000 images with a net of 3,000 weights."""
    y = np.arange(2000) % 3
    x = np.random.default_rng(0).normal(size=(2000, 1, 8, 8)) + y[:, None, None, None]
    task = labelled_task("many", x, y)
    strategies["fixed"].texts = ("(lambda (x) (dense :units 3 @1 (relu (dense :units 40 @2 (flatten x)))))",)
    store = open_store("memory:")
    study = open_study(task, store, quick(2, strategy="fixed"))
    return run_study(study), task, study, store


def test_what_a_search_gives_is_shown_in_a_few_lines(found):
    result, task, study, store = found
    data, model = task.data, result.model
    growth = Growth([result] * 50, [], [{"name": "x" * 100}] * 50, 1.0)
    evaluation = store.evaluations(result.run)[0]
    assert evaluation.curves and sum(tensor.numel() for tensor in model.weights.values()) > 2000
    for thing in (
        result, model, growth, task, data, data.train, study, study.standing, evaluation, task.preprocessing, model.module,
        study.strategy.problem, study.vocabulary, store, model.term, store.run(result.run), study.record,
    ):  # fmt: skip
        text = repr(thing)
        assert len(text) <= MOST and text.count("\n") < 8, f"{type(thing).__name__}: {text[:2000]}"
    assert "many" in repr(result) and f"score={result.score}" in repr(result)
    assert "float32[" in repr(model) and "float32[1200, 1, 8, 8]" in repr(data.train)


def test_values_in_part_of_a_line():
    assert brief(torch.zeros(3, 4)) == "float32[3, 4]" and brief(np.zeros(5)) == "float64[5]"
    assert brief({"a": torch.ones(2), "b": 1}) == "{'a': float32[2], 'b': 1}"
    assert brief(tuple(range(1000))) == "(0, 1, 2, … 1,000 in all)" and brief([1]) == "[1]"
    assert brief({number: number for number in range(50)}) == "{0: 0, 1: 1, 2: 2, … 50 in all}"
    assert brief("x" * 500) == f"'{'x' * 80}'… (500 characters)" and brief("short") == "'short'"
    assert len(brief([["x" * 500] * 9] * 9)) < MOST


def classes() -> Iterator[type]:
    for package in PACKAGES:
        for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            yield from (
                each for each in vars(module).values() if isinstance(each, type) and each.__module__ == info.name
            )


def test_no_data_class_prints_all_that_it_holds():
    """The repr that ``dataclass`` makes prints every field in full: not where a field holds arrays, weights, data or many records."""
    wrong = []
    for each in classes():
        if dataclasses.is_dataclass(each) and each.__name__[0] != "_" and hasattr(each.__repr__, "__wrapped__"):
            large = [
                field.name
                for field in dataclasses.fields(each)
                if field.repr and "Callable" not in str(field.type) and LARGE.search(str(field.type))
            ]
            if large:
                wrong.append(f"{each.__module__}.{each.__name__}: {', '.join(large)}")
    assert not wrong, "give these __repr__ = brief_repr (primitives.brief): " + "; ".join(wrong)


def test_what_notebooks_show_is_short_and_escaped():
    from automl import Model, examples_task, search
    from library.vocabulary import Vocabulary
    from primitives.notation.types import parse_type

    found = search(examples_task("<b>odd", "int -> int", [((1,), 2), ((2,), 3)]), evaluations=2000, quiet=True)
    html = found._repr_html_()
    assert "&lt;b&gt;odd" in html and "<b>" not in html and found.run in html and "(lambda (x)" in html
    model = Model(Vocabulary().read("(lambda (xs) (head xs))"), parse_type("list(int) -> int"), Vocabulary())
    assert "list(int) -&gt; int" in model._repr_html_() and "weights" not in model._repr_html_()
    long = brief_html(
        "t", {"program": "x" * 10**6, "none": None, "empty": "", "score": 0.123456789, "notes": ("a", "b")}
    )
    assert len(long) < 5_000 and "0.123457" in long and "none" not in long and "a\nb" in long


@dataclasses.dataclass
class Many:
    a: str
    b: str = "b" * 70
    c: tuple[str, ...] = ("c" * 70,) * 2
    d: tuple[str, ...] = ("d" * 70,) * 3
    e: tuple[str, ...] = ("e" * 70,) * 3
    f: tuple[str, ...] = ("f" * 70,) * 3

    __repr__ = brief_repr


def test_a_long_repr_ends_after_a_whole_field(found) -> None:
    one = Many("a")
    fields = [f"{each.name}={brief(getattr(one, each.name))}" for each in dataclasses.fields(one)]
    shown = repr(one)
    kept = next(count for count in range(6, 0, -1) if shown.startswith(f"Many({', '.join(fields[:count])}"))
    assert 0 < kept < 6 and shown == f"Many({', '.join(fields[:kept])}, … {6 - kept} more)" and len(shown) <= 830
    assert "object at 0x" not in repr(found[0].model)
