"""Primitives: words with one Python function each; ``words`` declares them, ``definitions`` has the words that stand for a term."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from .declarations import Need, Role
from .morphing.declared import Morphing
from .notation.names import is_word_name
from .term import FreeSetting, Word
from .types import Constructor, Scheme, TypeVariable, arguments_of, is_function, subtypes

if TYPE_CHECKING:
    from .fitted.cases import Fitting

PURE, STOCHASTIC, STATEFUL, EFFECTFUL = "pure", "stochastic", "stateful", "effectful"
Shape = tuple[int, ...]
FREE = -1
"""An axis of a buffer whose size is not known before it is fitted: any size fits, and it starts with one element."""


class SettingError(ValueError):
    """A setting that the word does not have, or a value out of its range."""


@dataclass(frozen=True)
class Setting:
    """One setting of a word with its default and its range: ``low`` to ``high`` (inclusive; int or float), or ``choices``.

    ``[low, high]`` is what a search samples; ``least`` bounds what a term may say (default: any value ≥ low); there is no upper bound.
    """

    name: str
    default: int | float | str | bool
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple = ()
    least: float | None = None

    def check(self, word: str, value: object) -> Any:
        """The value in the setting's type, or SettingError. One that is still to be chosen must be such whatever is chosen."""
        if isinstance(value, FreeSetting):
            if value.choices:
                return FreeSetting(choices=tuple(self.check(word, each) for each in value.choices))
            if isinstance(self.default, str | bool):
                raise self._bad(word, value, f"(choice one other …) of {', '.join(map(str, self.choices))}")
            return FreeSetting(self.check(word, value.low), self.check(word, value.high), value.log)
        if self.choices and isinstance(self.default, (str, bool)):
            if value not in self.choices or isinstance(value, bool) != isinstance(self.default, bool):
                raise self._bad(word, value, f"one of {', '.join(map(str, self.choices))}")
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._bad(word, value, "a number")
        if isinstance(self.default, int):
            if value != int(value):
                raise self._bad(word, value, "an integer")
            value = int(value)
        else:
            value = float(value)
        least = self.least if self.least is not None else self.low
        if least is not None and value < least:
            raise self._bad(word, value, f"at least {least}")
        return value

    def _bad(self, word: str, value: object, needed: str) -> SettingError:
        return SettingError(
            f"word={word!r}: setting {self.name}={value if isinstance(value, FreeSetting) else repr(value)}, needed {needed}"
        )

    def sample(self, rng: Any) -> Any:
        """A value from the range, by a numpy Generator: uniform, or log-uniform where ``log``."""
        if self.choices:
            return self.choices[int(rng.integers(len(self.choices)))]
        if self.low is None or self.high is None:
            return self.default
        if self.log:
            value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = rng.uniform(self.low, self.high + isinstance(self.default, int) * 0.999)
        return min(int(value), int(self.high)) if isinstance(self.default, int) else float(value)


def shape_text(shape: Sequence[int]) -> str:
    """A shape for people, ``*`` for an axis of any size."""
    return f"[{', '.join('*' if axis == FREE else str(axis) for axis in shape)}]"


