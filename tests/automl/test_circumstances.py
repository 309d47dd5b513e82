"""Under what circumstances a result was made."""

import sys

import pytest

from automl.circumstances import circumstances


def test_the_command_tells_no_folders_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    given = [
        "run",
        str(tmp_path / "one.json"),
        f"sqlite:///{tmp_path}/two.db",
        "sqlite:///own/three.db",
        "../shared/four",
        f"mnist?path={tmp_path}/five&count=9,digits",
    ]
    monkeypatch.setattr(sys, "argv", ["automl", *given])
    found = circumstances("automl", ["numpy", "no-such-package"])
    assert (
        found["command"]
        == "automl run one.json sqlite:///two.db sqlite:///own/three.db ../shared/four mnist?path=five&count=9,digits"
    )
    assert set(found["versions"]) == {"python", "numpy"} and found["hardware"]["cores"] >= 1
