"""What MLflow keeps of a run."""

from __future__ import annotations

import pytest

pytest.importorskip("mlflow", reason="mlflow is not installed: pip install mlflow-skinny")

from automl.errors import StudyError
from automl.exporting.history import history_of
from automl.exporting.mlflow import TAG, log_to_mlflow


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
