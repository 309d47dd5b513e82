"""What is computed of digit images is found, and the net that reads them trained, from outputs alone; then lists of a hundred.

    python -m experiments.benchmarks.digit_lists [--rules sum,maximum,…] [--budget 5m] [--long 100] [--json FILE]

Each rule is one search, from fresh weights, on lists of ``--lengths`` images with what the rule gives for their digits, which have no
labels; it ends with its budget. ``occurrences`` has the first image as an input of its own, and at least one other. Of the test part, which
no search has seen, other lists as long as those of the training are answered (``short``), and lists of ``--long`` images (``long``).

What the digit errors alone predict: the net inside is run on each image of the test part; ``predicted`` is the share of right outputs
where each image is an independent draw of a digit and the net's answer to it, and what the program computes of the answers is set
against what the rule gives for the digits. ``digits_right``: with the classes named by the digits that they stand for.
``interval_95``: of as many lists.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from automl import Library, search
from automl.evaluation.model import Model
from automl.fitting.forward import outputs_of
from automl.study.opening import Result
from automl.tasks.cases.parts import Part
from automl.tasks.kinds.sequences import reduction_of
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from primitives.compile import compile_term
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Lambda, Let, Term, lambdas
from primitives.types import arguments_of
from primitives.values import Value
from primitives.words import builtin_words

from .common import parser, report

RULES = "sum,maximum,sorted,equal,occurrences,count_3"
DRAWS = 4000
"""Lists that a prediction is made by."""
WORDS = builtin_words()


def parts_of(program: Term, inputs: int) -> tuple[Lambda, Term] | None:
    """The net of a blend, and the program with the answers of the net in place of images; None where it is of another form."""
    body = program
    for _ in range(inputs):
        body = body.body if isinstance(body, Lambda) else body
    if not isinstance(body, Let) or not isinstance(body.value, Lambda):
        return None
    same = parse("(lambda (x) x)", WORDS)
    return body.value, lambdas(inputs, Let(same, body.body, "net"))


def digits_read(model: Model, net: Lambda, digits: Part, image: str) -> np.ndarray:
    """The answer of the net on each image of a part."""
    type = parse_type(f"{image} -> int")
    program = compile_term(net, WORDS, type, weights=model.weights).eval()
    return np.asarray(outputs_of(program, type, digits))


def names_of(answers: np.ndarray, labels: np.ndarray) -> dict[int, int]:
    """For each label the answer that stands for it, no answer for two (linear assignment)."""
    size = 1 + max(int(answers.max()), int(labels.max()))
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (labels, answers), 1)
    return dict(zip(*(each.tolist() for each in linear_sum_assignment(-counts))))


def predicted(
    skeleton: Term, rule: Callable[[np.ndarray], Value], answers: np.ndarray, labels: np.ndarray, lengths: tuple[int, int], first: bool,
    rng: np.random.Generator,
) -> float:  # fmt: skip
    """The share of lists for which the program gives of the answers what the rule gives of the digits.

    skeleton: the program of the answers.
    rule: of the labels.
    answers: of the net on images [n].
    labels: of the images [n].
    lengths: of the lists, from and to.
    first: whether the first image is an input of its own.
    rng: draws the images.
    """
    right = 0
    for _ in range(DRAWS):
        rows = rng.integers(0, len(labels), rng.integers(lengths[0], lengths[1] + 1))
        given = tuple(answers[rows].tolist())
        inputs = (given[0], given[1:]) if first else (given,)
        right += evaluate(skeleton, inputs, words=WORDS) == rule(labels[rows])
    return right / DRAWS


def share_of_right(model: Model, part: Part, rng: np.random.Generator) -> dict[str, Any]:
    """The share of cases of a part that are answered right, with the interval in which it falls for other cases (bootstrap)."""
    outputs: Any = model.outputs(part)
    answers = outputs.tolist() if hasattr(outputs, "tolist") else list(outputs)
    wanted = [each if isinstance(each, tuple) else int(each) for each in part.targets]
    right = np.array([given == one for given, one in zip(answers, wanted, strict=True)], float)
    means = [right[rng.integers(len(right), size=len(right))].mean() for _ in range(2000)]
    return {
        "lists": len(right),
        "right": round(float(right.mean()), 4),
        "interval_95": [round(float(each), 4) for each in np.quantile(means, (0.025, 0.975))],
    }


def learned(rule: str, given: Any) -> dict[str, Any]:
    """What one search found, and how well it answers."""
    first = rule == "occurrences"
    low, high = given.lengths
    low = max(low, 2) if first else low
    spec = (
        f"{given.digits}&sequences={rule}&lengths={low}-{high}&count={given.count}&validation_count=1000&solved_at=1"
        + ("&apart=first" if first else "")
    )
    lengths = {"short": (low, high), "long": (given.long, given.long)}
    tasks = {
        name: load_tasks(f"{spec}&test_lengths={span[0]}-{span[1]}&test_count={given.lists}")[0] for name, span in lengths.items()
    }  # fmt: skip
    cpu, started = time.process_time(), time.perf_counter()
    with Library("memory:") as library:
        found = search(tasks["short"], **_budget(given), library=library, seed=given.seed, quiet=True)
    row: dict[str, Any] = {
        "rule": rule, "lengths": [low, high], "program": found.program, "validation": found.score,
        "evaluations": found.evaluations, "cpu_seconds": round(time.process_time() - cpu, 1),
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    return row if found.model is None else {**row, **_measured(rule, found, tasks, lengths, given)}


def _budget(given: Any) -> dict[str, Any]:
    return {"evaluations": given.evaluations} if given.evaluations else {"budget": given.budget}


def _measured(
    rule: str, found: Result, tasks: dict[str, Task], lengths: dict[str, tuple[int, int]], given: Any
) -> dict[str, Any]:
    model, rng = found.model, np.random.default_rng(given.seed)
    assert model is not None
    figures: dict[str, Any] = {}
    for name, task in tasks.items():
        assert task.test is not None
        figures[name] = share_of_right(model, task.test, rng)
    inputs = len(arguments_of(model.type)[0])
    parts = parts_of(model.expanded, inputs)
    if parts is None:
        return figures
    digits = load_tasks(given.digits)[0]
    assert digits.test is not None
    image = "Tensor[" + ",".join(map(str, np.asarray(digits.test.inputs[0]).shape[1:])) + "]"
    answers, labels = digits_read(model, parts[0], digits.test, image), np.asarray(digits.test.targets)
    names = names_of(answers, labels)
    figures["digits_right"] = round(float((answers == np.array([names[each] for each in labels.tolist()])).mean()), 4)
    for name, span in lengths.items():
        share = predicted(parts[1], reduction_of(rule), answers, labels, span, rule == "occurrences", rng)
        half = 1.96 * (share * (1 - share) / given.lists) ** 0.5
        figures[f"predicted_{name}"] = {
            "right": round(share, 4), "interval_95": [round(max(0.0, share - half), 4), round(min(1.0, share + half), 4)]
        }  # fmt: skip
    return figures


def _span(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser(__doc__)
    options.add_argument("--rules", default=RULES, help="with commas between; one search each")
    options.add_argument("--budget", default="5m", help="of each search")
    options.add_argument("--evaluations", type=int, default=None, help="of each search, in place of a time")
    options.add_argument("--count", type=int, default=10_000, help="lists of the training")
    options.add_argument("--lengths", type=_span, default=(1, 3), metavar="FROM-TO", help="of lists of the training")
    options.add_argument("--long", type=int, default=100, help="images in a long list")
    options.add_argument("--lists", type=int, default=500, help="test lists of each length")
    options.add_argument("--digits", default="mnist?path=../shared/data/mnist", help="the task with the images")
    given = options.parse_args(arguments)
    started = time.perf_counter()
    rows = []
    for rule in given.rules.split(","):
        rows.append(learned(rule, given))
        print(rows[-1], flush=True)
    report("digit_lists", {"rows": rows}, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
