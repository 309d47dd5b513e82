"""Where a program came from: the edits and the longer trainings that led to it, and what each gained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from library.browsing.browser import AbstractBrowser
from library.records import Direction, Run

from ...study.journal import ASKED
from ...study.state import folds_of
from ..words import texts_for_people

MOST = 40
"""Generations that are followed back."""


@dataclass(frozen=True)
class Ancestor:
    """A program on the way to the winner: ``operator`` is the edit that made it, or the training that it was given, ``parents`` the asks
    that it was made of, and ``gain`` how much better it is than the best of these (None: one of the two has no score, or one a mean over
    folds and the other not)."""

    ask: int
    operator: str
    parents: tuple[int, ...]
    score: float | None
    gain: float | None
    size: int
    program: str


def genealogy(browser: AbstractBrowser, run: Run, ask: int) -> list[Ancestor]:
    """A program and its ancestors, the first one first; of several parents the better one is followed.

    browser: of the store.
    run: whose they are.
    ask: of the program.
    """
    sign = Direction(run.direction).sign
    found: list[Ancestor] = []
    wanted: int | None = ask
    event = browser.latest(run.id, ASKED, ask)
    while wanted is not None and len(found) < MOST and wanted not in {each.ask for each in found}:
        payload = {} if event is None else event.payload
        operator, parents, of = made_by(payload)
        if of is not None:
            operator, parents = f"trained longer ({payload.get('phase')})", (of,)
        near = {each.ask: each for each in browser.chosen(run.id, {wanted, *parents})}
        own = near.get(wanted)
        if own is None:
            break
        scores = {each: run.primary(near[each].scores) for each in parents if each in near}
        known = {each: (folds_of(near[each]) > 0, sign * score) for each, score in scores.items() if score is not None}
        better = max(known, key=lambda each: known[each], default=next(iter(scores), None))
        score = run.primary(own.scores)
        gain = None
        if better in known and score is not None and known[better][0] == (folds_of(own) > 0):
            gain = sign * score - known[better][1]
        found.append(Ancestor(wanted, operator, parents, score, gain, own.size, own.term))
        event = None if better is None or event is None else browser.latest(run.id, ASKED, better, event.number)
        wanted = better
    texts = texts_for_people(browser, [each.program for each in found])
    return [replace(each, program=text) for each, text in zip(found, texts, strict=True)][::-1]


def made_by(payload: Mapping[str, object]) -> tuple[str, tuple[int, ...], int | None]:
    """The edit that made a candidate ("": none is known), the asks that it was made of, and that of which it is a longer
    training (None: of none).

    payload: of the entry of the log that asked for it.
    """
    info = payload.get("info")
    info = info if isinstance(info, Mapping) else {}
    of, parents = info.get("of"), info.get("parents")
    asks = tuple(each for each in parents if isinstance(each, int)) if isinstance(parents, list) else ()
    return str(info.get("operator", "")), asks, of if isinstance(of, int) else None
