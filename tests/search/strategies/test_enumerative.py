"""The enumerative strategy: hits meet the examples, come cheapest first, and bounds hold."""

import gc
import itertools
import json
import time

import pytest

from primitives.columns.bank import Bank
from primitives.columns.pools import SequencePool, Values
from primitives.columns.store import Store
from primitives.definitions import definition
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_scheme, parse_type
from primitives.notation.values import from_json
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Literal
from primitives.types import INT, STRING, arguments_of, function, has_tensor, list_of
from primitives.values import Some, equal
from primitives.words import builtin_words
from search.enumeration.enumerator import Answer, Enumerator, LevelReport, Settings
from search.generation.costs import default_costs, weighted
from search.problem import Problem
from search.reports import Hit
from search.strategies import make_strategy
from search.strategy import Feedback, StrategyError

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}


def problem(type, cases, words=WORDS, **options):
    return Problem(
        parse_type(type), words, examples=tuple((tuple(given), result) for given, result in cases), **options
    )


def first_hit(task, terms=1_000_000, **options):
    for found in make_strategy("enumerative", task, options).run(max_terms=terms):
        if isinstance(found, Hit):
            return found.term
    return None


TASKS = {
    "increment": ("list(int) -> list(int)", [([(1, 5)], (2, 6)), ([()], ()), ([(7, -1, 0)], (8, 0, 1))], [([(10, 11)], (11, 12))]),
    "captured": ("list(int) -> int -> list(int)", [([(1, 5), 2], (3, 7)), ([(), 4], ()), ([(7, -1), 10], (17, 9))], [([(3,), 5], (8,))]),
    "above": ("int -> list(int) -> list(int)", [([3, (1, 5, 4)], (5, 4)), ([0, (0, 2)], (2,)), ([9, (10, 3)], (10,))], [([2, (3,)], (3,))]),
    "lengths": ("list(list(int)) -> list(int)", [([((1, 2), ())], (2, 0)), ([((3,),)], (1,))], [([((1, 1, 1),)], (3,))]),
    "nested": ("list(list(int)) -> list(list(int))", [([((1,), ())], ((2,), ())), ([((3,), (9,))], ((4,), (10,)))], [([((0,),)], ((1,),))]),
    "swap": ("pair(int, bool) -> pair(bool, int)", [([(1, True)], (True, 1)), ([(4, False)], (False, 4))], [([(6, True)], (True, 6))]),
    "constant": ("int -> int", [([5], 3), ([9], 3)], [([1], 3)]),
    "variable": ("int -> bool -> int", [([5, True], 5), ([9, False], 9)], [([1, True], 1)]),
    "option": ("int -> option(int)", [([5], Some(5)), ([9], Some(9))], [([1], Some(1))]),
    "branch": ("list(int) -> int", [([()], 0), ([(4, 5)], 4), ([(7,)], 7)], [([(3, 3)], 3)]),
}  # fmt: skip


FEWER = "map filter head tail reverse sort length sum + -".split()
"""What a loop within a loop is looked for among: with all words it takes long."""


LONG = ("variable", "option", "nested", "swap", "constant")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in TASKS])
def test_small_tasks_are_solved_and_generalise(name):
    type, cases, tests = TASKS[name]
    words = {word: WORDS[word] for word in FEWER} if name == "nested" else WORDS
    term = first_hit(problem(type, cases, words))
    assert term is not None
    for given, result in [*cases, *tests]:
        assert equal(evaluate(term, given, words=WORDS), result), term


def test_the_cheapest_hit_comes_first_and_others_differ_on_the_probes():
    cases = [([(2, 1)], 2), ([(5, 3)], 5), ([(9, 4)], 9)]
    task = problem("list(int) -> int", cases, probes=(((1, 8, 3),), ((),), ((4, 6),)))
    reports = make_strategy("enumerative", task).run(time.monotonic() + 60)
    hits = list(itertools.islice((found for found in reports if isinstance(found, Hit)), 2))
    costs = [hit.info["cost"] for hit in hits]
    assert len(hits) >= 2 and costs[0] == min(costs)
    rows = [tuple(str(evaluate(hit.term, probe, words=WORDS)) for probe in task.probes) for hit in hits]
    assert len(set(rows)) > 1
    for hit in hits:
        assert all(evaluate(hit.term, given, words=WORDS) == result for given, result in cases)


def test_ask_proposes_the_same_hits_and_ends_when_nothing_is_left():
    words = {name: WORDS[name] for name in ("head", "last")}
    strategy = make_strategy("enumerative", problem("list(int) -> int", [([(40, 2)], 40)], words), {"max_cost": 4})
    proposal = strategy.ask()
    assert proposal is not None and proposal.text == "(lambda (head $0))"
    strategy.tell(0, Feedback({"distance": 0.0}))
    while (proposal := strategy.ask()) is not None:
        assert evaluate(proposal.term, [(40, 2)], words=words) == 40


