"""What the library keeps, as frozen data classes whose fields are plain JSON.

Every record checks its fields when it is made, converts with `to_dict` / `from_dict`, and takes and gives the same
values whichever store kept it in between. Times are seconds since the epoch (UTC), durations are seconds. Digests are
SHA-256 in hexadecimal or another short token of letters, digits, `-` and `_`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from primitives.brief import brief_repr

from . import fields as checks
from .fields import Check, Payload, StoreError, json_text, short
from .fields import Conflict as Conflict
from .fields import json_value as json_value

RUN_STATES = ("pending", "running", "finished", "interrupted", "failed")
KINDS = ("algorithmic", "geometric", "blend")
SUBROUTINE_STATES = ("active", "demoted")
ACTIONS = ("promoted", "demoted", "imported", "renamed")


class Direction(StrEnum):
    """Whether larger or smaller values of a score are better. Its value is what stores and problems write; ``Direction("maximize")``
    is the same as ``Direction("maximise")``. Raises ValueError for other texts."""

    MAXIMIZE = "maximise"
    MINIMIZE = "minimise"

    @classmethod
    def _missing_(cls, value: object) -> Direction | None:
        return next((each for each in cls if each.american == value), None)

    @property
    def american(self) -> str:
        """``maximize`` or ``minimize``, as Optuna spells it, and the digests of tasks."""
        return self.name.lower()

    @property
    def sign(self) -> int:
        """1 where larger is better, -1 where smaller is: times the score, larger is better."""
        return 1 if self is Direction.MAXIMIZE else -1

    def no_worse(self, one: float, other: float) -> bool:
        """Whether ``one`` is at least as good as ``other``; NaN never is, nor is anything at least as good as it."""
        return self.sign * one >= self.sign * other


class FoundBy(StrEnum):
    """Where a subroutine came from: the ``found_by`` of its provenance, kept as this text."""

    COMPRESSION = "compression"
    """Abstracted from several programs."""
    TRIAL = "trial"
    """A whole program, on trial as a word."""
    TRAINING = "training"
    """A trained net that solved its task."""
    PART = "part"
    """A part of such a net: its prefix as features, or a block that repeats in it."""
    BASELINE = "baseline"
    """A hand-designed net."""


R = TypeVar("R", bound="Record")


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
                raise StoreError(f"{kind}.{name}={short(value)}: required is {error}") from None
            if kept is not value:
                object.__setattr__(self, name, kept)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(name for name, _ in _checks(cls))

    def to_dict(self) -> Payload:
        """The fields by name, in order; writable with `json_text`. The containers are those of the record."""
        return {name: getattr(self, name) for name, _ in _checks(type(self))}

    @classmethod
    def from_dict(cls: type[R], data: Mapping[str, object]) -> R:
        """The record of a dictionary.

        data: as `to_dict` gives it; fields with a default may be absent.

        Raises StoreError for an unknown or missing field and for a value that a field does not take.
        """
        if not isinstance(data, Mapping):
            raise StoreError(f"{cls.__name__}: required is a dictionary of its fields, got {short(data)}")
        unknown = [str(name) for name in data if name not in {name for name, _ in _checks(cls)}]
        if unknown:
            raise StoreError(f"{cls.__name__} has no field {', '.join(unknown)}; was it written by a newer version?")
        try:
            return cls(**data)
        except TypeError as error:
            raise StoreError(f"{cls.__name__}: {str(error).rpartition('()')[2].strip()}") from None

    def same_as(self, other: Record, ignore: Sequence[str] = ()) -> bool:
        """Whether both are of one kind and hold the same data, NaN counting as itself.

        other: the record to compare with.
        ignore: names of fields that may differ; default: none.
        """
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

    id: str = field(metadata=checks.by(checks.key))
    task: str = field(metadata=checks.by(checks.key))
    strategy: str = field(metadata=checks.by(checks.key))
    seed: int = field(default=0, metadata=checks.by(checks.integer))
    budget: Any = field(default=None, metadata=checks.by(checks.anything))
    state: str = field(default="running", metadata=checks.one_of(*RUN_STATES))
    config: Payload = field(default_factory=dict, metadata=checks.by(checks.json_object))
    library: str = field(default="", metadata=checks.by(checks.digest_or_empty))
    started: float = field(default=0.0, metadata=checks.by(checks.finite))
    finished: float | None = field(default=None, metadata=checks.by(checks.optional_finite))
    metric: str = field(default="score", metadata=checks.by(checks.key))
    direction: str = field(default=Direction.MAXIMIZE.value, metadata=checks.one_of(*Direction))

    __repr__ = brief_repr

    def primary(self, scores: Mapping[str, float]) -> float | None:
        """The primary score; None where it is absent or not finite.

        scores: of an evaluation, by metric.
        """
        score = scores.get(self.metric)
        return score if score is not None and isfinite(score) else None


@dataclass(frozen=True, slots=True)
class Event(Record):
    """One entry of a run's log. `number` counts a run's events from 0 without gaps; `ask` is the proposal it is
    about."""

    run: str = field(metadata=checks.by(checks.key))
    number: int = field(metadata=checks.by(checks.integer))
    kind: str = field(metadata=checks.by(checks.key))
    ask: int = field(default=0, metadata=checks.by(checks.integer))
    payload: Payload = field(default_factory=dict, metadata=checks.by(checks.json_object))

    __repr__ = brief_repr


@dataclass(frozen=True, slots=True)
class Evaluation(Record):
    """What came of proposal `ask` of `run`. `key` is the cache key ("" = not to be found by `cached`); `cases` are the
    scores case by case where the strategy wants them; `weights` is a blob's digest; `curves` say how a training went,
    column by column (automl.fitting.trainer.columns)."""

    run: str = field(metadata=checks.by(checks.key))
    ask: int = field(metadata=checks.by(checks.integer))
    term: str = field(metadata=checks.by(checks.text))
    outcome: str = field(metadata=checks.by(checks.key))
    scores: dict[str, float] = field(default_factory=dict, metadata=checks.by(checks.scores))
    solved: bool = field(default=False, metadata=checks.by(checks.boolean))
    seconds: float = field(default=0.0, metadata=checks.by(checks.finite))
    parameters: int = field(default=0, metadata=checks.by(checks.integer))
    size: int = field(default=0, metadata=checks.by(checks.integer))
    weights: str | None = field(default=None, metadata=checks.by(checks.optional_digest))
    key: str = field(default="", metadata=checks.by(checks.optional_key))
    detail: str = field(default="", metadata=checks.by(checks.note))
    cases: list[float] | None = field(default=None, metadata=checks.by(checks.optional_cases))
    curves: Payload | None = field(default=None, metadata=checks.by(checks.optional_object))

    __repr__ = brief_repr


@dataclass(frozen=True, slots=True)
class Subroutine(Record):
    """A word of the library. `type` and `body` are text (a scheme and a term, subroutines in it named `name@digest`);
    `provenance` says where it came from; `saved` is what it saved when promoted, in the unit its promoter states
    there."""

    name: str = field(metadata=checks.by(checks.key))
    digest: str = field(metadata=checks.by(checks.digest))
    type: str = field(metadata=checks.by(checks.text))
    kind: str = field(metadata=checks.one_of(*KINDS))
    body: str = field(metadata=checks.by(checks.text))
    weights: str | None = field(default=None, metadata=checks.by(checks.optional_digest))
    state: str = field(default="active", metadata=checks.one_of(*SUBROUTINE_STATES))
    provenance: Payload = field(default_factory=dict, metadata=checks.by(checks.json_object))
    saved: float = field(default=0.0, metadata=checks.by(checks.finite))
    created: float = field(default=0.0, metadata=checks.by(checks.finite))
    description: str = field(default="", metadata=checks.by(checks.note))


@dataclass(frozen=True, slots=True)
class Solution(Record):
    """A program that solves `task`, found by `run`; `expanded` is `term` with its subroutines written out. `right` says
    whether all held-out tests are met (None where there are none); `evaluations` is what it cost to find."""

    task: str = field(metadata=checks.by(checks.key))
    run: str = field(metadata=checks.by(checks.key))
    term: str = field(metadata=checks.by(checks.text))
    expanded: str = field(default="", metadata=checks.by(checks.text))
    right: bool | None = field(default=None, metadata=checks.by(checks.optional_boolean))
    scores: dict[str, float] = field(default_factory=dict, metadata=checks.by(checks.scores))
    evaluations: int = field(default=0, metadata=checks.by(checks.integer))
    seconds: float = field(default=0.0, metadata=checks.by(checks.finite))
    weights: str | None = field(default=None, metadata=checks.by(checks.optional_digest))
    created: float = field(default=0.0, metadata=checks.by(checks.finite))


@dataclass(frozen=True, slots=True)
class Use(Record):
    """The subroutine with this digest is used by a solution of `task` (found by `run`, "" where that is not known)."""

    subroutine: str = field(metadata=checks.by(checks.digest))
    task: str = field(metadata=checks.by(checks.key))
    run: str = field(default="", metadata=checks.by(checks.optional_key))


@dataclass(frozen=True, slots=True)
class Change(Record):
    """One entry of the library's history: what happened to `name@digest`, when, and on what evidence."""

    name: str = field(metadata=checks.by(checks.key))
    digest: str = field(metadata=checks.by(checks.digest))
    action: str = field(metadata=checks.one_of(*ACTIONS))
    time: float = field(metadata=checks.by(checks.finite))
    evidence: Payload = field(default_factory=dict, metadata=checks.by(checks.json_object))


@dataclass(frozen=True, slots=True)
class GuideRecord(Record):
    """What one iteration of a growth learned: `guide` is plain data that says where later searches look first (None
    where nothing was learned), `weights` the blob of its model, `iteration` is about the iteration and its training,
    `library` the digest of the snapshot that it knows."""

    id: str = field(metadata=checks.by(checks.key))
    guide: Payload | None = field(default=None, metadata=checks.by(checks.optional_object))
    weights: str | None = field(default=None, metadata=checks.by(checks.optional_digest))
    iteration: Payload = field(default_factory=dict, metadata=checks.by(checks.json_object))
    seed: int = field(default=0, metadata=checks.by(checks.integer))
    library: str = field(default="", metadata=checks.by(checks.digest_or_empty))
    created: float = field(default=0.0, metadata=checks.by(checks.finite))

    __repr__ = brief_repr
