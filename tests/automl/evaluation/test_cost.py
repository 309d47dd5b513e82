"""What a candidate needs is known from its sizes: too much is refused before anything is allocated or run."""

from __future__ import annotations

import time

import numpy as np
import pytest

from automl.evaluation.cost import refusal
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.fitting import forward
from automl.tasks.kinds.labelled import labelled_task
from library.vocabulary import Vocabulary
from primitives.definitions import definition
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.weights import estimate_memory, multiply_adds
from primitives.words import builtin_words

IMAGES = "Tensor[1,64,64] -> Tensor[3]"
CONV = "conv :maps 200 :kernel 5 :padding same"
WIDE = f"(lambda (x) (dense :units 3 @1 (flatten ({CONV} @2 ({CONV} @3 x)))))"
SWOLLEN = "(lambda (x) (dense :units 3 @1 (global_pool (conv :maps 100000 :kernel 1 :padding same @3 x))))"
SMALL = "(lambda (x) (dense :units 3 @1 (flatten x)))"


def inferred(text, type):
    return infer(parse(text, builtin_words()), builtin_words(), parse_type(type))


@pytest.fixture
def prepared():
    y = np.arange(90) % 3
    task = labelled_task("pictures", np.random.default_rng(0).normal(size=(90, 1, 64, 64)) + y[:, None, None, None], y)
    return Prepared(context_of(task.data, Vocabulary()))


@pytest.fixture
def untouched(monkeypatch):
    """Nothing may be compiled."""

    def never(*given):
        raise AssertionError("it was compiled")

    monkeypatch.setattr("automl.evaluation.training.compiled", never)


def test_multiply_adds_are_those_of_the_layers():
    assert multiply_adds(inferred(SMALL, IMAGES), builtin_words()) == 3 * 4096
    convolutions = 4096 * 25 * 200 * (1 + 200)
    assert multiply_adds(inferred(WIDE, IMAGES), builtin_words()) == convolutions + 3 * 200 * 4096


NET = "(lambda (y) (relu (dense :units 3 @1 y)))"
PIPELINE = "(compose (dense :units 3 @1) relu)"
ONE = 3 * 3


@pytest.mark.parametrize(
    ("body", "times"),
    [
        (f"(let ((net {NET})) (add (net x) (net (scale 2.0 x))))", 2),
        (f"(let ((net {PIPELINE})) (add (net x) (net (scale 2.0 x))))", 2),
        ("(let ((net (dense :units 3 @1))) (net (net (net x))))", 3),
        (f"(let ((net {NET})) (let ((unused (lambda (y) (net (net y))))) (net x)))", 1),
        (f"(let ((net {NET})) (let ((same net)) (add (same x) (same (net x)))))", 3),
        (f"(let ((net {NET})) (let ((twice (lambda (y) (net (net y))))) (twice (twice x))))", 4),
        (f"(let ((net {NET})) (let ((twice (compose net net))) (twice (twice x))))", 4),
        (f"((lambda (net y) (net (net y))) {NET} x)", 2),
        (f"((lambda (net y) (net (net y))) {PIPELINE} x)", 2),
        ("(let ((h (dense :units 3 @1 x))) (add h h))", 1),
        ("(let ((net (let ((h (dense :units 3 @1 x))) (lambda (y) (add h y))))) (net (net x)))", 1),
        (f"({NET} x)", 1),
        (f"(doubly {NET} x)", 2),
        ("(doubly (dense :units 3 @1) x)", 2),
        ("(let ((net (doubly (dense :units 3 @1)))) (net (net x)))", 4),
    ],
)  # fmt: skip
def test_a_net_with_a_name_works_as_often_as_it_is_applied(body, times):
    words = builtin_words()
    doubly = "(Tensor[3] -> Tensor[3]) -> Tensor[3] -> Tensor[3]"
    words = {**words, "doubly": definition("doubly", doubly, parse("(lambda (f x) (f (f x)))", words))}
    found = infer(parse(f"(lambda (x) {body})", words), words, parse_type("Tensor[3] -> Tensor[3]"))
    (site,) = found.sites.values()
    bias = 3
    assert site.size == ONE + bias
    assert multiply_adds(found, words) == times * ONE


def test_what_a_net_holds_in_training_counts_as_often_as_it_is_applied():
    once = infer(
        parse(f"(lambda (x) ({NET} x))", builtin_words()), builtin_words(), parse_type("Tensor[3] -> Tensor[3]")
    )
    text = f"(lambda (x) (let ((net {NET})) (net (net x))))"
    twice = infer(parse(text, builtin_words()), builtin_words(), parse_type("Tensor[3] -> Tensor[3]"))
    results = 4 * (3 + 3)  # of the dense layer and of relu
    assert estimate_memory(twice, 1) - estimate_memory(once, 1) == results
    assert estimate_memory(twice, 1, training=False) == estimate_memory(once, 1, training=False)


def test_a_candidate_that_cannot_end_in_its_time_is_refused(prepared, untouched):
    """Millions of weights, each used at thousands of places: one step would take longer than the whole budget."""
    found = evaluate_candidate(prepared, {"term": WIDE, "seconds": 7.0})
    assert found.outcome == "timed out" and "multiply-adds=" in found.detail and found.parameters > 1_000_000


def test_a_candidate_whose_activations_are_too_many_is_refused(prepared, untouched):
    """Few weights: it is the result of one word on a batch that does not fit."""
    found = evaluate_candidate(prepared, {"term": SWOLLEN})
    assert found.outcome == "out of memory" and "bytes=" in found.detail and found.parameters < 1_000_000


def test_what_is_asked_decides():
    wide, words = inferred(WIDE, IMAGES), builtin_words()
    assert refusal(wide, words, cases=90) is None, "without a limit of time the record must not depend on the machine"
    assert refusal(wide, words, cases=90, seconds=1000.0) is None
    assert refusal(wide, words, cases=90, seconds=7.0)[0] == "timed out"
    assert refusal(wide, words, cases=90, seconds=7.0, accelerated=True) is None
    assert refusal(inferred(SMALL, IMAGES), words, cases=90, seconds=0.1) is None


def test_an_evaluation_pass_looks_at_the_clock(prepared):
    import torch

    calls = []

    class Counted(torch.nn.Module):
        def forward(self, x):
            calls.append(len(x))
            return x

    program, late = Counted(), time.monotonic() + 3600
    inputs = (torch.zeros(1000, 2),)
    assert len(forward.predict(program, inputs, 100, late)) == 1000 and len(calls) == 10
    with pytest.raises(forward.DeadlineReached, match="case 0 of 1000"):
        forward.predict(program, inputs, 100, time.monotonic())
    assert len(calls) == 10 and program.training, "nothing more was run, and the mode is as it was"


def test_a_training_whose_deadline_is_over_runs_nothing(prepared, monkeypatch):
    """The first look at the outputs, the validation and the measurement on train cases count too."""
    from automl.fitting import fit, monitoring

    ran = []
    for module in (fit, monitoring):
        plain = module.forward.predict
        monkeypatch.setattr(
            module.forward,
            "predict",
            lambda *given, plain=plain, **named: (ran.append(named["deadline"]), plain(*given, **named))[1],
        )
    found = evaluate_candidate(prepared, {"term": SMALL, "seconds": 30.0, "epochs": 2})
    assert found.outcome == "ok" and len(ran) > 3 and None not in ran
    assert evaluate_candidate(prepared, {"term": SMALL, "seconds": 1e-6}).outcome == "timed out"