def test_a_problem_without_examples_is_refused_with_a_remedy():
    with pytest.raises(StrategyError, match="genetic"):
        make_strategy("enumerative", Problem(parse_type("int -> int"), WORDS))


def impossible():
    cases = [((tuple(range(i, i + 5)), i), tuple((i * 7919 + j * 104729) % 1000 for j in range(4))) for i in range(10)]
    return parse_type("list(int) -> int -> list(int)"), cases


def test_bounds_on_time_and_terms_hold():
    type, cases = impossible()
    last = list(Enumerator(type, cases, words=WORDS).run(time.monotonic() + 1.0))[-1]
    assert isinstance(last, LevelReport)
    last = list(Enumerator(type, cases, words=WORDS).run(max_terms=5_000))[-1]
    assert 5_000 <= last.terms < 200_000


@pytest.mark.slow
def test_a_small_memory_stops_the_bank_but_not_the_search():
    type, cases = impossible()
    enumerator = Enumerator(type, cases, words=WORDS, settings=Settings(memory=12 << 20, lambda_depth=0))
    progress = [p for p in enumerator.run(max_terms=700_000) if isinstance(p, LevelReport)]
    assert progress[-1].bytes < 72 << 20
    kept = [p.kept for p in progress if not p.complete]
    assert kept and len(set(kept)) == 1
    assert progress[-1].terms > 1.3 * next(p.terms for p in progress if not p.complete)


def banks_of(bank):
    yield bank
    for child in bank.children.values():
        yield from banks_of(child)


@pytest.mark.slow
@pytest.mark.parametrize("type", ["list(int) -> list(int)", "list(list(int)) -> list(int)"])
def test_what_is_kept_holds_no_value_that_was_forgotten(type):
    """Once the bank is frozen, values of streamed terms are forgotten now and then: no row may stand for one of them."""
    lists = [(3, 1, 2, 9, 8), (5, 6, 1, 1), (7, 2, 2, 4, 4, 8)]
    results = [(9, 8, 4), (6, 1, 7), (2, 2, 1)]
    given = [(xs,) if type.startswith("list(int)") else ((xs, xs[1:]),) for xs in lists]
    search = Enumerator(
        parse_type(type),
        [*zip(given, results)],
        words=WORDS,
        costs=default_costs(WORDS),
        settings=Settings(memory=6 << 20),
    )
    epoch, forgotten = 0, 0
    for _ in search.run(max_terms=200_000):
        if search.space.values.epoch == epoch:
            continue
        epoch, forgotten = search.space.values.epoch, forgotten + (not search.ledger.keeping)
        for bank in banks_of(search.round.root):
            for kind, store in bank.stores.items():
                pool = search.space.values.pool(kind)
                if isinstance(pool, SequencePool) and store.count:
                    assert store.table[: store.count, : bank.filled].max() < len(pool), (kind, bank.bound)
    assert forgotten


