"""The compiler against the interpreter: fixed programs of every kind, gradients, failures, devices and formats."""

from __future__ import annotations

import copy

import pytest
import torch

from primitives.batch import Objects, Ragged, split
from primitives.compile import compile_term
from primitives.inference import IllTyped
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.types import arguments_of
from primitives.values import Failure, equal
from primitives.words import builtin_words, word

WORDS = builtin_words()
GENERATOR = torch.Generator().manual_seed(0)


def vectors(*shape):
    return torch.randn(*shape, generator=GENERATOR)


def lists(lengths, *shape):
    return Ragged(vectors(sum(lengths), *shape), torch.tensor(lengths))


def values_of(batch, type):
    return list(batch) if isinstance(batch, list) else split(batch, type)


def agree(got, wanted):
    if isinstance(wanted, Failure):
        return isinstance(got, Failure) and got.kind == wanted.kind
    return not isinstance(got, Failure) and equal(got, wanted, 2e-5)


def check_parity(text, type, *inputs):
    """Interpreter and compiled program agree on every example, in evaluation mode; gives the program."""
    term, type = parse(text, WORDS), parse_type(type)
    program = compile_term(term, WORDS, type).eval()
    types, result = arguments_of(type)
    got = values_of(program(*inputs), result)
    weights = program.weights()
    columns = [values_of(batch, type) for batch, type in zip(inputs, types, strict=True)]
    wanted = [evaluate(term, arguments, words=WORDS, weights=weights) for arguments in zip(*columns, strict=True)]
    assert len(got) == len(wanted)
    assert all(map(agree, got, wanted)), (got, wanted)
    return program


LISTS = [1, 0, 3, 2]
IMAGE, VECTOR = "Tensor[2,6,6]", "Tensor[3]"

NETS = [
    "(conv :maps 4)",
    "(conv :maps 4 :kernel 5 :stride 2 :padding same)",
    "(conv :maps 4 :kernel 4 :padding same)",
    "(conv :maps 4 :groups 2 :dilation 2)",
    "max_pool",
    "(max_pool :kernel 2 :stride 1 :padding same)",
    "(max_pool :kernel 3 :stride 2 :padding same)",
    "average_pool",
    "(average_pool :kernel 3 :stride 2 :padding same)",
    "(average_pool :kernel 2 :stride 2 :padding same)",
    "(l2_pool :kernel 3 :stride 2 :padding same)",
    "(l2_pool :kernel 2 :stride 1 :padding same)",
    "global_pool",
    "(global_pool :mode max)",
    "flatten",
    "(reshape :channels 1 :height 8 :width 9)",
    "(pad :border 2)",
    "relu",
    "sigmoid",
    "tanh",
    "gelu",
    "batch_norm",
    "layer_norm",
    "local_response_norm",
    "dropout",
    "(lambda (x) (softmax (flatten x)))",
    "(lambda (x) (log_softmax (dense :units 5 (flatten x))))",
    "(lambda (x) (add x (relu x)))",
    "(lambda (x) (subtract x (multiply x (sigmoid x))))",
    "(lambda (x) (concat_maps (conv :maps 3 :padding same x) (max_pool :kernel 3 :stride 1 :padding same x)))",
    "(lambda (x) (transpose (stack_list :length 3 (map flatten (unstack x)))))",
    "(lambda (x) (stack_list :length 1 (unstack x)))",
    "(lambda (x) (pool_list :mode mean (unstack x)))",
    "(lambda (x) (pool_list :mode sum (map relu (unstack x))))",
    "(lambda (x) (pool_list :mode max (unstack x)))",
]


@pytest.mark.parametrize("text", NETS)
def test_nets_on_images(text):
    from primitives.inference import infer

    type = infer(parse(text, WORDS), WORDS, parse_type(f"{IMAGE} -> a")).type
    check_parity(text, str(type), vectors(4, 2, 6, 6))


