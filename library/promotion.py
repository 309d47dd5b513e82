"""What is promoted to the library and what is demoted: pure rules from evidence, which the caller gathers, to a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from primitives.brief import plural

from .compression.compress import Abstraction
from .records import Direction


@dataclass(frozen=True)
class Rule:
    """The bounds of the rules.

    ``tasks``: in how many tasks an abstraction must occur. ``saved``: by how many symbols it must shorten the corpus, its own text
    counted but for its parameters. ``words``: how many words its body must have, for a name for less than that only widens the search.
    ``confidence``: how likely right the programs of so many tasks must be on average; where more tasks use it, less will do.
    ``patience``: after how many tasks without use a subroutine is demoted. ``tolerance``: by how much the score of a net may be worse
    when it is evaluated again (it may be better: the last training of a study uses the validation cases too). ``probe``: by how much the
    score of a linear answer on features may be worse than that of the net that they are cut from. ``width``: how many numbers features
    may have.
    """

    tasks: int = 2
    saved: float = 1.0
    confidence: float = 0.75
    words: int = 2
    patience: int = 50
    tolerance: float = 0.005
    probe: float = 0.05
    width: int = 4096


@dataclass(frozen=True)
class Evidence:
    """What is known of a candidate: ``well_typed``, and for every solved program that it occurs in whether the program, written with it,
    still gives the stored outputs (``reproduced``, by task), and how likely that program is right (``confidence``, by task; absent: 1)."""

    well_typed: bool = True
    reproduced: Mapping[str, bool] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NetEvidence:
    """What is known of a trained program: its ``score`` on validation data, the score at which its task counts as solved, whether larger
    or smaller scores are better, its score when evaluated ``again`` from the stored weights, and the score of the subroutine that has
    its place at ``present`` (None: none)."""

    score: float
    solved_at: float
    again: float
    direction: Direction = Direction.MAXIMIZE
    present: float | None = None
    well_typed: bool = True
    trainable: bool = True


@dataclass(frozen=True)
class PartEvidence:
    """What is known of a prefix of a promoted net: the net's ``score`` on validation data, that of a linear answer fitted to the features
    (``probe``), by how much at most an output of the net is another ``after`` them, how many numbers they have, and whether larger or
    smaller scores are better."""

    score: float
    probe: float
    after: float
    width: int
    direction: Direction = Direction.MAXIMIZE


@dataclass(frozen=True)
class Verdict:
    """The decision with its reasons, one sentence each: of a promotion the first that forbids it, or all that speak for it."""

    promote: bool
    reasons: tuple[str, ...]


def verdict(candidate: Abstraction, evidence: Evidence, rule: Rule = Rule()) -> Verdict:
    """Whether an abstraction becomes a word: used by enough tasks, shortens the corpus, type-checks, reproduces the stored outputs.

    candidate: what compression found.
    evidence: what the caller knows of its tasks and outputs.
    rule: the bounds (default: Rule()).
    """
    from primitives.term import words_in

    count = len(words_in(candidate.body))
    right = sum(evidence.confidence.get(task, 1.0) for task in candidate.tasks)
    least = rule.tasks * rule.confidence
    few = f"programs={right:.2f} that use it are expected to be right, at least {least:.2f} are needed"
    lost = sorted(task for task, same in evidence.reproduced.items() if not same)
    against = [
        (not evidence.well_typed, "it has no type"),
        (len(candidate.tasks) < rule.tasks, f"tasks={len(candidate.tasks)} use it, at least {rule.tasks} are needed"),
        (
            len(candidate.tasks) >= rule.tasks and right < least,
            few,
        ),
        (candidate.saved < rule.saved, f"saved={candidate.saved:g} symbols, at least {rule.saved:g} are needed"),
        (count < rule.words, f"words={count} in its body, at least {rule.words} are needed"),
        (bool(lost), f"the programs of {', '.join(lost[:3])} give other outputs with it"),
    ]
    return _weighed(
        against,
        (
            f"used by {plural(len(candidate.tasks), 'task')}",
            f"shortens the corpus by {candidate.saved:g} symbols",
            f"has the type {candidate.scheme}",
            f"the programs of {len(evidence.reproduced)} tasks give the same outputs with it",
        ),
    )


def net_verdict(evidence: NetEvidence, rule: Rule = Rule()) -> Verdict:
    """Whether a trained program becomes a word, with its weights: its task is solved on validation data, and what is stored is what was
    scored.

    evidence: what the caller measured.
    rule: the bounds (default: Rule()).
    """
    sign = evidence.direction.sign
    present = evidence.present
    against = [
        (not evidence.well_typed, "it has no type"),
        (not evidence.trainable, "it has no weights of its own"),
        (
            not sign * evidence.score >= sign * evidence.solved_at,
            f"score={evidence.score:g}, needed {evidence.solved_at:g}",
        ),
        (
            not sign * evidence.again >= sign * evidence.score - rule.tolerance,
            f"score={evidence.again:g} when evaluated again from its stored weights, {evidence.score:g} before",
        ),
        (
            present is not None and not sign * evidence.score > sign * present,
            f"score={evidence.score:g}, the subroutine in its place has {present}",
        ),
    ]
    return _weighed(
        against,
        (
            f"solves its task on validation data: score={evidence.score:g}, needed {evidence.solved_at:g}",
            f"its stored weights do no worse ({evidence.again:g})",
        ),
    )


SAME = 1e-4
"""By how much, in parts of the largest, an output may be another for the order in which numbers are added."""


def part_verdict(evidence: PartEvidence, rule: Rule = Rule()) -> Verdict:
    """Whether the prefix of a promoted net becomes a word: what is left of the net gives the same with it, and it serves as features, for a
    linear answer that is fitted to them does about as well as the net.

    evidence: what the caller measured.
    rule: the bounds (default: Rule()).
    """
    sign = evidence.direction.sign
    least = sign * evidence.score - rule.probe
    against = [
        (not evidence.after <= SAME, f"after={evidence.after:g}: the net gives other outputs with it"),
        (evidence.width > rule.width, f"width={evidence.width} numbers, at most {rule.width} may be"),
        (
            not sign * evidence.probe >= least,
            f"probe={evidence.probe:g} is the score of a linear answer on it, {sign * least:g} is needed",
        ),
    ]
    return _weighed(
        against,
        (
            f"a linear answer on it has score={evidence.probe:g}, the net {evidence.score:g}",
            "the net gives the same outputs with it",
        ),
    )


def _weighed(against: Sequence[tuple[bool, str]], reasons: tuple[str, ...]) -> Verdict:
    """Against a promotion with those reasons that hold; where none does, for it with ``reasons``."""
    held = tuple(reason for holds, reason in against if holds)
    return Verdict(False, held) if held else Verdict(True, reasons)


@dataclass(frozen=True)
class Service:
    """What a subroutine did since it was promoted: how many ``tasks`` were searched since, how many since its ``last_use``, by how many
    symbols the corpus would be longer without it now (None: not known), and how many active subroutines are made with it."""

    tasks: int
    last_use: int
    saves: float | None = None
    dependents: int = 0


def review(service: Service, rule: Rule = Rule()) -> Verdict:
    """Whether a subroutine stays (``promote``) or is demoted: it was not used for ``rule.patience`` tasks, or no longer pays.

    service: what the subroutine did since it was promoted.
    rule: the bounds (default: Rule()).
    """
    if service.dependents:
        return Verdict(True, (f"{service.dependents} active subroutines are made with it",))
    if service.tasks >= rule.patience and service.last_use >= rule.patience:
        return Verdict(False, (f"it was not used in the last {service.last_use} tasks",))
    if service.tasks >= rule.patience and service.saves is not None and service.saves <= 0:
        return Verdict(False, (f"saves={service.saves:g} symbols: it no longer pays",))
    return Verdict(True, (f"used {service.last_use} tasks ago",))