def test_the_same_search_gives_the_same_record():
    type, cases = impossible()
    runs = [
        [(p.cost, p.terms, p.kept) for p in Enumerator(type, cases, words=WORDS).run(max_terms=20_000)]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_subroutines_are_words_like_any_other():
    body = parse("(lambda (xs) (map (lambda (x) (+ x (* x x))) xs))", WORDS)
    words = {**WORDS, "oblong": definition("oblong", "list(int) -> list(int)", body)}
    cases = [([(1, 3)], (12, 2)), ([(2,)], (6,)), ([(0, 5, 1)], (2, 30, 0))]
    term = first_hit(problem("list(int) -> list(int)", cases, words))
    assert term is not None and "oblong" in repr(term)


def test_weights_of_the_problem_change_the_costs():
    costs = weighted(default_costs(WORDS), WORDS, {"sort": 2.0, "map": -3.0, "$variable": 0.0, "head": float("-inf")})
    assert costs.of("sort") == 1 and costs.of("map") == 6 and costs.variable == 3 and costs.of("head") is None


def test_a_noisy_task_is_met_in_part():
    type = parse_type("list(int) -> int")
    cases = [(((i, i + 3, 2 * i),), i + 3 if i != 4 else 0) for i in range(10)]
    found = Enumerator(type, cases, words=WORDS, settings=Settings(goal=0.9)).run(time.monotonic() + 20)
    hit = next(f for f in found if isinstance(f, Answer))
    assert hit.match >= 0.9
    assert sum(evaluate(hit.term, given, words=WORDS) == result for given, result in cases) == round(hit.match * 10)


def test_tensors_are_values_and_a_word_on_them_runs_once_for_each():
    torch = pytest.importorskip("torch")
    calls = []

    def brightest(image):
        calls.append(1)
        return int(image.argmax())

    image = parse_type("Tensor[4]")
    word = Primitive("brightest", parse_scheme("Tensor[4] -> int"), brightest)
    pictures = [torch.eye(4)[i] for i in range(4)]
    cases = [((tuple(pictures[i] for i in row),), sum(row)) for row in [(0, 1), (2, 2, 3), (3,), (1, 0, 2)]]
    words = {**{name: WORDS[name] for name in ("map", "sum", "+", "head", "length")}, "brightest": word}
    hit = next(
        f for f in Enumerator(list_type(image), cases, words=words).run(time.monotonic() + 20) if isinstance(f, Answer)
    )
    assert evaluate(hit.term, [tuple(pictures)], words=words) == 6
    assert "brightest" in repr(hit.term)


def list_type(element):
    return function(list_of(element), INT)


@pytest.mark.slow
def test_constants_of_the_task_are_used():
    task = problem(
        "str -> bool",
        [(["abc"], True), (["x"], False), (["zzabc"], False), (["azz"], False)],
        constants=(Literal("abc", STRING),),
    )
    term = first_hit(task)
    assert term is not None and "abc" in repr(term)


@pytest.mark.parametrize("name", ["remove 0s", "map double", "zip minus", "1-index int", "weird count"])
def test_bootstrap_tasks_are_right(name, project_root):
    lines = (project_root / "experiments" / "curricula" / "list_bootstrap.jsonl").read_text().splitlines()
    task = next(task for task in map(json.loads, lines) if task["name"] == name)
    type = parse_type(task["type"])
    inputs, output = arguments_of(type)

    def read(cases):
        return [
            (tuple(from_json(v, t) for v, t in zip(c["inputs"], inputs)), from_json(c["output"], output)) for c in cases
        ]

    hit = next(
        f
        for f in Enumerator(type, read(task["examples"]), words=WORDS).run(time.monotonic() + 30)
        if isinstance(f, Answer)
    )
    assert all(equal(evaluate(hit.term, given, words=WORDS), result) for given, result in read(task["tests"]))


KEEP = definition(
    "keep",
    "(int -> bool) -> list(int) -> list(int)",
    parse("(lambda (p xs) (foldr (lambda (x ys) (if (p x) (cons x ys) ys)) empty xs))", WORDS),
)


@pytest.mark.parametrize("words", [WORDS, {**WORDS, "keep": KEEP}], ids=["words", "a fold that was learned"])
def test_a_search_that_ended_keeps_no_banks(words):
    """Their memory must not wait for the garbage collector: many tasks are searched in one process."""

    def holding():
        return sum(isinstance(each, (Bank, Store, Values)) for each in gc.get_objects())

    cases = [([(1, 2, 5)], (5, 2)), ([(4,)], (4,)), ([(0, 7, 1)], (7,))]
    gc.collect()
    gc.disable()
    try:
        before = holding()
        search = make_strategy("enumerative", problem("list(int) -> list(int)", cases, words))
        list(search.run(max_terms=20_000))
        assert holding() == before
    finally:
        gc.enable()


@pytest.mark.slow
def test_words_about_pairs_are_cheap_where_the_task_speaks_of_pairs():
    cases = [([((3, 8), (9, 6), (2, 5))], (11, 15, 7)), ([((5, 7), (8, 1))], (12, 9)), ([((1, 5),)], (6,))]
    task = problem("list(pair(int, int)) -> list(int)", cases)
    term = first_hit(task, terms=250_000)
    assert term is not None and evaluate(term, [((4, 4), (-1, 2), (7, 0))], words=WORDS) == (8, 1, 7)
    plain, told = default_costs(WORDS), default_costs(WORDS, task.type)
    assert (told.of("first"), plain.of("first")) == (2, 4)
    assert told.of("unfold") == plain.of("unfold") and told.of("map") == plain.of("map")


@pytest.mark.slow
def test_the_parts_of_a_pair_are_looked_for_apart():
    cases = [([(1, 4, 6, 7)], ((4, 6), (1, 7))), ([(2, 2, 9)], ((2, 2), (9,))), ([(5, 8, 3)], ((8,), (5, 3)))]
    task = problem("list(int) -> pair(list(int), list(int))", cases)
    term = first_hit(task, terms=400_000)
    assert term is not None and evaluate(term, [(0, 11, 12)], words=WORDS) == ((0, 12), (11,))


def test_an_option_is_read_by_the_name_that_stored_runs_know():
    problem = Problem(parse_type("int -> int"), WORDS, examples=(((1,), 2),))
    for given, expected in (({}, True), ({"hurry": False}, False), ({"hurry": False, "unconfirmed": True}, True)):
        options = make_strategy("enumerative", problem, given).options
        assert options["unconfirmed"] is expected and "hurry" not in options
    with pytest.raises(StrategyError, match="'hury' is not known"):
        make_strategy("enumerative", problem, {"hury": False})
