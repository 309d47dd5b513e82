"""Text and characters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import MAX_INT, Some, Undefined, check_size
from ..words import word


def positive(separator: str) -> str:
    """The text, or Undefined where it is empty."""
    if not separator:
        raise Undefined("the text to look for is empty")
    return separator


def sized(text: str) -> str:
    """The text, or TooLarge; for words that grow a text by a small factor only."""
    check_size(len(text))
    return text


@word(
    "concat_text",
    "str -> str -> str",
    example='(concat_text "ab" "c")',
    prior=Prior(cost=2),
    needs={0: Need.BEGINS, 1: Need.ENDS},
    role=Role.CONCATENATE,
)
def concat_text(x: str, y: str) -> str:
    """The first text, then the second."""
    check_size(len(x) + len(y))
    return x + y


@word("length_text", "str -> int", example='(length_text "abc")', prior=Prior(cost=2), role=Role.SIZE_TEXT)
def length_text(text: str) -> int:
    """The number of characters."""
    return len(text)


@word("chars", "str -> list(char)", example='(chars "abc")', prior=Prior(cost=3), role=Role.CHARACTERS)
def chars(text: str) -> tuple:
    """The characters of the text."""
    return tuple(text)


@word("from_chars", "list(char) -> str", example='(from_chars [#"a" #"b"])', prior=Prior(cost=2))
def from_chars(characters: tuple) -> str:
    """The text of these characters."""
    return "".join(characters)


@word("char_to_text", "char -> str", example='(char_to_text #"a")', prior=Prior(cost=3), role=Role.SHOW_CHARACTER)
def char_to_text(character: str) -> str:
    """The text of one character."""
    return character


@word("split", "str -> str -> list(str)", example='(split "-" "2024-03-17")', prior=Prior(cost=2), role=Role.PARTS)
def split(separator: str, text: str) -> tuple:
    """The parts of ``text`` between separators, empty ones too; undefined for an empty separator."""
    check_size(text.count(positive(separator)) + 1)
    return tuple(text.split(separator))


@word("split_words", "str -> list(str)", example='(split_words "  two  words ")', prior=Prior(cost=2))
def split_words(text: str) -> tuple:
    """The parts of the text between runs of white space."""
    return tuple(text.split())


@word("join", "str -> list(str) -> str", example='(join ", " ["a" "b"])', prior=Prior(cost=2), role=Role.JOIN_PARTS)
def join(separator: str, parts: tuple) -> str:
    """The parts in one text, with the separator between them."""
    check_size(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


@word("upper", "str -> str", example='(upper "Ada")', prior=Prior(cost=3))
def upper(text: str) -> str:
    """The text in capital letters."""
    return sized(text.upper())


@word("lower", "str -> str", example='(lower "Ada")', prior=Prior(cost=3))
def lower(text: str) -> str:
    """The text in small letters."""
    return sized(text.lower())


@word("capitalise", "str -> str", example='(capitalise "aDA")', prior=Prior(cost=3))
def capitalise(text: str) -> str:
    """The first character as a capital letter, the others as small ones."""
    return sized(text.capitalize())


@word("trim", "str -> str", example='(trim "  Ada ")', prior=Prior(cost=3))
def trim(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip()


@word(
    "substring",
    "int -> int -> str -> str",
    example='(substring 1 3 "abcd")',
    prior=Prior(cost=2),
    needs={2: Need.HOLDS_IN_ORDER},
    role=Role.PIECE,
)
def substring(start: int, stop: int, text: str) -> str:
    """The characters at positions ``start`` to ``stop`` - 1, those that there are; a negative bound is 0."""
    return text[max(start, 0) : max(stop, 0)]


@word("char_at", "int -> str -> char", example='(char_at 1 "abc")', prior=Prior(cost=2))
def char_at(i: int, text: str) -> str:
    """The character at position ``i``, from 0; undefined outside the text."""
    if not 0 <= i < len(text):
        raise Undefined(f"index {i} of a text of {len(text)}")
    return text[i]


@word("reverse_text", "str -> str", example='(reverse_text "abc")')
def reverse_text(text: str) -> str:
    """The characters from the last to the first."""
    return text[::-1]


@word("repeat_text", "int -> str -> str", example='(repeat_text 3 "ab")')
def repeat_text(count: int, text: str) -> str:
    """The text ``count`` times; empty where ``count`` is negative."""
    check_size(count * len(text))
    return text * count if text else ""


@word(
    "map_text",
    "(char -> char) -> str -> str",
    example='(map_text upper_char "abc")',
    prior=Prior(cost=3),
    needs={1: Need.SAME_LENGTH},
    role=Role.MAP_TEXT,
)
def map_text(f: Callable, text: str) -> str:
    """``f`` of every character."""
    return "".join(f(character) for character in text)


@word(
    "filter_text",
    "(char -> bool) -> str -> str",
    example='(filter_text is_digit "a1b2")',
    prior=Prior(cost=3),
    needs={1: Need.HOLDS_IN_ORDER},
    role=Role.FILTER_TEXT,
)
def filter_text(f: Callable, text: str) -> str:
    """The characters for which ``f`` holds."""
    return "".join(character for character in text if f(character))


@word("find_text", "str -> str -> option(int)", example='(find_text "c" "abcd")')
def find_text(part: str, text: str) -> Some | None:
    """The position where ``part`` first begins in ``text``, if it does; undefined for an empty part."""
    position = text.find(positive(part))
    return None if position < 0 else Some(position)


@word("contains_text", "str -> str -> bool", example='(contains_text "bc" "abcd")', prior=Prior(cost=2))
def contains_text(part: str, text: str) -> bool:
    """Whether ``part`` is somewhere in ``text``."""
    return part in text


@word("starts_with", "str -> str -> bool", example='(starts_with "ab" "abcd")')
def starts_with(part: str, text: str) -> bool:
    """Whether ``text`` begins with ``part``."""
    return text.startswith(part)


@word("ends_with", "str -> str -> bool", example='(ends_with "ab" "abcd")')
def ends_with(part: str, text: str) -> bool:
    """Whether ``text`` ends with ``part``."""
    return text.endswith(part)


@word("replace", "str -> str -> str -> str", example='(replace "a" "o" "banana")', prior=Prior(cost=2))
def replace(old: str, new: str, text: str) -> str:
    """``text`` with ``new`` for every ``old``, from the left; undefined for an empty ``old``."""
    check_size(len(text) + text.count(positive(old)) * (len(new) - len(old)))
    return text.replace(old, new)


@word("is_digit", "char -> bool", example='(is_digit #"7")', prior=Prior(cost=3))
def is_digit(character: str) -> bool:
    """Whether the character is one of 0 to 9."""
    return "0" <= character <= "9"


@word("is_letter", "char -> bool", example='(is_letter #"7")', prior=Prior(cost=3))
def is_letter(character: str) -> bool:
    """Whether the character is a letter of any alphabet."""
    return character.isalpha()


@word("is_upper", "char -> bool", example='(is_upper #"A")', prior=Prior(cost=3))
def is_upper(character: str) -> bool:
    """Whether the character is a capital letter."""
    return character.isupper()


@word("is_lower", "char -> bool", example='(is_lower #"A")')
def is_lower(character: str) -> bool:
    """Whether the character is a small letter."""
    return character.islower()


@word("is_space", "char -> bool", example='(is_space #" ")')
def is_space(character: str) -> bool:
    """Whether the character is white space."""
    return character.isspace()


@word("is_vowel", "char -> bool", example='(is_vowel #"e")')
def is_vowel(character: str) -> bool:
    """Whether the character is one of a, e, i, o, u, as a small or a capital letter."""
    return character in "aeiouAEIOU"


@word("upper_char", "char -> char", example='(upper_char #"a")')
def upper_char(character: str) -> str:
    """The capital letter, where it is one character; else the character itself."""
    other = character.upper()
    return other if len(other) == 1 else character


@word("lower_char", "char -> char", example='(lower_char #"A")')
def lower_char(character: str) -> str:
    """The small letter, where it is one character; else the character itself."""
    other = character.lower()
    return other if len(other) == 1 else character


@word("char_code", "char -> int", example='(char_code #"A")')
def char_code(character: str) -> int:
    """The Unicode code point."""
    return ord(character)


@word("char_from", "int -> char", example="(char_from 65)", role=Role.CHARACTER)
def char_from(code: int) -> str:
    """The character with a Unicode code point; undefined where there is none."""
    if not 0 <= code < 0x110000 or 0xD800 <= code < 0xE000:
        raise Undefined(f"no character has the code {code}")
    return chr(code)


@word("to_str", "int -> str", example="(to_str -12)", prior=Prior(cost=3), role=Role.WRITE)
def to_str(x: int) -> str:
    """The decimal digits of an Int, after a minus sign where it is negative."""
    return str(x)


@word("parse_int", "str -> option(int)", example='(parse_int "-12")')
def parse_int(text: str) -> Some | None:
    """The Int that the text writes in decimal digits, with or without a sign; none for any other text and beyond
    2⁵³."""
    if not re.fullmatch(r"[+-]?[0-9]{1,64}", text):
        return None
    value = int(text)
    return Some(value) if abs(value) <= MAX_INT else None


@word("float_to_str", "float -> str", example="(float_to_str 0.5)")
def float_to_str(x: float) -> str:
    """The shortest decimal text that reads back as the same Float."""
    return repr(float(x))


@word("parse_float", "str -> option(float)", example='(parse_float "1.5e3")')
def parse_float(text: str) -> Some | None:
    """The Float that the text writes in decimal form, such as -1.5e3; none for any other text."""
    if len(text) > 400 or not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return None
    return Some(float(text))


@word(
    "take_text", "int -> str -> str", example='(take_text 2 "abcd")', prior=Prior(cost=3), needs={1: Need.BEGINS_WITH}
)
def take_text(count: int, text: str) -> str:
    """The first ``count`` characters, those that there are; none where ``count`` is negative."""
    return text[: max(count, 0)]


@word("drop_text", "int -> str -> str", example='(drop_text 2 "abcd")', prior=Prior(cost=3), needs={1: Need.ENDS_WITH})
def drop_text(count: int, text: str) -> str:
    """All but the first ``count`` characters; all where ``count`` is negative."""
    return text[max(count, 0) :]


@word(
    "flat_map_text",
    "(char -> str) -> str -> str",
    example='(flat_map_text (lambda (c) (repeat_text 2 (char_to_text c))) "abc")',
    prior=Prior(cost=4),
    role=Role.SPELL,
)
def flat_map_text(f: Callable, text: str) -> str:
    """The texts that ``f`` gives for every character, one after another."""
    parts = [f(character) for character in text]
    check_size(sum(map(len, parts)))
    return "".join(parts)


@word("codes", "str -> list(int)", example='(codes "abc")')
def codes(text: str) -> tuple:
    """The Unicode code points of the characters."""
    return tuple(map(ord, text))


@word("digit_value", "char -> int", example='(digit_value #"7")')
def digit_value(character: str) -> int:
    """The Int from 0 to 9 that the character writes; undefined for any other character."""
    if not "0" <= character <= "9":
        raise Undefined(f"{character!r} is no digit")
    return int(character)


@word("translate", "str -> str -> str -> str", example='(translate "abc" "xyz" "cab")', prior=Prior(cost=5))
def translate(old: str, new: str, text: str) -> str:
    """``text`` with the character of ``new`` at the same position for every character of ``old``, the first time that it
    stands there; others, and those of ``old`` beyond the end of ``new``, stay."""
    table = dict(reversed(tuple(zip(old, new))))
    return "".join(table.get(character, character) for character in text)


@word("decimals", "int -> float -> str", example="(decimals 2 3.14159)", prior=Prior(cost=5), role=Role.DECIMALS)
def decimals(count: int, x: float) -> str:
    """The Float with ``count`` digits after the point; undefined for less than 0 or more than 20 of them and for what is
    not finite."""
    if not 0 <= count <= 20 or not math.isfinite(x):
        raise Undefined(f"{x} with {count} digits after the point")
    return f"{x:.{count}f}"


@word(
    "pad_left",
    "int -> char -> str -> str",
    example='(pad_left 3 #"0" "7")',
    prior=Prior(cost=5),
    needs={2: Need.ENDS},
    role=Role.FILL_BEFORE,
)
def pad_left(size: int, filler: str, text: str) -> str:
    """The text with ``filler`` before it until it has ``size`` characters."""
    check_size(max(size, len(text)))
    return text.rjust(size, filler)
