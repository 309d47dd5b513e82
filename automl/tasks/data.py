"""The data of a task: the view that a search and its workers may see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from library.records import Direction
from primitives.brief import brief_repr
from primitives.notation.types import parse_type
from primitives.types import TensorType, Type, arguments_of
from primitives.values import Value

from .cases.folds import FEW_ROWS, FoldCodes, Folds
from .cases.keys import CaseKeys
from .cases.parts import Part
from .cases.plain import content_digest, describe_part, restore_part
from .measure import MetricUse, measured, no_value, why_undefined
from .metrics import ANSWERS, CLASSES, HEADS, INTEGERS, NUMBERS, VALUES, Outputs, UndefinedScore, case_errors, score
from .own_metric import metric_version

PICTURE_SIDE = 6
"""Pixels below which three axes are no picture that can be turned or stretched."""


@dataclass(frozen=True, eq=False)
class ProblemData:
    """What a search and its workers see of a task: train and validation, never the test part.

    Pickles as JSON text and plain arrays (``payload``). ``digest`` covers all that an evaluation's result can depend
    on here: type, cases, target form, metric and goal. ``target`` is one of automl.tasks.metrics.TARGET_FORMS; ``loss``
    follows from it; ``target_scale`` [k] is the standard deviation by which targets of the form numbers were divided.
    """

    name: str
    kind: str
    type: Type
    target: str
    metric: str
    direction: Direction
    solved_at: float
    train: Part
    validation: Part
    dtype: str = "float32"
    target_scale: tuple[float, ...] = ()
    constants: tuple = ()
    family: str | None = None
    digest: str = field(default="")
    goal_given: bool = False
    """Whether ``solved_at`` was asked for, rather than what is usual for the form of target."""
    target_offset: tuple[float, ...] = ()
    """[k]: what was taken off targets of the form numbers, where the metric is one that was asked for by name."""
    class_weights: tuple[float, ...] = ()
    """[classes]: how much a case of each counts in the loss; () where all count alike."""
    metric_labels: tuple[str | int | float | bool, ...] = ()
    """[classes]: the labels that a metric of the user's own is told; () for any other metric."""
    metric_probabilities: bool = False
    """Whether it is told the probabilities of the labels rather than the answers."""
    folds: Folds | None = None
    """Where the cases are few: which of train and validation part together are held out in turn, a score being the mean over the folds."""
    tolerate: int = 0
    """Of examples: how many a program may miss, where some may be wrong."""
    unlabelled: tuple[tuple[Value, ...], ...] = ()
    """Of examples: inputs whose outputs are wanted and not known. They decide between programs and no score, so they are neither in the
    digest nor sent to workers."""

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))  # from outside it may come as text
        if not self.digest:
            object.__setattr__(self, "digest", content_digest(*self._describe()))

    @property
    def evaluation_digest(self) -> str:
        """The digest, with the folds, groups or times where there are some, and the version of a metric of the user's own: data without any
        of these keep the digest that they had."""
        version = metric_version(self.metric)
        if self.folds is None and not version and self.train.keys is None:
            return self.digest
        folds = _keys_of(self) if self.folds is None else {**_arrays_of(self.folds), **_keys_of(self)}
        by = self.train.keys if self.folds is None else self.folds
        ordered = by is not None and by.ordered
        return content_digest(
            {"data": self.digest, "ordered": ordered, **({"metric": version} if version else {})}, folds
        )

    @property
    def has_goal(self) -> bool:
        """Whether there is a score that means "solved": one that was asked for, or all cases answered exactly (values, whole numbers).
        What is only usual for classes and numbers is none."""
        return self.goal_given or self.target in (VALUES, ANSWERS, INTEGERS)

    @property
    def is_table(self) -> bool:
        """Whether a case is one vector and its answer a class or numbers."""
        return self._answers(1)

    @property
    def is_series(self) -> bool:
        """Whether a case is one series, [channels, steps], and its answer a class or numbers."""
        return self._answers(2)

    @property
    def has_few_pictures(self) -> bool:
        """Whether a case is one picture, of at least PICTURE_SIDE pixels a side, and its answer a class or numbers, and they are so few
        that what was learned before counts for more than what can be learned from them."""
        if not self._answers(3):
            return False
        sides = np.asarray(self.train.inputs[0]).shape[2:]
        cases = len(self.train) + (0 if self.validation is self.train else len(self.validation))
        return min(sides) >= PICTURE_SIDE and cases < FEW_ROWS

    @property
    def is_fitted_to(self) -> bool:
        """Whether fitted words can answer: of a case that is one vector, or one series."""
        return self.is_table or self.is_series

    def _answers(self, axes: int) -> bool:
        """Whether a case is one tensor of so many axes, and its answer a class or numbers."""
        types, result = arguments_of(self.type)
        ranks = [len(type.shape) if isinstance(type, TensorType) else 0 for type in (*types, result)]
        return self.target in (CLASSES, NUMBERS) and ranks == [axes, 1]

    @property
    def loss(self) -> str | None:
        """The loss that suits the target: ``cross_entropy`` for classes, ``heads`` for several, ``mse`` for numbers,
        None for values, answers and integers."""
        return {CLASSES: "cross_entropy", HEADS: "heads", NUMBERS: "mse"}.get(self.target)

    @property
    def examples(self) -> tuple[tuple[tuple[Value, ...], Value], ...] | None:
        """The specification ``((inputs, output), …)`` of a task of values; None where the train part is arrays."""
        return tuple(self.train.cases()) if self.target == VALUES else None

    def score(self, outputs: Outputs, part: Part) -> dict[str, float]:
        """Scores of a program's ``outputs`` on ``part``; contract in automl.tasks.metrics.score."""
        scores = score(self.target, outputs, part.targets, scale=self.target_scale, weights=part.weights)
        if self.metric in scores or self.target not in (CLASSES, NUMBERS) or not isinstance(part.targets, np.ndarray):
            return scores
        return {**scores, **measured(self.metric, self.target, outputs, part.targets, self._use, part.weights)}

    @property
    def _use(self) -> MetricUse:
        return MetricUse(self.target_offset, self.target_scale, self.metric_labels, self.metric_probabilities)

    def why_undefined(self, outputs: Outputs | None, part: Part, names: Sequence[str] = ()) -> str:
        """What ``part`` has by which the metric is undefined for ``outputs`` on it, or, where these are None, for whatever a program says;
        "" where it is defined. ``names`` are those of the classes, for people."""
        if self.target not in (CLASSES, NUMBERS) or not isinstance(part.targets, np.ndarray) or not len(part):
            return ""
        return why_undefined(self.metric, self.target, outputs, part.targets, self._use, part.weights, names)

    def no_value(self, part: Part) -> UndefinedScore | None:
        """What a metric of the user's own says where it has no value on ``part`` for any plain answers; None where it has one."""
        return no_value(self.metric, self.target, np.asarray(part.targets), self._use, part.weights)

    def case_errors(self, outputs: Outputs, part: Part) -> np.ndarray:
        """float64 [n], 0 where the case is met: the vector for lexicase selection; contract in
        automl.tasks.metrics.case_errors."""
        return case_errors(self.target, outputs, part.targets)

    def is_solved(self, scores: Mapping[str, float]) -> bool:
        """Whether the metric reaches ``solved_at``; NaN or a missing metric never does."""
        reached = scores.get(self.metric, float("nan"))
        return self.direction.no_worse(reached, self.solved_at)

    def better(self, first: float, second: float) -> bool:
        """Whether the metric value ``first`` is strictly better than ``second``; any number is better than NaN."""
        if np.isnan(first) or np.isnan(second):
            return bool(np.isnan(second) and not np.isnan(first))
        return not self.direction.no_worse(second, first)

    def with_data(self, train: Part, validation: Part) -> ProblemData:
        """The same problem on other cases, for example a subset at a lower fidelity; it has its own digest, and no folds."""
        return replace(self, train=train, validation=validation, digest="", folds=None)

    def _describe(self) -> tuple[dict[str, object], dict[str, np.ndarray]]:
        arrays: dict[str, np.ndarray] = {}
        argument_types, result = arguments_of(self.type)
        same = self.validation is self.train
        parts = {"train": self.train} if same else {"train": self.train, "validation": self.validation}
        described = {key: describe_part(part, argument_types, result, key, arrays) for key, part in parts.items()}
        keys = ("kind", "target", "metric", "solved_at", "dtype")
        fields = {key: getattr(self, key) for key in keys} | {"direction": self.direction.american}
        return {
            **fields,
            "type": str(self.type),
            "constants": list(self.constants),
            "target_scale": list(self.target_scale),
            **({"target_offset": list(self.target_offset)} if self.target_offset else {}),
            **({"class_weights": list(self.class_weights)} if self.class_weights else {}),
            **({"metric_labels": list(self.metric_labels)} if self.metric_labels else {}),
            **({"metric_probabilities": True} if self.metric_probabilities else {}),
            "parts": described,
        }, arrays

    def payload(self) -> tuple[str, dict[str, np.ndarray]]:
        """JSON text and named plain arrays from which ``from_payload`` makes the same data on another machine."""
        described, arrays = self._describe()
        if self.folds is not None:
            described["ordered_folds"] = self.folds.ordered
            arrays.update(_arrays_of(self.folds))
        if self.train.keys is not None:
            described["ordered_keys"] = self.train.keys.ordered
            arrays.update(_keys_of(self))
        return json.dumps(
            {
                **described,
                "name": self.name,
                "family": self.family,
                "digest": self.digest,
                "goal_given": self.goal_given,
            }
        ), arrays

    @classmethod
    def from_payload(cls, text: str, arrays: Mapping[str, np.ndarray]) -> ProblemData:
        described = json.loads(text)
        parts, type = described.pop("parts"), parse_type(described.pop("type"))
        argument_types, result = arguments_of(type)
        read = {key: restore_part(part, argument_types, result, arrays) for key, part in parts.items()}
        constants, scale = tuple(described.pop("constants")), tuple(described.pop("target_scale"))
        offset = tuple(described.pop("target_offset", ()))
        weights, labels = tuple(described.pop("class_weights", ())), tuple(described.pop("metric_labels", ()))
        by_time = described.pop("ordered_keys", None)
        if by_time is not None:
            read = {key: replace(part, keys=CaseKeys(arrays[f"{key}_keys"], by_time)) for key, part in read.items()}
        validation = read.get("validation", read["train"])
        ordered = described.pop("ordered_folds", None)
        folds = None if ordered is None else _folds_from(arrays, ordered)
        return cls(
            **described,
            type=type,
            constants=constants,
            target_scale=scale,
            target_offset=offset,
            class_weights=weights,
            metric_labels=labels,
            folds=folds,
            train=read["train"],
            validation=validation,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return ProblemData.from_payload, self.payload()


def _arrays_of(folds: Folds) -> dict[str, np.ndarray]:
    """The named arrays of folds."""
    codes = {} if folds.codes is None else {"fold_places": folds.codes.places, "fold_codes": folds.codes.values}
    return {"folds": folds.held_out, **codes}


def _keys_of(data: ProblemData) -> dict[str, np.ndarray]:
    """The named arrays of the groups or times."""
    parts = {"train": data.train} if data.validation is data.train else {"train": data.train, "validation": data.validation}  # fmt: skip
    return {f"{name}_keys": part.keys.values for name, part in parts.items() if part.keys is not None}


def _folds_from(arrays: Mapping[str, np.ndarray], ordered: bool) -> Folds:
    """The inverse of ``_arrays_of``."""
    codes = FoldCodes(arrays["fold_places"], arrays["fold_codes"]) if "fold_codes" in arrays else None
    return Folds(np.asarray(arrays["folds"], dtype=np.int64), ordered, codes)
