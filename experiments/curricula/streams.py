"""Streams: many small tasks one after another, of lists, texts, tables, pictures and blends, for a library that grows meanwhile.

    python -m experiments.curricula.streams FOLDER [--tasks 1000] [--seed 0]

writes ``stream.toml``, a curriculum for ``automl grow``, with the files that it names. A *block* is twenty tasks: twelve of lists, seven of
texts, and one that is trained, of five blocks three tables (a class by a line through two columns), one picture task (three of
scikit-learn's digits, twelve examples of each, inverted, turned, mirrored or under other labels) and one blend (sums of such digits).
Every hundred tasks have the same templates, each as often, with constants, classes, changes and examples drawn from the same
distributions: a stream is as difficult at its end as at its beginning, but for what its library knows by then. Each task has a budget
of its own, counted in evaluations. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.notation.values import to_json
from primitives.syntax import parse
from primitives.types import arguments_of
from primitives.values import Failure, Value
from primitives.words import builtin_words

BLOCK = 20
EXAMPLES, TESTS = 8, 4
FUEL = Fuel(steps=20_000)
ROWS = 80
BUDGETS = {"lists": 600, "texts": 600, "tables": 1, "pictures": 2, "blends": 300}
"""Evaluations of each task of a kind: terms where programs are enumerated, trainings where they are trained."""


@dataclass(frozen=True)
class FunctionTemplate:
    """A function with constants to draw: ``{k}`` is a number from 2 to 9, ``{c}`` a character."""

    name: str
    type: str
    program: str


LISTS = (
    FunctionTemplate("sum plus", "list(int) -> int", "(lambda (x) (+ (sum x) {k}))"),
    FunctionTemplate("length times", "list(int) -> int", "(lambda (x) (* (length x) {k}))"),
    FunctionTemplate("first plus", "list(int) -> int", "(lambda (x) (+ (head x) {k}))"),
    FunctionTemplate("sum of the rest", "list(int) -> int", "(lambda (x) (sum (tail x)))"),
    FunctionTemplate("largest, times", "list(int) -> int", "(lambda (x) (* (head (reverse (sort x))) {k}))"),
    FunctionTemplate("smallest plus", "list(int) -> int", "(lambda (x) (+ (head (sort x)) {k}))"),
    FunctionTemplate("one before the sorted", "list(int) -> list(int)", "(lambda (x) (cons {k} (sort x)))"),
    FunctionTemplate("one before the reversed", "list(int) -> list(int)", "(lambda (x) (cons {k} (reverse x)))"),
    FunctionTemplate("without the smallest", "list(int) -> list(int)", "(lambda (x) (tail (sort x)))"),
    FunctionTemplate(
        "falling, without the largest", "list(int) -> list(int)", "(lambda (x) (tail (reverse (sort x))))"
    ),
    FunctionTemplate("each plus", "list(int) -> list(int)", "(lambda (x) (map (lambda (n) (+ n {k})) x))"),
    FunctionTemplate("each times", "list(int) -> list(int)", "(lambda (x) (map (lambda (n) (* n {k})) x))"),
)
TEXTS = (
    FunctionTemplate("without the first", "str -> str", "(lambda (x) (drop_text {k} x))"),
    FunctionTemplate("first, in capitals", "str -> str", "(lambda (x) (upper (take_text {k} x)))"),
    FunctionTemplate("first, reversed", "str -> str", "(lambda (x) (reverse_text (take_text {k} x)))"),
    FunctionTemplate("before a character", "str -> str", '(lambda (x) (head (split "{c}" x)))'),
    FunctionTemplate("after a character", "str -> str", '(lambda (x) (last (split "{c}" x)))'),
    FunctionTemplate("how many parts", "str -> int", '(lambda (x) (length (split "{c}" x)))'),
    FunctionTemplate("reversed, without the first", "str -> str", "(lambda (x) (reverse_text (drop_text {k} x)))"),
)
WORDS = {
    "lists": ["+", "*", "sum", "length", "head", "tail", "cons", "sort", "reverse", "map"],
    "texts": ["length", "head", "last", "upper", "take_text", "drop_text", "split", "reverse_text"],
}  # fmt: skip
TRAINED = ("tables", "pictures", "tables", "blends", "tables")
"""The kinds of the last tasks of blocks, in turn."""
CHANGES = ("inverted", "turned", "mirrored", "relabelled", "inverted,turned")
LETTERS = "aeoxz"


def numbers(drawn: random.Random) -> Value:
    """Three to seven whole numbers."""
    return tuple(drawn.randint(-4, 12) for _ in range(drawn.randint(3, 7)))


def phrase(drawn: random.Random) -> Value:
    """Three or four words of letters, twelve characters at least."""
    words = ("".join(drawn.choice(LETTERS * 2 + "bdnr") for _ in range(drawn.randint(4, 7))) for _ in range(3))
    return " ".join(words)


class StreamMaker:
    """Blocks of tasks by one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(f"stream {seed}")
        self.words = builtin_words()

    def stages(self, blocks: int) -> Iterator[str]:
        """The stages of a stream, their files being written on the way.

        blocks: how many.
        """
        for number in range(blocks):
            yield self._functions("lists", LISTS, numbers, number)
            yield self._functions("texts", TEXTS, phrase, number)
            kind = TRAINED[number % len(TRAINED)]
            make = {"tables": self._table, "pictures": self._picture, "blends": self._blend}[kind]
            yield self._stage(kind, number, [make(f"{kind[:-1]} {number}", number // len(TRAINED))])

    def _functions(
        self, kind: str, templates: Sequence[FunctionTemplate], draw: Callable[[random.Random], Value], number: int
    ) -> str:
        chosen = self.random.sample(templates, len(templates))
        lines = [
            json.dumps(self._function(f"{kind[:-1]} {number}.{place}", each, draw)) for place, each in enumerate(chosen)
        ]
        name = f"{kind}_{number:03}.jsonl"
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self._stage(kind, number, [name])

    def _function(
        self, name: str, template: FunctionTemplate, draw: Callable[[random.Random], Value]
    ) -> dict[str, Any]:
        """The task of a function, its constants drawn until its outputs differ and none fails."""
        (given,), result = arguments_of(parse_type(template.type))
        while True:
            text = template.program.replace("{k}", str(self.random.randint(2, 6))).replace(
                "{c}", self.random.choice(LETTERS)
            )
            term = parse(text, self.words)
            inputs = list(dict.fromkeys(draw(self.random) for _ in range(2 * (EXAMPLES + TESTS))))[: EXAMPLES + TESTS]
            outputs = [evaluate(term, (value,), words=self.words, fuel=FUEL) for value in inputs]
            good = not any(isinstance(output, Failure) for output in outputs)
            if good and len(inputs) == EXAMPLES + TESTS and len(set(map(repr, outputs[:EXAMPLES]))) > 2:
                break
        cases = [
            {"inputs": [to_json(value, given)], "output": to_json(output, result)}
            for value, output in zip(inputs, outputs, strict=True)
        ]
        return {
            "name": f"{name} {template.name}", "family": template.name, "type": template.type, "examples": cases[:EXAMPLES],
            "tests": cases[EXAMPLES:], "source": "streams",
        }  # fmt: skip

    def _table(self, name: str, number: int) -> str:
        drawn = self.random
        a, b, c = (drawn.uniform(0.5, 2.0) * drawn.choice((-1, 1)) for _ in range(3))
        path = self.folder / f"{name.replace(' ', '_')}.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["one", "two", "three", "side"])
            for _ in range(ROWS):
                x, y, z = (drawn.gauss(0, 1) for _ in range(3))
                side = "above" if a * x + b * y + 0.2 * c + drawn.gauss(0, 0.2) > 0 else "below"
                writer.writerow([f"{x:.4f}", f"{y:.4f}", f"{z:.4f}", side])
        return f"{path.name}:side?name={name.replace(' ', '+')}&solved_at=0.9"

    def _picture(self, name: str, number: int) -> str:
        drawn = self.random
        classes = ",".join(str(each) for each in sorted(drawn.sample(range(10), 3)))
        change = CHANGES[number % len(CHANGES)]
        return (
            f"digits?classes={classes}&examples=12&changed={change}&seed={drawn.randrange(10**6)}&solved_at=0.9"
            f"&name={name.replace(' ', '+')}"
        )

    def _blend(self, name: str, number: int) -> str:
        change = ("inverted", "turned", "mirrored")[number % 3]
        return (
            f"digits?classes=0,1,2&changed={change}&seed={self.random.randrange(10**6)}&sequences=sum&lengths=1-2&test_lengths=2-2"
            f"&count=60&validation_count=30&test_count=30&solved_at=0.8&name={name.replace(' ', '+')}"
        )

    def _stage(self, kind: str, number: int, tasks: Sequence[str]) -> str:
        strategy = 'strategy = "enumerative"\n' if kind in ("lists", "texts", "blends") else ""
        words = f"[stage.options]\nwords = {json.dumps(WORDS[kind])}\n" if kind in WORDS else ""
        return (
            f'[[stage]]\nname = "{kind} {number}"\ntasks = {json.dumps(list(tasks))}\n'
            f"evaluations = {BUDGETS[kind]}\n{strategy}{words}"
        )


def write(folder: Path, tasks: int, seed: int) -> Path:
    """Write a stream of so many tasks, rounded up to whole blocks; returns the curriculum's file.

    folder: made where it is not there.
    tasks: how many.
    seed: of all that is drawn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = (
        f"# Written by `python -m experiments.curricula.streams --tasks {tasks} --seed {seed}`.\n"
        'schema_version = 1\nname = "stream"\ndescription = "Lists, texts, tables, pictures and blends, as difficult at the end."\n\n'
    )
    path = folder / "stream.toml"
    path.write_text(head + "\n".join(StreamMaker(folder, seed).stages(-(-tasks // BLOCK))), encoding="utf-8")
    return path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="where the files are written")
    options.add_argument("--tasks", type=int, default=1000, help="rounded up to whole blocks of twenty")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    print(write(given.folder, given.tasks, given.seed))


if __name__ == "__main__":
    main()
