"""The pages that are written from the code have all of it, say what is true, and every link of the documentation leads somewhere."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import torch
import typer
import yaml

import automl
from automl.cli import app
from experiments.site.commands import leaves
from experiments.site.gallery import PATH, RECORDED, RESULTS, net_section, recorded_section
from experiments.site.markdown import anchor, docstring
from experiments.site.pages import reference_pages
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.notation.values import from_json
from primitives.syntax import parse
from primitives.words import builtin_words

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
WORDS = builtin_words()
SHOWN = re.compile(
    r"^## `(?P<name>\S+)` .*?^```\n(?P<program>.*?)\n→ (?P<value>.*?) : (?P<type>[^\n]*)\n```", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@pytest.fixture(scope="module")
def generated() -> Mapping[str, str]:
    return reference_pages()


@pytest.fixture(scope="module")
def texts(generated: Mapping[str, str]) -> Mapping[str, str]:
    """Every page of the site but the gallery, by its path."""
    written = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")}
    return {**written, **generated}


def test_every_word_has_an_example_that_gives_what_is_shown(generated: Mapping[str, str]) -> None:
    """Computed another way than the pages were: by the interpreter alone, and compared as values of the type that is shown."""
    shown = {
        found["name"]: found
        for path, text in generated.items()
        if path.startswith("reference/words/")
        for found in SHOWN.finditer(text)
    }
    assert set(shown) == set(WORDS)
    for name, found in shown.items():
        term = parse(found["program"], WORDS)
        if WORDS[name].sited or name.startswith(("recall", "remember")):
            continue  # these need weights or a folder
        type = parse_type(found["type"])
        value, expected = evaluate(term, words=WORDS), from_json(json.loads(found["value"]), type)
        assert is_close(value, expected), name


def is_close(one: Any, other: Any) -> bool:
    """Whether two values of one type are the same up to the digits that pages show."""
    if isinstance(one, torch.Tensor):
        return torch.allclose(one, other, rtol=1e-5, atol=1e-8)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(is_close, one, other))
    return math.isclose(one, other, rel_tol=1e-5) if isinstance(one, float) else bool(one == other)


def test_every_command_and_option_is_there(generated: Mapping[str, str]) -> None:
    page = generated["reference/commands.md"]
    found = list(leaves(typer.main.get_command(app)))
    assert len(found) >= 20
    for path, command in found:
        assert f"## `automl {' '.join(path)}`" in page
        assert all(option.opts[0] in page for option in command.params if option.param_type_name == "option")


def test_every_public_function_is_there(generated: Mapping[str, str]) -> None:
    page = generated["reference/automl.md"]
    missing = [name for name in automl.__all__ if callable(getattr(automl, name)) and f"## `automl.{name}`" not in page]
    assert not missing
    assert "## `automl.Result`" in page and "- `evaluations`: the number of terms" in page


def test_docstrings_become_lists_and_code() -> None:
    text = "What it gives.\n\nfirst: one thing,\n    and more.\nsecond: *another* (default: 1).\n\n    code(here)\n\nRaises TaskError."
    items = "- `first`: one thing, and more.\n- `second`: \\*another\\* (default: 1)."
    assert docstring(text) == f"What it gives.\n\n{items}\n\n    code(here)\n\nRaises TaskError."


def test_anchors_of_signs_differ() -> None:
    assert len({anchor(name) for name in WORDS}) == len(WORDS)


def anchors(text: str) -> set[str]:
    """The ids that the headings of a page get."""
    found = set()
    code = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for title in re.findall(r"^#+ (.+)$", code, re.MULTILINE):
        own = re.search(r"\{#(\S+)\}$", title)
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"\]\([^)]*\)", "", title)).strip().lower()
        found.add(own[1] if own else re.sub(r"[-\s]+", "-", plain))
    return found


def test_links_lead_somewhere(texts: Mapping[str, str]) -> None:
    """To a file, a page that is generated, and a heading in it; those of README too, which start at the root."""
    known = {
        **{f"docs/{path}": text for path, text in texts.items()},
        "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
    }
    broken = []
    for page, text in known.items():
        for target in (
            found["target"]
            for found in LINK.finditer(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
        ):
            if "://" in target or target.startswith("mailto:"):
                continue
            path, _, fragment = target.partition("#")
            place = str(PurePosixPath(page).parent / path) if path else page
            place = "/".join(_without_dots(place.split("/")))
            if place not in known and place != f"docs/{PATH}" and not (ROOT / place).exists():
                broken.append(f"{page}: {target}")
            elif fragment and place in known and fragment not in anchors(known[place]):
                broken.append(f"{page}: {target} (no such heading)")
    assert not broken


def _without_dots(parts: list[str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if part == "..":
            found.pop()
        elif part != ".":
            found.append(part)
    return found


ENTRY = re.compile(r"(?:[-*]|\d+\.) ")
NO_BLOCK = "begins in the middle of a paragraph: put an empty line before it"


def misread(text: str) -> Iterator[str]:
    """What of a page the site would show as running text: blocks that begin in a paragraph, and what goes on in a list by less than four
    spaces, with the number of the line."""
    fenced = listed = paragraph = code = inner = beside = False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= line.startswith("```")
        if fenced or line.startswith("#") or not line.strip():
            paragraph = False
            continue
        after_blank, entry = not paragraph, ENTRY.match(line) is not None
        inner = listed and line.startswith("    ") and (after_blank or inner)
        if entry and not after_blank and (beside or not listed):
            yield f"{number}: the list {NO_BLOCK}"
        if line.startswith("    ") and not after_blank and not listed and not code:
            yield f"{number}: the code {NO_BLOCK}"
        if listed and after_blank and re.match(r" {1,3}\S", line):
            yield f"{number}: indent it by four spaces, so that it is part of the list"
        beside = inner
        listed = entry or (listed and (line.startswith(" ") or not after_blank))
        code = line.startswith("    ")
        paragraph = True


def test_blocks_are_shown_as_blocks() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")}
    faults = [f"{path.relative_to(ROOT)}:{fault}" for path, text in sorted(pages.items()) for fault in misread(text)]
    assert not faults
    bad = "Text\n- entry\n\nText\n    code\n\n1. one\n\n   two\n\n1. one\n\n    more\n2. two\n"
    assert [fault.split(":")[0] for fault in misread(bad)] == ["2", "5", "9", "14"]


def leaves_of(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [path for each in (nav.values() if isinstance(nav, dict) else nav) for path in leaves_of(each)]


def test_the_menu_has_every_page(texts: Mapping[str, str]) -> None:
    menu = leaves_of(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    there = {path for path in texts if not path.startswith("reference/words/")} | {"reference/words/index.md", PATH}
    assert sorted(menu) == sorted(there), "mkdocs.yml: nav has each page once"


def test_recorded_programs_are_programs() -> None:
    for name, title in RECORDED.items():
        section = recorded_section(title, RESULTS / name)
        programs = re.findall(r"^```\n(.*?)\n```", section, re.MULTILINE | re.DOTALL)
        assert len(programs) == 10 and f"### {title}" in section
        for program in programs:
            parse(program, WORDS)
    assert "conv" in net_section(RESULTS / "digits.json")


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("mkdocs is absent: pip install 'automl-programs[docs]', which `make docs` does")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    build(load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(tmp_path)))
    pages = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.html")}
    assert {"index.html", "gallery.html", "reference/words/sorting.html", "reference/commands.html"} <= pages
    outside = re.compile(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//')
    loaded = [path for path in sorted(pages) if outside.search((tmp_path / path).read_text(encoding="utf-8"))]
    assert not loaded, "a page loads nothing from elsewhere"
    gallery = (tmp_path / "gallery.html").read_text(encoding="utf-8")
    assert "10.12.1815" in gallery
