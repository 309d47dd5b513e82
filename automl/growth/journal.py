"""The log of a growth: what it has done step by step, kept in the store, so that one that was ended goes on where it was.

A growth is a run of the store whose events are its finished steps. To go on, its loop runs again from the beginning, and a step that is
in the log is not done again: what it came to is read there.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from typing import Any

from library.records import Event, Run
from library.store import AbstractStore

from ..errors import StudyError
from .clock import Clock
from .plan import Setup

logger = logging.getLogger(__name__)
STRATEGY = "growth"
"""What the runs of growths say their strategy is."""
VERSION = 1
"""Of the log; one of another version cannot be gone on with."""
Payload = dict[str, Any]
_driven: set[str] = set()
"""The growths that this process is running."""


def is_growth(run: Run) -> bool:
    """Whether a run is that of a growth and not of a study."""
    return run.strategy == STRATEGY


def new_growth(store: AbstractStore, setup: Setup) -> Run:
    """The run of a growth that begins now."""
    config = {"version": VERSION, "growth": setup.digest(), "setup": setup.to_json(), "process": _process()}
    config["workers"] = setup.options.workers
    budget = setup.budget or setup.options.budget
    return store.create_run(
        Run(
            id=uuid.uuid4().hex[:12], task=f"growth of {setup.curriculum.name}"[:200], strategy=STRATEGY, seed=setup.options.seed,
            budget=budget.to_json(), config=config, library=store.snapshot(), started=time.time(), metric="solved",
        )
    )  # fmt: skip


def unfinished_growth(store: AbstractStore, setup: Setup) -> Run | None:
    """The latest growth with the same tasks and arguments, if it was ended before it was finished."""
    wanted = setup.digest()
    known = store.runs(unreadable=lambda run, error: logger.warning("run=%r is left out: %s", run, error))
    for run in reversed(known):
        if is_growth(run) and run.config.get("growth") == wanted and run.config.get("version") == VERSION:
            return None if run.state == "finished" or is_running(run) else run
    return None


def _process() -> dict[str, Any]:
    """What tells a process from any other."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "start": _start_of(os.getpid())}


def _start_of(pid: int) -> str:
    """When a process of this machine began, as the system says it; "" where it does not or there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_running(run: Run) -> bool:
    """Whether a process is at work on a growth. Of another machine's that is believed."""
    if run.state != "running":
        return False
    process = run.config.get("process", {})
    if process.get("host") != socket.gethostname():
        return True
    pid = int(process.get("pid", 0))
    if pid == os.getpid():
        return run.id in _driven
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _start_of(pid) == process.get("start", "")


class GrowthJournal:
    """The log of one growth while it runs. Used as a context it says in the run how the growth ended."""

    def __init__(self, store: AbstractStore, run: Run, clock: Clock) -> None:
        self.store, self.run, self.clock = store, run, clock
        self._log = list(store.events(run.id))
        self._number = 0

    @property
    def replaying(self) -> bool:
        """Whether the next step is in the log."""
        return self._number < len(self._log)

    def subjects(self, step: str) -> set[str]:
        """What the steps of a kind that the log has are about."""
        return {event.payload["subject"] for event in self._log if event.kind == step}

    def next_step(self) -> str:
        """The kind of the next step that is in the log; "" where there is none."""
        return self._log[self._number].kind if self.replaying else ""

    def step(self, step: str, subject: str, work: Callable[[], Callable[[], Payload]]) -> Payload:
        """What a step came to: read from the log, or else what the work comes to, which is then in the log.

        step: the kind of the step.
        subject: what it is about, such as a task's name; with the kind it must be what the log says comes next.
        work: what may take long and leaves the store's library as it is; it gives a function that makes all changes, in one transaction
            with the log's, and returns what the step came to as plain data.

        Raises StudyError where the log has another step, Conflict where another process goes on with the growth.
        """
        if self.replaying:
            return self._next(step, subject)
        change = work()
        with self.store.batch():
            payload = change()
            entry = {"subject": subject, **payload, "clock": {k: round(v, 3) for k, v in self.clock.seconds().items()}}
            self.store.append(Event(self.run.id, self._number, step, self._number, entry))
        self._number += 1
        return payload

    def _next(self, step: str, subject: str) -> Payload:
        event = self._log[self._number]
        if (event.kind, event.payload.get("subject")) != (step, subject):
            raise StudyError(
                f"run={self.run.id!r}: its log has the step {event.kind} {event.payload.get('subject')!r} where this version has "
                f"{step} {subject!r}: another version of this program wrote it; begin the growth anew (`automl grow --anew`)"
            )
        self._number += 1
        if not self.replaying:
            self.clock.go_on(event.payload.get("clock", {}))
        return dict(event.payload)

    def __enter__(self) -> GrowthJournal:
        if self.run.state != "finished":
            config = {**self.run.config, "process": _process()}
            self.run = self.store.update_run(self.run.id, state="running", config=config)
        _driven.add(self.run.id)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        state = "finished" if kind is None else "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"
        _driven.discard(self.run.id)
        if self.run.state == "finished":
            return
        self.store.update_run(self.run.id, state=state, finished=time.time() if kind is None else None)
