"""The descent of the recognition model makes the steps of torch's own optimiser and schedule, without what they load."""

from __future__ import annotations

import pytest
import torch

from primitives.inference import infer
from primitives.syntax import parse
from primitives.words import builtin_words
from search.guidance.descent import Descent, one_cycle
from search.guidance.dreams import Dream
from search.guidance.guide import Guide
from search.guidance.training import train


@pytest.mark.parametrize("total", [7, 101])
def test_it_makes_the_very_steps_of_torch(total: int) -> None:
    generator = torch.Generator().manual_seed(0)
    ours = [torch.randn(5, 4, generator=generator).requires_grad_(), torch.zeros(4, requires_grad=True)]
    theirs = [tensor.detach().clone().requires_grad_() for tensor in ours]
    inputs, wanted = torch.randn(9, 5, generator=generator), torch.randn(9, 4, generator=generator)
    optimiser = torch.optim.AdamW(theirs, lr=3e-2, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-2, total_steps=total)
    descent = Descent(ours, decay=1e-2)
    for step in range(total - 1):
        rate, momentum = one_cycle(step, total, 3e-2)
        assert (rate, momentum) == (optimiser.param_groups[0]["lr"], optimiser.param_groups[0]["betas"][0])
        for weight, bias in (ours, theirs):
            weight.grad = bias.grad = None
            ((inputs @ weight + bias - wanted) ** 2).mean().backward()
        optimiser.step()
        descent.step(rate, momentum)
        assert all(torch.equal(our, their) for our, their in zip(ours, theirs)), step
        schedule.step()
    descent.forget()
    assert all(tensor.grad is None for tensor in ours)


def test_a_training_does_not_load_the_compiler_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes as long as loading torch itself."""

    def loads_it(*given: object, **named: object) -> None:
        raise AssertionError("an optimiser of torch is made")

    monkeypatch.setattr(torch.optim.Optimizer, "__init__", loads_it)
    term = parse("(lambda (xs) (reverse xs))")
    dream = Dream(infer(term, builtin_words()).type, tuple(((xs,), xs[::-1]) for xs in ((1, 2), (3, 4, 5))), term)
    trained = train(Guide({"reverse": 0.0, "sort": 0.0}), [dream] * 12, epochs=4, hidden=4)
    assert trained.after < trained.before
