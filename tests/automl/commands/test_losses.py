"""``--loss`` is what nets for numbers are trained by."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.commands.options import loss_metric, loss_settings, options_of
from automl.tasks.load import load_tasks


def test_a_loss_is_of_numbers_and_is_what_nets_are_trained_by(
    automl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("x,y,z\n" + "".join(f"{x},{x / 3},{'yes' if x > 20 else 'no'}\n" for x in range(40)))
    for loss, trained, metric in (("huber", "huber", "mae"), ("squared", "mse", None), (None, None, None)):
        options = options_of(None, "1", None, "1", 0, None, None, loss_settings(loss, ["trainer.rate=0.1"]))
        assert options.trainer == {"rate": 0.1, **({} if trained is None else {"loss": trained})}
        assert loss_metric(loss, load_tasks("rows.csv:y")) == metric
    for table, loss, said in (("y", "cubic", "one of squared, absolute, huber"), ("z", "huber", "has other targets")):
        code, _, err = automl("search", f"rows.csv:{table}", "--loss", loss, "--evaluations", "1")
        assert code == 2 and f"loss={loss!r}" in err and said in err
