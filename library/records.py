"""What the library keeps, as frozen data classes whose fields are plain JSON.

Every record checks its fields when it is made, converts with `to_dict` / `from_dict`, and takes and gives the same values
whichever store kept it in between. Times are seconds since the epoch (UTC), durations are seconds. Digests are SHA-256 in
hexadecimal or another short token of letters, digits, `-` and `_`.
"""

from __future__ import annotations

import json
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

RUN_STATES = ("pending", "running", "finished", "interrupted", "failed")
DIRECTIONS = ("maximise", "minimise")
KINDS = ("algorithmic", "geometric", "blend")
SUBROUTINE_STATES = ("active", "demoted")
ACTIONS = ("promoted", "demoted", "imported")
MAX_KEY = 200
MAX_INTEGER = 2**63 - 1

_DIGEST = re.compile(r"[0-9A-Za-z_-]{1,128}\Z")
_NON_FINITE = "$float"

Check = Callable[[Any], Any]
R = TypeVar("R", bound="Record")


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
        raise StoreError(f"value={_short(value)} is not plain JSON data: {error}") from error


def json_value(text: str) -> Any:
    """The value of `json_text(value)`. Raises StoreError when `text` is not JSON."""
    try:
        return json.loads(text, object_hook=_decode if f'"{_NON_FINITE}"' in text else None)
    except (ValueError, RecursionError, TypeError) as error:
        raise StoreError(f"text={_short(text)} is not valid JSON: {error}") from error


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


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


# -- checks of one field: return the value to keep, or raise ValueError(what is required) -------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a string without lone surrogates") from None
    return str(value)


