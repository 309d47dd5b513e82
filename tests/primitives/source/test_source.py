"""Stand-alone source: run in a process that does not see this project, it gives what the interpreter gives."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from primitives.compile import compile_term
from primitives.definitions import definition
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.source import SourceError, to_source, write_source
from primitives.source.emit import wrapped
from primitives.syntax import parse
from primitives.term import Lambda, Literal, Word
from primitives.testing import programs, terms, values
from primitives.types import STRING, arguments_of
from primitives.values import Failure, Graph, Some, Table, equal
from primitives.words import builtin_words

WORDS = {
    **builtin_words(),
    "block": definition(
        "block", "Tensor[n] -> Tensor[3]", parse("(lambda (x) (tanh (dense :units 3 x)))", builtin_words())
    ),
}

RUNNER = """
import importlib.util, json, sys
sys.setrecursionlimit(5000)
def decode(x):
    if isinstance(x, dict):
        if "tensor" in x:
            import torch
            return torch.tensor(x["tensor"])
        return tuple(decode(y) for y in x["tuple"])
    return x
def encode(x):
    if hasattr(x, "tolist"):
        return {"tensor": x.tolist()}
    if isinstance(x, tuple):
        return {"tuple": [encode(y) for y in x]}
    if type(x).__name__ in ("Some", "Table", "Graph"):
        return {"repr": repr(x)}
    return x
