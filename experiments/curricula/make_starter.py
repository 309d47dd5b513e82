"""Write ``starter.jsonl``: the list tasks of the starter curriculum, made from small reference functions.

    python experiments/curricula/make_starter.py [FILE]

The same file every time: the cases of a task are drawn by a generator seeded with the task's name.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EXAMPLES, TESTS = 8, 6
Inputs = tuple[object, ...]


@dataclass(frozen=True)
class TaskRecipe:
    """A task: ``function`` is what its programs must compute, ``draw`` makes inputs, ``edges`` are inputs shown for
    certain."""

    name: str
    family: str
    type: str
    function: Callable[..., object]
    draw: Callable[[random.Random], Inputs]
    edges: tuple[Inputs, ...] = ()


def integers(low: int, high: int, shortest: int = 1, longest: int = 7) -> Callable[[random.Random], Inputs]:
    """One list of integers."""
    return lambda rng: ([rng.randint(low, high) for _ in range(rng.randint(shortest, longest))],)


def number(low: int, high: int) -> Callable[[random.Random], Inputs]:
    return lambda rng: (rng.randint(low, high),)


def list_and_number(low: int, high: int, least: int, most: int) -> Callable[[random.Random], Inputs]:
    return lambda rng: (integers(low, high)(rng)[0], rng.randint(least, most))


def two_lists(low: int, high: int) -> Callable[[random.Random], Inputs]:
    """Two lists of one length."""

    def draw(rng: random.Random) -> Inputs:
        length = rng.randint(1, 6)
        return tuple([rng.randint(low, high) for _ in range(length)] for _ in range(2))

    return draw


LIST, TO_INT, TWO = "list(int) -> list(int)", "list(int) -> int", "list(int) -> list(int) -> list(int)"
SIGNED = integers(-9, 15)
EMPTY: tuple[Inputs, ...] = (([],),)


def recipes() -> list[TaskRecipe]:
    """All tasks, the easier first within a family; families share parts that a library can keep."""
    each = [
        TaskRecipe(f"each plus {k}", "each plus", LIST, lambda xs, k=k: [x + k for x in xs], SIGNED, EMPTY)
        for k in (1, 2, 3)
    ]
    each += [
        TaskRecipe(f"each times {k}", "each times", LIST, lambda xs, k=k: [x * k for x in xs], SIGNED, EMPTY)
        for k in (2, 3)
    ]
    each += [
        TaskRecipe("each squared", "each squared", LIST, lambda xs: [x * x for x in xs], SIGNED, EMPTY),
        TaskRecipe("each negated", "each negated", LIST, lambda xs: [-x for x in xs], SIGNED, EMPTY),
        TaskRecipe("shift by", "each plus", "list(int) -> int -> list(int)", lambda xs, k: [x + k for x in xs],
               list_and_number(-9, 15, -5, 9)),
    ]  # fmt: skip
    sums = [
        TaskRecipe("total of squares", "total of", TO_INT, lambda xs: sum(x * x for x in xs), SIGNED, EMPTY),
        TaskRecipe("total of doubles", "total of", TO_INT, lambda xs: sum(2 * x for x in xs), SIGNED, EMPTY),
        TaskRecipe("total of successors", "total of", TO_INT, lambda xs: sum(x + 1 for x in xs), SIGNED, EMPTY),
        TaskRecipe("spread", "extremes", TO_INT, lambda xs: max(xs) - min(xs), SIGNED),
        TaskRecipe("extremes added", "extremes", TO_INT, lambda xs: max(xs) + min(xs), SIGNED),
        TaskRecipe("first plus last", "ends", TO_INT, lambda xs: xs[0] + xs[-1], integers(-9, 15, 2)),
    ]
    keep = [
        TaskRecipe(f"keep above {k}", "keep above", LIST, lambda xs, k=k: [x for x in xs if x > k], SIGNED, EMPTY)
        for k in (2, 5)
    ]
    keep += [
        TaskRecipe(f"count above {k}", "count above", TO_INT, lambda xs, k=k: sum(x > k for x in xs), SIGNED, EMPTY)
        for k in (2, 5)
    ]
    keep += [
        TaskRecipe("drop zeros", "zeros", LIST, lambda xs: [x for x in xs if x], integers(0, 3, 2, 8), (([0, 0],),)),
        TaskRecipe("count non-zeros", "zeros", TO_INT, lambda xs: sum(x != 0 for x in xs), integers(0, 3, 2, 8), (([0,
        0],),)), TaskRecipe("keep evens", "evens", LIST, lambda xs: [x for x in xs if x % 2 == 0], integers(0, 15, 2),
        EMPTY), TaskRecipe("count evens", "evens", TO_INT, lambda xs: sum(x % 2 == 0 for x in xs), integers(0, 15, 2),
        EMPTY), TaskRecipe("total of evens", "evens", TO_INT, lambda xs: sum(x for x in xs if x % 2 == 0), integers(0,
        15, 2), EMPTY), TaskRecipe("keep above given", "keep above", "list(int) -> int -> list(int)", lambda xs, k: [x
        for x in xs if x > k], list_and_number(-9, 15, -2, 9)),
    ]  # fmt: skip
    order = [
        TaskRecipe("descending", "order", LIST, lambda xs: sorted(xs, reverse=True), SIGNED, EMPTY),
        TaskRecipe("two largest", "order", LIST, lambda xs: sorted(xs, reverse=True)[:2], integers(-9, 15, 2)),
        TaskRecipe("second largest", "order", TO_INT, lambda xs: sorted(xs, reverse=True)[1], integers(-9, 15, 2)),
        TaskRecipe("without last", "ends", LIST, lambda xs: xs[:-1], SIGNED),
        TaskRecipe("without ends", "ends", LIST, lambda xs: xs[1:-1], integers(-9, 15, 2)),
        TaskRecipe("there and back", "ends", LIST, lambda xs: xs + xs[::-1], integers(-9, 15, 1, 5), EMPTY),
    ]
    pairs = [
        TaskRecipe("pairwise sums", "pairwise", TWO, lambda xs, ys: [x + y for x, y in zip(xs, ys)], two_lists(-9, 15)),
        TaskRecipe("pairwise differences", "pairwise", TWO, lambda xs, ys: [x - y for x, y in zip(xs, ys)], two_lists(-9,
        15)), TaskRecipe("dot product", "pairwise", "list(int) -> list(int) -> int",
               lambda xs, ys: sum(x * y for x, y in zip(xs, ys)), two_lists(-6, 9)),
    ]  # fmt: skip
    ranges = [
        TaskRecipe("countdown", "up to", "int -> list(int)", lambda n: list(range(n))[::-1], number(0, 16)),
        TaskRecipe("squares below", "up to", "int -> list(int)", lambda n: [i * i for i in range(n)], number(0, 16)),
        TaskRecipe("total below", "up to", "int -> int", lambda n: sum(range(n)), number(0, 24)),
        TaskRecipe(
            "total of squares below", "up to", "int -> int", lambda n: sum(i * i for i in range(n)), number(0, 24)
        ),
    ]
    return each + sums + keep + order + pairs + ranges


def cases(recipe: TaskRecipe) -> list[dict[str, object]]:
    """Distinct cases: the edges, then drawn ones; every example differs from every test."""
    rng = random.Random(f"starter: {recipe.name}")
    seen: dict[str, Inputs] = {json.dumps(inputs): inputs for inputs in recipe.edges}
    while len(seen) < EXAMPLES + TESTS:
        inputs = recipe.draw(rng)
        seen.setdefault(json.dumps(inputs), inputs)
    return [{"inputs": list(inputs), "output": recipe.function(*inputs)} for inputs in seen.values()]


def lines() -> list[str]:
    """The lines of the file, without their ends."""
    made = []
    for recipe in recipes():
        all_cases = cases(recipe)
        fields = {"name": recipe.name, "family": recipe.family, "type": recipe.type}
        parts = {"examples": all_cases[:EXAMPLES], "tests": all_cases[EXAMPLES:], "source": "starter"}
        made.append(json.dumps(fields | parts))
    return made


if __name__ == "__main__":
    written = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("starter.jsonl")
    written.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    print(f"{len(recipes())} tasks written to {written}")
