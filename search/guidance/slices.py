"""Several enumerations in one budget: each has its own weights and gets an equal share of the terms.

So a prediction that is wrong costs a factor of the number of enumerations at most, and whatever the plain weights find is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from primitives.term import Term

from ..enumeration.answers import Answer
from ..enumeration.enumerator import LevelReport
from ..enumeration.ledger import Ledger
from ..enumeration.settings import Settings
from ..generation.costs import Costs
from ..generation.weights import CONSTANT, VARIABLE, counts
from .network import log_softmax

UNIT = 2
"""Units of cost a nat where weights are learned: whole nats would round most of what was learned away."""
SPREAD = -1.25
"""Nats added to what a name costs by its probability; below 0, large programs of likely words come sooner."""
DEAREST = 8.0
"""Most nats that a word costs."""


def guided_costs(costs: Costs, weights: Mapping[str, float]) -> Costs:
    """Costs in units of 1/UNIT nat from log weights: −log probability of each name under the unigram grammar of all that are weighed.

    costs: the plain ones; what they leave out stays out, and literals keep what they cost more or less than a constant of the task.
    weights: log weights in nats; words that they leave out (promoted since) are as likely as the median word.
    """
    known = [weights[name] for name in costs.words if name in weights]
    middle = float(np.median(known)) if known else 0.0
    full = {name: weights.get(name, middle) for name in (*costs.words, VARIABLE, CONSTANT)}
    values = np.array(list(full.values()))
    top = values.max()
    total = top + np.log(np.exp(values - top).sum())
    nats = {name: float(total - weight) + SPREAD for name, weight in full.items()}
    units = {name: max(1, round(UNIT * min(cost, DEAREST))) for name, cost in nats.items()}
    words = {name: units[name] for name in costs.words}
    guided = replace(costs, words=words, variable=units[VARIABLE], constant=units[CONSTANT])
    return replace(guided, literals=tuple((v, t, finer_cost(cost, costs, guided)) for v, t, cost in costs.literals))


def advantage(costs: Costs, weights: Mapping[str, float]) -> Callable[[Term], float]:
    """Nats by which weights make a program likelier than costs do, both as unigram grammars over the names that both know.

    costs: the plain ones.
    weights: log weights in nats.
    """
    plain = {VARIABLE: costs.variable, CONSTANT: costs.constant, **costs.words}
    names = [name for name in plain if name in weights]
    before = log_softmax(np.array([-float(plain[name]) for name in names]))
    after = log_softmax(np.array([weights[name] for name in names]))
    nats = dict(zip(names, (after - before).tolist(), strict=True))
    return lambda term: sum(count * nats.get(name, 0.0) for name, count in counts([term]).items())


def finer_cost(cost: int, plain: Costs, guided: Costs) -> int:
    """What a constant costs by guided costs: the difference to a usual constant stays.

    cost: by the plain costs.
    plain: those.
    guided: in units of 1/UNIT nat.
    """
    return max(1, guided.constant + UNIT * (cost - plain.constant))


def finer(settings: Settings) -> Settings:
    """The settings in units of 1/UNIT nat, for an enumeration whose constants are mined and weighed by its caller.

    settings: those of an enumeration by plain costs.
    """
    return replace(
        settings, mine=False, max_cost=UNIT * settings.max_cost, strange_type=UNIT * settings.strange_type,
        nested=UNIT * settings.nested, ahead_from=UNIT * settings.ahead_from,
    )  # fmt: skip


class Engine(Protocol):
    """What takes turns with others: ``ledger`` counts its terms, ``run`` yields answers and reports, ``release`` gives up what it holds."""

    ledger: Ledger

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Answer | LevelReport]:
        """Answers as they are found, and reports now and then.

        deadline: a reading of ``time.monotonic()`` (default: none).
        max_terms: the most terms to consider (default: no bound).
        """

    def release(self) -> None:
        """Give up what is held: the search cannot go on."""


@dataclass(frozen=True)
class Turn:
    """A report of one search: which, what, and how many terms all of them have considered."""

    number: int
    found: Answer | LevelReport
    terms: int


def interleaved(
    engines: Sequence[Engine],
    deadline: float | None = None,
    max_terms: int | None = None,
    waits: Sequence[int] | None = None,
    shares: Sequence[float] | None = None,
) -> Iterator[Turn]:
    """The turns of several searches, always of the one with the fewest terms for its share, until all have ended or the bounds of all are
    reached.

    engines: the searches.
    deadline: a reading of ``time.monotonic()`` (default: none).
    max_terms: of all together (default: no bound).
    waits: terms of the others that each waits for before its first turn (default: none waits).
    shares: times as many terms that each may have (default: 1).
    """
    ahead, times = waits or [0] * len(engines), shares or [1.0] * len(engines)
    running: dict[int, Iterator[Answer | LevelReport] | None] = dict.fromkeys(range(len(engines)))
    while running:
        number = min(running, key=lambda each: (engines[each].ledger.terms / times[each] + ahead[each], each))
        engine = engines[number]
        others = sum(each.ledger.terms for each in engines) - engine.ledger.terms
        bound = None if max_terms is None else max_terms - others
        reports = running[number]
        if reports is None:
            reports = running[number] = engine.run(deadline, bound)
        else:
            engine.ledger.max_terms = bound
        found = next(reports, None)
        if found is None:
            del running[number]
        else:
            yield Turn(number, found, sum(each.ledger.terms for each in engines))
