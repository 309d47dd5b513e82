"""What the fitted words of a model have found, as text: in the names and units of the data where a word reads the data itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from primitives.fitted.readings import Reading
from primitives.fitted.stacks import fitted_sites
from primitives.term import Lambda, Let, Term, Variable, Word, spine, subterms

from ..tasks.preprocessing import Preprocessing

if TYPE_CHECKING:
    from .model import Model


def readings_of(model: Model) -> list[str]:
    """A text for each site of a fitted word whose arrays are few enough to be read."""
    texts = []
    for site, word in fitted_sites(model.term, model.vocabulary.all_words).items():
        if word.fitted is None or word.fitted.read is None:
            continue
        prefix = f"{site}."
        arrays = {k.removeprefix(prefix): v.cpu().numpy() for k, v in model.weights.items() if k.startswith(prefix)}
        lines = word.fitted.read(arrays, _reading(model, site, word.name)) if arrays else []
        if lines:
            texts.append("\n".join(lines))
    return texts


def _reading(model: Model, site: str, word: str) -> Reading:
    prepared = model.preprocessing
    reads, answers = _place(model.expanded, site)
    names = feature_names(prepared) if reads and prepared is not None else ()
    offset, scale = (np.zeros(1), np.ones(1)) if prepared is None or not reads else _affine(prepared)

    def feature(i: int) -> str:
        return f"x[{names[i]!r}]" if i < len(names) else f"x[{i}]"

    def raw(i: int, threshold: float) -> float:
        at = i if len(scale) > 1 else 0
        return float(threshold * scale[at] + offset[at])

    def answer(values: np.ndarray) -> str:
        return _answer(values, prepared if answers else None)

    name = word if site == "1" else f"{word}_{site}".replace(".", "_").replace("@", "_")
    return Reading(name, feature, raw, answer)


def _place(program: Term, site: str) -> tuple[bool, bool]:
    """Whether the word at the site reads the program's input itself, and whether what it gives is the program's answer."""
    body, depth = program, 0
    while isinstance(body, Lambda):
        body, depth = body.body, depth + 1
    bound = any(isinstance(part, Lambda | Let) for part in subterms(body))
    for part in subterms(body):
        head, arguments = spine(part)
        if isinstance(head, Word) and head.site == site and arguments:
            return arguments == [Variable(0)] and depth == 1 and not bound, part is body
    return False, False


def _affine(prepared: Preprocessing) -> tuple[np.ndarray, np.ndarray]:
    return np.array(prepared.inputs.offset), np.array(prepared.inputs.scale)


def feature_names(prepared: Preprocessing) -> tuple[str, ...]:
    """A name for each number of the input of a table, by its column's; () where there are none."""
    names = [name for column in prepared.columns for name in column.features]
    return tuple(names) if len(names) == int(np.prod(prepared.shape)) else ()


def _answer(values: np.ndarray, prepared: Preprocessing | None) -> str:
    """A label with its share, numbers in the target's own units, or the numbers as they are."""
    if prepared is not None and prepared.label_names:
        best = int(values.argmax())
        return f"{prepared.label_names[best]!r}  # {values[best]:.2f}"
    if prepared is not None and prepared.target is not None:
        values = prepared.target.invert(values[None])[0]
    texts = [f"{value:.6g}" for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
