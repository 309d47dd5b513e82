"""One baseline on its data: train its program as declared and keep what comes out as soon as a seed is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from library.vocabulary import Vocabulary
from primitives.compile import compile_term
from primitives.definitions import expand
from primitives.inference import infer
from primitives.values import Outcome
from primitives.weights import deviating, initialise

from ..circumstances import circumstances
from ..errors import TaskError
from ..evaluation.model import Model
from ..fitting.forward import outputs_of
from ..fitting.losses import are_probabilities
from ..fitting.measurements import calibration_error, overfitting_gap
from ..fitting.trainers import TrainingBudget
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.distance import LEAST_PROBABILITY
from ..tasks.metrics import CLASSES
from ..tasks.task import Task
from .data import expanded, load_data
from .declaration import Baseline
from .results import Places, add_run, columns, read_results, require_key
from .watch import Watch

Progress = Callable[[Mapping[str, Any]], None]
"""Called after each validation with seed, epoch, epochs, train_loss, validation_score, test_score (None where the
protocol does not look), seconds."""


ANSWERS = "answers.npz"
ROUNDED = 1.5
"""By so many cases stored answers may differ from the score of their run, for equal probabilities."""
UNTRAINED = (Outcome.OUT_OF_MEMORY, Outcome.UNSUITABLE)
"""Outcomes after which there is no result of the seed: another machine or another trainer may give one."""


@dataclass(frozen=True)
class Order:
    """What is to be run: ``epochs`` in place of the declared ones (for trials; None: as declared)."""

    baseline: Baseline
    protocol: str
    seeds: Sequence[int]
    data: str | Path | None = None
    epochs: int | None = None


class Bench:
    """One baseline under one protocol on loaded data."""

    def __init__(self, order: Order, places: Places, progress: Progress) -> None:
        self.order, self.places, self.progress = order, places, progress
        self.task: Task = load_data(order.baseline, order.data)
        self.baseline, self.protocol = order.baseline, order.baseline.protocol(order.protocol)
        self.epochs = order.epochs or self.protocol.epochs
        self.other = None if self.epochs == self.protocol.epochs else self.epochs
        self.path = places.file(self.baseline.id, self.protocol.name, self.other)
        self.key = self.baseline.key(self.protocol.name, self.epochs, self.task.digest)
        words = self.baseline.words(self.protocol.name)
        self.term = expand(self.baseline.term(self.protocol.name), words)
        self.vocabulary = Vocabulary()
        self.inference = infer(self.term, self.vocabulary.all_words, self.task.type)
        self.data: ProblemData | None = None

    def head(self) -> dict[str, Any]:
        """What is the same for all runs."""
        baseline, view = self.baseline, self.task.data
        return {
            "id": baseline.id,
            "protocol": self.protocol.name,
            "key": self.key,
            "program": baseline.text(self.protocol.name),
            "parameters": self.inference.parameters,
            "published": baseline.published.to_json(),
            "source": baseline.source,
            "training": {**self.protocol.to_json(), "epochs": self.epochs},
            "data": {"name": view.name, "digest": self.task.digest, "type": str(view.type), "metric": view.metric},
        }

    def results(self) -> dict[str, Any]:
        """Those of the asked seeds."""
        found = read_results(self.path)
        assert found is not None
        runs = [each for each in found["runs"] if each["seed"] in self.order.seeds]
        return {**found, **columns(runs), "runs": runs}

    def folder(self, seed: int) -> Path:
        """Where the trained net of a seed lies."""
        return self.places.net(self.baseline.id, self.protocol.name, seed, self.other)

    def part(self, name: str) -> Part:
        return self.task.part(name)

    def ensure(self, seed: int, *, net: bool = False) -> dict[str, Any]:
        """The run of the seed: the stored one, or a new one, stored. With ``net`` its answers must be there too."""
        found = read_results(self.path)
        require_key(found, self.key, self.path)
        stored = next((each for each in (found or {}).get("runs", ()) if each["seed"] == seed), None)
        if stored is not None and (not net or self.answered(stored)):
            return stored
        made = self.train(seed)
        add_run(self.path, self.head(), made)
        return made

    def answered(self, run: Mapping[str, Any]) -> bool:
        """Whether the answers that lie here are those of the stored run: results travel with the project, nets do not,
        so that those of an earlier declaration may lie in their place."""
        path = self.folder(run["seed"]) / ANSWERS
        if not path.exists():
            return False
        with np.load(path, allow_pickle=False) as stored:
            for part in ("test", "validation"):
                targets = np.asarray(self.part(part).targets)
                if len(stored[part]) != len(targets):
                    return False
                right = int((stored[part].argmax(1) == targets).sum())
                if abs(right - run[f"{part}_score"] * len(targets)) > ROUNDED:
                    return False
        return True

    def train(self, seed: int) -> dict[str, Any]:
        """One training with its curves. In ``book`` the test accuracy is measured each epoch and read where the
        validation accuracy is best (the later of equal ones), as network3.py does; else once, at the end, with the
        weights that were kept."""
        if self.data is None:
            self.data = expanded(self.task.data, self.protocol.expand)
        folder = self.folder(seed)
        folder.mkdir(parents=True, exist_ok=True)
        program = self.compiled(seed)
        trainer = self.baseline.trainer(self.protocol.name, self.epochs)
        watch = Watch(self, program, seed, folder / "epochs.jsonl")
        started = time.monotonic()
        result = trainer.fit(program, self.data, TrainingBudget(epochs=self.epochs), seed=seed, report=watch)
        seconds = time.monotonic() - started - watch.seconds
        if result.outcome in UNTRAINED:
            raise TaskError(
                f"baseline={self.baseline.id!r}: seed={seed}: {result.outcome}: {result.detail}; nothing is kept"
            )
        watch.restore()
        outputs = watch.outputs()
        run = {
            "seed": seed,
            "test_score": watch.score(outputs),
            **watch.chosen(result),
            "seconds": round(seconds, 2),
            **{name: getattr(result, name) for name in ("outcome", "detail", "epochs", "steps", "device", "precision")},
            "diagnostics": self.diagnosed(program),
            "curves": watch.curves(result),
            **circumstances("automl"),
        }
        self.keep(folder, program, outputs)
        return run

    def compiled(self, seed: int) -> Any:
        """The program with first weights as declared."""
        sites = self.inference.sites
        weights = initialise(sites, seed)
        unknown = [site for site in self.protocol.initialisation if site not in sites]
        if unknown:
            raise TaskError(
                f"baseline={self.baseline.id!r}: initialisation.{unknown[0]}: no such site; it has {', '.join(sites)}"
            )
        try:
            weights.update(deviating(sites, self.protocol.initialisation, seed))
        except ValueError as error:
            raise TaskError(f"baseline={self.baseline.id!r}: initialisation: {error}") from None
        return compile_term(self.term, self.vocabulary.all_words, self.task.type, weights=weights)

    def keep(self, folder: Path, program: Any, outputs: Any) -> None:
        """The trained model, and its log-probabilities on the test and the validation part, so that a vote can be
        counted again."""
        Model(self.term, self.task.type, self.vocabulary, program.weights(), self.task.preprocessing).save(folder)
        if self.task.data.target != CLASSES:
            return
        validation = self.predicted(program, "validation")
        beside = folder / f"new-{ANSWERS}"
        np.savez_compressed(beside, test=_log_probabilities(outputs), validation=_log_probabilities(validation))
        beside.replace(folder / ANSWERS)

    def diagnosed(self, program: Any) -> dict[str, float]:
        """Of the trained net: how far the train part is better than the validation part and, for classes, the expected
        calibration error on the latter."""
        view = self.task.data
        found = {"overfitting_gap": overfitting_gap(program, view)}
        if view.target == CLASSES:
            found["calibration_error"] = calibration_error(program, view)
        return {name: float(f"{value:.4g}") for name, value in found.items()}

    def predicted(self, program: Any, part: str) -> Any:
        """The program's outputs on a part."""
        return outputs_of(program, self.task.type, self.part(part))


def _log_probabilities(outputs: Any) -> np.ndarray:
    """float32 [cases, classes]"""
    values = outputs.float()
    found = values.clamp_min(LEAST_PROBABILITY).log() if are_probabilities(values) else values.log_softmax(1)
    return found.cpu().numpy()
