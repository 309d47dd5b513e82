"""What a study does with outcomes, budgets, caches, executors and weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from automl.errors import EvaluationBug, StudyError
from automl.execution.executors.base import JobResult
from automl.study.candidate import Candidate, EvaluationPlan
from automl.study.ending import Ending
from automl.study.opening import Options, build_problem, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.study.words import load_vocabulary
from library.store import open_store
from primitives.syntax import parse
from primitives.words import builtin_words
from search.strategy import StrategyError

pytestmark = pytest.mark.usefixtures("strategies")
PLUS = "(lambda (xs) (map (lambda (x) (+ x {})) xs))"
NET = "(lambda (x) (dense :units 3 @1 (flatten x)))"


@pytest.fixture
def fixed(strategies, monkeypatch):
    def give(*texts):
        monkeypatch.setattr(strategies["fixed"], "texts", texts)

    return give


@pytest.fixture
def hostile(monkeypatch):
    """Candidates of hostile words, here and in spawned workers."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import hostile_words

    words = hostile_words.words()
    monkeypatch.setattr("library.vocabulary.known_words", lambda: words)
    monkeypatch.setattr("automl.study.opening.EVALUATE", "hostile_words:evaluate_job")
    monkeypatch.setattr("automl.study.opening.WARM", "hostile_words:warm")
    return words


def outcomes(store, run="r"):
    return [e.outcome for e in store.evaluations(run)]


def search(task, options, store=None):
    store = store or open_store("memory:")
    return run_study(open_study(task, store, options, run_id="r")), store


# -- outcomes ------------------------------------------------------------------------------------------------------


def test_solving_ends_the_search_and_keeps_a_solution(plus_three, quick, fixed):
    fixed(PLUS.format(1), PLUS.format(2), PLUS.format(3), PLUS.format(4), PLUS.format(5))
    found, store = search(plus_three, quick(100, strategy="fixed"))
    assert (found.solved, found.right, found.outcome, found.evaluations) == (True, True, "solved", 4)
    assert found.program == "(lambda (x) (map (lambda (y) (+ y 3)) x))"
    assert found.model is not None and found.model((1, 2)) == (4, 5)
    (solution,) = store.solutions()
    assert (solution.task, solution.right, solution.evaluations) == ("plus three", True, 4)
    assert store.run("r").state == "finished"
    assert store.run("r").finished >= store.run("r").started


def test_nothing_found(impossible, quick, fixed):
    fixed(PLUS.format(1))
    found, store = search(impossible, quick(5, strategy="fixed"))
    assert (found.solved, found.right, found.outcome) == (False, None, Ending.EXHAUSTED)
    assert not store.solutions()
    fixed()
    none, _ = search(impossible, quick(5, strategy="fixed"))
    assert (none.program, none.model, none.score, none.evaluations) == ("", None, None, 0)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_hostile_programs_are_outcomes(impossible, quick, fixed, hostile, workers):
    texts = [PLUS.format(f"({word} 1)") for word in ("spin", "hoard")]
    wrong, endless = "(lambda (xs) (sum xs))", "(lambda (xs) (while (lambda (y) true) (lambda (y) y) xs))"
    fixed(*texts, wrong, endless, PLUS.format("(// 1 0)"), PLUS.format(2))
    found, store = search(impossible, quick(50, strategy="fixed", workers=workers, deadline=3.0))
    assert outcomes(store)[:3] == ["timed out", "out of memory", "ill-typed"]
    assert outcomes(store)[3] in ("out of fuel", "timed out"), "a busy machine may reach the deadline first"
    assert outcomes(store)[4:] == ["undefined", "ok"]
    assert found.evaluations == 6 and found.program


