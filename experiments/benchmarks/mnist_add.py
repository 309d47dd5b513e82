"""Two numbers of N handwritten digits and their sum: how well is adding learned, and reading digits, from sums alone?

    python -m experiments.benchmarks.mnist_add [--digits 1,2,4,15,100] [--epochs 10] [--seed 0] [--data FOLDER] [--json FILE]

The protocol is DeepProbLog's (Manhaeve et al. 2018, arXiv 1805.10872): of the 60,000 training images of MNIST, each used once, 30,000 / N
pairs of numbers are made, of the 10,000 test images 5,000 / N pairs, without a remainder; the target of a pair is the list of the N + 1
digits of its sum. No label of a digit is told. The program is given, the net in it begins at random weights:

    read each digit with one net, add from the last digit on with a carry.

``accuracy`` is the share of test pairs whose sum is right in all digits, ``digit_accuracy`` that of the test images that the net reads
right, ``expected`` the share of pairs all of whose digits would be right if errors were independent: the digit accuracy to the power 2 N.
Settings are the same for all N but for ``--pairs``; the weights after the last epoch are tested, once.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from automl.fitting.forward import outputs_of
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.tasks.cases.parts import Part, RaggedArray
from automl.tasks.data import ProblemData
from automl.tasks.load import load_tasks
from automl.tasks.metrics import VALUES
from automl.tasks.task import Task
from library.records import Direction
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

from .common import parser, report

NET = """(lambda (x) (pipe x
    (conv :maps 12 :kernel 5 @1) (batch_norm @2) relu max_pool
    (conv :maps 32 :kernel 3 @3) (batch_norm @4) relu max_pool
    flatten (dense :units 96 @6) (batch_norm @7) relu dropout
    (dense :units 10 @8) log_softmax argmax))"""
SUM = f"""(lambda (xs ys)
    (let ((digit {NET})
          (end (foldr (lambda (d s) (pair (// (+ d (first s)) 10) (cons (mod (+ d (first s)) 10) (second s))))
                      (pair 0 empty)
                      (zipwith + (map digit xs) (map digit ys)))))
      (cons (first end) (second end))))"""
IMAGE = "Tensor[1,28,28]"
IMAGES = 96
"""Images in a step, as nearly as numbers of N digits allow."""
SETTINGS: dict[str, Any] = {
    "rate": 0.006, "weight_decay": 0.02, "clip": 1.0, "validations": 1, "keep": "last", "train_cases": 0, "shift": 2, "rotate": 10.0,
    "scale": 0.1,
}  # fmt: skip
"""Set by hand, before any run on the test images."""


def pairs(images: np.ndarray, labels: np.ndarray, digits: int, most: int | None, rng: np.random.Generator) -> Part:
    """Pairs of numbers of so many digits, each image used once, and the digits of their sums.

    images: [n, 1, 28, 28].
    labels: [n].
    digits: of each number.
    most: at most so many pairs (None: all there are).
    rng: for the order of the images.
    """
    count = len(images) // (2 * digits)
    count = count if most is None else min(count, most)
    chosen = rng.permutation(len(images))[: 2 * digits * count].reshape(2, count * digits)
    read = labels[chosen].reshape(2, count, digits)
    sums = [int("".join(map(str, one))) + int("".join(map(str, other))) for one, other in zip(*read, strict=True)]
    lengths = np.full(count, digits, dtype=np.int64)
    numbers = tuple(RaggedArray(images[half], lengths) for half in chosen)
    return Part(numbers, tuple(tuple(map(int, str(total).zfill(digits + 1))) for total in sums))


def data_of(mnist: Task, digits: int, most: int | None, seed: int) -> tuple[ProblemData, Part]:
    """The training pairs as a task's data, and the test pairs."""
    assert mnist.test is not None
    rng = np.random.default_rng([seed, digits])
    train, test = (
        pairs(np.asarray(part.inputs[0]), np.asarray(part.targets), digits, most, rng) for part in (mnist.data.train, mnist.test)
    )  # fmt: skip
    type = parse_type(f"list({IMAGE}) -> list({IMAGE}) -> list(int)")
    few = train.take(
        np.arange(min(len(train), 20))
    )  # only measured, as the loop wants; the last weights are kept whatever they say
    data = ProblemData(
        f"mnist_add {digits}", "sequences", type, VALUES, "accuracy", Direction.MAXIMIZE, 1.0, train, few
    )
    return data, test


def learned(mnist: Task, digits: int, epochs: int, most: int | None, seed: int) -> dict[str, Any]:
    """What is right after a training on sums of numbers of so many digits."""
    words, started = builtin_words(), time.perf_counter()
    data, test = data_of(mnist, digits, most, seed)
    program = compile_term(parse(SUM, words), words, data.type, seed=seed)
    trainer = make_trainer("gradient", {**SETTINGS, "batch_size": max(1, round(IMAGES / (2 * digits)))})
    cpu = time.process_time()
    result = trainer.fit(program, data, TrainingBudget(epochs=epochs), seed=seed)
    cpu = time.process_time() - cpu
    accuracy = data.score(outputs_of(program, data.type, test), test)["accuracy"]
    read = parse_type(f"{IMAGE} -> int")
    digit = compile_term(parse(NET, words), words, read, weights=program.weights()).eval()
    assert mnist.test is not None
    right = float((np.asarray(outputs_of(digit, read, mnist.test)) == np.asarray(mnist.test.targets)).mean())
    return {
        "digits": digits,
        "training_pairs": len(data.train),
        "test_pairs": len(test),
        "accuracy": round(accuracy, 4),
        "digit_accuracy": round(right, 4),
        "expected": round(right ** (2 * digits), 4),
        "outcome": str(result.outcome),
        "loss_by_epoch": [round(record.train_loss, 4) for record in result.history],
        "parameters": sum(parameter.numel() for parameter in program.parameters()),
        "training_cpu_seconds": round(cpu, 1),
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--digits", default="1,2,4,15,100", help="of each number, one run each")
    options.add_argument("--epochs", type=int, default=10)
    options.add_argument(
        "--pairs", type=int, default=None, help="at most so many for training and for the test (default: all)"
    )
    options.add_argument("--data", default="../shared/data/mnist", help="folder with MNIST's IDX files")
    given = options.parse_args()
    started = time.perf_counter()
    mnist = load_tasks(f"mnist?path={given.data}&validation=0")[0]
    rows = [learned(mnist, int(digits), given.epochs, given.pairs, given.seed) for digits in given.digits.split(",")]
    report(
        "mnist_add",
        {"epochs": given.epochs, "settings": SETTINGS, "rows": rows},
        seed=given.seed,
        started=started,
        path=given.json,
    )


if __name__ == "__main__":
    main()