BLENDS = [
    ("argmax", f"{VECTOR} -> int", vectors(4, 3)),
    ("(lambda (x) (dot x (tanh x)))", f"{VECTOR} -> float", vectors(4, 3)),
    ("(lambda (x) (cosine_similarity x (tanh x)))", f"{VECTOR} -> float", vectors(4, 3)),
    ("(lambda (x) (distance x (tanh x)))", f"{VECTOR} -> float", vectors(4, 3)),
    ("(lambda (x) (scale (dot x x) x))", f"{VECTOR} -> {VECTOR}", vectors(4, 3)),
    ("(lambda (x) (vector :length 5 (map (* 2.0) (elements x))))", f"{VECTOR} -> Tensor[5]", vectors(4, 3)),
    ("(lambda (x) (to_number (dense :units 1 x)))", f"{VECTOR} -> float", vectors(4, 3)),
    ("(lambda (x) (to_vector (sum_elements x)))", f"{VECTOR} -> Tensor[1]", vectors(4, 3)),
    ("(lambda (i x) (element i x))", f"int -> {VECTOR} -> float", [0, 2, 3, -1], vectors(4, 3)),
    ("(embedding :entries 4 :width 3)", "int -> Tensor[3]", [0, 3, 1]),
    ("(embedding :entries 4 :width 3)", "int -> Tensor[3]", [0, 4, -1]),
    ("(one_hot :size 3)", "int -> Tensor[3]", [0, 2, 1]),
    ("(one_hot :size 3)", "int -> Tensor[3]", [0, 2, 7]),
    ("(lambda (xs) (map (dense :units 4) xs))", f"list({VECTOR}) -> list(Tensor[4])", lists(LISTS, 3)),
    ("(lambda (xs) (map (dense :units 4) xs))", f"list({VECTOR}) -> list(Tensor[4])", lists([0, 0], 3)),
    ("(lambda (xs) (sum (map (lambda (x) (argmax (dense :units 4 x))) xs)))", f"list({VECTOR}) -> int", lists(LISTS, 3)),
    ("(lambda (xs) (sum (map (lambda (x) (dot x x)) xs)))", f"list({VECTOR}) -> float", lists(LISTS, 3)),
    ("(lambda (xs y) (map (add y) xs))", f"list({VECTOR}) -> {VECTOR} -> list({VECTOR})", lists(LISTS, 3), vectors(4, 3)),
    ("(lambda (xs) (fold add (zeros :size 3) xs))", f"list({VECTOR}) -> {VECTOR}", lists(LISTS, 3)),
    ("(lambda (xs) (fold add (learned_state :size 3) xs))", f"list({VECTOR}) -> {VECTOR}", lists([2, 2], 3)),
    ("(lambda (xs) (foldr (lambda (x s) (tanh (add (dense :units 3 s) x))) (zeros :size 3) xs))",
     f"list({VECTOR}) -> {VECTOR}", lists(LISTS, 3)),
    ("(lambda (xs) (foldr (lambda (x s) (tanh (add (dense :units 3 s) x))) (zeros :size 3) xs))",
     f"list({VECTOR}) -> {VECTOR}", lists([2, 2, 2], 3)),
    ("(lambda (xs y) (scan (lambda (s x) (tanh (add y (add (dense :units 3 s) x)))) (zeros :size 3) xs))",
     f"list({VECTOR}) -> {VECTOR} -> list({VECTOR})", lists(LISTS, 3), vectors(4, 3)),
    ("(lambda (xs) (scan gru_cell (zeros :size 5) xs))", f"list({VECTOR}) -> list(Tensor[5])", lists(LISTS, 3)),
    ("(lambda (xs) (scan rnn_cell (zeros :size 5) xs))", f"list({VECTOR}) -> list(Tensor[5])", lists([2, 2], 3)),
    ("(lambda (xs) (scan lstm_cell (pair (zeros :size 5) (zeros :size 5)) xs))",
     f"list({VECTOR}) -> list(pair(Tensor[5], Tensor[5]))", lists(LISTS, 3)),
    ("(lambda (xs) (first (fold lstm_cell (pair (zeros :size 5) (learned_state :size 5)) xs)))",
     f"list({VECTOR}) -> Tensor[5]", lists(LISTS, 3)),
    ("(lambda (xs s) (fold gru_cell (tanh s) xs))", f"list({VECTOR}) -> Tensor[5] -> Tensor[5]", lists(LISTS, 3), vectors(4, 5)),
    ("(lambda (xs s) (fold rnn_cell s xs))", f"list({VECTOR}) -> Tensor[5] -> Tensor[5]", lists([3, 3], 3), vectors(2, 5)),
    ("(lambda (x xs) (attention :units 4 x xs))", f"Tensor[2] -> list({VECTOR}) -> Tensor[4]", vectors(4, 2), lists(LISTS, 3)),
    ("(self_attention :units 4 :heads 2)", f"list({VECTOR}) -> list(Tensor[4])", lists(LISTS, 3)),
    ("(self_attention :units 4 :heads 1 :causal true)", f"list({VECTOR}) -> list(Tensor[4])", lists(LISTS, 3)),
    ("add_positions", f"list({VECTOR}) -> list({VECTOR})", lists(LISTS, 3)),
    ("(lambda (m x) (memory_read m (content_address m x)))", f"Tensor[4,2] -> {VECTOR} -> Tensor[2]", vectors(3, 4, 2), vectors(3, 3)),
    ("""(lambda (xs) (first (fold (lambda (s x) (let ((a (address (first s) (second s) x)))
        (pair (memory_write (first s) a x) a))) (pair (blank_memory :slots 4 :width 2) (first_slot :slots 4)) xs)))""",
     f"list({VECTOR}) -> Tensor[4,2]", lists(LISTS, 3)),
    ("(lambda (x) (if (> (argmax x) 0) (dense :units 3 x) (relu x)))", f"{VECTOR} -> {VECTOR}", vectors(6, 3)),
    ("(lambda (x) (if (and (> (argmax x) 0) (> (dot x x) 1.0)) x (tanh x)))", f"{VECTOR} -> {VECTOR}", vectors(6, 3)),
    ("(lambda (x n) (repeat n tanh x))", f"{VECTOR} -> int -> {VECTOR}", vectors(3, 3), [2, 2, 2]),
    ("(lambda (x n) (repeat n tanh x))", f"{VECTOR} -> int -> {VECTOR}", vectors(3, 3), [2, 0, 1]),
    ("(lambda (x) (for 3 (lambda (i y) (if (> i 1) (tanh y) (add y y))) x))", f"{VECTOR} -> {VECTOR}", vectors(3, 3)),
    ("(lambda (x) (while (lambda (y) (> (dot y y) 0.5)) (lambda (y) (tanh y)) x))", f"{VECTOR} -> {VECTOR}", vectors(5, 3)),
    ("(lambda (xs) (filter (lambda (x) (> (argmax x) 0)) xs))", f"list({VECTOR}) -> list({VECTOR})", lists(LISTS, 3)),
    ("(lambda (xs) (sort_by (lambda (x) (dot x x)) xs))", f"list({VECTOR}) -> list({VECTOR})", lists(LISTS, 3)),
    ("(lambda (xs) (zipwith add xs (reverse xs)))", f"list({VECTOR}) -> list({VECTOR})", lists(LISTS, 3)),
    ("(lambda (xs) (zip xs (tail xs)))", f"list({VECTOR}) -> list(pair({VECTOR}, {VECTOR}))", lists([1, 3, 2], 3)),
    ("(lambda (xs) (zip xs (tail xs)))", f"list({VECTOR}) -> list(pair({VECTOR}, {VECTOR}))", lists(LISTS, 3)),
    ("(lambda (xs) (head (drop 1 xs)))", f"list({VECTOR}) -> {VECTOR}", lists(LISTS, 3)),
    ("(lambda (xs) (map (lambda (x) (+ (argmax x) (length xs))) xs))", f"list({VECTOR}) -> list(int)", lists(LISTS, 3)),
    ("(lambda (xs) (map (lambda (x) (// 4 (argmax x))) xs))", f"list({VECTOR}) -> list(int)", lists(LISTS, 3)),
    ("(lambda (xs) (maximum (map (lambda (x) (dot x x)) xs)))", f"list({VECTOR}) -> float", lists(LISTS, 3)),
    ("(lambda (xs) (mapi (lambda (i x) (+ i (argmax x))) xs))", f"list({VECTOR}) -> list(int)", lists(LISTS, 3)),
    ("(lambda (p) (add (first p) (second (swap (swap p)))))", f"pair({VECTOR}, {VECTOR}) -> {VECTOR}",
     (vectors(4, 3), vectors(4, 3))),
    ("(lambda (x) (let ((y (// 1 (argmax x)))) 5))", f"{VECTOR} -> int", vectors(6, 3)),
    ("(lambda (x) ((lambda (y) 5) (// 1 (argmax x))))", f"{VECTOR} -> int", vectors(6, 3)),
    ("(lambda (x) ((if (> (argmax x) 0) tanh relu) x))", f"{VECTOR} -> {VECTOR}", vectors(6, 3)),
    ("(lambda (x) (head (map (lambda (f) (f x)) (cons tanh (cons relu empty)))))", f"{VECTOR} -> {VECTOR}", vectors(3, 3)),
    ("(lambda (xs) (map (lambda (ys) (sum (map (lambda (y) (dot y y)) ys))) xs))", f"list(list({VECTOR})) -> list(float)",
     Ragged(lists(LISTS, 3), torch.tensor([3, 1]))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type", "inputs"), [(t, y, inputs) for t, y, *inputs in BLENDS])
def test_blends(text, type, inputs):
    check_parity(text, type, *inputs)


ALGORITHMS = [
    ("(lambda (xs n) (map (lambda (x) (* x n)) xs))", "list(int) -> int -> list(int)", [(1, 2), (), (2**52,)], [3, 1, 4]),
    ("(lambda (x y) (mod x y))", "int -> int -> int", [-7, 7, 5], [3, -3, 0]),
    ("(lambda (x y) (// x y))", "int -> int -> int", [-7, 7, 5], [3, -3, 2]),
    ("(lambda (xs) (sum xs))", "list(int) -> int", [(1, 2), (), (2**53, 1), (2**53, 2**53, -(2**53))]),
    ("(lambda (x) (if (> x 0) (// 10 x) x))", "int -> int", [0, 3, -1, 11]),
    ("(lambda (x) (or (= x 0) (> (// 10 x) 2)))", "int -> bool", [0, 3, 5]),
    ("(lambda (x) (and (!= x 0) (> (// 10 x) 2)))", "int -> bool", [0, 3, 5]),
    ("(lambda (xs) (filter (lambda (x) (> (// 6 x) 1)) xs))", "list(int) -> list(int)", [(1, 2, 9), (1, 0), ()]),
    ("(lambda (xs) (any (lambda (x) (> (// 6 x) 1)) xs))", "list(int) -> bool", [(1, 0), (9, 0), ()]),
    ("(lambda (xs) (count (lambda (x) (> x 1)) xs))", "list(int) -> int", [(1, 2, 9), (1, 0), ()]),
    ("(lambda (s) (upper s))", "str -> str", ["abc", ""]),
    ("(lambda (n) (fix (lambda (f k) (if (< k 2) 1 (* k (f (- k 1))))) n))", "int -> int", [5, 0, 30]),
    ("(lambda (n) (while (lambda (x) true) (lambda (x) x) n))", "int -> int", [1, 2]),
    ("(lambda (x) (round (* x 0.5)))", "float -> int", [1.0, 3.0, 2.2, float("inf")]),
    ("(lambda (x) (sqrt x))", "float -> float", [4.0, 2.0]),
    ("(lambda (x) (sqrt x))", "float -> float", [4.0, -2.0]),
    ("(lambda (x) (max x 0.5))", "float -> float", [4.0, -2.0]),
    ("(lambda (x) [1 2 3])", "int -> list(int)", [1, 2]),
    ("(lambda (x) (map (+ x) [1 2 3]))", "int -> list(int)", [1, 2]),
    ("(lambda (x) (unfold (lambda (k) (if (> k 3) none (some (pair k (+ k 1))))) x))", "int -> list(int)", [1, 9]),
    ("(lambda (x) (or_else (// 1 x) (some x)))", "int -> int", [1, 0]),
    ("(lambda (xs) (fold (lambda (s x) (// x s)) 100 xs))", "list(int) -> int", [(5, 7), (3,), ()]),
    ("(lambda (xs) (scan (lambda (s x) (// x s)) 10 xs))", "list(int) -> list(int)", [(5, 7), (30, 9), ()]),
    ("(lambda (p) (swap p))", "pair(int, str) -> pair(str, int)", [(1, "a"), (2, "b")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type", "inputs"), [(t, y, inputs) for t, y, *inputs in ALGORITHMS])
def test_algorithms(text, type, inputs):
    check_parity(text, type, *inputs)


def test_fused_recurrence_has_the_gradients_of_the_loop():
    for cell, start in (("lstm_cell", "(pair s s)"), ("gru_cell", "s"), ("rnn_cell", "s")):
        pick = "first" if cell == "lstm_cell" else "id"
        texts = [
            f"(lambda (xs s) ({pick} (fold ({f}) {start} xs)))".replace("(fold (", "(fold (")
            for f in (f"lambda (a x) ({cell} @1 a x)", f"lambda (a x) ({cell} @1 a (add x (zeros :size 3)))")
        ]
        type = parse_type("list(Tensor[3]) -> Tensor[5] -> Tensor[5]")
        for batch in (lists([2, 0, 4], 3), lists([3, 3, 3], 3)):
            found = []
            for text in texts:
                program = compile_term(parse(text, WORDS), WORDS, type)
                values = batch.values.clone().requires_grad_()
                state = torch.ones(3, 5, requires_grad=True)
                output = program(Ragged(values, batch.lengths), state)
                output.square().sum().backward()
                found.append([output, values.grad, state.grad, *(p.grad for p in program.parameters())])
            for fused, looped in zip(*found, strict=True):
                torch.testing.assert_close(fused, looped, rtol=1e-4, atol=1e-5)


def test_matches_the_library_lstm():
    program = compile_term(
        parse("(lambda (xs) (let ((z (zeros :size 6))) (first (fold lstm_cell (pair z z) xs))))", WORDS),
        WORDS,
        parse_type("list(Tensor[3]) -> Tensor[6]"),
    )
    module = torch.nn.LSTM(3, 6, batch_first=True)
    with torch.no_grad():
        for ours, theirs in zip(program.parameters(), module.parameters(), strict=True):
            theirs.copy_(ours)
    x = vectors(4, 7, 3)
    ours, theirs = program(Ragged(x.flatten(0, 1), torch.full((4,), 7))), module(x)[1][0][0]
    torch.testing.assert_close(ours, theirs)
    ours.sum().backward(), theirs.sum().backward()
    for a, b in zip(program.parameters(), module.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_each_branch_runs_on_its_own_examples_only():
    seen = []

    @word("spy", "Tensor[n] -> Tensor[n]", batched=lambda run, x: seen.append(len(x)) or x)
    def spy(x):
        return x

    words = {**WORDS, "spy": spy.primitives[0][1]}
    term = parse("(lambda (x) (if (> (argmax x) 0) (spy x) x))", words)
    x = torch.eye(3).repeat(2, 1)
    compile_term(term, words, parse_type("Tensor[3] -> Tensor[3]"))(x)
    assert seen == [4]


def test_dropout_and_batch_norm_follow_the_mode():
    text = "(lambda (x) (dropout (batch_norm x)))"
    program = compile_term(parse(text, WORDS), WORDS, parse_type("Tensor[3] -> Tensor[3]"))
    x = vectors(64, 3) * 2 + 1
    program.eval()
    torch.testing.assert_close(program(x), x / (1 + 1e-5) ** 0.5)
    program.train()
    output = program(x)
    assert 0.3 < float((output == 0).float().mean()) < 0.7
    assert "1.mean" in program.weights() and not torch.equal(program.weights()["1.mean"], torch.zeros(3))
    assert [name for name, _ in program.named_parameters()] == ["1.weight", "1.bias"]


def test_gradients_flow_through_words_that_run_one_by_one():
    text = "(lambda (xs) (head (sort_by (lambda (x) (argmax x)) (map (dense :units 3) xs))))"
    program = compile_term(parse(text, WORDS), WORDS, parse_type("list(Tensor[3]) -> Tensor[3]"))
    program(lists([2, 1, 3], 3)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in program.parameters())


def test_failures_are_values_of_single_examples():
    program = compile_term(parse("(lambda (x) (// 10 x))", WORDS), WORDS, parse_type("int -> int"))
    output = program([5, 0, 3])
    assert isinstance(output, Objects)
    assert output.items[0] == 2 and output.items[2] == 3
    assert output.items[1] == Failure("undefined", "//", "division by zero")
    assert torch.equal(program(torch.tensor([5, 3])), torch.tensor([2, 3]))


def test_fuel_bounds_what_runs():
    term = parse("(lambda (x) (while (lambda (y) true) tanh x))", WORDS)
    program = compile_term(term, WORDS, parse_type("Tensor[3] -> Tensor[3]"), fuel=Fuel(steps=100))
    assert all(item.kind == "out of fuel" for item in program(vectors(2, 3)).items)
    nested = parse("(lambda (n) (repeat 1000000000 (lambda (x) (+ x 1)) n))", WORDS)
    assert (
        compile_term(nested, WORDS, parse_type("int -> int"), fuel=Fuel(steps=50))([1]).items[0].kind == "out of fuel"
    )


def test_copies_are_independent():
    program = compile_term(parse("(dense :units 2)", WORDS), WORDS, parse_type("Tensor[3] -> Tensor[2]"))
    twin = copy.deepcopy(program)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    x = vectors(4, 3)
    assert not twin(x).any() and program(x).any()


def test_functional_call_and_vmap():
    program = compile_term(
        parse("(lambda (x) (relu (dense :units 2 x)))", WORDS), WORDS, parse_type("Tensor[3] -> Tensor[2]")
    )
    x = vectors(4, 3)
    stacked = {name: torch.stack([p, 2 * p]) for name, p in program.named_parameters()}
    output = torch.vmap(lambda weights: torch.func.functional_call(program, weights, (x,)))(stacked)
    torch.testing.assert_close(output[0], program(x))
    torch.testing.assert_close(output[1], 2 * program(x))


def test_half_precision_and_channels_last():
    text = "(lambda (x) (pipe x (conv :maps 8) batch_norm relu max_pool flatten (dense :units 4) log_softmax))"
    program = compile_term(parse(text, WORDS), WORDS, parse_type("Tensor[3,8,8] -> Tensor[4]"))
    x = vectors(4, 3, 8, 8)
    wanted = program(x)
    program, x = program.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    torch.testing.assert_close(program(x), wanted)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(program(x).float(), wanted, rtol=0.1, atol=0.1)


def test_recurrence_under_autocast():
    text = "(lambda (xs) (fold gru_cell (zeros :size 4) (map (dense :units 3) xs)))"
    program = compile_term(parse(text, WORDS), WORDS, parse_type("list(Tensor[3]) -> Tensor[4]"))
    batch = lists([2, 3], 3)
    wanted = program(batch)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(program(batch).float(), wanted, rtol=0.1, atol=0.1)


def test_moves_with_its_weights():
    program = compile_term(
        parse("(lambda (x) (add x (dense :units 3 x)))", WORDS), WORDS, parse_type("Tensor[3] -> Tensor[3]")
    )
    x = vectors(4, 3)
    assert program.double()(x.double()).dtype == torch.float64


def test_wrong_inputs_are_refused():
    program = compile_term(parse("(dense :units 2)", WORDS), WORDS, parse_type("Tensor[3] -> Tensor[2]"))
    with pytest.raises(ValueError, match=r"input of shape \[4, 5\] does not fit Tensor\[3\]: needed \[batch,3\]"):
        program(vectors(4, 5))
    with pytest.raises(TypeError, match="takes 1"):
        program(vectors(4, 3), vectors(4, 3))
    with pytest.raises(ValueError, match="not fully known|is not known"):
        compile_term(parse("(dense :units 2)", WORDS), WORDS)
    with pytest.raises(IllTyped, match="kernel=7"):
        compile_term(parse("(conv :kernel 7)", WORDS), WORDS, parse_type("Tensor[1,4,4] -> Tensor[16,1,1]"))


def test_the_same_seed_gives_the_same_program():
    type = parse_type("Tensor[3] -> Tensor[2]")
    one, same, other = (
        compile_term(parse("(dense :units 2)", WORDS), WORDS, type, seed=seed).weights() for seed in (1, 1, 2)
    )
    assert torch.equal(one["1.weight"], same["1.weight"]) and not torch.equal(one["1.weight"], other["1.weight"])
