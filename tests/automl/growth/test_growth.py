"""Growing: the library saves work, nothing is lost whatever fails, the same seed gives the same library."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import automl.growth.compression_step as compression_module
import automl.growth.grower as grower_module
import automl.study.words as words_module
from automl.budget import Budget
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.evaluation.prepared import library_weights
from automl.growth.grow import Growth, curriculum_of, grow, is_growth
from automl.growth.net_promotion import promote_net
from automl.growth.snapshot import best_programs
from automl.study.opening import Options, Result
from automl.study.words import load_vocabulary
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.kinds.examples import examples_task
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.kinds.sequences import sequences_from_labelled
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.compression import stitch_process
from library.compression.compress import Compression, compress
from library.promotion import Rule
from library.records import Conflict, Run, Solution
from library.store import AbstractStore, open_store
from primitives.interpreter.interpret import evaluate
from primitives.term import Lambda, Variable, show_canonical, sites_of

INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]


def task(name: str, function: Callable[[list[int]], Any], type: str = "list(int) -> list(int)") -> Task:
    tests = [([9, -3, 4],), ([2, 2],)]
    return examples_task(
        name, type, [((xs,), function(xs)) for xs in INPUTS], [((xs,), function(xs)) for (xs,) in tests]
    )


def squares(count: str) -> list[Task]:
    """Tasks that share the squares of a list."""
    shared = {
        "squares": task("squares", lambda xs: [x * x for x in xs]),
        "reversed": task("reversed squares", lambda xs: [x * x for x in xs][::-1]),
        "total": task("total of squares", lambda xs: sum(x * x for x in xs), "list(int) -> int"),
        "sorted": task("sorted squares", lambda xs: sorted(x * x for x in xs)),
    }
    return [shared[name] for name in count.split()]


WORDS = "map fold filter * + - max > sum sort reverse head tail length".split()
"""Enough for these tasks: a search among few words is short."""


def run(tasks: Any, store: AbstractStore, budget: int = 12_000, **given: Any) -> Growth:
    return grow(tasks, store, evaluations=budget, strategy="enumerative", **{"words": tuple(WORDS), **given})


def studies(store: AbstractStore) -> list[Run]:
    return [run for run in store.runs() if not is_growth(run)]


@pytest.fixture
def store() -> AbstractStore:
    return open_store("memory:")


# -- the loop --------------------------------------------------------------------------------------------------------


def test_what_two_tasks_share_becomes_a_word_that_saves_work(store: AbstractStore) -> None:
    told: list[str] = []
    grown = run(
        squares("squares reversed total sorted"),
        store,
        every=2,
        first=0,
        on_result=lambda result: told.append(result.name),
    )
    assert (
        [r.name for r in grown.results] == ["squares", "reversed squares", "total of squares", "sorted squares"] == told
    )
    assert all(r.solved and r.right for r in grown.results)
    (word,) = grown.promoted
    assert word.kind == "algorithmic" and word.provenance["found_by"] == "compression" and word.saved > 0
    assert {"squares", "reversed squares"} <= set(word.provenance["tasks"])
    assert grown.results[3].subroutines == (word.name,)
    (row,) = grown.library
    assert row["name"] == word.name and set(row["tasks"]) == {r.name for r in grown.results}
    alone = run(squares("squares reversed total sorted"), open_store("memory:"), frozen=True, first=0)
    assert 0 < grown.results[3].first_evaluations < alone.results[3].first_evaluations
    assert alone.promoted == [] and alone.library == [] and alone.compressions == []


def test_solved_programs_are_rewritten_and_stay_right(store: AbstractStore) -> None:
    grown = run(squares("squares reversed total sorted"), store, every=4, first=0)
    vocabulary = load_vocabulary(store)
    best = best_programs(store, vocabulary)
    name = grown.promoted[0].name
    for each in squares("squares reversed total sorted"):
        solved = best[each.name]
        assert any(record.name == name for record in vocabulary.subroutines_in(solved.term))
        assert f"{name}@" in solved.solution.term and name not in solved.solution.expanded
        for inputs, output in each.part("test").cases():
            assert evaluate(solved.term, inputs, words=vocabulary.words) == output
        assert 0 < solved.solution.evaluations <= next(r.evaluations for r in grown.results if r.name == each.name)
    assert grown.compressions[-1].rewritten == 4 and grown.compressions[-1].after < grown.compressions[-1].before


def test_the_same_seed_gives_the_same_library() -> None:
    def once() -> tuple:
        grown = run(squares("squares reversed total sorted"), open_store("memory:"), every=2)
        return [(r.program, r.evaluations) for r in grown.results], [(p.name, p.digest) for p in grown.promoted]

    assert once() == once()


def test_a_second_growth_benefits_from_the_first(store: AbstractStore) -> None:
    first = run(squares("squares reversed"), store)
    second = run(squares("total sorted"), store)
    assert [p.name for p in first.promoted] and second.promoted == []
    assert all(r.subroutines == (first.promoted[0].name,) for r in second.results)
    again = run(squares("squares reversed"), store, frozen=True)
    assert sum(r.first_evaluations for r in again.results) < sum(r.first_evaluations for r in first.results)


def test_programs_of_earlier_growths_count_as_tasks(store: AbstractStore) -> None:
    assert run(squares("squares"), store).promoted == []
    assert run(squares("reversed"), store).promoted != []


def test_frozen_uses_the_library_and_changes_nothing_of_it(store: AbstractStore) -> None:
    run(squares("squares reversed"), store)
    before = store.snapshot(), len(store.solutions()), store.history()
    grown = run(squares("total sorted"), store, frozen=True)
    assert all(r.subroutines for r in grown.results) and grown.promoted == []
    assert (store.snapshot(), store.history()) == (before[0], before[2]) and len(store.solutions()) == before[1] + 2


def test_the_unsolved_are_revisited_with_what_came_after(store: AbstractStore) -> None:
    hard = task(
        "largest of squares below",
        lambda xs: max([x * x for x in xs] + [0]) + sum(x * x for x in xs),
        "list(int) -> int",
    )
    easy = squares("squares reversed")
    alone = run([hard, *easy], open_store("memory:"), 9_000, first=0, revisit=False)
    assert not alone.results[0].solved
    told: list[tuple[str, bool]] = []
    grown = run([hard, *easy], store, 9_000, first=0, on_result=lambda r: told.append((r.name, r.solved)))
    runs = [each for each in studies(store) if each.task == hard.name]
    assert len(runs) == 2 and grown.results[0].evaluations > 9_000
    assert told.count((hard.name, grown.results[0].solved)) == 1 and len(told) == 3
    assert studies(store)[0].library != runs[1].library


def test_easy_tasks_come_first_where_the_budget_is_shared_out(store: AbstractStore) -> None:
    hard = task("total of squares", lambda xs: sum(x * x for x in xs[1:]), "list(int) -> int")
    grown = run([hard, *squares("squares reversed")], store, 300_000, first=0.1, every=2)
    attempts = [(each.task, each.budget["evaluations"]) for each in studies(store)]
    assert attempts[0] == ("total of squares", 30_000) and attempts[-1] == ("total of squares", 270_000)
    assert grown.results[0].solved and grown.results[0].subroutines and grown.results[0].evaluations < 200_000


def test_a_solved_task_credits_the_words_that_it_uses(store: AbstractStore) -> None:
    first = run(squares("squares reversed"), store)
    run(squares("sorted"), store, frozen=True)
    assert store.subroutines()[0].saved > first.promoted[0].saved


# -- what is asked for -----------------------------------------------------------------------------------------------


def test_budget_and_strategy_of_a_stage_give_way_to_the_callers(store: AbstractStore) -> None:
    stage = Stage("one", tuple(squares("squares")), Budget(evaluations=40), "random", {"seed": 3})
    grow(Curriculum("c", (stage,)), store, options=Options(Budget(evaluations=70)), first=0)
    grow(
        Curriculum("c", (stage,)),
        store,
        options=Options(Budget(evaluations=70)),
        evaluations=50,
        strategy="enumerative",
        first=0,
    )
    first, second = studies(store)
    assert (first.strategy, first.budget, first.seed) == ("random", {"evaluations": 40}, 3)
    assert (second.strategy, second.budget, second.seed) == ("enumerative", {"evaluations": 50}, 3)


def test_only_the_named_tasks_are_searched(store: AbstractStore) -> None:
    grown = run(squares("squares reversed total"), store, only={"reversed squares"}, first=0)
    assert [r.name for r in grown.results] == ["reversed squares"] and len(studies(store)) == 1


@pytest.mark.parametrize("strategy", ["enumerative", "random", "genetic"])
def test_a_subroutine_runs_where_its_own_words_are_not_offered(store: AbstractStore, strategy: str) -> None:
    run(squares("squares reversed"), store)
    grown = grow(squares("total"), store, evaluations=3_000, strategy=strategy, words=["sum", "reverse"], frozen=True)
    assert grown.results[0].solved and grown.results[0].subroutines == (store.subroutines()[0].name,)


def test_tasks_come_as_objects_and_as_references(tmp_path: Path) -> None:
    assert [t.name for t in curriculum_of(squares("squares")[0]).tasks] == ["squares"]
    file = tmp_path / "some.toml"
    file.write_text('schema_version = 1\n[[stage]]\ntasks = ["iris"]\nevaluations = 3\n', encoding="utf-8")
    mixed = curriculum_of([file, *squares("total")])
    assert [t.name for t in mixed.tasks] == ["iris", "total of squares"] and mixed.stages[0].budget == Budget(
        evaluations=3
    )


def test_runs_know_how_to_load_their_tasks_again(
    store: AbstractStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"name": name, "type": "list(int) -> list(int)", "examples": [{"inputs": [[1]], "output": [1]}]})
        for name in "ab"
    ]
    (tmp_path / "two.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "some.toml").write_text(
        'schema_version = 1\n[[stage]]\ntasks = ["two.jsonl?limit=2"]\n', encoding="utf-8"
    )
    run(tmp_path / "some.toml", store, 100, first=0)
    monkeypatch.chdir(tmp_path.parent)
    for each in studies(store):
        source = each.config["task"]
        (again,) = [t for t in load_tasks(source["spec"], seed=source["seed"]) if t.name == source["name"]]
        assert again.digest == each.config["digest"]


@pytest.mark.parametrize(
    ("tasks", "given", "message"),
    [
        ([], {}, "at least one task"),
        (squares("squares squares"), {}, "'squares' occurs twice"),
        (squares("squares"), {"colour": 3}, "option=colour"),
        (Curriculum("c", (Stage("one", tuple(squares("squares")), options={"colour": 1}),)), {}, "stage='one'"),
    ],
)
def test_what_cannot_be_grown_is_refused(store: AbstractStore, tasks: Any, given: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        grow(tasks, store, evaluations=10, **given)
    assert store.runs() == ()


# -- when things go wrong ----------------------------------------------------------------------------------------------


def test_growth_goes_on_where_stitch_dies(
    store: AbstractStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import os; os.abort()", encoding="utf-8")
    monkeypatch.setattr(stitch_process, "CHILD", script)
    grown = run(squares("squares reversed total"), store, every=1)
    assert all(r.solved for r in grown.results) and grown.promoted == [] and grown.library == []
    assert len(grown.compressions) == 3 and all(report.problem for report in grown.compressions[1:])
    monkeypatch.undo()
    assert run(squares("sorted"), store).promoted != []


def test_growth_goes_on_without_stitch(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stitch_process, "available", lambda: False)
    grown = run(squares("squares reversed"), store)
    assert all(r.solved for r in grown.results) and grown.promoted == []
    assert "stitch_core" in grown.compressions[-1].problem and "the library does not grow" in caplog.text


def test_an_interrupted_growth_keeps_what_it_found(store: AbstractStore) -> None:
    def interrupt(result: Result) -> None:
        if result.name == "reversed squares":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(squares("squares reversed total"), store, on_result=interrupt)
    assert {each.task for each in store.solutions()} == {"squares", "reversed squares"}
    grown = run(squares("total sorted"), store)
    assert all(r.solved for r in grown.results) and grown.promoted != []


def test_interrupted_within_a_search(store: AbstractStore) -> None:
    calls = 0

    def progress(state: Any) -> None:
        nonlocal calls
        calls += 1
        if state["task"] == "total of squares":
            assert state["done"] >= 1 and state["tasks"] == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(squares("squares total"), store, progress=progress, first=0)
    assert calls and [each.state for each in studies(store)] == ["finished", "interrupted"]


def test_a_program_that_gives_other_outputs_is_not_believed(
    store: AbstractStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the compression wrong, the evidence would tell."""

    def wrong(corpus: Any, words: Any, **given: Any) -> Compression:
        found = compress(corpus, words, **given)
        broken = {
            task: (Lambda(Variable(0)),) if found.abstractions else terms for task, terms in found.rewritten.items()
        }
        return replace(found, rewritten=broken)

    monkeypatch.setattr(compression_module, "compress", wrong)
    grown = run(squares("squares reversed total"), store, every=3)
    assert grown.promoted == [] and len(store.solutions()) == 3
    refused = [why for report in grown.compressions for reasons in report.refused.values() for why in reasons]
    assert any("give other outputs" in why for why in refused)


