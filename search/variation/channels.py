"""Where the channels of a net's layers go: which weights must change with the width of a layer, for the net to compute the same.

The program is followed as it would be evaluated, with the channels of a tensor in the place of its numbers. Channels that are read by
something of which nothing is known (``primitives.morphing.declared.Channels``), or that reach the result, are *held*: their number must
stay.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from primitives.declarations import Role
from primitives.inference import Site
from primitives.morphing.declared import Channels
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Term, Variable, Word
from primitives.types import DimensionVariable, TensorType, Type

from ..generation.positions import Annotated, Path
from ..generation.signatures import signature


@dataclass(frozen=True)
class Span:
    """A part of a tensor's first axis: all channels of a group, each with ``block`` numbers one behind the other."""

    group: int
    block: int = 1


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class _Unapplied:
    """A lambda with the values of the variables round it, or a word that has none of its arguments yet."""

    term: Lambda | Word
    path: Path = ()
    scope: tuple[_Value, ...] = ()


_Value = Spans | _Unapplied | None
"""None is what has no channels, or none that may change."""


@dataclass
class Groups:
    """The channels that go together: ``axes`` are the parts of the first (0) and second (1) axis of a site's weights, ``makers`` the words
    whose setting says how many channels there are, by their sites."""

    width: list[int] = field(default_factory=list)
    axes: dict[tuple[str, int], Spans] = field(default_factory=dict)
    makers: dict[str, tuple[int, str]] = field(default_factory=dict)
    _held: set[int] = field(default_factory=set)
    _kept: set[str] = field(default_factory=set)
    _leader: list[int] = field(default_factory=list)

    def new(self, width: int) -> Spans:
        """A group of so many channels."""
        self.width.append(width)
        self._leader.append(len(self._leader))
        return (Span(len(self.width) - 1),)

    def leader(self, group: int) -> int:
        """The group that stands for all that were joined with this one."""
        while self._leader[group] != group:
            group = self._leader[group]
        return group

    def hold(self, value: _Value) -> None:
        """The number of these channels stays as it is."""
        if isinstance(value, tuple):
            self._held.update(span.group for span in value)

    def is_held(self, group: int) -> bool:
        """Whether the number of its channels must stay."""
        return any(self.leader(held) == self.leader(group) for held in self._held)

    def join(self, one: _Value, other: _Value) -> None:
        """Both have the same channels at the same places; where that cannot be, all are held."""
        same = isinstance(one, tuple) and isinstance(other, tuple) and self._sizes(one) == self._sizes(other)
        if not same:
            self.hold(one)
            self.hold(other)
            return
        assert isinstance(one, tuple) and isinstance(other, tuple)
        for mine, theirs in zip(one, other, strict=True):
            self._leader[self.leader(mine.group)] = self.leader(theirs.group)

    def keep(self, site: str) -> None:
        """The weights of a site stay as they are, and with them all channels that they are of."""
        self._kept.add(site)
        for axis in (0, 1):
            self.hold(self.axes.get((site, axis)))

    def read(self, site: str, axis: int, value: Spans) -> Spans:
        """An axis of a site's weights has these channels, wherever the site occurs; those by which it was known before are given back."""
        if site in self._kept:
            self.hold(value)
        known = self.axes.setdefault((site, axis), value)
        self.join(known, value)
        return known

    def _sizes(self, value: Spans) -> list[tuple[int, int]]:
        return [(self.width[span.group], span.block) for span in value]

    def free(self) -> dict[int, list[str]]:
        """The groups that may be widened, by their leaders, with the sites that make their channels."""
        found: dict[int, list[str]] = {}
        for site, (group, _) in self.makers.items():
            if not self.is_held(group):
                found.setdefault(self.leader(group), []).append(site)
        return found

    def spans_of(self, key: tuple[str, int], group: int) -> list[list[int]]:
        """An axis as ``primitives.morphing.transfer.Widened`` has it, where the group is widened; [] where the group is not in it."""
        spans = [[self.width[span.group], span.block, int(self.leader(span.group) == group)] for span in self.axes[key]]
        return spans if any(widened for _, _, widened in spans) else []


def channel_groups(program: Annotated, words: Mapping[str, Primitive]) -> Groups:
    """The groups of channels of a program.

    program: closed, with its types.
    words: what its words mean.
    """
    follower = _Follower(program, words)
    follower.escape(follower.value(program.term, (), ()))
    return follower.groups


