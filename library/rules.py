"""Rules that every kind of store applies, as pure functions on records."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from primitives.notation.names import is_word_name

from .records import Change, Conflict, Evaluation, Event, StoreError, Subroutine, json_text, short

CHANGEABLE = ("state", "finished", "budget", "config")
"""The fields of a run that `update_run` may change; the others decide what its record means."""
LAST_MOMENT = 253_402_300_799.0
"""The last second of the year 9999, after which no calendar of ours goes on."""


def check_word_name(name: str) -> None:
    """Raises StoreError where no term could name a subroutine called so.

    name: of a subroutine.
    """
    if not is_word_name(name):
        raise StoreError(
            f"name={name!r} cannot name a word; needed letters, digits and _ ' . - after a letter, such as map_square"
        )


def check_moment(seconds: float | None) -> None:
    """Raises StoreError where no clock can have shown that moment, in seconds since 1970; None is no moment."""
    if seconds is not None and not 0 <= seconds <= LAST_MOMENT:
        raise StoreError(f"time={seconds!r} is no moment; needed seconds since 1970, up to the year 9999")


def check_former_names(word: Subroutine) -> None:
    """Raises StoreError where what is said to be the former names of `word` could name no word."""
    names = word.provenance.get("names", [])
    if not isinstance(names, list):
        raise StoreError(f"provenance.names={short(names)}: needed a list of the names that it had")
    for name in names:
        if not isinstance(name, str):
            raise StoreError(f"provenance.names has {short(name)}: needed the text of a name that it had")
        check_word_name(name)


def place(new: Subroutine, known: Collection[Subroutine], *, revive: bool) -> str:
    """What adding a subroutine to a library asks for: "insert"; "activate" where it was demoted; "hide" where the same word is active
    under another name, so that this one is added demoted, for terms that name it; "keep" where there is nothing to do.

    new: the subroutine.
    known: those of the library with its name or its digest.
    revive: whether one that was demoted becomes active again; with it no word is hidden: that is a Conflict then.

    Raises Conflict, and StoreError for what cannot name a word.
    """
    same = next((each for each in known if (each.name, each.digest) == (new.name, new.digest)), None)
    if same is not None:
        _same_content(same, new)
        if same.state == "active" or not revive:
            return "keep"
    check_word_name(new.name)
    if new.state == "active":
        for each in known:
            if each.state == "active" and each.name == new.name:
                raise Conflict(
                    f"name={new.name!r} is taken by {each.name}@{each.digest}; choose another or demote that one first"
                )
        for each in known:
            if each.state == "active" and each.digest == new.digest:
                if revive:
                    raise Conflict(f"digest={new.digest} is in the library as {each.name!r}; use that name for it")
                _same_content(each, new)
                return "hide"
    return "insert" if same is None else "activate"


def _same_content(known: Subroutine, new: Subroutine) -> None:
    for part in ("type", "kind", "body", "weights"):
        if getattr(known, part) != getattr(new, part):
            raise Conflict(f"{known.name}@{known.digest} is in the library with another {part}; its digest must differ")


def renamed(word: Subroutine, new: str, known: Collection[Subroutine]) -> Subroutine:
    """The word under another name. Its provenance lists the names that it had, the first one first: stored terms and weights go by those.

    word: an active subroutine.
    new: the name that it gets.
    known: the subroutines of the library with that name.

    Raises StoreError and Conflict.
    """
    check_word_name(new)
    if word.state != "active":
        raise StoreError(f"name={word.name!r} is demoted; only an active word can be renamed")
    if word.name == new:
        raise StoreError(f"name={new!r} is the name that it has; choose another")
    for each in known:
        if each.name == new and each.state == "active":
            raise Conflict(
                f"name={new!r} is taken by {each.name}@{each.digest}; choose another or demote that one first"
            )
    former = next((each for each in known if (each.name, each.digest) == (new, word.digest)), None)
    if former is not None:
        return replace(former, state="active", saved=word.saved)
    names = [name for name in (*former_names(word), word.name) if is_word_name(name)]
    return replace(word, name=new, provenance={**word.provenance, "names": names})


def across_names(changes: Sequence[Change], name: str) -> tuple[Change, ...]:
    """Of what happened to a library, what happened to the words of a name, under the names that they had before and since too.

    changes: all that happened, in order.
    name: that a word has or had.
    """
    wanted = {(each.name, each.digest) for each in changes if each.name == name}
    renamings = [each for each in changes if each.action == "renamed"]
    before = 0
    while len(wanted) > before:
        before = len(wanted)
        for each in renamings:
            if (each.name, each.digest) in wanted:
                wanted |= {(str(each.evidence[end]), each.digest) for end in ("from", "to") if end in each.evidence}
    return tuple(each for each in changes if (each.name, each.digest) in wanted)


def former_names(word: Subroutine) -> list[str]:
    """The names that `word` had, oldest first; a text that could name no word is none, for no term and no weights go by it.

    word: a subroutine.
    """
    names = word.provenance.get("names", [])
    return [name for name in names if isinstance(name, str) and is_word_name(name)] if isinstance(names, list) else []


def numbered(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Events by run.

    events: of any runs.

    Raises Conflict where those of one run are not numbered one after another.
    """
    by_run: dict[str, list[Event]] = {}
    for event in events:
        earlier = by_run.setdefault(event.run, [])
        if earlier and event.number != earlier[-1].number + 1:
            raise Conflict(
                f"run={event.run!r}: event number={event.number} follows {earlier[-1].number}; no gaps are allowed"
            )
        earlier.append(event)
    return by_run


def continues(first: Event, next_number: int) -> None:
    """Raises Conflict unless an event is the one that its run's log waits for.

    first: the event.
    next_number: the number that the log waits for.
    """
    if first.number != next_number:
        raise Conflict(
            f"run={first.run!r}: event number={first.number} does not continue its log, which is at {next_number}; "
            "another driver may be writing this run: stop one of them, or read the log again"
        )


def unchanged(old: Evaluation, new: Evaluation) -> None:
    """Raises Conflict unless one evaluation repeats another. The time it took is measured, not decided, so it may differ.

    old: the one that is kept.
    new: the one that is to be.
    """
    if not old.same_as(new, ignore=("seconds",)):
        raise Conflict(
            f"run={new.run!r} ask={new.ask} has been evaluated with another result; an ask is evaluated once"
        )


def words_digest(words: Sequence[tuple[str, str]]) -> str:
    """The snapshot digest of active words given as sorted (name, digest) pairs.

    words: of all active subroutines.
    """
    return hashlib.sha256(json_text([list(word) for word in words]).encode()).hexdigest()


def changeable(changes: Mapping[str, object]) -> None:
    """Raises StoreError where `changes` names a field of a run that stays as it was created.

    changes: new values by the name of the field.
    """
    wrong = [name for name in changes if name not in CHANGEABLE]
    if wrong:
        raise StoreError(f"a run's {', '.join(wrong)} cannot be changed; only {', '.join(CHANGEABLE)} can")
