"""Plain data: what JSON text can hold, and what each kind of field takes.

A check gives the value to keep, or raises ValueError with what is required.
"""

from __future__ import annotations

import json
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict

MAX_KEY = 200
MAX_INTEGER = 2**63 - 1

_DIGEST = re.compile(r"[0-9A-Za-z_-]{1,128}\Z")
_NON_FINITE = "$float"

Payload: TypeAlias = dict[str, Any]
"""A JSON object of a record. What is in it is agreed between those who write and read that kind of record, not with the store."""
Check: TypeAlias = Callable[[object], object]


class Metadata(TypedDict):
    """What a record's data class says of a field."""

    check: Check


class StoreError(ValueError):
    """Something cannot be kept or read: bad data, a bad file, an unknown name, a store of a newer schema."""


class Conflict(StoreError):
    """Another record already holds this place (an event number, an ask, a name) and says something else."""


# -- JSON text ---------------------------------------------------------------------------------------------------


_WRITERS = tuple(
    json.JSONEncoder(allow_nan=False, sort_keys=sort, separators=(",", ":")).encode for sort in (False, True)
)
"""Strict JSON, in the order given and by sorted keys."""


def json_text(value: object, *, sort: bool = False) -> str:
    """Strict JSON text, in which NaN and the infinities are `{"$float": "nan"}`, so that any JSON reader can read it.

    value: plain data.
    sort: whether the keys of dictionaries are sorted; default: in the order in which they are.

    Raises StoreError for what JSON cannot hold, and for a dictionary that uses the key `$float`.
    """
    try:
        text = _WRITERS[sort](value)
        if f'"{_NON_FINITE}":' in text:
            raise StoreError(f"the key {_NON_FINITE!r} is reserved for non-finite numbers; use another key")
        return text
    except StoreError:
        raise
    except (ValueError, TypeError, RecursionError):
        pass
    try:
        return _WRITERS[sort](_encode(value))
    except (TypeError, RecursionError, ValueError) as error:
        raise StoreError(f"value={short(value)} is not plain JSON data: {error}") from error


def json_value(text: str) -> Any:
    """The plain data that a JSON text holds.

    text: as `json_text` writes it.

    Raises StoreError when it is not JSON.
    """
    try:
        return json.loads(text, object_hook=_decode if f'"{_NON_FINITE}"' in text else None)
    except (ValueError, RecursionError, TypeError) as error:
        raise StoreError(f"text={short(text)} is not valid JSON: {error}") from error


def _encode(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return {_NON_FINITE: str(float(value))}
    if isinstance(value, Mapping):
        if _NON_FINITE in value:
            raise StoreError(f"the key {_NON_FINITE!r} is reserved for non-finite numbers; use another key")
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(item) for item in value]
    return value


def _decode(data: dict[str, object]) -> object:
    if data.keys() == {_NON_FINITE} and data[_NON_FINITE] in ("nan", "inf", "-inf"):
        return float(str(data[_NON_FINITE]))
    return data


def short(value: object) -> str:
    """The value as a message shows it, in at most 80 characters.

    value: anything.
    """
    try:
        text = repr(value)
    except RecursionError:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


# -- checks of one field ---------------------------------------------------------------------------------------------


def text(value: object) -> str:
    """The string, where UTF-8 can hold it."""
    if not isinstance(value, str):
        raise ValueError("a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a string without lone surrogates") from None
    return str(value)


def note(value: object) -> str:
    """The string with escapes for what a database cannot hold: a message written by others (an exception's text) is changed
    rather than refused, as losing a result is worse."""
    if not isinstance(value, str):
        raise ValueError("a string")
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def key(value: object) -> str:
    """The string, where it can be a key of a table: 1 to `MAX_KEY` printable characters."""
    name = text(value)
    if not 0 < len(name) <= MAX_KEY or not name.isprintable():
        raise ValueError(f"1 to {MAX_KEY} printable characters")
    return name


def optional_key(value: object) -> str:
    """The string, where it is a `key` or empty."""
    return "" if value == "" else key(value)


def digest(value: object) -> str:
    """The string, where it can be a digest: 1 to 128 letters, digits, `-` and `_`."""
    if not isinstance(value, str) or not _DIGEST.match(value):
        raise ValueError("a digest (1 to 128 letters, digits, - and _)")
    return str(value)


def optional_digest(value: object) -> str | None:
    """The string, where it can be a digest, or None."""
    return None if value is None else digest(value)


def digest_or_empty(value: object) -> str:
    """The string, where it can be a digest or is empty."""
    return "" if value == "" else digest(value)


def integer(value: object) -> int:
    """The value as an int, where it is a whole number from 0 to `MAX_INTEGER`; numbers of NumPy are, bools are not."""
    if (
        type(value) is int and 0 <= value <= MAX_INTEGER
    ):  # most are: a check for any kind of number takes ten times as long
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 0 <= int(value) <= MAX_INTEGER:
        raise ValueError("an integer from 0 to 2**63 - 1")
    return int(value)


def number(value: object) -> float:
    """The value as a float, where it is a real number, finite or not; bools are not."""
    if type(value) is float:
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError("a number")
    return float(value)


def finite(value: object) -> float:
    """The value as a float, where it is a finite number."""
    given = number(value)
    if not math.isfinite(given):
        raise ValueError("a finite number")
    return given


def optional_finite(value: object) -> float | None:
    """The value as a float, where it is a finite number, or None."""
    return None if value is None else finite(value)


def boolean(value: object) -> bool:
    """The value, where it is a bool."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def optional_boolean(value: object) -> bool | None:
    """The value, where it is a bool or None."""
    return None if value is None else boolean(value)


def json_object(value: object) -> Payload:
    """A copy of the mapping, where its keys are strings."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary with string keys")
    return dict(value)


def optional_object(value: object) -> Payload | None:
    """A copy of the mapping, where its keys are strings, or None."""
    return None if value is None else json_object(value)


def scores(value: object) -> dict[str, float]:
    """A copy of the mapping with floats for values, where it goes from metric names to numbers."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary from metric names to numbers")
    try:
        return {key: number(score) for key, score in value.items()}
    except ValueError:
        raise ValueError("a dictionary from metric names to numbers") from None


def optional_cases(value: object) -> list[float] | None:
    """A list of floats, where the value is a sequence of numbers, or None."""
    if value is None:
        return None
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise ValueError("a list of numbers, or None")
    return [number(case) for case in value]


def anything(value: object) -> object:
    """The value as it is: whether JSON can hold it is seen when it is written."""
    return value


def one_of(*choices: str) -> Metadata:
    """The metadata of a field that takes one of a few strings.

    choices: the strings.
    """

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return value

    return {"check": check}


def by(check: Check) -> Metadata:
    """The metadata of a field.

    check: gives the value to keep, or raises ValueError with what is required.
    """
    return {"check": check}
