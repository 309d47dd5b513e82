"""Which way a program is learned, and that the ways which are not exact come near the exact one."""

from __future__ import annotations

import pytest
import torch

from primitives.batch import Ragged
from primitives.compile import compile_term
from primitives.distributions import Blend, TooManyWorlds, plan
from primitives.distributions.sampling import Sampler
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
DIGIT = "(lambda (x) (argmax (log_softmax (dense :units 3 @1 x))))"
RANGE = "(let ((ys (map digit xs))) (- (maximum ys) (minimum ys)))"
UNKNOWN = "(length (unfold (lambda (n) (if (> n (digit (head xs))) none (some (pair n (+ n 1))))) 0))"


def lists(*lengths):
    return Ragged(torch.randn(sum(lengths), 4, generator=torch.Generator().manual_seed(1)), torch.tensor(lengths))


def program(text):
    term = parse(f"(lambda (xs) {text})".replace("digit", DIGIT), WORDS)
    return compile_term(term, WORDS, parse_type("list(Tensor[4]) -> int"), seed=1)


@pytest.mark.parametrize(("text", "way"), [("(sum (map digit xs))", "exact"), (RANGE, "best"), (UNKNOWN, "sampled")])
def test_the_plan_says_the_way_beforehand_and_its_learner_has_a_gradient(text, way):
    made, inputs, seen = program(text), (lists(8, 4),), torch.tensor([2, 1])
    found = plan(made, inputs, seen, limit=2_000, keep=16)
    assert found.way == way
    assert bool(found.reason) == (way != "exact")
    assert found.entries > 0
    torch.manual_seed(0)
    learner = found.learner(made)
    output = learner(*inputs)
    loss = output.loss(seen) if way == "sampled" else -output.log_likelihood(seen).mean()
    loss.backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in made.parameters())


def test_the_cost_of_a_sum_grows_with_the_square_of_its_length():
    made = program("(sum (map digit xs))")
    costs = [plan(made, (lists(length),), torch.tensor([2])).entries for length in (10, 20, 40)]
    assert 3 < costs[1] / costs[0] < 4.5
    assert 3 < costs[2] / costs[1] < 4.5


def test_the_likeliest_values_give_a_lower_bound():
    made, seen = program(RANGE), torch.tensor([2, 1])
    exact = Blend(made)(lists(6, 5)).log_likelihood(seen)
    with pytest.raises(TooManyWorlds, match="worlds="):
        Blend(made, limit=200)(lists(6, 5))
    some = Blend(made, limit=200, keep=40)(lists(6, 5)).log_likelihood(seen)
    assert (some < exact).all()
    assert (some > exact - 2.0).all()


@pytest.mark.parametrize("distance", [False, True])
def test_draws_have_the_exact_error_and_gradient_on_average(distance):
    made, seen, inputs = program("(sum (map digit xs))"), torch.tensor([2, 3]), lists(2, 1)
    torch.manual_seed(0)
    drawn = Sampler(made, 8_000)(inputs).loss(seen, distance=distance)
    output = Blend(made)(inputs)
    exact = output.expected_error(seen).mean() if distance else 1 - output.log_likelihood(seen).exp().mean()
    assert float(drawn.detach()) == pytest.approx(float(exact.detach()), abs=0.03)
    mine, wanted = (torch.autograd.grad(loss, made.parameters(), retain_graph=True) for loss in (drawn, exact))
    for one, other in zip(mine, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0.1, atol=0.05)
