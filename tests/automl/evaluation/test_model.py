"""A found program: called, saved, loaded, written out, used on raw inputs."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import numpy as np
import pytest

import automl
from automl.budget import Budget
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.tasks.inputs import read_inputs
from automl.tasks.kinds.examples import examples_task
from automl.tasks.load import load_tasks
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type

FLAT = "(lambda (x) (dense :units 3 @1 (flatten (relu (conv :maps 4 :kernel 3 @2 (batch_norm @3 x))))))"


@pytest.fixture
def net(strategies, monkeypatch, blobs):
    """A trained net, its store and its run."""
    monkeypatch.setattr(strategies["fixed"], "texts", (FLAT,))
    store = open_store("memory:")
    options = Options(Budget(evaluations=1), "fixed", schedule=Schedule(epochs=3))
    return run_study(open_study(blobs, store, options)), store


def outputs(model, raw):
    import torch

    inputs = torch.as_tensor(model.preprocessing.apply(raw))
    with torch.no_grad():
        return model.module(inputs)


@pytest.fixture
def raw():
    return np.random.default_rng(0).normal(size=(6, 1, 4, 4))


def test_a_model_that_was_saved_and_loaded_answers_the_same(net, raw, tmp_path):
    model = net[0].model
    model.save(tmp_path / "m")
    again = Model.load(tmp_path / "m")
    assert again.type == model.type and again.program == model.program
    assert (outputs(again, raw) == outputs(model, raw)).all()
    assert again.predict(raw) == model.predict(raw)
    assert set(model.predict(raw)) <= {"0", "1", "2"}


def test_a_model_can_be_copied(net, raw):
    """A deep copy, and what goes to another process, take the way of a saved model: no code is in it."""
    model = net[0].model
    model.module  # noqa: B018 -- a compiled program beside it is no hindrance
    again = copy.deepcopy(model)
    assert (outputs(again, raw) == outputs(model, raw)).all() and again.preprocessing == model.preprocessing
    function, given = model.__reduce__()
    assert [type(each) for each in given] == [str, bytes] and function(given[0], given[1]).program == model.program


def test_predict_does_what_the_search_did_to_its_inputs(net, blobs):
    model, data = net[0].model, blobs.data
    part = data.validation
    scale = blobs.preprocessing.inputs
    answers = model.predict(scale.invert(part.inputs[0]))
    share = np.mean([int(answer) == target for answer, target in zip(answers, part.targets)])
    assert share == pytest.approx(net[0].score)


def test_predict_takes_arrays_in_the_forms_of_the_training_data(net, raw):
    model = net[0].model
    expected = model.predict(raw)
    assert model.predict(raw.tolist()) == expected
    assert model.predict(raw[:, 0]) == expected, "one channel may be left out"
    assert model.predict(raw[0]) == expected[:1], "one example is a batch of one"


@pytest.mark.parametrize(
    "inputs",
    [
        np.zeros((2, 1, 5, 4)),
        np.zeros((2, 16)),
        np.full((1, 1, 4, 4), np.nan),
        [["a"]],
        [[1], [1, 2]],
        [None],
        {},
    ],
)
def test_predict_refuses_other_arrays(net, inputs):
    with pytest.raises(TaskError):
        net[0].model.predict(inputs)


@pytest.mark.parametrize("inputs", [[], np.zeros(0), np.zeros((0, 1, 4, 4))])
def test_no_inputs_have_no_answers(net, inputs):
    assert net[0].model.predict(inputs) == []


@pytest.mark.parametrize("write", ["npy", "npz", "json", "jsonl", "csv"])
def test_predict_reads_files(net, raw, tmp_path, write):
    model, path = net[0].model, tmp_path / f"in.{write}"
    if write == "npy":
        np.save(path, raw)
    elif write == "npz":
        np.savez(path, x=raw, y=np.zeros(6))
    elif write == "json":
        path.write_text(json.dumps(raw.tolist()))
    elif write == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in raw.tolist()))
    else:
        path.write_text("a,b\n1,2\n")
        with pytest.raises(TaskError, match="not trained on a table"):
            read_inputs(str(path), model.preprocessing)
        return
    assert model.predict(read_inputs(str(path), model.preprocessing)) == model.predict(raw)


def test_a_table_is_read_by_its_columns(strategies, tmp_path):
    rng = np.random.default_rng(1)
    rows = [(rng.normal(), ["red", "blue"][i % 2], ["no", "yes"][i % 2]) for i in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("size,colour,answer\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    (task,) = load_tasks(f"{path}:answer")
    options = Options(Budget(evaluations=2), "fixed")  # of a table the fitted words come first: constant, then linear
    model = run_study(open_study(task, open_store("memory:"), options)).model
    other = tmp_path / "new.csv"
    other.write_text("colour,size\nblue,0.1\nred,-2\n")
    assert model.predict(read_inputs(str(other), model.preprocessing)) == ["yes", "no"]
    other.write_text("size;more;colour\n0,1;9;green\n-2;9;red\n")
    assert len(model.predict(read_inputs(str(other), model.preprocessing))) == 2
    for bad in ("colour\nblue\n", "colour,size\nblue,x\n"):
        other.write_text(bad)
        with pytest.raises(TaskError):
            model.predict(read_inputs(str(other), model.preprocessing))


RUN = """
import runpy, sys, torch
from safetensors.torch import load_file, save_file
program = runpy.run_path(sys.argv[1])["Program"]()
program.eval()
with torch.no_grad():
    save_file({"y": program(load_file("in.safetensors")["x"]).contiguous()}, "out.safetensors")
