"""What users add from their own modules: in searches, workers, runs and the cache; the examples of docs/plugins.md work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import automl
import automl.plugins
from automl.cli import main
from automl.plugins import PluginError, use_plugins
from automl.tasks.kinds.labelled import labelled_task
from library.store import open_store
from primitives.plugins.outside import forget, registered

BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


@pytest.fixture
def written(project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files of docs/plugins.md in it, each named in its first line."""
    monkeypatch.chdir(tmp_path)
    for kind, text in BLOCK.findall((project_root / "docs" / "plugins.md").read_text(encoding="utf-8")):
        if kind == "python":
            (tmp_path / text.split()[1]).write_text(text)
        elif kind == "json":
            (tmp_path / "tasks.jsonl").write_text(text)
    return tmp_path


def run(arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and output of a command line."""
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out + said.err


PASSING = re.compile(r"[\d.]+ s\b|\b[0-9a-f]{12}\b")
"""What no two runs have in common: seconds and names of runs."""


def test_the_commands_of_the_page_say_what_it_shows(written, project_root, capsys):
    page = (project_root / "docs" / "plugins.md").read_text(encoding="utf-8")
    shown = [text for kind, text in BLOCK.findall(page) if kind == "console"]
    assert shown
    for text in shown:
        command, *lines = text.strip().splitlines()
        code, said = run(command.removeprefix("$ automl "), capsys)
        assert code == 0 and all(PASSING.sub("…", line) in PASSING.sub("…", said) for line in lines), said


def test_the_script_of_the_page_runs_with_workers(written, capsys):
    exec(compile((written / "everything.py").read_text(), "everything.py", "exec"), {})
    assert capsys.readouterr().out.startswith("True (lambda (x)")


@pytest.mark.slow
def test_words_strategy_and_trainer_from_outside_search_a_net_on_workers(written):
    library, plugins = automl.Library("memory:"), ["my_words.py", "my_trainer.py", "my_strategy.py"]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    task = labelled_task("signs", x, (x[:, 0] > 0).astype(int))
    found = automl.search(
        task, evaluations=2, plugins=plugins, strategy="shortest", trainer={"trainer": "sign"}, words=["dense", "scaled", "relu"],
        workers=2, library=library,
    )  # fmt: skip
    outcomes = [each.outcome for each in library.store.evaluations(found.run)]
    assert found.evaluations == 2 and found.score > 0.5 and set(outcomes) == {"ok"}


def test_a_run_names_its_plugins_and_goes_on_with_them_alone(written, capsys):
    code, _ = run("search tasks.jsonl --strategy random --evaluations 5 --plugins my_words.py --library a.db", capsys)
    store = open_store("a.db")
    (record,) = store.runs()
    (outside,) = registered()
    assert code == 0 and record.config["plugins"] == [{"given": "my_words.py", "digest": outside.digest}]
    store.update_run(record.id, state="running")
    store.close()
    forget(outside)
    resume = f"runs resume {record.id} --library a.db"
    code, said = run(resume, capsys)
    assert code == 2 and f"was started with --plugins my_words.py (digest {outside.digest[:12]})" in said
    text = (written / "my_words.py").read_text()
    (written / "my_words.py").write_text(text.replace("3 * n + 1", "5 * n + 1"))
    code, said = run(f"{resume} --plugins my_words.py", capsys)
    assert code == 2 and "restore that version" in said
    (written / "elsewhere").mkdir()
    (written / "elsewhere" / "my_words.py").write_text(text)
    forget(registered()[0])
    code, said = run(f"{resume} --plugins elsewhere/my_words.py", capsys)
    assert code == 0 and "twice on: " in said


def test_a_changed_word_is_evaluated_anew(written):
    library = automl.Library("memory:")
    options = {"strategy": "random", "words": ["collatz", "+"], "library": library, "plugins": ["my_words.py"]}
    keys = []
    text = (written / "my_words.py").read_text()
    for version in (text, text, text.replace("3 * n", "5 * n")):
        (written / "my_words.py").write_text(version)
        automl.search("tasks.jsonl", evaluations=8, **options)
        run = library.store.runs()[-1]
        keys.append({each.term: each.key for each in library.store.evaluations(run.id)})
    assert keys[0] == keys[1] and keys[0].keys() == keys[2].keys()
    with_word = {term for term in keys[0] if "collatz" in term}
    assert with_word and with_word != set(keys[0])
    assert {term for term in keys[0] if keys[0][term] != keys[2][term]} == with_word


def test_without_plugins_no_run_and_no_key_is_another(written):
    library = automl.Library("memory:")
    automl.search("tasks.jsonl", evaluations=3, strategy="random", words=["+", "*"], library=library)
    (run,) = library.store.runs()
    assert run.config["plugins"] == []


def test_what_holds_no_plugin_or_a_taken_name_is_refused_and_leaves_nothing(written):
    (written / "empty.py").write_text("from automl.plugins import word, TaskKind\n")
    with pytest.raises(PluginError, match="empty.py.*holds no plug-in"):
        use_plugins(["empty.py"])
    (written / "taken.py").write_text((written / "my_words.py").read_text().replace('"collatz"', '"map"'))
    with pytest.raises(PluginError, match="taken.py and in primitives.ops.list_loops"):
        use_plugins(["taken.py"])
    assert [each for each in registered() if each.given in ("empty.py", "taken.py")] == []


def test_all_that_a_plugin_imports_is_there():
    for name in automl.plugins.__all__:
        assert getattr(automl.plugins, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        automl.plugins.no_such_name  # noqa: B018


def test_an_unknown_word_says_how_to_give_ones_own(written, capsys):
    run("search tasks.jsonl --evaluations 60000 --plugins my_words.py --library a.db", capsys)
    record = open_store("a.db").runs()[0]
    for each in registered():
        forget(each)
    code, said = run(f"runs show {record.id} --library a.db", capsys)
    assert code == 2 and "word='collatz' is not known" in said and "--plugins FILE" in said


BAD = """
import pytest
from automl.plugins import word
from automl.testing import ValueWordSuite, words_of
import test_bad

@word("shout", "int -> int")
def shout(n):
    "A text, although the type promises a number."
    return f"{n}!"

class TestBad(ValueWordSuite):
    @pytest.fixture
    def word(self):
        return words_of(test_bad, tensors=False)[0]
"""


def said_by_pytest(folder: Path, root: Path, *arguments: str) -> str:
    """What pytest says in the folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(folder)])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.parametrize(("chosen", "least"), [("declar or told_once or documented", 5), ("test", 35)])
def test_what_the_page_adds_meets_the_suites(written, project_root, chosen, least):
    said = said_by_pytest(written, project_root, "test_mine.py", "-k", chosen)
    passed = re.search(r"(\d+) passed", said)
    assert passed and int(passed.group(1)) >= least and "failed" not in said, said[-3000:]


@pytest.mark.slow
def test_a_suite_finds_the_fault_of_a_word(written, project_root):
    (written / "test_bad.py").write_text(BAD)
    said = said_by_pytest(written, project_root, "test_bad.py", "-k", "declaration or fit_the_inferred")
    assert "1 failed, 1 passed" in said and "which is no int" in said, said[-3000:]
