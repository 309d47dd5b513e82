"""The words that are known, by family, and what is worth knowing of each."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from library.browsing.by_type import TypedWord, search_types
from primitives.primitive import PURE, Primitive, Setting


@dataclass(frozen=True)
class WordFamily:
    """The words that one module declares; ``doc`` is the module's own text."""

    name: str
    doc: str
    words: tuple[Primitive, ...]


def families(words: Mapping[str, Primitive]) -> list[WordFamily]:
    """The families by name, the words of each in the order of ``words``.

    words: by name.
    """
    found: dict[str, list[Primitive]] = {}
    for word in words.values():
        found.setdefault(word.meaning.__module__, []).append(word)
    return sorted(
        (WordFamily(module.rpartition(".")[2], _text(module), tuple(each)) for module, each in found.items()),
        key=lambda family: family.name,
    )


def _text(module: str) -> str:
    return inspect.getdoc(importlib.import_module(module)) or ""


def find_words(words: Mapping[str, Primitive], text: str) -> list[Primitive]:
    """Words by a text or by a type: all where the text is empty; where it has an arrow those whose types unify with it, the nearest first;
    else those that have it in their name, their family or their description.

    words: to look among, by name.
    text: what is looked for.

    Raises TypeSyntaxError for a text with an arrow that is no type.
    """
    if "->" in text:
        typed = [TypedWord(word.name, "", str(word.scheme)) for word in words.values()]
        return [words[match.word.name] for match in search_types(text, typed)]
    wanted = text.casefold()
    return [word for word in words.values() if any(wanted in part.casefold() for part in _described(word))]


def _described(word: Primitive) -> tuple[str, str, str]:
    return word.name, word.meaning.__module__.rpartition(".")[2], word.doc


def setting_range(setting: Setting) -> str:
    """What a search chooses from, for people: ``1 to 4096, by its logarithm`` or ``valid or same``."""
    if len(setting.choices) == 1:
        return "no other in a search"
    if setting.choices:
        return " or ".join(str(each).lower() if isinstance(each, bool) else str(each) for each in setting.choices)
    return f"{setting.low:g} to {setting.high:g}" + (", by its logarithm" if setting.log else "")


def traits(word: Primitive) -> list[str]:
    """What sets the word apart from one that is pure, strict, and has neither weights nor settings."""
    parts = [
        (word.purity, word.purity != PURE),
        ("fitted", word.fitted is not None),
        ("trained weights", word.sited and word.fitted is None),
        (
            "argument " + ", ".join(str(place + 1) for place in sorted(word.lazy)) + " only if it is needed",
            bool(word.lazy),
        ),
        ("may run for ever", word.unbounded),
        ("no gradient", word.geometric and not word.differentiable),
    ]
    return [text for text, holds in parts if holds]


def plain_word(word: Primitive) -> dict[str, Any]:
    """What the command says of a word, as JSON data."""
    return {
        "name": word.name,
        "type": str(word.scheme),
        "family": word.meaning.__module__.rpartition(".")[2],
        "description": " ".join(word.doc.replace("``", "").split()),
        "cost": word.prior.cost,
        "settings": [
            {"name": each.name, "default": each.default, "range": setting_range(each)} for each in word.settings
        ],
        "traits": traits(word),
    }
