"""A growth, step by step as its log has it: its iterations, what became of its tasks, the words that it promoted and demoted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from library.records import Event, Run
from library.store import AbstractStore

TASKS, WORDS = 500, 200
"""Of a growth that are shown at most."""


@dataclass(frozen=True)
class GrownIteration:
    """How a growth stood after an iteration (``done``), or stands in it: tasks ``solved`` so far, programs that its searches looked at and
    their ``seconds`` so far, active words (None: not told yet), and the ``searches`` in it."""

    number: int
    done: bool
    solved: int
    terms: int
    seconds: float
    words: int | None
    searches: int


@dataclass(frozen=True)
class GrownTask:
    """What became of a task: its last ``run`` ("": it was not searched yet), how many ``searches`` it had, ``evaluations`` and
    ``seconds`` over all of them, the ``program`` and the ``iteration`` in which the first was found (None: none was)."""

    task: str
    run: str = ""
    searches: int = 0
    solved: bool = False
    right: bool | None = None
    evaluations: int = 0
    seconds: float = 0.0
    iteration: int | None = None
    program: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class GrownWord:
    """A word that a growth promoted or demoted, in which iteration, and ``why``."""

    word: str
    iteration: int
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class GrowthSteps:
    """A growth from its log. ``planned`` is how many iterations it is to have; of tasks and words as many are given as can be shown,
    ``task_count``, ``promoted_count`` and ``demoted_count`` are how many there are."""

    planned: int
    iterations: tuple[GrownIteration, ...]
    tasks: tuple[GrownTask, ...]
    task_count: int
    solved: int
    promoted: tuple[GrownWord, ...]
    promoted_count: int
    demoted: tuple[GrownWord, ...]
    demoted_count: int


def growth_steps(store: AbstractStore, run: Run) -> GrowthSteps:
    """What a growth did so far.

    store: that has it.
    run: of the growth.
    """
    setup: Mapping[str, Any] = run.config.get("setup") or {}
    names = [str(each["name"]) for stage in setup.get("stages") or () for each in stage["tasks"]]
    tasks = {name: GrownTask(name) for name in names}
    promoted: dict[str, GrownWord] = {}
    demoted: dict[str, GrownWord] = {}
    iterations: list[GrownIteration] = []
    number, searches = 1, 0
    for event in store.events(run.id):
        payload = event.payload
        for word in _promoted(event):
            promoted.setdefault(word, GrownWord(word, number))
        for word in payload.get("demoted") or ():
            demoted[str(word)] = GrownWord(str(word), number)
        if event.kind == "search":
            searches += 1
            task = str(payload["subject"])
            tasks[task] = _searched(tasks.get(task, GrownTask(task)), payload["result"], number)
        if event.kind == "learn":
            told = payload["iteration"]
            iterations.append(
                GrownIteration(number, True, told["solved"], told["terms"], told["seconds"], told["library"], searches)
            )
            number, searches = number + 1, 0
    if searches or not iterations:
        found = tasks.values()
        solved, terms, seconds = (
            sum(each.solved for each in found),
            sum(each.evaluations for each in found),
            sum(each.seconds for each in found),
        )
        iterations.append(GrownIteration(number, run.state == "finished", solved, terms, seconds, None, searches))
    planned = int((setup.get("plan") or {}).get("iterations") or len(iterations))
    return GrowthSteps(
        planned=max(planned, len(iterations)), iterations=tuple(iterations), tasks=tuple(tasks.values())[:TASKS], task_count=len(tasks),
        solved=sum(each.solved for each in tasks.values()), promoted=_with_reasons(store, promoted, "promoted"),
        promoted_count=len(promoted), demoted=_with_reasons(store, demoted, "demoted"), demoted_count=len(demoted),
    )  # fmt: skip


def _promoted(event: Event) -> Iterator[str]:
    """The words that a step promoted: by compression, as trained nets and their parts, on trial."""
    payload = event.payload
    yield from (str(name) for name, _ in payload.get("words") or ())
    yield from (str(name) for name, _ in payload.get("nets") or ())
    yield from map(str, payload.get("tried") or ())


def _searched(task: GrownTask, result: Mapping[str, Any], number: int) -> GrownTask:
    """The task after a search more, whose result is that of all so far."""
    solved = bool(result["solved"])
    return replace(
        task,
        run=str(result["run"]),
        searches=task.searches + 1,
        solved=solved,
        right=result["right"] if solved else None,
        evaluations=int(result["evaluations"]),
        seconds=float(result["seconds"]),
        iteration=task.iteration or (number if solved else None),
        program=str(result["program"]),
        words=tuple(map(str, result.get("subroutines") or ())),
    )


def _with_reasons(store: AbstractStore, words: Mapping[str, GrownWord], action: str) -> tuple[GrownWord, ...]:
    """The first of the words, each with why it was promoted or demoted the last time."""
    found = []
    for word in list(words.values())[:WORDS]:
        changes = [each for each in store.history(word.word) if each.action == action]
        found.append(replace(word, why=reasons_of(changes[-1].evidence) if changes else ()))
    return tuple(found)


def reasons_of(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    """Why a word was promoted or demoted, in sentences; () where that was not noted.

    evidence: of the change.
    """
    reasons = evidence.get("reasons")
    return tuple(map(str, reasons)) if isinstance(reasons, Sequence) and not isinstance(reasons, str) else ()
