"""Compression: what it finds, and that it never changes what a program means, whatever becomes of stitch-core."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.compression import stitch_process
from library.compression.compress import Compression, compress, description_length
from library.compression.equivalence import same_program
from library.compression.normal import Unsafe, align, cannot_fail, normal_form
from library.compression.stitch_code import Codebook, Unreadable, hide_lets, restore_lets, symbols
from library.compression.stitch_process import StitchFailed, StitchMissing
from primitives.compile import compile_term
from primitives.definitions import Definition, definition, expand
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import (
    Apply,
    Lambda,
    Let,
    Term,
    Variable,
    Word,
    apply,
    renumber_sites,
    show_canonical,
    sites_of,
    words_in,
)
from primitives.types import INT, function, list_of
from primitives.values import Failure, equal
from primitives.words import builtin_words

WORDS = builtin_words()
LISTS = {
    "total of squares": "(lambda (xs) (sum (map (lambda (x) (* x x)) xs)))",
    "squares": "(lambda (xs) (map (lambda (x) (* x x)) xs))",
    "largest square": "(lambda (xs) (maximum (map (lambda (x) (* x x)) xs)))",
    "evens": "(lambda (xs) (filter (lambda (x) (= 0 (mod x 2))) xs))",
    "number of evens": "(lambda (xs) (count (lambda (x) (= 0 (mod x 2))) xs))",
    "total of evens": "(lambda (xs) (sum (filter (lambda (x) (= 0 (mod x 2))) xs)))",
    "any": "(lambda (xs k) (+ k (length xs)))",
}
NETS = {
    "a": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @1) relu max_pool (conv :maps 4 :kernel 3 @2) relu max_pool flatten "
    "(dense :units 3 @3)))",
    "b": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @7) relu max_pool flatten (dense :units 5 @9)))",
    "c": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @2) relu max_pool (conv :maps 4 :kernel 3 @1) relu max_pool global_pool))",
}


def corpus(texts: Mapping[str, str]) -> dict[str, list[Term]]:
    return {task: [parse(text, WORDS)] for task, text in texts.items()}


def with_abstractions(found: Compression, words: Mapping[str, Primitive] = WORDS) -> dict[str, Primitive]:
    known = dict(words)
    for each in found.abstractions:
        known[each.name] = definition(each.name, each.scheme, each.body)
    return known


# -- what it finds ---------------------------------------------------------------------------------------------------


def test_shared_parts_get_names_types_and_counts() -> None:
    found = compress(corpus(LISTS), WORDS)
    by_name = {each.name: each for each in found.abstractions}
    square = by_name["map_square"]
    assert square.scheme == "Num a => list(a) -> list(a)" and square.arity == 1 and square.kind == "algorithmic"
    assert set(square.tasks) == {"total of squares", "squares", "largest square"} and square.uses == 3
    even = next(each for each in found.abstractions if "mod" in each.description)
    assert set(even.tasks) == {"evens", "number of evens", "total of evens"}
    assert all(each.saved > 0 and each.description.startswith(each.scheme) for each in found.abstractions)
    assert found.before == description_length(corpus(LISTS), WORDS) and found.ratio > 1.1
    assert found.rewritten["any"] == tuple(corpus(LISTS)["any"])
    words = with_abstractions(found)
    bodies = [each.body for each in found.abstractions]
    assert found.after == description_length(found.rewritten, words, bodies)


def test_what_an_abstraction_saved_is_what_the_corpus_grows_without_it() -> None:
    found = compress({k: v for k, v in corpus(LISTS).items() if "square" in k}, WORDS)
    (only,) = found.abstractions
    assert only.saved == found.before - found.after


def test_it_is_deterministic_and_names_differ_from_all_that_are_taken() -> None:
    first, second = compress(corpus(LISTS), WORDS), compress(corpus(LISTS), WORDS)
    assert first == second
    other = compress(corpus(LISTS), WORDS, taken={"map_square"})
    assert "map_square_2" in {each.name for each in other.abstractions}


def test_a_part_of_one_task_alone_is_not_worth_a_name() -> None:
    text = "(lambda (xs) (+ (sum (map (lambda (x) (* x x)) xs)) (maximum (map (lambda (x) (* x x)) xs))))"
    found = compress({"one": [parse(text, WORDS)], "two": [parse("(lambda (xs) (length xs))", WORDS)]}, WORDS)
    assert found.abstractions == () and found.ratio == 1.0


def test_a_corpus_that_knows_the_subroutine_uses_it_under_its_name() -> None:
    body = parse("(lambda (xs) (map (lambda (x) (* x x)) xs))", WORDS)
    known = {**WORDS, "squares": definition("squares", "Num a => list(a) -> list(a)", body)}
    texts = {
        "a": "(lambda (xs) (sum (map (lambda (x) (* x x)) (reverse xs))))",
        "b": "(lambda (xs) (length (map (lambda (x) (* x x)) (tail xs))))",
        "c": "(lambda (xs) (head (map (lambda (x) (* x x)) xs)))",
    }
    found = compress(corpus(texts), known)
    assert found.abstractions == (), "what is shared has a name already"
    for task in texts:
        (term,) = found.rewritten[task]
        assert [word.name for word in words_in(term)].count("squares") == 1
        assert same_program(corpus(texts)[task][0], term, with_abstractions(found, known)) is not None


def test_what_the_judge_refuses_is_written_out_again() -> None:
    found = compress(corpus(LISTS), WORDS, judge=lambda each: "mod" not in each.description)
    assert [each.name for each in found.abstractions] == ["map_square"]
    for task in ("evens", "number of evens", "total of evens"):
        assert found.rewritten[task] == tuple(corpus(LISTS)[task])


def test_odd_programs_are_left_alone() -> None:
    texts = corpus(LISTS)
    texts |= {
        "hole": [parse("(lambda (xs) (sum (map ?f xs)))", WORDS)],
        "unknown": [Lambda(Word("no such word"))],
        "effect": [parse('(lambda (x) (remember "key" (* x x)))', WORDS)],
        "none": [],
    }
    found = compress(texts, WORDS)
    assert found.abstractions
    for task in ("hole", "unknown", "effect", "none"):
        assert found.rewritten[task] == tuple(texts[task])


@pytest.mark.parametrize("texts", [{}, {"one": "(lambda (x) x)"}])
def test_too_little_to_compare(texts: dict[str, str]) -> None:
    found = compress(corpus(texts), WORDS)
    assert (
        found.abstractions == ()
        and found.problem == ""
        and found.rewritten == {k: tuple(v) for k, v in corpus(texts).items()}
    )


def test_strange_characters_in_constants() -> None:
    key = '"#0 $1 (lam é \\" fn_0) ☃"'
    ends = {"a": "s", "b": '"#"', "c": "(upper s)", "d": "(lower s)", "e": '"fn_0"', "f": '"("'}
    texts = {name: f'(lambda (s) (split {end} (join {key} (split "," s))))' for name, end in ends.items()}
    found = compress(corpus(texts), WORDS)
    assert r"#0 $1 (lam \u00e9 \" fn_0) \u2603" in show_canonical(found.abstractions[0].body)
    words = with_abstractions(found)
    for task in texts:
        case = ("(,fn_0 #0,A",)
        expected = evaluate(corpus(texts)[task][0], case, words=WORDS)
        assert not isinstance(expected, Failure) and evaluate(found.rewritten[task][0], case, words=words) == expected
        assert found.rewritten[task] != tuple(corpus(texts)[task])


# -- meaning ---------------------------------------------------------------------------------------------------------


def integer_terms(depth: int, scope: tuple[bool, ...]) -> st.SearchStrategy[str]:
    """Texts of type int; ``scope`` says for each variable in it whether it is a list (else an integer). Partial words included."""
    leaves = [st.sampled_from(["0", "1", "2"])]
    leaves += [st.just(f"v{i}") for i, is_list in enumerate(scope) if not is_list]
    if depth == 0:
        return st.one_of(leaves)
    ints, lists = integer_terms(depth - 1, scope), list_terms(depth - 1, scope)
    return st.one_of(
        *leaves,
        st.builds("({} {} {})".format, st.sampled_from(["+", "*", "-", "//", "mod"]), ints, ints),
        st.builds("({} {})".format, st.sampled_from(["sum", "head", "maximum", "length"]), lists),
        st.builds("(if ({} {} {}) {} {})".format, st.sampled_from(["<", "="]), ints, ints, ints, ints),
        st.builds("(let ((y {})) (+ y {}))".format, ints, ints),
    )


def list_terms(depth: int, scope: tuple[bool, ...]) -> st.SearchStrategy[str]:
    """Texts of type list(int)."""
    leaves = [st.just(f"v{i}") for i, is_list in enumerate(scope) if is_list]
    if depth == 0:
        return st.one_of(leaves)
    lists, inner = list_terms(depth - 1, scope), f"v{len(scope)}"
    body = integer_terms(depth - 1, (*scope, False))
    return st.one_of(
        *leaves,
        st.builds("({} {})".format, st.sampled_from(["tail", "reverse", "sort"]), lists),
        st.builds(f"(map (lambda ({inner}) {{}}) {{}})".format, body, lists),
        st.builds(f"(filter (lambda ({inner}) (< {{}} {inner})) {{}})".format, body, lists),
        st.builds("(if (is_empty {}) {} (tail {}))".format, lists, lists, lists),
    )


CORPORA = st.lists(integer_terms(3, (True, False)), min_size=2, max_size=8)
INPUTS = [((), 0), ((3,), 1), ((2, -1, 5), 2), ((4, 4, 0, 7), -3)]


def outcome(value: object) -> object:
    return "failure" if isinstance(value, Failure) else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CORPORA)
def test_rewriting_never_changes_values_or_failures(texts: list[str]) -> None:
    programs = {str(i): [parse(f"(lambda (v0 v1) {text})", WORDS)] for i, text in enumerate(texts)}
    found = compress(programs, WORDS, max_arity=3)
    words = with_abstractions(found)
    assert found.problem == "" and list(found.rewritten) == list(programs)
    type = function(list_of(INT), INT, INT)
    for task, (original,) in programs.items():
        (rewritten,) = found.rewritten[task]
        infer(rewritten, words, type)
        for given_ in INPUTS:
            before = outcome(evaluate(original, given_, words=WORDS))
            after = outcome(evaluate(rewritten, given_, words=words))
            assert before == after if "failure" in (before, after) else equal(before, after)
    for each in found.abstractions:
        assert len(each.tasks) >= 2 and each.saved > 0 and each.name not in WORDS
        assert str(infer(each.body, words).scheme) == each.scheme


def test_an_argument_is_not_evaluated_where_its_place_might_not_be() -> None:
    texts = {
        "a": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (head xs)))",
        "b": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (head (tail xs))))",
        "c": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (maximum xs)))",
    }
    found = compress(corpus(texts), WORDS)
    words = with_abstractions(found)
    for task in texts:
        assert evaluate(found.rewritten[task][0], ((), 2), words=words) == 16


def test_the_rest_of_a_lazy_word_is_not_evaluated_early() -> None:
    """The partial application ``(lambda (n) (if (= 0 n)))`` would take its branches evaluated."""
    texts = {"a": "(lambda (v) (if (= 0 0) 0 v))", "b": "(lambda (v) (if (= 0 v) v (// 0 (if (= 0 0) v v))))"}
    found = compress(corpus(texts), WORDS)
    words = with_abstractions(found)
    assert evaluate(found.rewritten["b"][0], (0,), words=words) == 0


def test_an_abstraction_may_not_draw_once_what_was_drawn_twice() -> None:
    texts = {
        "a": "(lambda (x) (add (dropout x) (dropout x)))",
        "b": "(lambda (x) (relu (add (dropout x) (dropout x))))",
        "c": "(lambda (x) (tanh (add (dropout (relu x)) (dropout (relu x)))))",
    }
    found = compress(corpus(texts), WORDS)
    for each in found.abstractions:
        assert show_canonical(each.body).count("dropout") in (0, 2)


# -- nets ------------------------------------------------------------------------------------------------------------


def test_nets_share_structure_and_keep_weights_outputs_and_gradients() -> None:
    found = compress(corpus(NETS), WORDS)
    words = with_abstractions(found)
    assert any(each.kind == "geometric" and len(each.tasks) == 3 for each in found.abstractions)
    type = {"a": "Tensor[3]", "b": "Tensor[5]", "c": "Tensor[4]"}
    inputs = torch.rand(2, 1, 14, 14, generator=torch.Generator().manual_seed(0))
    for task, (original,) in corpus(NETS).items():
        (rewritten,) = found.rewritten[task]
        assert rewritten != original
        net = compile_term(original, WORDS, parse_type(f"Tensor[1,14,14] -> {type[task]}"), seed=3)
        old = {name: tensor.detach().clone() for name, tensor in net.weights().items()}
        (sites,) = found.sites[task]
        assert set(sites.values()) == set(sites_of(original)) and set(sites) == set(sites_of(expand(rewritten, words)))
        moved = {f"{new}.{name}": old[f"{there}.{name}"] for new, there in sites.items() for name in ("weight", "bias")}
        again = compile_term(rewritten, words, parse_type(f"Tensor[1,14,14] -> {type[task]}"), weights=moved)
        outputs, same = net(inputs), again(inputs)
        torch.testing.assert_close(outputs, same)
        outputs.square().sum().backward()
        same.square().sum().backward()
        slopes = sorted(float(p.grad.abs().sum()) for p in net.parameters())
        assert slopes == pytest.approx(sorted(float(p.grad.abs().sum()) for p in again.parameters()), rel=1e-4)


def test_shared_weights_stay_shared_and_separate_ones_separate() -> None:
    same = parse("(lambda (x) (add (relu (dense :units 4 @1 x)) (relu (dense :units 4 @1 x))))", WORDS)
    apart = parse("(lambda (x) (add (relu (dense :units 4 @1 x)) (relu (dense :units 4 @2 x))))", WORDS)
    outer = parse("(lambda (x) (relu (add (relu (dense :units 4 @5 x)) (relu (dense :units 4 @6 x)))))", WORDS)
    found = compress({"same": [same], "apart": [apart], "outer": [outer]}, WORDS)
    words = with_abstractions(found)
    for task, original in {"same": same, "apart": apart, "outer": outer}.items():
        (rewritten,) = found.rewritten[task]
        assert len(sites_of(expand(rewritten, words))) == len(sites_of(original))
        assert len(infer(rewritten, words).sites) == len(infer(original, words).sites)


# -- stitch-core fails -----------------------------------------------------------------------------------------------


def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Put another program in the place of the one that calls stitch-core."""
    script = tmp_path / "child.py"
    script.write_text(source, encoding="utf-8")
    monkeypatch.setattr(stitch_process, "CHILD", script)


