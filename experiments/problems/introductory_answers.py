"""What the introductory problems ask for: reference functions, written from the published descriptions (see ``introductory.py``)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any


def basement(numbers: list[int]) -> int:
    """The first position at which the sum so far is below 0; -1 where it never is."""
    sums = itertools.accumulate(numbers)
    return next((place for place, total in enumerate(sums) if total < 0), -1)


def bouncing_balls(start: float, first: float, bounces: int) -> float:
    """How far a ball goes until after so many bounces, each by the share of the height that the first had."""
    ratio, total, height = first / start, 0.0, start
    for _ in range(bounces):
        total, height = total + height + height * ratio, height * ratio
    return total


def bowling(rolls: str) -> int:
    """The score of a game: ``X`` a strike, ``/`` a spare, ``-`` none."""
    pins: list[int] = []
    for roll in rolls:
        pins.append(10 if roll == "X" else 10 - pins[-1] if roll == "/" else int(roll.replace("-", "0")))
    score = place = 0
    for _ in range(10):
        strike = pins[place] == 10
        spare = not strike and pins[place] + pins[place + 1] == 10
        score += sum(pins[place : place + (3 if strike or spare else 2)])
        place += 1 if strike else 2
    return score


def camel_case(text: str) -> str:
    """Parts of words, between hyphens, joined with a capital letter each but the first."""
    words = [word.split("-") for word in text.split(" ")]
    return " ".join(first + "".join(part.capitalize() for part in rest) for first, *rest in words)


def coin_sums(cents: int) -> list[int]:
    """The fewest quarters, dimes, nickels and pennies that make the sum."""
    made = []
    for coin in (25, 10, 5, 1):
        made.append(cents // coin)
        cents %= coin
    return made


def cut_vector(numbers: list[int]) -> tuple[list[int], list[int]]:
    """The list cut where the sums of the two parts differ least, at the first such place."""
    place = min(range(len(numbers) + 1), key=lambda cut: abs(sum(numbers[:cut]) - sum(numbers[cut:])))
    return numbers[:place], numbers[place:]


def dice_game(one: int, other: int) -> float:
    """The probability that a die of so many sides shows more than another one."""
    return sum(min(shown - 1, other) for shown in range(1, one + 1)) / (one * other)


def find_pair(numbers: list[int], target: int) -> tuple[int, int]:
    """The two elements whose sum is the target."""
    return next((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :] if a + b == target)


def fizz_buzz(number: int) -> str:
    """The number, or what is said for multiples of 3 and 5."""
    return ("Fizz" * (number % 3 == 0) + "Buzz" * (number % 5 == 0)) or str(number)


def fuel_cost(masses: list[int]) -> int:
    """A third of each, rounded down, less 2, summed."""
    return sum(mass // 3 - 2 for mass in masses)


def indices_of_substring(text: str, piece: str) -> list[int]:
    """All places at which a piece begins, overlapping ones too."""
    return [place for place in range(len(text)) if text.startswith(piece, place)]


def leaders(numbers: list[int]) -> list[int]:
    """The elements that no later one exceeds."""
    return [number for place, number in enumerate(numbers) if all(number >= later for later in numbers[place:])]


def luhn(digits: list[int]) -> int:
    """The sum of the digits, every second of them doubled and, where that is above 9, less 9."""
    doubled = [2 * digit if place % 2 else digit for place, digit in enumerate(digits)]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled)


def mastermind(code: str, guess: str) -> tuple[int, int]:
    """White and black pegs: right colours at wrong places, and at right ones."""
    black = sum(a == b for a, b in zip(code, guess))
    return sum(min(code.count(colour), guess.count(colour)) for colour in set(code)) - black, black


def middle_character(text: str) -> str:
    """The character in the middle, or two of them."""
    return text[(len(text) - 1) // 2 : len(text) // 2 + 1]


def paired_digits(digits: str) -> int:
    """The sum of the digits that are followed by their like."""
    return sum(int(a) for a, b in itertools.pairwise(digits) if a == b)


def shopping_list(prices: list[float], discounts: list[float]) -> float:
    """The sum of the prices, each less so many per cent."""
    return sum(price * (1 - discount / 100) for price, discount in zip(prices, discounts))


def snow_day(hours: int, ground: float, falling: float, melting: float) -> float:
    """How much snow lies after so many hours, in each of which some falls and a share of all melts."""
    for _ in range(hours):
        ground = (ground + falling) * (1 - melting)
    return ground


def solve_boolean(text: str) -> bool:
    """The value of an expression of T, F, & and |, from left to right."""
    value = text[0] == "T"
    for sign, operand in zip(text[1::2], text[2::2]):
        value = value and operand == "T" if sign == "&" else value or operand == "T"
    return value


def spin_words(text: str) -> str:
    """Words of five or more letters the other way round."""
    return " ".join(word[::-1] if len(word) >= 5 else word for word in text.split(" "))


def square_digits(number: int) -> str:
    """The squares of the digits, one behind the other."""
    return "".join(str(int(digit) ** 2) for digit in str(number))


def substitution_cipher(known: str, becomes: str, text: str) -> str:
    """The text with each character of the first text as the one at its place in the second."""
    return text.translate(str.maketrans(known, becomes))


def twitter(tweet: str) -> str:
    """What is said of a text of this length."""
    if not tweet:
        return "You didn't type anything"
    return "Too many characters" if len(tweet) > 140 else f"Your tweet has {len(tweet)} characters"


def vector_distance(one: list[float], other: list[float]) -> float:
    """The Euclidean distance between two points."""
    return math.dist(one, other)


ANSWERS: dict[str, Callable[..., Any]] = {
    function.__name__.replace("_", " "): function
    for function in (
        basement, bouncing_balls, bowling, camel_case, coin_sums, cut_vector, dice_game, find_pair, fizz_buzz, fuel_cost,
        math.gcd, indices_of_substring, leaders, luhn, mastermind, middle_character, paired_digits, shopping_list, snow_day,
        solve_boolean, spin_words, square_digits, substitution_cipher, twitter, vector_distance,
    )
}  # fmt: skip
