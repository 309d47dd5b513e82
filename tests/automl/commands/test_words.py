"""``automl words``: the list, one word, and what is no word."""

from __future__ import annotations

import json

import pytest

from automl.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["words", *arguments])
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out, shown.err


def test_words_are_listed_by_type(capsys):
    code, out, _ = run(capsys, "list", "list(a) -> int", "--json")
    assert code == 0
    assert json.loads(out)[0]["name"] == "length"


def test_a_word_is_shown_with_its_example(capsys):
    code, out, _ = run(capsys, "show", "sort")
    assert code == 0
    assert "Ord a => list(a) -> list(a)" in out and "(sort [3 1 2])" in out and "[1, 2, 3]" in out


def test_words_of_plugins_are_listed(capsys, tmp_path):
    module = tmp_path / "my_listed_words.py"
    module.write_text(
        "from automl.plugins import word\n\n\n"
        '@word("thrice", "int -> int", example="(thrice 4)")\n'
        'def thrice(n):\n    """Three times the number."""\n    return 3 * n\n'
    )
    code, out, _ = run(capsys, "show", "thrice", "--json", "--plugins", str(module))
    assert code == 0
    assert json.loads(out)["example"]["value"] == "12"


def test_what_is_no_word_is_refused_with_the_nearest(capsys):
    code, _, err = run(capsys, "show", "srot")
    assert code == 2
    assert "srot" in err and "sort" in err
