"""Bounds and preferences of one enumeration."""

from __future__ import annotations

from dataclasses import dataclass

from primitives.types import Type


@dataclass(frozen=True)
class Settings:
    """Bounds of one enumeration. ``memory`` in bytes, by which the process may grow; ``types`` are added to those that polymorphic
    words are tried at."""

    memory: int = 3 << 29
    max_cost: int = 60
    lambda_depth: int = 2
    body_worlds: int = 160
    max_worlds: int = 400
    max_length: int = 128
    max_steps: int | None = None
    types: tuple[Type, ...] = ()
    exact: bool = False
    all_examples: bool = False
    """Whether to reckon with all examples from the beginning; else with few, as long as they are enough (see basis.py)."""
    goal: float = 1.0
    """The least share of the examples that a hit meets; below 1 for tasks with noise, such as those that call a trained net."""
    strange_type: int = 2
    mine: bool = True
    """Whether constants are mined from the examples."""
    check_seconds: float = 2.0
    nested: int = 1
    ahead_from: int = 7
    """From this level on the search looks ahead for the goal (see ahead/)."""
    bodies: float | None = None
    """The share of all terms that may be spent on bodies of lambdas ahead of the level; 0: none, None: by the number of words."""
    subgoals: bool = True
    """Whether values that a word of one argument turns into the goal are looked for like the goal."""
    alike: int = 4
    """Hits told of one cost that have the same values on examples and probes."""
    margin: int = 3
    """How much more than the cheapest of the same values a hit may cost."""
    most_names: int = 600
    """Hits told that differ in their values."""