assert not any(name.split(".")[0] in ("primitives", "automl", "library", "search") for name in sys.modules)
"""


def test_exported_source_runs_alone_and_gives_the_same_outputs(net, raw, tmp_path):
    import torch
    from safetensors.torch import load_file, save_file

    model = net[0].model
    written = model.export_source(tmp_path / "net.py")
    assert [path.name for path in written] == ["net.py", "net.safetensors"]
    save_file({"x": torch.as_tensor(model.preprocessing.apply(raw))}, tmp_path / "in.safetensors")
    subprocess.run([sys.executable, "-I", "-c", RUN, "net.py"], cwd=tmp_path, check=True, env={"PATH": ""})
    assert torch.allclose(load_file(tmp_path / "out.safetensors")["y"], outputs(model, raw), atol=1e-6)
    text = (tmp_path / "net.py").read_text()
    assert "PREPROCESSING = {" in text and "class Program" in text


PREDICT = """
import json, runpy, sys, torch
found = runpy.run_path(sys.argv[1])
program, known = found["Program"](), found["PREPROCESSING"]
program.eval()
inputs = known["inputs"] or {"offset": [0.0], "scale": [1.0]}
raw = torch.tensor(json.load(sys.stdin), dtype=torch.float64)
offset, scale = (torch.tensor(inputs[key], dtype=torch.float64).reshape(1, -1, 1, 1) for key in ("offset", "scale"))
with torch.no_grad():
    scores = program(((raw - offset) / scale).float())
