"""The command on folders of pictures as people have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from automl.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Bright and dark pictures of two sizes, and one that is none."""
    monkeypatch.chdir(tmp_path)
    for index in range(24):
        name = ("bright", "dark")[index % 2]
        (tmp_path / "pictures" / name).mkdir(parents=True, exist_ok=True)
        Image.new("L", (4 + index % 3, 5), 200 - 150 * (index % 2)).save(tmp_path / "pictures" / name / f"{index}.png")
    (tmp_path / "pictures" / "dark" / "bad.png").write_bytes(b"\x89PNG cut short")
    return tmp_path


@pytest.fixture
def automl(capfd: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as leave:
            main(list(arguments))
        out, err = capfd.readouterr()
        return int(leave.value.code or 0), out, err

    return run


def test_bad_pictures_stop_a_search_unless_they_are_to_be_skipped(folder: Path, automl) -> None:
    code, out, err = automl("search", "pictures", "--budget", "2")
    assert code == 2 and out == "" and err.count("\n") == 1
    assert "1 of 25 pictures" in err and "dark/bad.png" in err and not (folder / "automl.db").exists()
    code, out, _ = automl(
        "search", "pictures", "--budget", "2", "--skip-bad", "--set", "schedule.epochs=1", "--json", "out.jsonl"
    )
    assert code == 0
    assert "24 pictures of 3 sizes" in out and "are resized to 5x5" in out and "1 of 25 pictures are left out" in out
    row = json.loads((folder / "out.jsonl").read_text())
    assert len(row["notes"]) == 3 and row["notes"][2].startswith("few cases")
    code, out, _ = automl("evaluate", row["run"], "--json")
    assert code == 0 and json.loads(out)["part"] == "test", "the run's data is read again as the search read it"
