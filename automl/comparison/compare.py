"""The result of a search beside what costs no search, or as much: each arm trained and timed alike, the test part read once a training."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

from primitives.brief import plural
from primitives.syntax import show

from ..study.opening import Options, Result, open_study, run_study
from ..study.planning.schedule import FINAL, REFINE
from ..study.planning.starts import names_of_starts
from ..study.stored import COMPARISON
from ..study.study import Study
from .rivals import ComparedProgram, declared_rivals, start_rivals
from .training import Training, Trainings

logger = logging.getLogger(__name__)
SEARCH, CONTROL, RETRAINED = "search", "random control", "winner retrained"
RANDOM = "random"
RETRAININGS = 3
CONTROL_SEED = 1 << 31
"""What is added to the seed for the control, so that it takes no evaluation of the search from the cache, nor one of another seed's."""


@dataclass(frozen=True)
class ComparisonRow:
    """One arm of a comparison.

    ``arm`` is SEARCH, CONTROL, RETRAINED, or the kind of a program compared with; ``name`` which of them; ``validation`` and ``test``
    are the scores by ``metric``, of several ``trainings`` the medians, whose least and greatest are the ``_spread``; ``parameters`` the
    weights that are trained; ``seconds`` all that the arm took; ``detail`` why there is no score.
    """

    arm: str
    name: str
    metric: str
    validation: float | None
    test: float | None
    parameters: int
    trainings: int
    seconds: float
    program: str
    validation_spread: tuple[float, float] | None = None
    test_spread: tuple[float, float] | None = None
    detail: str = ""


def rivals_of(study: Study) -> list[ComparedProgram]:
    """What the result of a search is compared with: on tables and series what it began with, and the declared baselines that fit."""
    if not study.data.is_fitted_to:
        return declared_rivals(study.data.type)
    begun = tuple(dict.fromkeys(study.strategy.starts))
    return [*start_rivals(begun, names_of_starts(study.record.config)), *declared_rivals(study.data.type)]


def announcement(study: Study) -> str:
    """What will be done after a search whose programs are trained, and how long it takes, for people."""
    rivals, schedule, budget = rivals_of(study), study.schedule, study.budget
    final = schedule.final * study.window if schedule.is_planned else schedule.seconds_of(FINAL)
    each = schedule.seconds_of(REFINE) + (final if study.has_final else 0.0)
    if budget.seconds is not None and not schedule.is_planned:
        each = min(each, 2 * budget.seconds)
    count = len(rivals) + RETRAININGS
    control = plural(budget.evaluations or 0, "evaluation") if budget.seconds is None else f"{budget.seconds:.0f} s"
    total = count * each + (budget.seconds or 0.0)
    most = "about" if schedule.is_planned else "at most"
    told = f"each {most} {each:.0f} s: {most} {_minutes(total)} more, which are"
    if budget.seconds is None:
        told = "each for as many passes over the data as the winner: as long as these take, which is"
    return (
        f"--compare: after the search a random one ({control}), {plural(len(rivals), 'program')} that cost no search, and the "
        f"winner {RETRAININGS} times anew, {told} not in the budget"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def compare(study: Study, result: Result, options: Options) -> Iterator[ComparisonRow]:
    """The rows of a comparison, each as soon as it is known.

    study: a search that has ended.
    result: what it found.
    options: those of the search.
    """
    yield _searched(SEARCH, study.record.strategy, result)
    yield _searched(CONTROL, RANDOM, _control(study, options))
    with Trainings(study, options.workers) as trainings:
        for rival in rivals_of(study):
            logger.info("run=%s comparison: %s %s", study.record.id, rival.kind, rival.name)
            found = [trainings.train(rival.term, {}, study.record.seed)]
            yield _trained(rival.kind, rival.name, study, show(rival.term), found)
        if result.ask is not None:
            ask = result.ensemble[0].ask if result.ensemble else result.ask  # a blend is not trained as a whole
            term = study.vocabulary.read(study.evaluations[ask].term)
            info = study.standing.trained_as(study.evaluations[ask])
            logger.info("run=%s comparison: the result again, %d times", study.record.id, RETRAININGS)
            again = [trainings.train(term, info, study.record.seed + n) for n in range(1, RETRAININGS + 1)]
            what = "the largest member, " if result.ensemble else ""
            yield _trained(RETRAINED, f"{what}{RETRAININGS} seeds", study, show(term), again)


def keep(study: Study, rows: Sequence[ComparisonRow]) -> None:
    """Put the rows of a comparison with the run, for its page and its report.

    study: the search.
    rows: as far as they are known.
    """
    config = {**study.store.run(study.record.id).config, COMPARISON: [asdict(row) for row in rows]}
    study.record = study.store.update_run(study.record.id, config=config)


def _control(study: Study, options: Options) -> Result:
    """What random search finds with the same budget, scheduler, words and starts, and a seed of its own."""
    seed = (study.record.seed + CONTROL_SEED) % 2**63
    own = replace(options, strategy=RANDOM, settings={}, seed=seed, schedule=study.schedule)
    control = open_study(study.task, study.store, own, source=study.record.config.get("task"))
    control.began = time.monotonic() - study.ahead
    return run_study(control)


def _searched(arm: str, name: str, result: Result) -> ComparisonRow:
    return ComparisonRow(
        arm=arm, name=name, metric=result.metric, validation=result.score, test=result.test_score, parameters=result.parameters,
        trainings=result.evaluations, seconds=result.seconds, program=result.program, detail=result.undefined,
    )  # fmt: skip


def _trained(arm: str, name: str, study: Study, program: str, found: list[Training]) -> ComparisonRow:
    validation = [each.validation for each in found if each.validation is not None]
    test = [each.test for each in found if each.test is not None]
    several = len(found) > 1
    return ComparisonRow(
        arm=arm, name=name, metric=study.data.metric, validation=median(validation) if validation else None,
        test=median(test) if test else None, parameters=found[0].parameters, trainings=len(found),
        seconds=sum(each.seconds for each in found), program=program,
        validation_spread=(min(validation), max(validation)) if several and validation else None,
        test_spread=(min(test), max(test)) if several and test else None,
        detail="; ".join(dict.fromkeys(each.detail for each in found if each.detail)),
    )  # fmt: skip