print(json.dumps([known["label_names"][number] for number in scores.argmax(1).tolist()]))
"""


def test_the_source_alone_predicts_what_the_model_predicts(net, raw, tmp_path):
    """The text as it stands in the README, without any file beside it, is the trained program."""
    model = net[0].model
    many = np.random.default_rng(1).normal(scale=3.0, size=(60, 1, 4, 4))
    expected = model.predict(many)
    assert len(set(expected)) == 3, "answers that tell trained weights from others"
    (tmp_path / "net.py").write_text(model.source())
    found = subprocess.run(
        [sys.executable, "-I", "-c", PREDICT, "net.py"], cwd=tmp_path, check=True, env={"PATH": ""}, text=True,
        input=json.dumps(many.tolist()), capture_output=True,
    )  # fmt: skip
    assert json.loads(found.stdout) == expected


def test_exported_weights_are_those_of_the_program(net, tmp_path):
    from safetensors.torch import load_file

    model = net[0].model
    model.export_weights(tmp_path / "w.safetensors")
    stored = load_file(tmp_path / "w.safetensors")
    assert stored.keys() == model.own_weights.keys()
    assert all((stored[name] == tensor).all() for name, tensor in model.own_weights.items())


@pytest.mark.slow
def test_onnx_gives_the_same_outputs(net, raw, tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    model = net[0].model
    model.export_onnx(tmp_path / "m.onnx")
    onnx.checker.check_model(onnx.load(tmp_path / "m.onnx"))
    for count in (1, 6):
        given = {"input_0": model.preprocessing.apply(raw[:count])}
        (found,) = ReferenceEvaluator(str(tmp_path / "m.onnx")).run(None, given)
        assert np.allclose(found, outputs(model, raw[:count]).numpy(), atol=1e-4)


def test_what_cannot_be_exported_is_said(tmp_path):
    model = Model(Vocabulary().read("(lambda (xs) (sort xs))"), parse_type("list(int) -> list(int)"), Vocabulary())
    with pytest.raises(TaskError, match="no weights"):
        model.export_weights(tmp_path / "w")
    with pytest.raises(TaskError, match="tensor"):
        model.export_onnx(tmp_path / "o")
    assert model.export_source(tmp_path / "p.py") == [tmp_path / "p.py"]
    assert not list(tmp_path.glob("w*")) and not list(tmp_path.glob("o*"))


def test_a_model_on_values(tmp_path):
    model = Model(Vocabulary().read("(lambda (xs) (head xs))"), parse_type("list(int) -> int"), Vocabulary())
    assert model((4, 5)) == 4
    assert model.predict([[[7]], [[]]])[0] == 7
    assert model.predict([[[]]]) == [None] and "head" in model.predictions([[[]]])[0].failure
    model.save(tmp_path)
    assert Model.load(tmp_path)((9,)) == 9


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": "x"},
        {"program": "(("},
        {"program": "(frobnicate)"},
        {"type": "list("},
        {"preprocessing": 3},
        None,
    ],
)
def test_a_damaged_model_is_refused(tmp_path, change):
    model = Model(Vocabulary().read("(lambda (xs) (head xs))"), parse_type("list(int) -> int"), Vocabulary())
    model.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_text("[]" if change is None else json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(TaskError):
        Model.load(tmp_path)
    with pytest.raises(TaskError):
        Model.load(tmp_path / "absent")


def test_a_model_with_weights_of_other_shapes_is_refused(net, tmp_path):
    from library.weights.blobs import to_bytes

    model = net[0].model
    model.save(tmp_path)
    weights = {name: tensor[:1] for name, tensor in model.own_weights.items()}
    (tmp_path / "weights.safetensors").write_bytes(to_bytes(weights))
    with pytest.raises(TaskError, match="shape|weights"):
        Model.load(tmp_path)
    (tmp_path / "weights.safetensors").unlink()
    with pytest.raises(TaskError, match="weights"):
        Model.load(tmp_path)


# -- the Python interface ------------------------------------------------------------------------------------------


def test_search_on_a_task_object():
    task = examples_task("twice", "int -> int", [((n,), 2 * n) for n in range(1, 5)], [((10,), 20)])
    found = automl.search(task, budget="20s")
    assert found.solved and found.right and found.model(21) == 42
    assert found.history[-1].solved
    with automl.Library("memory:") as library:
        again = automl.search(task, evaluations=50_000, library=library)
        assert again.solved and [s.task for s in library.solutions()] == ["twice"]
        assert len(library) == 0 and library.list() == [] and list(library) == []


def test_search_takes_one_task(tmp_path):
    path = tmp_path / "two.jsonl"
    one = {"name": "a", "type": "int -> int", "examples": [{"inputs": [1], "output": 2}]}
    path.write_text(json.dumps(one) + "\n" + json.dumps({**one, "name": "b"}) + "\n")
    with pytest.raises(TaskError, match="holds 2 tasks"):
        automl.search(str(path), "1s")
    with pytest.raises(ValueError, match="budget="):
        automl.search(str(path), "soon")
    with pytest.raises(ValueError, match="with its unit.*evaluations=500"):
        automl.search(str(path), "500")
