"""Which part of a search its next candidate belongs to: trying programs, longer trainings of the best, or the final training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from library.records import Evaluation

from .schedule import LEAST_SECONDS, REFINE

if TYPE_CHECKING:
    from ..study import Study

USEFUL_STARTS = 2
"""Of the programs that a search begins with those that are tried while any of the whole budget is left: the first may be a constant."""
AGAIN, LONGER = 2.0, 1.5
"""How many times as long as a fit to the train part one to the validation part too may take, and how many times as long as a training, of
which but a few cases more make no more steps."""
HARDLY = 0.5
"""The share of its time that a planned training of the refinement must have: with less it is not begun."""


class Phases:
    """When each part of a study's budget begins."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.budget = study.budget

    def useful_start(self) -> bool:
        """Whether the next proposal is a program to begin with that is to be tried even in what is reserved for what comes after the
        search."""
        study, asked = self.study, self.study.standing.asked
        wanted = study.trained and asked < min(USEFUL_STARTS, len(study.strategy.starts))
        return wanted and self.budget.seconds is not None and study.ahead + study.spent() < self.budget.seconds

    def past(self, share: float) -> bool:
        """Whether a share of the time is spent; never where it is not bounded."""
        return self.budget.seconds is not None and self.study.left() <= (1.0 - share) * self.study.window

    def reserved(self) -> float:
        """Seconds at the end for the final training: their share, or less where the best program was fitted, or trained to the end of a
        refinement, which is as long as the final training, in less. A planned training has the whole of its share."""
        study = self.study
        if self.budget.seconds is None or not study.trained or not self.study.has_final:
            return 0.0
        share, best = study.schedule.final * study.window, study.standing.best()
        if best is None or not best.seconds or (study.schedule.is_planned and best.parameters):
            return share
        if best.parameters and not self._trained_to_its_end(best):
            return share
        return min(share, (LONGER if best.parameters else AGAIN) * best.seconds + LEAST_SECONDS)

    def _trained_to_its_end(self, evaluation: Evaluation) -> bool:
        """Whether it was refined, and not cut short by its deadline."""
        return self.study.standing.phase(evaluation) == REFINE and bool(evaluation.key)

    def refining(self) -> bool:
        """Whether the share of the budget that is for the refinement has begun."""
        study, share = self.study, self.study.schedule.refine
        if not study.trained or not share:
            return False
        if study.standing.refined:
            return True
        total = self.budget.evaluations
        if total is not None:
            count = max(1, round(total * share / 3)) if total > 1 else 0
            if study.standing.asked >= total - count - self.finals(total):
                return True
        return self.past(1.0 - (study.schedule.final if self._beginning() else max(share, self._for_lines())))

    def _for_lines(self) -> float:
        """The share of the time for the final training and for longer trainings of all programs to begin with whose short ones told little,
        and two others; 0 where there are none, or some are yet to be tried."""
        study = self.study
        if self.budget.seconds is None or not study.telling_passes or study.standing.asked < len(study.strategy.starts):
            return 0.0
        count = study.standing.cut_short(study.telling_passes)
        longer = (count + 2) * study.seconds_for(REFINE) / study.window
        return min(1.0, study.schedule.final + longer) if count else 0.0

    def _beginning(self) -> bool:
        """Whether programs to begin with are yet to be tried, in planned time on series: they are of several kinds, of which those that are
        fitted take more time than a short training has, and the refinement would take up only what is known by then."""
        study = self.study
        planned = study.schedule.is_planned and study.data.is_series
        return planned and study.standing.asked < len(study.strategy.starts)

    def finals(self, total: int) -> int:
        """How many of ``total`` evaluations are for the final training."""
        return int(self.study.has_final and self.study.schedule.refine > 0 and total > 3)

    def finishing(self) -> bool:
        """Whether it is time for the final training, or past it."""
        study = self.study
        best = study.standing.best()
        ready = study.standing.refined or (best is not None and study.standing.is_settled(best))
        if not study.trained or not ready or not self.study.has_final:
            return False
        total = self.budget.evaluations
        if total is not None and study.standing.asked >= total - self.finals(total):
            return True
        timed = self.budget.seconds is not None
        least = HARDLY * (study.schedule.refine_seconds or 0.0)
        return timed and (study.standing.final or study.left() <= self.reserved() + least)
