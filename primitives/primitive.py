"""Words: primitives (one Python function each) and definitions (subroutines that stand for a term).

A word is one function in one file of ``primitives/ops``, found by scanning::

    @word("sort", "Ord a => list(a) -> list(a)")
    def sort(xs):
        return tuple(sorted(xs))

    @geometric("dense", "Tensor[n] -> Tensor[units]", settings=(Setting("units", 32, 1, 4096, log=True),), parameters=...)
    def dense(x, *, weight, bias, units):
        return torch.nn.functional.linear(x, weight, bias)

The function of an algorithmic word works on values; functions among its arguments are curried callables; arguments at the positions in
``lazy`` arrive as callables without arguments. The function of a geometric word works on batches (a leading batch dimension), with
settings, parameters and buffers as keyword arguments: the interpreter calls it with a batch of one, the compiler with the real batch.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .needs import Need
from .plugins import PluginKind, marked
from .printing import brief_repr
from .types import Scheme, arguments_of, is_function, parse_scheme

PURE, STOCHASTIC, STATEFUL, EFFECTFUL = "pure", "stochastic", "stateful", "effectful"
Shape = tuple[int, ...]


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
        """The value in the setting's type, or SettingError."""
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
        return SettingError(f"word={word!r}: setting {self.name}={value!r}, needed {needed}")

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


@dataclass(frozen=True)
class Parameter:
    """A trainable tensor (or, as a buffer, a kept one) of a site: its shape, how it starts, and the fan-in that scales it.

    ``init``: zeros, ones, normal (std 1/√fan_in), kaiming (He et al. 2015, uniform, ReLU gain) or uniform (± 1/√fan_in, torch's default).
    """

    shape: Shape
    init: str = "uniform"
    fan_in: int = 1


@dataclass(frozen=True)
class Prior:
    """How likely a word is before any task has taught better.

    ``cost``: what it costs in enumerations, in buckets of −log probability: 2 for an everyday word, 5 for a rare one; None where the word
    adds nothing there, as ``compose`` where terms are applications. ``weight``: its log-weight, relative to 0, where programs are drawn;
    ``in_nets``: the same for programs with tensors in their type (None: ``weight``). All are set by hand.
    """

    cost: int | None = 4
    weight: float = 0.0
    in_nets: float | None = None

    def drawn(self, tensors: bool) -> float:
        """The log-weight for programs with or without tensors in their type."""
        return self.in_nets if tensors and self.in_nets is not None else self.weight


NO_PRIOR = Prior()