DEATHS = {
    "segmentation fault": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "panic": "import sys; sys.stderr.write('thread main panicked'); sys.exit(101)",
    "exception": 'import json; print(json.dumps({"error": "StitchException: cost mismatch"}))',
    "nonsense": "print('{')",
    "silence": "pass",
    "other shape": 'import json; print(json.dumps({"abstractions": [1], "rewritten": [], "ratio": 1}))',
    "too few programs": 'import json; print(json.dumps({"abstractions": [], "rewritten": [], "ratio": 1}))',
}


@pytest.mark.parametrize("source", DEATHS.values(), ids=DEATHS)
def test_where_stitch_fails_nothing_is_lost(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    child(tmp_path, monkeypatch, source)
    found = compress(corpus(LISTS), WORDS)
    assert found.problem and found.abstractions == ()
    assert found.rewritten == {task: tuple(terms) for task, terms in corpus(LISTS).items()}
    assert found.before == found.after and capfd.readouterr().out == ""


def test_a_stitch_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stitch_process, "GRACE", 0.2)
    child(tmp_path, monkeypatch, "import time; time.sleep(60)")
    found = compress(corpus(LISTS), WORDS, seconds=0.3, max_arity=1)
    assert "seconds=0.3" in found.problem


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarms on this system")
def test_the_process_ends_itself_if_nobody_watches_it() -> None:
    programs = [f"(t0 {' '.join(f't{a}' for a in order)})" for order in itertools.permutations(range(1, 8))]
    with pytest.raises(StitchFailed, match="signal|seconds"):
        stitch_process.run(programs, [str(i) for i in range(len(programs))], iterations=50, max_arity=6, seconds=0.05)


