"""Streams of picture tasks that ask what a library is worth, after CTrL (Veniat, Denoyer, Ranzato: "Efficient continual learning with
modular networks and task-driven priors", 2021): each asks one thing of the last task.

    python -m experiments.curricula.transfer_streams FOLDER [--data FOLDER] [--budget 60s] [--long 60] [--seed 0]

writes these curricula for ``automl grow``, a task a stage, from MNIST, ``cifar10_subset``, scikit-learn's digits, and all three inverted,
turned, mirrored or relabelled (``changed=`` of a reference, docs/data.md):

    transfer_minus.toml    the first task once more, with few examples: is what was learned of many used?
    transfer_plus.toml     the first task, of few examples, once more with many: is it learned anew where that is better?
    transfer_in.toml       the first task with other pictures: inverted and turned
    transfer_out.toml      the first task with other labels
    transfer_plastic.toml  five tasks with nothing in common: is each learned as if it were alone?
    transfer_long.toml     many tasks, their set, classes, change and number of examples drawn by the seed

MNIST and ``cifar10_subset`` are looked for in ``--data`` (folders ``mnist`` and ``cifar10_subset``). There are more tasks with few
examples towards the end of the long stream, as in CTrL's.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

MANY, SOME, FEW = 200, 60, 10
"""Examples of a class."""
CLASSES = tuple(map(str, range(10)))
SETS = ("mnist", "cifar10_subset", "digits")
LEAST = {"digits": 80}
"""Examples of a class that a set has, where these are fewer than MANY."""
CHANGES = ("", "inverted", "turned", "mirrored", "relabelled")


@dataclass(frozen=True)
class PictureTask:
    """A task of a stream: some classes of a set, so many examples of each, and what becomes of them."""

    set: str
    classes: tuple[str, ...]
    examples: int = SOME
    changed: str = ""

    def reference(self, name: str, folder: str, seed: int) -> str:
        """The task as ``automl grow`` takes it.

        name: of the task.
        folder: that has the files of the sets, "" where they are found without.
        seed: of the draw of examples and labels.
        """
        examples = min(self.examples, LEAST.get(self.set, MANY))
        path = f"&path={folder}/{self.set}" if folder and self.set != "digits" else ""
        changed = f"&changed={self.changed}" if self.changed else ""
        kept = f"classes={','.join(self.classes)}&examples={examples}&seed={seed}"
        return f"{self.set}?name={name}&{kept}{changed}{path}&solved_at=0.9"


FIRST = PictureTask("mnist", CLASSES[:5])
BETWEEN = (
    PictureTask("cifar10_subset", CLASSES[:5]),
    PictureTask("digits", CLASSES[5:], changed="turned"),
    PictureTask("mnist", CLASSES[5:], changed="inverted"),
    PictureTask("cifar10_subset", CLASSES[5:], changed="mirrored"),
)
FORMS: Mapping[str, Sequence[PictureTask]] = {
    "minus": (replace(FIRST, examples=MANY), *BETWEEN, replace(FIRST, examples=FEW)),
    "plus": (replace(FIRST, examples=FEW), *BETWEEN, replace(FIRST, examples=MANY)),
    "in": (replace(FIRST, examples=MANY), *BETWEEN, replace(FIRST, examples=FEW, changed="inverted,turned")),
    "out": (replace(FIRST, examples=MANY), *BETWEEN, replace(FIRST, examples=FEW, changed="relabelled")),
    "plastic": (FIRST, *BETWEEN),
}


def long_stream(count: int, seed: int) -> Iterator[PictureTask]:
    """Tasks that are drawn; the later, the more of them have few examples.

    count: how many.
    seed: of the draw.
    """
    drawn = random.Random(f"long stream {seed}")
    for number in range(count):
        name = drawn.choice(SETS)
        classes = sorted(drawn.sample(range(10), 5))
        examples = FEW if drawn.random() < number / count else drawn.choice((SOME, MANY))
        yield PictureTask(name, tuple(CLASSES[each] for each in classes), examples, drawn.choice(CHANGES))


def write(folder: Path, tasks: Mapping[str, Sequence[PictureTask]], data: str, budget: str, seed: int) -> list[Path]:
    """Write a curriculum for each stream; returns the files.

    folder: made where it is not there.
    tasks: of each stream, by its name.
    data: the folder of MNIST and cifar10_subset, "" where they are found without.
    budget: of each task.
    seed: of the draw of examples.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, stream in tasks.items():
        lines = [f'schema_version = 1\nname = "transfer_{name}"\n']
        for number, task in enumerate(stream, 1):
            reference = task.reference(f"{name}{number}", data, seed + number)
            lines.append(f'[[stage]]\nname = "task {number}"\ntasks = ["{reference}"]\nbudget = "{budget}"\n')
        files.append(folder / f"transfer_{name}.toml")
        files[-1].write_text("\n".join(lines), encoding="utf-8")
    return files


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="where the files are written")
    options.add_argument("--data", default="", help="folder with the folders mnist and cifar10_subset")
    options.add_argument("--budget", default="60s", help="time of each task")
    options.add_argument("--long", type=int, default=60, metavar="TASKS", help="of the long stream")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    streams = {**FORMS, "long": tuple(long_stream(given.long, given.seed))}
    for path in write(given.folder, streams, given.data, given.budget, given.seed):
        print(path)


if __name__ == "__main__":
    main()
