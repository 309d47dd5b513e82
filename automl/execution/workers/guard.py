"""Runs one job in this process and turns whatever happens into a JobResult.

A deadline is kept by an alarm signal that raises in the running code, which interrupts anything that returns to the
Python interpreter; a memory limit by RLIMIT_DATA, which makes an allocation beyond it fail instead of the machine.
What neither can stop (a loop inside C code) needs a child process that can be killed: see pool.py.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from primitives.values import Outcome, is_out_of_memory

from .result import JobResult

T = TypeVar("T")
Handler = Callable[[int, FrameType | None], object] | int | None  # what `signal.signal` takes and gives
Function = Callable[..., dict[str, object]]  # (context, job) -> what the job gave

# An alarm may be swallowed where it lands (a finaliser, a bare `except`), so it is repeated.
_REPEAT_SECONDS = 0.2


class DeadlineExceeded(BaseException):
    """Raised inside a job that is over its deadline. Not an Exception, so that the job's own handlers let it pass."""


_running: _Alarm | None = None
"""That of the job which runs in this process."""


def path_of(function: Callable[..., object]) -> str:
    """The function as `module:function`, which `resolve` takes."""
    return f"{function.__module__}:{function.__qualname__}"


def resolve(path: str) -> Function:
    """The function that "module:function" names."""
    module, _, name = path.partition(":")
    if not module or not name:
        raise ValueError(f"function={path!r}: must be 'module:function'")
    function = importlib.import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    if not callable(function):
        raise TypeError(f"function={path!r}: must be callable, got {type(function).__name__}")
    return function


def can_interrupt() -> bool:
    """Whether a deadline can be kept in this thread: alarms reach the main thread of a POSIX process only."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def run_job(
    function: Function,
    context: Mapping[str, object],
    job: Mapping[str, object],
    *,
    deadline: float,
    memory: int | None,
    threads: int,
) -> JobResult:
    """Calls `function(context, job)` within `deadline` seconds and `memory` bytes more than are in use now.

    Raises nothing but KeyboardInterrupt: an exception of the function is the outcome "error" with its traceback.
    """
    started = time.perf_counter()
    alarm = _Alarm(deadline)
    value: dict[str, object] | None = None
    outcome, detail = Outcome.OK, ""
    try:
        with torch_threads(threads), memory_limit(memory), alarm:
            value = function(context, job)
        if not isinstance(value, dict):
            outcome, detail = Outcome.ERROR, f"value={type(value).__name__}: a worker function must return a dict"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  every other exception becomes the outcome, with its traceback
        alarm.stop()
        if not alarm.rang:
            outcome, detail = _classify(error, memory)
    if alarm.rang:
        # Also where the job swallowed the alarm, or raised something else on its way out: it was over its deadline.
        outcome, detail = Outcome.TIMED_OUT, f"interrupted after deadline={deadline:g} s"
    seconds = time.perf_counter() - started
    return JobResult(outcome, value if outcome == Outcome.OK else None, seconds, detail)


def _classify(error: BaseException, memory: int | None) -> tuple[Outcome, str]:
    text = str(error).strip()
    if is_out_of_memory(error):
        limit = "none" if memory is None else f"{memory / 2**20:.0f} MiB"
        first = text.splitlines()[0] if text else type(error).__name__
        return Outcome.OUT_OF_MEMORY, f"{first[:300]} (memory limit {limit})"
    return Outcome.ERROR, "".join(traceback.format_exception(error))


def within(seconds: float | None, work: Callable[[], T]) -> T:
    """What some work of this thread gives; where the thread cannot be interrupted (see ``can_interrupt``) it may take as long as it does.

    seconds: how long it may take; None: as long as it does.
    work: what is to be done.

    Raises TimeoutError where it takes longer.
    """
    if seconds is None:
        return work()
    alarm = _Alarm(seconds)
    try:
        with alarm:
            found = work()
    except DeadlineExceeded:
        raise TimeoutError(f"it took longer than {seconds:g} s") from None
    if alarm.rang:  # the work swallowed the alarm
        raise TimeoutError(f"it took longer than {seconds:g} s")
    return found


@contextmanager
def unhurried() -> Iterator[None]:
    """In the body the deadline of the job that runs here is put off, for what must not be interrupted and is no job's own: an import
    that is broken off leaves a broken module behind. Whoever kills a worker from outside does not know of it."""
    alarm = _running
    if alarm is None or not can_interrupt():
        yield
        return
    left = alarm.pause()
    try:
        yield
    finally:
        alarm.go_on(left)


class _Alarm:
    """Raises DeadlineExceeded in the body once `seconds` are over, where this thread can be interrupted."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._seconds = seconds
        self._armed = False
        self._previous: Handler = None
        self._timer = (0.0, 0.0)  # of whoever set an alarm before; it goes on after the job
        self._started = 0.0

    def __enter__(self) -> None:
        global _running
        if not can_interrupt():
            return
        self._previous = signal.signal(signal.SIGALRM, self._ring)
        self._started = time.monotonic()
        self._armed, _running = True, self
        self._timer = signal.setitimer(signal.ITIMER_REAL, max(self._seconds, 1e-6), _REPEAT_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.stop()

    def pause(self) -> float:
        """Let it not ring until ``go_on``; the seconds that are left."""
        return signal.setitimer(signal.ITIMER_REAL, 0)[0] if self._armed else 0.0

    def go_on(self, left: float) -> None:
        """Ring ``left`` seconds from now (0: it was not set)."""
        if self._armed and left:
            signal.setitimer(signal.ITIMER_REAL, left, _REPEAT_SECONDS)

    def stop(self) -> None:
        global _running
        # Disarmed before anything else: an alarm on its way in must find nothing left to interrupt.
        self._armed, _running = False, None
        if self._previous is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._previous)
            self._previous = None
            delay, interval = self._timer
            if delay:
                left = delay - (time.monotonic() - self._started)
                signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3), interval)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._armed:
            self.rang = True
            raise DeadlineExceeded


@contextmanager
def memory_limit(extra: int | None) -> Iterator[None]:
    """In the body this process may hold `extra` bytes of private memory more than now (Linux; elsewhere no limit)."""
    used = _private_bytes() if extra is not None else None
    if extra is None or used is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = used + extra
    bounds = [bound for bound in (wanted, soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _private_bytes() -> int | None:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def total_memory() -> int | None:
    """The bytes of memory that this machine, or this container, has; None where that cannot be told."""
    try:
        found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    except (AttributeError, OSError, ValueError):
        return None
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path) as file:
                text = file.read().strip()
        except OSError:
            continue
        if text.isdigit():
            found.append(int(text))
    return min(found)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """In the body torch computes with `count` threads, also where the body is the first to import it."""
    torch = sys.modules.get("torch")
    if torch is None:
        wanted = thread_environment(count)
        before_names = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before_names.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        return
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def thread_environment(count: int) -> dict[str, str]:
    """The environment variables that numeric libraries read their number of threads from when they load."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return dict.fromkeys(names, str(count))
