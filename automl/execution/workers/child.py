"""One spawned child process: the driver's handle on it, and, as `python -m automl.execution.workers.child`, the child itself.

The child is a fresh interpreter, not a fork, so it shares no locks or threads with the driver and needs no
`if __name__ == "__main__"` in the user's script. It dies with the driver, however the driver dies: the kernel kills it
(Linux), and its reading thread sees the pipe close (everywhere).
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from multiprocessing.connection import Connection
from typing import IO

from .briefing import Briefing, import_path
from .guard import thread_environment
from .result import pack_result, unpack_result
from .transport import Broken, Done, Ready
from .wire import decode, encode

_READY, _BROKEN, _DONE = "ready", "broken", "done"  # from a child
_JOBS, _BRIEFING = "jobs", "briefing"  # to a child


class BriefingFile:
    """A briefing in an unnamed temporary file that every child reads: written once, gone with the last reader."""

    def __init__(self, briefing: Briefing) -> None:
        self.threads = briefing.threads
        self._file: IO[bytes] = tempfile.TemporaryFile()
        self._file.write(briefing.to_bytes())
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


class Child:
    """The driver's side: a spawned process, a pipe to it and a pipe from it."""

    def __init__(self, briefing: BriefingFile) -> None:
        read_jobs, write_jobs = os.pipe()
        read_results, write_results = os.pipe()
        # The kernel's signal follows the thread that spawned: only the main thread lives as long as the driver.
        owner = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        numbers = [str(number) for number in (read_jobs, write_results, briefing.fileno(), owner)]
        environment = {**os.environ, **thread_environment(briefing.threads), "PYTHONPATH": import_path()}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"{__package__}.child", *numbers],
                pass_fds=(read_jobs, write_results, briefing.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=2,  # the driver's standard output belongs to the driver
                env=environment,
                start_new_session=True,  # Ctrl-C is for the driver, which then closes its children
            )
        finally:
            os.close(read_jobs)
            os.close(write_results)
        self._jobs = Connection(write_jobs, readable=False)
        self.results = Connection(read_results, writable=False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, batch: list[tuple[bytes, float]]) -> None:
        """Sends (encoded job, deadline in seconds) pairs; they run in this order. Raises OSError if it is dead."""
        self._jobs.send_bytes(encode([_JOBS, [list(item) for item in batch]]))

    def brief(self, briefing: Briefing) -> None:
        """Sends another briefing; the child answers as at its start. Raises OSError if it is dead."""
        self._jobs.send_bytes(encode([_BRIEFING, briefing.to_bytes()]))

    def receive(self) -> Ready | Broken | Done:
        """The next message. Raises EOFError where the process has died."""
        try:
            kind, content = decode(self.results.recv_bytes())
        except OSError as error:
            raise EOFError(str(error)) from error
        if kind == _READY:
            return Ready()
        return Broken(content) if kind == _BROKEN else Done((unpack_result(content),))

    def kill(self) -> int:
        """Kills the process where it still runs, waits for its end and returns its exit status. Idempotent."""
        self._process.kill()
        status = self._process.wait()
        self._jobs.close()
        self.results.close()
        return status


def _main(arguments: list[str]) -> None:
    read_jobs, write_results, briefing_file, owner = (int(text) for text in arguments)
    _die_with(owner)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_the_first_to_go()
    results = Connection(write_results, readable=False)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(Connection(read_jobs, writable=False), inbox), daemon=True).start()
    message = _read_all(briefing_file)
    while True:
        try:
            briefing = Briefing.from_bytes(message)
            function = briefing.open()
        except BaseException:  # noqa: BLE001  told to the driver, which raises it
            results.send_bytes(encode([_BROKEN, traceback.format_exc()]))
            return
        results.send_bytes(encode([_READY, None]))
        kind, message = decode(inbox.get())
        while kind == _JOBS:
            for job, deadline in message:
                results.send_bytes(encode([_DONE, pack_result(briefing.run(function, job, deadline))]))
            kind, message = decode(inbox.get())


def _read_jobs(jobs: Connection, inbox: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            inbox.put(jobs.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)  # the driver is gone, or has let go of this child: nobody will read a result


def _read_all(number: int) -> bytes:
    # With pread, since the file's position is shared with the other children.
    size = os.fstat(number).st_size
    parts, offset = [], 0
    while offset < size:
        parts.append(os.pread(number, min(size - offset, 1 << 26), offset))
        offset += len(parts[-1])
    os.close(number)
    return b"".join(parts)


def _die_with(owner: int) -> None:
    if not owner or not sys.platform.startswith("linux"):
        return
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != owner:
        os._exit(0)


def _be_the_first_to_go() -> None:
    """Where memory runs out all the same, the kernel ends a worker rather than the driver; a crash dumps no core."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        return


if __name__ == "__main__":
    _main(sys.argv[1:])