class _Follower:
    """Follows one program."""

    def __init__(self, program: Annotated, words: Mapping[str, Primitive]) -> None:
        self.words, self.sites = words, program.inference.sites
        self.types = {place.path: place.type for place in program.positions}
        self.groups = Groups()

    def value(self, term: Term, path: Path, scope: tuple[_Value, ...]) -> _Value:
        """What a part of the program comes to."""
        if isinstance(term, Variable):
            return scope[-1 - term.index]
        if isinstance(term, Lambda):
            return _Unapplied(term, path, scope)
        if isinstance(term, Let):
            bound = self.value(term.value, (*path, 0), scope)
            return self.value(term.body, (*path, 1), (*scope, bound))
        if isinstance(term, Word):
            return _Unapplied(term)
        return self.application(term, path, scope) if isinstance(term, Apply) else None

    def application(self, term: Term, path: Path, scope: tuple[_Value, ...]) -> _Value:
        result, places = path, []
        while isinstance(term, Apply):
            places.append((term.argument, (*path, 1)))
            term, path = term.function, (*path, 0)
        places.reverse()
        arguments = [self.value(argument, place, scope) for argument, place in places]
        types = [self.types.get(place) for _, place in places]
        return self.applied(self.value(term, path, scope), arguments, types, self.types.get(result))

    def applied(
        self, function: _Value, arguments: Sequence[_Value], types: Sequence[Type | None], result: Type | None
    ) -> _Value:
        """A function of some arguments."""
        left = list(arguments)
        while left and isinstance(function, _Unapplied) and isinstance(function.term, Lambda):
            function = self.value(function.term.body, (*function.path, 0), (*function.scope, left.pop(0)))
        if not left:
            return function
        if isinstance(function, _Unapplied) and isinstance(function.term, Word) and len(left) == len(types):
            return self.word(function.term, left, types, result)
        for value in (function, *left):
            self.escape(value)
        return None

    def escape(self, value: _Value) -> None:
        """The value goes where nothing is known of it; a function may be called there, with anything."""
        while isinstance(value, _Unapplied) and isinstance(value.term, Lambda):
            value = self.value(value.term.body, (*value.path, 0), (*value.scope, None))
        if isinstance(value, _Unapplied):
            assert isinstance(value.term, Word)
            if value.term.site is not None:
                self.groups.keep(value.term.site)
        self.groups.hold(value)

    def word(
        self, word: Word, arguments: Sequence[_Value], types: Sequence[Type | None], result: Type | None
    ) -> _Value:
        """A word of all its arguments, by what it declares."""
        primitive = self.words.get(word.name)
        known = primitive.morphing.channels if primitive is not None and primitive.morphing is not None else None
        joins = primitive is not None and primitive.role is Role.JOIN
        if primitive is None or result is None or primitive.arity != len(arguments) or not (known or joins):
            return self._unknown(word, arguments)
        tensors = [(self._spans(value, type), type) for value, type in zip(arguments, types, strict=True)]
        spans = [each for each, type in tensors if isinstance(type, TensorType)]
        if not isinstance(result, TensorType) or None in spans or not spans:
            return self._unknown(word, arguments)
        there = [each for each in spans if each is not None]
        if joins:
            return tuple(span for each in there for span in each)
        if known is Channels.MIXED:
            return self._mixed(word, primitive, there, types, result)
        if known is Channels.IN_A_ROW:
            first = next(type for _, type in tensors if isinstance(type, TensorType))
            size = math.prod(axis for axis in first.shape[1:] if isinstance(axis, int))
            return tuple(Span(span.group, span.block * size) for span in there[0])
        for other in there[1:]:
            self.groups.join(there[0], other)
        if word.site is not None:
            self.groups.read(word.site, 0, there[0])
        return there[0]

    def _unknown(self, word: Word, arguments: Sequence[_Value]) -> _Value:
        for value in arguments:
            self.escape(value)
        if word.site is not None:
            self.groups.keep(word.site)
        return None

    def _spans(self, value: _Value, type: Type | None) -> Spans | None:
        """The channels of a tensor; of one of which nothing is known a group that is held."""
        if isinstance(value, tuple):
            return value
        first = type.shape[0] if isinstance(type, TensorType) and type.shape else None
        if not isinstance(first, int):
            return None
        held = self.groups.new(first)
        self.groups.hold(held)
        return held

    def _mixed(
        self,
        word: Word,
        primitive: Primitive,
        values: Sequence[Spans],
        types: Sequence[Type | None],
        result: TensorType,
    ) -> _Value:
        """A layer: its result has channels of its own."""
        axis = signature(primitive).result
        named = axis.shape[0] if isinstance(axis, TensorType) and axis.shape else None
        setting = signature(primitive).settings.get(named) if isinstance(named, DimensionVariable) else None
        site, given = word.site, types[0]
        plain = len(values) == 1 and isinstance(given, TensorType) and setting is not None and site is not None
        if not plain or not _is_full(self.sites.get(site or ""), given, result):
            return self._unknown(word, values)
        width = result.shape[0]
        assert site is not None and setting is not None and isinstance(width, int)
        made = self.groups.read(site, 0, self.groups.new(width))
        self.groups.makers.setdefault(site, (made[0].group, setting))
        self.groups.read(site, 1, values[0])
        return made


def _is_full(site: Site | None, given: Type | None, result: TensorType) -> bool:
    """Whether every channel of the result has a weight for every channel of the argument, as it is not in groups."""
    if site is None or not isinstance(given, TensorType):
        return False
    shapes = [parameter.shape for parameter in site.parameters.values()]
    wide = [shape[:2] == (result.shape[0], given.shape[0]) for shape in shapes if len(shape) > 1]
    return bool(wide) and all(wide) and all(shape[0] == result.shape[0] for shape in shapes) and not site.buffers
