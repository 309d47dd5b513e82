"""Training of the recognition model: the likelihood of the words of programs, given what the programs do."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from primitives.brief import brief_repr

from ..generation.weights import counts
from .descent import Descent, one_cycle
from .dreams import Dream
from .features import EXAMPLES, Described, described
from .guide import Guide
from .network import NORMAL_HIDDEN, Network, log_softmax, shapes

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)
BATCH, RATE, DECAY, DROPPED = 128, 3e-3, 1e-3, 0.2
GLANCE = 4
"""Examples of a task whose tokens a step looks at: no single example is to be leant on, and a step costs less."""
HELD_OUT = 0.1


@dataclass(frozen=True)
class Trained:
    """A guide with its model, and how it came about: nats a word on held-out tasks without (``before``) and with the model
    (``after``), epochs, tasks and seconds."""

    guide: Guide
    before: float
    after: float
    epochs: int
    tasks: int
    seconds: float

    __repr__ = brief_repr

    def to_json(self) -> dict[str, Any]:
        """What is kept of how it came about, as plain data."""
        names = ("before", "after", "epochs", "tasks", "seconds")
        return {name: round(float(getattr(self, name)), 4) for name in names}


@dataclass(frozen=True, eq=False)
class Lessons:
    """Tasks as arrays: ``properties`` [tasks, PROPERTIES], ``tokens`` [tasks, EXAMPLES, SLOTS, TOKENS], ``known`` [tasks, EXAMPLES] (which
    examples there are), ``uses`` [tasks, names]: how often their programs use each name."""

    properties: np.ndarray
    tokens: np.ndarray
    known: np.ndarray
    uses: np.ndarray

    __repr__ = brief_repr

    def __len__(self) -> int:
        return len(self.uses)

    def joined(self, other: Lessons) -> Lessons:
        """These and then the others.

        other: of the same names.
        """
        pairs = [(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)]
        return Lessons(*(np.concatenate(pair) for pair in pairs))

    def part(self, rows: np.ndarray) -> Lessons:
        """Some of them.

        rows: which, in this order, with repeats.
        """
        return Lessons(self.properties[rows], self.tokens[rows], self.known[rows], self.uses[rows])


def lessons(dreams: Sequence[Dream], names: Sequence[str], deadline: float = math.inf) -> Lessons:
    """The arrays of tasks with their programs.

    dreams: at least one.
    names: what is counted in the programs, in this order.
    deadline: of the monotonic clock, after which tasks are left out, from the end (default: none is).
    """
    tasks: list[Described] = []
    for dream in dreams:
        if tasks and time.monotonic() > deadline:
            break
        tasks.append(described(dream.type, dream.examples))
    dreams = dreams[: len(tasks)]
    place = {name: position for position, name in enumerate(names)}
    uses = np.zeros((len(dreams), len(names)), np.float32)
    for row, dream in enumerate(dreams):
        for name, count in counts([dream.term]).items():
            if name in place:
                uses[row, place[name]] = count
    known = np.array([[row < task.examples for row in range(EXAMPLES)] for task in tasks], np.float32)
    return Lessons(np.stack([t.properties for t in tasks]), np.stack([t.tokens for t in tasks]), known, uses)


def is_loaded() -> bool:
    """Whether what a training needs is in memory."""
    return "torch" in sys.modules


def load() -> None:
    """Loads what a training needs: a few seconds, once a process."""
    import torch as torch


def train(
    guide: Guide,
    dreams: Sequence[Dream],
    *,
    solved: Sequence[Dream] = (),
    seconds: float = 60.0,
    epochs: int = 30,
    seed: int = 0,
    hidden: int = NORMAL_HIDDEN,
) -> Trained:
    """A model that corrects the guide's grammar, trained on dreams and on solved tasks, which are repeated to a quarter of the lessons.

    guide: its grammar is what the model corrects.
    dreams: tasks with programs to learn from; a tenth is held out to choose the best epoch.
    solved: tasks with the programs that solved them.
    seconds: after which it ends, at most six tenths of them for reading the tasks; learning rates fall with the time as with the steps.
    epochs: at most.
    seed: of the first weights and of the order.
    hidden: units of each hidden layer.

    One torch thread is used. The same arguments give the same model unless ``seconds`` end the training. Raises ValueError for fewer than
    ten tasks.
    """
    if len(dreams) + len(solved) < 10:
        raise ValueError(f"tasks={len(dreams) + len(solved)}: at least 10 are needed to train a recognition model")
    started = time.monotonic()
    with _seeded_thread(seed):
        own, rows, unseen = _divided(dreams, solved, guide.names, seed, started, seconds)
        best = _Fitter(guide, hidden).fit(own, rows, unseen, epochs, seconds - (time.monotonic() - started), seed)
    result = Trained(
        Guide(guide.grammar, Network(best.tensors)), best.before, best.after, best.epochs, len(own) + len(unseen),
        time.monotonic() - started,
    )  # fmt: skip
    logger.info("recognition model: %s", result.to_json())
    return result


@contextmanager
def _seeded_thread(seed: int) -> Iterator[None]:
    """In the body torch draws by the seed, in one thread; afterwards it is as it was."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _divided(
    dreams: Sequence[Dream], solved: Sequence[Dream], names: Sequence[str], seed: int, started: float, seconds: float
) -> tuple[Lessons, np.ndarray, Lessons]:
    """The lessons to learn from, their rows in one epoch (solved tasks are repeated), and the lessons held out."""
    repeats = max(1, round(len(dreams) / (3 * max(1, len(solved))))) if solved else 0
    order = np.random.default_rng(seed).permutation(len(dreams))
    held = [dreams[i] for i in order[: int(HELD_OUT * len(dreams))]] or list(solved)
    taught = [dreams[i] for i in order[int(HELD_OUT * len(dreams)) :]]
    unseen = lessons(held, names, started + 0.1 * seconds)
    dreamt = lessons(taught or solved, names, started + 0.5 * seconds)
    mine = lessons(solved, names, started + 0.6 * seconds) if taught and solved else None
    own = dreamt if mine is None else dreamt.joined(mine)
    rows = np.concatenate([np.arange(len(dreamt)), np.tile(np.arange(len(dreamt), len(own)), repeats)])
    return own, rows, unseen


