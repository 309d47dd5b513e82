"""The options that every command has: files of options, what is shown, where it is logged."""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.config import read_config, write_config
from automl.errors import TaskError
from automl.progress import QUIET

REVERSED = {
    "name": "reversed",
    "type": "list(int) -> list(int)",
    "examples": [{"inputs": [[3, 1, 2]], "output": [2, 1, 3]}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.jsonl").write_text(json.dumps(REVERSED) + "\n")
    root = logging.getLogger()
    level, handlers = root.level, [(each, each.level) for each in root.handlers]
    yield tmp_path
    root.setLevel(level)
    root.handlers[:] = [each for each, _ in handlers]
    for each, its in handlers:
        each.setLevel(its)


def test_a_search_from_a_file_and_the_same_printed_as_one(folder: Path, automl) -> None:
    text = 'task = "one.jsonl"\nevaluations = 2000\nwords = "reverse,sort"\nseed = 4\nlibrary = "x.db"\njson = "out.jsonl"\n'
    text += "[set]\nmemory = 64\n"
    (folder / "search.toml").write_text(text)
    code, _, err = automl("search", "--config", "search.toml")
    assert (code, err) == (0, "")
    (run,) = json.loads(automl("runs", "list", "--library", "x.db", "--json")[1])
    code, out, _ = automl("runs", "config", run["id"], "--library", "x.db")
    printed = tomllib.loads(out)
    assert (
        code == 0
        and printed["task"] == str(folder / "one.jsonl")
        and printed["evaluations"] == 2000
        and printed["seed"] == 4
    )
    assert printed["words"] == "reverse,sort" and printed["set"] == ["memory=64"]
    (folder / "again.toml").write_text(out)
    first = json.loads((folder / "out.jsonl").read_text())
    again = json.loads(automl("search", "--config", "again.toml", "--library", "y.db", "--json", "-")[1])
    assert (again["program"], again["evaluations"]) == (first["program"], first["evaluations"])


def test_the_command_line_goes_before_the_file(folder: Path, automl) -> None:
    (folder / "search.toml").write_text('task = "absent.jsonl"\nseed = 4\nambiguous = true\n')
    code, out, _ = automl(
        "search", "one.jsonl", "--config", "search.toml", "--seed", "5", "--time-limit", "3s", "--print-config"
    )
    found = tomllib.loads(out)
    assert code == 0 and (found["task"], found["seed"], found["budget"], found["ambiguous"]) == (
        "one.jsonl",
        5,
        "3s",
        True,
    )
    (folder / "again.toml").write_text(out)
    assert automl("search", "--config", "again.toml", "--print-config")[1] == out
    assert not (folder / "automl.db").exists()


def test_a_file_says_what_is_shown_and_where_it_is_logged(folder: Path, automl) -> None:
    (folder / "search.toml").write_text('evaluations = 500\nverbose = true\nquiet = true\nlog-file = "from_file.log"\n')
    code, _, _ = automl("search", "one.jsonl", "--config", "search.toml")
    assert code == 0 and "INFO" in (folder / "from_file.log").read_text() and QUIET.get()
    code, _, _ = automl("search", "one.jsonl", "--config", "search.toml", "--seed", "1", "--log-file", "given.log")
    assert code == 0 and (folder / "given.log").exists()


@pytest.mark.parametrize("option", [["--verbose"], ["--log-file", "x.log"]])
def test_what_is_logged_is_our_own(folder: Path, automl, option: list[str]) -> None:
    logging.getLogger("torch").setLevel(logging.NOTSET)
    assert automl("search", "one.jsonl", "--evaluations", "200", *option)[0] == 0
    assert logging.getLogger("automl.study").isEnabledFor(logging.INFO)
    assert not logging.getLogger("torch._subclasses.fake_tensor").isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", "'colour' is no option of search; it takes"),
        ("config = 'other.toml'", "'config' is no option"),
        ("quiet = 'loud'", "--quiet"),
        ("seed = [1, 2]", "one value is required"),
        ("seed = 'many'", "--seed"),
        ("budget = 90", "a time with its unit"),
        ("seed = 1979-05-27", "a text, a number"),
        ("seed =", "cannot be read as TOML"),
    ],
)
def test_files_that_are_refused_in_one_line(folder: Path, automl, text: str, message: str) -> None:
    (folder / "search.toml").write_text(text)
    code, out, err = automl("search", "one.jsonl", "--config", "search.toml")
    assert code == 2 and out == "" and message in err and err.count("\n") == 1
    code, _, err = automl("search", "one.jsonl", "--config", "absent.toml")
    assert code == 2 and "absent.toml" in err


VALUES = st.text() | st.integers() | st.just(True) | st.lists(st.text(), min_size=1)


@settings(max_examples=15)
@given(st.dictionaries(st.from_regex(r"[a-z]+", fullmatch=True), VALUES))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, options: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("config") / "x.toml"
    path.write_text(write_config(options), encoding="utf-8", newline="")
    wanted = {key: value if isinstance(value, bool | list) else str(value) for key, value in options.items()}
    assert read_config(path) == wanted


def test_what_no_file_can_hold() -> None:
    assert write_config({"a": None, "b": False, "c": []}) == ""
    with pytest.raises(TypeError):
        write_config({"a": object()})
    with pytest.raises(TaskError):
        read_config("/absent/file.toml")


def test_quiet_verbose_and_a_log_file(folder: Path, automl) -> None:
    command = (
        "search",
        "one.jsonl",
        "--evaluations",
        "2000",
        "--words",
        "reverse,sort",
        "--library",
        "memory:",
        "--workers",
        "9999",
    )
    for options in (("--log-file", "run.log", "--quiet"), ("--quiet", "--log-file", "turned.log")):
        code, out, err = automl(*command, *options)
        assert code == 0 and "reversed: solved" in out and err == ""
        name = next(option for option in options if option.endswith(".log"))
        assert "workers=9999 on" in (folder / name).read_text(), "the log file has what the terminal is spared"
    logging.getLogger().setLevel(logging.WARNING)
    assert automl(*command, "--log-file", "other.log", "--verbose")[0] == 0
    assert "ask=0: ok" in (folder / "other.log").read_text()


def test_completion_is_offered(automl) -> None:
    code, out, _ = automl("--help")
    assert code == 0 and "--install-completion" in out and "--show-completion" in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is required")
def test_a_file_that_takes_no_result_is_named_and_the_result_is_said(folder: Path, automl) -> None:
    code, out, err = automl(
        "search", "one.jsonl", "--evaluations", "2000", "--words", "reverse,sort", "--json", "/dev/full"
    )
    assert code == 2 and "reverse" in out
    assert "/dev/full" in err and "what was found is in the library" in err and "Traceback" not in err
    assert len(json.loads(automl("runs", "list", "--json")[1])) == 1