def test_another_growth_may_take_a_name_first(store: AbstractStore, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, calls = compression_module.prepare_compression, []

    def raced(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise Conflict("name='map_times' is taken")
        return prepare(*given)

    monkeypatch.setattr(grower_module, "prepare_compression", raced)
    grown = run(squares("squares reversed"), store)
    assert grown.promoted != [] and len(calls) == len(grown.compressions) + 1


def test_the_rule_decides(store: AbstractStore) -> None:
    grown = run(squares("squares reversed total"), store, rule=Rule(saved=1_000.0))
    assert grown.promoted == [] and any("1000 are needed" in str(report.refused) for report in grown.compressions)


# -- trained nets ----------------------------------------------------------------------------------------------------


def blobs(noise: float = 1.0, seed: int = 0) -> Task:
    """Three classes around three images of 4 × 4."""
    rng = np.random.Generator(np.random.PCG64(seed))
    centres, y = rng.normal(size=(3, 1, 4, 4)) * 3, np.repeat(np.arange(3), 40)
    x = centres[y] + noise * rng.normal(size=(120, 1, 4, 4))
    return labelled_task("blobs", x, y, label_names=("0", "1", "2"), scaling="none", solved_at=0.95)


def nearest(task: Task, store: AbstractStore, site: str = "7", flaw: float = 0.0) -> Result:
    """A found program, linear in the image, with the weights of the nearest class mean."""
    import torch

    vocabulary = load_vocabulary(store)
    term = vocabulary.read(f"(lambda (dense :units 3 @{site} (flatten $0)))")
    train = task.part("train")
    x, y = np.asarray(train.inputs[0]).reshape(len(train), -1), np.asarray(train.targets)
    means = np.stack([x[y == label].mean(0) for label in range(3)])
    weight = torch.tensor(means, dtype=torch.float32)
    weights = {f"{site}.weight": weight, f"{site}.bias": -0.5 * weight.square().sum(1) + flaw}
    model = Model(term, task.type, vocabulary, weights)
    part = task.part("validation")
    score = task.score(model.outputs(part), part)["accuracy"]
    return Result("blobs", "run-1", True, True, "", model, score, score, 1, 0.1, "solved", 51, ())


def test_a_trained_net_becomes_a_word_with_its_weights(store: AbstractStore) -> None:
    found = nearest(blobs(), store)
    record, decision = promote_net(store, blobs(), found)
    assert record is not None and decision.promote and record.name == "blobs_net"
    assert record.kind == "geometric" and record.type == "Tensor[1,4,4] -> Tensor[3]" and record.weights is not None
    assert sorted(store.blobs.header(record.weights)) == ["1.bias", "1.weight"] and "@1" in record.body
    assert record.provenance["score"] == found.score and record.provenance["tasks"] == ["blobs"]
    vocabulary = load_vocabulary(store)
    word = vocabulary.words["blobs_net"].word({}, "5")
    assert dict(word.settings) == {"use": "frozen"}
    model = Model(word, blobs().type, vocabulary, library_weights(vocabulary))
    part = blobs().part("validation")
    assert blobs().score(model.outputs(part), part)["accuracy"] == found.score
    assert [(use.task, use.run) for use in store.uses(record.digest)] == [("blobs", "run-1")]


def test_a_net_is_replaced_only_by_a_better_one(store: AbstractStore) -> None:
    hard = blobs(noise=6.0)
    weak, strong = nearest(hard, store, flaw=0.0), nearest(blobs(), store)
    assert weak.score is not None and strong.score is not None and weak.score < strong.score
    first, _ = promote_net(store, hard, weak, goal=weak.score)
    assert first is not None
    same, decision = promote_net(store, hard, weak, goal=weak.score)
    assert same is None and "in its place" in decision.reasons[0]
    better, _ = promote_net(store, blobs(), strong)
    assert better is not None and [each.digest for each in store.subroutines()] == [better.digest]
    assert {each.state for each in store.subroutines(state=None)} == {"active", "demoted"}


def test_a_net_below_the_goal_or_without_weights_of_its_own_is_none(store: AbstractStore) -> None:
    found = nearest(blobs(noise=6.0), store)
    record, decision = promote_net(store, blobs(noise=6.0), found)
    assert record is None and "needed 0.95" in decision.reasons[0] and store.subroutines() == ()
    promote_net(store, blobs(), nearest(blobs(), store))
    vocabulary = load_vocabulary(store)
    model = Model(vocabulary.read("(lambda (blobs_net :use tuned @1 $0))"), blobs().type, vocabulary, {})
    record, decision = promote_net(store, blobs(), replace(found, model=model))
    assert record is None and decision.reasons == ("it has no weights of its own",)


def test_a_net_made_with_a_net_keeps_the_weights_of_both(store: AbstractStore) -> None:
    import torch

    promote_net(store, blobs(), nearest(blobs(), store))
    vocabulary = load_vocabulary(store)
    term = vocabulary.read("(lambda (dense :units 3 @9 (blobs_net :use frozen @2 $0)))")
    weights = {**library_weights(vocabulary), "9.weight": torch.eye(3), "9.bias": torch.zeros(3)}
    other = blobs(seed=0)
    part = other.part("validation")
    model = Model(term, other.type, vocabulary, weights)
    score = other.score(model.outputs(part), part)["accuracy"]
    found = Result("twice", "run-2", True, True, "", model, score, score, 1, 0.1, "solved", 63, ("blobs_net",))
    data = replace(other.data, name="twice")
    record, decision = promote_net(store, replace(other, data=data), found)
    assert record is not None, decision.reasons
    assert sorted(store.blobs.header(str(record.weights))) == ["1.bias", "1.weight"]
    assert "blobs_net@" in record.body and "(blobs_net" not in record.provenance["expanded"]


def test_growing_trains_promotes_and_blends(store: AbstractStore) -> None:
    labelled = blobs(noise=0.5)
    sums = sequences_from_labelled(labelled, "sum", count=40, validation_count=30, test_count=10, test_lengths=(6, 6))
    nets = {
        "words": ["flatten", "dense", "relu"],
        "schedule": {"epochs": 15, "refine_epochs": 20},
        "strategy": "random",
    }
    stages = (
        Stage("nets", (labelled,), Budget(evaluations=8), None, nets),
        Stage("lists", (sums,), Budget(evaluations=60000), None, {"target": 0.9}),
    )
    grown = grow(Curriculum("c", stages), store)
    net, blend = grown.results
    assert net.solved and net.parameters and [p.name for p in grown.promoted] == ["blobs_net"]
    assert blend.solved and blend.test_score > 0.5 and blend.subroutines == ("blobs_net",)
    assert all(word in blend.program for word in ("sum", "map", "argmax"))
    (row,) = [row for row in grown.library if row["name"] == "blobs_net"]
    assert row["tasks"] == ["blobs", sums.name]
    assert {each.task for each in store.solutions()} == {"blobs", sums.name}


def test_a_rewritten_net_keeps_its_weights(store: AbstractStore) -> None:
    """Nets of two tasks share a part: their stored programs are rewritten and their weights move along."""
    import torch

    text = {
        "blobs": "(lambda (dense :units 3 @3 (relu (dense :units 9 @8 (relu (dense :units 7 @5 (flatten $0)))))))",
        "others": "(lambda (dense :units 3 @4 (relu (dense :units 9 @2 (relu (dense :units 7 @6 (flatten $0)))))))",
    }
    tasks: dict[str, Task] = {}
    scores: dict[str, float] = {}
    for seed, (name, body) in enumerate(text.items()):
        base = blobs(seed=seed)
        tasks[name] = replace(base, data=replace(base.data, name=name))
        vocabulary = load_vocabulary(store)
        term = vocabulary.read(body)
        shapes = {"7": (7, 16), "9": (9, 7), "3": (3, 9)}
        generator = torch.Generator().manual_seed(seed)
        weights = {}
        for word in sites_words(term):
            shape = shapes[str(dict(word.settings)["units"])]
            weights[f"{word.site}.weight"] = torch.randn(shape, generator=generator)
            weights[f"{word.site}.bias"] = torch.randn(shape[0], generator=generator)
        part = tasks[name].part("validation")
        model = Model(term, base.type, vocabulary, weights)
        scores[name] = tasks[name].score(model.outputs(part), part)["accuracy"]
        record_solution(store, tasks[name], show_canonical(term), weights, scores[name])
    report, promoted = compression_module.compress_library(store, tasks)
    assert promoted and report.rewritten == 2 and promoted[0].kind == "geometric"
    vocabulary = load_vocabulary(store)
    for name, solved in best_programs(store, vocabulary).items():
        assert promoted[0].name in solved.solution.term and solved.solution.weights is not None
        weights = store.blobs.get(solved.solution.weights)
        assert {key.rpartition(".")[0] for key in weights} == set(sites_of(expanded(vocabulary, solved.term)))
        part = tasks[name].part("validation")
        model = Model(solved.term, tasks[name].type, vocabulary, weights)
        assert tasks[name].score(model.outputs(part), part)["accuracy"] == scores[name]


def sites_words(term: Any) -> Sequence[Any]:
    from primitives.term import words_in

    return [word for word in words_in(term) if word.site is not None]


def expanded(vocabulary: Any, term: Any) -> Any:
    from primitives.definitions import expand

    return expand(term, vocabulary.all_words)


def record_solution(store: AbstractStore, task: Task, term: str, weights: Any, score: float) -> None:
    from automl.study.opening import new_run

    run = store.create_run(new_run(task, "random", 0, Budget(evaluations=1), store.snapshot(), {}))
    blob = store.blobs.put(weights)
    store.add_solution(
        Solution(task=task.name, run=run.id, term=term, expanded=term, scores={"accuracy": score}, weights=blob)
    )


def test_the_module_gives_back_plain_data(store: AbstractStore) -> None:
    grown = run(squares("squares"), store)
    assert isinstance(grown, Growth) and grown.seconds > 0 and isinstance(grown.library, list)


# -- one reading of the library ----------------------------------------------------------------------------------------


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many subroutines each vocabulary had that was made from the store."""
    counts: list[int] = []

    class Counted(words_module.Vocabulary):  # type: ignore[misc, name-defined]
        def __init__(self, records: Sequence[Any], *given: Any, **named: Any) -> None:
            counts.append(len(records))
            super().__init__(records, *given, **named)

    monkeypatch.setattr(words_module, "Vocabulary", Counted)
    return counts


def test_the_steps_of_a_growth_share_one_vocabulary_while_the_library_stays(
    store: AbstractStore, made: list[int]
) -> None:
    grown = run(squares("squares reversed total"), store, 2_000, frozen=True)
    assert len(grown.results) == 3 and made == [0]


def test_a_growth_reads_the_vocabulary_anew_where_words_were_promoted(store: AbstractStore, made: list[int]) -> None:
    grown = run(squares("squares reversed total sorted"), store, every=2, first=0)
    assert len(grown.promoted) == 1, made
    assert made[:4] == [0, 0, 1, 1]  # the words of the studies, and all words for the steps
    assert len(made) < len(grown.results) + len(grown.compressions)
