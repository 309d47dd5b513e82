"""Edits of any program: a subterm, a word, a setting replaced; hoisted; inserted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from primitives.binding import free_variables, shift
from primitives.primitive import Primitive, Setting
from primitives.term import Apply, Lambda, Term, Word, apply, map_words, spine, words_in
from primitives.types import has_tensor, is_function

from ..generation.choosing import DeadEnd
from ..generation.grammar import Grammar
from ..generation.nets.kinds import kind_of
from ..generation.nets.placing import NEW_SITE
from ..generation.positions import Annotated, Position, replace_at
from ..generation.signatures import signature
from ..randomness import Draws

if TYPE_CHECKING:
    from .mutation import Mutator

GROUPS = "groups"
"""The setting that says in how many groups a layer takes its maps."""
Operator = Callable[["Mutator", Annotated, Draws, dict[str, tuple[int, str]]], Term]


def _choose(places: Sequence[Position], draws: Draws) -> Position:
    if not places:
        raise DeadEnd("no place for this edit")
    return draws.choice(places)


def replace_subtree(mutator: Mutator, parent: Annotated, draws: Draws, copied: dict) -> Term:
    """A subterm replaced by a fresh one of the same type in the same scope."""
    place = _choose(mutator.places(parent), draws)
    least = mutator.grammar.least(place.type)
    room = min(mutator.spare(parent, place), max(least, place.term.size) + 8)
    new = mutator.grammar.grow(place.type, place.scope, room, draws)
    return replace_at(parent.term, place.path, new)


def change_setting(mutator: Mutator, parent: Annotated, draws: Draws, copied: dict) -> Term:
    """One setting of one word moved a step (log scale where declared so), or to another choice; a width of which a layer has as many groups
    in the whole program."""
    places = [
        (place, depth, word)
        for place in mutator.places(parent)
        for depth, word in [_head(place.term)]
        if word is not None and word.settings and word.name in mutator.problem.words
    ]
    if not places:
        raise DeadEnd("no word has settings")
    place, depth, word = draws.choice(places)
    primitive = mutator.problem.words[word.name]
    setting = draws.choice(primitive.settings)
    declared = mutator.problem.setting(word.name, setting)
    old = dict(word.settings).get(setting.name, setting.default)
    value = step(declared, old, draws)
    if mutator.problem.space is None and setting.name in signature(primitive).settings.values():
        grouped = any(old != 1 and dict(other.settings).get(GROUPS) == old for other in words_in(parent.term))
        if grouped:
            return _resized(mutator, parent.term, old, value)
    settings = tuple((key, value if key == setting.name else old) for key, old in word.settings)
    return replace_at(parent.term, (*place.path, *[0] * depth), Word(word.name, settings, word.site))


def _resized(mutator: Mutator, term: Term, old: object, new: object) -> Term:
    """The term with all widths, and all groups of layers, that are ``old`` as ``new`` ones."""

    def resized(word: Word) -> Word:
        known = mutator.problem.words.get(word.name)
        axes = set() if known is None else {*signature(known).settings.values(), GROUPS}
        settings = tuple((key, new if key in axes and value == old else value) for key, value in word.settings)
        return Word(word.name, settings, word.site)

    return map_words(term, resized)


def step(setting: Setting, value: object, draws: Draws) -> object:
    """A neighbour of a setting's value within its range: about a factor of 1.6 (log), or a sixth of the range."""
    if setting.choices:
        others = [choice for choice in setting.choices if choice != value]
        return draws.choice(others) if others else value
    if setting.low is None or setting.high is None or isinstance(value, (str, bool)):
        return value
    assert isinstance(value, (int, float))
    move = sum(draws.uniform(-1, 1) for _ in range(3))
    if setting.log:
        moved = math.exp(math.log(max(value, 1e-12)) + 0.5 * move)
    else:
        moved = value + move * (setting.high - setting.low) / 6
    moved = min(max(moved, setting.low), setting.high)
    if not isinstance(setting.default, int):
        return float(moved)
    whole = round(moved)
    if whole == value:
        whole += 1 if move > 0 else -1
    return int(min(max(whole, setting.low), setting.high))


