"""What the algorithmic words give on examples."""

from __future__ import annotations

import math

import pytest

from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import words_in
from primitives.values import Failure, Graph, Some, Table, equal
from primitives.words import builtin_words

WORDS = builtin_words()
UNDEFINED, OVERFLOW, TOO_LARGE = "undefined", "overflow", "too large"
EDGES = '(graph_from_edges (literal "list(pair(int, int))" "[[1,2],[1,3],[2,4],[3,4],[5,6]]"))'
CYCLE = '(graph_from_edges (literal "list(pair(int, int))" "[[1,2],[2,3],[3,1]]"))'
TABLE = '(table_from (literal "list(pair(str, int))" "[[\\"a\\",1],[\\"b\\",2],[\\"a\\",3]]"))'
NAN = '(literal "float" "NaN")'
INFINITY = '(literal "float" "Infinity")'

EXAMPLES = {
    "arithmetic": [
        ("(+ 2 3)", 5), ("(+ 0.5 1.0)", 1.5), ("(+ 9007199254740992 0)", 2**53),
        ("(+ 9007199254740992 1)", OVERFLOW), ("(- 2 3)", -1), ("(- -9007199254740992 1)", OVERFLOW),
        ("(* 4 -3)", -12), ("(* 94906267 94906267)", OVERFLOW), ("(* 1e308 10.0)", math.inf), ("(// 7 2)", 3),
        ("(// -7 2)", -4), ("(// 7 -2)", -4), ("(// 7 0)", UNDEFINED), ("(mod 7 3)", 1), ("(mod -7 3)", 2),
        ("(mod 7 -3)", -2), ("(mod 7 0)", UNDEFINED), ("(/ 7.0 2.0)", 3.5), ("(/ 7.0 0.0)", UNDEFINED),
        ("(/ 7.0 -0.0)", UNDEFINED), ("(power 2 10)", 1024), ("(power 2 53)", 2**53), ("(power 2 54)", OVERFLOW),
        ("(power -1 9007199254740991)", -1), ("(power 0 0)", 1), ("(power 2 -1)", UNDEFINED),
        ("(power 2.0 -1.0)", 0.5), ("(power 10.0 400.0)", math.inf), ("(power -10.0 401.0)", -math.inf),
        ("(power -8.0 0.5)", UNDEFINED), ("(power 0.0 -1.0)", UNDEFINED), ("(negate 3)", -3), ("(square -3)", 9),
        ("(square 94906267)", OVERFLOW), ("(is_even -4)", True), ("(is_even 3)", False), ("(is_odd -3)", True), ("(is_odd 0)", False),
        ("(abs -3)", 3),
        ("(abs -2.5)", 2.5), ("(min 2 1)", 1), ("(max 2 1)", 2), ('(max "a" "b")', "b"), ("(min [2] [1 5])", (1, 5)),
        (f"(max {NAN} 1.0)", math.nan), (f"(max 1.0 {NAN})", 1.0), ("(to_float 3)", 3.0), ("(floor -1.5)", -2),
        ("(ceil -1.5)", -1), ("(round 2.5)", 2), ("(round 3.5)", 4), ("(round -2.6)", -3),
        (f"(floor {NAN})", UNDEFINED), (f"(round {INFINITY})", UNDEFINED), ("(ceil 1e300)", OVERFLOW),
        ("(sqrt 9.0)", 3.0), ("(sqrt -1.0)", UNDEFINED), ("(exp 0.0)", 1.0), ("(exp 1000.0)", math.inf),
        ("(exp -1000.0)", 0.0), ("(log 1.0)", 0.0), ("(log 0.0)", UNDEFINED), ("(sin 0.0)", 0.0), ("(cos 0.0)", 1.0),
        (f"(sin {INFINITY})", math.nan), (f"(cos {NAN})", math.nan), ("(tan 0.0)", 0.0), (f"(tan {INFINITY})", math.nan),
        ("(asin 1.0)", math.pi / 2), ("(asin 1.5)", UNDEFINED), (f"(asin {NAN})", math.nan), ("(acos -1.0)", math.pi),
        (f"(acos {INFINITY})", UNDEFINED), ("(atan 1.0)", math.pi / 4), (f"(atan {INFINITY})", math.pi / 2),
    ],
    "logic": [
        ("(= 1 1)", True), ("(= [1 2] [1 2])", True), ("(= (some 1) none)", False), ("(= 0.0 -0.0)", True),
        (f"(= {NAN} {NAN})", False), (f"(let ((x (singleton {NAN}))) (= x x))", False),
        (f"(let ((x {NAN})) (!= x x))", True), ('(!= "a" "b")', True), ("(< 1 2)", True), ("(< [1] [1 0])", True),
        ("(< [2] [1 0])", False), ("(< none (some 0))", True), ("(< false true)", True),
        ("(< (pair 1 none) (pair 1 (some 2)))", True), (f"(< {NAN} 1.0)", False), (f"(>= {NAN} 1.0)", False),
        (f"(< (singleton {NAN}) (singleton 1.0))", UNDEFINED), ("(> 2 1)", True), ('(> "b" "a")', True),
        ("(<= 2 2)", True), ("(<= 3 2)", False), ("(>= 2 2)", True), ("(>= [1] [2])", False),
        ("(and true false)", False), ("(and true true)", True), ("(or false true)", True),
        ("(or false false)", False), ("(not true)", False), ("(if true 1 2)", 1), ("(if false 1 2)", 2),
    ],
    "lists": [
        ("(length empty)", 0), ("(singleton 1)", (1,)), ("(cons 1 [2])", (1, 2)), ("(append 1 [2])", (2, 1)),
        ("(concat [1] [2 3])", (1, 2, 3)), ("(flatten_list [[1] [2 3]])", (1, 2, 3)),
        ("(replicate 3 true)", (True,) * 3), ("(replicate -1 1)", ()), ("(replicate 65537 1)", TOO_LARGE),
        ("(range 3)", (0, 1, 2)), ("(range -3)", ()), ("(range_from 2 5)", (2, 3, 4)), ("(range_from 5 2)", ()),
        ("(is_empty empty)", True), ("(head [4 5])", 4), ("(head empty)", UNDEFINED), ("(tail [4 5])", (5,)),
        ("(tail empty)", UNDEFINED), ("(last [4 5])", 5), ("(last empty)", UNDEFINED), ("(init [4 5])", (4,)),
        ("(init empty)", UNDEFINED), ("(index 1 [4 5])", 5), ("(index 2 [4 5])", UNDEFINED),
        ("(index -1 [4 5])", UNDEFINED), ("(set 0 9 [4 5])", (9, 5)), ("(set 2 9 [4 5])", UNDEFINED),
        ("(insert 2 9 [4 5])", (4, 5, 9)), ("(insert 3 9 [4 5])", UNDEFINED), ("(delete 0 [4 5])", (5,)),
        ("(delete 2 [4 5])", UNDEFINED), ("(take 2 [1 2 3])", (1, 2)), ("(take 9 [1])", (1,)), ("(take -1 [1])", ()),
        ("(drop 2 [1 2 3])", (3,)), ("(drop 9 [1])", ()), ("(drop -1 [1])", (1,)), ("(slice 1 3 [1 2 3 4])", (2, 3)),
        ("(slice -5 2 [1 2 3])", (1, 2)), ("(slice 2 1 [1 2 3])", ()), ("(slice 0 -1 [1 2 3])", ()),
        ("(reverse [1 2 3])", (3, 2, 1)), ("(take_nth 2 [1 2 3])", (1, 3)), ("(take_nth 0 [1])", UNDEFINED),
        ("(map negate [1 2])", (-1, -2)), ("(mapi - [5 5])", (-5, -4)),
        ("(filter (lambda (x) (> x 1)) [1 2 3])", (2, 3)), ("(fold - 10 [1 2])", 7), ("(foldr - 10 [1 2])", 9),
        ("(scan + 0 [1 2 3])", (0, 1, 3, 6)), ("(scan + 0 empty)", (0,)),
        ("(scan1 + [1 2 3])", (1, 3, 6)), ("(scan1 - [5])", (5,)), ("(scan1 + empty)", ()),
        ("(scan1 // [1 0 2])", UNDEFINED),
        ("(unfold (lambda (n) (if (> n 3) none (some (pair (* n n) (+ n 1))))) 1)", (1, 4, 9)),
        ("(zip [1 2 3] [true false])", ((1, True), (2, False))), ("(zipwith + [1 2] [10 20 30])", (11, 22)),
        ("(unzip (zip [1 2] [3 4]))", ((1, 2), (3, 4))), ("(enumerate [7 8])", ((0, 7), (1, 8))),
        ("(sum [1 2 3])", 6), ("(sum empty)", 0), ("(sum [0.5 0.25])", 0.75),
        ("(sum [9007199254740992 1 -5])", OVERFLOW), ("(product [2 3])", 6), ("(product empty)", 1),
        ("(product [9007199254740992 2 0])", OVERFLOW), ("(maximum [1 3 2])", 3), ("(maximum empty)", UNDEFINED),
        ("(minimum [[2] [1 9]])", (1, 9)), ("(minimum empty)", UNDEFINED),
        (f"(maximum (cons 1.0 (singleton {NAN})))", UNDEFINED), ("(minimum (cons (some 1) (singleton none)))", None),
        ("(count (lambda (x) (> x 1)) [1 2 3])", 2), ("(any (lambda (x) (> x 2)) [1 2 3])", True),
        ("(all (lambda (x) (> x 2)) [1 2 3])", False), ("(all (const false) empty)", True),
        ("(any (lambda (x) (= 1 (// 1 x))) [1 0])", True), ("(all (lambda (x) (= 2 (// 1 x))) [1 0])", False),
        ("(find (lambda (x) (> x 1)) [1 2 3])", Some(2)), ("(find (const false) [1])", None),
        ("(contains 2 [1 2])", True), (f"(contains {NAN} (singleton {NAN}))", False), ("(unique [2 1 2 1])", (2, 1)),
        (f"(let ((x {NAN})) (length (unique (replicate 2 x))))", 2), ("(group [1 1 2 1])", ((1, 1), (2,), (1,))),
        ("(group empty)", ()), ("(group_by (lambda (x) (mod x 2)) [1 2 3 4])", ((1, (1, 3)), (0, (2, 4)))),
    ],
    "sorting": [
        ("(sort [3 1 2])", (1, 2, 3)), ('(sort ["b" "a"])', ("a", "b")),
        ("(sort (cons (some 1) (cons none (singleton (some 0)))))", (None, Some(0), Some(1))),
        (f"(sort (cons 1.0 (singleton {NAN})))", UNDEFINED),
        ("(sort (cons (singleton none) (singleton empty)))", ((), (None,))), ("(sort_by negate [1 3 2])", (3, 2, 1)),
        ("(sort_by (lambda (x) (mod x 2)) [3 2 1 4])", (2, 4, 3, 1)), ("(argsort [30 10 20])", (1, 2, 0)),
        ("(argsort [1 1])", (0, 1)), ("(search 3 [5 3 3])", Some(1)), ("(search 9 [5 3])", None),
        ("(binary_search 3 [1 3 3 5])", 1), ("(binary_search 9 [1 3])", 2),
        ("(binary_search (some 0) (cons none (singleton (some 1))))", 1),
    ],
    "control": [
        ("(repeat 3 (* 2) 1)", 8), ("(repeat -1 (* 2) 1)", 1), ("(for 4 + 0)", 6), ("(for 0 + 7)", 7),
        ("(for 3 cons empty)", (2, 1, 0)), ("(while (lambda (x) (< x 100)) (* 2) 3)", 192),
        ("(fix (lambda (g n) (if (< n 2) 1 (* n (g (- n 1))))) 5)", 120), ("(compose (+ 1) (* 2) 5)", 11),
        ("(id 3)", 3), ("(const 1 2)", 1), ("(flip - 1 5)", 4),
    ],
    "options": [
        ("(is_some none)", False), ("(is_some (some 1))", True), ("(some 1)", Some(1)), ("(or_else 0 none)", 0),
        ("(or_else 0 (some 1))", 1), ("(unwrap (some 1))", 1), ("(unwrap none)", UNDEFINED),
        ("(map_option (+ 1) (some 1))", Some(2)), ("(map_option (+ 1) none)", None),
        ("(then_option (find (> 2)) (some [3 1]))", Some(1)), ("(then_option (const none) (some 1))", None),
        ("(pair 1 true)", (1, True)), ("(first (pair 1 true))", 1), ("(second (pair 1 true))", True),
        ("(swap (pair 1 true))", (True, 1)), ("unit", ()),
    ],
    "tables": [
        ("(table_size table_new)", 0), (TABLE, Table([("a", 3), ("b", 2)])),
        (f'(put "c" 9 {TABLE})', Table([("a", 3), ("b", 2), ("c", 9)])), (f'(get "a" {TABLE})', Some(3)),
        (f'(get "z" {TABLE})', None), (f'(has "b" {TABLE})', True), (f'(remove "a" {TABLE})', Table([("b", 2)])),
        (f'(keys (put "a" 0 {TABLE}))', ("a", "b")), (f"(values {TABLE})", (3, 2)),
        (f"(items {TABLE})", (("a", 3), ("b", 2))), (f"(map_values (+ 1) {TABLE})", Table([("a", 4), ("b", 3)])),
        (f"(put {NAN} 1 table_new)", UNDEFINED), (f"(has (singleton {NAN}) table_new)", UNDEFINED),
        ("(get 0.0 (put -0.0 1 table_new))", Some(1)), (f"(remove {NAN} table_new)", UNDEFINED),
        (f"(table_from (singleton (pair {NAN} 1)))", UNDEFINED),
    ],
    "graphs": [
        (f"(nodes {EDGES})", (1, 2, 3, 4, 5, 6)), (f"(edges {CYCLE})", ((1, 2), (2, 3), (3, 1))),
        (f"(neighbours 1 {EDGES})", (2, 3)), (f"(neighbours 4 {EDGES})", ()), (f"(neighbours 9 {EDGES})", UNDEFINED),
        (f"(breadth_first 1 {EDGES})", (1, 2, 3, 4)), (f"(breadth_first 9 {EDGES})", UNDEFINED),
        (f"(shortest_path 1 4 {EDGES})", Some((1, 2, 4))), (f"(shortest_path 1 6 {EDGES})", None),
        (f"(shortest_path 1 1 {EDGES})", Some((1,))), (f"(shortest_path 1 9 {EDGES})", UNDEFINED),
        (f"(shortest_path 9 1 {EDGES})", UNDEFINED), (f"(topological_order {EDGES})", Some((1, 5, 2, 3, 6, 4))),
        (f"(topological_order {CYCLE})", None), (f"(components {EDGES})", ((1, 2, 3, 4), (5, 6))),
        (f"(reverse_graph {CYCLE})", Graph([(2, 1), (3, 2), (1, 3)])),
        (f"(graph_from_edges (singleton (pair {NAN} 1.0)))", UNDEFINED),
    ],
    "strings": [
        ('(concat_text "ab" "c")', "abc"), ('(length_text "abc")', 3), ('(chars "ab")', ("a", "b")),
        ('(from_chars [#"a" #"b"])', "ab"), ('(char_to_text #"a")', "a"), ('(split "," "a,,b")', ("a", "", "b")),
        ('(split "" "ab")', UNDEFINED), ('(split_words " a  b\\n")', ("a", "b")), ('(join "-" ["a" "b"])', "a-b"),
        ('(join "-" empty)', ""), ('(upper "aß")', "ASS"), ('(lower "AB")', "ab"),
        ('(capitalise "hELLO you")', "Hello you"), ('(capitalise "")', ""), ('(trim " a b ")', "a b"),
        ('(substring 1 3 "abcd")', "bc"), ('(substring -9 2 "abcd")', "ab"), ('(substring 3 1 "abcd")', ""),
        ('(char_at 1 "ab")', "b"), ('(char_at 2 "ab")', UNDEFINED), ('(char_at -1 "ab")', UNDEFINED),
        ('(reverse_text "abc")', "cba"), ('(repeat_text 2 "ab")', "abab"), ('(repeat_text -1 "ab")', ""),
        ('(repeat_text 9007199254740992 "")', ""), ('(repeat_text 65537 "a")', TOO_LARGE),
        ('(map_text upper_char "ab")', "AB"), ('(filter_text is_digit "a1b2")', "12"),
        ('(find_text "b" "abb")', Some(1)), ('(find_text "z" "abb")', None), ('(find_text "" "a")', UNDEFINED),
        ('(contains_text "bb" "abb")', True), ('(starts_with "ab" "abb")', True), ('(ends_with "ab" "abb")', False),
        ('(replace "a" "bb" "aca")', "bbcbb"), ('(replace "" "b" "a")', UNDEFINED),
        ('(replace "a" (repeat_text 60000 "b") "aa")', TOO_LARGE), ('(is_digit #"7")', True),
        ('(is_digit #"\\u0663")', False), ('(is_letter #"é")', True), ('(is_letter #"1")', False),
        ('(is_upper #"A")', True), ('(is_lower #"A")', False), ('(is_space #" ")', True), ('(upper_char #"a")', "A"),
        ('(upper_char #"ß")', "ß"), ('(lower_char #"A")', "a"), ('(char_code #"A")', 65), ("(char_from 65)", "A"),
        ("(char_from 55296)", UNDEFINED), ("(char_from -1)", UNDEFINED), ("(char_from 1114112)", UNDEFINED),
        ("(to_str -12)", "-12"), ('(parse_int "-12")', Some(-12)), ('(parse_int "1_0")', None),
        ('(parse_int " 1")', None), ('(parse_int "1\\n")', None), ('(parse_int "9007199254740993")', None),
        ('(parse_int "\\u0663")', None), ("(float_to_str 0.1)", "0.1"), ('(parse_float "-1.5e3")', Some(-1500.0)),
        ('(parse_float "nan")', None), ('(parse_float ".5")', Some(0.5)), ('(parse_float ".")', None),
        ("(float_to_str (sum empty))", "0.0"),
    ],
}  # fmt: skip
CASES = [
    pytest.param(text, wanted, id=f"{family} {text}") for family, rows in EXAMPLES.items() for text, wanted in rows
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_example(text: str, wanted: object) -> None:
    term = parse(text, WORDS)
    infer(term, WORDS)
    result = evaluate(term, words=WORDS)
    if isinstance(wanted, str) and wanted in (UNDEFINED, OVERFLOW, TOO_LARGE):
        assert isinstance(result, Failure) and result.kind == wanted, result
    elif isinstance(wanted, float) and math.isnan(wanted):
        assert isinstance(result, float) and math.isnan(result)
    else:
        assert equal(result, wanted) and type(result) is type(wanted), result


ASKED_FOR = """
+ - * // mod negate abs min max / power sqrt exp log sin cos tan asin acos atan to_float floor ceil round = != < > <= >= and or not if
repeat for while fix compose id const flip empty cons head tail last length append concat take drop slice reverse range index set map
filter fold foldr scan unfold zip zipwith sum product maximum minimum count any all find unique flatten_list group sort sort_by argsort
search none some is_some or_else map_option pair first second table_new put get has remove keys values items graph_from_edges nodes
edges neighbours breadth_first shortest_path topological_order components split join upper lower capitalise substring find_text replace
concat_text length_text chars from_chars is_digit is_letter is_upper is_lower is_space to_str parse_int
"""


def test_the_vocabulary_is_complete_and_every_word_of_it_has_an_example() -> None:
    used = {word.name for rows in EXAMPLES.values() for text, _ in rows for word in words_in(parse(text, WORDS))}
    asked = set(ASKED_FOR.split())
    assert asked - set(WORDS) == set()
    assert asked - used == set()
    assert {"remember", "recall"} <= set(WORDS)