@dataclass(frozen=True, eq=False)
class Primitive:
    """A word of the language; see the module's text. ``meaning`` is its function.

    ``shapes(*argument shapes, **settings) -> result shape`` is the forward shape function where unification cannot tell;
    ``parameters`` / ``buffers`` ``(*argument shapes, **settings) -> {name: Parameter}`` are the weights of a site;
    ``columns`` is the vectorised meaning for banks of terms, ``batched`` the meaning of an algorithmic word on batches of tensors.
    ``prior`` is how likely the word is before any task has taught better;
    ``flops(*argument shapes, **settings)`` is the number of multiply-adds an example, where it is worth knowing.
    ``needs`` says, by position, what an argument must be like for the word to give a certain result (see ``needs.py``);
    ``branches``: the word gives its second argument where its first is true, else its third.
    ``unbounded``: it may call its functions more often than its arguments have elements, perhaps for ever.

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
    needs: Mapping[int, Need] = field(default_factory=lambda: MappingProxyType({}))
    branches: bool = False
    keywords: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        from .syntax import is_word_name

        # a Definition may have a private name, such as ?fn_0, by which no text can call it; a store checks those of its own
        if not isinstance(self, Definition) and not (isinstance(self.name, str) and is_word_name(self.name)):
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

    @property
    def sited(self) -> bool:
        """Whether the word has weights and so needs a site."""
        return self.parameters is not None

    def word(self, settings: Mapping[str, object] | None = None, site: str | None = None) -> Any:
        """A Word term with all settings in declared order, defaults filled in and values checked."""
        from .term import Word

        given = dict(settings or {})
        full = []
        for setting in self.settings:
            value = given.pop(setting.name, setting.default)
            full.append((setting.name, setting.check(self.name, value)))
        if given:
            known = ", ".join(s.name for s in self.settings) or "none"
            raise SettingError(f"word={self.name!r}: setting {next(iter(given))!r} is not known; it has: {known}")
        return Word(self.name, tuple(full), site)


@dataclass(frozen=True, eq=False)
class Definition(Primitive):
    """A subroutine: a word that stands for the closed term ``body``.

    ``use``: ``fresh`` (every occurrence has its own weights), ``tuned`` or ``frozen`` (all occurrences share the library's weights).
    """

    body: Any = None
    digest: str = ""
    weights: str | None = None
    load: Callable[[], Mapping[str, Any]] | None = None
    """Reads the library's weights, ``site of the body.parameter`` to tensor."""
    origin: str = ""
    """The name under which weights of its shared uses are stored, where it was renamed since."""

    __repr__ = brief_repr

    @functools.cached_property
    def tensors(self) -> Mapping[str, Any]:
        """The library's weights under the sites that ``expand`` gives to shared uses; read once, empty where there are none."""
        if self.load is None:
            return {}
        return {key if "@" in key else f"{self.prefix}.{key}": tensor for key, tensor in self.load().items()}

    @property
    def prefix(self) -> str:
        """The first part of the sites of shared uses."""
        return f"{self.origin or self.name}@{self.digest[:12]}"

    @functools.cached_property
    def arity(self) -> int:
        return len(arguments_of(self.scheme.type)[0])

    @property
    def sited(self) -> bool:
        from .term import sites_of

        return self.geometric and bool(sites_of(self.body))


def _unavailable(*arguments: object) -> object:
    raise AssertionError("a definition is expanded before it runs")


USE = Setting("use", "fresh", choices=("fresh", "tuned", "frozen"))


def definition(
    name: str,
    scheme: Scheme | str,
    body: Any,
    *,
    doc: str = "",
    weights: str | None = None,
    digest: str = "",
    load: Callable[[], Mapping[str, Any]] | None = None,
    shapes: Callable | None = None,
    origin: str = "",
) -> Definition:
    """A subroutine as a word: it stands for the closed term ``body``, whose words are primitives or other definitions.

    With ``weights`` (a blob's digest) its occurrences are ``frozen`` unless told otherwise, else ``fresh``. ``digest`` names the version
    (default: that of the body). ``load`` reads those weights; in stored ones its shared uses have the name ``origin`` (default: ``name``).
    """
    from .term import digest as digest_of
    from .term import sites_of

    scheme = parse_scheme(scheme) if isinstance(scheme, str) else scheme
    sited = bool(sites_of(body))
    default = "frozen" if weights else "fresh"
    settings = (Setting("use", default, choices=USE.choices),) if sited else ()
    return Definition(
        name,
        scheme,
        _unavailable,
        doc,
        settings,
        Prior(cost=2 if sited else 3),
        geometric=sited,
        shapes=shapes,
        body=body,
        digest=digest or digest_of(body),
        weights=weights,
        load=load,
        origin=origin,
    )


class LibraryWeights(Mapping[str, Any]):
    """The weights of all subroutines in a term, nested ones too, under the sites that ``expand`` gives to shared uses.

    They are read when first asked for, so that terms without them cost nothing.
    """

    def __init__(self, term: Any, words: Mapping[str, Primitive]) -> None:
        self._term, self._words = term, words

    @functools.cached_property
    def _found(self) -> dict[str, Any]:
        from .term import words_in

        found: dict[str, Any] = {}
        for name in {word.name for word in words_in(self._term)}:
            primitive = self._words.get(name)
            if isinstance(primitive, Definition):
                found.update(LibraryWeights(primitive.body, self._words))
                found.update(primitive.tensors)
        return found

    def __getitem__(self, key: str) -> Any:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def word(name: str, scheme: str, **options: Any) -> Callable[[Callable], Callable]:
    """Declare an algorithmic word; several may decorate one function."""
    return _declare(name, scheme, options)


def geometric(name: str, scheme: str, **options: Any) -> Callable[[Callable], Callable]:
    """Declare a geometric word: its function works on batches."""
    return _declare(name, scheme, {"geometric": True, **options})


def _declare(name: str, scheme: str, options: dict) -> Callable[[Callable], Callable]:
    def declare(meaning: Callable) -> Callable:
        options.setdefault("doc", inspect.getdoc(meaning) or "")
        options["lazy"] = frozenset(options.get("lazy", ()))
        primitive = Primitive(name, parse_scheme(scheme), meaning, **options)
        meaning.__dict__.setdefault("primitives", []).append((name, primitive))
        return meaning

    return declare


WORDS: PluginKind[Primitive] = PluginKind("word", f"{__package__}.ops", marked("primitives"), "words")


def collect(modules: Iterable[Any]) -> dict[str, Primitive]:
    """The words declared in the modules. Raises PluginError where a name occurs twice."""
    return dict(WORDS.collect(modules))


def builtin_words() -> Mapping[str, Primitive]:
    """All primitives of ``primitives/ops``, found by scanning the folder. Raises PluginError."""
    return WORDS.built_in()


def known_words() -> Mapping[str, Primitive]:
    """The built-in primitives and those from outside. Raises PluginError where two have one name."""
    return WORDS.found()


class ExpansionError(ValueError):
    """A subroutine stands for itself, or for a term that is too large."""


MAX_EXPANDED = 200_000
"""Largest size of a term that subroutines expand to."""


def expand(term: Any, words: Mapping[str, Primitive]) -> Any:
    """The term with every Definition replaced by its body, recursively. Raises ExpansionError.

    Sites of a fresh use at site s become ``s.i``; those of a tuned or frozen use ``name@digest.i`` (the library's own weights).
    """
    return _expand(term, words, (), {})


def _expand(term: Any, words: Mapping[str, Primitive], inside: tuple[str, ...], known: dict[Any, Any]) -> Any:
    from .term import Word, map_words

    def replace(occurrence: Word) -> Any:
        found = words.get(occurrence.name)
        if not isinstance(found, Definition):
            return occurrence
        if occurrence in known:
            return known[occurrence]
        if found.name in inside:
            raise ExpansionError(
                f"word={found.name!r} stands for itself, through {', '.join(inside)}; use fix to recurse"
            )
        use = dict(occurrence.settings).get("use", "fresh")
        prefix = occurrence.site if use == "fresh" else found.prefix

        def rename(inner: Word) -> Word:
            if inner.site is None or (use == "fresh" and "@" in inner.site):
                return inner
            return Word(inner.name, inner.settings, inner.site if "@" in inner.site else f"{prefix}.{inner.site}")

        body = _expand(map_words(found.body, rename), words, (*inside, found.name), known)
        if body.size > MAX_EXPANDED:
            raise ExpansionError(
                f"word={found.name!r} stands for a term of size {body.size}, needed at most {MAX_EXPANDED}"
            )
        known[occurrence] = body
        return body

    return map_words(term, replace)
