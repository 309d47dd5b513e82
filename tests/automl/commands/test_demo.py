"""The demo leaves a library that can be looked at, and never takes the place of anything but an earlier demo's."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automl.cli import app
from automl.commands.demo import fresh_library
from automl.errors import TaskError
from library.store import open_store

FUNCTIONS = {
    "each plus 1": lambda xs: [x + 1 for x in xs],
    "each plus 2": lambda xs: [x + 2 for x in xs],
    "each plus 3": lambda xs: [x + 3 for x in xs],
}
INPUTS = [[3, 1, 2], [], [5], [7, -4, 2, 2]]
CURRICULUM = """
schema_version = 1
name = "tiny"

[[stage]]
name = "lists"
tasks = ["lists.jsonl"]
evaluations = 20000
strategy = "enumerative"
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which a demo was run, and what it said."""
    folder = tmp_path_factory.mktemp("shown")
    rows = [
        {"name": name, "type": "list(int) -> list(int)",
         "examples": [{"inputs": [xs], "output": function(xs)} for xs in INPUTS]}
        for name, function in FUNCTIONS.items()
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("lists.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        Path("tiny.toml").write_text(CURRICULUM)
        code, out, _ = demo()
    assert code == 0
    return folder, out


@pytest.fixture
def folder(shown: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, to be in."""
    shutil.copytree(shown[0], tmp_path / "copy")
    shutil.copy(shown[0] / "demo.db", tmp_path / "kept.db")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def automl(*arguments: str) -> tuple[int, str, BaseException | None]:
    ran = CliRunner().invoke(app, arguments)
    return ran.exit_code, ran.output, ran.exception


def demo(*more: str) -> tuple[int, str, BaseException | None]:
    return automl("demo", "tiny.toml", "--workers", "1", *more)


def runs() -> list[str]:
    with open_store("demo.db", create=False) as store:
        return [run.id for run in store.runs()]


def test_its_library_stays_and_the_commands_that_it_prints_show_it(shown: tuple[Path, str], folder: Path) -> None:
    out = shown[1]
    assert "The library is in demo.db." in out
    assert "without the library" not in out, "the comparison is asked for with --compare"
    commands = [shlex.split(line)[1:] for line in out.splitlines() if line.startswith("    automl ")]
    assert [words[:2] for words in commands] == [["library", "list"], ["library", "show"], ["runs", "list"]]
    with open_store("demo.db", create=False) as store:
        promoted = [record.name for record in store.subroutines()]
    assert promoted and commands[1][2] in promoted
    for words in commands:
        code, out, _ = automl(*words)
        assert code == 0 and ("each plus 1" if words[0] == "runs" else promoted[0]) in out


def test_the_library_of_an_earlier_demo_is_replaced_by_an_empty_one(folder: Path) -> None:
    beside = Path("demo.db.blobs")
    beside.mkdir(exist_ok=True)
    (beside / "old.safetensors").touch()
    assert runs()
    with fresh_library("demo.db", "tiny") as store:
        assert not store.runs() and not store.subroutines(state=None)
        assert not (beside / "old.safetensors").exists()
    fresh_library("demo.db", "tiny").close()  # an empty one was left by a demo that had just begun
    with pytest.raises(TaskError, match="no demo left there"):
        Path("demo.db").unlink()
        shutil.copy("../kept.db", "demo.db")
        fresh_library("demo.db", "another")
    assert runs()


@pytest.mark.slow
def test_a_demo_takes_the_place_of_an_earlier_one(folder: Path) -> None:
    before = runs()
    code, out, _ = demo("--compare", "--json", "rows.jsonl")
    assert code == 0 and "The same tasks with and without the library" in out
    assert len(runs()) == len(before) and not set(runs()) & set(before)
    told = [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]
    assert [row["library"] for row in told] == ["library"] * 3 + ["none"] * 3


def test_a_library_that_was_used_since_is_kept(folder: Path) -> None:
    assert automl("search", "lists.jsonl", "--evaluations", "2", "--library", "demo.db")[0] == 0
    before = runs()
    _, _, error = demo()
    assert "library='demo.db' has what no demo left there" in str(error) and "--library FILE" in str(error)
    assert runs() == before


@pytest.mark.parametrize("library", ["sqlite:///other.db", "memory:"])
def test_its_library_is_a_file(folder: Path, library: str) -> None:
    assert "the path of a file is required" in str(demo("--library", library)[2])


def test_what_is_no_library_is_kept(folder: Path) -> None:
    Path("demo.db").write_text("my thoughts")
    assert "demo.db" in str(demo()[2])
    assert Path("demo.db").read_text() == "my thoughts"


def test_a_library_of_another_growth_is_kept(folder: Path) -> None:
    Path("demo.db").unlink()
    assert automl("grow", "lists.jsonl", "--evaluations", "2", "--guidance", "off", "--library", "demo.db")[0] == 0
    before = runs()
    assert "has what no demo left there" in str(demo()[2]) and runs() == before
