"""The programs that a search found, the best of each structure first, and those that nothing cheaper betters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from library.records import Evaluation
from library.vocabulary import Vocabulary
from primitives.brief import brief_html
from primitives.definitions import expand
from primitives.inference import infer
from primitives.syntax import show
from primitives.term import Term, Word, canonical, map_words
from primitives.types import Type, has_tensor
from primitives.weights import multiply_adds
from search.strategy import START

from ...errors import StudyError
from ..keeping.origins import Origins
from ..state import Standing, folds_of

PARAMETERS, OPERATIONS, LATENCY, SIZE = "parameters", "operations", "latency", "size"
COSTS = (PARAMETERS, OPERATIONS, LATENCY, SIZE)
"""What a front may set against the metric."""
DRAWN = {"sample": "drawn", "model": "proposed by a model", "policy": "drawn by a policy", "final": "final training",
         "refine": "longer training", "ensemble": "blend", "path": "trained on shared weights",
         "shared": "ranked by shared weights"}  # fmt: skip
"""What operators are called that say little by themselves."""
_SETTING = re.compile(r" :[\w-]+ [^\s()\[\]]+")
"""A setting and its value, in a text without strings."""
Latency = Callable[[Evaluation], float | None]
"""Milliseconds that the program of an evaluation takes for a case; None where its weights, which decide that, are gone."""


@dataclass(frozen=True)
class FoundProgram:
    """A program that a search evaluated.

    ``rank`` is its place in the list, from 1; ``ask`` the number of the proposal; ``score`` the value of ``metric`` on the validation part;
    ``parameters`` the weights that are trained; ``operations`` the multiply-adds for one case (None for a program on values); ``size`` the
    words and literals of its text; ``latency`` milliseconds for one case (None: not measured); ``seconds`` how long its training took;
    ``phase`` which training that was (``explore``, ``refine``, ``final``; ``ensemble``: none, for it is a blend); ``is_result`` whether it
    is the search's result; ``folds`` over how many folds the score is a mean (0: it is of the validation part alone).

    ``origin`` is what the program came from, for people (``start lenet5``, ``drawn``, ``crossover of 3 and 7``); ``parents`` the asks of
    the programs that it was made of; ``starts`` the names of those that the search began with from which it descends; ``subroutines`` the
    words of the library in it.
    """

    rank: int
    ask: int
    metric: str
    score: float
    parameters: int
    operations: int | None
    size: int
    latency: float | None
    seconds: float
    phase: str
    is_result: bool
    folds: int
    program: str
    origin: str
    parents: tuple[int, ...]
    starts: tuple[str, ...]
    subroutines: tuple[str, ...]

    def _repr_html_(self) -> str:
        """What notebooks show of it."""
        facts = {
            name: f"{value:,}" if type(value) is int else value
            for name, value in vars(self).items()
            if value not in (0, False)
        }
        names = {"starts": ", ".join(self.starts) or None, "subroutines": ", ".join(self.subroutines) or None}
        facts |= {"metric": None, "score": None, "parents": None, **names}
        return brief_html(f"ask {self.ask}", {**facts, f"validation {self.metric}": self.score})


@dataclass(frozen=True)
class StartWorth:
    """What a program that a search began with was worth to it.

    ``ask`` is its number; ``score`` what it scored when it was tried (None: it has no score); ``descendants`` how many other evaluations
    came of it, longer trainings among them; ``best`` the best score of these (None: there is none), and ``best_ask`` whose it is;
    ``in_result`` whether the search's result is it or descends from it.
    """

    name: str
    ask: int
    metric: str
    score: float | None
    descendants: int
    best: float | None
    best_ask: int | None
    in_result: bool


@dataclass(frozen=True, eq=False)
class FoundPrograms:
    """What a search has found: where it stands, how its texts are read, the type of its programs, the ask of its result (None: it has
    none), and the names of the programs that it began with, in their order."""

    standing: Standing
    vocabulary: Vocabulary
    type: Type
    result: int | None = None
    names: tuple[str, ...] = ()

    def leaderboard(self, top: int | None = None) -> list[FoundProgram]:
        """One program of each structure (programs that differ in settings, weights and sites alone have one), better scores first; where
        there are scores that are means over folds, these before those of a small validation part alone.

        top: how many at most (default: all).

        Of each structure it is that of the longest training, whose scores say most, and of equal ones the best.
        """
        if top is not None and (type(top) is not int or top < 1):
            raise StudyError(f"top={top!r}: a whole number from 1 is required")
        known: dict[str, str] = {}

        def structure(evaluation: Evaluation) -> str:
            outline = outline_of(evaluation.term)
            if outline not in known:
                known[outline] = structure_of(self.vocabulary.read(evaluation.term))
            return known[outline]

        rows = self.best_of_each(structure)[:top]
        return [self._row(rank, each) for rank, each in enumerate(rows, 1)]

    def starts(self) -> list[StartWorth]:
        """What each program that the search began with was worth to it, in their order. Scores of longer trainings and of short ones are
        told alike."""
        origins = self.standing.origins
        result = () if self.result is None else origins.of(self.result)
        found: list[StartWorth] = []
        for ask in origins.starts():
            tally = self.standing.tallies.of(ask)
            found.append(
                StartWorth(
                    name=start_name(self.names, ask), ask=ask, metric=self.standing.metric, score=tally.score,
                    descendants=origins.descendants(ask), best=tally.best, best_ask=tally.best_ask, in_result=ask in result,
                )
            )  # fmt: skip
        return found

    def front(self, against: str | None = None, latency: Latency | None = None) -> list[FoundProgram]:
        """The programs than which no other scores as well at less cost, the best first; where some scores are means over folds, of these.

        against: the cost, one of COSTS (default: parameters, or size where no program has any).
        latency: measures that cost (needed for it alone).

        Raises StudyError where programs have no such cost.
        """
        found = self.best_of_each(lambda each: each.term)
        found = [each for each in found if folds_of(each)] or found
        if against is None:
            against = PARAMETERS if any(each.parameters for each in found) else SIZE
        if against not in COSTS:
            raise StudyError(f"against={against!r}: one of {', '.join(COSTS)} is required")
        if against == OPERATIONS and not has_tensor(self.type):
            raise StudyError(
                f"against={against!r}: programs of type {self.type} run on values, whose operations are not counted; take size"
            )
        if against == LATENCY and latency is None:
            raise StudyError(f"against={against!r}: a function that measures it is required")
        costs = {each.ask: self._cost(each, against, latency) for each in found}
        known = [(cost, -self.standing.worth(each), each) for each in found if (cost := costs[each.ask]) is not None]
        kept: list[tuple[float, float, Evaluation]] = []
        for entry in sorted(known, key=lambda entry: (*entry[:2], entry[2].size, entry[2].ask)):
            if not kept or entry[1] < kept[-1][1]:
                kept.append(entry)
        rows = [self._row(rank, each) for rank, (_, _, each) in enumerate(reversed(kept), 1)]
        return rows if against != LATENCY else [replace(row, latency=costs[row.ask]) for row in rows]

    def _cost(self, evaluation: Evaluation, against: str, latency: Latency | None) -> float | None:
        """What a program costs, one of COSTS; None where that cannot be measured."""
        if against == LATENCY:
            return None if latency is None else latency(evaluation)
        if against == OPERATIONS:
            return self._operations(self.vocabulary.read(evaluation.term))
        return evaluation.parameters if against == PARAMETERS else evaluation.size

    def best_of_each(
        self, kind: Callable[[Evaluation], str], accepted: Callable[[Evaluation], bool] = lambda evaluation: True
    ) -> list[Evaluation]:
        """Of the evaluations of each kind with a score that are accepted (default: all) the one of the longest training, the best of equal
        ones, and the result before others; better scores first, after means over folds."""
        best: dict[str, Evaluation] = {}
        for each in self.standing.evaluations.every():
            if self.standing.score(each) is None or not accepted(each):
                continue
            name = kind(each)
            if name not in best or self._rank(each) > self._rank(best[name]):
                best[name] = each
        return sorted(
            best.values(), key=lambda each: (not folds_of(each), -self.standing.choice(each), each.size, each.ask)
        )

    def _rank(self, evaluation: Evaluation) -> tuple[bool, tuple[bool, int, float, int]]:
        return evaluation.ask == self.result, self.standing.trust(evaluation)

    def _row(self, rank: int, evaluation: Evaluation) -> FoundProgram:
        origins = self.standing.origins
        term = self.vocabulary.read(evaluation.term)
        score = self.standing.score(evaluation)
        assert score is not None, "programs without a score are left out"
        return FoundProgram(
            rank=rank, ask=evaluation.ask, metric=self.standing.metric, score=score, parameters=evaluation.parameters,
            operations=self._operations(term), size=evaluation.size, latency=None, seconds=evaluation.seconds,
            phase=self.standing.phase(evaluation), is_result=evaluation.ask == self.result,
            folds=folds_of(evaluation), program=show(term), origin=told_origin(origins, evaluation.ask, self.names),
            parents=origins.parents(evaluation.ask),
            starts=tuple(start_name(self.names, ask) for ask in origins.of(evaluation.ask)),
            subroutines=tuple(record.name for record in self.vocabulary.subroutines_in(term)),
        )  # fmt: skip

    def _operations(self, term: Term) -> int | None:
        if not has_tensor(self.type):
            return None
        words = self.vocabulary.all_words
        return multiply_adds(infer(expand(term, words), words, self.type), words)


def start_name(names: Sequence[str], ask: int) -> str:
    """What a program that a search began with is called: its declared name, or else its number.

    names: of those of the search, in their order; a run that was stored before they had any has none.
    ask: the number of its proposal.
    """
    return names[ask] if ask < len(names) else str(ask)


def told_origin(origins: Origins, ask: int, names: Sequence[str] = ()) -> str:
    """What a program came from, for people: ``start lenet5``, ``drawn``, ``crossover of 3 and 7``; "" where that is not known.

    origins: of the search.
    ask: the number of the proposal.
    names: of the programs that the search began with (default: none have a name).
    """
    operator = origins.operator(ask)
    if operator == START:
        return f"{START} {start_name(names, ask)}"
    parents = [str(parent) for parent in origins.parents(ask)]
    return DRAWN.get(operator, operator) + (f" of {' and '.join(parents)}" if parents else "")


def outline_of(text: str) -> str:
    """A stored term without the values of its settings, as far as that is quickly told: those with the same outline are of one structure,
    so that of many alike programs one need be read.

    text: the term.
    """
    return text if '"' in text else _SETTING.sub("", text)


def structure_of(term: Term) -> str:
    """What two programs share that differ only in their settings and sites."""
    return canonical(map_words(term, lambda word: Word(word.name, (), word.site)))