WRONG = """
import json, sys
request = json.load(sys.stdin)
print(json.dumps({"abstractions": [%s], "rewritten": %s, "ratio": 1.0}))
"""


@pytest.mark.parametrize(
    ("abstraction", "rewritten"),
    [
        ('{"name": "fn_0", "body": "(t0 #0)", "arity": 1}', '["(fn_0 t1)" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 t0 #0)", "arity": 1}', '["(lam (fn_0 $0))" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 $3)", "arity": 0}', '["fn_0" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 #4)", "arity": 1}', '["(fn_0 t1)" for _ in request["programs"]]'),
        ("", '["(lam $0)" for _ in request["programs"]]'),
        ("", '["((" for _ in request["programs"]]'),
        ("", '["(unknown t1)" for _ in request["programs"]]'),
    ],
)
def test_wrong_answers_are_not_believed(
    abstraction: str, rewritten: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(tmp_path, monkeypatch, WRONG % (abstraction, rewritten))
    found = compress(corpus(LISTS), WORDS)
    assert found.rewritten == {task: tuple(terms) for task, terms in corpus(LISTS).items()}
    assert found.abstractions == ()


def test_without_stitch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stitch_process, "available", lambda: False)
    with pytest.raises(StitchMissing, match="install stitch-core"):
        compress(corpus(LISTS), WORDS)