results = []
for number, (path, batched, cases) in enumerate(json.load(open(sys.argv[1]))):
    spec = importlib.util.spec_from_file_location(f"case{number}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    run = module.program if hasattr(module, "program") else module.Program().eval()
    for arguments in cases:
        try:
            results.append(encode(run(*map(decode, arguments))))
        except Exception as error:
            if "Failed" not in [c.__name__ for c in type(error).__mro__]:
                raise
            results.append({"failed": error.kind})
assert not [m for m in sys.modules if m.split(".")[0] in ("primitives", "library", "search", "automl")]
json.dump(results, open(sys.argv[2], "w"))
"""


def encode(value):
    if isinstance(value, torch.Tensor):
        return {"tensor": value.tolist()}
    return {"tuple": [encode(item) for item in value]} if isinstance(value, tuple) else value


def decode(value):
    if isinstance(value, dict):
        return torch.tensor(value["tensor"]) if "tensor" in value else tuple(map(decode, value["tuple"]))
    return value


def run_elsewhere(folder, cases):
    """The results of ``[(path, batched, [arguments…])…]`` in a fresh isolated process."""
    (folder / "runner.py").write_text(RUNNER)
    data = [
        (str(path), batched, [[encode(a) for a in arguments] for arguments in calls]) for path, batched, calls in cases
    ]
    (folder / "cases.json").write_text(json.dumps(data))
    command = [sys.executable, "-I", "runner.py", "cases.json", "results.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "results.json").read_text())


ALGORITHMS = [
    ("(lambda (xs n) (map (+ n) xs))", "list(int) -> int -> list(int)", [((1, 2), 3), ((), 1), ((2**53,), 1)]),
    ("(lambda (x y) (// x y))", "int -> int -> int", [(7, -2), (7, 0)]),
    ("(lambda (xs) (let ((n (length xs))) (if (> n 2) (head xs) (- n 10))))", "list(int) -> int", [((5, 6, 7),), ((),)]),
    ("(lambda (x) (if (= x 0) x (if (> (// 10 x) 2) (+ x 1) (* x 2))))", "int -> int", [(0,), (3,), (9,)]),
    ("(lambda (x) (or (= x 0) (and (> x 2) (> (// 10 x) 2))))", "int -> bool", [(0,), (1,), (3,)]),
    ("(lambda (n) (fix (lambda (f k) (if (< k 2) 1 (* k (f (- k 1))))) n))", "int -> int", [(5,), (30,)]),
    ("(lambda (n) (while (lambda (x) (< x n)) (lambda (x) (* 2 x)) 1))", "int -> int", [(5,), (0,)]),
    ("(lambda (xs) (fold (lambda (a b) (- (* a 2) b)) 1 (sort xs)))", "list(int) -> int", [((3, 1, 2),)]),
    ("(lambda (xs) (sort_by (lambda (x) (mod x 3)) (filter (lambda (x) (> x 1)) xs)))", "list(int) -> list(int)", [((3, 1, 5, 4),)]),
    ("(lambda (s) (concat_text (upper s) \"\\\"'\\n\\\\x#{}\"))", "str -> str", [("ab",), ("",)]),
    ("(lambda (x) (or_else (// 1 x) none))", "int -> int", [(1,), (0,)]),
    ("(lambda (x) (or_else (// 1 x) (some 4)))", "int -> int", [(0,)]),
    ("(lambda (xs) (map (or_else 3) (map (lambda (x) (if (> x 0) (some x) none)) xs)))", "list(int) -> list(int)", [((1, -1),)]),
    ("(lambda (x) (+ x (literal \"float\" \"2.5\")))", "float -> float", [(1.0,)]),
    ("(lambda (xs) (fold and true xs))", "list(bool) -> bool", [((True, False),), ((),)]),
    ("(lambda (xs) (map (lambda (f) (f 10)) (map (lambda (x) (if (> x 0) (+ x) (* x))) xs)))", "list(int) -> list(int)", [((1, -1),)]),
    ("(lambda (xs) (zipwith (flip -) xs (tail xs)))", "list(int) -> list(int)", [((4, 9, 1),), ((),)]),
    ("(lambda (f_1 lambda') (f_1))", "int -> int -> int", [(1, 2)]),
    ("(lambda (x) (compose (compose (+ 1) (* 2)) (- 3) x))", "int -> int", [(5,)]),
    ("(lambda (add sum) (+ add sum))", "int -> int -> int", [(5, 6)]),
    (f"(lambda (x) {'(+ 1 ' * 120}x{')' * 120})", "int -> int", [(5,)]),
    ("(lambda (x y) ((lambda (f g) (f (g x))) (lambda (a) (+ a y)) (lambda (b) (let ((c (* b b))) (+ c c)))))",
     "int -> int -> int", [(3, 4)]),
    ("(lambda (xs) (get 2 (fold (lambda (t x) (put x (* x x) t)) table_new xs)))", "list(int) -> option(int)", [((1, 2),), ((1,),)]),
]  # fmt: skip


def test_algorithms_run_without_the_project(tmp_path):
    cases, wanted = [], []
    for number, (text, type, calls) in enumerate(ALGORITHMS):
        term, type = parse(text, WORDS) if "f_1" not in text else parse("(lambda (x y) x)", WORDS), parse_type(type)
        path = tmp_path / f"case{number}.py"
        path.write_text(to_source(term, WORDS, type))
        cases.append((path, False, calls))
        wanted += [(text, arguments, evaluate(term, arguments, words=WORDS)) for arguments in calls]
    for (text, arguments, value), got in zip(wanted, run_elsewhere(tmp_path, cases), strict=True):
        if isinstance(value, Failure):
            assert got == {"failed": value.kind}, (text, arguments)
        elif isinstance(value, Some) or value is None:
            assert got == ({"repr": repr(value)} if value is not None else None)
        else:
            assert equal(decode(got), value), (text, arguments, got)


X = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
IMAGES = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
NETS = [
    ("""(lambda (x) (pipe x (conv :maps 4 :padding same) batch_norm relu (max_pool :padding same) flatten
        (dense :units 5) log_softmax))""", "Tensor[1,8,8] -> Tensor[5]", True, [(IMAGES,)]),
    ("(lambda (x) (let ((f (dense :units 3))) (add (f (tanh x)) (block :use tuned (f x)))))", "Tensor[3] -> Tensor[3]", True, [(X,)]),
    ("(lambda (x) (first (lstm_cell (pair x (block :use fresh x)) x)))", "Tensor[3] -> Tensor[3]", True, [(X,)]),
    ("(lambda (x) (add x (subtract x (multiply x x))))", "Tensor[3] -> Tensor[3]", True, [(X,)]),
    ("(lambda (x) (argmax (dense :units 4 x)))", "Tensor[3] -> int", False, [(X[0],), (X[1],)]),
    ("(lambda (xs) (sum (map (lambda (x) (argmax (dense :units 4 x))) xs)))", "list(Tensor[3]) -> int", False, [(tuple(X),), ((),)]),
    ("(lambda (xs) (first (fold lstm_cell (pair (zeros :size 4) (zeros :size 4)) xs)))", "list(Tensor[3]) -> Tensor[4]", False,
     [(tuple(X),), ((),)]),
    ("(self_attention :units 4 :heads 2)", "list(Tensor[3]) -> list(Tensor[4])", False, [(tuple(X),)]),
    ("(lambda (x n) (if (> (dot x x) 1.0) (embedding :entries 4 :width 3 n) (scale 2.0 x)))", "Tensor[3] -> int -> Tensor[3]", False,
     [(X[0], 1), (X[1], 1), (0 * X[0], 9), (X[0], 9)]),
    ("(lambda (xs) (head (sort_by (lambda (x) (dot x x)) (map tanh xs))))", "list(Tensor[3]) -> Tensor[3]", False, [(tuple(X),), ((),)]),
]  # fmt: skip


def test_nets_and_blends_run_without_the_project(tmp_path):
    cases, wanted = [], []
    for number, (text, type, batched, calls) in enumerate(NETS):
        term, type = parse(text, WORDS), parse_type(type)
        program = compile_term(term, WORDS, type, seed=number).eval()
        weights = program.weights()
        written = write_source(tmp_path / f"net{number}.py", term, WORDS, type, weights)
        assert len(written) == (2 if weights else 1)
        source = written[0].read_text()
        assert ("Takes batches" in source) == batched
        assert ("# What a net says is read here as its likeliest class" in source) == ("argmax" in text)
        cases.append((written[0], batched, calls))
        for arguments in calls:
            value = program(*arguments) if batched else evaluate(term, arguments, words=WORDS, weights=weights)
            wanted.append((text, value))
    for (text, value), got in zip(wanted, run_elsewhere(tmp_path, cases), strict=True):
        if isinstance(value, Failure):
            assert got == {"failed": value.kind}, text
        else:
            assert equal(decode(got), value if isinstance(value, tuple | int) else value.detach(), 1e-5), text


def test_a_module_without_weights_starts_at_random_with_the_right_shapes():
    source = to_source(parse("(dense :units 2 @1)", WORDS), WORDS, parse_type("Tensor[3] -> Tensor[2]"))
    assert "load_file" not in source
    assert "self.site_1_weight = torch.nn.Parameter((2 * torch.rand((2, 3)) - 1) * (6 / 3) ** 0.5)" in source


def test_literals_and_names_cannot_break_out():
    evil = '"""\nimport os\nos.system("false")\n#\\'
    term = Lambda(Literal(evil, STRING), "x): import os #")
    tree = ast.parse(to_source(term, WORDS, parse_type("int -> str")))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value == evil]
    site = "a'); import os; ('"
    term = Lambda(parse("(dense :units 2 @1 $0)".replace("$0", "(zeros :size 3)"), WORDS))
    dense = WORDS["dense"].word({"units": 2}, site)
    term = Lambda(term.body.__class__(dense, term.body.argument))
    tree = ast.parse(to_source(term, WORDS, parse_type("int -> Tensor[2]"), weights="w.safetensors"))
    assert {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names} <= {
        "torch",
        "torch.nn.functional",
    }


