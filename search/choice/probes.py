"""Unlabelled inputs like those of the examples: programs that agree on the examples alone are told apart on them.

Every argument of a probe is taken from an example or drawn anew: numbers within the range seen, sequences of a length seen with elements
drawn likewise, texts with their pieces exchanged. Nothing is assumed of how arguments belong together, so a good program may fail on
some; ``usual_inputs`` are the ones that every user will have: an empty sequence, a longer one.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random

from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.types import BOOL, CHAR, INT, STRING, Constructor, Type
from primitives.values import MAX_INT, Some, Value

ATTEMPTS = 20
"""Draws a probe before the supply counts as exhausted."""
PIECES = re.compile(r"[A-Za-z]+|[0-9]+|\s+|.", re.DOTALL)
LETTERS, DIGITS = "etaoinshrdlu", "0123456789"


def probe_inputs(
    types: Sequence[Type], given: Sequence[Sequence[Value]], count: int, seed: int = 0, deadline: Deadline = NEVER
) -> list[tuple[Value, ...]]:
    """Distinct inputs that no example has, the same for the same seed.

    types: of the inputs; none are drawn where one has no values to draw from (functions, tensors, tables).
    given: the inputs of the examples.
    count: how many, at most.
    seed: of the draws (default: 0).
    deadline: those that were drawn by then are given (default: without end).
    """
    if not given or not types or not all(map(_drawable, types)):
        return []
    found: list[tuple[Value, ...]] = []
    with contextlib.suppress(OutOfTime):
        found.extend(itertools.islice(_drawn(types, given, Random(seed), deadline), count))
    return found


def _drawn(
    types: Sequence[Type], given: Sequence[Sequence[Value]], random: Random, deadline: Deadline
) -> Iterator[tuple[Value, ...]]:
    """Distinct inputs that no example has, until the supply counts as exhausted. Raises OutOfTime."""
    sources = [Supply(type, [row[i] for row in given], deadline) for i, type in enumerate(types)]
    seen = {repr(tuple(row)) for row in given}
    misses = 0
    while misses < ATTEMPTS:
        base = random.choice(given)
        fresh = random.randrange(len(types))  # at least one argument is new
        probe = tuple(
            source.draw(random) if i == fresh or random.random() < 0.65 else base[i] for i, source in enumerate(sources)
        )
        if repr(probe) in seen:
            misses += 1
            continue
        misses = 0
        seen.add(repr(probe))
        yield probe


def usual_inputs(types: Sequence[Type], given: Sequence[Sequence[Value]]) -> list[tuple[Value, ...]]:
    """Inputs such as a user will have too: an empty sequence in place of each one, and the sequences of two examples joined.

    types: of the inputs.
    given: the inputs of the examples.
    """
    if not given:
        return []
    found = []
    longest = max(given, key=lambda row: sum(len(value) for value in row if isinstance(value, (tuple, str))))
    for position, type in enumerate(types):
        if _is_sequence(type):
            joined = longest[position] + given[0][position]
            for value in (longest[position][:0], joined):
                found.append((*longest[:position], value, *longest[position + 1 :]))
    return found


def _is_sequence(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name in ("list", "str")


def _drawable(type: Type) -> bool:
    if not isinstance(type, Constructor):
        return False
    return type.name in ("int", "bool", "char", "str", "list", "pair", "option") and all(map(_drawable, type.arguments))


class Supply:
    """Where values of one type are drawn from: those seen in one place of the examples. What is reckoned from all of them is reckoned
    once, for there may be many."""

    def __init__(self, type: Type, seen: Sequence[Value], deadline: Deadline) -> None:
        assert isinstance(type, Constructor)
        self.type, self.seen, self.deadline = type, seen, deadline

    def draw(self, random: Random) -> Value:
        """A value of the type, like those seen.

        random: where the draws come from.

        Raises OutOfTime.
        """
        self.deadline.check()
        if self.type == INT:
            return self._integer(random)
        if self.type == BOOL:
            return random.random() < 0.5
        if self.type == CHAR:
            return _character(random.choice(self.seen), random) if self.seen else random.choice(LETTERS)
        if self.type == STRING:
            return self._text(random)
        if self.type.name == "list":
            return self._list(random)
        if self.type.name == "pair":
            return tuple(part.draw(random) for part in self.parts)
        (inside,) = self.parts
        return Some(inside.draw(random)) if inside.seen and random.random() < 0.7 else None

    @cached_property
    def parts(self) -> tuple[Supply, ...]:
        """Sources of what the values hold: elements, both parts of a pair, or what is present."""
        arguments = self.type.arguments
        if self.type.name == "list":
            held = [[item for value in self.seen for item in value]]
        elif self.type.name == "pair":
            held = [[value[i] for value in self.seen] for i in range(len(arguments))]
        else:
            held = [[value.value for value in self.seen if value is not None]]
        return tuple(Supply(type, values, self.deadline) for type, values in zip(arguments, held, strict=True))

    @cached_property
    def range(self) -> tuple[int, int]:
        """The least and the greatest number to draw; a range that begins at 0 or 1 is taken to be meant so."""
        low, high = min(self.seen), max(self.seen)
        margin = 1 + (high - low) // 8
        lowest = low - margin if low < 0 else max(low - margin, min(low, 0 if low == 0 else 1))
        return lowest, high + margin

    def _integer(self, random: Random) -> int:
        """One that was seen, or any in the range."""
        if not self.seen:
            return random.randrange(10)
        if random.random() < 0.4:
            return random.choice(self.seen)
        return min(max(random.randint(*self.range), -MAX_INT), MAX_INT)

    @cached_property
    def whole(self) -> list[tuple]:
        """The lists that are not empty."""
        return [value for value in self.seen if value]

    @cached_property
    def lengths(self) -> list[int]:
        """The lengths of the lists and texts that were seen, 3 where none was."""
        return [len(value) for value in self.seen] or [3]

    def _list(self, random: Random) -> tuple:
        """The elements of a list that was seen in another order, or others in a list of some length that was seen."""
        if self.whole and random.random() < 0.25:
            chosen = list(random.choice(self.whole))
            random.shuffle(chosen)
            return tuple(chosen)
        length = max(0, random.choice(self.lengths) + random.choice((-1, 0, 0, 1)))
        (element,) = self.parts
        return tuple(element.draw(random) for _ in range(length or min(self.lengths)))

    @cached_property
    def words(self) -> dict[bool, list[str]]:
        """The words and numbers of the texts, by whether they are numbers."""
        found: dict[bool, list[str]] = {True: [], False: []}
        for text in self.seen:
            self.deadline.check()
            for piece in PIECES.findall(text):
                if piece.isalnum():
                    found[piece.isdigit()].append(piece)
        return found

    def _text(self, random: Random) -> str:
        """A text that was seen, with some of its words and numbers exchanged for others of their kind or altered."""
        if not self.seen:
            return "".join(random.choice(LETTERS) for _ in range(3))
        pieces = []
        for piece in PIECES.findall(random.choice(self.seen)):
            self.deadline.check()
            if piece.isalnum() and random.random() < 0.6:
                chosen = random.choice(self.words[piece.isdigit()]) if random.random() < 0.5 else piece
                piece = "".join(_character(c, random) if random.random() < 0.4 else c for c in chosen)
                piece = piece[: max(1, len(piece) - 1)] if random.random() < 0.3 else piece
            pieces.append(piece)
        return "".join(pieces)


def _character(like: str, random: Random) -> str:
    if like.isdigit():
        return random.choice(DIGITS)
    if like.isalpha():
        other = random.choice(LETTERS)
        return other.upper() if like.isupper() else other
    return like
