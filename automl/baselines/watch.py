"""What is logged and measured while a baseline trains."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..fitting.trainers import EpochRecord, TrainingResult

if TYPE_CHECKING:
    from .bench import Bench


class Watch:
    """Told after each validation: logs it, and in ``book`` measures the test part too."""

    def __init__(self, bench: Bench, program: Any, seed: int, log: Path) -> None:
        self.bench, self.program, self.seed, self.log = bench, program, seed, log
        self.each_epoch = bench.protocol.name == "book"
        self.test: list[float] = []
        self.best: dict[str, Any] | None = None
        self.seconds = 0.0
        log.unlink(missing_ok=True)

    def __call__(self, record: EpochRecord) -> None:
        started = time.monotonic()
        score = None
        reached = record.validation_score
        if self.each_epoch and reached is not None:
            score = self.score(self.outputs())
            self.test.append(score)
            if self.best is None or reached >= self.best["score"]:
                self.best = {"score": reached, "epoch": record.epoch, "weights": self.program.weights()}
        row = {**record.to_json(), "test_score": score}
        with self.log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        self.bench.progress(
            {
                "id": self.bench.baseline.id,
                "protocol": self.bench.protocol.name,
                "seed": self.seed,
                "of": self.bench.epochs,
                **row,
            }
        )
        self.seconds += time.monotonic() - started

    def outputs(self) -> Any:
        """The program's on the test part."""
        return self.bench.predicted(self.program, "test")

    def score(self, outputs: Any) -> float:
        return float(self.bench.task.score(outputs, "test")[self.bench.task.metric])

    def curves(self, result: TrainingResult) -> dict[str, list[Any]]:
        """Columns over the validated epochs: train part, validation part and, in ``book``, test part, and the norms of
        the gradient by parameter."""
        rows = [record for record in result.history if record.validation_score is not None]
        exact, rounded = (
            ("epoch", "train_score", "validation_score"),
            ("train_loss", "measured_loss", "validation_loss"),
        )
        found: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in exact}
        found |= {name: [_short(getattr(row, name)) for row in rows] for name in rounded}
        found["gradient_norms"] = [{k: _short(v) for k, v in row.gradient_norms.items()} for row in rows]
        if self.each_epoch:
            found["test_score"] = self.test
        return found

    def restore(self) -> None:
        """In ``book`` the weights of the best epoch by its rule; else those that the trainer kept stay."""
        if self.best is not None:
            self.program.load(self.best["weights"])

    def chosen(self, result: TrainingResult) -> dict[str, Any]:
        """Which epoch counts, and its validation score."""
        if self.best is None:
            return {"validation_score": result.best_score, "best_epoch": result.best_epoch}
        return {"validation_score": self.best["score"], "best_epoch": self.best["epoch"]}


def _short(value: Any) -> Any:
    return value if not isinstance(value, float) or not math.isfinite(value) else float(f"{value:.5g}")
