"""Many tasks over time: wake (search each with the library as it is), abstract (compress, promote, rewrite, demote), dream (re-estimate
the grammar, train the recognition model), and again with what was not solved (Ellis et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from library.promotion import Rule
from library.store import AbstractStore

from ..budget import Budget, parse_budget
from ..errors import TaskError
from ..study.opening import Options, Progress, Result
from ..tasks.curriculum import Curriculum, Stage, load_curriculum
from ..tasks.task import Task
from .grower import Grower, Growth, Iteration, plain_option
from .learned_guidance import KINDS, Plan

__all__ = ["Growth", "Iteration", "curriculum_of", "grow"]
Tasks = Curriculum | Task | str | Path | Sequence["str | Path | Task"]
DEFAULT_BUDGET = Budget(seconds=60.0)


def grow(
    tasks: Tasks,
    store: AbstractStore,
    *,
    options: Options | None = None,
    budget: str | int | float | Budget | None = None,
    frozen: bool = False,
    only: Collection[str] | None = None,
    every: int = 5,
    first: float = 0.1,
    revisit: bool = True,
    rule: Rule | None = None,
    iterations: int = 1,
    guidance: str | Plan = "off",
    progress: Progress | None = None,
    on_result: Callable[[Result], None] | None = None,
    on_iteration: Callable[[Iteration], None] | None = None,
    search_path: Sequence[str | Path] = (),
    split_seed: int = 0,
    **given: Any,
) -> Growth:
    """Search the tasks one after another with the growing library of ``store``.

    ``budget`` is for each task (default: what its stage says, then that of ``options``, then 60 s); a strategy that ``options`` name goes
    before the stage's. Tasks that are not trained are searched in two passes, so that what the easy ones teach helps with the hard ones:
    first with the share ``first`` of the budget, compressing after ``every`` newly solved tasks, then those left with the rest,
    compressing after each. With ``revisit`` those still unsolved get one more attempt where the library has changed since. ``frozen``
    uses the library and changes no word of it; ``only`` names the tasks to search. ``on_result`` is told each task's result once it is
    final. ``split_seed`` divides the data of tasks that are loaded here. ``given`` are further fields of Options.

    The first iteration is that; each further one of ``iterations`` dreams first and then revisits: every task that is not solved with its
    whole budget, the solved ones with as much as they took (a tenth of the budget at most), for a shorter program. ``guidance`` says what
    is learned at the end of each iteration, and used by every later search with this store: ``off`` (nothing; what the library has is
    still used), ``grammar`` or ``model``, or a ``learning.Plan``. With several iterations or guidance each iteration is kept in the store
    (``guidance.keep``) and told to ``on_iteration``, and words that stopped paying are demoted.

    With ``workers`` in ``options`` tasks of an enumeration are searched several at a time, where the store is one that other processes
    can open and the tasks came by reference; which words help whom then depends on timing.

    Everything found is in the store at once: after a KeyboardInterrupt (or worse) another ``grow`` with the same store starts with what
    was solved and promoted. With budgets counted in evaluations the same seed and library give the same programs. Raises TaskError.
    """
    options = options or Options(DEFAULT_BUDGET)
    try:
        options = replace(
            options, **{name: plain_option(name, value) for name, value in given.items() if value is not None}
        )
    except TypeError:
        raise TaskError(f"option={', '.join(given)}: the options are {', '.join(vars(options))}; correct it") from None
    curriculum = curriculum_of(tasks, seed=split_seed, search_path=search_path)
    chosen = None if budget is None else parse_budget(budget)
    plan = Plan(guidance) if isinstance(guidance, str) else guidance
    if plan.kind not in KINDS:
        raise TaskError(f"guidance={plan.kind!r}: needed one of {', '.join(KINDS)}")
    if iterations < 1:
        raise TaskError(f"iterations={iterations}: needed at least 1")
    grower = Grower(
        store, options, chosen, frozen, every, first, revisit, rule, progress, on_result, iterations, plan, on_iteration
    )
    return grower.run(curriculum, only)


def curriculum_of(tasks: Tasks, *, seed: int = 0, search_path: Sequence[str | Path] = ()) -> Curriculum:
    """A curriculum from one, from tasks, or from references as ``automl grow`` takes them. Raises TaskError."""
    if isinstance(tasks, Curriculum):
        return tasks
    each = [tasks] if isinstance(tasks, (str, Path, Task)) else list(tasks)
    if not each:
        raise TaskError("tasks=[]: at least one task or curriculum is required; name one")
    stages: list[Stage] = []
    for one in each:
        if isinstance(one, Task):
            stages.append(Stage(one.name, (one,)))
        else:
            stages.extend(load_curriculum(str(one), seed=seed, search_path=search_path).stages)
    names = [task.name for stage in stages for task in stage.tasks]
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise TaskError(f"task={twice!r} occurs twice: names must differ; rename or remove one")
    if all(isinstance(one, Task) for one in each):  # one stage, so that they share its passes
        return Curriculum("tasks", (Stage("tasks", tuple(task for stage in stages for task in stage.tasks)),))
    return Curriculum(" + ".join(str(getattr(one, "name", one)) for one in each), tuple(stages))
