"""Why a search of trained programs found none: how its evaluations ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from library.records import Evaluation
from primitives.values import Outcome


def why_nothing(history: Iterable[Evaluation], deadline: float, budget: float | None = None) -> str:
    """A sentence with the outcomes of the evaluations, the commonest first; "" where there were none.

    history: the evaluations, of which none is to be given as the result.
    deadline: seconds that one of them had at most.
    budget: seconds of the whole search (default: they are not bounded).
    """
    counts = Counter(each.outcome for each in history)
    if not counts:
        return ""
    short = budget is not None and budget <= deadline
    endings: dict[str, str] = {
        Outcome.TIMED_OUT: "" if short else f" after {deadline:g} s",
        Outcome.OK: " but without a score",
    }
    told = [
        f"{count:,} {outcome}{endings.get(outcome, '')}"
        for outcome, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    more = (
        f"the search more time by --budget {10 * (budget or 0.0):g}s"
        if short
        else f"each more by --set schedule.deadline={10 * deadline:g}"
    )
    longer = f"; give {more}" if Outcome.TIMED_OUT in counts else ""
    return f"of the programs tried: {', '.join(told)}{longer}"