def test_constants_of_every_type():
    values = [
        (Table([(1, "a")]), "map(int, str)"),
        (Graph([(1, 2)], [3]), "graph(int)"),
        (Some((1.5, float("inf"))), "option(pair(float, float))"),
        ((None, Some(True)), "list(option(bool))"),
    ]
    for value, type in values:
        source = to_source(Lambda(Literal(value, parse_type(type))), WORDS, parse_type(f"int -> {type}"))
        space: dict = {"__name__": "case"}
        exec(compile(source, "case", "exec", dont_inherit=True), space)
        assert repr(space["program"](0)) == repr(value)


def test_what_has_no_source_is_refused():
    with pytest.raises(SourceError, match="hole"):
        to_source(parse("(lambda (x) (+ x ?y))", WORDS), WORDS, parse_type("int -> int"))
    with pytest.raises(SourceError, match="remember"):
        to_source(parse('(lambda (x) (remember "k" x))', WORDS), WORDS, None)
    with pytest.raises(ValueError, match="not known"):
        to_source(Lambda(Word("nothing")), WORDS, None)


def test_long_lines_are_wrapped():
    line = "    x = f(" + ", ".join(f"argument_{i}=g({i}, ',(')" for i in range(8)) + ")"
    lines = wrapped(line)
    assert len(lines) == 10 and ast.dump(ast.parse("\n".join(lines).strip())) == ast.dump(ast.parse(line.strip()))
    assert wrapped("x = f(1)") == ["x = f(1)"]


