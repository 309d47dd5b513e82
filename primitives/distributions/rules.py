"""Words that do better on random variables than to be looked up for every combination: by role or name, ``rule(compiler, run, *batches)``.

A rule returns NotImplemented where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from ..batch import Objects, Ragged
from ..compile.batches import Batch, Constant, Function, Scalars, owners, select, spread, starts_of
from ..compile.forms import FORMS
from ..compile.forward_pass import ForwardPass
from ..compile.lists import as_ragged
from ..declarations import Role
from ..term import Word
from ..values import Failure, Value
from .chance import Chance, Kept, Sifted, flat, is_flat, is_random, mixed, spread_to, union
from .support import ABSENT, support_of

if TYPE_CHECKING:
    from .compiler import SpreadingCompiler

Rule = Callable[..., Batch]
RULES: dict[object, Rule] = {}


def rule(*names: object) -> Callable[[Rule], Rule]:
    """Declare the rule of words, by name or role."""

    def declare(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return declare


def _branches(
    compiler: SpreadingCompiler, run: ForwardPass, condition: Batch, then: Callable[[], Batch], otherwise: Callable[[], Batch]
) -> Batch:  # fmt: skip
    """What a random condition chooses; a branch that no case can come to does not run."""
    if not isinstance(condition, Chance):
        return NotImplemented
    weights, found = [], []
    for at, value in enumerate(condition.support.values):
        weight = condition.p[:, at]
        if not bool((weight > 0).any()):
            continue
        weights.append(weight)
        if isinstance(value, Failure):
            found.append(Chance(support_of([value])[0], torch.ones_like(weight).unsqueeze(1)))
        else:
            found.append(then() if value else otherwise())
    return mixed(torch.stack(weights, 1), found, run.size)


@rule(Role.CHOICE)
def choose(compiler: SpreadingCompiler, run: ForwardPass, condition: Batch, then: Batch, otherwise: Batch) -> Batch:
    """``if`` on a random condition mixes its branches. On one that is known, one case takes one branch: they are mixed by certainties."""
    if not is_random(condition):
        if isinstance(condition, Constant):
            return run.force(then if condition.value else otherwise)
        if not is_flat(condition):
            return NotImplemented
        condition = flat(condition, run.size)
    return _branches(compiler, run, condition, lambda: run.force(then), lambda: run.force(otherwise))


@rule(Role.CONJUNCTION)
def both(compiler: SpreadingCompiler, run: ForwardPass, x: Batch, y: Batch) -> Batch:
    if not is_random(x):
        x = flat(x, run.size)
    return _branches(compiler, run, x, lambda: run.force(y), lambda: Constant(False))


@rule(Role.DISJUNCTION)
def either(compiler: SpreadingCompiler, run: ForwardPass, x: Batch, y: Batch) -> Batch:
    if not is_random(x):
        x = flat(x, run.size)
    return _branches(compiler, run, x, lambda: Constant(True), lambda: run.force(y))


def random_lists(run: ForwardPass, xs: Batch) -> Batch | None:
    """Random lists with independent elements."""
    if isinstance(xs, (Kept, Sifted)):
        return xs
    return xs if isinstance(xs, Ragged) and is_random(xs.values) else None


def _reduction(name: str, start: Value, step: Callable[[Value, Value], Value]) -> Rule:
    def apply(compiler: SpreadingCompiler, run: ForwardPass, xs: Batch) -> Batch:
        lists = random_lists(run, xs)
        if lists is None:
            return NotImplemented
        values, lengths = compiler.lifting.elements(run, lists)
        return compiler.lifting.reduce(run, name, step, Constant(start), values, lengths)

    return apply


def _by_word(name: str, empty: Value) -> Rule:
    """A word of lists that gives the same where elements that do not matter are forgotten: it is applied to what is left and the next."""

    def apply(compiler: SpreadingCompiler, run: ForwardPass, xs: Batch) -> Batch:
        lists = random_lists(run, xs)
        if lists is None:
            return NotImplemented

        def step(state: Value, element: Value) -> Value:
            items = (element,) if state is ABSENT else (*state, element) if name == "sort" else (state, element)
            return compiler.lifting.called(run, lambda machine: machine.apply_word(Word(name), [lambda: items]))

        values, lengths = compiler.lifting.elements(run, lists)
        start = Chance(support_of([empty])[0], torch.ones(run.size, 1, device=values.p.device))
        found = compiler.lifting.reduce(run, name, step, start, values, lengths)

        def final(state: Value) -> Value:
            if state is not ABSENT:
                return state
            return compiler.lifting.called(run, lambda machine: machine.apply_word(Word(name), [lambda: ()]))

        return compiler.lifting.lift(run, (name, "end"), final, [found]) if empty is ABSENT else found

    return apply


for _name in ("sum", "product", "maximum", "minimum"):
    RULES[_name] = _by_word(_name, ABSENT)
RULES["sort"] = _by_word("sort", ())


@rule(Role.SIZE)
def length(compiler: SpreadingCompiler, run: ForwardPass, xs: Batch) -> Batch:
    if not isinstance(xs, (Kept, Sifted)):
        return NotImplemented
    if isinstance(xs, Kept):
        xs = Kept(Constant(0), xs.p, xs.lengths)
    return _reduction("length", 0, lambda state, _: state + 1)(compiler, run, xs)


def _counted(name: str, start: Value, step: Callable[[Value, Value], Value]) -> Rule:
    """A word that looks at what a predicate says of each element."""

    def apply(compiler: SpreadingCompiler, run: ForwardPass, f: Batch, xs: Batch) -> Batch:
        truth = each(compiler, run, f, xs)
        return NotImplemented if truth is NotImplemented else _reduction(name, start, step)(compiler, run, truth)

    return apply


RULES["count"] = _counted("count", 0, lambda state, holds: state + int(holds))
RULES["any"] = _counted("any", False, lambda state, holds: state or holds)
RULES["all"] = _counted("all", True, lambda state, holds: state and holds)


@rule(Role.MAP)
def each(compiler: SpreadingCompiler, run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    """``map``: a function of independent elements gives independent ones; those that are absent stay so."""
    if isinstance(xs, Kept):
        total = len(xs.p)
        found = run.at(total).apply(select(f, owners(xs.lengths)), xs.values)
        if not is_random(found):
            return Kept(found, xs.p, xs.lengths)
        chance = compiler.lifting.flatten(run.at(total), found)
        there = xs.p.unsqueeze(1)
        support, (_, places) = union([support_of([ABSENT])[0], chance.support])
        p = spread_to(chance.p, places, len(support)) * there
        return Sifted(Chance(support, torch.cat([1.0 - there, p[:, 1:]], 1)), xs.lengths)
    if isinstance(xs, Sifted):
        named = compiler.function_on(run, f)
        if named is None:
            return NotImplemented
        key, call = named
        on = run.at(xs.values.p.shape[0])
        return Sifted(
            compiler.lifting.lift(on, ("map", key), lambda x: x if x is ABSENT else call(x), [xs.values]), xs.lengths
        )
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    return FORMS["map"](run, f, ragged)


@rule(Role.FILTER)
def sift(compiler: SpreadingCompiler, run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    """``filter``: each element is there or not, on its own."""
    if isinstance(xs, Kept):
        return NotImplemented
    random = random_lists(run, xs)
    if random is not None:
        named = compiler.function_on(run, f)
        if named is None:
            return NotImplemented
        key, call = named
        values, lengths = compiler.lifting.elements(run, random)

        def kept(x: Value) -> Value:
            holds = False if x is ABSENT else call(x)
            return holds if isinstance(holds, Failure) else x if holds else ABSENT

        on = run.at(values.p.shape[0])
        return Sifted(compiler.lifting.lift(on, ("filter", key), kept, [values]), lengths)
    ragged = as_ragged(run, xs)
    if ragged is None or not int(ragged.lengths.sum()):
        return NotImplemented
    total = int(ragged.lengths.sum())
    truth = run.at(total).apply(select(f, owners(ragged.lengths)), ragged.values)
    if not isinstance(truth, Chance) or any(isinstance(value, Failure) for value in truth.support.values):
        return NotImplemented
    at = truth.support.place.get(("bool", True))
    p = truth.p[:, at] if at is not None else truth.p.new_zeros(total)
    return Kept(spread(ragged.values, total, run.device), p, ragged.lengths)


def _fold(backwards: bool) -> Rule:
    def apply(compiler: SpreadingCompiler, run: ForwardPass, f: Batch, start: Batch, xs: Batch) -> Batch:
        """``fold`` whose step draws nothing: the states that there may be, step by step."""
        lists, named = random_lists(run, xs), compiler.function_on(run, f)
        if lists is None and is_random(start) and is_flat(xs) and not is_random(xs):
            ragged = as_ragged(run, xs)
            lists = ragged if ragged is not None and int(ragged.lengths.sum()) else None
        if lists is None or named is None or (is_random(start) and not is_flat(start)):
            return NotImplemented
        key, call = named
        values, lengths = compiler.lifting.elements(run, lists)
        step = (lambda state, x: call(x, state)) if backwards else call
        return compiler.lifting.reduce(run, ("fold", backwards, key), step, start, values, lengths, backwards)

    return apply


RULES[Role.FOLD] = _fold(backwards=False)
RULES[Role.FOLD_RIGHT] = _fold(backwards=True)


def _together(run: ForwardPass, xs: Batch, ys: Batch) -> Batch:
    """The elements of the first lists, then those of the second, in lists of independent elements."""
    found = [part if isinstance(part, Ragged) else as_ragged(run, part) for part in (xs, ys)]
    ragged = [part for part in found if part is not None and is_flat_elements(part)]
    if len(ragged) < 2:
        return NotImplemented
    chances = [flat(part.values, int(part.lengths.sum())) for part in ragged]
    support, places = union([chance.support for chance in chances])
    p = torch.cat([spread_to(chance.p, at, len(support)) for chance, at in zip(chances, places, strict=True)])
    one, other = (part.lengths.cpu() for part in ragged)
    lengths = one + other
    owner = owners(lengths)
    within = torch.arange(int(lengths.sum())) - starts_of(lengths)[owner]
    first = starts_of(one)[owner] + within
    second = int(one.sum()) + starts_of(other)[owner] + within - one[owner]
    index = torch.where(within < one[owner], first, second)
    return Ragged(Chance(support, p).select(index), lengths)


def is_flat_elements(ragged: Any) -> bool:
    """Whether the elements of lists are flat."""
    empty = isinstance(ragged.values, Objects) and not ragged.values.items
    return empty or is_flat(ragged.values)


def _single(run: ForwardPass, x: Batch) -> Batch | None:
    if isinstance(x, Function) or not is_flat(x):
        return None
    return Ragged(flat(x, run.size), torch.ones(run.size, dtype=torch.long))


@rule(Role.PREPEND)
def prepend(compiler: SpreadingCompiler, run: ForwardPass, x: Batch, xs: Batch) -> Batch:
    single = _single(run, x)
    return NotImplemented if single is None or isinstance(xs, Chance) else _together(run, single, xs)


@rule("append")
def put_last(compiler: SpreadingCompiler, run: ForwardPass, x: Batch, xs: Batch) -> Batch:
    single = _single(run, x)
    return NotImplemented if single is None or isinstance(xs, Chance) else _together(run, xs, single)


@rule("singleton")
def alone(compiler: SpreadingCompiler, run: ForwardPass, x: Batch) -> Batch:
    return _single(run, x) or NotImplemented


@rule("concat")
def one_after_the_other(compiler: SpreadingCompiler, run: ForwardPass, xs: Batch, ys: Batch) -> Batch:
    if not all(isinstance(each, (Ragged, Constant, Objects, Scalars)) for each in (xs, ys)):
        return NotImplemented
    return _together(run, xs, ys)
