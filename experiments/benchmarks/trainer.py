"""The gradient trainer against a plain PyTorch loop that does the same steps on the same net: time and loss curve.

The plain loop is what one writes by hand: tensors in memory, ``torch.optim``, validation after each epoch.

    python -m experiments.benchmarks.trainer [--json FILE] [--rounds N] [--threads N]
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import nn
from torch.nn.functional import max_pool2d, relu

from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from primitives.compile import compile_term
from primitives.compile.layout import kernels_last
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

from .common import alternate, parser, ratio, report

SGD = {"optimiser": "sgd", "rate": 0.05, "momentum": 0.9, "nesterov": True}
ADAMW = {"optimiser": "adamw", "rate": 0.003}
CHAPTER = {"optimiser": "sgd", "rate": 0.03, "momentum": 0.0, "nesterov": False, "l2": 0.1}
"""conv2-relu of Nielsen's ch. 6."""


def problem(pixels: int, cases: int) -> ProblemData:
    """Images of one channel with labels that can be learned, from one seed."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(10, (cases,), generator=generator)
    shapes = torch.rand(10, 1, pixels, pixels, generator=generator)
    images = shapes[labels] + 0.3 * torch.randn(cases, 1, pixels, pixels, generator=generator)
    split = Split(test=0.1, validation=0.1)
    return labelled_task("shapes", images.numpy(), labels.numpy(), split=split).data


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))


def small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip


CONV2 = """(lambda (x) (pipe x (conv :maps 20 :kernel 5) relu max_pool (conv :maps 40 :kernel 5) relu max_pool flatten
    (dense :units 100) relu (dense :units 10)))"""


class PlainConv2(nn.Module):
    """The conv2-relu net by hand; with ``same`` in the layout and order of operations that the compiler chooses."""

    def __init__(self, same: bool = False) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 20, 5), nn.Conv2d(20, 40, 5)
        self.hidden, self.out = nn.Linear(640, 100), nn.Linear(100, 10)
        self.same = same

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in (self.first, self.second):
            x = layer(x)
            x = relu(max_pool2d(x, 2)) if self.same else max_pool2d(relu(x), 2)
        return self.out(relu(self.hidden(x.flatten(1))))

    def start(self, weights: Mapping[str, torch.Tensor]) -> PlainConv2:
        """Itself with the weights of the compiled CONV2, whose sites are numbered from the last layer on."""
        with torch.no_grad():
            for layer, site in zip((self.first, self.second, self.hidden, self.out), "4321", strict=True):
                layer.weight.copy_(weights[f"{site}.weight"])
                layer.bias.copy_(weights[f"{site}.bias"])
                if self.same:
                    layer.weight.data = kernels_last(layer.weight.data)
        return self


def optimiser_of(net: nn.Module, settings: Mapping[str, Any], cases: int, fused: bool) -> torch.optim.Optimizer:
    """What a trainer with the settings does, from ``torch.optim``; ``fused`` False is torch's own default."""
    if settings["optimiser"] == "adamw":
        return torch.optim.AdamW(net.parameters(), settings["rate"], weight_decay=0.0, fused=fused or None)
    kernels = [p for p in net.parameters() if p.ndim > 1]
    biases = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": kernels, "weight_decay": settings.get("l2", 0.0) / cases}, {"params": biases}]
    momentum = settings["momentum"]
    return torch.optim.SGD(groups, settings["rate"], momentum, nesterov=momentum > 0, fused=fused or None)


def plain_loop(
    net: nn.Module,
    data: ProblemData,
    settings: Mapping[str, Any],
    batch: int,
    epochs: int,
    *,
    fused: bool = False,
    precision: str = "float32",
) -> list[float]:
    """The mean train loss of each epoch."""
    x, y = torch.tensor(data.train.inputs[0]), torch.tensor(data.train.targets)
    x_validation, y_validation = torch.tensor(data.validation.inputs[0]), torch.tensor(data.validation.targets)
    optimiser = optimiser_of(net, settings, len(x), fused)
    generator = torch.Generator().manual_seed(0)
    steps, losses, best = round(len(x) / batch), [], -1.0
    for _ in range(epochs):
        net.train()
        order, total = torch.randperm(len(x), generator=generator), 0.0
        for i in range(steps):
            rows = order[len(x) * i // steps : len(x) * (i + 1) // steps]
            optimiser.zero_grad()
            with torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else nullcontext():
                outputs = net(x[rows])
            loss = nn.functional.cross_entropy(outputs.float(), y[rows])
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / steps)
        net.eval()
        with torch.no_grad():
            outputs = torch.cat([net(part) for part in x_validation.split(512)])
        nn.functional.cross_entropy(outputs, y_validation).item()
        score = (outputs.argmax(1) == y_validation).float().mean().item()
        if score >= best:
            best, _ = score, {name: value.clone() for name, value in net.state_dict().items()}
    return losses


