"""A library of subroutines as users see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from library.records import Change, Solution, StoreError, Subroutine
from library.rules import across_names
from library.store import AbstractStore, open_store
from library.vocabulary import Vocabulary, pinned_name
from primitives.brief import brief_html, plural
from primitives.words import known_words

from ..study.opening import library_url
from ..study.words import load_vocabulary

if TYPE_CHECKING:
    from ..figures.notebook import NotebookFigure

SHOWN = 20
"""Words that notebooks show."""


class Library:
    """The library at a URL: ``sqlite:///file.db``, a file, ``memory:``, or any SQLAlchemy URL."""

    def __init__(self, url: str | Path | AbstractStore | None = None, *, create: bool = True) -> None:
        """Opens (and makes, if ``create``) the library; None is ``automl.db`` in the current folder, and an open store is taken as it
        is. Raises StoreError."""
        self.store = url if isinstance(url, AbstractStore) else open_store(library_url(url), create=create)
        self.url = self.store.url

    def __len__(self) -> int:
        return len(self.store.subroutines())

    def __iter__(self) -> Iterator[Subroutine]:
        return iter(self.store.subroutines())

    @property
    def vocabulary(self) -> Vocabulary:
        """Primitives and active subroutines as words."""
        return load_vocabulary(self.store)

    def list(self) -> list[dict[str, Any]]:
        """A dictionary a subroutine: name, digest, type, kind, state, uses, tasks, saved, created, description, and left_out: why no
        search is offered it although it is active, "" where searches are."""
        described = {record.digest: record.description for record in self.store.subroutines()}
        left_out = self._left_out()
        return [
            {
                **row,
                "description": described.get(row["digest"], ""),
                "left_out": left_out.get((row["name"], row["digest"]), ""),
            }
            for row in self.store.library_list()
        ]

    def _left_out(self) -> dict[tuple[str, str], str]:
        """Why subroutines can be no words, by name and digest."""
        return {(record.name, record.digest): why for record, why in self.vocabulary.left_out}

    def show(self, name: str) -> dict[str, Any]:
        """All that is known of a subroutine. Raises StoreError if there is none of that name."""
        record = self.store.subroutine(name)
        uses = self.store.uses(record.digest)
        return {
            **record.to_dict(),
            "pinned": pinned_name(record),
            "tasks": sorted({use.task for use in uses}),
            "uses": len(uses),
            "left_out": self._left_out().get((record.name, record.digest), ""),
        }

    def rename(self, old: str, new: str) -> Subroutine:
        """Gives the active subroutine ``old`` the name ``new``; returns it. Programs that name it by the old one are read as before.
        Raises StoreError where ``old`` is unknown, or ``new`` taken, a primitive's or no name for a word."""
        if new in known_words():
            raise StoreError(f"name={new!r} is that of a primitive; choose another")
        return self.store.rename(old, new)

    def demote(self, name: str) -> Subroutine:
        """Hides an active subroutine: no search is offered it, programs that name it are read as before. Raises StoreError."""
        return self.store.demote(name, {"reasons": ["demoted by hand"]})

    def history(self, name: str | None = None) -> Sequence[Change]:
        """Promotions, demotions, renamings and imports, oldest first. ``name``: only those of words that are called so, or were, under
        the names too that they had before and since."""
        changes = self.store.history()
        return changes if name is None else across_names(changes, name)

    def solutions(self, task: str | None = None) -> Sequence[Solution]:
        """The programs that solved tasks."""
        return self.store.solutions(task)

    def plot_growth(self) -> NotebookFigure:
        """How many words it had and how many tasks were solved at each time, and how many programs each search looked at until the
        first that solves its task, as a matplotlib
        figure. Raises StoreError where nothing was promoted or solved yet."""
        from ..figures.plots import growth_figure
        from ..views.growth import view_growth

        grown = view_growth(self.store)
        if not grown.words and not grown.tasks:
            raise StoreError(
                f"library={self.url!r}: nothing was promoted or solved yet, so there is nothing to plot; search with it first"
            )
        counts = (("active words", grown.words), ("solved tasks", grown.tasks))
        return growth_figure(
            counts, grown.seconds, plural(len(self), "word"), [(at, terms) for at, terms, _ in grown.terms]
        )

    def _repr_html_(self) -> str:
        """What notebooks show of it."""
        browser = self.store.browser()
        words = browser.words(0, SHOWN)
        more = [f"and {words.total - len(words.rows):,} more"] if words.total > len(words.rows) else []
        lines = tuple([f"{each.word.name} : {each.word.type}" for each in words.rows] + more)
        solved = len({each.task for each in self.store.solutions()})
        facts = {"active words": words.total, "solved tasks": solved, "runs": browser.runs(0, 1).total, "words": lines}
        return brief_html("Library", facts)

    def close(self) -> None:
        """Let go of the file or the connections."""
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
