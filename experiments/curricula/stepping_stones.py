"""Stepping stones: tasks whose answers are made of the answers of easier tasks, to show what a library of learned words is worth.

    python -m experiments.curricula.stepping_stones FOLDER [--kind lists|texts] [--seed 0] [--families 16] [--terms 50000]

A *stone* is a short function in the small words of ``base_list.toml`` or ``base_text.toml``: depth 1. A function of depth d is made of one
of depth d - 1 and one or more that are less deep (one after the other, a stone on each element, a number of the list put before it, …).
Each family begins with a function of depth 2 and goes on to depth 6, each deeper function with the one before it in it. Half of the
families are to learn from, at depths 2 and 3, along with all stones and some functions of depth 2 that all families share; all other
tasks are held out. So FOLDER gets

    stepping_stones_KIND.toml, stepping_stones_KIND_1.jsonl, …_2.jsonl, …_3.jsonl    a curriculum for ``automl grow``, a stage a depth
    stepping_stones_KIND_held_out.jsonl                                              depths 4 to 6 of all families, and
                                                                                 2 and 3 of the other half

A function is left out if it fails or grows beyond bounds on an input, is nearly constant or the identity, equals another function or
itself without one of its parts, or, from depth 2 on, is found by a plain search with less than half its symbols, and from depth 4 on if
it is found at all, within ``--terms`` terms. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl import Library, search
from automl.tasks.curriculum import load_words
from automl.tasks.kinds.examples import examples_from_json
from automl.tasks.task import Task
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.notation.values import to_json
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.values import Failure, Value
from primitives.words import builtin_words

from .stone_templates import KINDS, Signature, StoneKind, stones_of

HERE = Path(__file__).resolve().parent
EXAMPLES, TESTS = 10, 8
LEARNED, DEEPEST = 3, 6
"""The deepest functions that are learned from, and the deepest of all."""
SHARED = 8
"""Functions of depth 2 that families may share."""
LONGEST, LARGEST = 24, 9_999
DRAWN = 400
"""Candidates that are drawn for one function, at most."""
FUEL = Fuel(steps=20_000)


class NoStone(RuntimeError):
    """No candidate was good: another seed or fewer families may do."""


@dataclass(frozen=True, eq=False)
class StoneFunction:
    """A function of one argument: ``text`` is its program, ``size`` counts the words, variables and constants that the program has where
    every part is written out once, ``without`` are the programs with one part left out."""

    depth: int
    signature: Signature
    text: str
    size: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Stone:
    """A task: of which ``depth``, of which ``family`` ("" for what all share), and whether it is ``learned`` from."""

    task: Task
    line: str
    depth: int
    family: str
    learned: bool
    known: bool
    """Whether the family has tasks to learn from."""
    program: str


class StoneMaker:
    """Functions of one kind, drawn by a seed; none equals another."""

    def __init__(self, kind: StoneKind, seed: int) -> None:
        self.kind, self.random = kind, random.Random(f"stepping stones: {kind.name}: {seed}")
        self.words: Mapping[str, Primitive] = builtin_words()
        self.inputs = tuple(self._inputs(EXAMPLES + TESTS))
        self.elements = tuple(self.random.sample(kind.elements, len(kind.elements)))
        self.seen: set[tuple[Signature, tuple[Value, ...]]] = set()
        self._terms: dict[str, Term] = {}
        self._values: dict[tuple[str, Value], Value | Failure] = {}

    def _inputs(self, count: int) -> Iterator[Value]:
        found: set[Value] = set()
        while len(found) < count:
            value = self.kind.draw(self.random)
            if value not in found:
                found.add(value)
                yield value

    def stones(self) -> list[StoneFunction]:
        """The good ones among the kind's templates, with constants that the seed draws."""
        made = []
        for signature, template in stones_of(self.kind, self.random):
            text = f"(lambda ({'x' if signature[0] == self.kind.input else 'n'}) {template})"
            made.append(StoneFunction(1, signature, text, parse(text, self.words).size - 1))
        return [each for each in made if self.good(each)]

    def deeper(self, first: Sequence[StoneFunction], others: Sequence[StoneFunction], depth: int) -> StoneFunction:
        """A good function of that depth, made of one of ``first`` and of ``others`` that are less deep. Raises NoStone."""
        for _ in range(DRAWN):
            made = self._drawn(first, others, depth)
            if made is not None and self.good(made):
                return made
        raise NoStone(f"depth={depth}: of {DRAWN} candidates none was good; give another seed or fewer families")

    def _drawn(
        self, first: Sequence[StoneFunction], others: Sequence[StoneFunction], depth: int
    ) -> StoneFunction | None:
        form = self.random.choice(self.kind.forms)
        places = list(range(len(form.parts)))
        self.random.shuffle(places)
        chosen: dict[int, StoneFunction] = {}
        for place in places:
            pool = others if chosen else first
            able = [each for each in pool if each.signature == form.parts[place] and each.depth < depth]
            if not able:
                return None
            chosen[place] = self.random.choice(able)
        parts = [chosen[place] for place in range(len(places))]
        if max(part.depth for part in parts) != depth - 1:
            return None

        def text(names: Sequence[str]) -> str:
            program = form.text
            for number, name in enumerate(names):
                program = program.replace(f"f{number} ", f"{name} ")
            return f"(lambda (x) {program})"

        texts = [part.text for part in parts]
        without = [
            text([*texts[:number], "(lambda (x) x)", *texts[number + 1 :]])
            for number, part in enumerate(parts)
            if part.signature[0] == part.signature[1]
        ]
        glue = parse(text(["head"] * len(parts)), self.words).size - 1 - 2 * len(parts)
        return StoneFunction(depth, form.result, text(texts), glue + sum(part.size for part in parts), tuple(without))

    def good(self, made: StoneFunction) -> bool:
        """Whether it may be a task or a part of one; then no equal one is good any more."""
        inputs = self.inputs if made.signature[0] == self.kind.input else self.elements
        outputs = self.outputs(made.text, inputs)
        if outputs is None or outputs == inputs or not _varied(outputs):
            return False
        key = made.signature, outputs
        if key in self.seen or any(self.outputs(text, inputs) == outputs for text in made.without):
            return False
        self.seen.add(key)
        return True

    def outputs(self, text: str, inputs: Sequence[Value]) -> tuple[Value, ...] | None:
        """What a program gives on the inputs; None where it fails or grows beyond bounds on one."""
        term = self._terms.setdefault(text, parse(text, self.words))
        found = []
        for value in inputs:
            if (text, value) not in self._values:
                self._values[text, value] = evaluate(term, (value,), words=self.words, fuel=FUEL)
            output = self._values[text, value]
            if isinstance(output, Failure) or not _bearable(output):
                return None
            found.append(output)
        return tuple(found)


