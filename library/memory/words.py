"""Subroutines, their uses, their history and the snapshots of the active ones, in dictionaries."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..records import Change, StoreError, Subroutine, Use
from ..rules import place, renamed, words_digest
from ..word_store import NO_EVIDENCE, AbstractWordStore
from .transactions import Transactions, kept


class MemoryWords(AbstractWordStore):
    """Dictionaries of records; see `MemoryStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._words: dict[tuple[str, str], Subroutine] = {}
        self._uses: dict[tuple[str, str, str], Use] = {}
        self._history: list[Change] = []
        self._snapshots: dict[str, tuple[tuple[str, str], ...]] = {}

    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, object]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        promoted = []
        with self._transactions.batch():
            for each in subroutines:
                if self._place(replace(each, state="active"), "promoted", evidence.get(each.name, {}), revive=True):
                    promoted.append(kept(self._words[each.name, each.digest]))
            self.add_uses(uses)
        return tuple(promoted)

    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, object]) -> int:
        with self._transactions.batch():
            new = sum(self._place(each, "imported", evidence, revive=False) for each in subroutines)
            self.add_uses(uses)
        return new

    def _place(self, new: Subroutine, action: str, evidence: Mapping[str, object], revive: bool) -> bool:
        known = [each for each in self._words.values() if each.name == new.name or each.digest == new.digest]
        step = place(new, known, revive=revive)
        if step == "keep":
            return False
        key = (new.name, new.digest)
        if step == "activate":
            self._transactions.put(self._words, key, replace(self._words[key], state="active"))
        else:
            self._transactions.put(self._words, key, kept(replace(new, state="demoted") if step == "hide" else new))
        self._note(new, action, evidence)
        return True

    def _note(self, word: Subroutine, action: str, evidence: Mapping[str, object]) -> None:
        change = Change(name=word.name, digest=word.digest, action=action, time=time.time(), evidence=dict(evidence))
        self._transactions.extend(self._history, [kept(change)])

    def demote(self, name: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        with self._transactions.batch():
            word = self.subroutine(name)
            if word.state != "active":
                raise StoreError(f"name={name!r} is demoted already")
            word = replace(word, state="demoted")
            self._transactions.put(self._words, (word.name, word.digest), word)
            self._note(word, "demoted", evidence)
            return kept(word)

    def rename(self, old: str, new: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        with self._transactions.batch():
            word = self.subroutine(old)
            found = renamed(word, new, [each for each in self._words.values() if each.name == new])
            self._transactions.put(self._words, (word.name, word.digest), replace(word, state="demoted"))
            self._transactions.put(self._words, (found.name, found.digest), kept(found))
            self._note(word, "renamed", {**evidence, "to": new})
            self._note(found, "renamed", {**evidence, "from": word.name})
            return kept(found)

    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        with self._transactions.lock:
            return tuple(kept(each) for _, each in sorted(self._words.items()) if state in (None, each.state))

    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        with self._transactions.batch():
            for use in uses:
                self._transactions.put(self._uses, (use.subroutine, use.task, use.run), use)
            for key, word in list(self._words.items()):
                if word.digest in saved:
                    self._transactions.put(self._words, key, replace(word, saved=word.saved + saved[word.digest]))

    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        with self._transactions.lock:
            return tuple(use for _, use in sorted(self._uses.items()) if subroutine in (None, use.subroutine))

    def history(self, name: str | None = None) -> tuple[Change, ...]:
        with self._transactions.lock:
            return tuple(kept(each) for each in self._history if name in (None, each.name))

    def words_version(self) -> int:
        with self._transactions.lock:
            return len(self._history)

    def names(self) -> frozenset[str]:
        with self._transactions.lock:
            return frozenset(name for name, _ in self._words) | {each.name for each in self._history}

    def snapshot(self) -> str:
        with self._transactions.batch():
            words = tuple(sorted((each.name, each.digest) for each in self._words.values() if each.state == "active"))
            digest = words_digest(words)
            self._transactions.put(self._snapshots, digest, words)
            return digest

    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        with self._transactions.lock:
            if digest not in self._snapshots:
                raise StoreError(f"snapshot={digest!r} is unknown to this store")
            return tuple(kept(replace(self._words[word], state="active")) for word in self._snapshots[digest])
