"""The charts of a library as a whole: how it grew, and its map."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from primitives.brief import plural

from ..charts.counts import counts, efforts
from ..charts.plot import Axes
from ..charts.scattered import MapPlace, scattered
from ..views.growth import LibraryGrowth
from ..views.vocabulary.overview import LibraryMap


def growth_charts(view: LibraryGrowth) -> dict[str, Markup]:
    """How many there were at each time and what solutions took, by what is said below them.

    view: how the library grew.
    """
    found = {
        f"{name} over time": counts(
            points, view.seconds, Axes(f"how many {name} there were at each time", "since the first", name)
        )
        for name, points in (("words", view.words), ("tasks solved", view.tasks))
        if points
    }
    if view.terms:
        title = f"programs looked at until the first that solves the task, of {plural(len(view.terms), 'search', 'searches')}"
        whole = ""
        if view.whole:
            those = "all" if view.whole == len(view.terms) else f"{view.whole:,} of these"
            whole = f" (of {those} until the search ended, for the first was not recorded)"
        found[f"programs looked at until the first that solves the task, a point a search{whole}"] = efforts(
            view.terms, view.seconds, Axes(title, "since the first", "programs")
        )
    return found


def map_picture(whole: LibraryMap, link: Callable[[str], str]) -> Markup | None:
    """The map of a library; None where it has no words.

    whole: its words at their places.
    link: the address of a word by its name.
    """
    if not whole.places:
        return None
    places = [
        MapPlace(
            each.x, each.y, each.word.word.name, f"{each.word.word.name} : {each.word.word.type}, {plural(each.word.tasks, 'task')}",
            float(each.word.tasks), f"f{each.family}" if each.family >= 0 else "other", link(each.word.word.name),
        )
        for each in whole.places
    ]  # fmt: skip
    return scattered(
        places, f"a map of {plural(len(places), 'word')}: those with the same words in their bodies lie near each other"
    )