def _bearable(value: Value) -> bool:
    if isinstance(value, (tuple, str)):
        return len(value) <= LONGEST and (isinstance(value, str) or all(map(_bearable, value)))
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST)


def _varied(outputs: Sequence[Value]) -> bool:
    """Whether outputs say something: of truth values a quarter is the rarer one, of numbers a third differ, of others two thirds."""
    different = len(set(outputs))
    if all(isinstance(each, bool) for each in outputs):
        return 4 * min(outputs.count(True), outputs.count(False)) >= len(outputs)
    return 3 * different >= len(outputs) * (1 if isinstance(outputs[0], int) else 2)


# --- tasks ---------------------------------------------------------------------------------------------------------------


class _StoneTasks:
    """Functions that become tasks, refused where a plain search is too good at them."""

    def __init__(self, kind: StoneKind, seed: int, terms: int) -> None:
        self.maker, self.kind, self.seed, self.terms = StoneMaker(kind, seed), kind, seed, terms
        self.base = load_words(kind.base, search_path=[HERE])
        self.counts: dict[int, int] = {}

    def stone(self, function: StoneFunction, family: str, learned: bool, known: bool) -> Stone:
        """The function as a task."""
        count = self.counts[function.depth] = self.counts.get(function.depth, 0) + 1
        name = f"{self.kind.name} {function.depth}.{count:02}"
        task, line = self._task(function, name, family or f"{self.kind.name} shared")
        return Stone(task, line, function.depth, family, learned, known, function.text)

    def _task(self, function: StoneFunction, name: str, family: str) -> tuple[Task, str]:
        given, result = (parse_type(text) for text in function.signature)
        whole = function.signature[0] == self.kind.input
        inputs = self.maker.inputs if whole else self.maker.elements[: EXAMPLES + TESTS]
        outputs = self.maker.outputs(function.text, inputs)
        assert outputs is not None, name
        cases = [
            {"inputs": [to_json(value, given)], "output": to_json(output, result)}
            for value, output in zip(inputs, outputs, strict=True)
        ]
        fields = {"name": name, "family": family, "type": f"{function.signature[0]} -> {function.signature[1]}",
                  "examples": cases[:EXAMPLES], "tests": cases[EXAMPLES:], "source": "stepping stones"}  # fmt: skip
        return examples_from_json(fields, name), json.dumps(fields)

    def deeper(self, first: Sequence[StoneFunction], others: Sequence[StoneFunction], depth: int) -> StoneFunction:
        """A function as ``StoneMaker.deeper`` makes it that a plain search does not find, or not shorter by half."""
        while True:
            made = self.maker.deeper(first, others, depth)
            if not self.terms or not self._is_easy(made):
                return made

    def _is_easy(self, made: StoneFunction) -> bool:
        task, _ = self._task(made, "candidate", "")
        with Library("memory:") as empty:
            found = search(
                task,
                f"{self.terms} evaluations",
                library=empty,
                strategy="enumerative",
                words=self.base,
                seed=self.seed,
            )
        if not found.solved or found.model is None:
            return False
        return made.depth > LEARNED or 2 * found.model.term.size < made.size


