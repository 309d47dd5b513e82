"""Compiled programs against hand-written modules: medians of alternating runs in one process, outputs and gradients
equal.

    python -m experiments.benchmarks.compiled [--json FILE] [--rounds N] [--threads N]
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import max_pool2d, relu

from primitives.batch import Ragged
from primitives.compile import Program, compile_term
from primitives.compile.layout import kernels_last
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

from .common import alternate, parser, ratio, report

CONV2 = """(lambda (x) (pipe x (conv :maps 20 :kernel 5) relu max_pool (conv :maps 40 :kernel 5) relu max_pool flatten
    (dense :units 100) relu (dense :units 10)))"""
LSTM = "(lambda (xs) (let ((z (zeros :size {width}))) (first (fold lstm_cell (pair z z) xs))))"


class Conv2(nn.Module):
    """The conv2-relu net as one would write it; ``same``: with channels last and pooling before the activation, as the
    compiler has it."""

    def __init__(self, same: bool) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 20, 5), nn.Conv2d(20, 40, 5)
        self.hidden, self.out = nn.Linear(640, 100), nn.Linear(100, 10)
        self.same = same
        if same:
            for layer in (self.first, self.second):
                layer.weight.data = kernels_last(layer.weight.data)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in (self.first, self.second):
            x = layer(x)
            x = relu(max_pool2d(x, 2)) if self.same else max_pool2d(relu(x), 2)
        return self.out(relu(self.hidden(x.flatten(1))))


def _share(program: Program, module: nn.Module) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Give both the same start; pairs of their parameters, matched by position."""
    pairs = list(zip(program.parameters(), module.parameters(), strict=True))
    with torch.no_grad():
        for ours, theirs in pairs:
            theirs.copy_(ours)
    return pairs


def _step(run: Callable[[], torch.Tensor], model: nn.Module) -> Callable[[], torch.Tensor]:
    def step() -> torch.Tensor:
        for parameter in model.parameters():
            parameter.grad = None
        output = run()
        output.square().mean().backward()
        return output

    return step


def _compare(ours: Callable, theirs: Callable, pairs: list, rounds: int) -> dict[str, object]:
    outputs = float((ours() - theirs()).detach().abs().max())
    gradients = max(float((a.grad - b.grad).abs().max()) for a, b in pairs)
    seconds = alternate({"compiled": ours, "written": theirs}, rounds=rounds)
    found = ratio(seconds, "compiled", "written")
    return {
        **found,
        "ratio_of_medians": round(found["compiled"] / found["written"], 4),
        "output_difference": outputs,
        "gradient_difference": gradients,
    }


def conv2(rounds: int, batch: int = 64, same: bool = True) -> dict[str, object]:
    """The conv2-relu net of 85,670 parameters, forward and backward."""
    words = builtin_words()
    program = compile_term(parse(CONV2, words), words, parse_type("Tensor[1,28,28] -> Tensor[10]"), seed=0)
    module = Conv2(same)
    # The parser numbers sites from the outermost word in, so the last layer comes first.
    ours = [program.live()[f"{site}.{name}"] for site in ("4", "3", "2", "1") for name in ("weight", "bias")]
    pairs = list(zip(ours, module.parameters(), strict=True))
    with torch.no_grad():
        for a, b in pairs:
            b.copy_(a)
    x = torch.randn(batch, 1, 28, 28)
    return _compare(_step(lambda: program(x), program), _step(lambda: module(x), module), pairs, rounds)


def lstm(rounds: int, batch: int = 32, steps: int = 100, inputs: int = 32, width: int = 64) -> dict[str, object]:
    """``fold lstm_cell`` against nn.LSTM, forward and backward."""
    words = builtin_words()
    term = parse(LSTM.format(width=width), words)
    program = compile_term(term, words, parse_type(f"list(Tensor[{inputs}]) -> Tensor[{width}]"), seed=0)
    module = nn.LSTM(inputs, width, batch_first=True)
    pairs = _share(program, module)
    x = torch.randn(batch, steps, inputs)
    ragged = Ragged(x.flatten(0, 1), torch.full((batch,), steps))

    def written() -> torch.Tensor:
        return module(x)[1][0][0]

    return _compare(_step(lambda: program(ragged), program), _step(written, module), pairs, rounds)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    started = time.perf_counter()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    figures = {
        "conv2-relu, batch 64, written with the same layout": conv2(given.rounds),
        "conv2-relu, batch 64, written with torch's default layout": conv2(given.rounds, same=False),
        "conv2-relu, batch 1, written with the same layout": conv2(given.rounds, batch=1),
        "lstm, 100 steps": lstm(given.rounds),
    }
    report("compiled", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
