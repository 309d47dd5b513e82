"""Budgets: a time (``60s``, ``2m``, ``1h``) or a number of evaluations (``500``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class BudgetError(ValueError):
    """The text of a budget cannot be read."""


@dataclass(frozen=True)
class Budget:
    """Exactly one of ``seconds`` (wall time of the search) and ``evaluations`` (terms considered, or candidates trained)."""

    seconds: float | None = None
    evaluations: int | None = None

    @property
    def deterministic(self) -> bool:
        """Whether the same seed gives the same record."""
        return self.evaluations is not None

    def to_json(self) -> dict[str, float | int]:
        return (
            {"evaluations": self.evaluations} if self.evaluations is not None else {"seconds": float(self.seconds or 0)}
        )

    @staticmethod
    def from_json(data: dict[str, float | int]) -> Budget:
        if "evaluations" in data:
            return Budget(evaluations=int(data["evaluations"]))
        return Budget(seconds=float(data["seconds"]))

    def __str__(self) -> str:
        return str(self.evaluations) if self.evaluations is not None else f"{self.seconds:g}s"


def parse_budget(text: str | int | float | Budget) -> Budget:
    """``"60s"`` is seconds, ``"500"`` or ``500`` evaluations. Raises BudgetError."""
    if isinstance(text, Budget):
        return text
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?\s*", str(text))
    if match is None or float(match[1]) <= 0 or (match[2] is None and "." in match[1]) or float(match[1]) > 1e12:
        raise BudgetError(
            f"budget={text!r}: needed a time such as 60s, 2m or 1h, or a number of evaluations such as 500"
        )
    if match[2] is None:
        return Budget(evaluations=int(match[1]))
    return Budget(seconds=float(match[1]) * UNITS[match[2]])
