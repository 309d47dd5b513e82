"""Jobs run in Ray actors: on this machine, or on the cluster at an address. The only module that imports Ray."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Unpack, final

from primitives.fitted.threads import processors

from ..workers.actor import Evaluator
from ..workers.address import refuses, why_silent
from ..workers.briefing import Briefing, import_path
from ..workers.result import unpack_result
from ..workers.roster import Roster
from ..workers.sentinel import Sentinel, descendants
from ..workers.transport import AbstractTransport, Broken, Died, Done, Message, Ready, WorkerError
from .base import AbstractRosterExecutor, ExecutorOptions

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

ASK_SECONDS = 1.0
"""How often Ray's servers are asked whether they are there."""


@dataclass(slots=True, eq=False)
class _Actor:
    actor: ActorHandle
    pending: ObjectRef | None = None  # the reference of the call that runs now
    told: bool = False  # that call is about the briefing


@final
class _Actors(AbstractTransport[_Actor]):
    """Each worker is an actor of the Ray that this process has joined."""

    one_by_one = False
    where = ": does the cluster have free CPUs?"

    def __init__(self, briefing: Briefing, sentinel: Sentinel | None) -> None:
        import ray

        self._ray = ray
        self._needed = _needed_servers(ray)
        self._asked = 0.0  # when it was last asked whether they are there
        self._sentinel = sentinel
        self._threads = briefing.threads
        self._briefing: ObjectRef | None = ray.put(briefing.to_bytes())

    def start(self) -> _Actor:
        options: dict[str, object] = {"num_cpus": self._threads, "max_restarts": 0, "max_task_retries": 0}
        if self._sentinel is None:
            options["runtime_env"] = {"env_vars": {"PYTHONPATH": import_path()}}
        worker = _Actor(self._ray.remote(Evaluator).options(**options).remote())
        self.tell(worker)
        return worker

    def brief(self, briefing: Briefing) -> None:
        self._briefing = self._ray.put(briefing.to_bytes())

    def tell(self, worker: _Actor) -> None:
        worker.pending, worker.told = worker.actor.brief.remote(self._briefing), True

    def send(self, worker: _Actor, jobs: Sequence[tuple[bytes, float]]) -> None:
        encoded, deadlines = [job for job, _ in jobs], [deadline for _, deadline in jobs]
        worker.pending, worker.told = worker.actor.run.remote(encoded, deadlines), False

    def receive(self, workers: Sequence[_Actor], timeout: float | None) -> Iterator[tuple[_Actor, Message]]:
        pending = {worker.pending: worker for worker in workers if worker.pending is not None}
        if not pending:
            return
        # Ray ends this process a few seconds after its servers have gone, so that waiting longer would tell nobody.
        pause = ASK_SECONDS if timeout is None else min(timeout, ASK_SECONDS)
        try:
            self._ray.wait(list(pending), num_returns=1, timeout=pause)
            finished, _ = self._ray.wait(list(pending), num_returns=len(pending), timeout=0)
            answers = [(pending[reference], self._answer(pending[reference], reference)) for reference in finished]
        except (
            ConnectionError,
            self._ray.exceptions.RaySystemError,
            self._ray.exceptions.LocalRayletDiedError,
        ) as error:
            raise WorkerError(f"Ray cannot be reached any more: {_first_line(error)}") from error
        self._ask(any(isinstance(message, Died) for _, message in answers))
        yield from answers

    def kill(self, worker: _Actor) -> None:
        self._ray.kill(worker.actor)

    def close(self) -> None:
        self._briefing = None

    def _answer(self, worker: _Actor, reference: ObjectRef) -> Message:
        worker.pending = None
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayActorError as error:
            return Died(_first_line(error))
        if not worker.told:
            return Done(tuple(unpack_result(message) for message in answer))
        if answer[1]:
            return Broken(answer[1])
        if self._sentinel is not None:
            self._sentinel.guard(descendants(os.getpid()))
        return Ready()

    def _ask(self, now: bool) -> None:
        """Raises WorkerError where a server is gone without which no job is done; asked now, or once in a while."""
        if not now and time.monotonic() - self._asked < ASK_SECONDS:
            return
        self._asked = time.monotonic()
        for name, address in self._needed.items():
            if refuses(address):
                raise WorkerError(f"Ray's {name} at {address} has ended, and with it every worker of Ray")


