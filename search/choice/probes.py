"""Unlabelled inputs like those of the examples: programs that agree on the examples alone are told apart on them.

Every argument of a probe is taken from an example or drawn anew: numbers within the range seen, sequences of a length seen with elements
drawn likewise, texts with their pieces exchanged. Nothing is assumed of how arguments belong together, so a good program may fail on
some; ``usual_inputs`` are the ones that every user will have: an empty sequence, a longer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from primitives.types import BOOL, CHAR, INT, STRING, Constructor, Type
from primitives.values import MAX_INT, Some, Value

ATTEMPTS = 20
"""Draws a probe before the supply counts as exhausted."""
PIECES = re.compile(r"[A-Za-z]+|[0-9]+|\s+|.", re.DOTALL)
LETTERS, DIGITS = "etaoinshrdlu", "0123456789"

Draw = Callable[[Random, Sequence[Value]], Value]


def probe_inputs(
    types: Sequence[Type], given: Sequence[Sequence[Value]], count: int, seed: int = 0
) -> list[tuple[Value, ...]]:
    """Up to ``count`` distinct inputs that no example has, the same for the same seed; none where a type has no values to draw from
    (functions, tensors, tables)."""
    if not given or not types or not all(map(_drawable, types)):
        return []
    random = Random(seed)
    columns = [[row[i] for row in given] for i in range(len(types))]
    seen = {repr(tuple(row)) for row in given}
    found: list[tuple[Value, ...]] = []
    misses = 0
    while len(found) < count and misses < ATTEMPTS:
        base = random.choice(given)
        fresh = random.randrange(len(types))  # at least one argument is new
        probe = tuple(
            _draw(type, random, column) if i == fresh or random.random() < 0.65 else base[i]
            for i, (type, column) in enumerate(zip(types, columns))
        )
        if repr(probe) in seen:
            misses += 1
            continue
        misses = 0
        seen.add(repr(probe))
        found.append(probe)
    return found


def usual_inputs(types: Sequence[Type], given: Sequence[Sequence[Value]]) -> list[tuple[Value, ...]]:
    """Inputs such as a user will have too: an empty sequence in place of each one, and the sequences of two examples joined."""
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


def _draw(type: Type, random: Random, seen: Sequence[Value]) -> Value:
    """A value of the type, like those seen in its place."""
    assert isinstance(type, Constructor)
    if type == INT:
        return _integer(random, seen)
    if type == BOOL:
        return random.random() < 0.5
    if type == CHAR:
        return _character(random.choice(seen), random) if seen else random.choice(LETTERS)
    if type == STRING:
        return _text(random, seen)
    if type.name == "list":
        return _list(type.arguments[0], random, seen)
    if type.name == "pair":
        return tuple(_draw(part, random, [value[i] for value in seen]) for i, part in enumerate(type.arguments))
    inner = [value.value for value in seen if value is not None]
    return Some(_draw(type.arguments[0], random, inner)) if inner and random.random() < 0.7 else None


def _integer(random: Random, seen: Sequence[int]) -> int:
    """One that was seen, or any in the range; a range that begins at 0 or 1 is taken to be meant so."""
    if not seen:
        return random.randrange(10)
    if random.random() < 0.4:
        return random.choice(seen)
    low, high = min(seen), max(seen)
    margin = 1 + (high - low) // 8
    lowest = low - margin if low < 0 else max(low - margin, min(low, 0 if low == 0 else 1))
    return min(max(random.randint(lowest, high + margin), -MAX_INT), MAX_INT)


def _list(element: Type, random: Random, seen: Sequence[tuple]) -> tuple:
    """The elements of a list that was seen in another order, or others in a list of some length that was seen."""
    whole = [value for value in seen if value]
    if whole and random.random() < 0.25:
        chosen = list(random.choice(whole))
        random.shuffle(chosen)
        return tuple(chosen)
    lengths = [len(value) for value in seen] or [3]
    length = max(0, random.choice(lengths) + random.choice((-1, 0, 0, 1)))
    elements = [item for value in seen for item in value]
    return tuple(_draw(element, random, elements) for _ in range(length or min(lengths)))


def _text(random: Random, seen: Sequence[str]) -> str:
    """A text that was seen, with some of its words and numbers exchanged for others of their kind or altered."""
    if not seen:
        return "".join(random.choice(LETTERS) for _ in range(3))
    words = [piece for text in seen for piece in PIECES.findall(text) if piece.isalnum()]
    pieces = []
    for piece in PIECES.findall(random.choice(seen)):
        if piece.isalnum() and random.random() < 0.6:
            alike = [word for word in words if word.isdigit() == piece.isdigit()]
            chosen = random.choice(alike) if random.random() < 0.5 else piece
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