def replace_word(mutator: Mutator, parent: Annotated, draws: Draws, copied: dict) -> Term:
    """A word replaced by another that takes the same arguments to the same type (for tensors: the same kind)."""
    types = {place.path: place.type for place in parent.positions}
    places = [place for place in mutator.places(parent) if _head(place.term)[1] is not None]
    place = _choose(places, draws)
    depth, word = _head(place.term)
    assert word is not None
    arguments = [types.get((*place.path, *[0] * (depth - 1 - i), 1)) for i in range(depth)]
    if None in arguments:
        raise DeadEnd("an argument has an open type")
    grammar = mutator.grammar
    if has_tensor(place.type) or any(has_tensor(a) for a in arguments if a is not None):
        wanted = [kind_of(a) for a in arguments if a is not None]
        others = _like(grammar, wanted, kind_of(place.type), word.name)
    else:
        table = grammar.table(place.type).productions
        others = [
            p.word for p in table if p.word is not None and list(p.arguments) == arguments and p.label != word.name
        ]
    others = [other for other in others if other.name != word.name]
    if not others:
        raise DeadEnd(f"word={word.name}: no other has its type")
    weights = list(itertools.accumulate(math.exp(grammar.weights[other.name]) for other in others))
    new = _with_settings(mutator, others[draws.weighted(weights)], word, draws)
    return replace_at(parent.term, place.path, apply(new, *spine(place.term)[1]))


def _like(grammar: Grammar, arguments: list, result: object, name: str) -> list[Primitive]:
    """Plain words that take these kinds to that kind."""
    if not arguments:
        return []
    kinds = grammar.pipelines.kinds
    data = next((i for i, a in enumerate(arguments) if has_tensor(a)), 0)
    return [
        rule.signature.word
        for rule, following in kinds.steps(arguments[data])
        if following == result and rule.data == data and len(rule.signature.arguments) == len(arguments)
        and rule.form == "plain"
    ]  # fmt: skip


def _with_settings(mutator: Mutator, new: Primitive, old: Word, draws: Draws) -> Word:
    """The new word with the old one's values for settings of the same name, where in range, others drawn."""
    known = dict(old.settings)
    settings = {}
    for setting in new.settings:
        value = known.get(setting.name)
        fits = (
            value is not None
            and type(value) is type(setting.default)
            and (not setting.choices or value in setting.choices)
        )
        drawn = mutator.problem.setting(new.name, setting)
        settings[setting.name] = value if fits else drawn.sample(draws)
    return new.word(settings, NEW_SITE if new.sited else None)


def hoist(mutator: Mutator, parent: Annotated, draws: Draws, copied: dict) -> Term:
    """A subterm replaced by a part of it that has the same type (for tensors: the same kind) and needs no inner binder."""
    places = mutator.places(parent)
    place = _choose([p for p in places if p.term.size > 1 and not isinstance(p.term, Lambda)], draws)
    parts = []
    for part in parent.positions:
        if part.path[: len(place.path)] != place.path or part.path == place.path:
            continue
        extra = len(part.scope) - len(place.scope)
        if kind_of(part.type) == kind_of(place.type) and not any(v < extra for v in free_variables(part.term)):
            parts.append(shift(part.term, -extra))
    if not parts:
        raise DeadEnd("no part has the type of the whole")
    return replace_at(parent.term, place.path, draws.choice(parts))


def insert(mutator: Mutator, parent: Annotated, draws: Draws, copied: dict) -> Term:
    """A word put round a subterm: the subterm becomes one of its arguments, the others are drawn."""
    place = _choose([p for p in mutator.places(parent) if not is_function(p.type) and not has_tensor(p.type)], draws)
    grammar = mutator.grammar
    fitting = [p for p in grammar.table(place.type).productions if p.word is not None and place.type in p.arguments]
    if not fitting:
        raise DeadEnd(f"type={place.type}: no word takes it to itself")
    chosen = fitting[draws.weighted(list(itertools.accumulate(p.weight for p in fitting)))]
    kept = draws.choice([i for i, type in enumerate(chosen.arguments) if type == place.type])
    assert chosen.word is not None
    room = mutator.problem.max_size - parent.term.size - 1
    parts = []
    for position, type in enumerate(chosen.arguments):
        if position == kept:
            parts.append(place.term)
            continue
        parts.append(grammar.grow(type, place.scope, min(room, grammar.least(type) + 5), draws))
        room -= parts[-1].size
    word = grammar.occurrence(chosen.word, draws, (), dict(chosen.fixed))
    return replace_at(parent.term, place.path, apply(word, *parts))


def _head(term: Term) -> tuple[int, Word | None]:
    """The number of arguments and the word of an application or a bare word."""
    depth = 0
    while isinstance(term, Apply):
        depth, term = depth + 1, term.function
    return depth, term if isinstance(term, Word) else None


OPERATORS: dict[str, tuple[Operator, float]] = {
    "replace_subtree": (replace_subtree, 4.0),
    "change_setting": (change_setting, 3.0),
    "replace_word": (replace_word, 2.0),
    "hoist": (hoist, 1.5),
    "insert": (insert, 1.5),
}
"""Operators with their weights."""
