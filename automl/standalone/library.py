"""The report on a library."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from library.store import AbstractStore

from ..charts.tree import tree
from ..dashboard.library_charts import growth_charts, map_picture
from ..views.growth import view_growth
from ..views.solved import solved_tasks
from ..views.vocabulary.overview import view_map
from ..views.word import WordView, evidence_lines, view_word
from ..views.word_list import list_words
from .page import standalone_page

LISTED, BODIES, TASKS, DEMOTED = 2_000, 300, 1_000, 500
"""Words in the table, words that are shown with their bodies, tasks, and demoted words, at most."""


@dataclass(frozen=True)
class WordSection:
    """A word with its body as a ``picture`` (None: it is too large, or cannot be read)."""

    view: WordView
    picture: Markup | None


def library_report(store: AbstractStore) -> str:
    """The HTML of the report on a library: how it grew, its words with their bodies and the evidence for them, the tasks that it solved.

    store: that has it.
    """
    listed = sorted(store.browser().words(0, LISTED).rows, key=lambda each: (-each.tasks, -each.uses, each.word.name))
    sections = []
    for each in listed[:BODIES]:
        view = view_word(store, each.word.name, tried=False)
        if view is not None:
            picture = None if view.term is None else tree(view.term, f"the body of {each.word.name} as a tree")
            sections.append(WordSection(view, picture))
    demoted = list_words(store, 0, DEMOTED, "", demoted=True)
    growth, solved, whole = view_growth(store), solved_tasks(store, TASKS), view_map(store)
    values = {
        "name": shown_name(store), "listed": listed, "total": store.browser().words(0, 1).total, "sections": sections,
        "charts": growth_charts(growth), "whole": whole, "map": map_picture(whole, _place),
        "solved": solved, "lines": evidence_lines, "demoted": demoted, "runs": store.browser().runs(0, 1).total,
    }  # fmt: skip
    return standalone_page("library_report.html", values)


def shown_name(store: AbstractStore) -> str:
    """The file of a store, or the last part of its address: neither folders nor passwords, for the report goes to others.

    store: which one.
    """
    return store.url.rstrip("/").rpartition("/")[2].partition("?")[0] or "library"


def _place(word: str) -> str:
    """Where the body of a word stands in the file."""
    return f"#word-{quote(word, safe='')}"
