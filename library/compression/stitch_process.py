"""stitch-core (Bowers et al. 2023, "Top-Down Synthesis for Library Learning") behind a process boundary: it panics on some corpora and
has been seen to crash, so it never runs in ours."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from primitives.brief import plural

from ..records import StoreError

CHILD = Path(__file__).with_name("stitch_child.py")
MEMORY = 4 * 2**30
"""Most bytes of address space that the process may take."""
GRACE = 5.0
"""Seconds beyond its own limit that the process has to start and to answer."""
NO_COSTS: Mapping[str, int] = {}


class StitchMissing(StoreError):
    """stitch-core is not installed here."""


class StitchFailed(RuntimeError):
    """stitch-core gave no answer: it panicked, crashed, or ran out of time."""


@dataclass(frozen=True)
class Raw:
    """stitch-core's answer, in its own text: abstractions as (name, body with ``#0``, arity), and the programs in the order given."""

    abstractions: tuple[tuple[str, str, int], ...]
    rewritten: tuple[str, ...]
    ratio: float


def available() -> bool:
    """Whether stitch-core is installed for this interpreter."""
    return importlib.util.find_spec("stitch_core") is not None


def run(
    programs: Sequence[str],
    tasks: Sequence[str],
    *,
    iterations: int,
    max_arity: int,
    seconds: float,
    costs: Mapping[str, int] = NO_COSTS,
) -> Raw:
    """stitch-core's answer on programs in its text.

    programs: their texts.
    tasks: the task of each program.
    iterations: most abstractions.
    max_arity: most parameters of an abstraction.
    seconds: most time that it may take.
    costs: of tokens; absent: 100, a lambda or an application 1.

    Raises StitchMissing, or StitchFailed with the reason.
    """
    if not available():
        raise StitchMissing(
            "package='stitch_core' is not installed: abstractions are found by it; install stitch-core (it has wheels for Linux, "
            "macOS and Windows on common processors), or grow with frozen=True"
        )
    request = {
        "programs": list(programs), "tasks": list(tasks), "iterations": iterations, "max_arity": max_arity,
        "seconds": seconds, "memory": MEMORY, "costs": dict(costs),
    }  # fmt: skip
    return _read(_child(request, seconds), len(programs))


def _child(request: Mapping[str, object], seconds: float) -> subprocess.CompletedProcess[str]:
    """The ended process that was asked. Raises StitchFailed where it did not end in time or did not start."""
    try:
        return subprocess.run(
            [sys.executable, "-P", str(CHILD)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds + GRACE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StitchFailed(f"no answer within seconds={seconds:g}") from None
    except OSError as error:
        raise StitchFailed(f"its process cannot start: {error}") from None


def _read(done: subprocess.CompletedProcess[str], count: int) -> Raw:
    if done.returncode != 0:
        ending = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise StitchFailed(f"its process ended with {ending}: {done.stderr.strip()[-300:]}")
    try:
        found = json.loads(done.stdout)
        if "error" in found:
            raise StitchFailed(found["error"][:300])
        raw = Raw(
            tuple((each["name"], each["body"], int(each["arity"])) for each in found["abstractions"]),
            tuple(found["rewritten"]),
            float(found["ratio"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StitchFailed(f"its answer cannot be read: {error}") from None
    if len(raw.rewritten) != count:
        raise StitchFailed(f"it gave {plural(len(raw.rewritten), 'program')} for {count}")
    return raw
