"""Plain data: what JSON text can hold, and what each kind of field takes.

A check gives the value to keep, or raises ValueError with what is required.
"""

from __future__ import annotations

import json
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MAX_KEY = 200
MAX_INTEGER = 2**63 - 1

_DIGEST = re.compile(r"[0-9A-Za-z_-]{1,128}\Z")
_NON_FINITE = "$float"

Check = Callable[[Any], Any]


class StoreError(ValueError):
    """Something cannot be kept or read: bad data, a bad file, an unknown name, a store of a newer schema."""


class Conflict(StoreError):
    """Another record already holds this place (an event number, an ask, a name) and says something else."""


# -- JSON text ---------------------------------------------------------------------------------------------------


def json_text(value: Any, *, sort: bool = False) -> str:
    """`value` as strict JSON text. NaN and the infinities are written as `{"$float": "nan"}`, so that any JSON reader
    can read it. Raises StoreError for what JSON cannot hold (and for a dictionary that uses the key `$float`)."""
    try:
        text = json.dumps(value, allow_nan=False, sort_keys=sort, separators=(",", ":"))
        if f'"{_NON_FINITE}":' in text:
            raise StoreError(f"the key {_NON_FINITE!r} is reserved for non-finite numbers; use another key")
        return text
    except StoreError:
        raise
    except (ValueError, TypeError, RecursionError):
        pass
    try:
        return json.dumps(_encode(value), allow_nan=False, sort_keys=sort, separators=(",", ":"))
    except (TypeError, RecursionError, ValueError) as error:
        raise StoreError(f"value={short(value)} is not plain JSON data: {error}") from error


def json_value(text: str) -> Any:
    """The value of `json_text(value)`. Raises StoreError when `text` is not JSON."""
    try:
        return json.loads(text, object_hook=_decode if f'"{_NON_FINITE}"' in text else None)
    except (ValueError, RecursionError, TypeError) as error:
        raise StoreError(f"text={short(text)} is not valid JSON: {error}") from error


def _encode(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {_NON_FINITE: str(float(value))}
    if isinstance(value, Mapping):
        if _NON_FINITE in value:
            raise StoreError(f"the key {_NON_FINITE!r} is reserved for non-finite numbers; use another key")
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(item) for item in value]
    return value


def _decode(data: dict[str, Any]) -> Any:
    if data.keys() == {_NON_FINITE} and data[_NON_FINITE] in ("nan", "inf", "-inf"):
        return float(data[_NON_FINITE])
    return data


def short(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


# -- checks of one field ---------------------------------------------------------------------------------------------


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a string without lone surrogates") from None
    return str(value)


def note(value: Any) -> str:
    """A message written by others (an exception's text): mended rather than refused, as losing a result is worse."""
    if not isinstance(value, str):
        raise ValueError("a string")
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def key(value: Any) -> str:
    name = text(value)
    if not 0 < len(name) <= MAX_KEY or not name.isprintable():
        raise ValueError(f"1 to {MAX_KEY} printable characters")
    return name


def optional_key(value: Any) -> str:
    return "" if value == "" else key(value)


def digest(value: Any) -> str:
    if not isinstance(value, str) or not _DIGEST.match(value):
        raise ValueError("a digest (1 to 128 letters, digits, - and _)")
    return str(value)


def optional_digest(value: Any) -> str | None:
    return None if value is None else digest(value)


def digest_or_empty(value: Any) -> str:
    return "" if value == "" else digest(value)


def integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 0 <= int(value) <= MAX_INTEGER:
        raise ValueError("an integer from 0 to 2**63 - 1")
    return int(value)


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError("a number")
    return float(value)


def finite(value: Any) -> float:
    given = number(value)
    if not math.isfinite(given):
        raise ValueError("a finite number")
    return given


def optional_finite(value: Any) -> float | None:
    return None if value is None else finite(value)


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def optional_boolean(value: Any) -> bool | None:
    return None if value is None else boolean(value)


def json_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary with string keys")
    return dict(value)


def optional_object(value: Any) -> dict[str, Any] | None:
    return None if value is None else json_object(value)


def scores(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary from metric names to numbers")
    try:
        return {key: number(score) for key, score in value.items()}
    except ValueError:
        raise ValueError("a dictionary from metric names to numbers") from None


def optional_cases(value: Any) -> list[float] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise ValueError("a list of numbers, or None")
    return [number(case) for case in value]


def anything(value: Any) -> Any:
    return value


def one_of(*choices: str) -> dict[str, Check]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return value

    return {"check": check}


def by(check: Check) -> dict[str, Check]:
    return {"check": check}