def stepping_stones(kind: str, seed: int = 0, families: int = 16, terms: int = 50_000) -> list[Stone]:
    """The tasks of a kind, the shallow first.

    kind: lists or texts.
    seed: of all that is drawn.
    families: how many; the first half is learned from.
    terms: of the plain search that must not find a task (0: none is made).

    Raises NoStone.
    """
    setting = _StoneTasks(KINDS[kind], seed, terms)
    stones = setting.maker.stones()
    made = [setting.stone(each, "", True, True) for each in stones]
    shared = [setting.deeper(stones, stones, 2) for _ in range(SHARED)]
    made += [setting.stone(each, "", True, True) for each in shared]
    parts = [*stones, *shared]
    for number in range(families):
        family, known = f"{kind} family {number + 1}", number < (families + 1) // 2
        last = setting.deeper(stones, stones, 2)
        made.append(setting.stone(last, family, known, known))
        for depth in range(3, DEEPEST + 1):
            before, last = last, setting.deeper([last], parts, depth)
            made.append(setting.stone(last, family, known and depth <= LEARNED, known))
            if depth == LEARNED and known:
                made.append(setting.stone(setting.deeper([before], parts, depth), family, True, known))
    return sorted(made, key=lambda stone: stone.depth)


def write(folder: Path, kind: str, stones: Sequence[Stone], seed: int) -> Path:
    """Write a curriculum of the tasks to learn from, a stage a depth, and a file of those that are held out.

    folder: made where it is not there.
    kind: as the files are called.
    stones: of that kind.
    seed: told in the files.

    Returns the curriculum's file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"stepping_stones_{kind}"
    stages = []
    for depth in range(1, LEARNED + 1):
        lines = [stone.line for stone in stones if stone.learned and stone.depth == depth]
        (folder / f"{name}_{depth}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        stages.append(
            f'[[stage]]\nname = "depth {depth}"\ntasks = ["{name}_{depth}.jsonl"]\nstrategy = "enumerative"\n'
        )
    held = [stone.line for stone in stones if not stone.learned]
    (folder / f"{name}_held_out.jsonl").write_text("\n".join(held) + "\n", encoding="utf-8")
    head = (
        f"# Written by `python -m experiments.curricula.stepping_stones --kind {kind} --seed {seed}`.\n"
        f'schema_version = 1\nname = "{name}"\ndescription = "Functions of {kind}, each made of shallower ones."\n\n'
    )
    path = folder / f"{name}.toml"
    path.write_text(head + "\n".join(stages), encoding="utf-8")
    return path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="where the files are written")
    options.add_argument("--kind", choices=[*KINDS], action="append", help="default: all kinds")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--families", type=int, default=16)
    options.add_argument("--terms", type=int, default=50_000, help="of the plain search that must not find a task")
    given = options.parse_args()
    for kind in given.kind or KINDS:
        stones = stepping_stones(kind, given.seed, given.families, given.terms)
        print(f"{len(stones)} tasks: {write(given.folder, kind, stones, given.seed)}")


if __name__ == "__main__":
    main()
