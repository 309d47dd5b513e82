"""A found program with its weights: call it, predict with it, save it, write it out as source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes, to_bytes
from primitives.brief import brief_html, brief_repr
from primitives.definitions import expand
from primitives.inference import infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.primitive import shape_text
from primitives.syntax import show
from primitives.term import Term, show_canonical
from primitives.types import TensorType, Type, arguments_of, has_tensor
from primitives.values import Value

from ..charts.embedded import embedded
from ..charts.nets.graph import GraphNode, net_of
from ..charts.nets.picture import program_picture
from ..errors import TaskError
from ..fitting.forward import outputs_of, run_interpreted
from ..tasks.cases.parts import Part
from ..tasks.metrics import Outputs
from ..tasks.preprocessing import Preprocessing
from .predictions import Prediction, predictions_of

if TYPE_CHECKING:
    import torch

    from primitives.compile import Program

    from ..figures.notebook import NotebookFigure

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Model:
    """A program that can run. ``term`` may use subroutines of the ``vocabulary`` (``expanded`` has them written out); ``weights`` maps
    ``site.parameter`` of the expanded program to tensors."""

    term: Term
    type: Type
    vocabulary: Vocabulary
    weights: Mapping[str, torch.Tensor] = field(default_factory=dict)
    preprocessing: Preprocessing | None = None

    __repr__ = brief_repr

    def _repr_html_(self) -> str:
        """What notebooks show of it."""
        labels = () if self.preprocessing is None else self.preprocessing.label_names
        facts = {
            "type": str(self.type), "program": self.program, "labels": ", ".join(map(str, labels)),
            "weights": f"{len(self.weights)} arrays" if self.weights else None,
        }  # fmt: skip
        return embedded([brief_html("Model", facts), program_picture(self.term, self.graph) or ""])

    def plot_program(self) -> NotebookFigure:
        """The program as a picture, from what goes in above to what comes out below, as a matplotlib figure: a net as a graph with the
        shapes and the parameters of its layers, any other program as a tree."""
        from ..figures.program import program_figure

        return program_figure(self.term, self.graph)

    @cached_property
    def graph(self) -> tuple[GraphNode, ...]:
        """A net's nodes, each after those that lead to it; () of a program without tensors in its type."""
        return net_of(self.term, self.vocabulary.all_words, self.type)

    @property
    def program(self) -> str:
        """The program's text for people, subroutines by name."""
        return show(self.term)

    def describe(self) -> str:
        """The program's text and, below it, what its small fitted words have found: a tree as nested ``if``s, which are Python."""
        from .descriptions import readings_of

        return "\n\n".join([self.program, *readings_of(self)])

    @property
    def expanded(self) -> Term:
        """The program with its subroutines written out."""
        return expand(self.term, self.vocabulary.all_words)

    @cached_property
    def module(self) -> Program:
        """The program as a torch.nn.Module in evaluation mode."""
        from primitives.compile import compile_term

        module = compile_term(self.expanded, self.vocabulary.all_words, self.type, weights=dict(self.weights))
        module.eval()
        return module

    def __call__(self, *inputs: Value) -> Value:
        """The program's value on one case (values of the language), or a Failure."""
        return evaluate(self.expanded, inputs, words=self.vocabulary.all_words, weights=self.weights, fuel=Fuel())

    def outputs(self, part: Part) -> Outputs:
        """The program's outputs on the cases of a task's part, in the form that scores take."""
        if not has_tensor(self.type):
            return run_interpreted(self.expanded, part, self.vocabulary.all_words, Fuel())
        return outputs_of(self.module, self.type, part)

    def predict(self, inputs: Sequence[object] | np.ndarray) -> list[object]:
        """Answers for raw inputs: arrays ``[n, *shape]`` as in the training data (labels for a classifier), or, for a program on
        values, a list of argument lists. None where the program has no answer (``predictions`` says why). Raises TaskError on inputs
        of another shape or type."""
        return [each.answer for each in self.predictions(inputs)]

    def predictions(self, inputs: Sequence[object] | np.ndarray) -> list[Prediction]:
        """As ``predict``, each answer with the probabilities of a classifier's labels, or with the reason why there is none."""
        return predictions_of(self, inputs)

    def predict_proba(self, inputs: Sequence[object] | np.ndarray) -> np.ndarray:
        """float64 [n, classes]: the probability of each label, in the order of ``preprocessing.label_names``. Raises TaskError where the
        program is no classifier, has no answer for a case, or on inputs of another shape."""
        found = self.predictions(inputs)
        scored = isinstance(arguments_of(self.type)[1], TensorType)
        if not scored or any(each.probabilities is None for each in found):
            raise TaskError(
                f"type={self.type}: a classifier with an answer for every case is required; use predictions"
            )
        labels = () if self.preprocessing is None else self.preprocessing.label_names
        shares = [list((each.probabilities or {}).values()) for each in found]
        return np.array(shares, dtype=np.float64).reshape(len(found), -1 if found else len(labels))

    def source(self) -> str:
        """Stand-alone Python (PyTorch) source that gives the same outputs without this project. The weights stand in it
        (``export_source`` writes them beside it), and what raw inputs must undergo first is its ``PREPROCESSING``. Raises
        SourceError for what cannot be written so."""
        from primitives.source import to_source

        text = to_source(self.expanded, self.vocabulary.all_words, self.type, self.own_weights or None)
        return text + self._preprocessing_text()

    def _preprocessing_text(self) -> str:
        if self.preprocessing is None:
            return ""
        return (
            "\n\n# Inputs are (raw - offset) / scale, channel by channel; a target's own units are output * scale + offset.\n"
            f"PREPROCESSING = {self.preprocessing.to_json()!r}\n"
        )

    @property
    def own_weights(self) -> dict[str, torch.Tensor]:
        """The weights of the sites that occur in the program."""
        sites = infer(self.expanded, self.vocabulary.all_words, self.type).sites
        return {name: tensor for name, tensor in self.weights.items() if name.rpartition(".")[0] in sites}

    def check_weights(self) -> None:
        """Raises TaskError where the program needs weights that are not there, or of another shape."""
        for site, found in infer(self.expanded, self.vocabulary.all_words, self.type).sites.items():
            for name, parameter in {**found.parameters, **found.buffers}.items():
                tensor = self.weights.get(f"{site}.{name}")
                shape = None if tensor is None else tuple(tensor.shape)
                if shape is None or not parameter.admits(shape):
                    needed = shape_text(parameter.shape)
                    raise TaskError(f"weights={site}.{name} of shape {shape}: {needed} is required by the program")

    def export_source(self, path: str | Path) -> list[Path]:
        """Write ``source`` and, beside it, a safetensors file with the weights; gives what was written. What raw inputs must undergo
        first stands in the source as ``PREPROCESSING``."""
        from primitives.source import write_source

        written = write_source(path, self.expanded, self.vocabulary.all_words, self.type, self.own_weights or None)
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(self._preprocessing_text())
        return written

    def export_weights(self, path: str | Path) -> None:
        """Write the weights as a safetensors file. Raises TaskError where the program has none."""
        if not self.own_weights:
            raise TaskError(f"program={self.program[:80]!r}: it has no weights; export its source")
        Path(path).write_bytes(to_bytes(self.own_weights))

    def export_onnx(self, path: str | Path) -> None:
        """Write the program as ONNX, for batches of any size. Raises TaskError where it is not a function from tensors to a tensor, or
        the packages of the extra ``onnx`` are not installed."""
        from primitives.source.onnx import OnnxError, write_onnx

        try:
            write_onnx(self.module, path)
        except OnnxError as error:
            raise TaskError(f"program={self.program[:80]!r}: {error}") from None

    def save(self, folder: str | Path) -> None:
        """Write ``model.json`` and ``weights.safetensors`` into a folder. Raises TaskError where that cannot be one."""
        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TaskError(
                f"folder={str(folder)!r} cannot be made ({error.strerror}); name one that can be written"
            ) from None
        description, weights = self._stored()
        if weights is not None:
            (target / "weights.safetensors").write_bytes(weights)
        (target / "model.json").write_text(description, encoding="utf-8")

    @staticmethod
    def load(folder: str | Path) -> Model:
        """The model that ``save`` wrote. Raises TaskError on anything else."""
        source = Path(folder)
        try:
            weights = source / "weights.safetensors"
            description = (source / "model.json").read_text(encoding="utf-8")
            return _restored(description, weights.read_bytes() if weights.exists() else None)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise TaskError(f"folder={str(folder)!r}: a saved model is required ({error}); save it again") from None

    def _stored(self) -> tuple[str, bytes | None]:
        """What it is saved as: JSON text, and its weights as safetensors where it has any."""
        description = {
            "format": FORMAT,
            "type": str(self.type),
            "program": show_canonical(self.expanded),
            "preprocessing": None if self.preprocessing is None else self.preprocessing.to_json(),
        }
        return json.dumps(description, indent=1), to_bytes(self.weights) if self.weights else None

    def __reduce__(self) -> tuple[object, ...]:
        """A copy, or what goes to another process, is made of what ``save`` writes, with subroutines written out."""
        return _restored, self._stored()


def _restored(text: str, weights: bytes | None) -> Model:
    """The inverse of ``Model._stored``. Raises TaskError, or what shows that the text is none of its texts."""
    description = json.loads(text)
    if description["format"] > FORMAT:
        raise TaskError(f"format={description['format']}: this version reads up to {FORMAT}; update automl-programs")
    vocabulary = Vocabulary()
    prepared = description["preprocessing"]
    model = Model(
        vocabulary.read(description["program"]),
        parse_type(description["type"]),
        vocabulary,
        {} if weights is None else from_bytes(weights),
        None if prepared is None else Preprocessing.from_json(prepared),
    )
    model.check_weights()
    return model
