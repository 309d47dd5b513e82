"""Tensor programs as ONNX: the reference evaluator of the onnx package gives the same outputs."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from primitives.compile import compile_term
from primitives.primitive import builtin_words
from primitives.source.onnx import OnnxError, write_onnx
from primitives.syntax import parse
from primitives.types import parse_type

WORDS = builtin_words()


def compiled(text, type):
    return compile_term(parse(text, WORDS), WORDS, parse_type(type))


NETS = [
    ("""(lambda (x) (pipe x (conv :maps 4 :padding same) batch_norm relu max_pool dropout flatten (dense :units 5) log_softmax))""",
     "Tensor[1,8,8] -> Tensor[5]"),
    ("(lambda (x y) (let ((f (dense :units 3))) (add (f x) (tanh (f y)))))", "Tensor[3] -> Tensor[3] -> Tensor[3]"),
    ("(lambda (x s) (lstm_cell (pair s (tanh s)) x))", "Tensor[3] -> Tensor[4] -> pair(Tensor[4], Tensor[4])"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type"), NETS)
def test_onnx_gives_the_same_outputs(tmp_path, text, type):
    from onnx.reference import ReferenceEvaluator

    program = compiled(text, type)
    path = write_onnx(program, tmp_path / "net.onnx")
    assert program.training
    program.eval()
    session = ReferenceEvaluator(str(path))
    for batch in (1, 5):
        inputs = [torch.randn(batch, *t.shape) for t in program.input_types]
        outputs = session.run(None, {f"input_{i}": x.numpy() for i, x in enumerate(inputs)})
        wanted = program(*inputs)
        for got, tensor in zip(outputs, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
            torch.testing.assert_close(torch.from_numpy(got), tensor.detach(), rtol=1e-4, atol=1e-5)


def test_programs_that_are_not_one_computation_are_refused(tmp_path):
    for text, type, message in (
        ("(lambda (xs) (sum (map (lambda (x) (argmax x)) xs)))", "list(Tensor[3]) -> int", "input 0 has type list"),
        ("(lambda (x) (if (> (argmax x) 0) x (tanh x)))", "Tensor[3] -> Tensor[3]", "word='if' is algorithmic"),
        ("(zeros :size 3)", "Tensor[3]", "at least one tensor"),
    ):
        with pytest.raises(ValueError, match=message):
            write_onnx(compiled(text, type), tmp_path / "net.onnx")


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "onnxscript" else found(name, *a))
    with pytest.raises(OnnxError, match="onnxscript are not installed"):
        write_onnx(compiled("(dense :units 2)", "Tensor[3] -> Tensor[2]"), tmp_path / "net.onnx")