@dataclass(frozen=True)
class Parameter:
    """A trainable tensor (or, as a buffer, a kept one) of a site: its shape, how it starts, and the fan-in that scales it.

    ``init``: zeros, ones, normal (std 1/√fan_in), kaiming (He et al. 2015, uniform, ReLU gain) or uniform (± 1/√fan_in, torch's default).
    Of a buffer, axes of ``shape`` may be FREE, and ``whole`` says that it holds whole numbers (int32).
    """

    shape: Shape
    init: str = "uniform"
    fan_in: int = 1
    whole: bool = False

    @property
    def is_free(self) -> bool:
        """Whether some axis may have any size."""
        return FREE in self.shape

    @property
    def start(self) -> Shape:
        """The shape with which it starts."""
        return tuple(1 if axis == FREE else axis for axis in self.shape)

    def admits(self, shape: Sequence[int]) -> bool:
        """Whether a tensor of this shape can stand there."""
        return len(shape) == len(self.shape) and all(
            mine == given or (mine == FREE and given > 0) for mine, given in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class Prior:
    """How likely a word is before any task has taught better.

    ``cost``: what it costs in enumerations, in buckets of −log probability: 2 for an everyday word, 5 for a rare one; None where the word
    adds nothing there, as ``compose`` where terms are applications. ``weight``: its log-weight, relative to 0, where programs are drawn;
    ``in_nets``: the same for programs with tensors in their type (None: ``weight``). ``first``: the word alone, where that makes a program,
    is worth trying before anything else, words with a smaller number earlier (None: it is not). ``part``: such words, joined, are worth
    another word on top of them, one with ``top``, its place among the same numbers; a word with ``between`` then stands on each of them.
    ``head``: it answers from few examples by what a trained net says of them. All are set by hand.
    """

    cost: int | None = 4
    weight: float = 0.0
    in_nets: float | None = None
    first: int | None = None
    part: bool = False
    top: int | None = None
    between: bool = False
    head: bool = False

    def drawn(self, tensors: bool) -> float:
        """The log-weight for programs with or without tensors in their type."""
        return self.in_nets if tensors and self.in_nets is not None else self.weight


NO_PRIOR = Prior()


@dataclass(frozen=True, eq=False)
class Primitive:
    """A word of the language; see ``words`` for how it is declared. ``meaning`` is its function.

    ``shapes(*argument shapes, **settings) -> result shape`` is the forward shape function where unification cannot tell;
    ``parameters`` / ``buffers`` ``(*argument shapes, **settings) -> {name: Parameter}`` are the weights of a site;
    ``columns`` is the vectorised meaning for banks of terms, ``batched`` the meaning of an algorithmic word on batches of tensors.
    ``prior`` is how likely the word is before any task has taught better;
    ``flops(*argument shapes, **settings)`` is the number of multiply-adds an example, where it is worth knowing.
    ``needs`` says, by position, what an argument must be like for the word to give a certain result (see ``declarations.py``);
    ``role`` says what the word does where others must know it exactly (see ``declarations.py``);
    ``ufunc`` names numpy's universal function that is the meaning on arrays of Floats, NaN where the word fails; "" where there is none;
    ``morphing`` says which edits at it keep what a net computes (see ``morphing``);
    ``spoken`` is what the names of learned words call it where its own name cannot stand in one (``add`` for ``+``), and ``twice`` what
    they call it where it is given one value twice (``square`` for ``*``), or TRIVIAL where nobody would do so.
    ``example`` is a program without free variables in which the word stands, for its page in the reference ("" for none).
    ``unbounded``: it may call its functions more often than its arguments have elements, perhaps for ever.
    ``fitted``: the buffers of its sites are found by an algorithm in the cases of the task (docs/fitted_words.md).
    ``traceable``: it is the same tensor operations whatever the values and the size of the batch, as formats such as ONNX need.

    Raises ValueError for a ``name`` that no term can hold, and for ``needs`` of what is no argument.
    """

    name: str
    scheme: Scheme
    meaning: Callable
    doc: str = ""
    settings: tuple[Setting, ...] = ()
    prior: Prior = NO_PRIOR
    purity: str = PURE
    lazy: frozenset[int] = frozenset()
    geometric: bool = False
    shapes: Callable | None = None
    parameters: Callable | None = None
    buffers: Callable | None = None
    batched: Callable | None = None
    columns: Callable | None = None
    flops: Callable | None = None
    differentiable: bool = True
    unbounded: bool = False
    fitted: Fitting | None = None
    traceable: bool = True
    needs: Mapping[int, Need] = field(default_factory=lambda: MappingProxyType({}))
    role: Role | None = None
    ufunc: str = ""
    morphing: Morphing | None = None
    spoken: str = ""
    twice: str = ""
    example: str = ""
    keywords: frozenset[str] = field(init=False)
    called_by_text: ClassVar[bool] = True
    """Whether the name must be one that a text can hold."""

    def __post_init__(self) -> None:
        if self.called_by_text and not (isinstance(self.name, str) and is_word_name(self.name)):
            raise ValueError(
                f"name={self.name!r} cannot name a word; needed letters, digits and _ ' . - after a letter, or signs alone such as <=>"
            )
        self._check_needs()
        names = inspect.signature(self.meaning).parameters.values()
        object.__setattr__(self, "keywords", frozenset(p.name for p in names if p.kind is p.KEYWORD_ONLY))

    def _check_needs(self) -> None:
        arguments, _ = arguments_of(self.scheme.type)
        for position, need in self.needs.items():
            if not isinstance(need, Need) or not 0 <= position < len(arguments) or is_function(arguments[position]):
                raise ValueError(
                    f"word={self.name!r}: needs={{{position}: {need}}}; needed a Need for the position of an argument that is data"
                )

    @functools.cached_property
    def arity(self) -> int:
        """Number of arguments that the meaning takes at once (arrows after that belong to the result)."""
        parameters = inspect.signature(self.meaning).parameters.values()
        return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)

    @functools.cached_property
    def rearranges(self) -> bool:
        """Whether the word only passes on what it is given, whatever that is, so that its meaning on batches is the same.

        Its type tells: it speaks of nothing but variables, pairs and functions, and a word of such a type cannot look at its arguments.
        """
        plain = self.purity == PURE and not (self.scheme.constraints or self.unbounded or self.geometric)
        return plain and all(
            isinstance(part, TypeVariable) or (isinstance(part, Constructor) and part.name in ("->", "pair"))
            for part in subtypes(self.scheme.type)
        )

    @property
    def sited(self) -> bool:
        """Whether the word has weights and so needs a site."""
        return self.parameters is not None

    def word(self, settings: Mapping[str, object] | None = None, site: str | None = None) -> Word:
        """A Word term with all settings in declared order, defaults filled in and values checked."""
        given = dict(settings or {})
        full = []
        for setting in self.settings:
            value = given.pop(setting.name, setting.default)
            full.append((setting.name, setting.check(self.name, value)))
        if given:
            known = ", ".join(s.name for s in self.settings) or "none"
            raise SettingError(f"word={self.name!r}: setting {next(iter(given))!r} is not known; it has: {known}")
        return Word(self.name, tuple(full), site)


def word_in_role(words: Mapping[str, Primitive], role: Role, *values: object, site: str | None = None) -> Word | None:
    """The word that says of itself that it has a role; None where there is none.

    words: by name.
    role: see ``declarations.py``.
    values: of its settings, in their order; those that are left out are as usual.
    site: of this use, where it has weights.
    """
    found = next((word for word in words.values() if word.role is role), None)
    return None if found is None else found.word(dict(zip((each.name for each in found.settings), values)), site)