def test_what_python_cannot_stop_is_killed(impossible, quick, fixed, hostile):
    fixed(PLUS.format("(hang 1)"), PLUS.format("(die 1)"), PLUS.format(2), PLUS.format(3))
    _, store = search(impossible, quick(50, strategy="fixed", workers=2, deadline=1.0))
    assert outcomes(store) == ["timed out", "lost", "ok", "ok"]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_hostile_nets_are_outcomes(blobs, quick, fixed, hostile, workers):
    nets = [f"(lambda (x) (dense :units 3 @1 ({word} @2 (flatten x))))" for word in ("blow_up", "swell")]
    huge = "(lambda (x) (dense :units 3 @1 (dense :units 2000000000 @2 (flatten x))))"
    unreached = "(fold (lambda (y z) (dense :units 3 @2 (batch_norm @3 z))) (dense :units 3 @4 (flatten x)) empty)"
    fixed(*nets, huge, "(lambda (x) (flatten x))", NET, f"(lambda (x) {unreached})")
    found, store = search(blobs, quick(12, strategy="fixed", workers=workers, deadline=20.0))
    assert outcomes(store)[:4] == ["diverged", "out of memory", "out of memory", "ill-typed"]
    assert outcomes(store)[4:6] == ["ok", "ill-typed"] and found.program
    assert found.parameters == 51


def test_a_bug_of_ours_is_loud_and_leaves_the_run_resumable(impossible, quick, monkeypatch):
    import automl.evaluation.evaluate

    store = open_store("memory:")
    study = open_study(impossible, store, quick(20, strategy="climber"), run_id="r")

    def broken(*given):
        raise ZeroDivisionError("a slip of ours")

    with monkeypatch.context() as patched:
        patched.setattr(automl.evaluation.evaluate, "run_interpreted", broken)
        with pytest.raises(EvaluationBug, match="a slip of ours"):
            run_study(study)
    assert store.run("r").state == "failed"
    again = run_study(open_study(impossible, store, quick(20, strategy="climber"), run=store.run("r")))
    assert again.evaluations == 20 and store.run("r").state == "finished"


# -- one record whatever the executor ------------------------------------------------------------------------------


def test_serial_and_processes_give_the_same_record(blobs, impossible, quick, record_of):
    for task, name, number in ((impossible, "climber", 16), (blobs, "widths", 7)):
        records = []
        for workers in (1, 2):
            _, store = search(task, quick(number, strategy=name, workers=workers, seed=7))
            records.append(record_of(store, "r"))
            assert len(records[-1]["evaluations"]) == number
        assert records[0] == records[1]


def test_another_seed_gives_another_record(impossible, quick, record_of):
    records = [record_of(search(impossible, quick(12, strategy="climber", seed=seed))[1], "r") for seed in (0, 1)]
    assert records[0] != records[1]


def test_the_sql_store_and_memory_keep_the_same_record(impossible, quick, record_of, tmp_path):
    options = quick(12, strategy="climber")
    url = f"sqlite:///{tmp_path / 'a.db'}"
    stores = [search(impossible, options, open_store(each))[1] for each in ("memory:", url)]
    assert record_of(stores[0], "r") == record_of(stores[1], "r")


# -- budgets -------------------------------------------------------------------------------------------------------


def test_a_number_of_evaluations_is_kept_exactly(impossible, quick):
    for number in (1, 2, 5, 8):
        found, store = search(impossible, quick(number, strategy="climber"))
        assert found.evaluations == number == len(store.evaluations("r"))
        assert found.outcome is Ending.SPENT


def test_a_time_is_kept(impossible, quick):
    found, store = search(impossible, quick(seconds=0.5, strategy="climber"))
    assert found.outcome is Ending.SPENT and found.evaluations > 1
    asks = [e.ask for e in store.evaluations("r")]
    assert asks == list(range(len(asks)))


def test_the_refinement_trains_the_best_again(blobs, quick):
    found, store = search(blobs, quick(12, strategy="widths", seed=1))
    phases = {e.ask: e.payload["phase"] for e in store.events("r") if e.kind == "asked"}
    assert [phases[ask] for ask in range(12)] == ["explore"] * 9 + ["refine"] * 2 + ["final"]
    explored = [e for e in store.evaluations("r") if phases[e.ask] == "explore"]
    first = next(e.payload["info"]["of"] for e in store.events("r") if e.payload.get("phase") == "refine")
    assert explored[first].scores["accuracy"] == max(e.scores["accuracy"] for e in explored)
    terms = [e.term for e in store.evaluations("r") if phases[e.ask] == "refine"]
    assert len(set(terms)) == 2, "no structure is refined twice"
    assert found.model is not None and found.structures == 1, "the widths differ, the structure does not"


