"""The rules of promotion and demotion, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library.compression.compress import Abstraction
from library.promotion import Evidence, NetEvidence, Rule, Service, net_verdict, review, verdict
from library.records import Direction
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
GOOD = Abstraction(
    "squares", parse("(lambda (xs) (map (lambda (x) (* x x)) xs))", WORDS), "Num a => list(a) -> list(a)", 1, 3, ("a", "b"), 6.0,
    "squares", "algorithmic",
)  # fmt: skip
NET = NetEvidence(score=0.985, solved_at=0.98, again=0.985)


def test_what_is_used_saves_has_a_type_and_reproduces_is_promoted() -> None:
    found = verdict(GOOD, Evidence(True, {"a": True, "b": True}))
    assert found.promote and len(found.reasons) == 4
    assert found.reasons[0] == "used by 2 tasks" and "2 tasks give the same outputs" in found.reasons[3]


@pytest.mark.parametrize(
    ("changes", "evidence", "reason"),
    [
        ({"tasks": ("a",)}, Evidence(), "tasks=1"),
        ({"saved": 0.5}, Evidence(), "saved=0.5"),
        ({"saved": -4.0}, Evidence(), "saved=-4"),
        ({"body": parse("(lambda (x) (sum x))", WORDS)}, Evidence(), "words=1"),
        ({}, Evidence(confidence={"a": 0.9, "b": 0.4}), "programs=1.30 that use it"),
        ({}, Evidence(well_typed=False), "no type"),
        ({}, Evidence(True, {"a": True, "b": False}), "programs of b give other outputs"),
    ],
)
def test_each_condition_alone_forbids_it(changes: dict, evidence: Evidence, reason: str) -> None:
    found = verdict(replace(GOOD, **changes), evidence)
    assert not found.promote and len(found.reasons) == 1 and reason in found.reasons[0]


def test_all_reasons_against_it_are_told() -> None:
    found = verdict(replace(GOOD, tasks=(), saved=0.0), Evidence(False, {"a": False}))
    assert not found.promote and len(found.reasons) == 4


def test_the_bounds_can_be_chosen() -> None:
    assert not verdict(GOOD, Evidence(), Rule(tasks=3)).promote
    assert not verdict(GOOD, Evidence(), Rule(saved=6.5)).promote
    assert verdict(replace(GOOD, saved=6.5), Evidence(), Rule(saved=6.5)).promote


def test_a_net_that_solves_its_task_is_promoted() -> None:
    assert net_verdict(NET).promote
    assert net_verdict(replace(NET, score=0.02, solved_at=0.05, again=0.02, direction=Direction.MINIMIZE)).promote
    assert net_verdict(replace(NET, present=0.98)).promote
    assert net_verdict(replace(NET, again=1.0)).promote and net_verdict(replace(NET, again=0.982)).promote


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0.97, "again": 0.97},
        {"score": float("nan"), "again": float("nan")},
        {"again": 0.9},
        {"again": float("nan")},
        {"present": 0.985},
        {"present": 0.99},
        {"well_typed": False},
        {"trainable": False},
        {"direction": Direction.MINIMIZE},
        {"score": 0.02, "again": 0.02, "solved_at": 0.05, "direction": Direction.MINIMIZE, "present": 0.01},
    ],
)
def test_a_net_that_does_not_is_not(changes: dict) -> None:
    found = net_verdict(replace(NET, **changes))
    assert not found.promote and found.reasons


@pytest.mark.parametrize(
    ("service", "stays"),
    [
        (Service(tasks=10, last_use=10, saves=-3.0), True),
        (Service(tasks=60, last_use=49, saves=4.0), True),
        (Service(tasks=60, last_use=50, saves=4.0), False),
        (Service(tasks=60, last_use=2, saves=0.0), False),
        (Service(tasks=60, last_use=2), True),
        (Service(tasks=60, last_use=60, saves=-1.0, dependents=1), True),
    ],
)
def test_what_is_not_used_or_no_longer_pays_leaves(service: Service, stays: bool) -> None:
    found = review(service)
    assert found.promote is stays and found.reasons
