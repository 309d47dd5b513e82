"""Whatever becomes of stitch-core, nothing is lost and no wrong answer is believed."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest

from library.compression import stitch_process
from library.compression.compress import compress
from library.compression.stitch_process import StitchFailed, StitchMissing
from primitives.term import (
    Term,
)
from primitives.words import builtin_words

WORDS = builtin_words()
Corpus = dict[str, list[Term]]


def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Put another program in the place of the one that calls stitch-core."""
    script = tmp_path / "child.py"
    script.write_text(source, encoding="utf-8")
    monkeypatch.setattr(stitch_process, "CHILD", script)


DEATHS = {
    "segmentation fault": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "panic": "import sys; sys.stderr.write('thread main panicked'); sys.exit(101)",
    "exception": 'import json; print(json.dumps({"error": "StitchException: cost mismatch"}))',
    "nonsense": "print('{')",
    "silence": "pass",
    "other shape": 'import json; print(json.dumps({"abstractions": [1], "rewritten": [], "ratio": 1}))',
    "too few programs": 'import json; print(json.dumps({"abstractions": [], "rewritten": [], "ratio": 1}))',
}


@pytest.mark.parametrize("source", DEATHS.values(), ids=DEATHS)
def test_where_stitch_fails_nothing_is_lost(
    lists: Corpus, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    child(tmp_path, monkeypatch, source)
    found = compress(lists, WORDS)
    assert found.problem and found.abstractions == ()
    assert found.rewritten == {task: tuple(terms) for task, terms in lists.items()}
    assert found.before == found.after and capfd.readouterr().out == ""


def test_a_stitch_that_hangs_is_stopped(lists: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stitch_process, "GRACE", 0.2)
    child(tmp_path, monkeypatch, "import time; time.sleep(60)")
    found = compress(lists, WORDS, seconds=0.3, max_arity=1)
    assert "seconds=0.3" in found.problem


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarms on this system")
def test_the_process_ends_itself_if_nobody_watches_it() -> None:
    programs = [f"(t0 {' '.join(f't{a}' for a in order)})" for order in itertools.permutations(range(1, 8))]
    with pytest.raises(StitchFailed, match="signal|seconds"):
        stitch_process.run(programs, [str(i) for i in range(len(programs))], iterations=50, max_arity=6, seconds=0.05)


WRONG = """
import json, sys
request = json.load(sys.stdin)
print(json.dumps({"abstractions": [%s], "rewritten": %s, "ratio": 1.0}))
"""


@pytest.mark.parametrize(
    ("abstraction", "rewritten"),
    [
        ('{"name": "fn_0", "body": "(t0 #0)", "arity": 1}', '["(fn_0 t1)" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 t0 #0)", "arity": 1}', '["(lam (fn_0 $0))" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 $3)", "arity": 0}', '["fn_0" for _ in request["programs"]]'),
        ('{"name": "fn_0", "body": "(t0 #4)", "arity": 1}', '["(fn_0 t1)" for _ in request["programs"]]'),
        ("", '["(lam $0)" for _ in request["programs"]]'),
        ("", '["((" for _ in request["programs"]]'),
        ("", '["(unknown t1)" for _ in request["programs"]]'),
    ],
)
def test_wrong_answers_are_not_believed(
    lists: Corpus, abstraction: str, rewritten: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(tmp_path, monkeypatch, WRONG % (abstraction, rewritten))
    found = compress(lists, WORDS)
    assert found.rewritten == {task: tuple(terms) for task, terms in lists.items()}
    assert found.abstractions == ()


def test_without_stitch_it_says_what_to_install(lists: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stitch_process, "available", lambda: False)
    with pytest.raises(StitchMissing, match="install stitch-core"):
        compress(lists, WORDS)
