"""stitch-core on one request, in a process that may die: run as a script, it reads JSON from standard input and writes JSON to
standard output. It imports nothing of this project, so that it starts in a few hundredths of a second."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def _limit(seconds: float, memory: int) -> None:
    """Make the system end this process when it outlives its time or memory, whether or not its parent lives."""
    if hasattr(signal, "SIGALRM"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The abstractions and the rewritten programs of a request, or the text of what went wrong.

    request: programs, weights and bounds, as the parent wrote them.
    """
    import stitch_core

    try:
        found = stitch_core.compress(
            request["programs"],
            iterations=request["iterations"],
            max_arity=request["max_arity"],
            threads=1,
            silent=True,
            tasks=request["tasks"],
            cost_prim=json.dumps(request["costs"], separators=(",", ":")),  # a space would end the argument
            no_mismatch_check=True,
            no_curried_metavars=True,
        )
    except (stitch_core.StitchException, stitch_core.ParseError, stitch_core.InvalidAbstractionException) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {
        "abstractions": [{"name": each.name, "body": each.body, "arity": each.arity} for each in found.abstractions],
        "rewritten": list(found.rewritten),
        "ratio": float(found.json["compression_ratio"]),
    }


def main() -> None:
    """Answers the request on standard input, on standard output."""
    request = json.load(sys.stdin)
    _limit(request["seconds"], request["memory"])
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the Rust part prints must not mix with the answer
    json.dump(answer(request), out)
    out.close()


if __name__ == "__main__":
    main()