def exported(term, type):
    """The function that the exported text defines."""
    space: dict = {"__name__": "case"}
    exec(compile(to_source(term, WORDS, type), "case", "exec", dont_inherit=True), space)
    return space["program"]


def test_a_long_line_with_an_escaped_backslash_before_a_quote_is_wrapped_whole():
    line = "    x = concat_text(" + ", ".join(repr(f"{i}, (, \\\\") for i in range(8)) + ")"
    lines = wrapped(line)
    assert len(lines) == 10 and ast.dump(ast.parse("\n".join(lines).strip())) == ast.dump(ast.parse(line.strip()))


def test_generated_programs_as_source_give_the_values_of_the_interpreter():
    """Values are the same, and so is the kind of failure wherever the text does not come to a bound, which each counts in its own way."""
    met = []

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.data())
    def check(data):
        type = data.draw(programs())
        term = data.draw(terms(WORDS, type, size=20))
        arguments = [data.draw(values(argument)) for argument in arguments_of(type)[0]]
        wanted = evaluate(term, arguments, words=WORDS)
        program = exported(term, type)
        if isinstance(wanted, Failure) and wanted.kind == "out of fuel":
            return
        try:
            got = program(*arguments)
        except Exception as error:
            assert "Failed" in [c.__name__ for c in error.__class__.__mro__], error
            assert isinstance(wanted, Failure) and error.kind in (wanted.kind, "out of fuel", "too large")
            return
        assert repr(got) == repr(wanted)
        met.append(got)

    check()
    assert len(met) >= 3, "too few programs had a value"


@pytest.mark.parametrize(
    "body",
    ["(while (const true) id x)", "(while (lambda (y) (> 1 (while (const false) id 0))) (+ 0) x)", "(repeat 9007199254740992 id x)",
     "(for 9007199254740992 (lambda (i y) y) x)", "(fix (lambda (g n) (g n)) x)", "(fix (lambda (g n) (+ 1 (g n))) x)",
     "(head (map (lambda (y) (while (const true) id y)) [1 2]))", "(length (unfold (lambda (n) (some (pair n n))) x))"],
)  # fmt: skip
def test_endless_loops_in_exported_source_end_with_an_error(body):
    program = exported(parse(f"(lambda (x) {body})", WORDS), parse_type("int -> int"))
    with pytest.raises(Exception, match="steps|recursion is too deep|size") as caught:
        program(1)
    assert caught.value.kind in ("out of fuel", "too large")


def test_steps_are_counted_anew_for_every_run():
    program = exported(parse("(lambda (n) (repeat n (+ 1) 0))", WORDS), parse_type("int -> int"))
    assert [program(600_000), program(600_000)] == [600_000, 600_000]
    with pytest.raises(Exception, match="made 1000000 steps"):
        program(1_000_001)
