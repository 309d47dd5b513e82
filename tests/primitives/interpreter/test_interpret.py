"""The interpreter: what programs mean, laziness, fuel, failures, subroutines."""

from __future__ import annotations

import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.definitions import definition
from primitives.interpreter.code import IncompleteTerm
from primitives.interpreter.fuel import weigh
from primitives.interpreter.interpret import Fuel, Machine, evaluate
from primitives.syntax import parse
from primitives.term import Term, Word
from primitives.testing import terms, types, values
from primitives.values import MAX_SIZE, Failure, Graph, Some, Table
from primitives.words import builtin_words

WORDS = builtin_words()


def run(text: str, *arguments: object, **options: object) -> object:
    return evaluate(parse(text, WORDS), arguments, words=WORDS, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(let ((x 2)) (let ((y (* x 3))) (+ x y)))", 8),
        ("((lambda (x y) (- x y)) 5 3)", 2),
        ("(((lambda (x) (lambda (y) (- x y))) 5) 3)", 2),
        ("(map (+ 10) [1 2])", (11, 12)),
        ("(map (lambda (x) (map (lambda (y) (* x y)) [1 2])) [3 4])", ((3, 6), (4, 8))),
        ("((if true head last) [1 2 3])", 1),
        ("(if true head last [1 2 3])", 1),
        ("(zipwith (lambda (f x) (f x)) (map + [1 2]) [10 20])", (11, 22)),
        ("(let ((f (lambda (x) (+ x 1)))) (f (f 1)))", 3),
        ("(pipe [3 1 2] sort reverse (take 2) sum)", 5),
        ("(fold (flip cons) empty [1 2 3])", (3, 2, 1)),
    ],
)
def test_programs(text: str, value: object) -> None:
    assert run(text) == value


def test_arguments_are_applied_in_turn() -> None:
    assert run("(lambda (x y) (- x y))", 5, 3) == 2
    assert run("-", 5, 3) == 2
    assert run("(- 5)", 3) == 2
    assert callable(run("(- 5)"))


@pytest.mark.parametrize(
    "text",
    ["(if true 1 (head empty))", "(if false (head empty) 1)", "(if (or true (head empty)) 1 2)", "(if (and false (head empty)) 2 1)",
     "(or_else (head empty) (some 1))", "((if true 1) (head empty))", "((or_else (fix (lambda (g x) (g x)) 1)) (some 1))"],
)  # fmt: skip
def test_lazy_positions_are_not_evaluated(text: str) -> None:
    assert run(text) == 1


def test_an_argument_of_a_function_value_is_evaluated_first() -> None:
    assert run("(let ((f (if true 1))) (f (head empty)))") == Failure("undefined", "head", "head of an empty list")


def test_let_and_lambda_are_strict() -> None:
    assert run("(let ((x (head empty))) 1)").kind == "undefined"  # type: ignore[attr-defined]
    assert run("((lambda (x) 1) (head empty))").kind == "undefined"  # type: ignore[attr-defined]


def test_a_failure_says_what_where_and_why() -> None:
    failure = run("(map (lambda (x) (// 1 x)) [1 0])")
    assert failure == Failure("undefined", "//", "division by zero")
    assert run("(+ 9007199254740992 1)") == Failure("overflow", "+", "an integer is beyond 2^53")
    assert run("(range 100000)").kind == "too large"  # type: ignore[attr-defined]


def test_incomplete_terms_are_an_error_of_the_caller() -> None:
    with pytest.raises(IncompleteTerm, match="goal"):
        run("(+ 1 ?goal)")
    with pytest.raises(IncompleteTerm, match="word='nope'"):
        evaluate(parse("(nope 1)"), words=WORDS)
    assert run("(if true 1 ?goal)") == 1


