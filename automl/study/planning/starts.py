"""Declared programs to begin a search with, mostly nets, in TOML (experiments/starts); a net's name is that of its file.

title = "Two convolutions with pooling, and two dense layers"
source = "Nielsen, Neural networks and deep learning (2015), ch. 6"
type = "Tensor[c,h,w] -> Tensor[n]"       # of the tasks that it is for
program = "(lambda (x) (pipe x flatten (dense :units {n})))"      # {n}: a dimension of the type
place = 1                                 # of those with as many weights one with a smaller number comes before another (default: 0)
least = { c = 2 }                         # what a dimension must be at least (default: 1)
within = 30000                            # only for searches whose programs may have at most so many weights (default: for all)

Where a program may not need what a net does, the net's widths, all numbers that stand for maps, units, groups or sizes, shrink by one
factor, the largest with which it keeps the bounds; numbers that are equal stay equal.

They are not in the way of a search that finds nets from words alone: ``starts="none"`` leaves them out. Programs of the user's own stand
before them. One of type ``Tensor[c,h,w] -> int`` is no program to begin with but a part of one: it reads one of ``n`` classes
from an image, inside a blend (docs/blends.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from library.records import StoreError
from library.vocabulary import Vocabulary
from primitives.inference import IllTyped, infer
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse, show
from primitives.term import Hole, Lambda, Let, Term, lambdas, names_in, subterms, words_in
from primitives.types import INT, TensorType, Type, arguments_of, function, tensor
from search.bounds import UNBOUNDED, Bounds
from search.generation.sites import number, settled
from search.generation.spaces.matching import parts_of
from search.problem import Problem

from ...errors import StudyError
from ...tasks.load import shipped
from .heads import widths_of_heads, with_heads

AUTO, NONE = "auto", "none"
STARTS = (AUTO, NONE)
"""What a search may begin with: what suits the task (fitted words on tables, declared programs, nets of the library), or nothing."""
BEGUN_WITH, BEGUN_TERMS = "begun_with", "begun_terms"
"""The names of these programs, and their texts, in what a run keeps of how it was started."""
ROOM = 16
"""By how much a program that a search begins with may grow, at least."""


@dataclass(frozen=True)
class DeclaredNet:
    """A net for tasks of one type; ``template`` has its dimensions in braces; ``place`` is that among nets with as many weights;
    ``least`` is how large dimensions must be for the net to suit; ``within``: it is only for programs that may have at most so many weights
    (None: for all)."""

    name: str
    title: str
    source: str
    type: Type
    template: str
    place: int = 0
    least: Mapping[str, int] = field(default_factory=dict)
    within: int | None = None

    def term(self, wanted: Type, words: Mapping[str, Primitive], bounds: Bounds = UNBOUNDED) -> Term | None:
        """The net for tasks of the type ``wanted``, with inferred shapes; None where it fits none of them, ``words`` lack one of its, or it
        is only for narrower bounds.

        bounds: on what it may need; it is made narrower for them, as far as that helps (default: none).
        """
        given, result = arguments_of(wanted)
        widths = widths_of_heads(result)
        if len(widths) > 1:
            one = self.term(function(*given, tensor(widths[0])), words, bounds)
            return None if one is None else with_heads(one, widths, wanted, words)
        sizes = dimensions(self.type, wanted)
        if sizes is None or any(sizes[name] < size for name, size in self.least.items()):
            return None
        if self.within is not None and (bounds.parameters is None or bounds.parameters > self.within):
            return None
        whole = self._filled(sizes, wanted, words)
        if whole is None or not bounds.by_shape:
            return whole

        def narrowed(halvings: int) -> Term | None:
            return self._filled(sizes, wanted, words, 2.0 ** (-halvings / STEPS_A_HALVING))

        def keeps(term: Term | None) -> bool:
            return term is not None and not bounds.excess(infer(term, words, wanted), words)

        low, high = 0, STEPS_A_HALVING * HALVINGS
        if keeps(whole) or not keeps(narrowed(high)):
            return whole
        while high - low > 1:  # beyond the bounds by ``low`` steps, within them by ``high``
            middle = (low + high) // 2
            low, high = (low, middle) if keeps(narrowed(middle)) else (middle, high)
        return narrowed(high)

    def reader(self, image: TensorType, classes: int, words: Mapping[str, Primitive]) -> Term | None:
        """The net that reads one of so many ``classes`` from an ``image``; None where it does not fit, or ``words`` lack one of its."""
        return self._filled({"n": classes}, function(image, INT), words)

    def _filled(
        self, sizes: Mapping[str, int], wanted: Type, words: Mapping[str, Primitive], share: float = 1.0
    ) -> Term | None:
        text = _WIDTH.sub(lambda found: f"{found[1]}{max(1, round(share * int(found[2])))}", self.template)
        for name, size in sizes.items():
            text = text.replace(f"{{{name}}}", str(size))
        try:
            term = parse(text, words)
            inference = infer(term, words, wanted)
        except (IllTyped, ValueError):
            return None
        return None if inference.waiting else term


_WIDTH = re.compile(r"(:(?:maps|units|groups|size) )(\d+)")
STEPS_A_HALVING, HALVINGS = 32, 6
"""In which steps widths shrink, and how often they are halved at most."""


def folder() -> Path:
    """Where the declarations lie."""
    return shipped("starts")


def declared_nets() -> list[DeclaredNet]:
    """All declared nets by their names."""
    found = []
    for path in sorted(folder().glob("*.toml")):
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        type, place = parse_type(given["type"]), int(given.get("place", 0))
        net = DeclaredNet(
            path.stem, given["title"], given["source"], type, given["program"], place, given.get("least", {}),
            given.get("within"),
        )  # fmt: skip
        found.append(net)
    return found


def declared_starts(type: Type, words: Mapping[str, Primitive], bounds: Bounds = UNBOUNDED) -> tuple[Term, ...]:
    """The declared nets that are programs of the ground ``type`` made of ``words``, those of fewer weights first.

    bounds: for which they are made narrower (default: none).
    """
    found = [(net.term(type, words, bounds), net) for net in declared_nets()]
    sized = [
        (infer(term, words, type).parameters, net.place, net.name, term) for term, net in found if term is not None
    ]
    return tuple(term for *_, term in sorted(sized, key=lambda entry: entry[:3]))


def declared_readers(image: TensorType, classes: int, words: Mapping[str, Primitive]) -> tuple[Lambda, ...]:
    """The declared nets that read one of some classes from an image and fit it, in the order of their places.

    image: the type of an image.
    classes: how many there are.
    words: of the search.
    """
    readers = [net for net in declared_nets() if arguments_of(net.type)[1] == INT]
    found = [net.reader(image, classes, words) for net in sorted(readers, key=lambda net: (net.place, net.name))]
    return tuple(term for term in found if isinstance(term, Lambda))


def name_starts(
    starts: Sequence[Term], given: Mapping[Term, str], type: Type, words: Mapping[str, Primitive],
    bounds: Bounds = UNBOUNDED,
) -> list[str]:  # fmt: skip
    """What the programs that a search begins with are called: as users named them, as they are declared, by what they compute of what
    their net says, or else by their words.

    starts: in their order.
    given: the names of those that users gave.
    type: of the task.
    words: of the search.
    bounds: of the search (default: none).
    """
    terms = {net.term(type, words, bounds): net.name for net in declared_nets()} if starts else {}
    declared = {term: name for term, name in terms.items() if term is not None}
    named = {**declared, **given}
    return [
        named.get(term) or around_net(term) or ", ".join(dict.fromkeys(word.name for word in words_in(term)))
        for term in starts
    ]


def around_net(term: Term) -> str:
    """What a program computes of what its net says, in one line, such as ``(sum (map net x))``; "" where it does not begin with a net.

    term: a closed program, ``(lambda (…) (let ((net …)) …))``.
    """
    body, inputs = term, 0
    while isinstance(body, Lambda):
        body, inputs = body.body, inputs + 1
    if not isinstance(body, Let) or not isinstance(body.value, Lambda):
        return ""
    text = " ".join(show(lambdas(inputs, Lambda(body.body, "net"))).split())
    return text.removeprefix("(lambda (").partition(") ")[2].removesuffix(")")


def names_of_starts(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the programs that a run began with, from what it keeps of how it was started; () where it is older than these."""
    return tuple(config.get(BEGUN_WITH, ()))


