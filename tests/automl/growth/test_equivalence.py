"""Words that are the same function become one; programs that may be accidents teach nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from automl.budget import Budget
from automl.growth.compression_step import prepare_compression
from automl.growth.equivalence import Comparable, Sample, equal_words
from automl.growth.learned_guidance import GuidancePlan, learn
from automl.growth.retention import merge_equal_words
from automl.growth.snapshot import DOUBTFUL, best_programs
from automl.growth.trials import begin_trials, end_trials, families_of
from automl.study.opening import Options, new_run, open_study, run_study
from automl.study.words import load_vocabulary
from automl.tasks.curriculum import Stage
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from library.records import Solution, Subroutine
from library.store import AbstractStore, open_store
from primitives.inference import infer
from primitives.syntax import parse
from primitives.term import digest, show_canonical
from primitives.words import builtin_words

WORDS = builtin_words()
INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [77], [-1, -2, 8, 2, 6]]
REVERSED = "(lambda (xs) (fold (lambda (acc x) (cons x acc)) empty xs))"
FROM_THE_END = "(lambda (xs) (map (lambda (i) (index (- (- (length xs) i) 1) xs)) (range (length xs))))"
SQUARES = "(lambda (xs) (map (lambda (x) (* x x)) xs))"


def task(name: str, function: Callable[[list[int]], Any], type: str = "list(int) -> list(int)") -> Task:
    return examples_task(name, type, [((xs,), function(xs)) for xs in INPUTS])


TASKS = [task(name, lambda xs: xs[::-1]) for name in ("one", "two")]


def groups(*texts: str, tasks: list[Task] = TASKS) -> list[tuple[str, ...]]:
    bodies = {text: parse(text, WORDS) for text in texts}
    return equal_words(
        {text: Comparable(b, infer(b, WORDS).scheme) for text, b in bodies.items()}, Sample(tasks), WORDS
    )


def solve(store: AbstractStore, task: Task, text: str, **scores: float) -> None:
    run = store.create_run(new_run(task, "enumerative", 0, Budget(evaluations=1), "", {"type": str(task.type)}))
    words = load_vocabulary(store).all_words
    term = show_canonical(load_vocabulary(store).pin(parse(text, words)))
    store.add_solution(Solution(task.name, run.id, term, term, scores={task.metric: 1.0, **scores}))


def word(name: str, text: str, found_by: str) -> Subroutine:
    body = parse(text, WORDS)
    return Subroutine(
        name=name, digest=digest(body), type=str(infer(body, WORDS).scheme), kind="algorithmic", body=show_canonical(body),
        provenance={"found_by": found_by, "tasks": [], "runs": []},
    )  # fmt: skip


def test_the_same_function_is_known_however_it_is_written() -> None:
    assert groups(REVERSED, "(lambda (xs) (map (lambda (x) x) xs))", FROM_THE_END) == [(REVERSED, FROM_THE_END)]
    before, after = "(lambda (f xs) (reverse (map f xs)))", "(lambda (f xs) (map f (reverse xs)))"
    assert groups(before, "(lambda (f xs) (map f xs))", after) == [(before, after)]
    chars, again = "(lambda (s) (chars s))", "(lambda (s) (reverse (reverse (chars s))))"
    assert groups(chars, "(lambda (s) (reverse (chars s)))", again) == [(chars, again)]


def test_what_differs_on_one_input_stays_apart() -> None:
    first, all_but = "(lambda (xs) (+ 0 (head xs)))", "(lambda (xs) (if (is_empty xs) 0 (+ 0 (head xs))))"
    assert not groups(first, all_but), "a failure is a value"
    next_one, odd = "(lambda (x) (+ x 1))", "(lambda (x) (if (= x 77) 0 (+ x 1)))"
    assert groups(next_one, odd, tasks=[]) == [(next_one, odd)] and not groups(next_one, odd)
    plain, other = "(lambda (f xs) (filter f xs))", "(lambda (f xs) (if (is_empty xs) xs (filter f xs)))"
    assert groups(plain, other) and not groups(plain, "(lambda (f xs) (filter f (tail xs)))")


def test_words_that_tell_nothing_or_are_of_another_type_are_not_equal() -> None:
    assert not groups("(lambda (xs) (head (take 0 xs)))", "(lambda (xs) (index (length xs) xs))"), "they always fail"
    assert not groups("(lambda (x) (+ x 0))", "(lambda (x) x)")
    assert not groups("(lambda (f) (lambda (g) (g f)))", "(lambda (f) (lambda (g) (g (g f))))")


def test_programs_that_are_one_function_go_on_trial_once() -> None:
    with open_store("memory:") as store:
        solve(store, TASKS[0], FROM_THE_END)
        solve(store, TASKS[1], REVERSED)
        (record,) = begin_trials(store, TASKS, least=4)
        assert record.body == show_canonical(parse(REVERSED, WORDS)) and record.provenance["tasks"] == ["two", "one"]
        assert "the programs of two, one are the same function" in store.history()[-1].evidence["reasons"]
        assert not begin_trials(store, TASKS, least=4), "it is known now"
        assert not end_trials(store, {"one": "a", "two": "b"}, spare=0, tasks=TASKS), "it served two families"
        assert [each.name for each in end_trials(store, {"one": "a", "two": "a"}, spare=0)] == []
        solve(store, task("three", sorted), "(lambda (xs) (sort xs))")
        gone = end_trials(store, {"one": "a", "two": "a"}, spare=0, tasks=TASKS)
        assert [each.name for each in gone] == [record.name]
        (back,) = begin_trials(store, TASKS, least=4)
        assert (back.name, back.digest) == (record.name, record.digest), "a demoted word comes back under its name"


def test_of_active_equal_words_the_one_that_pays_stays_and_programs_name_it() -> None:
    with open_store("memory:") as store:
        store.promote([word("paid", REVERSED, "compression"), word("idle", FROM_THE_END, "trial")])
        solve(store, TASKS[0], "(lambda (xs) (paid (tail (paid xs))))")
        solve(store, TASKS[1], "(lambda (xs) (idle xs))")
        (gone,) = merge_equal_words(store, TASKS)
        assert gone.name == "idle" and [each.name for each in store.subroutines()] == ["paid"]
        assert store.history("idle")[-1].evidence["reasons"] == ["it is the same function as paid, by 40 inputs"]
        vocabulary = load_vocabulary(store)
        (term,) = [best_programs(store, vocabulary)["two"].term]
        assert show_canonical(term) == "(lambda (paid $0))" and not merge_equal_words(store, TASKS)
        store.promote([word("made", FROM_THE_END, "import")])
        assert [each.name for each in merge_equal_words(store, TASKS)] == ["paid"], "what people made stays"


def test_compression_promotes_no_equal_of_an_active_word() -> None:
    body = FROM_THE_END.removeprefix("(lambda (xs) ").removesuffix(")")
    shown = {"one": f"(lambda (xs) (tail {body}))", "two": f"(lambda (xs) (cons 1 {body}))"}
    with open_store("memory:") as store:
        for each in TASKS:
            solve(store, each, shown[each.name])
        store.promote([word("reversed", REVERSED, "compression")])
        report, _ = prepare_compression(store, {})()
        reasons = [reason for why in report.refused.values() for reason in why]
        assert "it is the same function as reversed, by 40 inputs" in reasons
        vocabulary = load_vocabulary(store)
        active = {name: Comparable(each.body, each.scheme) for name, each in vocabulary.definitions.items()}
        assert not equal_words(active, Sample(TASKS), vocabulary.all_words)


def test_a_doubtful_program_teaches_nothing() -> None:
    shared = {"one": f"(lambda (xs) (tail ({SQUARES} xs)))", "two": f"(lambda (xs) (cons 0 ({SQUARES} xs)))"}
    for sure in (0.9, DOUBTFUL - 0.01):
        with open_store("memory:") as store:
            for each in TASKS:
                text = shared[each.name].replace(
                    f"({SQUARES} xs)", "(map (lambda (x) (* x x)) (map (lambda (x) (+ x 1)) xs))"
                )
                solve(store, each, text, confidence=sure)
            report, promoted = prepare_compression(store, {})()
            assert bool(promoted) == (sure > DOUBTFUL) and report.tasks == (2 if promoted else 0)
            assert bool(begin_trials(store, TASKS, least=4)) == bool(promoted)


def test_a_longer_program_comes_before_a_doubtful_one() -> None:
    with open_store("memory:") as store:
        solve(store, TASKS[0], REVERSED, confidence=0.1)
        assert best_programs(store, load_vocabulary(store))["one"].doubtful
        solve(store, TASKS[0], FROM_THE_END, confidence=0.8)
        solve(store, TASKS[0], "(lambda (xs) (reverse xs))", confidence=0.2)
        best = best_programs(store, load_vocabulary(store))["one"]
        assert best.confidence == 0.8
        solve(store, TASKS[0], "(lambda (xs) (reverse (reverse (reverse xs))))")
        assert best_programs(store, load_vocabulary(store))["one"].confidence == 1.0, "where none is known it is 1"


def test_the_grammar_counts_a_program_as_the_confidence_in_it() -> None:
    with open_store("memory:") as store:
        vocabulary = load_vocabulary(store)
        solved = {f"t{i}": parse(SQUARES if i else REVERSED, WORDS) for i in range(6)}
        kinds = [learn(solved, {}, vocabulary, plan=GuidancePlan("grammar"), confidence=c) for c in ({}, {"t0": 0.0})]
        (plain, weighed) = (each.guide.grammar for each in kinds if each is not None)
        assert weighed["fold"] < plain["fold"] and weighed["map"] > plain["map"]


def test_a_result_says_how_likely_it_is_right_and_the_store_keeps_it() -> None:
    with open_store("memory:") as store:
        result = run_study(
            open_study(task("squares", lambda xs: [x * x for x in xs]), store, Options(Budget(evaluations=30_000)))
        )
        assert result.solved and result.confidence is not None and 0.5 < result.confidence <= 1.0
        assert result.to_dict()["confidence"] == result.confidence
        (solution,) = store.solutions("squares")
        assert solution.scores["confidence"] == result.confidence
        again = run_study(
            open_study(
                task("squares", lambda xs: [x * x for x in xs]),
                store,
                Options(Budget(evaluations=30_000)),
                run=store.run(result.run),
            )
        )
        assert again.confidence == result.confidence and not store.guides()


LONG = "(lambda (xs) (map (lambda (x) (+ (* x x) (head xs))) (reverse xs)))"


@pytest.mark.parametrize(("confidence", "tried", "stays"), [(0.4, False, False), (0.6, True, False), (0.9, True, True)])
def test_a_program_that_is_likely_wrong_becomes_no_word(confidence: float, tried: bool, stays: bool) -> None:
    """One task alone speaks for a word on trial: its confidence decides whether it is tried, and whether it is kept in reserve."""
    store = open_store("memory:")
    solve(store, TASKS[0], LONG, confidence=confidence)
    solve(store, TASKS[1], "(lambda (xs) (reverse xs))", confidence=0.99)
    assert bool(begin_trials(store, TASKS)) == tried
    end_trials(store, tasks=TASKS)
    assert bool(store.subroutines()) == stays


@pytest.mark.parametrize(("confidence", "promoted"), [(0.5, False), (0.9, True)])
def test_what_two_doubted_programs_share_is_not_promoted(confidence: float, promoted: bool) -> None:
    store = open_store("memory:")
    for each, outer in zip(TASKS, ("sum", "length")):
        text = f"(lambda (xs) ({outer} (map (lambda (x) (* (+ x 3) x)) (reverse xs))))"
        solve(store, each, text, confidence=confidence)
    report, found = prepare_compression(store, {})()
    assert bool(found) == promoted
    assert promoted or "expected to be right" in str(report.refused)


def test_a_program_goes_on_trial_as_it_is_beside_its_general_form() -> None:
    with open_store("memory:") as store:
        solve(store, TASKS[0], "(lambda (xs) (map (lambda (x) (+ x 3)) xs))")
        (general,) = begin_trials(store, TASKS, least=5)
        assert general.type == "Num a => a -> list(a) -> list(a)"
        (exact,) = begin_trials(store, TASKS, least=5, as_they_are=True)
        assert exact.type == "list(int) -> list(int)" and "3" in exact.body
        solve(store, TASKS[1], f"(lambda (xs) ({general.name} 44 xs))")
        (again,) = begin_trials(store, TASKS, least=5, as_they_are=True)
        assert "44" in again.body, "a word with a number of a task's own is one too"


def test_what_a_later_stage_uses_and_what_the_last_found_stays() -> None:
    both = [
        examples_task(name, "list(int) -> list(int)", [((xs,), made(xs)) for xs in INPUTS], family="lists")
        for name, made in (
            ("reversed", lambda xs: xs[::-1]),
            ("reversed squares", lambda xs: [x * x for x in xs][::-1]),
        )
    ]
    stages, one = [Stage(each.name, (each,)) for each in both], [Stage("all", tuple(both))]
    assert families_of(one) == {each.name: "lists" for each in both}
    with open_store("memory:") as store:
        solve(store, both[0], REVERSED)
        (used,) = begin_trials(store, both, least=4, as_they_are=True)
        solve(store, both[1], f"(lambda (xs) ({used.name} (map (lambda (x) (* x x)) xs)))")
        (last,) = begin_trials(store, both, least=4, as_they_are=True)
        assert not end_trials(store, families_of(stages), spare=0, latest=["reversed squares"], tasks=both)
        assert [each.name for each in end_trials(store, families_of(stages), spare=0)] == [last.name]
