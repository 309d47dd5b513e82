"""A run for MLflow: its settings as parameters, its scores as metrics, its program, model and report as artefacts."""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from library.records import StoreError
from library.store import AbstractStore

from ..errors import StudyError
from ..study.stored import stored_model
from ..views.run import settings_of
from .history import Measured, RunHistory, measured, need

if TYPE_CHECKING:
    from mlflow import MlflowClient

logger = logging.getLogger(__name__)
T = TypeVar("T")
EXTRA = "mlflow"
TAG = "automl.run"
"""The tag of MLflow's run that names ours; it is set when all is there."""
ENDED = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
AT_ONCE = {"metrics": 1_000, "params": 100}
"""What MLflow takes in one call."""
LONGEST_NAME, LONGEST_VALUE = 250, 500
_UNFIT = re.compile(r"[^\w\-. /]+")


@dataclass(frozen=True)
class Logged:
    """Where a run is in MLflow: the ids of its experiment and of MLflow's run."""

    experiment: str
    run: str


def check_mlflow() -> None:
    """Raises StudyError where MLflow is not installed."""
    need("mlflow", EXTRA)


def log_to_mlflow(store: AbstractStore, history: RunHistory, uri: str, report: str = "") -> Logged:
    """Logs a run as one of MLflow, in an experiment named like the task.

    store: that has the run.
    history: of the search.
    uri: where MLflow tracks: ``http://…``, ``sqlite:///…``, or what else MLflow takes.
    report: an HTML page to be kept with it; default: none.

    Raises StudyError where MLflow is not installed, the run is there already, or MLflow refuses what it is given.
    """
    check_mlflow()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing of a search is told to others unasked
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # its 7 take minutes where nobody answers
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        return _log(MlflowClient(tracking_uri=uri), store, history, uri, report)
    except MlflowException as error:
        raise StudyError(
            f"mlflow={uri!r}: {str(error).splitlines()[0]}; check the address and what answers there"
        ) from error


def _log(client: MlflowClient, store: AbstractStore, history: RunHistory, uri: str, report: str) -> Logged:
    """Makes a run there and fills it; where that fails it is deleted, so that it can be tried again."""
    from mlflow.exceptions import MlflowException

    run = history.run
    experiment = _experiment(client, run.task)
    there = client.search_runs([experiment], filter_string=f"tags.`{TAG}` = '{run.id}'", max_results=1)
    if there:
        raise StudyError(
            f"run={run.id!r} is in MLflow at {uri!r} already, as {there[0].info.run_id}; delete it there to log it anew"
        )
    tags = {"automl.task": run.task, "automl.strategy": run.strategy}
    made = client.create_run(
        experiment, start_time=round(1000 * run.started), tags=tags, run_name=f"{run.strategy} {run.id[:6]}"
    ).info.run_id
    try:
        _fill(client, made, store, history, report)
        client.set_tag(made, TAG, run.id)
    except BaseException:
        with suppress(MlflowException):  # it may be unreachable; without the tag the run is in nobody's way
            client.delete_run(made)
        raise
    return Logged(experiment, made)


def _fill(client: MlflowClient, made: str, store: AbstractStore, history: RunHistory, report: str) -> None:
    from mlflow.entities import Metric, Param

    run = history.run
    params = [Param(_fit(name), text[:LONGEST_VALUE]) for name, text in settings_of(run, handed_on=True)]
    for some in _groups(params, AT_ONCE["params"]):
        client.log_batch(made, params=some)
    metrics = (Metric(_fit(each.name), each.value, round(1000 * each.time), each.step) for each in _all(history))
    for these in _groups(metrics, AT_ONCE["metrics"]):
        client.log_batch(made, metrics=these)
    with tempfile.TemporaryDirectory() as folder:
        for path in _artefacts(store, history, report, Path(folder)):
            (client.log_artifacts if path.is_dir() else client.log_artifact)(
                made, str(path), path.name if path.is_dir() else None
            )
    if run.state in ENDED:
        client.set_terminated(made, ENDED[run.state], None if run.finished is None else round(1000 * run.finished))


def _experiment(client: MlflowClient, name: str) -> str:
    known = client.get_experiment_by_name(name)
    return client.create_experiment(name) if known is None else known.experiment_id


def _all(history: RunHistory) -> Iterator[Measured]:
    """All that was measured, and last the scores of the result, which MLflow's table of runs shows."""
    yield from measured(history)
    result = history.result
    if result is None:
        return
    end = history.time(result.evaluation) if history.run.finished is None else history.run.finished
    for part, score in (("validation", result.score), ("test", result.test_score)):
        if score is not None:
            yield Measured(f"{part}_{result.metric}", result.ask, end, score)


def _artefacts(store: AbstractStore, history: RunHistory, report: str, folder: Path) -> Iterator[Path]:
    """Files and folders to be kept with the run, written into a folder."""
    if report:
        (folder / "report.html").write_text(report, encoding="utf-8")
        yield folder / "report.html"
    if history.result is None:
        return
    (folder / "program.txt").write_text(history.program(history.result.evaluation) + "\n", encoding="utf-8")
    yield folder / "program.txt"
    try:
        stored_model(store, history.run, history.vocabulary, history.result.evaluation).save(folder / "model")
    except (StoreError, ValueError) as error:  # its weights are gone, or a word of a plug-in is not here
        logger.warning("run=%r is logged without its model: %s", history.run.id, error)
        return
    yield folder / "model"


def _fit(name: str) -> str:
    return _UNFIT.sub("_", name)[:LONGEST_NAME]


def _groups(items: Sequence[T] | Iterator[T], size: int) -> Iterator[list[T]]:
    """The items in lists of so many."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