def texts_of_starts(config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The texts of the programs that a run began with, as ``names_of_starts``; None where it is older than these."""
    kept = config.get(BEGUN_TERMS)
    return None if kept is None else tuple(kept)


def program_text(given: str, result_of_run: Callable[[str], str], option: str = "start") -> str:
    """The text of a program that a search is to begin with.

    given: its text, the name of a file with it, or the id of a run, whose result is meant.
    result_of_run: gives the text of that; raises StoreError where there is no such run.
    option: its name, for messages (default: ``start``).

    Raises StudyError for what is none of these.
    """
    if given.lstrip().startswith(("(", ";")):
        return given
    try:
        if Path(given).is_file():
            return Path(given).read_text(encoding="utf-8")
        return result_of_run(given)
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{option}={given!r} cannot be read ({error}); needed a text file with a program") from None
    except StoreError:
        raise StudyError(
            f"{option}={given!r}: needed the text of a program, the name of a file with one, or a run of the library"
        ) from None


def begin_with(texts: Sequence[str], problem: Problem, vocabulary: Vocabulary) -> Problem:
    """The problem with the programs before those that it begins with anyway, and with room for some words more than they have.

    texts: of the programs, in their order.
    problem: of the task.
    vocabulary: reads them.

    Raises StudyError for a program that is none of the problem's: of another type, of words that it lacks, or beyond its bounds.
    """
    terms = tuple(dict.fromkeys(read_program(text, problem, vocabulary) for text in texts))
    room = max((term.size + ROOM for term in terms), default=0)
    return replace(problem, starts=(*terms, *problem.starts), max_size=max(problem.max_size, room))


def read_program(text: str, problem: Problem, vocabulary: Vocabulary) -> Term:
    """A program of the problem from its text, with its sites numbered. Raises StudyError, in one line, where it is none."""
    name = f"start={shortened(text)!r}"
    try:
        term = number(vocabulary.read(text))[0]
    except ValueError as error:
        raise StudyError(f"{name} is no program: {error}") from None
    free = [part for part in subterms(term) if isinstance(part, Hole)]
    if free:
        raise StudyError(
            f"{name} has parts that are free (?{free[0].name}); fill them, or give it as the space (--space)"
        )
    fixed = frozenset() if problem.space is None else names_in(problem.space)
    lacking = sorted(names_in(term) - problem.words.keys() - fixed)
    if lacking:
        raise StudyError(f"{name}: word={lacking[0]!r} is none of those that the search may use; add it to --words")
    try:
        whole = infer(term, problem.runnable, problem.type)
    except IllTyped as error:
        raise StudyError(f"{name} {_got(term, problem)}, needed {problem.type}: {error}") from None
    if not settled(whole):
        raise StudyError(f"{name}: its shapes are not known from type {problem.type}; correct the program")
    if problem.space is not None and parts_of(problem.space, term) is None:
        raise StudyError(f"{name} is no program of the space; change nothing but its free parts")
    if beyond := problem.excess(whole):
        raise StudyError(f"{name}: {beyond}; raise the bound, or begin with a smaller program")
    return term


def _got(term: Term, problem: Problem) -> str:
    try:
        return f"has type {infer(term, problem.runnable).type}"
    except IllTyped:
        return "has no type"


def shortened(text: str) -> str:
    """A text on one line, cut off after 60 characters, for messages."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def dimensions(pattern: Type, ground: Type) -> dict[str, int] | None:
    """What the names in the pattern's shapes stand for, where ``ground`` is of its form; None where it is not."""
    sizes: dict[str, int] = {}
    patterns, wanted = ([*arguments_of(each)[0], arguments_of(each)[1]] for each in (pattern, ground))
    if len(patterns) != len(wanted):
        return None
    for one, other in zip(patterns, wanted, strict=True):
        if not isinstance(one, TensorType) or not isinstance(other, TensorType) or len(one.shape) != len(other.shape):
            return None
        for name, size in zip(one.shape, other.shape, strict=True):
            if not isinstance(size, int) or sizes.setdefault(str(name), size) != size:
                return None
    return sizes
