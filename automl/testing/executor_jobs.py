"""Worker functions for the executors' tests; imported by name in the workers, so they need a module of their own."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from typing import TypedDict

import numpy as np

IMPORTED = time.time_ns()


class _Base(TypedDict):
    base: int
    array: np.ndarray


class ProbeContext(_Base, total=False):
    """What the workers are told once. slow: seconds that preparing takes, default 0."""

    slow: float


class ProbeJob(TypedDict, total=False):
    """``do`` names the function; it reads what it needs of the rest."""

    do: str
    unsafe: bool
    x: int
    value: object
    seconds: float
    bytes: int
    file: str
    times: int
    word: str


prepared: list[int] = []


def prepare(context: ProbeContext) -> None:
    time.sleep(context.get("slow", 0.0))
    prepared.append(context["base"])


def run(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    """What the job's "do" names, with the rest of the job as its arguments."""
    return globals()["do_" + job["do"]](context, job)


def do_add(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"sum": context["base"] + job["x"], "pair": (job["x"], [job["x"]]), "table": {1: "one"}, "raw": b"\x00\xff"}


def do_echo(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"value": job["value"], "context": context["array"]}


def do_where(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"process": os.getpid(), "imported": IMPORTED}


def do_sleep(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    time.sleep(job["seconds"])
    return {"process": os.getpid(), "slept": job["seconds"]}


def do_loop(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    while True:
        try:
            time.time()
        except Exception:  # noqa: BLE001  as careless code does
            continue


def do_hang(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    """Inside one call of C code that never returns to the interpreter and keeps its lock."""
    return {"sum": sum(itertools.repeat(0))}


def do_allocate(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"size": len(bytearray(job["bytes"]))}


def do_allocate_array(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    import numpy

    return {"size": numpy.ones(job["bytes"] // 8).size}


def do_allocate_tensor(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    import torch

    return {"size": torch.ones(job["bytes"] // 4).numel()}


def do_allocate_slowly(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"size": sum(len(block) for block in [bytearray(1 << 24) for _ in range(job["bytes"] >> 24)])}


def do_fail(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    raise KeyError("a bug of ours")


def do_exit(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    raise SystemExit(3)


def do_list(context: ProbeContext, job: ProbeJob) -> list[int]:
    return [3]


def do_swallow(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    """Ends late, and only because it treats the alarm as an ordinary failure."""
    try:
        time.sleep(60)
    except BaseException:  # noqa: BLE001  as careless code does
        return {"late": True}
    return {}


def do_strange(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"lock": threading.Lock()}


def do_die(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    """Kills its worker in its first `times` runs, which it counts in a file."""
    with open(job["file"], "a+") as file:
        file.write("run\n")
        file.seek(0)
        runs = len(file.readlines())
    if runs <= job["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"runs": runs}


def do_threads(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    import torch

    return {"threads": torch.get_num_threads()}


def do_context(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"base": context["base"], "process": os.getpid()}


def do_prepared(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    return {"last": prepared[-1]}


def do_apply(context: ProbeContext, job: ProbeJob) -> dict[str, object]:
    """What a word, perhaps from outside, gives."""
    from primitives.words import known_words

    return {"value": known_words()[job["word"]].meaning(job["x"]), "process": os.getpid()}
