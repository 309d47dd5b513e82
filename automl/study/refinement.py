"""Which program of a search is trained for longer next, and in which way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .planning.schedule import SETTINGS
from .state import Standing


def next_refinement(
    standing: Standing, pending: Sequence[Mapping[str, Any]], variant: Mapping[str, object], structure: Callable[[str], str]
) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    """The text of the program to train for longer next, with its info; None where there is none.

    standing: of the search.
    pending: what the ``asked`` events of refinements without a result say.
    variant: settings of the trainer that may be better or worse than the usual ones for these data; {}: there are none.
    structure: what programs that differ in nothing that counts share, of a program's text.

    It is the best of those that were not yet trained for longer. With a variant, once one of them was, it is trained once more by it,
    and what comes after is trained in the way that was better.
    """
    refined = [standing.evaluations[ask] for ask in standing.refinements] if variant else []
    usual = [each for each in refined if not standing.settings_of(each.ask) and standing.score(each) is not None]
    varied = [each for each in refined if standing.settings_of(each.ask)]
    own: dict[str, Any] = {}
    if usual:
        if not varied and not any(SETTINGS in each["info"] for each in pending):
            best = max(usual, key=standing.worth)
            return best.term, {**standing.infos[best.ask], SETTINGS: dict(variant)}
        same = next((each for each in usual if varied and each.term == varied[0].term), None)
        if same is not None and standing.worth(varied[0]) > standing.worth(same):
            own = {SETTINGS: dict(variant)}
    best_left = standing.to_refine([str(each["term"]) for each in pending], structure)
    return None if best_left is None else (best_left.term, {"of": best_left.ask, **own})
