"""The command as a process: its start, interrupts, workers, the terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl.execution.executors import open_executor
from automl.execution.workers.sentinel import descendants
from automl.testing.commands import HARD, lines_of
from library.store import open_store
from library.vocabulary import Vocabulary

PROJECT = Path(__file__).resolve().parents[2]


def test_help_is_there(folder, process):
    found = process("--help")
    out, err = found.communicate(timeout=300)
    assert found.returncode == 0 and not err
    for command in ("search", "grow", "library", "runs", "export", "predict", "demo"):
        assert command in out


HEAVY = (
    "torch",
    "ray",
    "optuna",
    "deap",
    "sklearn",
    "pandas",
    "sqlalchemy",
    "stitch_core",
    "matplotlib",
    "rich.progress",
)


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import automl.cli", (*HEAVY, "numpy")),
        ("from automl.cli import main; main(['search', '--help'])", HEAVY),
    ],
)
def test_help_loads_nothing_that_takes_long(code, heavy, folder):
    said = f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\n{said}"],
        capture_output=True, text=True, check=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert loaded.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["search", "one.jsonl", "--evaluations", "5"], ["automl.growth", "library.promotion", "automl.commands.runs"]),
        (["predict", "no_such_run", "1"], ["automl.growth", "automl.commands.search", "automl.study.parallel"]),
        (["--version"], ["automl.study", "primitives.words", "numpy"]),
    ],
)  # fmt: skip
def test_a_command_imports_no_other(arguments, unused, folder):
    code = f"import sys\nfrom automl.cli import main\ntry:\n    main({arguments})\nexcept SystemExit:\n    print(sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    loaded = found.stdout.splitlines()[-1]
    assert "'automl.commands.group'" in loaded
    assert [name for name in unused if f"'{name}'" in loaded] == []


def test_an_algorithmic_search_imports_nothing_heavy(folder):
    code = (
        "import sys\nfrom automl.cli import main\ntry:\n    main(['search', 'one.jsonl', '--evaluations', '2000'])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\nprint([m for m in ('torch', 'ray', 'optuna', 'sklearn', 'stitch_core') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.splitlines()[-1] == "[]"
    assert found.stderr == "", "quiet when it is not a terminal"


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_an_interrupt_ends_cleanly_and_the_run_can_be_resumed(folder, workers, process):
    Path("hard.jsonl").write_text(lines_of([HARD]))
    arguments = ["--strategy", "random", "--budget", "4s", "--workers", workers]
    running = process("search", "hard.jsonl", *arguments)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        time.sleep(0.1)
        if Path("automl.db").exists() and Path("automl.db").stat().st_size and running.poll() is None:
            store = open_store("automl.db")
            going = store.runs()
            done = bool(going) and len(store.evaluations(going[0].id)) > 3
            store.close()
            if done:
                break
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=90)
    assert running.returncode == 130, (out, err)
    assert "Traceback" not in err and "resume with: automl runs resume " in err
    run = err.split("runs resume ")[1].split()[0]
    store = open_store("automl.db")
    assert store.run(run).state == "interrupted"
    before = store.evaluations(run)
    store.close()
    again = process("runs", "resume", run)
    out, err = again.communicate(timeout=60)
    assert (again.returncode, err) == (0, "")
    store = open_store("automl.db")
    assert store.run(run).state == "finished"
    after = {evaluation.ask: evaluation for evaluation in store.evaluations(run)}
    assert all(after[evaluation.ask] == evaluation for evaluation in before)
    store.close()


def test_a_command_ends_without_a_look_for_garbage(folder):
    code = (
        "import atexit, gc, sys\natexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "sys.argv = ['automl', '--version']\nfrom automl.__main__ import main\nmain()"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.splitlines()[-1] == "True" and found.stderr == ""


def test_several_tasks_go_to_the_workers_that_were_asked_for(folder, automl, monkeypatch):
    """Those of the text that --workers has, not processes whatever it says."""
    opened = []

    def open_here(function, context, **options):
        opened.append(options["workers"])
        return open_executor(function, context)  # in this process, which needs no Ray

    monkeypatch.setattr("automl.study.parallel.open_executor", open_here)
    code, out, err = automl("search", "three.jsonl", "--evaluations", "5000", "--workers", "ray:2", "--json", "-")
    assert (code, err) == (0, "") and opened == ["ray:2"]
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["reversed", "sorted", "total"]


@pytest.mark.parametrize("file", ["one.jsonl", "three.jsonl"])
def test_a_cluster_that_does_not_answer_is_told_and_begins_no_run(folder, automl, file):
    code, _, err = automl("search", file, "--workers", "ray://127.0.0.1:1")
    assert code == 2 and "workers='ray://127.0.0.1:1': no Ray cluster" in err and "Traceback" not in err
    assert "0 runs" in automl("runs", "list")[1]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["random", "enumerative"])
def test_the_end_of_ray_is_told_and_what_ran_can_be_resumed(folder, strategy, process):
    """One study whose candidates run on Ray, and two tasks whose searches do."""
    tasks = [HARD] if strategy == "random" else [HARD, {**HARD, "name": "harder"}]
    Path("hard.jsonl").write_text(lines_of(tasks))
    running = process("search", "hard.jsonl", "--strategy", strategy, "--budget", "8s", "--workers", "ray:2")
    raylet = None
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not (raylet and len(begun()) == len(tasks)):
        time.sleep(0.2)
        raylet = raylet_below(running.pid)
    os.kill(raylet, signal.SIGKILL)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 2, (out, err)
    assert "Traceback" not in err and "Ray" in err and "has ended" in err
    runs = re.findall("resume with: automl runs resume ([0-9a-f]+)", err)
    assert len(set(runs)) == len(tasks)
    again = process("runs", "resume", runs[0], "--workers", "1")
    out, err = again.communicate(timeout=90)
    assert (again.returncode, err) == (0, "")
    with open_store("automl.db") as store:
        assert store.run(runs[0]).state == "finished"


def begun():
    """The ids of the runs that are under way: a search by strategy "random" when it has evaluated something."""
    if not Path("automl.db").exists():
        return []
    with open_store("automl.db") as store:
        runs = store.runs(state="running")
        return [run.id for run in runs if run.strategy != "random" or store.evaluations(run.id)]


def raylet_below(root):
    """The number of the process by that name below another; None where there is none yet."""
    for number in descendants(root):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/raylet"):
            return number
    return None


def test_a_progress_bar_on_a_terminal(folder):
    import pty

    Path("hard.jsonl").write_text(lines_of([HARD]))
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm"}
    command = [sys.executable, "-m", "automl", "search", "hard.jsonl", "--budget", "1s"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(master)
    assert running.wait(30) == 0
    assert b"hard" in shown and b"evaluations" in shown


def test_vocabulary_of_the_command_is_the_builtin_one(folder, automl):
    automl("search", "one.jsonl", "--evaluations", "2000", "--words", "reverse,sort")
    (run,) = json.loads(automl("runs", "list", "--json")[1])
    assert run["best"] == 1.0 and len(Vocabulary().words) > 60


@pytest.mark.parametrize("module", ["typer", "library.records", "primitives.words"])
def test_an_interrupt_while_modules_are_imported_is_one_line(module, folder):
    code = f"""
import sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from automl.__main__ import main
sys.argv = ["automl", "library", "list"]
main()
"""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (found.returncode, found.stderr, found.stdout) == (130, "automl: interrupted\n", "")


def test_an_interrupt_while_a_table_is_read_is_one_line(folder, automl, monkeypatch):
    def interrupted(*given, **options):
        raise KeyboardInterrupt

    Path("some.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr("automl.tasks.sources.table.read_table", interrupted)
    assert automl("search", "some.csv:b") == (130, "", "automl: interrupted\n")
