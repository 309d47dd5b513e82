"""Names of tasks, labels and words come from files: none reaches the terminal raw, on whatever way."""

from __future__ import annotations

import io
import logging
import sys
import types

import pytest

from automl import progress as progress_module
from automl.cli import main
from automl.commands.common import interrupted, print_table
from automl.progress import progress_bar

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eleft\r\x7f"
SHOWN = "\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202eleft\\r\\x7f"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_progress_bar_shows_the_title_with_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with progress_bar(f"[red]{EVIL}\nnext line") as progress:
        assert progress is not None
        progress({"evaluations": 1234, "best": 0.5})
    assert f"[red]{SHOWN}\\nnext line: 1,234 evaluations, best score 0.5" in terminal.getvalue()
    assert "\x1b]0;owned" not in terminal.getvalue() and "\u202e" not in terminal.getvalue()


def test_a_notebook_is_told_in_one_output_that_is_empty_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            assert raw
            told.append(data["text/plain"])

    def display(data: dict[str, str], raw: bool, display_id: bool) -> Handle:
        assert raw and display_id
        told.append(data["text/plain"])
        return Handle()

    module = types.ModuleType("IPython.display")
    module.display = display
    for name, value in {
        "ipykernel": types.ModuleType("ipykernel"),
        "IPython": types.ModuleType("IPython"),
        "IPython.display": module,
    }.items():
        monkeypatch.setitem(sys.modules, name, value)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    clock = iter((0.0, 0.1, 1.0, 1.1))
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: next(clock))
    with pytest.raises(RuntimeError), progress_bar(f"<b>{EVIL}") as progress:
        for evaluations in (1, 1234, 1235):
            progress({"evaluations": evaluations, "best": 0.5, "metric": "accuracy"})
        raise RuntimeError
    assert told == [f"<b>{SHOWN} …", f"<b>{SHOWN}: 1,234 evaluations, best accuracy 0.5, 1 s", ""]


def test_log_lines_are_shown_with_escapes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    with pytest.raises(SystemExit):
        main(["--version"])
    try:
        logging.getLogger("automl.test").warning("task=%s", EVIL)
    finally:
        root.handlers.clear()
    assert capsys.readouterr().err == f"WARNING automl.test: task={SHOWN}\n"


def test_how_to_go_on_is_said_with_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    interrupted(["r1"], EVIL, KeyboardInterrupt())
    assert capsys.readouterr().err == f"automl: interrupted; resume with: automl runs resume r1 --library '{SHOWN}'\n"


def test_every_part_of_a_table_is_shown_as_it_is_but_for_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([f"[red]a{EVIL}"], [[f"[red]b{EVIL}"]], f"[red]c{EVIL}")
    shown = capsys.readouterr().out
    for part in "abc":
        assert f"[red]{part}{SHOWN}" in shown
    assert all(each.isprintable() or each == "\n" for each in shown)


def test_brackets_backslashes_and_colons_of_a_table_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["Tensor[s...] -> Tensor[n]", "a\\[b]", "[/]", ":smile:"]
    print_table(texts, [texts], " ".join(texts))
    shown = capsys.readouterr().out
    assert all(shown.count(text) == 3 for text in texts)
