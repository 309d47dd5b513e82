"""SVG as text: elements whose attributes and texts are escaped. Colours come from classes of the style sheet."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

SHAPES = 1
"""Places after the point of coordinates: a tenth of a unit cannot be seen."""


def element(tag: str, /, *children: str | Markup, **attributes: str | float) -> Markup:
    """One element; texts among the children are escaped. A picture of HTML (``img``) has no children and no end.

    tag: its name.
    children: texts and elements in it.
    attributes: by name, of which ``_`` at the end is cut off and others stand for ``-``; numbers are rounded.
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_short(value))}"' for name, value in attributes.items()
    )
    if tag == "img":
        return Markup(f"<img{given}>")
    inner = Markup("").join(children)
    return Markup(f"<{tag}{given}>{inner}</{tag}>")


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.{SHAPES}f}".rstrip("0").rstrip(".")


def path(points: Iterable[tuple[float, float]]) -> str:
    """The ``d`` of a line through points."""
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def bar(share: float) -> Markup:
    """A bar that fills a share of its width, from 0 to 1. It says nothing that the number beside it does not."""
    inner = element("rect", class_="bar-fill", width=100 * min(max(share, 0.0), 1.0), height=8)
    track = element("rect", class_="bar-track", width=100, height=8)
    return element(
        "svg", track, inner, class_="bar", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true"
    )