YS = "(let ((ys (range 65536))) "
ENDLESS = [
    "(while (const true) id 1)",
    "(while (const true) (lambda (x) (+ x 0)) 1)",
    "(fix (lambda (g n) (g n)) 1)",
    "(fix (lambda (g n) (+ 1 (g n))) 1)",
    "(fix (lambda (g n) (sum (map g (singleton (+ n 1))))) 1)",
    "(fix (lambda (g n) (head (sort_by g (singleton (+ n 1))))) 1)",
    "(unfold (lambda (n) (some (pair n n))) 1)",
    "(range 9007199254740992)",
    "(replicate 9007199254740992 1)",
    "(repeat_text 9007199254740992 \"ab\")",
    "(repeat 9007199254740992 (compose id) id 5)",
    "(repeat 9007199254740992 (lambda (x) x) 5)",
    "(repeat 60 (lambda (xs) (concat xs xs)) [1])",
    '(repeat 60 (lambda (s) (concat_text s s)) "ab")',
    "(repeat 60 (lambda (x) (* x x)) 3)",
    "(power 10 9007199254740992)",
    "(replicate 65536 (range 65536))",
    '(join "," (replicate 65536 (repeat_text 65536 "a")))',
    "(flatten_list (replicate 65536 (range 65536)))",
    "(unique (replicate 65536 (range 65536)))",
    "(sort (replicate 65536 (range 65536)))",
    "(map (lambda (x) (range 60000)) (range 60000))",
    "(let ((a (replicate 20000 (range 60000)))) (let ((b (replicate 20000 (range 60000)))) (= a b)))",
    YS + "(fold (lambda (a x) (+ (mod a 1000) (mod (sum ys) 100))) 0 ys))",
    YS + "(sort_by (lambda (x) ys) ys))",
    YS + "(group_by (lambda (x) ys) ys))",
    YS + "(filter (lambda (x) (contains (negate x) ys)) ys))",
    YS + "(for 65536 (lambda (i t) (put ys i t)) table_new))",
    YS + "(for 65536 (lambda (i t) (put i ys t)) table_new))",
    YS + "(let ((g (graph_from_edges (zip ys (reverse ys))))) (for 65536 (lambda (i n) (+ n (length (components g)))) 0)))",
    "(let ((ys (map some (range 65536)))) (for 65536 (lambda (i n) (or_else 0 (maximum ys))) 0))",
    '(let ((s (repeat_text 60000 "a"))) (for 100000 (lambda (i n) (length_text (replace "a" "b" s))) 0))',
]  # fmt: skip