# -- the parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*LISTS.values(), *NETS.values(), "(lambda (x) (let ((y (+ x 1))) (* y y)))"])
def test_text_for_stitch_reads_back(text: str) -> None:
    term = parse(text, WORDS)
    book = Codebook(WORDS)
    back = restore_lets(book.decode(book.encode(hide_lets(term))))
    assert renumber_sites(back) == renumber_sites(term)


def test_a_let_without_its_parts_is_refused() -> None:
    hidden = hide_lets(parse("(lambda (x) (let ((y x)) y))", WORDS))
    assert isinstance(restore_lets(hidden).body, Let)  # type: ignore[attr-defined]
    with pytest.raises(Unreadable):
        restore_lets(Lambda(Word("let")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((lambda (x y) (+ x (* x y))) 1 2)", "(+ 1 (* 1 2))"),
        ("(lambda (xs) ((lambda (f) (f xs)) (lambda (ys) (head ys))))", "(lambda (head $0))"),
        ("(lambda (xs) ((lambda (x) (+ x 1)) (head xs)))", "(lambda (+ (head $0) 1))"),
        ("(lambda (f) (lambda (x) ((lambda (y z) (y z x)) f x)))", "(lambda (lambda ($1 $0 $0)))"),
    ],
)
def test_normal_forms(text: str, expected: str) -> None:
    assert show_canonical(normal_form(parse(text, WORDS), WORDS)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(lambda (xs) ((lambda (x) 1) (head xs)))",
        "(lambda (xs) ((lambda (x) (if true 1 x)) (head xs)))",
        "(lambda (xs) ((lambda (x) (map (lambda (y) (+ x y)) xs)) (head xs)))",
        "(lambda (xs) ((lambda (x y) (+ x y)) (head xs)))",
        "(lambda (x) ((lambda (y) (add y y)) (dropout x)))",
        "(lambda (xs) ((lambda (x) (if (= x 0))) 1 (head xs) 2))",
        "((lambda (x) (x x)) (lambda (x) (x x)))",
    ],
)
def test_reductions_that_strict_evaluation_can_tell_are_refused(text: str) -> None:
    with pytest.raises(Unsafe):
        normal_form(parse(text, WORDS), WORDS)


