"""Which program is told first of those that meet the examples, on what inputs they are told apart, and where they differ."""

import math

import pytest

from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.notation.values import from_json, to_json
from primitives.syntax import parse
from primitives.types import INT, arguments_of, function, has_tensor, list_of
from primitives.values import Failure
from primitives.words import builtin_words
from search.choice.ambiguity import alternatives
from search.choice.deciding import Ranking, SearchState, StoppingRule, decided
from search.choice.probes import probe_inputs, usual_inputs
from search.choice.ranking import MOST_BITS, Entry, bits, evidence, ranked, shape_of
from search.generation.costs import default_costs
from search.problem import Problem
from search.reports import Hit, Progress
from search.strategies import make_strategy

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
COSTS = default_costs(WORDS)
TYPES = ["list(int) -> int", "int -> int -> int", "str -> str -> str", "bool -> char -> int",
         "list(list(int)) -> pair(int, list(bool)) -> int",
         "option(int) -> int", "list(str) -> int"]  # fmt: skip
GIVEN = {
    "list(int)": [[3, -9007199254740992], []], "int": [9007199254740992, -3], "str": ["", "Ann Lee, 40"], "bool": [True, False],
    "char": ["a", "%"], "list(list(int))": [[[1], []], []], "pair(int, list(bool))": [[1, [True]], [2, []]], "option(int)": [None, [4]],
    "list(str)": [["a b"], []],
}  # fmt: skip


@pytest.mark.parametrize("text", TYPES)
def test_probes_are_new_values_of_the_types_and_the_same_each_time(text):
    types, _ = arguments_of(parse_type(text))
    given = [[from_json(GIVEN[str(type)][row], type) for type in types] for row in range(2)]
    found = probe_inputs(types, given, 12, seed=3)
    assert found == probe_inputs(types, given, 12, seed=3)
    assert len(set(map(repr, found))) == len(found) >= (2 if str(types[0]) in ("bool", "option(int)") else 8)
    assert not {repr(tuple(row)) for row in given} & set(map(repr, found))
    for probe in [*found, *usual_inputs(types, given)]:
        for value, type in zip(probe, types):
            assert from_json(to_json(value, type), type) == value


def test_no_probes_where_values_cannot_be_drawn_or_there_are_no_examples():
    assert probe_inputs([INT], [], 5) == []
    assert probe_inputs([], [()], 5) == []
    assert probe_inputs([function(INT, INT)], [(abs,)], 5) == []
    assert len(probe_inputs([parse_type("bool")], [(True,)], 9)) == 1


def judged(type, cases, texts):
    ranking = Ranking(parse_type(type), cases, WORDS, COSTS)
    for text in texts:
        term = parse(text, WORDS)
        infer(term, WORDS)
        assert ranking.add(Hit(term, 10, {"cost": 5}))
    return ranking


def test_programs_that_agree_add_up():
    near = [((n,), (0,)) for n in range(4)]
    terms = [parse(f"(lambda (x) {body})", WORDS) for body in ("(+ x 1)", "(- x -1)", "(* x 2)")]
    entries = [
        Entry(terms[0], (1, 2, 3, 4), (), -3.2),
        Entry(terms[1], (1, 2, 3, 4), (), -3.2),
        Entry(terms[2], (0, 2, 4, 6), (), -3.0),
    ]
    ordered = ranked(entries)
    assert len(near) == 4 and [each.entry.term for each in ordered] == terms
    assert sum(each.probability for each in ordered) == pytest.approx(1.0)
    assert ranked(entries[2:])[0].probability == 1.0 and ranked([]) == []


@pytest.mark.parametrize(
    ("type", "cases", "better", "worse"),
    [
        ("list(int) -> int -> list(int)", [([(1, 2), 1], (1,)), ([(3, 4), 1], (3,))],
         "(lambda (xs n) (take n xs))", "(lambda (xs n) (take 1 xs))"),
        ("list(int) -> int", [([(5, 2)], 5), ([(7, 4)], 7)], "(lambda (xs) (head xs))", "(lambda (xs) (if (= (last xs) 2) 5 7))"),
        ("list(int) -> list(int)", [([(1, 1)], (1, 1))], "(lambda (xs) xs)", "(lambda (xs) (zipwith (lambda (a b) b) xs xs))"),
    ],
)  # fmt: skip
def test_generic_programs_come_before_those_of_the_examples_alone(type, cases, better, worse):
    for order in ((better, worse), (worse, better)):
        ordered = judged(type, cases, order).in_order()
        assert ordered[0].entry.term == parse(better, WORDS)


