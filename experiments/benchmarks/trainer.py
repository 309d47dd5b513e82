"""The gradient trainer against a plain PyTorch loop that does the same steps on the same net: time and loss curve.

The plain loop is what one writes by hand: tensors in memory, ``torch.optim``, validation after each epoch.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from automl.data import ProblemData
from automl.split import Split
from automl.tasks.labelled import LabelledTask
from automl.trainers import Budget, make_trainer

from .common import alternate, parser, ratio, report

SGD = {"optimiser": "sgd", "rate": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.0, "clip": 0.0}
ADAMW = {"optimiser": "adamw", "rate": 0.003, "weight_decay": 0.0, "clip": 0.0}


def problem(pixels: int, cases: int) -> ProblemData:
    """Images of one channel with labels that can be learned, from one seed."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(10, (cases,), generator=generator)
    shapes = torch.rand(10, 1, pixels, pixels, generator=generator)
    images = shapes[labels] + 0.3 * torch.randn(cases, 1, pixels, pixels, generator=generator)
    split = Split(test=0.1, validation=0.1)
    return LabelledTask.from_arrays("shapes", images.numpy(), labels.numpy(), split=split).search_view()


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))


def convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 40, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(640, 100), nn.ReLU(), nn.Linear(100, 10),
    )  # fmt: skip


def small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip


def plain_loop(net: nn.Module, data: ProblemData, settings: dict[str, Any], batch: int, epochs: int) -> list[float]:
    """The mean train loss of each epoch."""
    x, y = torch.tensor(data.train.inputs[0]), torch.tensor(data.train.targets)
    x_validation, y_validation = torch.tensor(data.validation.inputs[0]), torch.tensor(data.validation.targets)
    if settings["optimiser"] == "sgd":
        optimiser: Any = torch.optim.SGD(net.parameters(), settings["rate"], settings["momentum"], nesterov=True)
    else:
        optimiser = torch.optim.AdamW(net.parameters(), settings["rate"], weight_decay=0.0)
    generator = torch.Generator().manual_seed(0)
    steps, losses, best = round(len(x) / batch), [], -1.0
    for _ in range(epochs):
        net.train()
        order, total = torch.randperm(len(x), generator=generator), 0.0
        for i in range(steps):
            rows = order[len(x) * i // steps : len(x) * (i + 1) // steps]
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
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
    make: Callable[[], nn.Module],
    pixels: int,
    cases: int,
    batch: int,
    settings: dict[str, Any],
    epochs: int,
    rounds: int,
) -> dict[str, Any]:
    """Median time ratio trainer / plain, steps a second, and the largest relative difference of the loss curves."""
    data = problem(pixels, cases)
    torch.manual_seed(0)
    start = make()
    trainer = make_trainer(
        "gradient",
        {
            **settings,
            "schedule": "constant",
            "batch_size": batch,
            "smoothing": 0.0,
            "precision": "float32",
            "validations": epochs,
        },
    )
    curves: dict[str, list[float]] = {}

    def ours() -> None:
        result = trainer.fit(copy.deepcopy(start), data, Budget(epochs=epochs))
        curves["trainer"] = [record.train_loss for record in result.history]

    def plain() -> None:
        curves["plain"] = plain_loop(copy.deepcopy(start), data, settings, batch, epochs)

    seconds = alternate({"trainer": ours, "plain": plain}, rounds)
    difference = max(abs(a - b) / abs(b) for a, b in zip(curves["trainer"], curves["plain"], strict=True))
    steps = epochs * round(len(data.train) / batch)
    return {
        **ratio(seconds, "trainer", "plain"),
        "steps": steps,
        "loss_curve_difference": float(f"{difference:.2g}"),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    started, rounds = time.perf_counter(), given.rounds
    figures = {
        "perceptron 784-100-10, batch 10, SGD": compare(perceptron, 28, 4000, 10, SGD, 2, rounds),
        "perceptron 784-100-10, batch 64, AdamW": compare(perceptron, 28, 8000, 64, ADAMW, 3, rounds),
        "conv20-conv40-FC100, batch 64, SGD": compare(convolutional, 28, 2000, 64, SGD, 1, rounds),
        "conv16-conv32 with batch norm on 8x8, batch 64, AdamW": compare(small, 8, 2000, 64, ADAMW, 5, rounds),
    }
    report("trainer", figures, seed=0, started=started, path=given.json)


if __name__ == "__main__":
    main()
