"""The order in which subroutines can be defined: each after those that its body names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from .digests import checked_words
from .records import StoreError, Subroutine
from .rules import check_word_name

SHORT = 12
"""Characters of a digest in ``name@digest``."""


def pinned_name(record: Subroutine) -> str:
    """The name of this version of the subroutine, ``name@digest``, as stored terms have it.

    record: of the subroutine.
    """
    return f"{record.name}@{record.digest[:SHORT]}"


def ordered(
    records: Sequence[Subroutine], known: Collection[str]
) -> tuple[list[Subroutine], list[tuple[Subroutine, str]]]:
    """The records so that each comes after those that its body names, and apart those that can be no words, with the
    reason: their name or body cannot be read, their digest is not that of what they say, or they need words that are not there or
    were left out themselves.

    records: in any order.
    known: the names that are defined already.
    """
    needs: dict[int, set[str]] = {}
    left: list[tuple[Subroutine, str]] = []
    users: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        try:
            needs[number] = _needs(record) - set(known)
        except StoreError as error:
            left.append((record, str(error)))
            continue
        for name in needs[number]:
            users[name].append(number)
    found = _in_order(records, needs, users)
    out = {pinned_name(record) for record, _ in left}
    for number, missing in needs.items():
        if missing:
            what = "words that are left out:" if missing <= out else "unknown words"
            left.append((records[number], f"needs {what} {', '.join(sorted(missing)[:5])}"))
    return found, left


def _in_order(
    records: Sequence[Subroutine], needs: dict[int, set[str]], users: dict[str, list[int]]
) -> list[Subroutine]:
    """The records whose needs are met, level by level; of what the others need, what is met is taken away."""
    found: list[Subroutine] = []
    ready = [number for number, missing in needs.items() if not missing]
    while ready:
        following = set()
        for number in ready:
            record = records[number]
            found.append(record)
            for name in (pinned_name(record), *([record.name] if record.state == "active" else [])):
                for user in users.pop(name, ()):
                    needs[user].discard(name)
                    if not needs[user]:
                        following.add(user)
        ready = sorted(following)
    return found


def _needs(record: Subroutine) -> set[str]:
    check_word_name(record.name)
    return set(checked_words(record.body, record.weights, record.digest))
