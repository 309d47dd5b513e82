"""How many jobs travel together."""

from __future__ import annotations

BATCH_SECONDS = 0.02  # a message carries about this much work
LARGEST_BATCH = 32


class BatchSize:
    """How many jobs go together in one message: many while they are short, one when they are not."""

    def __init__(self) -> None:
        self._mean = BATCH_SECONDS

    def observe(self, seconds: float) -> None:
        # A long job counts at once, a short one slowly: a wrong guess upwards makes others wait.
        self._mean = seconds if seconds > self._mean else 0.9 * self._mean + 0.1 * seconds

    def __call__(self) -> int:
        return max(1, min(LARGEST_BATCH, int(BATCH_SECONDS / max(self._mean, 1e-6))))