def test_without_anything_to_refine_exploring_goes_on(blobs, quick, fixed):
    fixed(*["(lambda (x) (flatten x))"] * 30)
    found, store = search(blobs, quick(10, strategy="fixed"))
    assert outcomes(store) == ["ill-typed"] * 10
    assert found.program == ""


def test_a_target_ends_a_trained_search(blobs, quick):
    found, store = search(blobs, quick(60, strategy="widths", target=0.2))
    assert found.solved and found.evaluations < 60
    late, _ = search(blobs, quick(4, strategy="widths", target=1.01))
    assert not late.solved and late.outcome is Ending.SPENT


def test_reaching_the_goal_with_a_time_budget_waits_for_nobody(plus_three, quick, fixed, hostile):
    fixed(PLUS.format("(spin 1)"), PLUS.format(3))
    found, store = search(plus_three, quick(seconds=60.0, strategy="fixed", workers=2, deadline=50.0))
    assert found.solved
    assert [e.ask for e in store.events("r") if e.kind == "cancelled"] == [0]
    assert [e.ask for e in store.evaluations("r")] == [1]


# -- the cache -----------------------------------------------------------------------------------------------------


def test_what_was_computed_once_is_not_computed_again(blobs, quick, fixed, monkeypatch):
    fixed(NET, NET, NET.replace("flatten x", "relu (flatten x)"))
    _, store = search(blobs, quick(3, strategy="fixed"))
    first = store.evaluations("r")
    assert first[0].weights == first[1].weights

    def never(*given):
        raise AssertionError("evaluated again")

    monkeypatch.setattr("automl.evaluation.training.train", never)
    options = replace(quick(3, strategy="fixed"), target=0.0)
    found = run_study(open_study(blobs, store, options, run_id="again"))
    second = store.evaluations("again")
    assert 0 < len(second) < len(first), "its target is met by the first"
    assert [(e.scores, e.weights) for e in second] == [(e.scores, e.weights) for e in first][: len(second)]
    assert first[0].solved == (first[0].scores["accuracy"] >= blobs.solved_at)
    assert second[0].solved and found.solved, "what counts as solved is this run's own"