def test_confidence_weighs_the_outputs_against_the_length_of_the_program():
    short, long = (
        "(lambda (xs) (drop 1 xs))",
        "(lambda (xs) (if (= (last xs) 2) (cons 4 (take 3 xs)) (cons (+ 1 (head xs)) xs)))",
    )
    much = [([tuple(range(9 * n, 9 * n + 6))], tuple(range(9 * n + 1, 9 * n + 6))) for n in range(3)]
    little = [([(5, 2)], (2,)), ([(7, 4)], (4,))]

    def doubt(cases, text):
        return judged("list(int) -> list(int)", cases, [text]).doubt()

    assert 0.0 < doubt(much, short) < 0.1 < 0.5 < doubt(little, long) < 1.0
    assert doubt(much, short) < doubt(little, short) < doubt(little, long)
    assert evidence([(1, 2), (1, 2)]) < evidence([(1, 2), (1, 3)]) < evidence([(1, 2), (1, 3), (4, 4, 4)])


def test_what_speaks_for_a_program_from_elsewhere_lessens_the_doubt():
    cases = [([(5, 2)], (2,)), ([(7, 4)], (4,))]
    doubts = []
    for nats in (-3.0, 0.0, 3.0):
        ranking = Ranking(parse_type("list(int) -> list(int)"), cases, WORDS, COSTS, prior=lambda term, nats=nats: nats)
        assert ranking.doubt() == 1.0
        ranking.add(Hit(parse("(lambda (xs) (drop 1 xs))", WORDS), 10, {"cost": 5}))
        doubts.append(ranking.doubt())
    assert doubts[0] > doubts[1] > doubts[2]
    rule = StoppingRule()
    assert not rule.enough(1_000, 10, 2, cheapest=True, doubt=doubts[0])
    assert rule.enough(10**9, 10, 2, cheapest=False, doubt=1.0) and rule.enough(1_000, 10, 2, cheapest=True, doubt=0.0)


def test_alternatives_show_an_input_on_which_they_differ():
    texts = ["(lambda (xs) (head xs))", "(lambda (xs) (maximum xs))", "(lambda (xs) (last (reverse xs)))"]
    ranking = judged("list(int) -> int", [([(9, 3)], 9), ([(7, 1, 2)], 7)], texts)
    ordered = ranking.in_order()
    found = alternatives(ordered, ranking.near, ranking.usual)
    assert len(found) == 1 and found[0].term == parse(texts[1], WORDS)
    other = found[0]
    assert evaluate(other.term, other.inputs, words=WORDS) == other.output != other.chosen
    assert evaluate(ordered[0].entry.term, other.inputs, words=WORDS) == other.chosen
    assert 0 < other.probability < ordered[0].probability and not isinstance(other.chosen, Failure)
    assert alternatives([], [], []) == []


def test_features_of_a_text():
    shape = shape_of(parse("(lambda (xs n) (map (lambda (x) (+ 57 57)) (take 3 xs)))", WORDS), 2, COSTS, WORDS)
    assert (shape.unused, shape.idle, shape.lambdas, shape.literals, shape.variables) == (1, 1, 1, 3, 1)
    shape = shape_of(parse("(lambda (n) (fold (lambda (a b) (+ a b)) n empty))", WORDS), 1, COSTS, WORDS)
    assert (shape.lambdas, shape.idle) == (1, 0)
    shape = shape_of(parse("(lambda (n) (map (lambda (x) (+ x n)) empty))", WORDS), 1, COSTS, WORDS)
    assert (shape.unused, shape.idle) == (0, 0)


