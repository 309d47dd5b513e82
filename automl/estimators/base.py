"""What the estimators share: their parameters, and a fit that is a search."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted

from primitives.values import Failure

from ..api import search
from ..evaluation.model import Model
from ..evaluation.predictions import NOT_FINITE, finite_rows
from ..fitting.forward import predict_raw
from ..study.ending import Ending
from ..study.result import Result
from ..tasks.cases.class_weights import NONE
from ..tasks.own_metric import MetricFunction, metric_name
from ..tasks.preprocessing import Preprocessing
from ..tasks.split import Split
from ..tasks.tables.raw import RawTable
from ..tasks.tables.target import TargetColumn
from ..tasks.tables.task import table_task
from .cells import read_features, read_targets, read_weights, without_weightless

if TYPE_CHECKING:
    import torch

    from .cells import Features, Targets, Weights

BUDGET = "10s"
"""The time of a fit where neither a time nor a number of evaluations is given."""
SEEDS = 2**31 - 1
UNIFORM = ("constant",)
"""The words of a fit to targets that are all the same."""


BLOCK = 64
"""Rows are filled up to a multiple of it: products of matrices of other heights are summed in another order, and a row's answer must not
hang, be it by the last digits of a float32, on the rows beside it."""


class AbstractProgramEstimator(BaseEstimator, ABC):
    """A search on a table behind scikit-learn's interface; its parameters are described in docs/estimators.md."""

    model_: Model
    result_: Result
    program_: str
    n_features_in_: int
    feature_names_in_: np.ndarray
    probabilities: bool = False
    """Whether a metric that is a function is told probabilities rather than answers."""

    def __init__(
        self,
        budget: str | timedelta | None = None,
        *,
        evaluations: int | None = None,
        metric: str | MetricFunction | None = None,
        direction: str | None = None,
        validation_fraction: float = 0.2,
        words: Sequence[str] | None = None,
        strategy: str | None = None,
        library: str = "memory:",
        workers: int | str = 1,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        self.budget = budget
        self.evaluations = evaluations
        self.metric = metric
        self.direction = direction
        self.validation_fraction = validation_fraction
        self.words = words
        self.strategy = strategy
        self.library = library
        self.workers = workers
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Features, y: Targets, sample_weight: Weights | None = None) -> Self:
        """Search a program for ``X`` [n, columns], a frame with columns of any kinds or an array, and the targets ``y`` [n].

        ``sample_weight`` [n] says how much each row counts where programs are fitted and where they are compared (None: all alike); one
        of weight 0 is left out.
        Sets ``model_``, ``program_`` (its text), ``result_`` (of the search), ``n_features_in_`` and, of a frame, ``feature_names_in_``.
        Returns itself. Raises ValueError where the data or a parameter cannot be or nothing was found, TypeError where ``X`` is sparse.
        """
        raw, targets = read_features(self, X), read_targets(y)
        check_consistent_length(targets, next(iter(raw.columns.values())))
        weights = read_weights(sample_weight, len(targets))
        if weights is not None:
            raw, targets, weights = without_weightless(raw, targets, weights)
        self._learn(raw, targets, weights)
        return self

    def _learn(self, raw: RawTable, targets: np.ndarray, weights: np.ndarray | None) -> None:
        """Set what a fit finds for the targets [n] of the rows of a table."""
        result = self._searched(raw, self._target(targets, weights))
        if result.outcome is Ending.INTERRUPTED:  # whoever fits many is to end at the first Ctrl-C
            raise KeyboardInterrupt
        if result.model is None:
            raise ValueError(
                f"budget={self.budget!r}, evaluations={self.evaluations!r}: no program was found ({result.outcome}); give more"
            )
        self.result_, self.model_, self.program_ = result, result.model, result.program

    def _trainer(self) -> Mapping[str, object] | None:
        """How programs are trained, where that is not left to the search."""
        return None

    def _searched(self, raw: RawTable, target: TargetColumn) -> Result:
        """What the search found; where all targets are the same, what says so, since nothing better can be found."""
        seed = int(check_random_state(self.random_state).randint(SEEDS))
        split = Split(test=0.0, validation=self.validation_fraction, seed=seed)
        name, quiet = type(self).__name__, not self.verbose
        if (target.y == target.y[:1]).all():
            task = table_task(raw, target, name=name, split=split)
            return search(task, evaluations=1, library=self.library, words=UNIFORM, seed=seed, quiet=quiet)
        task = table_task(
            raw, target, name=name, split=split, metric=self._metric_name(), direction=self.direction,
            probabilities=self.probabilities, class_weight=None if getattr(self, "class_weight", None) is None else NONE,
        )  # fmt: skip
        bounded = self.budget is not None or self.evaluations is not None
        return search(
            task, self.budget if bounded else BUDGET, evaluations=self.evaluations, library=self.library, words=self.words,
            strategy=self.strategy, workers=self.workers, seed=seed, trainer=self._trainer(), quiet=quiet,
        )  # fmt: skip

    def _metric_name(self) -> str | None:
        """The name under which the search finds the metric. Raises ValueError where it is a function that other processes cannot find."""
        if self.metric is None or isinstance(self.metric, str):
            return self.metric
        return metric_name(self.metric, lasting=self.library != "memory:" or self.workers != 1)

    @abstractmethod
    def _target(self, y: np.ndarray, weights: np.ndarray | None) -> TargetColumn:
        """The targets [n] and their weights in the form of a task. Raises ValueError where they are not of the estimator's kind."""

    def _outputs(self, x: Features) -> tuple[torch.Tensor, Preprocessing]:
        """float32 [n, width]: what the program says of new rows, and what makes answers of it. Raises NotFittedError, TypeError, and
        ValueError where the program fails, or its outputs are not finite."""
        check_is_fitted(self, "model_")
        model = self.model_
        prepared = model.preprocessing
        assert prepared is not None, "a program for a table has a preprocessing"
        names = [column.name for column in prepared.columns]
        encoded = prepared.encode_columns(read_features(self, x, names).columns)
        filled = np.concatenate([encoded, np.repeat(encoded[-1:], -len(encoded) % BLOCK, axis=0)])
        outputs = predict_raw(model.module, model.type, filled, prepared)[: len(encoded)]
        if isinstance(outputs, list):
            failure = next(each for each in outputs if isinstance(each, Failure))
            raise ValueError(f"X: the program has no answer for a row ({failure}); leave such rows out, or fit anew")
        known = finite_rows(outputs)
        if not known.all():
            row = int((~known).nonzero()[0, 0])
            raise ValueError(f"X: row {row} has no answer ({NOT_FINITE}); leave such rows out, or fit anew")
        return outputs.detach().cpu(), prepared

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        tags.non_deterministic = self.budget is not None or self.evaluations is None
        return tags
