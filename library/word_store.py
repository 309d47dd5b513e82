"""What every store promises of the library: subroutines, who uses them, what happened to them, and which were active when."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TypedDict

from .records import Change, StoreError, Subroutine, Use

MIN_PINNED = 12
"""The fewest characters of a digest that name a version."""
NO_EVIDENCE: Mapping[str, Mapping[str, object]] = {}


class WordRow(TypedDict):
    """A subroutine in a few words: `uses` says how many there are, `tasks` which they serve; `saved` and `created` as in
    `Subroutine`."""

    name: str
    digest: str
    type: str
    kind: str
    state: str
    saved: float
    created: float
    uses: int
    tasks: list[str]


def _others(name: str, known: Iterable[Subroutine]) -> str:
    """What the library has in place of a name: the active ones like it, or else its first ones."""
    names = sorted({each.name for each in known if each.state == "active"})
    if not names:
        return "it has no active subroutine"
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return f"did you mean {', '.join(near)}?"
    more = f" and {len(names) - 10} more, see `automl library list`" if len(names) > 10 else ""
    return f"it has {', '.join(names[:10])}{more}"


class AbstractWordStore(ABC):
    """Keeps subroutines, their uses and their history. The methods of a store as a whole are in `AbstractStore`.

    Raises StoreError for unknown names and bad data, Conflict where another writer was first.
    """

    @abstractmethod
    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, object]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        """The subroutines that were not active before: new, or demoted once. All is done in one transaction, and noted in the history.

        subroutines: become active words, whatever state they say.
        uses: are added; default: none.
        evidence: what the history keeps, plain data by the subroutine's name; default: nothing.

        Raises Conflict, and changes nothing, where an active word has a name with another digest, or a digest under another name;
        StoreError for what cannot name a word.
        """

    @abstractmethod
    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, object]) -> int:
        """How many subroutines of another library were new; they come in their own state, in one transaction.

        subroutines: those that are known here, active or demoted, are left as they are; one that is active here under another name
            comes in demoted, for terms that name it so.
        uses: are added.
        evidence: plain data that the history keeps of each.

        Raises Conflict where an active word has a name with another digest.
        """

    @abstractmethod
    def demote(self, name: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        """The word as it is now: no longer offered, and kept for the terms that name it. Its name is free again.

        name: of an active word.
        evidence: plain data that the history keeps; default: none.

        Raises StoreError where no active word has that name.
        """

    @abstractmethod
    def rename(self, old: str, new: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        """The word under its new name. Under the old one it stays, demoted, for the terms that name it; that name is free again.

        old: the name of an active word.
        new: the name that it gets.
        evidence: plain data that the history keeps; default: none.

        Raises StoreError where no active word is called ``old`` or ``new`` cannot name a word, Conflict where another active word has it.
        """

    @abstractmethod
    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        """The subroutines, by name and then digest.

        state: the state that they are in, None for any; default: "active".
        """

    @abstractmethod
    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        """Adds uses, and adds to what subroutines saved.

        uses: those that are known already are left alone.
        saved: what to add, by digest, in the unit of `Subroutine.saved`; default: nothing.
        """

    @abstractmethod
    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        """The uses, sorted.

        subroutine: only those of the subroutine with this digest; default: of any.
        """

    @abstractmethod
    def history(self, name: str | None = None) -> tuple[Change, ...]:
        """What happened to the library, oldest first.

        name: only what happened to words of this name; default: to any.
        """

    @abstractmethod
    def words_version(self) -> int:
        """A number that grows whenever a subroutine is added, demoted, renamed or offered again; not by what they saved. Asking for it
        costs the same however large the library is."""

    @abstractmethod
    def names(self) -> frozenset[str]:
        """Every name that a subroutine has or had, damaged records included: what is found later gets none of them, for a program
        that names the old word would read as the new one."""

    @abstractmethod
    def snapshot(self) -> str:
        """The digest of the set of active words, kept so that `snapshot_words` gives that set at any later time."""

    @abstractmethod
    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        """The words that were active at a snapshot, by name.

        digest: as `snapshot` gave it.

        Raises StoreError where the snapshot is unknown.
        """

    def subroutine(self, name: str, digest: str | None = None) -> Subroutine:
        """One subroutine.

        name: that of an active word, or ``name@digest`` as stored terms have it; the digest may be cut to its first `MIN_PINNED`
            characters.
        digest: of the version of ``name`` that is wanted, in whatever state; default: the active one.

        Raises StoreError where there is none; the message lists the versions of that name.
        """
        known = self.subroutines(state=None)
        for each in known:
            if each.name == name and (each.state == "active" if digest is None else each.digest == digest):
                return each
        if digest is None and "@" in name:
            word, _, pinned = name.rpartition("@")
            found = [each for each in known if each.name == word and each.digest.startswith(pinned or "-")]
            exact = [each for each in found if each.digest == pinned] or found
            if len(exact) == 1 and len(pinned) >= min(MIN_PINNED, len(exact[0].digest)):
                return exact[0]
            name, digest = word, pinned
        versions = ", ".join(f"{each.name}@{each.digest} ({each.state})" for each in known if each.name == name)
        asked = name if digest is None else f"{name}@{digest}"
        raise StoreError(
            f"name={asked!r} is not in the library; {f'known: {versions}' if versions else _others(name, known)}"
        )

    def library_list(self, state: str | None = "active") -> tuple[WordRow, ...]:
        """A row a subroutine, by name and then digest.

        state: as for `subroutines`.
        """
        users: dict[str, list[Use]] = {}
        for use in self.uses():
            users.setdefault(use.subroutine, []).append(use)
        listed = []
        for each in self.subroutines(state):
            mine = users.get(each.digest, [])
            row = WordRow(
                name=each.name, digest=each.digest, type=each.type, kind=each.kind, state=each.state, saved=each.saved,
                created=each.created, uses=len(mine), tasks=sorted({use.task for use in mine}),
            )  # fmt: skip
            listed.append(row)
        return tuple(listed)