def _note(value: Any) -> str:
    """A message written by others (an exception's text): mended rather than refused, as losing a result is worse."""
    if not isinstance(value, str):
        raise ValueError("a string")
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _key(value: Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= MAX_KEY or not text.isprintable():
        raise ValueError(f"1 to {MAX_KEY} printable characters")
    return text


def _optional_key(value: Any) -> str:
    return "" if value == "" else _key(value)


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not _DIGEST.match(value):
        raise ValueError("a digest (1 to 128 letters, digits, - and _)")
    return str(value)


def _optional_digest(value: Any) -> str | None:
    return None if value is None else _digest(value)


def _digest_or_empty(value: Any) -> str:
    return "" if value == "" else _digest(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 0 <= value <= MAX_INTEGER:
        raise ValueError("an integer from 0 to 2**63 - 1")
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError("a number")
    return float(value)


def _finite(value: Any) -> float:
    number = _number(value)
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def _optional_finite(value: Any) -> float | None:
    return None if value is None else _finite(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _optional_boolean(value: Any) -> bool | None:
    return None if value is None else _boolean(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary with string keys")
    return dict(value)


def _scores(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("a dictionary from metric names to numbers")
    try:
        return {key: _number(score) for key, score in value.items()}
    except ValueError:
        raise ValueError("a dictionary from metric names to numbers") from None


def _optional_cases(value: Any) -> list[float] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise ValueError("a list of numbers, or None")
    return [_number(case) for case in value]


def _anything(value: Any) -> Any:
    return value


def _one_of(*choices: str) -> dict[str, Check]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return value

    return {"check": check}


def _by(check: Check) -> dict[str, Check]:
    return {"check": check}


# -- the records -------------------------------------------------------------------------------------------------


class Record:
    """The shared face of the records: checked on creation, to and from a dictionary."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name, check in _checks(type(self)):
            value = getattr(self, name)
            try:
                kept = check(value)
            except ValueError as error:
                kind = type(self).__name__
                raise StoreError(f"{kind}.{name}={_short(value)}: required is {error}") from None
            if kept is not value:
                object.__setattr__(self, name, kept)

    def to_dict(self) -> dict[str, Any]:
        """The fields by name, in order; writable with `json_text`. The containers are those of the record."""
        return {name: getattr(self, name) for name, _ in _checks(type(self))}

    @classmethod
    def from_dict(cls: type[R], data: Mapping[str, Any]) -> R:
        """The record whose `to_dict` is `data`. Fields with a default may be absent.
        Raises StoreError for an unknown or missing field and for a value that a field does not take."""
        if not isinstance(data, Mapping):
            raise StoreError(f"{cls.__name__}: required is a dictionary of its fields, got {_short(data)}")
        unknown = [str(name) for name in data if name not in {name for name, _ in _checks(cls)}]
        if unknown:
            raise StoreError(f"{cls.__name__} has no field {', '.join(unknown)}; was it written by a newer version?")
        try:
            return cls(**data)
        except TypeError as error:
            raise StoreError(f"{cls.__name__}: {str(error).rpartition('()')[2].strip()}") from None

    def same_as(self, other: Record, ignore: Sequence[str] = ()) -> bool:
        """Whether both hold the same data, NaN counting as itself, apart from the fields in `ignore`."""
        if type(self) is not type(other):
            return False
        mine, theirs = self.to_dict(), other.to_dict()
        for name in ignore:
            mine.pop(name), theirs.pop(name)
        return mine == theirs or json_text(mine, sort=True) == json_text(theirs, sort=True)


_CHECKS: dict[type, tuple[tuple[str, Check], ...]] = {}


def _checks(cls: type) -> tuple[tuple[str, Check], ...]:
    found = _CHECKS.get(cls)
    if found is None:
        found = _CHECKS[cls] = tuple((each.name, each.metadata["check"]) for each in fields(cls))
    return found


@dataclass(frozen=True, slots=True)
class Run(Record):
    """One search on one task. `metric` names its primary score and `direction` says which way is better; `budget` and
    `config` are any JSON; `library` is the digest of the snapshot that it saw ("" for none)."""

    id: str = field(metadata=_by(_key))
    task: str = field(metadata=_by(_key))
    strategy: str = field(metadata=_by(_key))
    seed: int = field(default=0, metadata=_by(_integer))
    budget: Any = field(default=None, metadata=_by(_anything))
    state: str = field(default="running", metadata=_one_of(*RUN_STATES))
    config: dict[str, Any] = field(default_factory=dict, metadata=_by(_object))
    library: str = field(default="", metadata=_by(_digest_or_empty))
    started: float = field(default=0.0, metadata=_by(_finite))
    finished: float | None = field(default=None, metadata=_by(_optional_finite))
    metric: str = field(default="score", metadata=_by(_key))
    direction: str = field(default="maximise", metadata=_one_of(*DIRECTIONS))

    def primary(self, scores: Mapping[str, float]) -> float | None:
        """The primary score among `scores`; None where it is absent or not finite."""
        score = scores.get(self.metric)
        return score if score is not None and math.isfinite(score) else None


@dataclass(frozen=True, slots=True)
class Event(Record):
    """One entry of a run's log. `number` counts a run's events from 0 without gaps; `ask` is the proposal it is about."""

    run: str = field(metadata=_by(_key))
    number: int = field(metadata=_by(_integer))
    kind: str = field(metadata=_by(_key))
    ask: int = field(default=0, metadata=_by(_integer))
    payload: dict[str, Any] = field(default_factory=dict, metadata=_by(_object))


@dataclass(frozen=True, slots=True)
class Evaluation(Record):
    """What came of proposal `ask` of `run`. `key` is the cache key ("" = not to be found by `cached`); `cases` are the
    scores case by case where the strategy wants them; `weights` is a blob's digest."""

    run: str = field(metadata=_by(_key))
    ask: int = field(metadata=_by(_integer))
    term: str = field(metadata=_by(_text))
    outcome: str = field(metadata=_by(_key))
    scores: dict[str, float] = field(default_factory=dict, metadata=_by(_scores))
    solved: bool = field(default=False, metadata=_by(_boolean))
    seconds: float = field(default=0.0, metadata=_by(_finite))
    parameters: int = field(default=0, metadata=_by(_integer))
    size: int = field(default=0, metadata=_by(_integer))
    weights: str | None = field(default=None, metadata=_by(_optional_digest))
    key: str = field(default="", metadata=_by(_optional_key))
    detail: str = field(default="", metadata=_by(_note))
    cases: list[float] | None = field(default=None, metadata=_by(_optional_cases))


@dataclass(frozen=True, slots=True)
class Subroutine(Record):
    """A word of the library. `type` and `body` are text (a scheme and a term, subroutines in it named `name@digest`);
    `provenance` says where it came from; `saved` is what it saved when promoted, in the unit its promoter states there."""

    name: str = field(metadata=_by(_key))
    digest: str = field(metadata=_by(_digest))
    type: str = field(metadata=_by(_text))
    kind: str = field(metadata=_one_of(*KINDS))
    body: str = field(metadata=_by(_text))
    weights: str | None = field(default=None, metadata=_by(_optional_digest))
    state: str = field(default="active", metadata=_one_of(*SUBROUTINE_STATES))
    provenance: dict[str, Any] = field(default_factory=dict, metadata=_by(_object))
    saved: float = field(default=0.0, metadata=_by(_finite))
    created: float = field(default=0.0, metadata=_by(_finite))
    description: str = field(default="", metadata=_by(_note))


@dataclass(frozen=True, slots=True)
class Solution(Record):
    """A program that solves `task`, found by `run`; `expanded` is `term` with its subroutines written out. `right` says
    whether all held-out tests are met (None where there are none); `evaluations` is what it cost to find."""

    task: str = field(metadata=_by(_key))
    run: str = field(metadata=_by(_key))
    term: str = field(metadata=_by(_text))
    expanded: str = field(default="", metadata=_by(_text))
    right: bool | None = field(default=None, metadata=_by(_optional_boolean))
    scores: dict[str, float] = field(default_factory=dict, metadata=_by(_scores))
    evaluations: int = field(default=0, metadata=_by(_integer))
    seconds: float = field(default=0.0, metadata=_by(_finite))
    weights: str | None = field(default=None, metadata=_by(_optional_digest))
    created: float = field(default=0.0, metadata=_by(_finite))


@dataclass(frozen=True, slots=True)
class Use(Record):
    """The subroutine with this digest is used by a solution of `task` (found by `run`, "" where that is not known)."""

    subroutine: str = field(metadata=_by(_digest))
    task: str = field(metadata=_by(_key))
    run: str = field(default="", metadata=_by(_optional_key))


@dataclass(frozen=True, slots=True)
class Change(Record):
    """One entry of the library's history: what happened to `name@digest`, when, and on what evidence."""

    name: str = field(metadata=_by(_key))
    digest: str = field(metadata=_by(_digest))
    action: str = field(metadata=_one_of(*ACTIONS))
    time: float = field(metadata=_by(_finite))
    evidence: dict[str, Any] = field(default_factory=dict, metadata=_by(_object))
