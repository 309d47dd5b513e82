"""The options of a search from what users give."""

from __future__ import annotations

import logging
from typing import Any

from primitives.fitted.threads import processors

from ..budget import BudgetText, parse_budget
from ..study.opening import Options
from ..study.planning.options import with_given

logger = logging.getLogger(__name__)


def make_options(budget: BudgetText | None = None, evaluations: int | str | None = None, **given: Any) -> Options:
    """Options from a budget (``parse_budget``) and the names that ``Options`` has; words may be any sequence."""
    _say_crowded(given.get("workers"))
    return with_given(Options(parse_budget(budget, evaluations)), given)


def _say_crowded(workers: object) -> None:
    """Log where there are to be more worker processes than processors."""
    there = processors()
    if isinstance(workers, int) and workers > there:
        logger.warning(
            "workers=%d on %d processors: they will wait for each other; --workers %d is as fast", workers, there, there
        )