@final
class RayExecutor(AbstractRosterExecutor[_Actor]):
    """One actor a worker, reused and replaced when it dies or overstays; short jobs travel in batches.

    'ray' or 'ray:N' starts a Ray of this process's own, which close() ends; an address joins a cluster, where this
    project must be importable on the nodes (installed, or at the same path on a shared disk). A Ray that the process
    has joined already is used as it is and left running.
    """

    name = "ray"
    smallest = "ray:2"

    def __init__(self, function: str, context: Mapping[str, object], **options: Unpack[ExecutorOptions]) -> None:
        super().__init__(function, context, **options)
        import ray

        self._ray = ray
        self._sentinel: Sentinel | None = None
        self._owned = not ray.is_initialized()
        self._closed = False
        if self._owned:
            self._join(str(self.workers))
        transport = _Actors(self._briefing, self._sentinel)
        self._roster = Roster(transport, self._count(str(self.workers)), eager=True)

    @classmethod
    def accepts(cls, workers: str) -> bool:
        host, colon, port = workers.rpartition(":")
        if workers in ("ray", "auto") or workers.startswith("ray://"):
            return True
        return bool(colon) and bool(host) and host != "processes" and port.isdecimal() and int(port) > 0

    @classmethod
    def workers_form(cls) -> str:
        return "'ray', 'ray:N', 'auto' or a cluster's address HOST:PORT"

    @classmethod
    def local_workers(cls, workers: str) -> int:
        return _local_count(workers) or processors()

    @property
    def is_here(self) -> bool:
        return _local_count(str(self.workers)) is not None

    @classmethod
    def side_by_side(cls, workers: str) -> bool:
        return _local_count(workers) != 1

    @classmethod
    def check(cls, workers: str) -> None:
        address = os.environ.get("RAY_ADDRESS", "") if workers == "auto" else workers
        if _local_count(workers) or not cls.accepts(address) or address == "auto":
            return  # nothing has to answer, or Ray itself must look for an address
        try:
            reason = why_silent(address)
        except ValueError as error:
            raise WorkerError(f"workers={workers!r}: {error}") from None
        if reason:
            raise WorkerError(
                f"workers={workers!r}: no Ray cluster at {address}: {reason}; start one there (ray start --head), correct "
                "the address, or give a number of workers"
            )

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._roster.close()
        if self._owned:
            self._ray.shutdown()
            self._ray._private.worker._worker_logs_enabled = True
        if self._sentinel is not None:
            self._sentinel.close()

    def _join(self, workers: str) -> None:
        local = _local_count(workers)
        own = {"address": "local", "include_dashboard": False, "num_cpus": (local or 1) * self.threads}
        # Without these Ray writes a token into the home folder, reports usage, and warns about both.
        os.environ.setdefault("RAY_AUTH_MODE", "disabled")
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        self.check(workers)
        try:
            with _python_path(import_path()):
                self._ray.init(
                    **(own if local else {"address": workers}),
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    configure_logging=False,
                )
        except (
            Exception
        ) as error:  # Ray has no class for what can go wrong at a start; whatever it is, there are no workers
            raise WorkerError(f"workers={workers!r}: Ray cannot be joined: {error}") from error
        # What Ray tells of dead workers goes to standard output, log_to_driver or not; here it is the job's outcome.
        self._ray._private.worker._worker_logs_enabled = False
        if local:
            self._sentinel = Sentinel()
            self._sentinel.guard(descendants(os.getpid()))

    def _count(self, workers: str) -> int:
        local = _local_count(workers) if self._owned else None
        if local:
            return local
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)) // self.threads)


def _needed_servers(ray: ModuleType) -> dict[str, str]:
    """The addresses of what this process talks to: the cluster's control service, and the raylet of this node."""
    if ray.util.client.ray.is_connected():
        return {}  # a proxy on the cluster talks to them; where it is gone, Ray raises ConnectionError
    context = ray.get_runtime_context()
    found = {"control service (gcs_server)": context.gcs_address}
    for node in ray.nodes():
        if node["NodeID"] == context.get_node_id():
            found["raylet"] = f"{node['NodeManagerAddress']}:{node['NodeManagerPort']}"
    return found


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _local_count(workers: str) -> int | None:
    """How many workers a Ray of our own gets; None where `workers` is a cluster's address."""
    if workers == "ray":
        return processors()
    number = workers.removeprefix("ray:")
    return int(number) if number != workers and number.isdecimal() else None


@contextmanager
def _python_path(path: str) -> Iterator[None]:
    """Sets PYTHONPATH in the body, for the processes that start in it."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = path
    try:
        yield
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
