"""Fitted words as stand-alone source: without this project, and without scikit-learn, it says what the program says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from primitives.compile import compile_term
from primitives.compile.program import Program
from primitives.fitted.cases import FittingCases
from primitives.fitted.stacks import fitted_sites
from primitives.notation.types import parse_type
from primitives.source import to_source, write_source
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
TYPE = parse_type("Tensor[5] -> Tensor[3]")
CASES = FittingCases(
    np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32), np.random.default_rng(1).integers(0, 3, 80), 3
)
RUNNER = """
import importlib.util, json, sys
sys.modules["sklearn"] = None
import torch
inputs, answers = torch.tensor(json.load(open("inputs.json"))), []
for path in json.load(open("paths.json")):
    spec = importlib.util.spec_from_file_location("case", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answers.append(module.Program().eval()(inputs).tolist())
json.dump(answers, open("answers.json", "w"))
"""


def fitted(text: str) -> Program:
    """The program with every fitted site fitted to CASES, whatever it reads: here only the arrays matter."""
    program = compile_term(parse(text, WORDS), WORDS, TYPE).eval()
    for site, word in fitted_sites(program.term, WORDS).items():
        assert word.fitted is not None
        (given,) = (getattr(t, "shape", ()) for t in program.sites[site].argument_types)
        x = np.resize(CASES.x, (len(CASES), int(given[0])))
        arrays = word.fitted.fit(FittingCases(x, CASES.y, 3), **program.sites[site].settings).arrays
        kinds = {key: np.int32 if array.dtype.kind in "iu" else np.float32 for key, array in arrays.items()}
        program.load({f"{site}.{key}": torch.from_numpy(np.array(a, kinds[key])) for key, a in arrays.items()})
    return program


def test_fitted_words_run_without_the_project(tmp_path: Path) -> None:
    names = [name for name, word in WORDS.items() if word.fitted is not None and word.fitted.supervised]
    texts = [f"(lambda (x) ({name} :units 3 x))" for name in names]
    texts.append("(lambda (x) (linear :units 3 (concat_maps (forest :units 3 :trees 10 x) (principal :units 2 x))))")
    paths, wanted = [], []
    for number, text in enumerate(texts):
        program = fitted(text)
        wanted.append(program(torch.from_numpy(CASES.x)))
        path = tmp_path / f"beside{number}.py"
        paths.extend([path, tmp_path / f"inside{number}.py"])
        write_source(path, program.term, WORDS, TYPE, program.weights())
        paths[-1].write_text(to_source(program.term, WORDS, TYPE, program.weights()))
    (tmp_path / "runner.py").write_text(RUNNER)
    (tmp_path / "paths.json").write_text(json.dumps(list(map(str, paths))))
    (tmp_path / "inputs.json").write_text(json.dumps(CASES.x.tolist()))
    done = subprocess.run(
        [sys.executable, "-I", "runner.py"], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads((tmp_path / "answers.json").read_text())
    for i, text in enumerate(texts):
        for got in answers[2 * i : 2 * i + 2]:
            assert torch.allclose(torch.tensor(got), wanted[i], atol=1e-5), text


def test_source_without_arrays_is_that_of_a_word_not_yet_fitted() -> None:
    source = to_source(parse("(lambda (x) (tree :units 3 x))", WORDS), WORDS, TYPE)
    assert "sklearn" not in source and "torch.zeros((1,), dtype=torch.int32)" in source
