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


@pytest.fixture
def run(folder: Path, automl) -> str:
    """A finished search on the pictures that can be read."""
    quick = ("--evaluations", "1", "--strategy", "random", "--set", "schedule.epochs=30")
    code, out, _ = automl("search", "pictures", "--skip-bad", "--json", "out.jsonl", *quick)
    assert code == 0
    assert "24 pictures of 3 sizes" in out and "are resized to 5x5" in out and "1 of 25 pictures are left out" in out
    row = json.loads((folder / "out.jsonl").read_text())
    assert len(row["notes"]) == 3 and row["notes"][2].startswith("few cases")
    return str(row["run"])


def test_bad_pictures_stop_a_search_unless_they_are_to_be_skipped(folder: Path, automl) -> None:
    code, out, err = automl("search", "pictures", "--evaluations", "1")
    assert code == 2 and out == "" and err.count("\n") == 1
    assert "1 of 25 pictures" in err and "dark/bad.png" in err and not (folder / "automl.db").exists()


def test_what_was_trained_on_pictures_answers_for_pictures(folder: Path, automl, run: str) -> None:
    code, out, err = automl("evaluate", run, "--json")
    assert code == 0 and json.loads(out)["part"] == "test", "the run's data is read again as the search read it"
    Image.new("RGB", (30, 17), (250, 250, 250)).save(folder / "new.jpg")
    code, out, err = automl("predict", run, "new.jpg", "pictures/dark")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and len(rows) == 14 and rows[-1] is None
    assert "pictures/dark/bad.png: no answer: it cannot be read as an image" in err and err.count("\n") == 1
    assert rows[0]["input"] == "new.jpg" and set(rows[0]["probabilities"]) == {"bright", "dark"}
    assert rows[0]["answer"] == max(rows[0]["probabilities"], key=rows[0]["probabilities"].get)
    assert sum(rows[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    code, out, err = automl("predict", run, "pictures/dark/bad.png")
    assert code == 1 and out == "null\n" and "bad.png" in err
    (folder / "empty").mkdir()
    for wrong, message in (("empty", "no pictures"), ("absent.png", "no answer")):
        code, out, err = automl("predict", run, wrong)
        assert code and message in err and err.count("\n") == 1
    # pictures of any size are scored as the training's were made
    code, out, _ = automl("evaluate", run, "pictures?skip_bad=yes", "--part", "all", "--json")
    assert code == 0 and set(json.loads(out)["scores"]) >= {"accuracy"}
    for index in range(4):
        (folder / "other" / ("bright", "dark")[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (200, 0, 0)).save(folder / "other" / ("bright", "dark")[index % 2] / f"{index}.png")
    assert automl("evaluate", run, "other")[0] == 0
