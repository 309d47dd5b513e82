"""The page on the layers that see the input first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from primitives.brief import plural

from ...pictures import AbstractPicture, filter_picture
from ..filters import first_layers
from ..page import Inspected, Page, Section, Shown


def _find(inspected: Inspected) -> Section:
    layers = first_layers(inspected.model)
    if not layers:
        return Section({"layers": [], "reason": "the program has no layer with weights"})
    facts = {
        "layers": [{"site": layer.site, "word": layer.word, "shape": list(layer.filters.shape)} for layer in layers]
    }
    pictures: dict[str, AbstractPicture] = {}
    for number, layer in enumerate(layers):
        name = "filters" if len(layers) == 1 else f"filters_{number + 1}"
        pictures[name] = filter_picture(
            layer.filters, f"{layer.word} @{layer.site}: {plural(len(layer.filters), 'filter')}"
        )
    return Section(facts, pictures)


def _show(facts: Mapping[str, Any]) -> Shown:
    for row in facts["layers"]:
        yield f"first layer {row['word']} @{row['site']}: filters {row['shape']}"


FILTERS = Page("filters", _find, _show, needs_data=False)