def stream_of(hits, log):
    """A search that considers 1,000 terms a report and finds ``hits`` by the number of the report."""

    def stream(probes, max_terms):
        log.append((len(probes), max_terms))
        for number in range(1, 200):
            terms = 1_000 * number
            if max_terms is not None and terms > max_terms:
                return
            if number in hits:
                yield Hit(hits[number], terms, {"cost": number, "seconds": 0.1})
            yield Progress(terms, {"cost": number // 10})

    return stream


@pytest.mark.parametrize(("sure", "given"), [pytest.param(0.0, True, marks=pytest.mark.slow), (0.9, False)])
def test_a_doubtful_program_is_withheld_on_demand_and_searched_on_for(sure, given):
    cases = [([(5, 2)], 11), ([(7, 4)], -3)]
    problem = Problem(parse_type("list(int) -> int"), WORDS, examples=tuple((tuple(i), o) for i, o in cases))
    strategy = make_strategy("enumerative", problem, {"sure": sure})
    found = list(strategy.run(max_terms=50_000))
    assert any(isinstance(each, Hit) for each in found) is given
    assert strategy.first_terms is not None and (given or max(each.terms for each in found) > 35_000)


FIRST = parse("(lambda (xs) (if (= (last xs) 2) 5 7))", WORDS)
BETTER = parse("(lambda (xs) (head xs))", WORDS)


@pytest.mark.parametrize("count", [2, 10])
def test_the_search_goes_on_for_a_bounded_while_and_tells_the_likeliest_first(count):
    cases = [([(5, 2)], 5), ([(7, 4)], 7), *(([(n, 4)], 20 + n) for n in range(8))][:count]
    ranking = Ranking(
        parse_type("list(int) -> int"), cases, WORDS, COSTS, StoppingRule(share=1.0, more=8_000, few=5, unsure=0)
    )
    log = []
    found = []
    for report in decided(stream_of({5: FIRST, 6: BETTER}, log), ranking):
        if isinstance(report, Hit):
            found.append(report)
            if len(found) == 2:
                break
    assert [hit.term for hit in found] == [BETTER, FIRST]
    assert found[0].info["first_terms"] == 5_000 and found[0].terms <= 2 * 5_000 + 5_000 + 8_000 / 4 + 1_000
    assert [entry[0] for entry in log] == ([0, 3] if count == 2 else [0])


def test_a_budget_ends_the_waiting():
    ranking = Ranking(parse_type("list(int) -> int"), [([(5, 2)], 5), ([(7, 4)], 7)], WORDS, COSTS)
    found = [each for each in decided(stream_of({5: FIRST}, []), ranking, 9_000) if isinstance(each, Hit)]
    assert [hit.term for hit in found] == [FIRST] and not found[0].info["confirmed"]
    assert (
        list(decided(stream_of({}, []), Ranking(parse_type("list(int) -> int"), [([(5, 2)], 5)], WORDS, COSTS), 500))
        == []
    )


def test_a_search_tells_the_program_and_its_alternatives():
    cases = ((((9, 3),), 9), (((7, 1, 2),), 7))
    task = Problem(
        parse_type("list(int) -> int"),
        {name: WORDS[name] for name in ("head", "maximum", "last", "sum")},
        examples=cases,
    )
    strategy = make_strategy("enumerative", task, {"max_cost": 7})
    assert list(strategy.alternatives()) == []
    hits = [each for each in strategy.run() if isinstance(each, Hit)]
    assert hits[0].term == BETTER
    others = strategy.alternatives()
    assert any("maximum" in repr(each.term) for each in others)
    for each in others:
        assert evaluate(each.term, each.inputs, words=WORDS) != each.chosen or isinstance(each.chosen, Failure)
    assert list_of(INT) == task.type.arguments[0]


def test_a_float_takes_as_many_bits_as_its_digits_and_no_more_than_what_has_no_digits():
    assert bits(2.0) == bits(2) and bits(-300.0) == bits(300)
    assert bits(0.0) == bits(1.0) == 1.0 < bits(2.5) < bits(0.025) < bits(0.1234) <= MOST_BITS
    assert (
        bits(math.pi) == bits(math.e) < bits(3.14159)
        and bits(1 / 3) == bits(1e-300) == bits(1e300) == bits(math.inf) == MOST_BITS
    )


def test_a_search_goes_on_for_longer_where_few_outputs_tell_little():
    rule = StoppingRule()
    assert rule.grace(0.1, 20, choice=True) > 20 > 2 * rule.grace(0.1, 20)
    cases = [((n,), n % 2 == 0) for n in range(20)]
    waited = []
    for given in (cases, [((n,), n) for n in range(20)]):
        ranking = Ranking(parse_type("int -> bool"), given, WORDS, COSTS)
        waited.append(SearchState(rule, 20, True, bool(ranking.classes)))
        waited[-1].note(Hit(parse("(lambda (n) (is_even n))", WORDS), 10, {"cost": 3}))
    assert waited[0].until - waited[1].until > 10


def test_a_choice_speaks_against_a_program_for_a_truth_value():
    text = "(lambda (a b) (if (< 2 b) (< a b) (< b a)))"
    truth = judged("int -> int -> bool", [((1, 3), True), ((3, 3), False), ((1, 1), False)], [text]).entries[0]
    number = judged("int -> int -> int", [((1, 2), 3), ((2, 1), 1)], ["(lambda (a b) (if (< a b) (+ a b) b))"]).entries[
        0
    ]
    told = [
        Ranking(parse_type("int -> int -> int"), [((1, 2), 3)], WORDS, COSTS).weight(each.term)
        for each in (truth, number)
    ]
    assert truth.weight < told[0] - 1.4 and number.weight == pytest.approx(told[1], abs=1.0)
