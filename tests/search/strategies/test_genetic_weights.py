"""What the genetic strategy says of the weights that its children start from."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from primitives.notation.types import parse_type
from primitives.term import sites_of, words_in
from primitives.words import builtin_words
from search.bounds import Bounds
from search.problem import Problem
from search.strategies import make_strategy
from search.strategy import AbstractStrategy, Asked, Feedback, Proposal, Told
from search.variation.morphisms import MORPHISMS

WORDS = builtin_words()
SMALL = {"population": 6, "crossover": 0.0, "immigrants": 0.0}


def strategy(**options: object) -> AbstractStrategy:
    problem = Problem(
        parse_type("Tensor[1,8,8] -> Tensor[4]"), WORDS, seed=3, max_size=24, bounds=Bounds(parameters=60_000)
    )
    return make_strategy("genetic", problem, {**SMALL, **options})


def told(found: AbstractStrategy, count: int = 30) -> Iterator[tuple[Proposal, Feedback]]:
    for _ in range(count):
        proposal = found.ask()
        assert proposal is not None
        feedback = Feedback({"score": float(len(words_in(proposal.term)))})
        found.tell(proposal.number, feedback)
        yield proposal, feedback


def test_a_share_of_the_mutants_computes_what_its_parent_does_and_says_how() -> None:
    found = strategy(morphisms=1.0)
    asked: dict[int, Proposal] = {}
    children, log = 0, []
    for proposal, feedback in told(found):
        asked[proposal.number] = proposal
        log += [Asked(proposal.number, proposal.text), Told(proposal.number, feedback)]
        if proposal.parent is None:
            continue
        children += 1
        assert set(proposal.info["operator"].split("+")) <= MORPHISMS.keys()
        assert set(sites_of(asked[proposal.parent].term)) == {there for _, there in proposal.info["inherit"].values()}
        assert json.loads(json.dumps(proposal.info["transfer"])) == proposal.info["transfer"]
        assert proposal.info["transfer"].keys() <= set(sites_of(proposal.term))
    assert children > 15
    assert strategy(morphisms=1.0).replay(log) == []


def test_children_may_start_afresh() -> None:
    infos = [
        proposal.info
        for proposal, _ in told(strategy(inherit="none", morphisms=0.5, shrink=0.5))
        if proposal.parent is not None
    ]
    assert infos and not any(info["inherit"] or "transfer" in info or "shrink" in info for info in infos)


@pytest.mark.parametrize("shrink", [1.0, 0.4])
def test_what_is_inherited_may_be_shrunk(shrink: float) -> None:
    infos = [proposal.info for proposal, _ in told(strategy(shrink=shrink)) if proposal.parent is not None]
    assert infos and {info.get("shrink", 1.0) for info in infos} == {shrink}


def test_parents_of_nets_are_chosen_by_the_metric_and_not_for_being_small() -> None:
    """With the size as a second objective those on the front of both, which may answer hardly anything, had as many children."""
    objectives = (("accuracy", "maximise"), ("size", "minimise"))
    problem = Problem(
        parse_type("Tensor[1,8,8] -> Tensor[4]"), WORDS, seed=3, max_size=24, bounds=Bounds(parameters=60_000),
        objectives=objectives,
    )  # fmt: skip
    found = make_strategy("genetic", problem, SMALL)
    scores: dict[int, float] = {}
    better = list[bool]()
    for number in range(40):
        proposal = found.ask()
        assert proposal is not None
        if proposal.parent is not None:
            known = sorted(scores[each.ask] for each in found.population)
            better.append(scores[proposal.parent] >= known[len(known) // 2])
        scores[number] = proposal.term.size / 24  # the larger the better
        found.tell(number, Feedback({"accuracy": scores[number], "size": float(proposal.term.size)}))
    assert len(better) > 30 and sum(better) > 0.9 * len(better)
