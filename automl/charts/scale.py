"""Where values lie on an axis, and at which of them it has marks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .formats import number


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on pixels from ``start`` to ``end``, evenly or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @staticmethod
    def over(low: float, high: float, start: float, end: float, log: bool = False) -> Scale:
        """A scale for values of which there may be one only. With ``log`` the low one must be positive."""
        if low == high:
            low, high = (low / 2, high * 2) if log else (low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10)
        return Scale(low, high, start, end, log)

    def place(self, value: float) -> float:
        """The pixel of a value; those beyond the ends lie at them."""
        inside = min(max(value, self.low), self.high)
        low, high, at = (
            (math.log(each) for each in (self.low, self.high, inside)) if self.log else (self.low, self.high, inside)
        )
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self, count: int) -> list[tuple[float, str]]:
        """Marks at round values, about ``count`` of them, each with its text."""
        found = self._powers(count) if self.log else []
        if len(found) < 2:
            found = self._steps(count)
        return [(value, _text(value)) for value in found]

    def _steps(self, count: int) -> list[float]:
        raw = (self.high - self.low) / max(count, 1)
        power = 10.0 ** math.floor(math.log10(raw))
        round_ones = (1, 2, 5, 10) if power == 1.0 else (1, 2, 2.5, 5, 10)  # of what is counted there is no half
        step = next((m * power for m in round_ones if m * power >= raw * 0.999), 10 * power)
        first = math.ceil(self.low / step - 1e-9)
        return [round(n * step, 12) for n in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def _powers(self, count: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        leading = (1, 2, 5) if last - first <= 2 else (1,)
        found = [m * 10.0**p for p in range(first, last + 1) for m in leading]
        inside = [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]
        return inside[:: max(1, math.ceil(len(inside) / max(count, 1)))] if len(inside) > 2 * count else inside


def _text(value: float) -> str:
    size = abs(value)
    for least, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= least:
            return f"{value / {'G': 1e9, 'M': 1e6, 'k': 1e3}[unit]:g} {unit}"
    return number(value) if value == int(value) else f"{value:g}"
