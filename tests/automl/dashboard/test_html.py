"""What pages are as HTML: elements closed in order, identities unique, tables and pictures with what a screen reader says; and, where
AUTOML_VNU names its jar (`npm pack vnu-jar`), what the Nu Html Checker says of them."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pytest

from automl.testing.commands import subroutine

VOID = {"meta", "link", "input", "img", "br", "hr"}
ADDRESSES = [
    "/runs", "/runs/r1", "/runs/r2", "/runs/r1/analysis", "/runs/r1/programs/3", "/runs/r1/programs/3/steps", "/compare?run=r1&run=r1",
    "/compare", "/tasks", "/tasks/iris", "/tasks/two%20words", "/library", "/library?q=a", "/library/total", "/growth", "/baselines",
    "/baselines/conv2", "/nothing",
]  # fmt: skip


class Checked(HTMLParser):
    """Notes what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.identities: Counter[str] = Counter()
        self.named: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.identities[given["id"] or ""] += 1
        self.named |= {given[name] or "" for name in ("aria-labelledby", "for") if name in given}
        self.wrong += [f"{name} of {tag}" for name in given if name.startswith("hx-")]  # HTML knows data-hx- alone
        if " " in (given.get("href") or ""):
            self.wrong.append(f"href={given['href']}")
        if tag == "th" and "scope" not in given:
            self.wrong.append("a th without its scope")
        if tag == "img" and not given.get("alt"):
            self.wrong.append("an img without its alt")
        if tag == "svg" and not (given.get("aria-label") or given.get("aria-hidden")):
            self.wrong.append("an svg without its label")
        if (
            tag == "p"
            and "p" in self.open
            or tag in ("div", "ul", "table", "pre", "figure", "form")
            and "p" in self.open
        ):
            self.wrong.append(f"{tag} in p")
        if tag == "form" and "form" in self.open:
            self.wrong.append("a form in a form")
        if tag == "a" and "a" in self.open:
            self.wrong.append("a link in a link")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-1:]} is open")
        else:
            self.open.pop()


@pytest.fixture
def filled(store, searched):
    """A store with a run of a net, a run that goes on, and a word."""
    searched(store, "r1", [0.25 + n / 40 for n in range(16)], phases={3: "refine"}, state="finished")
    searched(store, "r2", [0.5, None], task="two words")
    store.promote([subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int")])
    return store


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_sound_html(read, filled, address):
    page = read(address)
    assert page.status_code == (404 if address == "/nothing" else 200)
    checked = Checked()
    checked.feed(page.text)
    assert checked.wrong == [] and checked.open == []
    assert not [each for each, count in checked.identities.items() if count > 1]
    assert not checked.named - checked.identities.keys()
    assert page.text.count("<h1") == 1 and 'lang="en"' in page.text and page.text.count("<title>") >= 1


@pytest.mark.slow
@pytest.mark.skipif(
    "AUTOML_VNU" not in os.environ, reason="AUTOML_VNU does not name the Nu Html Checker: npm pack vnu-jar"
)
def test_the_nu_html_checker_has_nothing_to_say(read, filled, tmp_path, automl):
    for number, address in enumerate(ADDRESSES):
        (tmp_path / f"{number}.html").write_text(read(address).text)
    for subject in ("r1", filled.url):
        code, _, said = automl(
            "report", subject, "--library", filled.url, "--output", tmp_path / f"report-{subject[-2:]}.html"
        )
        assert code == 0, said
    files = sorted(tmp_path.glob("*.html"))
    assert len(files) == len(ADDRESSES) + 2
    found = subprocess.run(["java", "-jar", os.environ["AUTOML_VNU"], *files], capture_output=True, text=True)
    assert found.stderr == "" and found.returncode == 0