def compare(
    ours: Callable[[], nn.Module],
    plain: Callable[[], nn.Module],
    data: ProblemData,
    batch: int,
    settings: Mapping[str, Any],
    epochs: int,
    rounds: int,
    **choices: Any,
) -> dict[str, Any]:
    """Trainer / plain: the median ratios of wall time and of the process's CPU time, which other load on the machine
    disturbs less; and the largest relative difference of the loss curves. ``choices`` are the plain loop's."""
    fixed = {"schedule": "constant", "batch_size": batch, "smoothing": 0.0, "weight_decay": 0.0, "clip": 0.0}
    # The plain loop measures no train cases, which here, in epochs of a tenth of MNIST's, would be 2 % of the time.
    measured_alike = {"validations": epochs, "train_cases": 0, "precision": choices.get("precision", "float32")}
    trainer = make_trainer("gradient", {**settings, **fixed, **measured_alike})
    curves: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {"trainer": [], "plain": []}

    def trained() -> list[float]:
        return [record.train_loss for record in trainer.fit(ours(), data, TrainingBudget(epochs=epochs)).history]

    def measured(name: str, work: Callable[[], list[float]]) -> Callable[[], None]:
        def run() -> None:
            started = time.process_time()
            curves[name] = work()
            processor[name].append(time.process_time() - started)

        return run

    seconds = alternate(
        {
            "trainer": measured("trainer", trained),
            "plain": measured("plain", lambda: plain_loop(plain(), data, settings, batch, epochs, **choices)),
        },
        rounds,
    )
    difference = max(abs(a - b) / abs(b) for a, b in zip(curves["trainer"], curves["plain"], strict=True))
    steps = epochs * round(len(data.train) / batch)
    found = ratio(seconds, "trainer", "plain")
    return {
        **found,
        "cpu_ratio": ratio({name: values[1:] for name, values in processor.items()}, "trainer", "plain")["ratio"],
        "steps": steps,
        "images_a_second": round(epochs * len(data.train) / found["trainer"]),
        "loss_curve_difference": float(f"{difference:.2g}"),
    }


def same_module(
    make: Callable[[], nn.Module], pixels: int, cases: int, batch: int, settings: Mapping[str, Any], epochs: int, n: int
) -> dict[str, Any]:
    """The trainer on a hand-written module against the plain loop on a copy of it."""
    torch.manual_seed(0)
    start = make()
    data = problem(pixels, cases)
    return compare(lambda: copy.deepcopy(start), lambda: copy.deepcopy(start), data, batch, settings, epochs, n)


def conv2(batch: int, cases: int, rounds: int, *, same: bool, precision: str = "float32") -> dict[str, Any]:
    """The chapter's conv2-relu as a program of the language, SGD at 0.03 with λ 0.1, against a plain loop on a
    hand-written module: as one writes it (torch's default layout, activation before pooling, default optimiser), or
    with the ``same`` choices as ours (channels last, pooling before the activation, fused optimiser)."""
    words = builtin_words()
    term, type = parse(CONV2, words), parse_type("Tensor[1,28,28] -> Tensor[10]")
    weights = compile_term(term, words, type, seed=0).weights()
    data = problem(28, cases)
    return compare(
        lambda: compile_term(term, words, type, weights=weights),
        lambda: PlainConv2(same).start(weights),
        data, batch, CHAPTER, 1, rounds, fused=same, precision=precision,
    )  # fmt: skip


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    started, rounds = time.perf_counter(), given.rounds
    figures: dict[str, Any] = {}
    for batch, cases in ((10, 5000), (128, 8000)):
        for same, name in ((True, "same choices"), (False, "torch's defaults")):
            figures[f"conv2-relu program, batch {batch}, plain loop with {name}"] = conv2(
                batch, cases, rounds, same=same
            )
    figures["conv2-relu program, batch 128, bfloat16, plain loop with same choices"] = conv2(
        128, 8000, rounds, same=True, precision="bfloat16"
    )
    figures |= {
        "perceptron 784-100-10, batch 10, SGD": same_module(perceptron, 28, 4000, 10, SGD, 2, rounds),
        "perceptron 784-100-10, batch 64, AdamW": same_module(perceptron, 28, 8000, 64, ADAMW, 3, rounds),
        "conv20-conv40-FC100, batch 64, SGD": same_module(PlainConv2, 28, 2000, 64, SGD, 1, rounds),
        "conv16-conv32 with batch norm on 8x8, batch 64, AdamW": same_module(small, 8, 2000, 64, ADAMW, 5, rounds),
    }
    report("trainer", figures, seed=0, started=started, path=given.json)


if __name__ == "__main__":
    main()
