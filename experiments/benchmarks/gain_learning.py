"""Learning a library from half of the families of tasks, and random subtrees to compare it with."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl import Library, grow
from automl.growth.grow import Growth, GrowthPlan, Iteration
from automl.growth.learned_guidance import GuidancePlan
from automl.growth.learned_guidance import learn as learn_guide
from automl.growth.snapshot import best_programs
from automl.study.guides import keep
from automl.study.words import load_vocabulary
from automl.tasks.task import Task
from library.compression.abstraction import new_subroutine
from library.compression.naming import describe, hinted
from library.compression.stitch_code import symbols
from library.records import Subroutine
from library.vocabulary import Vocabulary
from primitives.binding import free_variables, map_variables, shift
from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.rewrite import beta_normal
from primitives.term import Lambda, Term, Variable, Word, apply, children, lambdas, rebuild, show_canonical, words_in
from primitives.types import arguments_of, is_function

Note = Callable[[str], None]


def earlier_figures(path: str | Path | None, settings: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """Those of the ``parts`` that an earlier run with the same settings left in the file at ``path``; none where there is no such file."""
    if path is None or not Path(path).is_file():
        return {}
    figures = json.loads(Path(path).read_text(encoding="utf-8"))["figures"]
    same = all(figures.get(key) == value for key, value in settings.items())
    return {key: figures[key] for key in parts if same and key in figures}


def split_families(tasks: Sequence[Task], seed: int) -> tuple[list[Task], list[Task]]:
    """The tasks of half of the families, drawn by the seed, and those of the others. A task without family is one of its own."""
    families = sorted({task.family or task.name for task in tasks})
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(len(families))[: len(families) // 2]
    chosen = {families[number] for number in drawn}
    return (
        [task for task in tasks if (task.family or task.name) in chosen],
        [task for task in tasks if (task.family or task.name) not in chosen],
    )


def learn(
    tasks: Sequence[Task] | str,
    library: Library,
    *,
    budget: str,
    iterations: int,
    guidance: str,
    words: Sequence[str] | None,
    seed: int,
    note: Note,
) -> dict[str, Any]:
    """Grow the library on the tasks, as ``automl grow`` does.

    tasks: what to learn from, or a curriculum's file.
    library: what grows.
    budget: of each task, as text.
    iterations: how often to search, compress and learn.
    guidance: the kind of what later searches learn.
    words: the primitives to use (None: all).
    seed: of the searches.
    note: told a row an iteration.

    Returns a row an iteration, what it cost in all, and the subroutines left.
    """
    started = time.perf_counter()
    rows: list[dict[str, Any]] = []

    def take(iteration: Iteration) -> None:
        rows.append(_row(iteration))
        note(f"iteration {rows[-1]}")

    plan = GrowthPlan(iterations=iterations, guidance=GuidancePlan(guidance))
    given = tasks if isinstance(tasks, str) else list(tasks)
    found = grow(
        given, budget, library=library, strategy="enumerative", seed=seed, words=words, plan=plan, on_iteration=take
    )  # fmt: skip
    seconds = round(time.perf_counter() - started, 1)
    return {"tasks": len(found.results), "iterations": rows, "seconds": seconds, **_came_to(found, library)}


def _row(iteration: Iteration) -> dict[str, Any]:
    return {
        "number": iteration.number,
        "solved": iteration.solved,
        "right": iteration.right,
        "in_library": iteration.library,
        "promoted": len(iteration.promoted),
        "dropped": len(iteration.demoted),
        "terms": iteration.terms,
        "seconds": round(iteration.elapsed, 1),
    }


def _came_to(found: Growth, library: Library) -> dict[str, Any]:
    return {
        "terms": sum(result.evaluations for result in found.results),
        "clock": {activity: round(seconds, 1) for activity, seconds in found.clock.items()},
        "solved": sorted(result.name for result in found.results if result.solved),
        "unsolved": sorted(result.name for result in found.results if not result.solved),
        "promoted": promoted(library),
        "programs": {task: show_canonical(solved.term) for task, solved in _programs(library).items()},
    }


def _programs(library: Library) -> dict[str, Any]:
    return best_programs(library.store, load_vocabulary(library.store))


def promoted(library: Library) -> list[dict[str, Any]]:
    """The words that the library holds, with how they came in and what they are made of."""
    vocabulary = library.vocabulary
    rows = []
    for record in library:
        body = vocabulary.read(record.body)
        rows.append(
            {
                "name": record.name,
                "type": record.type,
                "description": record.description,
                "found_by": record.provenance.get("found_by", ""),
                "tasks": list(record.provenance.get("tasks", [])),
                "calls": sorted({word.name for word in words_in(body)} & {each.name for each in library}),
                "symbols": symbols(expand(body, vocabulary.all_words), vocabulary.all_words),
            }
        )
    return rows


# --- the control -----------------------------------------------------------------------------------------------------


def random_words(library: Library, seed: int) -> list[Subroutine]:
    """As many random subtrees of the solved programs as the library holds words, each like one of them in type and size.

    A subtree is taken with its free variables, and at times one or two of its own parts, as parameters. Of those that have the word's
    type, or else as many parameters, one of the nearest in size (both written out) is drawn. None is a word of the library, written
    out and reduced: where programs are calls of words, their subtrees would be these very words.
    """
    vocabulary = library.vocabulary
    words = vocabulary.all_words
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    programs = [beta_normal(expand(solved.term, words)) for solved in _programs(library).values()]
    pool: dict[str, tuple[str, int, int, Term]] = {}
    for program in programs:
        for body in _subtrees(program, rng):
            made = _typed(body, vocabulary)
            if made is not None:
                pool.setdefault(_reduced(made[3], made[1], words), made)
    kept: list[Subroutine] = []
    own = {
        _reduced(vocabulary.read(record.body), len(arguments_of(words[record.name].scheme.type)[0]), words)
        for record in library
    }
    candidates = [made for text, made in pool.items() if text not in own]
    for record in library:
        size = symbols(expand(vocabulary.read(record.body), words), words)
        arity = len(arguments_of(words[record.name].scheme.type)[0])
        if not candidates:
            break
        ranks = [_rank(each, record.type, arity, size) for each in candidates]
        least = min(ranks)
        best = [each for each, rank in zip(candidates, ranks, strict=True) if rank == least]
        chosen = best[int(rng.integers(len(best)))]
        candidates.remove(chosen)
        kept.append(_subroutine(f"random_{len(kept) + 1}", chosen[3], vocabulary))
    return kept


def _reduced(body: Term, arity: int, words: Mapping[str, Primitive]) -> str:
    """A function written out, given as many variables as it takes arguments, and reduced: one text however it was written."""
    given = (Variable(arity - 1 - place) for place in range(arity))
    return show_canonical(beta_normal(lambdas(arity, apply(shift(expand(body, words), arity), *given))))


def _rank(each: tuple[str, int, int, Term], type: str, arity: int, size: int) -> tuple[bool, int, int]:
    return each[0] != type, abs(each[1] - arity), abs(each[2] - size)


def _subtrees(program: Term, rng: np.random.Generator) -> Iterator[Term]:
    """Closed terms made of the program's parts: each part as it is, and three times with random inner parts as parameters."""
    while isinstance(program, Lambda):
        program = program.body
    waiting = [program]
    while waiting:
        part = waiting.pop()
        waiting.extend(children(part))
        if part.size < 3 or isinstance(part, Lambda):
            continue
        yield _closed(part)
        for _ in range(3):
            inner = _places(part, 0)
            if inner:
                count = min(len(inner), 1 + int(rng.integers(2)))
                yield _closed(_cut(part, [inner[i] for i in rng.permutation(len(inner))[:count]]))


