"""A process that outlives the driver just long enough to end what the driver's death would leave running.

For processes that others start (Ray's agents linger for a minute after a killed driver) and that can therefore not be
asked to die with it. Linux only; `python -m automl.execution.workers.sentinel` reads "pid start-time" lines and waits for the end
of its input, which comes when the driver closes it or dies.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from .briefing import import_path


class Sentinel:
    """The driver's side. Everything that it is told of and that still runs when this process dies is killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        if sys.platform.startswith("linux"):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"{__package__}.sentinel"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": import_path()},
                start_new_session=True,
                text=True,
            )

    def guard(self, processes: dict[int, str]) -> None:
        """Adds processes, as `descendants` returns them."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.write("".join(f"{pid} {started}\n" for pid, started in processes.items()))
        self._process.stdin.flush()

    def close(self) -> None:
        """Kills what still runs of what it was told, and ends. Idempotent."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None


def descendants(root: int) -> dict[int, str]:
    """The processes below `root`, each with its start time, which tells it from a later one of the same number."""
    found: dict[int, str] = {}
    parents = {pid: stat for pid in _running() if (stat := _stat(pid)) is not None}
    frontier = {root}
    while frontier:
        frontier = {pid for pid, (parent, _) in parents.items() if parent in frontier and pid not in found}
        found.update({pid: parents[pid][1] for pid in frontier})
    return found


def _running() -> list[int]:
    folder = Path("/proc")
    return [int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()] if folder.is_dir() else []


def _stat(pid: int) -> tuple[int, str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces
    return int(fields[1]), fields[19]


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guarded = dict(line.split() for line in sys.stdin)
    guarded.pop(str(os.getpid()), None)  # the driver's descendants include this process
    for pid, started in guarded.items():
        stat = _stat(int(pid))
        if stat is not None and stat[1] == started:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue


if __name__ == "__main__":
    _main()
