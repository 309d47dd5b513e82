"""The library as one step of a growth sees it: its words and the best program of each solved task, read once and passed down."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property

from library.compression.stitch_code import symbols
from library.records import Direction, Run, Solution
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.term import Term

from ..study.fused import CONFIDENCE
from ..study.words import LibraryWords
from .equivalence import Comparable

RECENT = 400
"""Solutions, the latest of a store, of which a library is made: what a step of a growth costs is not to grow with all that was ever solved.
What older ones shared is in the library already."""
DOUBTFUL = 0.25
"""A program that is less likely right teaches nothing: it may be an accident of few examples."""


@dataclass(frozen=True)
class Solved:
    """The best program of a solved task."""

    solution: Solution
    term: Term

    @property
    def confidence(self) -> float:
        """How likely it is right on new inputs; 1 where its search did not say."""
        return self.solution.scores.get(CONFIDENCE, 1.0)

    @property
    def doubtful(self) -> bool:
        return self.confidence < DOUBTFUL


def best_programs(
    store: AbstractStore, vocabulary: Vocabulary, runs: MutableMapping[str, Run] | None = None
) -> dict[str, Solved]:
    """For every task that the RECENT latest solutions are of, by any run, its program among them with the best score on what searches see,
    one that is not doubtful before others, then the shortest, then the latest.
    Whether it is right on held-out tests does not count: those are no part of a search.

    store: has the solutions.
    vocabulary: reads them.
    runs: those that were read before, by their ids; changed to those that are needed (default: they are read).
    """
    solutions = store.solutions(last=RECENT)
    runs = {} if runs is None else runs
    for gone in runs.keys() - {solution.run for solution in solutions}:
        del runs[gone]
    ranked: dict[str, tuple[tuple[float, bool, int, int], Solved]] = {}
    for position, solution in enumerate(solutions):
        run = runs.get(solution.run) or store.run(solution.run)
        runs[solution.run] = run
        score = run.primary(solution.scores)
        worth = float("-inf") if score is None else Direction(run.direction).sign * score
        solved = Solved(solution, vocabulary.read(solution.term))
        rank = (worth, not solved.doubtful, -symbols(solved.term, vocabulary.all_words), position)
        if solution.task not in ranked or rank > ranked[solution.task][0]:
            ranked[solution.task] = rank, solved
    return {task: solved for task, (_, solved) in sorted(ranked.items())}


def active_words(vocabulary: Vocabulary) -> dict[str, Comparable]:
    """The active subroutines with what ``equal_words`` compares."""
    known = vocabulary.definitions
    return {name: Comparable(known[name].body, known[name].scheme) for name in vocabulary.words if name in known}


class LibrarySnapshot:
    """A library at one moment. What is promoted, demoted or solved later is not in it."""

    def __init__(
        self, store: AbstractStore, words: LibraryWords | None = None, runs: MutableMapping[str, Run] | None = None
    ) -> None:
        """``words``: those of the store, and ``runs`` that were read, where several snapshots share them (default: they are read)."""
        self.store = store
        self.runs: MutableMapping[str, Run] = {} if runs is None else runs
        self.words = words or LibraryWords(store)
        self.vocabulary = self.words.vocabulary()

    def later(self) -> LibrarySnapshot:
        """The library as it is now."""
        return LibrarySnapshot(self.store, self.words, self.runs)

    @cached_property
    def best(self) -> Mapping[str, Solved]:
        """The best programs by task, as ``best_programs`` gives them; read when they are asked for first."""
        return best_programs(self.store, self.vocabulary, self.runs)

    @cached_property
    def active(self) -> Mapping[str, Comparable]:
        """The active subroutines as ``active_words`` gives them."""
        return active_words(self.vocabulary)
