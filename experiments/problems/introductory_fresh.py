"""What ten further introductory problems ask for: written here in the manner of PSB2, before any of them was run and after the searches
were last changed for such problems.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any


def isogram(text: str) -> bool:
    """Whether no letter comes twice, as a small or a capital one; other characters may."""
    letters = [character for character in text.lower() if character.isalpha()]
    return len(set(letters)) == len(letters)


def warmer_days(temperatures: list[int]) -> list[int]:
    """For each day how many days later one is first warmer; 0 where none is."""
    later = [
        next((after for after, other in enumerate(temperatures[day:]) if other > today), 0)
        for day, today in enumerate(temperatures)
    ]
    return later


def income_tax(income: int) -> float:
    """Ten per cent of what is earned up to 10,000, twenty of what is above that up to 40,000, thirty of what is above."""
    steps = (min(income, 10_000), max(0, min(income, 40_000) - 10_000), max(0, income - 40_000))
    return steps[0] * 0.1 + steps[1] * 0.2 + steps[2] * 0.3


def title_case(text: str) -> str:
    """Each word of three or more letters begins with a capital letter, and so does the first word."""
    words = text.split(" ")
    return " ".join(word.capitalize() if not place or len(word) > 2 else word for place, word in enumerate(words))


def clock_angle(hour: int, minute: int) -> float:
    """The smaller angle between the hands of a clock, in degrees."""
    apart = abs(30 * (hour % 12) + minute / 2 - 6 * minute)
    return min(apart, 360 - apart)


def water_tank(capacity: int, inflows: list[int]) -> int:
    """How much runs over in all; what is negative flows out, down to an empty tank."""
    level = lost = 0
    for inflow in inflows:
        level = max(0, level + inflow)
        lost, level = lost + max(0, level - capacity), min(level, capacity)
    return lost


def robot_walk(moves: str) -> tuple[int, int]:
    """Where a robot stands after moves up, down, left and right from 0, 0."""
    return moves.count("R") - moves.count("L"), moves.count("U") - moves.count("D")


def pascal_row(number: int) -> list[int]:
    """A row of Pascal's triangle, the first of which is number 0."""
    return [math.comb(number, place) for place in range(number + 1)]


def isbn_check(digits: str) -> bool:
    """Whether ten digits, the last of which may be X for 10, are a book's number: the sum of each times 10 to 1 is a multiple of 11."""
    return sum((10 - place) * (10 if one == "X" else int(one)) for place, one in enumerate(digits)) % 11 == 0


def most_frequent(numbers: list[int]) -> int:
    """The number that comes most often, of several the least."""
    counts = Counter(numbers)
    return min(counts, key=lambda number: (-counts[number], number))


FRESH_ANSWERS: dict[str, Callable[..., Any]] = {
    function.__name__.replace("_", " "): function
    for function in (
        isogram, warmer_days, income_tax, title_case, clock_angle, water_tank, robot_walk, pascal_row, isbn_check, most_frequent,
    )
}  # fmt: skip
