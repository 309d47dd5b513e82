"""Modules from outside: found by path, name or entry point, known by their digest, and the same in another process."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.plugins import outside
from primitives.plugins.outside import PluginError, accept, forget, register, registered, version
from primitives.source import to_source
from primitives.syntax import parse
from primitives.words import WORDS, builtin_words, known_words

TEXT = """
from automl.plugins import Undefined, word

@word("plus", "int -> int")
def plus(n):
    if n < 0:
        raise Undefined("negative")
    return n + {0}
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(outside, "_asked", set(outside._asked))
    before, modules = registered(), set(sys.modules)
    yield
    for each in registered():
        if each not in before:
            forget(each)
    for name in set(sys.modules) - modules:
        if name.startswith(("automl_plugin_", "someones_")):
            del sys.modules[name]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my-words.py"
    path.write_text(TEXT.format(1))
    return path


def run(term: str, *inputs: object) -> object:
    return evaluate(parse(term, known_words()), inputs, words=known_words())


def test_a_word_from_a_file_is_known_and_no_built_in(file):
    found = register(str(file))
    assert run("(lambda (x) (plus x))", 4) == 5
    assert "plus" not in builtin_words() and known_words().keys() > builtin_words().keys()
    assert WORDS.outside() == {"plus": found.digest}
    assert list(file.parent.iterdir()) == [file]  # no compiled copy lies beside it
    assert register(str(file)) is found


def test_a_changed_file_takes_the_place_of_what_it_held(file):
    first = register(str(file))
    before = version()
    file.write_text(TEXT.format(2))  # of the same length, within the same moment
    second = register(str(file))
    assert run("(lambda (x) (plus x))", 4) == 6
    assert second.digest != first.digest and first not in registered() and version() > before


def test_a_name_that_is_taken_is_refused_with_both_places(file):
    file.write_text(TEXT.format(1).replace('"plus"', '"map"'))
    register(str(file))
    with pytest.raises(
        PluginError, match=r"word='map' is declared in .*my-words\.py and in primitives\.ops\.list_loops"
    ):
        known_words()


@pytest.mark.parametrize(
    "text, said",
    [
        ("import no_such_module", "No module named"),
        ("def f(:", "SyntaxError: .* line 1"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_broken_file_is_refused_with_its_fault(file, text, said):
    file.write_text(text)
    with pytest.raises(PluginError, match=rf"my-words.py'.*{said}"):
        register(str(file))
    assert all(each.path != str(file) for each in registered())


@pytest.mark.parametrize("name", ["(plus", "plus one", "", "1", "true", "let", "plus@1", "?plus", "$0", "/x", "+a"])
def test_a_word_that_no_term_can_name_is_refused(file, name):
    file.write_text(TEXT.format(1).replace('"plus"', repr(name)))
    with pytest.raises(PluginError, match=rf"my-words.py'.*name={re.escape(repr(name))} cannot name a word; needed"):
        register(str(file))
    assert all(each.path != str(file) for each in registered())


@pytest.mark.parametrize("given", ["no/such.py", "no_such_module", "no_such.module", "not a name", "", "builtins"])
def test_what_is_no_module_is_refused(given):
    with pytest.raises(PluginError, match=f"plugins={given!r}"):
        register(given)


def test_the_digest_of_a_package_covers_its_files(tmp_path, monkeypatch):
    package = tmp_path / "someones_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "words.py").write_text(TEXT.format(1))
    (package / "helper.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = register("someones_package.words")
    assert run("(lambda (x) (plus x))", 4) == 5 and found.text == b""
    (package / "helper.py").write_text("x = 2\n")
    with pytest.raises(PluginError, match="it has changed since it was imported"):
        register("someones_package.words")
    with pytest.raises(PluginError, match=f"{found.digest[:12]} is needed|has changed"):
        accept(found.to_dict())


def test_another_process_gets_the_same_module(file):
    sent = register(str(file)).to_dict()
    forget(registered()[-1])
    there = accept(sent)  # the file is there
    assert there.digest == sent["digest"] and run("(lambda (x) (plus x))", 4) == 5
    forget(there)
    del sys.modules[there.module]
    file.write_text(TEXT.format(3))  # the file is another by now: the text that was sent counts
    elsewhere = accept(sent)
    assert elsewhere.module == there.module and run("(lambda (x) (plus x))", 4) == 5
    assert Path(sys.modules[elsewhere.module].__file__).parent != file.parent


def test_entry_points_are_found(tmp_path, monkeypatch):
    (tmp_path / "someones_words.py").write_text(TEXT.format(1))
    info = tmp_path / "someones-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[automl.words]\nmine = someones_words\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(outside, "_asked", set())
    outside._entry_points.cache_clear()
    WORDS._version = -1
    try:
        assert "plus" in known_words()
        (forgotten,) = [each for each in registered() if each.module == "someones_words"]
        forget(forgotten)
        del sys.modules["someones_words"]
        (tmp_path / "someones_words.py").write_text("1 / 0\n")
        monkeypatch.setattr(outside, "_asked", set())
        with pytest.raises(PluginError, match=r"entry point 'mine' \(automl.words\) of someones: .*ZeroDivisionError"):
            known_words()
    finally:
        outside._entry_points.cache_clear()


def test_source_text_with_a_word_from_outside_stands_alone(file, tmp_path):
    register(str(file))
    text = to_source(parse("(lambda (x) (plus (plus x)))", known_words()), known_words(), parse_type("int -> int"))
    imported = re.findall(r"^\s*(?:from|import) ([\w.]+)", text, re.MULTILINE)
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names and "class Undefined" in text
    scope: dict = {}
    exec(text, scope)
    assert scope["program"](4) == 6
