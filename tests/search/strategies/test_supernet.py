"""The supernet: what stands at the same place shares its weights, and what is ranked has them and is not trained."""

from __future__ import annotations

from automl.budget import Budget
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.tasks.load import load_tasks
from automl.testing.strategies import WORDS
from library.store import open_store
from primitives.notation.types import parse_type
from primitives.syntax import parse
from search.generation.spaces.reading import as_space
from search.problem import Problem
from search.strategies import make_strategy
from search.strategies.supernet import places
from search.strategy import UNTRAINED, Feedback, Proposal

TYPE = parse_type("Tensor[1,8,8] -> Tensor[10]")
SPACE = "(lambda (x) (pipe x (conv :maps (choice 2 4)) (choice relu tanh) flatten (dense :units (choice 4 8)) (dense :units 10)))"
PATHS, RANKED = 12, 5


def places_of(text: str) -> dict[str, object]:
    return places(parse(text, WORDS), WORDS, TYPE)


def test_a_place_is_the_word_its_input_its_shapes_and_how_many_such_came_before() -> None:
    one = places_of("(lambda (x) (pipe x (conv :maps 4 @1) relu flatten (dense :units 10 @2)))")
    other = places_of("(lambda (x) (pipe x (conv :maps 4 @7) tanh flatten (dense :units 8 @8) (dense :units 10 @9)))")
    assert one["1"] == other["7"] and one["2"] != other["9"]
    twice = places_of(
        "(lambda (x) (pipe x flatten (dense :units 8 @1) (dense :units 8 @2) (dense :units 8 @3) (dense :units 10 @4)))"
    )
    assert len(set(twice.values())) == 4
    again = places_of("(lambda (x) (pipe x flatten (dense :units 8 @5) (dense :units 8 @6) (dense :units 10 @4)))")
    assert [again[site] for site in "564"] == [twice[site] for site in "124"]


def asked_and_told(paths: int, ranked: int) -> list[Proposal]:
    """All proposals of a search in the space, of which every one with an odd number failed."""
    problem = Problem(TYPE, WORDS, space=as_space(parse(SPACE, WORDS)), seed=1)
    strategy = make_strategy("supernet", problem, {"paths": paths, "ranked": ranked})
    found: list[Proposal] = []
    while (proposal := strategy.ask()) is not None:
        found.append(proposal)
        failed = proposal.number % 2 and UNTRAINED not in proposal.info
        strategy.tell(proposal.number, Feedback({}, "diverged") if failed else Feedback({"score": 1.0}, weights="some"))
        assert strategy.parents() <= set(range(0, paths, 2))
    return found


def test_paths_start_from_the_latest_training_at_each_place_and_the_ranked_have_all_of_it() -> None:
    found = asked_and_told(PATHS, RANKED)
    assert [UNTRAINED in each.info for each in found] == [False] * PATHS + [True] * RANKED
    pool: dict[object, tuple[int, str]] = {}
    for each in found:
        its = places(each.term, WORDS, TYPE)
        assert each.info["inherit"] == {site: pool[place] for site, place in its.items() if place in pool}
        if each.number < PATHS and each.number % 2 == 0:
            pool.update({place: (each.number, site) for site, place in its.items()})
    assert all(set(each.info["inherit"]) == set(places(each.term, WORDS, TYPE)) for each in found[PATHS:])
    assert len({each.text for each in found[PATHS:]}) == RANKED


def test_a_small_space_is_ranked_as_a_whole_after_all_paths() -> None:
    found = asked_and_told(20, 50)
    assert len({each.text for each in found[20:]}) == len(found) - 20 == 8


def test_a_study_scores_the_ranked_with_the_weights_of_paths_and_trains_the_best_alone() -> None:
    given = {"paths": 4, "ranked": 4}
    short = Schedule(epochs=1, refine_epochs=1, final=0.0)
    (task,) = load_tasks("digits")
    options = Options(Budget(evaluations=10), "supernet", settings=given, schedule=short, space=SPACE)
    found = run_study(open_study(task, open_store("memory:"), options))
    assert found.found is not None
    ranked = [each for each in found.history if each.curves is not None and each.curves["epoch"] == [0]]
    assert [each.ask for each in ranked] == [4, 5, 6, 7]
    weights = {each.weights for each in found.history[:4]}
    assert all(each.scores["accuracy"] > 0 and each.weights for each in ranked) and len(weights) == 4
    refined = [ask for ask, phase in found.found.standing.phases.items() if phase == "refine"]
    assert refined and all(found.history[ask].curves["epoch"] == [1] for ask in refined)  # type: ignore[index]
    row = next(row for row in found.leaderboard() if row.ask in range(4, 8) or row.ask in refined)
    assert "shared weights" in row.origin or row.origin.startswith("longer training")