@dataclass
class _Best:
    tensors: Mapping[str, np.ndarray]
    before: float
    after: float
    epochs: int = 0


class _Fitter:
    """The network as torch tensors, and the descent."""

    def __init__(self, guide: Guide, hidden: int) -> None:
        import torch

        self.base = torch.tensor(log_softmax(np.array(list(guide.grammar.values()))), dtype=torch.float32)
        self.tensors: dict[str, torch.Tensor] = {}
        for name, shape in shapes(len(guide.grammar), hidden).items():
            if name.endswith("bias") or name in ("output",):  # at first the model says what the grammar says
                tensor = torch.zeros(shape)
            else:
                tensor = torch.randn(shape) * (0.3 if name == "tokens" else (2.0 / shape[-2]) ** 0.5)
            self.tensors[name] = tensor.requires_grad_()

    def fit(self, own: Lessons, rows: np.ndarray, held: Lessons, epochs: int, seconds: float, seed: int) -> _Best:
        started = time.monotonic()
        descent = Descent(self.tensors.values(), decay=DECAY)
        random = np.random.default_rng(seed)
        before = self.loss(held)
        best = _Best(self.plain(), before, before)
        steps = max(1, -(-len(rows) // BATCH))
        total, step = epochs * steps, 0
        for epoch in range(1, epochs + 1):
            mixed = random.permutation(rows)
            for start in range(0, len(mixed), BATCH):
                batch = own.part(mixed[start : start + BATCH])
                descent.forget()
                self.nats(_fewer(batch, random), dropped=True).backward()
                descent.step(*one_cycle(step, total + 1, RATE))
                spent = (time.monotonic() - started) / seconds if seconds > 0 else 1.0
                step = min(total, max(step + 1, int(spent * total)))  # what the time will not suffice for is left out
                if step >= total:
                    break
            after = self.loss(held)
            if after < best.after:
                best = _Best(self.plain(), before, after, epoch)
            if step >= total:
                break
        return best

    def nats(self, batch: Lessons, dropped: bool = False) -> torch.Tensor:
        """Mean −log probability of the names that the programs use, a name."""
        import torch

        uses = torch.from_numpy(batch.uses)
        logp = torch.log_softmax(self.base + self.logits(batch, dropped), 1)
        return -(uses * logp).sum() / uses.sum().clamp(min=1.0)

    def loss(self, some: Lessons) -> float:
        """Nats a name, without a step."""
        import torch

        with torch.no_grad():
            total = sum(
                float(self.nats(part)) * float(part.uses.sum())
                for start in range(0, len(some), 512)
                for part in (some.part(np.arange(start, min(start + 512, len(some)))),)
            )
        return total / max(1.0, float(some.uses.sum()))

    def logits(self, batch: Lessons, dropped: bool) -> torch.Tensor:
        """What ``Network.logits`` computes, for many tasks at a time."""
        import torch

        weight = self.tensors
        known = torch.from_numpy(batch.known)[:, :, None]
        embedded = torch.nn.functional.embedding(torch.from_numpy(batch.tokens.astype(np.int64)), weight["tokens"])
        slots = torch.einsum("nesf,sfw->nesw", embedded.flatten(3), weight["slots"]) + weight["slots_bias"]
        rows = torch.relu(torch.relu(slots).flatten(2) @ weight["example"] + weight["example_bias"]) * known
        mean = rows.sum(1) / known.sum(1).clamp(min=1.0)
        pooled = torch.cat([mean, rows.amax(1)], 1)
        properties = torch.from_numpy(batch.properties)
        joined = torch.cat([properties, pooled], 1)
        joined = torch.nn.functional.dropout(joined, DROPPED, dropped)
        hidden = torch.relu(joined @ weight["hidden"] + weight["hidden_bias"])
        hidden = torch.nn.functional.dropout(hidden, DROPPED, dropped)
        hidden = torch.relu(hidden @ weight["second"] + weight["second_bias"])
        return hidden @ weight["output"] + weight["output_bias"]

    def plain(self) -> dict[str, np.ndarray]:
        return {name: tensor.detach().numpy().copy() for name, tensor in self.tensors.items()}


def _fewer(batch: Lessons, random: np.random.Generator) -> Lessons:
    """The lessons with the tokens of GLANCE examples each, drawn at random."""
    order = np.argsort(random.random(batch.known.shape) - batch.known, axis=1)[:, :GLANCE]
    rows = np.arange(len(batch))[:, None]
    return Lessons(batch.properties, batch.tokens[rows, order], batch.known[rows, order], batch.uses)