def test_a_hidden_let_is_no_word_of_unknown_effects() -> None:
    """Its argument may be used twice, as it may where the let is written; that of a word that nobody knows may not."""
    term = parse("(lambda (x) ((lambda (y) (+ y y)) (let ((z (// 6 x))) (+ z 1))))", WORDS)
    hidden = normal_form(hide_lets(term), WORDS)
    assert restore_lets(hidden) == normal_form(term, WORDS)
    assert show_canonical(hidden).count("let") == 2
    unknown = Lambda(Apply(Lambda(apply(Word("+"), Variable(0), Variable(0))), Apply(Word("who_knows"), Variable(0))))
    with pytest.raises(Unsafe, match="not pure"):
        normal_form(unknown, WORDS)


def test_values() -> None:
    half = definition("half", "int -> int -> int", parse("(lambda (x y) (// x y))", WORDS))
    words: dict[str, Primitive] = {**WORDS, "half": half}
    assert isinstance(half, Definition)
    for text, expected in {"1": True, "(+ 1)": True, "(+ 1 2)": False, "(half 1)": True, "(half 1 0)": False, "(head empty)": False,
                           "(map (+ 1))": True, "(+ (head empty))": False}.items():  # fmt: skip
        assert cannot_fail(parse(text, words), words) is expected, text


