"""What MLflow keeps of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("mlflow", reason="mlflow is not installed: pip install mlflow-skinny")

from mlflow.exceptions import MlflowException

from automl.errors import StudyError
from automl.exporting.history import history_of
from automl.exporting.mlflow import TAG, log_to_mlflow


class _Fragile:
    """MLflow as far as a log of a run needs it, in memory; ``fails`` names a call that it refuses."""

    def __init__(self):
        self.runs, self.status, self.artefacts, self.fails = {}, {}, [], ""

    def get_experiment_by_name(self, name):
        return SimpleNamespace(experiment_id="1")

    def search_runs(self, experiments, filter_string, max_results):
        found = [key for key, tags in self.runs.items() if filter_string == f"tags.`{TAG}` = '{tags.get(TAG)}'"]
        return [SimpleNamespace(info=SimpleNamespace(run_id=key)) for key in found]

    def create_run(self, experiment, tags, **more):
        key = f"made{len(self.status)}"
        self.runs[key], self.status[key] = dict(tags), "RUNNING"
        return SimpleNamespace(info=SimpleNamespace(run_id=key))

    def _call(self, name):
        if self.fails == name:
            raise MlflowException("no room")

    def log_batch(self, run, **more):
        self._call("log_batch")

    def log_artifact(self, run, path, folder):
        self._call("log_artifact")
        self.artefacts.append(Path(path).name)

    log_artifacts = log_artifact

    def set_terminated(self, run, status, time):
        self.status[run] = status

    def set_tag(self, run, key, value):
        self.runs[run][key] = value

    def delete_run(self, run):
        self._call("delete_run")
        del self.runs[run]


@pytest.fixture
def fragile(monkeypatch):
    client = _Fragile()
    monkeypatch.setattr("mlflow.MlflowClient", lambda tracking_uri: client)
    return client


@pytest.mark.parametrize("call", ["log_batch", "log_artifact"])
def test_what_failed_half_way_is_taken_away_and_can_be_tried_again(store, run, fragile, call):
    fragile.fails = call
    with pytest.raises(StudyError, match="no room"):
        log_to_mlflow(store, history_of(store, run), "http://tracker")
    assert fragile.runs == {}
    fragile.fails = ""
    logged = log_to_mlflow(store, history_of(store, run), "http://tracker")
    assert fragile.runs[logged.run][TAG] == run.id and fragile.status[logged.run] == "FINISHED"
    with pytest.raises(StudyError, match="already"):
        log_to_mlflow(store, history_of(store, run), "http://tracker")


def test_what_could_not_be_taken_away_does_not_stand_in_the_way(store, run, fragile):
    fragile.fails = "log_artifact"
    fragile.delete_run = lambda key: fragile._call("log_artifact")
    with pytest.raises(StudyError, match="no room"):
        log_to_mlflow(store, history_of(store, run), "http://tracker")
    fragile.fails = ""
    log_to_mlflow(store, history_of(store, run), "http://tracker")
    assert len(fragile.runs) == 2


def test_a_run_whose_words_are_not_here_is_logged_without_its_model(store, run, fragile, caplog):
    history = history_of(store, run)
    result = replace(history.result.evaluation, term="(lambda (word_of_a_plugin $0))")
    history = replace(history, result=replace(history.result, evaluation=result))
    logged = log_to_mlflow(store, history, "http://tracker")
    assert fragile.status[logged.run] == "FINISHED" and fragile.artefacts == ["program.txt"]
    assert "without its model" in caplog.text


@pytest.mark.slow
def test_it_keeps_settings_scores_and_the_model(store, run, tmp_path, monkeypatch):
    from mlflow import MlflowClient

    monkeypatch.chdir(tmp_path)  # where it puts what it keeps
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    logged = log_to_mlflow(store, history_of(store, run), uri, "<p>report")
    client = MlflowClient(uri)
    kept = client.get_run(logged.run)
    assert client.get_experiment(logged.experiment).name == run.task and kept.data.tags[TAG] == run.id
    assert kept.info.status == "FINISHED" and kept.data.params["seed"] == "3"
    assert kept.data.metrics["test_accuracy"] == pytest.approx(0.7)
    history = client.get_metric_history(logged.run, "best/accuracy")
    assert [(each.step, each.value) for each in history] == [(0, 0.5), (1, 0.5), (2, 0.75)]
    assert {each.path for each in client.list_artifacts(logged.run)} == {"report.html", "program.txt", "model"}
    with pytest.raises(StudyError, match="in MLflow at .* already"):
        log_to_mlflow(store, history_of(store, run), uri)
