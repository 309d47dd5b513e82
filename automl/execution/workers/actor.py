"""What runs jobs inside a Ray actor. It does not know Ray, so that Ray is imported in its executor only."""

from __future__ import annotations

import os
import traceback

from .briefing import Briefing
from .guard import Function
from .result import pack_result


class Evaluator:
    """Holds a briefing and runs batches of jobs under it. It starts without one: see `brief`."""

    def __init__(self) -> None:
        self._briefing: Briefing | None = None
        self._function: Function | None = None

    def brief(self, message: bytes) -> tuple[int, str]:
        """Takes an encoded briefing; returns this process's id, and a traceback where the function cannot be had."""
        try:
            self._briefing = Briefing.from_bytes(message)
            self._function = self._briefing.open()
        except BaseException:  # noqa: BLE001  told to the driver, which raises it
            return os.getpid(), traceback.format_exc()
        return os.getpid(), ""

    def run(self, jobs: list[bytes], deadlines: list[float]) -> list[bytes]:
        """Runs encoded jobs one after another; returns their packed results."""
        briefing, function = self._briefing, self._function
        assert briefing is not None and function is not None
        return [pack_result(briefing.run(function, job, deadline)) for job, deadline in zip(jobs, deadlines)]