def test_align_wants_the_same_sharing() -> None:
    def net(first: str, second: str) -> Term:
        return parse(f"(lambda (x) (dense :units 4 @{first} (dense :units 4 @{second} x)))", WORDS)

    assert align(net("8", "9"), net("1", "2")) == {"8": "1", "9": "2"}
    assert align(net("8", "8"), net("1", "1")) == {"8": "1"}
    assert align(net("8", "8"), net("1", "2")) is None and align(net("8", "9"), net("1", "1")) is None
    assert align(net("n@ab.1", "9"), net("n@ab.1", "2")) == {"n@ab.1": "n@ab.1", "9": "2"}
    assert align(net("n@ab.1", "9"), net("n@cd.1", "2")) is None


def test_settings_that_are_not_usual_count() -> None:
    usual, other = parse("(lambda (x) (max_pool x))", WORDS), parse("(lambda (x) (max_pool :kernel 3 x))", WORDS)
    assert symbols(usual, WORDS) == usual.size and symbols(other, WORDS) == other.size + 1


def test_several_programs_of_a_task_count_once() -> None:
    programs: dict[str, Sequence[Term]] = dict(corpus(LISTS))
    programs["squares"] = [*programs["squares"], parse("(lambda (xs) (zipwith * xs xs))", WORDS)]
    found = compress(programs, WORDS)
    assert len(found.rewritten["squares"]) == 2
    assert found.before == sum(min(symbols(t, WORDS) for t in terms) for terms in programs.values())


def test_a_short_function_that_several_tasks_share_gets_a_name() -> None:
    """Parameters are no part of what a body costs: a call is counted with its arguments."""
    last = ["(lambda (s) (last (split_words s)))", "(lambda (s) (upper (last (split_words s))))",
            "(lambda (s) (length_text (last (split_words s))))"]  # fmt: skip
    corpus = {str(number): [parse(text, WORDS)] for number, text in enumerate(last)}
    (found,) = compress(corpus, WORDS).abstractions
    assert show_canonical(found.body) == "(lambda (last (split_words $0)))" and found.saved == 1
    two = {name: terms for name, terms in corpus.items() if name != "2"}
    assert compress(two, WORDS).abstractions == (), "two words in two tasks save nothing"
    user = ['(lambda (s) (upper (head (split "@" s))))', '(lambda (s) (length_text (head (split "@" s))))']
    corpus = {str(number): [parse(text, WORDS)] for number, text in enumerate(user)}
    (found,) = compress(corpus, WORDS).abstractions
    assert show_canonical(found.body) == '(lambda (head (split "@" $0)))' and found.saved == 1
