"""Budgets: a time with its unit (``60s``, ``2m``, ``1h``), a number of evaluations (``500 evaluations``), or both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from numbers import Real

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
MOST = 10**12
"""Bound of the seconds and of the evaluations of a budget."""
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)\s*")
_COUNT = re.compile(r"(\S+)\s*evaluations?")


BEGAN: ContextVar[float | None] = ContextVar("began", default=None)
"""The moment of ``time.monotonic()`` at which the command began that runs here; None where none does."""


class BudgetError(ValueError):
    """What is given as a budget is none."""


@dataclass(frozen=True)
class Budget:
    """``seconds`` of wall time of a search, its ``evaluations`` (terms considered, or candidates trained), or both: then the search ends
    with whichever comes first. Raises BudgetError where neither is given."""

    seconds: float | None = None
    evaluations: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.evaluations is None:
            raise BudgetError("budget: a time such as 60s, a number of evaluations, or both are required; give one")

    @property
    def deterministic(self) -> bool:
        """Whether the same seed gives the same record: no clock decides."""
        return self.seconds is None

    def to_json(self) -> dict[str, float | int]:
        counted: dict[str, float | int] = {} if self.evaluations is None else {"evaluations": self.evaluations}
        return counted if self.seconds is None else {**counted, "seconds": float(self.seconds)}

    @staticmethod
    def from_json(data: Mapping[str, float | int]) -> Budget:
        """The inverse of ``to_json``."""
        seconds, evaluations = data.get("seconds"), data.get("evaluations")
        return Budget(None if seconds is None else float(seconds), None if evaluations is None else int(evaluations))

    def __str__(self) -> str:
        """Text that ``parse_budget`` reads."""
        time = [] if self.seconds is None else [f"{self.seconds:.12g}s"]
        return ", ".join([*time, *([] if self.evaluations is None else [f"{self.evaluations} evaluations"])])

    def share(self, part: float) -> Budget:
        """A part (0 to 1) of the budget, of one evaluation at least."""
        count = self.evaluations
        return Budget(
            None if self.seconds is None else self.seconds * part,
            None if count is None else max(1, round(count * part)),
        )


BudgetText = str | timedelta | Budget
"""What says a budget: text, a time, or a budget itself."""
DEFAULT_BUDGET = Budget(seconds=60.0)


def parse_budget(time: BudgetText | None = None, evaluations: int | float | str | None = None) -> Budget:
    """The budget of a time and a number of evaluations.

    time: text with units (``90s``, ``1h 30m``), a timedelta, or a budget as its text says it (``500 evaluations``,
        ``60s, 500 evaluations``); None where it is not bounded.
    evaluations: a whole number of at least 1, or text such as ``500`` or ``1e3``; None where they are not bounded.

    DEFAULT_BUDGET where both are None. Raises BudgetError, for a bare number as time too.
    """
    if time is None and evaluations is None:
        return DEFAULT_BUDGET
    counted = None if evaluations is None else _count(evaluations)
    if time is None:
        return Budget(evaluations=counted)
    found = time if isinstance(time, Budget) else _read(time)
    return found if counted is None else Budget(found.seconds, counted)


def stored_budget(text: str) -> Budget:
    """The budget that a run kept as text; those of before evaluations had a name of their own kept them as a bare number."""
    return Budget(evaluations=int(text)) if text.isdecimal() else parse_budget(text)


def _read(given: str | timedelta) -> Budget:
    if isinstance(given, timedelta):
        return Budget(seconds=_bounded(given.total_seconds(), given))
    if not isinstance(given, str):
        raise _refused(given)
    seconds, evaluations = None, None
    for part in given.split(","):
        text = part.strip()
        counted = _COUNT.fullmatch(text)
        if counted is not None and evaluations is None:
            evaluations = _count(counted[1])
        elif counted is None and seconds is None and re.fullmatch(f"(?:{_TIME.pattern})+", text):
            seconds = _bounded(sum(float(size) * UNITS[unit] for size, unit in _TIME.findall(text)), given)
        else:
            raise _refused(given)
    return Budget(seconds, evaluations)


def _bounded(seconds: float, given: object) -> float:
    if not 0 < seconds <= MOST:
        raise _refused(given)
    return seconds


def _refused(given: object) -> BudgetError:
    return BudgetError(
        f"budget={str(given)[:80]!r}: needed a time with its unit, such as 90s, 2m or 1h; for a number of evaluations write "
        "--evaluations 500 (in Python evaluations=500)"
    )


def _count(given: int | float | str) -> int:
    """A whole number from 1 to MOST. Raises BudgetError."""
    try:
        number = float(given) if isinstance(given, str | Real) and not isinstance(given, bool) else 0.0
    except (ValueError, OverflowError):
        number = 0.0
    if not 1 <= number <= MOST or number != int(number):
        raise BudgetError(
            f"evaluations={str(given)[:80]!r}: needed a whole number from 1 to {MOST:,}, such as 500 or 1e3; for a time write "
            "--budget 60s (in Python budget='60s')"
        )
    return int(number)
