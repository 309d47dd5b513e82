"""What every store promises of the library: subroutines, who uses them, what happened to them, and which were active when."""

from __future__ import annotations

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
        """Makes `subroutines` active words, adds `uses` and writes history (with the evidence under each name), all in
        one transaction. Gives those that were not active before: new, or demoted once. Conflict if an active word has
        the name with another digest, or the digest under another name: nothing is changed then."""

    @abstractmethod
    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, object]) -> int:
        """Takes in the subroutines of another library in their own state, in one transaction; those that are known
        here, active or demoted, are left as they are, and one that is active here under another name comes in demoted,
        for terms that name it so. How many were new. Conflict if an active word has a name with another digest."""

    @abstractmethod
    def demote(self, name: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        """Hides the active word `name`: it is not offered any more, and stays for the terms that name it. The name is
        free again. StoreError if no active word has that name."""

    @abstractmethod
    def rename(self, old: str, new: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        """Gives the active word `old` the name `new`; the word as it is now. Under its old name it stays, demoted, for
        the terms that name it; `old` is free again. StoreError if no active word is called `old` or if `new` cannot
        name a word, Conflict if another active word has the name `new`."""

    @abstractmethod
    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        """The subroutines in that state (None: in any), by name and then digest."""

    @abstractmethod
    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        """Adds uses (those known already are left alone) and adds to what subroutines saved, by digest."""

    @abstractmethod
    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        """The uses (of the subroutine with that digest), sorted."""

    @abstractmethod
    def history(self, name: str | None = None) -> tuple[Change, ...]:
        """What happened to the library (to the words of that name), oldest first."""

    @abstractmethod
    def snapshot(self) -> str:
        """The digest of the set of active words, kept so that `snapshot_words` gives that set at any later time."""

    @abstractmethod
    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        """The words that were active at that snapshot, by name. StoreError if the snapshot is unknown."""

    def subroutine(self, name: str, digest: str | None = None) -> Subroutine:
        """The active word `name`, or with `digest` that version of it in whatever state. `name@digest` is accepted, as
        stored terms have it: the digest may be cut to its first `MIN_PINNED` characters."""
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
            f"name={asked!r} is not in the library; " + (f"known: {versions}" if versions else "it has none")
        )

    def library_list(self, state: str | None = "active") -> tuple[WordRow, ...]:
        """A dictionary a subroutine: name, digest, type, kind, state, uses (how many), tasks (which), saved,
        created."""
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
