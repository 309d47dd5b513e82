"""Worker functions for the executors' tests; imported by name in the workers, so they need a module of their own."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from typing import Any

IMPORTED = time.time_ns()


prepared: list[int] = []


def prepare(context: dict[str, Any]) -> None:
    time.sleep(context.get("slow", 0.0))
    prepared.append(context["base"])


def run(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """What the job's "do" names, with the rest of the job as its arguments."""
    return globals()["do_" + job["do"]](context, job)


def do_add(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"sum": context["base"] + job["x"], "pair": (job["x"], [job["x"]]), "table": {1: "one"}, "raw": b"\x00\xff"}


def do_echo(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"value": job["value"], "context": context["array"]}


def do_where(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"process": os.getpid(), "imported": IMPORTED}


def do_sleep(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    time.sleep(job["seconds"])
    return {"process": os.getpid(), "slept": job["seconds"]}


def do_loop(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    while True:
        try:
            time.time()
        except Exception:  # noqa: BLE001  as careless code does
            continue


def do_hang(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Inside one call of C code that never returns to the interpreter and keeps its lock."""
    return {"sum": sum(itertools.repeat(0))}


def do_allocate(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"size": len(bytearray(job["bytes"]))}


def do_allocate_array(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    import numpy

    return {"size": numpy.ones(job["bytes"] // 8).size}


def do_allocate_tensor(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    import torch

    return {"size": torch.ones(job["bytes"] // 4).numel()}


def do_allocate_slowly(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"size": sum(len(block) for block in [bytearray(1 << 24) for _ in range(job["bytes"] >> 24)])}


def do_fail(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    raise KeyError("a bug of ours")


def do_exit(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    raise SystemExit(3)


def do_list(context: dict[str, Any], job: dict[str, Any]) -> Any:
    return [3]


def do_swallow(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Ends late, and only because it treats the alarm as an ordinary failure."""
    try:
        time.sleep(60)
    except BaseException:  # noqa: BLE001  as careless code does
        return {"late": True}
    return {}


def do_strange(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"lock": threading.Lock()}


def do_die(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Kills its worker in its first `times` runs, which it counts in a file."""
    with open(job["file"], "a+") as file:
        file.write("run\n")
        file.seek(0)
        runs = len(file.readlines())
    if runs <= job["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"runs": runs}


def do_threads(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    import torch

    return {"threads": torch.get_num_threads()}


def do_context(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"base": context["base"], "process": os.getpid()}


def do_prepared(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    return {"last": prepared[-1]}


def do_apply(context: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """What a word, perhaps from outside, gives."""
    from primitives.words import known_words

    return {"value": known_words()[job["word"]].meaning(job["x"]), "process": os.getpid()}