def test_the_key_covers_all_that_decides():
    plan = EvaluationPlan("data", {}, Schedule(), 0, True)
    term = parse(NET, builtin_words())

    def key(plan=plan, start=None, phase="explore", text=NET, seconds=9.0):
        entry = Candidate(0, term, text, phase)
        found = plan.job(entry, start, seconds)[1]
        assert entry.key == "", "what is asked about is not changed"
        return found

    planned = replace(plan, schedule=Schedule(explore_seconds=9.0, refine_seconds=20.0))
    start = {"blobs": {}, "sites": {"1": ["a" * 64, "1"]}}
    keys = [
        key(), key(phase="refine"), key(start=start), key(text="(other)"), key(replace(plan, data="d")),
        key(replace(plan, trainer={"x": 1})), key(replace(plan, seed=1)), key(replace(plan, schedule=Schedule(epochs=9))),
        key(planned), key(planned, seconds=10.0),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert key() == keys[0]


def test_a_training_cut_short_is_no_one_elses_result(blobs, quick, fixed, monkeypatch):
    fixed(NET)
    study = open_study(blobs, open_store("memory:"), quick(1, strategy="fixed"), run_id="r")
    waiting = []

    class Cut:
        capacity, outstanding = 1, 0

        def submit(self, ask, job, deadline):
            waiting.append(ask)

        def wait(self, timeout):
            value = {"outcome": "ok", "scores": {"accuracy": 0.5}, "complete": False}
            return [(waiting.pop(), JobResult("ok", {"evaluations": [value]}))]

        def cancel(self):
            """Nothing runs."""

        close = cancel

    study.executor = Cut()
    best = study.run()
    assert best.outcome == "ok" and best.key == ""


# -- weights -------------------------------------------------------------------------------------------------------


def test_children_start_from_their_parents_weights(blobs, quick):
    options = replace(quick(8, strategy="widths", seed=2), schedule=Schedule(epochs=3, refine=0.0))
    _, store = search(blobs, options)
    jobs = []
    study = open_study(blobs, store, options, run_id="s")
    submit = study.executor.submit
    study.executor.submit = lambda ask, job, deadline: (jobs.append(job), submit(ask, job, deadline))
    study.store.cached = lambda key: None
    run_study(study)
    starts = [job["candidates"][0].get("start") for job in jobs]
    assert starts[0] is None
    given = [start for start in starts if start]
    assert given
    digest, there = given[0]["sites"]["1"]
    assert there == "1" and digest in given[0]["blobs"]
    assert digest in {e.weights for e in store.evaluations("s")}


# -- what is refused, and leaves nothing behind --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategy": "annealing"}, "strategy='annealing' is not known; needed one of climber"),
        ({"settings": {"nonsense": 1}}, "option 'nonsense' is not known"),
        ({"settings": {"last": "many"}}, "option last='many'"),
        ({"workers": "0"}, "workers='0': needed"),
        ({"workers": "a b"}, "workers='a b': needed"),
        ({"workers": -2}, "workers=-2: needed"),
        ({"words": ("+", "frobnicate")}, "word='frobnicate' is not known"),
        ({"trainer": {"epochs": 3}}, "is not trained"),
    ],
)
def test_bad_options_begin_no_run(impossible, quick, changes, message):
    store = open_store("memory:")
    with pytest.raises((StudyError, StrategyError, ValueError), match="^" if not message else None) as caught:
        open_study(impossible, store, quick(5, **{"strategy": "climber", **changes}))
    assert message in str(caught.value)
    assert not store.runs()


@pytest.mark.parametrize(
    ("trainer", "message"),
    [
        ({"trainer": "annealing"}, "trainer='annealing' is not known"),
        ({"learning": 3}, "trainer.learning is not a setting"),
        ({"rate": "fast"}, "rate='fast'"),
        ({"trainer": "gradient", "rate": -1}, "rate=-1"),
    ],
)
def test_bad_trainers_begin_no_run(blobs, quick, trainer, message):
    store = open_store("memory:")
    with pytest.raises(ValueError) as caught:
        open_study(blobs, store, quick(5, strategy="widths", trainer=trainer))
    assert message in str(caught.value)
    assert not store.runs()


@pytest.mark.parametrize("target", [float("nan"), float("inf")])
def test_a_target_is_a_number(quick, target):
    with pytest.raises(StudyError, match="target="):
        quick(5, target=target)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "1"])
def test_a_seed_is_a_whole_number(quick, seed):
    with pytest.raises(StudyError, match="seed="):
        quick(5, seed=seed)


@pytest.mark.parametrize(
    "given",
    [
        {"epochs": 0},
        {"epochs": 1.5},
        {"refine": -0.1},
        {"refine": float("nan")},
        {"deadline": 0},
        {"depth": 3},
        {"deadline": "x"},
    ],
)
def test_a_bad_schedule(given):
    with pytest.raises(StudyError, match="schedule"):
        Schedule.from_dict(given)


def test_constants_of_every_kind_reach_the_strategy():
    from automl.tasks.kinds.examples import examples_task

    task = examples_task("c", "int -> int", [((1,), 2)], constants=[7, "x", 2.5, True])
    problem = build_problem(task, load_vocabulary(open_store("memory:")), Options(replace_budget()))
    assert [(str(c.type), c.value) for c in problem.constants] == [
        ("int", 7),
        ("str", "x"),
        ("float", 2.5),
        ("bool", True),
    ]


def replace_budget():
    from automl.budget import Budget

    return Budget(evaluations=1)