@pytest.mark.timeout(60)  # some did billions of steps for their fuel
@pytest.mark.parametrize("text", ENDLESS)
def test_fuel_bounds_work_and_memory(text: str) -> None:
    traced = not text.startswith("(fix")  # tracing memory takes seconds at the depth that these reach
    peak = 0
    if traced:
        tracemalloc.start(1)
    try:
        result = run(text, fuel=Fuel(50_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(result, Failure) and result.kind in ("out of fuel", "too large", "overflow"), result
    assert peak < 128 * 2**20, f"{peak / 2**20:.0f} MiB"


def test_the_default_fuel_lets_ordinary_work_through() -> None:
    assert run("(sum (map (lambda (x) (* x x)) (range 10000)))") == sum(x * x for x in range(10000))
    assert run("(length (sort (reverse (range 60000))))") == 60000
    assert run("(fix (lambda (g n) (if (< n 1) 0 (+ 1 (g (- n 1))))) 1500)") == 1500


def test_seconds_bound_too() -> None:
    result = run("(while (const true) id 1)", fuel=Fuel(10**12, 0.2))
    assert result.kind == "out of fuel"  # type: ignore[attr-defined]


def test_deep_recursion_is_a_failure_in_a_thread_too() -> None:
    found: list = []

    def work() -> None:
        for text in ("(fix (lambda (g n) (g n)) 1)", "(repeat 100000 (compose (+ 1)) id 5)"):
            found.append(run(text))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [f.kind for f in found] == ["out of fuel", "out of fuel"]


def test_less_fuel_gives_the_same_value_or_none() -> None:
    same = []

    @settings(max_examples=60)
    @given(terms(WORDS), st.integers(0, 300))
    def check(term: Term, steps: int) -> None:
        full, less = evaluate(term, words=WORDS), evaluate(term, words=WORDS, fuel=Fuel(steps))
        if isinstance(less, Failure) and less.kind == "out of fuel":
            return
        assert callable(full) and callable(less) or repr(less) == repr(full)
        same.append(not isinstance(full, Failure))

    check()
    assert sum(same) >= 10, "too few programs had a value in spite of less fuel"


@given(st.data(), types(3))
def test_weight_counts_every_element(data: st.DataObject, type) -> None:
    def count(value) -> int:
        if isinstance(value, str):
            return len(value)
        if isinstance(value, tuple):
            return len(value) + sum(map(count, value))
        if isinstance(value, Some):
            return 1 + count(value.value)
        if isinstance(value, Table):
            return len(value) + sum(2 + count(k) + count(v) for k, v in value)
        if isinstance(value, Graph):
            return 2 + count(value.nodes) + count(value.edges)
        return 0

    value = data.draw(values(type))
    assert weigh(value, 10**9) == count(value)
    assert weigh(value, 3) >= min(count(value), 3)


def test_weight_stops_early() -> None:
    inner = tuple(range(MAX_SIZE))
    assert weigh((((inner,) * 10_000,) * 10_000,) * 10_000, 10_000) > 10_000


def test_subroutines_run_like_their_bodies() -> None:
    double = definition("double", "int -> int", parse("(lambda (x) (+ x x))", WORDS))
    words = {**WORDS, "double": double}
    quadruple = definition("quadruple", "int -> int", parse("(compose double double)", words))
    words["quadruple"] = quadruple
    assert evaluate(parse("(map quadruple [1 2])", words), words=words) == (4, 8)


def test_subroutines_that_grow_or_stand_for_themselves_are_failures() -> None:
    words = dict(WORDS)
    words["d0"] = definition("d0", "int -> int", parse("(+ 1)", WORDS))
    for i in range(1, 60):
        words[f"d{i}"] = definition(f"d{i}", "int -> int", parse(f"(compose d{i - 1} d{i - 1})", words))
    assert evaluate(parse("(d5 0)", words), words=words) == 32
    result = evaluate(parse("(d59 0)", words), words=words)
    assert isinstance(result, Failure) and result.kind == "too large" and "d" in result.detail
    words["f"] = definition("f", "int -> int", parse("(lambda (x) (g x))"))
    words["g"] = definition("g", "int -> int", parse("(lambda (x) (f x))"))
    result = evaluate(parse("(f 0)", words), words=words)
    assert isinstance(result, Failure) and "stands for itself" in result.detail


def test_a_word_that_changes_its_meaning_is_not_remembered() -> None:
    """The interpreter keeps what it made of a term; another vocabulary, or another version of a word, makes it anew."""
    term = parse("(f 3)")
    for body, value in (("(lambda (x) (+ x 1))", 4), ("(lambda (x) (* x 2))", 6)):
        words = {**WORDS, "f": definition("f", "int -> int", parse(body, WORDS))}
        assert evaluate(term, words=words) == value
    with pytest.raises(IncompleteTerm):
        evaluate(term, words=WORDS)


def test_settings_of_one_word_are_kept_apart() -> None:
    term = "(lambda (x) (global_pool :mode {} x))"
    import torch

    x = torch.tensor([[[1.0, 3.0]]])
    assert run(term.format("max"), x).item() == 3 and run(term.format("mean"), x).item() == 2  # type: ignore[attr-defined]


def test_apply_word_takes_delayed_arguments() -> None:
    machine = Machine(WORDS, {}, Fuel(), None, False)

    def undefined() -> object:
        raise AssertionError("evaluated")

    assert machine.apply_word(Word("if"), [lambda: True, lambda: 1, undefined]) == 1
    assert machine.apply_word(Word("+"), [lambda: 1])(2) == 3
    assert machine.apply_word(Word("if"), [lambda: True, lambda: WORDS["head"].meaning, undefined, lambda: (7,)]) == 7
    assert machine.evaluate(parse("(lambda (x) (+ x x))").body, (4,)) == 8  # type: ignore[attr-defined]


def test_storage_reaches_the_words_that_remember(tmp_path) -> None:
    assert run('(remember "k" "v")', storage=tmp_path) == "v"
    assert run('(recall "k")', storage=tmp_path) == Some("v")
    assert run('(recall "other")', storage=tmp_path) is None
