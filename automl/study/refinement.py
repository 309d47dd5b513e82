"""Which program of a search is trained for longer next, and in which way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .planning.schedule import SETTINGS
from .state import Standing


def next_refinement(
    standing: Standing, pending: Sequence[Mapping[str, Any]], variant: Mapping[str, object], structure: Callable[[str], str],
    first: bool = False, passes: int | None = None,
) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    """The text of the program to train for longer next, with its info; None where there is none.

    standing: of the search.
    pending: what the ``asked`` events of refinements without a result say.
    variant: settings of the trainer that may be better or worse than the usual ones for these data; {}: there are none.
    structure: what programs that differ in nothing that counts share, of a program's text.
    first: whether the variant goes before the usual settings (default: after them).
    passes: where it is given, every second one, from the third on, is of another line than those before (Standing.other_line), while there
        is one, and all are while there is one whose first program made fewer passes over the train part in its short training (default:
        the lines do not count).

    It is the best of those that were not yet trained for longer. With a variant, once one of them was trained in the first way, it is
    trained once more in the other, and what comes after is trained in the way that was better.
    """
    refined = [standing.evaluations[ask] for ask in standing.refinements] if variant else []
    ways = [_way(variant, varied) for varied in (first, not first)]
    early, late = ([each for each in refined if standing.settings_of(each.ask) == way] for way in ways)
    early = [each for each in early if standing.score(each) is not None]
    own = ways[0]
    if early:
        if not late and not any(_way_of(each["info"]) == ways[1] for each in pending):
            best = max(early, key=standing.worth)
            return best.term, {**_without_way(standing.infos[best.ask]), **ways[1]}
        same = next((each for each in early if late and each.term == late[0].term), None)
        if same is not None and standing.worth(late[0]) > standing.worth(same):
            own = ways[1]
    of_lines = passes is not None and standing.refined > 1
    if of_lines and (standing.refined % 2 == 0 or standing.cut_short(passes or 0)):
        best_left = standing.other_line([int(each["info"].get("of", -1)) for each in pending], passes or 0)
    else:
        best_left = None
    best_left = best_left or standing.to_refine([str(each["term"]) for each in pending], structure)
    return None if best_left is None else (best_left.term, {"of": best_left.ask, **own})


def _way(variant: Mapping[str, object], varied: bool) -> dict[str, Any]:
    """What the info of a training has of its way."""
    return {SETTINGS: dict(variant)} if varied and variant else {}


def _way_of(info: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in info.items() if key == SETTINGS}


def _without_way(info: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in info.items() if key != SETTINGS}
