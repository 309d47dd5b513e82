"""What a search has to choose from: the programs that meet a few examples of a task, and which of them are right.

Of each task a few examples are shown, two to four drawn at random; the other examples and the tests say which of the programs
that meet the shown ones are right. Families of tasks are divided once and for all: constants are fitted on one half, the other is held out.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.notation.values import from_json
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import Type, arguments_of, has_tensor
from primitives.values import Value, equal
from primitives.words import builtin_words
from search.choice.deciding import Ranking
from search.choice.ranking import Entry, evidence, features, shape_of, shares_alike
from search.enumeration.enumerator import Answer
from search.problem import Example, Problem
from search.reports import Hit as Report
from search.strategies.enumerative import Enumerative, problem_costs

FEW = (2, 3, 4)
"""How many examples are shown."""
TRUTH = 2
"""Cases kept back that a task must have at least, to say which programs are right."""
SECONDS = 0.5


@dataclass(frozen=True)
class Spec:
    """A task of a file: its cases are the examples and, after them, the tests."""

    name: str
    family: str
    source: str
    type: Type
    cases: tuple[Example, ...]
    shown: int
    """How many of the cases are its examples."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What there was to choose from for one draw of examples; ``alike`` [n, n]: shares of probes with equal values."""

    family: str
    source: str
    examples: int
    evidence: float
    features: np.ndarray
    alike: np.ndarray
    right: np.ndarray


def write_choices(path: Path, found: Sequence[Choice]) -> None:
    """Keep the choices as JSON."""
    rows = [
        {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in vars(each).items()}
        for each in found
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")


def read_choices(path: Path) -> list[Choice]:
    """What ``write_choices`` kept."""
    return [
        Choice(
            row["family"], row["source"], row["examples"], row["evidence"], np.array(row["features"]), np.array(row["alike"]),
            np.array(row["right"], bool),
        )
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


def specs(path: Path) -> Iterator[Spec]:
    """The tasks of a JSON-lines file; a task without a family is a family of its own."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        type = parse_type(row["type"])
        arguments, output = arguments_of(type)
        cases = tuple(
            (tuple(from_json(value, kind) for value, kind in zip(case["inputs"], arguments)), from_json(case["output"], output))
            for case in [*row["examples"], *row.get("tests", ())]
        )  # fmt: skip
        family = f"{path.stem}:{row.get('family', row['name'])}"
        yield Spec(row["name"], family, path.stem, type, cases, len(row["examples"]))


def divided(families: Sequence[str], seed: int = 0) -> tuple[frozenset[str], frozenset[str]]:
    """(fitted on, held out): half of the families each, drawn once with the ``seed``."""
    drawn = sorted(set(families))
    random.Random(seed).shuffle(drawn)
    half = (len(drawn) + 1) // 2
    return frozenset(drawn[:half]), frozenset(drawn[half:])


def choices(spec: Spec, draws: int, terms: int, seed: int = 0) -> Iterator[Choice]:
    """One Choice for each draw of a few of the examples, where any program was found within ``terms``; none where too few cases are
    left to tell which are right."""
    for draw in range(draws):
        source = random.Random(f"{seed} {draw} {spec.family} {spec.name}")
        count = source.choice(FEW)
        if len(spec.cases) < count + TRUTH or spec.shown < count:
            continue
        chosen = frozenset(source.sample(range(spec.shown), count))
        given = [case for number, case in enumerate(spec.cases) if number in chosen]
        truth = [case for number, case in enumerate(spec.cases) if number not in chosen]
        found = choice(spec, given, truth, terms)
        if found is not None:
            yield found


def choice(spec: Spec, given: Sequence[Example], truth: Sequence[Example], terms: int) -> Choice | None:
    """The programs that meet the ``given`` examples within ``terms``, searched as the enumerative strategy does: without and with probes
    in the bank."""
    words = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
    problem = Problem(spec.type, words, examples=tuple(given))
    strategy = Enumerative(problem)
    ranking = strategy.ranking()
    for probes in ((), ranking.near[: ranking.rule.probes]):
        engine = strategy.enumerator(probes=probes)
        for report in engine.run(None, terms):
            if isinstance(report, Answer):
                ranking.add(Report(report.term, report.terms, {}))
                if len(ranking.hits) >= ranking.rule.most:
                    break
        engine.release()
    if not ranking.entries:
        return None
    rows = np.array([_features(ranking, entry, problem) for entry in ranking.entries])
    right = np.array([_meets(entry.term, truth, problem.runnable) for entry in ranking.entries])
    wanted = [output for _, output in given]
    return Choice(spec.family, spec.source, len(given), evidence(wanted), rows, shares_alike(ranking.entries), right)


def _features(ranking: Ranking, entry: Entry, problem: Problem) -> np.ndarray:
    shape = shape_of(entry.term, len(ranking.types), problem_costs(problem), ranking.words)
    return features(shape, ranking.wanted, entry.near, entry.usual, ranking.meets_empty)


def _meets(term: Term, cases: Sequence[Example], words: Mapping[str, Primitive]) -> bool:
    def value(inputs: Sequence[Value]) -> Value:
        return evaluate(term, inputs, words=words, fuel=Fuel(seconds=SECONDS))

    return all(equal(value(inputs), output) for inputs, output in cases)