def _places(term: Term, level: int) -> list[Term]:
    """Parts that mention no variable bound inside the term and are neither variables nor the whole."""
    found = []
    for part in children(term):
        below = level + isinstance(term, Lambda)
        if not isinstance(part, (Variable, Word)) and below == 0:
            found.append(part)
        found += _places(part, below)
    return found


def _cut(term: Term, parts: Sequence[Term]) -> Term:
    """The term with each of the parts replaced by a new free variable."""
    fresh = 1 + max(free_variables(term), default=-1)
    names = {part: fresh + number for number, part in enumerate(parts)}

    def change(part: Term, level: int) -> Term:
        if level == 0 and part in names and part is not term:
            return Variable(names[part])
        return rebuild(part, tuple(change(child, level + isinstance(part, Lambda)) for child in children(part)))

    return change(term, 0)


def _closed(term: Term) -> Term:
    free = sorted(free_variables(term), reverse=True)
    names = {index: len(free) - 1 - position for position, index in enumerate(free)}
    body = map_variables(term, lambda v, level: v if v.index < level else Variable(level + names[v.index - level]))
    return lambdas(len(free), body)


def _typed(body: Term, vocabulary: Vocabulary) -> tuple[str, int, int, Term] | None:
    try:
        scheme = infer(body, vocabulary.all_words).scheme
    except IllTyped:
        return None
    arguments, result = arguments_of(scheme.type)
    if not arguments or is_function(result) or len(words_in(body)) < 2:
        return None
    return str(scheme), len(arguments), symbols(body, vocabulary.all_words), body


def _subroutine(name: str, body: Term, vocabulary: Vocabulary) -> Subroutine:
    scheme = infer(body, vocabulary.all_words).scheme
    body = hinted(body, scheme)
    return new_subroutine(name, body, scheme, vocabulary.all_words, {"found_by": "chance"}, describe(body, scheme))


def random_library(library: Library, tasks: Sequence[Task], guidance: str, seed: int) -> Library:
    """A library of ``random_words``, with a grammar re-estimated from the same programs, written out."""
    chance = Library("memory:")
    chance.store.promote(random_words(library, seed))
    words = library.vocabulary.all_words
    programs = {task: expand(solved.term, words) for task, solved in _programs(library).items()}
    plan = GuidancePlan("off" if guidance == "off" else "grammar")
    learned = learn_guide(programs, {task.name: task for task in tasks}, chance.vocabulary, plan=plan, seed=seed)
    if learned is not None:
        keep(chance.store, chance.vocabulary, learned.guide, {}, seed=seed)
    return chance
