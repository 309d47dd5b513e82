"""The options of a search from what users give."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from primitives.fitted.threads import processors

from ..budget import BudgetText, parse_budget
from ..study.opening import Options, plain_option
from ..study.planning.limits import NAMES as BOUNDS
from ..study.planning.limits import read_bounds
from ..study.planning.starts import STARTS

logger = logging.getLogger(__name__)


def make_options(budget: BudgetText | None = None, evaluations: int | str | None = None, **given: Any) -> Options:
    """Options from a budget (``parse_budget``) and the names that ``Options`` has; words may be any sequence."""
    _say_crowded(given.get("workers"))
    bounds = read_bounds({name: given.pop(name, None) for name in BOUNDS})
    given.update(_beginning(given.pop("starts", None)))
    plain = {key: plain_option(key, value) for key, value in given.items() if value is not None}
    return Options(parse_budget(budget, evaluations), bounds=bounds, **plain)


def _beginning(starts: str | Sequence[str | Path] | None) -> dict[str, Any]:
    """The options that say what a search begins with: a word for that, or a list of programs, among which that word may be."""
    if starts is None or isinstance(starts, str):
        return {"starts": starts}
    said = [str(each) for each in starts if str(each) in STARTS]
    return {
        "starts": said[-1] if said else None,
        "programs": tuple(str(each) for each in starts if str(each) not in STARTS),
    }


def _say_crowded(workers: object) -> None:
    """Log where there are to be more worker processes than processors."""
    there = processors()
    if isinstance(workers, int) and workers > there:
        logger.warning(
            "workers=%d on %d processors: they will wait for each other; --workers %d is as fast", workers, there, there
        )
