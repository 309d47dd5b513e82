"""Tensor programs as ONNX: the reference evaluator of the onnx package gives the same outputs."""

from __future__ import annotations

import importlib.util
import logging
import warnings

import pytest
import torch

from primitives.compile import compile_term
from primitives.inference import infer
from primitives.notation.types import parse_scheme, parse_type
from primitives.primitive import Primitive
from primitives.source.onnx import OnnxError, looks_at_values, write_onnx
from primitives.syntax import parse
from primitives.types import (
    FLOAT,
    DimensionVariable,
    ShapeVariable,
    TensorType,
    TypeVariable,
    arguments_of,
    function,
    tensor,
    variables_of,
)
from primitives.words import builtin_words

WORDS = builtin_words()


def compiled(text, type):
    return compile_term(parse(text, WORDS), WORDS, parse_type(type))


NETS = [
    ("""(lambda (x) (pipe x (conv :maps 4 :padding same) batch_norm relu max_pool dropout flatten (dense :units 5) log_softmax))""",
     "Tensor[1,8,8] -> Tensor[5]"),
    ("""(lambda (x y s) (let ((f (dense :units 3))) (pair (add (f x) (tanh (f y)))
     (lstm_cell (pair s (zeros :size 4)) x))))""",
     "Tensor[3] -> Tensor[3] -> Tensor[4] -> pair(Tensor[3], pair(Tensor[4], Tensor[4]))"),
    ("(local_conv :maps 4 :padding same)", "Tensor[2,6,6] -> Tensor[4,6,6]"),
    ("""(lambda (x) (pipe x (conv1d :maps 4 :padding same :dilation 2) batch_norm relu max_pool1d
     (average_pool1d :kernel 3 :padding same) global_pool1d (dense :units 5)))""", "Tensor[2,12] -> Tensor[5]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "type"), [pytest.param(*net, marks=pytest.mark.slow if "local_conv" in net[0] else ()) for net in NETS]
)
def test_onnx_gives_the_same_outputs(tmp_path, text, type):
    from onnx.reference import ReferenceEvaluator

    program = compiled(text, type)
    path = write_onnx(program, tmp_path / "net.onnx")
    assert program.training
    program.eval()
    session = ReferenceEvaluator(str(path))
    for batch in (1, 2, 5):
        inputs = [torch.randn(batch, *t.shape) for t in program.input_types]
        outputs = session.run(None, {f"input_{i}": x.numpy() for i, x in enumerate(inputs)})
        for got, one in zip(outputs, tensors_of(program(*inputs)), strict=True):
            torch.testing.assert_close(torch.from_numpy(got), one.detach(), rtol=1e-4, atol=1e-5)


SIZES = {"c": 4, "h": 6, "w": 6, "d": 4}
"""Sizes of dimensions by the names that schemes give them; all others are 5, and shapes of any rank a vector."""


def example_of(word):
    """``(inputs, text)``: the types of tensors to give, and the word applied to variables ``{0}``, ``{1}`` … of those types."""
    chosen = {setting.name: setting.default for setting in word.settings}
    filled = {}
    for variable in variables_of(word.scheme.type):
        if isinstance(variable, DimensionVariable):
            filled[variable] = chosen.get(variable.name, SIZES.get(variable.name, 5))
        elif isinstance(variable, ShapeVariable):
            filled[variable] = (6, 6) if "c," in str(word.scheme.type) else (5,)
    inputs, parts = [], []

    def given(type):
        if isinstance(type, TensorType):
            axes = [
                a
                for axis in type.shape
                for a in ((filled[axis]) if isinstance(axis, ShapeVariable) else (filled.get(axis, axis),))
            ]
            inputs.append(tensor(*axes))
            return f"{{{len(inputs) - 1}}}"
        if type == FLOAT:
            inputs.append(tensor(1))
            return f"(to_number {{{len(inputs) - 1}}})"
        return f"(pair {given(type.arguments[0])} {given(type.arguments[1])})"

    for argument in arguments_of(word.scheme.type)[0]:
        parts.append(given(argument))
    settings = (
        " :channels 1 :height 1 :width 5" if word.name == "reshape" else " :count 2" if word.name == "take_maps" else ""
    )
    return inputs, f"({' '.join([word.name + settings, *parts])})" if parts or settings else word.name


def tensors_of(output):
    return [output] if isinstance(output, torch.Tensor) else [part for inner in output for part in tensors_of(inner)]


NOT_TRACEABLE = sorted(name for name, word in WORDS.items() if not word.traceable)


@pytest.mark.parametrize("name", NOT_TRACEABLE)
def test_a_word_that_cannot_be_held_is_refused_before_it_is_tried(name, tmp_path, monkeypatch):
    monkeypatch.delattr(torch.onnx, "export")
    inputs, text = example_of(WORDS[name])
    term = parse(f"(lambda (x0) {text.format('x0')})", WORDS)
    type = infer(term, WORDS, function(*inputs, TypeVariable("result"))).type
    with pytest.raises(OnnxError, match=f"word='{name}' .* export source instead"):
        write_onnx(compile_term(term, WORDS, type).eval(), tmp_path / "net.onnx")


@pytest.mark.slow
def test_every_geometric_word_is_free_in_its_batch(tmp_path):
    """All words that ONNX can hold, side by side in one program, for exporting each would take minutes."""
    from onnx.reference import ReferenceEvaluator

    free = {n for n, w in WORDS.items() if w.geometric and not looks_at_values(w.scheme.type)}
    names = sorted(free.difference(NOT_TRACEABLE))
    assert len(names) > 40 and "local_conv" in names
    inputs, texts = [], []
    for name in names:
        more, text = example_of(WORDS[name])
        texts.append(text.format(*(f"x{len(inputs) + i}" for i in range(len(more)))))
        inputs += more
    body = texts[-1]
    for text in reversed(texts[:-1]):
        body = f"(pair {text} {body})"
    term = parse(f"(lambda ({' '.join(f'x{i}' for i in range(len(inputs)))}) {body})", WORDS)
    type = infer(term, WORDS, function(*inputs, TypeVariable("result"))).type
    program = compile_term(term, WORDS, type).eval()
    session = ReferenceEvaluator(str(write_onnx(program, tmp_path / "net.onnx")))
    for batch in (1, 2, 5):
        given = [torch.randn(batch, *t.shape) for t in inputs]
        got = iter(session.run(None, {f"input_{i}": x.numpy() for i, x in enumerate(given)}))
        wanted = program(*given)
        for position, name in enumerate(names):
            part, wanted = wanted if position < len(names) - 1 else (wanted, None)
            for one in tensors_of(part):
                assert torch.allclose(torch.from_numpy(next(got).copy()), one.detach(), rtol=1e-4, atol=1e-5), (
                    name,
                    batch,
                )


def test_the_exporter_is_not_heard(tmp_path):
    heard: list[logging.LogRecord] = []
    listener = logging.Handler()
    listener.emit = heard.append
    talkers = [logging.getLogger(f"torch.onnx{name}") for name in ("", "._internal.exporter._registration")]
    for each in talkers:
        each.addHandler(listener)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write_onnx(compiled("(dense :units 2)", "Tensor[3] -> Tensor[2]"), tmp_path / "net.onnx")
    finally:
        for each in talkers:
            each.removeHandler(listener)
    assert not heard and not logging.root.manager.disable


def test_programs_that_are_not_one_computation_are_refused(tmp_path):
    for text, type, message in (
        ("(lambda (xs) (sum (map (lambda (x) (argmax x)) xs)))", "list(Tensor[3]) -> int", "input 0 has type list"),
        ("(lambda (x) (if (> (argmax x) 0) x (tanh x)))", "Tensor[3] -> Tensor[3]", "word='if' is algorithmic"),
        ("(zeros :size 3)", "Tensor[3]", "at least one tensor"),
        ("(lambda (x) (one_hot :size 3 (argmax x)))", "Tensor[3] -> Tensor[3]", "word='one_hot' .*looks at values"),
        ("(lambda (x) (pool_list (unstack x)))", "Tensor[2,3] -> Tensor[3]", "word='pool_list' .*looks at values"),
    ):
        with pytest.raises(ValueError, match=message):
            write_onnx(compiled(text, type), tmp_path / "net.onnx")


def test_a_word_that_holds_one_batch_size_is_refused(tmp_path):
    def fixed(x):
        return x.reshape(len(x), -1)

    words = {**WORDS, "fixed": Primitive("fixed", parse_scheme("Tensor[n] -> Tensor[n]"), fixed, geometric=True)}
    program = compile_term(parse("(lambda (x) (fixed x))", words), words, parse_type("Tensor[3] -> Tensor[3]"))
    with pytest.raises(OnnxError, match="for one batch size only"):
        write_onnx(program, tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "onnxscript" else found(name, *a))
    with pytest.raises(OnnxError, match="onnxscript are not installed"):
        write_onnx(compiled("(dense :units 2)", "Tensor[3] -> Tensor[2]"), tmp_path / "net.onnx")
