"""Skeletons: what comes first for outputs that a known rule made of answers that nobody sees."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Lambda, lambdas, show_canonical
from primitives.values import Value
from primitives.words import builtin_words
from search.skeletons.growth import Skeleton, Skeletons
from search.skeletons.looking import SeenImages, gain_without_program, in_order
from search.skeletons.reading import ImageReading, reading_of
from search.skeletons.worlds import Given, size_of, worlds_of

WORDS = builtin_words()
PAIRS, LISTS = "Tensor[1,8,8] -> Tensor[1,8,8] -> int", "list(Tensor[1,8,8]) -> int"


def reading(type: str) -> ImageReading:
    found = reading_of(parse_type(type))
    assert found is not None
    return found


def first(type: str, rule: Callable[..., Value], count: int, classes: int = 6) -> list[Skeleton]:
    """The skeletons that come first for what a rule makes of 400 cases of one or two answers a list, or of two answers."""
    rng = np.random.default_rng(0)
    listed = type.startswith("list")
    sizes = rng.integers(1, 3, 400) if listed else np.full(400, 2)
    answers = [tuple(rng.integers(0, classes, size).tolist()) for size in sizes]
    shapes = [(1 + len(each),) if listed else (0, 0) for each in answers]
    outputs = [rule(each) if listed else rule(*each) for each in answers]
    return list(itertools.islice(Skeletons(reading(type), shapes, outputs, WORDS, {}, 0), count))


@pytest.mark.parametrize(
    ("type", "rule", "wanted"),
    [
        (PAIRS, lambda a, b: a + b, "(+ $1 $0)"),
        (PAIRS, lambda a, b: int(a == b), "(if (= $1 $0) 1 0)"),
        (LISTS, sum, "(sum $0)"),
        (LISTS, max, "(maximum $0)"),
    ],
)
def test_the_rule_is_among_the_first_with_classes_enough(type: str, rule: Callable[..., Value], wanted: str) -> None:
    found = {show_canonical(each.term): each for each in first(type, rule, 6, 10)}
    assert wanted in found
    assert found[wanted].classes == 10
    assert found[wanted].excess < 0.15


def test_how_often_an_answer_comes_among_others_is_told_from_whether_it_does() -> None:
    rng = np.random.default_rng(0)
    cases = [(int(rng.integers(10)), tuple(rng.integers(0, 10, rng.integers(1, 3)).tolist())) for _ in range(400)]
    shapes, outputs = [(0, 1 + len(others)) for _, others in cases], [others.count(one) for one, others in cases]
    behind = Skeletons(reading("Tensor[1,8,8] -> list(Tensor[1,8,8]) -> int"), shapes, outputs, WORDS, {}, 0)
    found = {show_canonical(each.term): each for each in itertools.islice(behind, 80)}
    assert found["(count (lambda (= $0 $2)) $0)"].classes == 10


def test_the_outputs_may_be_lists() -> None:
    found = first(LISTS.replace("-> int", "-> list(int)"), lambda xs: tuple(sorted(xs)), 2)
    assert "(sort $0)" in [show_canonical(each.term) for each in found]


def test_what_cannot_give_the_outputs_never_comes() -> None:
    """Of two answers below 6 the product is never 7, the sum is."""
    found = first(PAIRS, lambda a, b: a + b, 12)
    for each in found:
        numbers = itertools.product(range(each.classes), repeat=2)
        given = {evaluate(lambdas(2, each.term), pair, words=WORDS) for pair in numbers}
        assert len({*range(11)} - given) <= 1, each
    assert [each.cost for each in found] == sorted(each.cost for each in found)


def test_equal_ones_come_once() -> None:
    found = first(PAIRS, lambda a, b: a + b, 12)
    worlds = list(itertools.product(range(6), repeat=2))
    seen = {tuple(map(repr, (evaluate(lambdas(2, e.term), w, words=WORDS) for w in worlds))) for e in found}
    assert len(seen) == len(found)


def test_answers_that_are_looked_at_twice_are_drawn_once() -> None:
    net = Lambda(parse("(lambda (x) (argmax x))", WORDS).body)
    made = reading(LISTS).program(parse("(lambda (xs) (+ (sum xs) (head xs)))", WORDS).body, net, WORDS)
    wanted = "(lambda (xs) (let ((net (lambda (x) (argmax x)))) (let ((answers (map net xs))) (+ (sum answers) (head answers)))))"
    assert made == parse(wanted, WORDS)


def test_answers_that_are_looked_at_once_have_no_name() -> None:
    net = parse("(lambda (x) (argmax x))", WORDS)
    made = reading(PAIRS).program(parse("(lambda (a b) (- b a))", WORDS).body.body, net, WORDS)
    assert made == parse("(lambda (a b) (let ((net (lambda (x) (argmax x)))) (- (net b) (net a))))", WORDS)
    alone = reading(PAIRS).program(parse("(lambda (a b) b)", WORDS).body.body, net, WORDS)
    assert alone == parse("(lambda (a b) (let ((net (lambda (x) (argmax x)))) (net b)))", WORDS)


@pytest.mark.parametrize(
    "type",
    ["list(int) -> int", "Tensor[4] -> int", "Tensor[1,8,8] -> Tensor[1,9,9] -> int", "Tensor[1,8,8] -> float -> int"],
)
def test_other_inputs_have_no_reading(type: str) -> None:
    assert reading_of(parse_type(type)) is None


def test_a_whole_number_beside_images_is_given_to_the_program_as_it_is() -> None:
    found = reading("int -> list(Tensor[1,8,8]) -> int")
    made = found.program(
        parse("(lambda (x ys) (count (= x) ys))", WORDS).body.body, parse("(lambda (x) (argmax x))", WORDS), WORDS
    )
    assert made == parse("(lambda (x ys) (let ((net (lambda (x) (argmax x)))) (count (= x) (map net ys))))", WORDS)
    rng = np.random.default_rng(0)
    cases = [(int(rng.integers(4)), tuple(rng.integers(0, 4, 2).tolist())) for _ in range(300)]
    shapes, outputs = [(Given(one), 3) for one, _ in cases], [others.count(one) for one, others in cases]
    worlds = worlds_of(shapes, (2, 4), rng)
    assert size_of(shapes[0]) == 2 and set(worlds.rows) == {
        (one, pair) for one in range(4) for pair in itertools.product(range(4), repeat=2)
    }
    texts = "(sum ys)", "(count (= x) ys)", "(+ x (head ys))"
    few = [Skeleton(parse(f"(lambda (x ys) {text})", WORDS).body.body, 5, 4.0, 0.0, 4.0) for text in texts]
    seen = SeenImages.of(shapes, [np.array(others) for _, others in cases], outputs)
    assert in_order(few, seen, WORDS, 0)[0].term == few[1].term


def test_worlds_are_all_where_they_are_few_and_some_where_they_are_many() -> None:
    few = worlds_of([(0, 0), (0, 0)], (2, 5), np.random.default_rng(0))
    assert few.complete and len(few.rows) == 25 and few.drawn.sum(axis=0).tolist() == [4, 25]
    many = worlds_of([(6,), (2,)], (10,), np.random.default_rng(0))
    assert many.judged == ((2,),) and sum(len(row[0]) == 5 for row in many.rows) > 5
    assert size_of((6, 0, 1)) == 6
    large = worlds_of([(9,)], (2, 10), np.random.default_rng(0))
    assert not large.complete and large.drawn.all(axis=0).tolist() == [False, False] and len(large.rows) <= 700


def test_a_net_that_may_look_tells_the_rule_where_the_outputs_alone_do_not() -> None:
    """Each output as often as any other: by their frequencies an answer that is read off the first image explains them as well."""
    rng = np.random.default_rng(0)
    every = np.array(list(itertools.product(range(6), repeat=3)))
    rule = every.prod(axis=1) % 6
    rows = rng.permutation(np.concatenate([rng.choice(np.flatnonzero(rule == output), 100) for output in range(6)]))
    groups = every[rows] * 2 + rng.integers(0, 2, (len(rows), 3))  # two kinds of picture a number
    texts = "(head xs)", "(sum xs)", "(mod (product xs) 6)", "(maximum xs)", "(mod (sum xs) 6)"
    skeletons = [Skeleton(parse(f"(lambda (xs) {text})", WORDS).body, 6, 4.0, 0.0, 4.0) for text in texts]
    seen = SeenImages.of([(4,)] * len(rows), list(groups), rule[rows].tolist())
    best, *others = in_order(skeletons, seen, WORDS, 0)
    assert show_canonical(best.term) == "(mod (product $0) 6)"
    assert best.gain > gain_without_program(seen) + 0.15
    assert all(each.gain < best.gain - 0.3 for each in others)


def test_what_has_too_many_images_to_be_judged_comes_behind_in_its_order() -> None:
    seen = SeenImages.of([(6,)] * 20, [np.arange(5)] * 20, [0, 1] * 10)
    skeletons = [Skeleton(parse(f"(lambda (xs) ({text} xs))", WORDS).body, 10, 1.0, 0.0) for text in ("sum", "head")]
    assert in_order(skeletons, seen, WORDS, 0) == skeletons


def test_cases_of_few_images_are_judged_first_where_there_are_enough_of_them() -> None:
    shapes = [(2,)] * 250 + [(3,)] * 250 + [(4,)] * 500
    seen = SeenImages.of(shapes, [np.zeros(size_of(shape), np.int64) for shape in shapes], [0] * 1000)
    assert seen.small().shapes == ((2,), (3,)) and sum(map(len, seen.small().outputs)) == 500
    assert SeenImages.of(shapes[200:], seen.groups[2][:1].repeat(800, 0), [0] * 800).small().shapes == (
        (2,),
        (3,),
        (4,),
    )


def test_images_that_speak_for_themselves_need_no_program() -> None:
    """The output is in the second image."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 6, (600, 2))
    seen = SeenImages.of([(3,)] * 600, list(groups), groups[:, 1].tolist())
    assert gain_without_program(seen) > 1.6


def test_the_maps_of_one_image_are_read_each_by_itself() -> None:
    found = reading("Tensor[2,8,8] -> Tensor[4]")
    assert (found.maps, found.classes, str(found.image)) == (True, 4, "Tensor[1,8,8]")
    net = parse("(lambda (x) (argmax (flatten x)))", WORDS)
    made = found.program(parse("(lambda (xs) (sum xs))", WORDS).body, net, WORDS)
    wanted = """(lambda (x) (let ((net (lambda (y) (argmax (flatten (reshape :channels 1 :height 8 :width 8 y))))))
        (one_hot :size 4 (sum (map net (unstack x))))))"""
    assert made == parse(wanted, WORDS)
    assert found.program(net.body, net, {}) is None
    for other in (
        "Tensor[1,8,8] -> Tensor[4]",
        "Tensor[2,8,8] -> Tensor[2,8,8] -> Tensor[4]",
        "Tensor[9,8,8] -> Tensor[4]",
    ):
        assert reading_of(parse_type(other)) is None
