"""Function-preserving edits of nets: after them, and before any further training, a net computes what its parent did.

Widening and deepening by Chen et al. (2016, Net2Net), branches that start at zero and kernels grown by zeros by Wei et al. (2016, Network
morphism). Which words allow what is their own declaration (docs/weights.md, 13).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from primitives.declarations import Role
from primitives.inference import ShapeError
from primitives.morphing.declared import Channels
from primitives.morphing.transfer import IDENTITY, ZERO, Step
from primitives.primitive import Primitive, Setting
from primitives.term import Let, Term, Variable, Word, apply, map_words, sites_of, spine, words_in
from primitives.types import TensorType, Type

from ..generation.choosing import DeadEnd
from ..generation.nets.kinds import KindRule, kind_of
from ..generation.positions import Annotated, Position, replace_at
from ..randomness import Draws
from .channels import channel_groups
from .editor import Variant
from .mutation import Mutator

LEAST, MOST = 1.25, 2.0
"""A layer is made so many times as wide."""
MOST_SETTINGS = 64
"""Settings of a word that are tried for one that keeps a shape."""


@dataclass(frozen=True)
class Morphism:
    """An edited program, its sites not yet numbered, with the steps of those whose weights do not stay as they are."""

    term: Term
    steps: Mapping[str, Sequence[Step]] = field(default_factory=dict)


Operation = Callable[["Morpher", Annotated, Draws], Morphism]


class Morpher:
    """Applies function-preserving edits, chosen by weight, until one gives a program."""

    def __init__(self, mutator: Mutator) -> None:
        self.mutator = mutator
        self.grammar, self.problem = mutator.grammar, mutator.problem
        self.operations = list(MORPHISMS.items())
        self.cumulative = list(itertools.accumulate(weight for _, weight in MORPHISMS.values()))

    def morph(self, term: Term, draws: Draws, attempts: int = 12) -> Variant:
        """A variant of a program that gives the same outputs, once its weights are those of the program by way of its ``transfer``.

        term: a program of the problem.
        draws: where the randomness comes from.
        attempts: edits that are tried (default: 12).

        Raises DeadEnd after so many edits that could not be made.
        """
        parent = self.mutator.annotate(term)
        for _ in range(attempts):
            name, (operation, _) = self.operations[draws.weighted(self.cumulative)]
            try:
                made = operation(self, parent, draws)
            except DeadEnd:
                continue
            variant = self.mutator.accept(made.term, name, {})
            if variant is not None and variant.term != term:
                return _with_steps(variant, made.steps, frozenset(sites_of(parent.term)))
        raise DeadEnd(
            f"no edit of a term of size {term.size} that keeps what it computes was found in {attempts} tries"
        )

    def rules(self, type: Type, fits: Callable[[Primitive], bool]) -> tuple[list[KindRule], list[float]]:
        """The rules of words of one argument that give its kind again, of those that fit, with their cumulative weights."""
        kind = kind_of(type)
        rules = [
            rule for rule, following in self.grammar.pipelines.kinds.steps(kind)
            if following == kind and rule.form == "plain" and len(rule.signature.arguments) == 1 and fits(rule.signature.word)
        ]  # fmt: skip
        return rules, list(itertools.accumulate(self.grammar.pipelines.weights[rule] for rule in rules))

    def one_rule(self, type: Type, draws: Draws, fits: Callable[[Primitive], bool]) -> KindRule:
        """One of these, by weight. Raises DeadEnd where there is none."""
        rules, cumulative = self.rules(type, fits)
        if not rules:
            raise DeadEnd(f"type={type}: no word keeps it")
        return rules[draws.weighted(cumulative)]

    def keeping(self, rule: KindRule, type: TensorType, draws: Draws, identical: bool) -> dict[str, object]:
        """Settings with which the word gives the very type that it takes, drawn from those that do.

        identical: whether there must be weights with which it gives its argument.
        """
        word = rule.signature.word
        named = {
            name: axis for variable, name in rule.signature.settings.items() for axis in _axis_of(rule, variable, type)
        }
        ranges = [[named[s.name]] if s.name in named else self._values(word, s) for s in word.settings]
        found = []
        for values in itertools.islice(itertools.product(*ranges), MOST_SETTINGS):
            settings = dict(zip((s.name for s in word.settings), values, strict=True))
            if self._keeps(rule, type, settings, identical):
                found.append(settings)
        if not found:
            raise DeadEnd(f"word={word.name}: with no settings it keeps {type}")
        return draws.choice(found)

    def _values(self, word: Primitive, setting: Setting) -> list[object]:
        declared = self.problem.setting(word.name, setting)
        return list(declared.choices) or [declared.default]

    def _keeps(self, rule: KindRule, type: TensorType, settings: Mapping[str, object], identical: bool) -> bool:
        word = rule.signature.word
        try:
            if self.grammar.pipelines.placer.result(rule, [type], {}, settings) != type:
                return False
        except ShapeError:
            return False
        identity = word.morphing.identity if word.morphing is not None else None
        return not identical or (identity is not None and identity(type.shape, **settings) is not None)


def _axis_of(rule: KindRule, variable: object, type: TensorType) -> list[object]:
    """The size that a setting must have for the result to be of the type."""
    result = rule.signature.result
    assert isinstance(result, TensorType)
    return [type.shape[result.shape.index(axis)] for axis in result.shape if axis == variable]


def _with_steps(variant: Variant, steps: Mapping[str, Sequence[Step]], known: frozenset[str]) -> Variant:
    """The variant with its steps by the numbered sites; a new site has no ancestor."""
    before = {new: old for new, (_, old) in variant.origins.items()}
    origins = {new: (0, old) for new, old in before.items() if old in known}
    transfer = {new: tuple(steps[old]) for new, old in before.items() if old in steps}
    return Variant(variant.term, variant.operator, origins, transfer)


def _one(places: Sequence[Position], draws: Draws) -> Position:
    if not places:
        raise DeadEnd("no place for this edit")
    return draws.choice(places)


def _fresh(parent: Annotated) -> list[str]:
    """Names for new sites that the program does not use."""
    used = set(sites_of(parent.term))
    return list(itertools.islice((f"new{i}" for i in itertools.count() if f"new{i}" not in used), 3))


def _tensors(morpher: Morpher, parent: Annotated) -> list[Position]:
    places = morpher.mutator.places(parent)
    return [place for place in places if isinstance(place.type, TensorType) and place.type.dtype == "float"]


def _head(morpher: Morpher, place: Position) -> Primitive | None:
    """The word of which the place is a result."""
    head = spine(place.term)[0]
    return morpher.problem.words.get(head.name) if isinstance(head, Word) else None


def _made(start: str, rule: KindRule, type: TensorType, settings: Mapping[str, object]) -> Step:
    shape = [axis for axis in type.shape if isinstance(axis, int)]
    return {"op": "make", "start": start, "word": rule.name, "shapes": [shape], "settings": dict(settings)}


def _mixes(word: Primitive) -> bool:
    return word.sited and word.morphing is not None and word.morphing.channels is Channels.MIXED


def widen_channels(morpher: Morpher, parent: Annotated, draws: Draws) -> Morphism:
    """A layer with more channels, some of them repeated, and what reads them with shares of its weights (Net2WiderNet)."""
    groups = channel_groups(parent, morpher.problem.runnable)
    free = groups.free()
    if not free:
        raise DeadEnd("every layer's width is needed as it is")
    group = draws.choice(sorted(free))
    width = groups.width[groups.makers[free[group][0]][0]]
    wanted, names = round(width * draws.uniform(LEAST, MOST)), {site: groups.makers[site][1] for site in free[group]}
    for word in words_in(parent.term):
        if word.site in names:
            declared = {setting.name: setting for setting in morpher.problem.runnable[word.name].settings}
            high = morpher.problem.setting(word.name, declared[names[word.site]]).high
            wanted = wanted if high is None else min(wanted, int(high))
    wanted = max(wanted, width + 1) if wanted >= width + 1 or width < 2 else wanted
    if wanted <= width:
        raise DeadEnd(f"width={width}: there is no room for more")
    index = [*range(width), *(draws.integers(width) for _ in range(wanted - width))]
    steps: dict[str, list[Step]] = {}
    for site, axis in groups.axes:
        spans = groups.spans_of((site, axis), group)
        if spans:
            steps.setdefault(site, []).append({"op": "widen", "axis": axis, "index": index, "spans": spans})

    def wider(word: Word) -> Term:
        if word.site not in names:
            return word
        name = names[word.site]
        return Word(
            word.name, tuple((key, wanted if key == name else value) for key, value in word.settings), word.site
        )

    return Morphism(map_words(parent.term, wider), steps)


def deepen(morpher: Morpher, parent: Annotated, draws: Draws) -> Morphism:
    """A layer that is the identity, where it and the activation after it change nothing: after the same activation; or, without weights
    between channels, after a layer."""
    places = []
    for place in _tensors(morpher, parent):
        word = _head(morpher, place)
        again = word is not None and word.morphing is not None and word.morphing.idempotent
        if word is not None and (again or _mixes(word)):
            places.append((place, word if again else None))
    if not places:
        raise DeadEnd("no place for this edit")
    place, activation = draws.choice(places)
    assert isinstance(place.type, TensorType)
    rule = morpher.one_rule(
        place.type, draws, lambda word: word.sited and _has_identity(word) and _mixes(word) == bool(activation)
    )
    settings = morpher.keeping(rule, place.type, draws, identical=True)
    site = _fresh(parent)[0]
    layer = apply(Word(rule.name, tuple(settings.items()), site), place.term)
    if activation is not None:
        layer = apply(activation.word(), layer)
    return Morphism(replace_at(parent.term, place.path, layer), {site: [_made(IDENTITY, rule, place.type, settings)]})


def _has_identity(word: Primitive) -> bool:
    return word.morphing is not None and word.morphing.identity is not None


def add_branch(morpher: Morpher, parent: Annotated, draws: Draws) -> Morphism:
    """A value plus a branch from it whose last layer starts at zero: one layer, or a fresh one with an activation before it."""
    place = _one(_tensors(morpher, parent), draws)
    assert isinstance(place.type, TensorType)
    total = next((word for word in morpher.problem.words.values() if word.role is Role.SUM), None)
    if total is None:
        raise DeadEnd("no word adds two tensors")
    last = morpher.one_rule(place.type, draws, _mixes)
    settings = morpher.keeping(last, place.type, draws, identical=False)
    sites, branch = _fresh(parent), _branch_start(place)
    if draws.random() < 0.5:
        first = morpher.one_rule(place.type, draws, _mixes)
        kept = morpher.keeping(first, place.type, draws, identical=False)
        active = morpher.one_rule(place.type, draws, lambda word: word.role is Role.MONOTONE and not word.settings)
        layer = apply(Word(first.name, tuple(kept.items()), sites[1]), branch)
        branch = apply(active.signature.word.word(), layer)
    branch = apply(Word(last.name, tuple(settings.items()), sites[0]), branch)
    new = apply(total.word(), _branch_start(place), branch)
    if not isinstance(place.term, Variable):
        new = Let(place.term, new)
    return Morphism(replace_at(parent.term, place.path, new), {sites[0]: [_made(ZERO, last, place.type, settings)]})


def _branch_start(place: Position) -> Term:
    return place.term if isinstance(place.term, Variable) else Variable(0)


def grow_kernel(morpher: Morpher, parent: Annotated, draws: Draws) -> Morphism:
    """A layer's window made larger by zeros round it."""
    found: list[tuple[Word, object, int]] = []
    for word in {word.site: word for word in words_in(parent.term) if word.site is not None}.values():
        primitive = morpher.problem.words.get(word.name)
        morphing = primitive.morphing if primitive is not None else None
        if primitive is None or morphing is None or morphing.offset is None or "@" in (word.site or ""):
            continue
        settings = dict(word.settings)
        old = settings.pop(morphing.window)
        assert isinstance(old, int)
        declared = next(setting for setting in primitive.settings if setting.name == morphing.window)
        for new in morpher.problem.setting(word.name, declared).choices:
            offset = morphing.offset(old, new, **settings) if new > old else None
            if offset is not None:
                found.append((word, new, offset))
    if not found:
        raise DeadEnd("no window can be made larger")
    chosen, size, offset = draws.choice(found)
    assert chosen.site is not None and isinstance(size, int)
    name = morpher.problem.runnable[chosen.name].morphing
    assert name is not None

    def larger(word: Word) -> Term:
        if word.site != chosen.site:
            return word
        return Word(
            word.name, tuple((key, size if key == name.window else value) for key, value in word.settings), word.site
        )

    return Morphism(map_words(parent.term, larger), {chosen.site: [{"op": "pad", "offset": offset, "size": size}]})


MORPHISMS: dict[str, tuple[Operation, float]] = {
    "widen_channels": (widen_channels, 3.0),
    "deepen": (deepen, 2.0),
    "add_branch": (add_branch, 1.0),
    "grow_kernel": (grow_kernel, 1.0),
}
"""Function-preserving edits with their weights. Set by hand."""
