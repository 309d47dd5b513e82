"""The compiler's code with random variables among its batches.

Every batch in scope is independent of every other: where a variable is looked at more than once, its binder goes through its values, each
time with that value for all cases, and mixes what comes out. So a variable used twice is one variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch

from ..binding import free_variables
from ..compile.batches import Batch, Code, Constant, Function, Objects, has_failures
from ..compile.code import Compiler
from ..compile.forms import FORMS
from ..compile.forward_pass import ForwardPass
from ..declarations import Role
from ..primitive import Primitive
from ..term import Lambda, Let, Term, Word, spine
from ..values import Failed, Failure, Value
from .chance import Chance, Mixture, by_branch, is_flat, is_random, mixed
from .lifting import Lifting
from .rules import RULES
from .support import NotFinite, support_of, told_apart
from .uses import VariableUses, draws, is_algorithmic, uses_of

STRUCTURAL = frozenset(
    {
        "map", "mapi", "zip", "zipwith", "reverse", "head", "last", "tail", "init", "index", "take", "drop", "slice", "length",
        "is_empty", "singleton", "id", "const", "flip", "compose", "pair", "first", "second", "swap", "fold", "foldr", "repeat", "for",
    }
)  # fmt: skip
"""Words whose batched forms only move batches about and apply functions to them, so that they hold for random ones too."""
PROBABILITY = 1e-3
"""How near to 1 the sum of scores must be to be probabilities rather than their logarithms."""


class SpreadingCompiler(Compiler):
    """Closures of batches some of which are random variables: what a word that reads scores of classes gives is one, drawn by them."""

    def __init__(self, words: Mapping[str, Primitive], frozen: frozenset[str], lifting: Lifting) -> None:
        super().__init__(words, frozen)
        self.lifting = lifting
        self.seen: dict[tuple, tuple[tuple, Batch]] = {}
        self.written: dict[tuple, dict] = {}
        """What the steps of loops that write lists make, by loop."""
        """What nets gave in this pass, by their place in the program and the identity of what is in scope, which is kept beside it: that
        of a part which does not hang on a value gone through is found once."""

    def code(self, term: Term) -> Code:
        code = super().code(term)
        head, arguments = spine(term)
        if not (arguments and isinstance(head, Word) and head.name in self.words and self.words[head.name].geometric):
            return code
        positions = tuple(-1 - index for index in sorted(free_variables(term)))
        place = object()

        def once(run: ForwardPass, scope: tuple) -> Batch:
            around = tuple(scope[position] for position in positions)
            name = (place, run.size, *map(id, around))
            found = self.seen.get(name)
            if found is None:
                found = self.seen[name] = (around, code(run, scope))
            return found[1]

        return once

    def let(self, term: Let, body: Code | None = None) -> Code:
        value, body = self.code(term.value), body or self.code(term.body)
        uses = uses_of(term.body, 0, self.words)
        whole = self.whole(term.body)

        def code(run: ForwardPass, scope: tuple) -> Batch:
            batch = value(run, scope)
            if has_failures(batch):
                return run.strictly(lambda inner, *full: body(inner, full), *scope, batch)
            if not is_random(batch):
                return body(run, (*scope, batch))
            return self.bound(run, (*scope, batch), {len(scope): uses}, body, whole)

        return code

    def whole(self, body: Term) -> Term | None:
        """The body, where it may be run on values by the interpreter: it draws nothing and has no tensors."""
        return None if draws(body, self.words) or not is_algorithmic(body, self.words) else body

    def code_of_lambda(self, term: Term) -> Code:
        closed, take = self.close(term)
        arity, body = 0, closed
        while isinstance(body, Lambda):
            arity, body = arity + 1, body.body
        code, whole = self.code(body), self.whole(body)
        depth = len(free_variables(closed)) + arity
        uses = {depth - 1 - index: uses_of(body, index, self.words) for index in range(depth)}

        def run_body(run: ForwardPass, scope: tuple) -> Batch:
            return self.bound(run, scope, uses, code, whole) if any(map(is_random, scope)) else code(run, scope)

        return lambda run, scope: Function(run_body, arity, take(scope), closed)

    def bound(
        self, run: ForwardPass, scope: tuple, uses: Mapping[int, VariableUses], body: Code, whole: Term | None
    ) -> Batch:
        """The body in a scope in which variables at positions of ``uses`` may be random and used more than once."""
        several = [at for at, use in uses.items() if use.total > 1 and is_random(scope[at])]
        several = [at for at in several if not _in_parts(scope[at], uses[at])]
        if several:
            branch = next((at for at in several if isinstance(scope[at], Mixture)), None)
            if branch is not None:
                return by_branch(
                    scope[branch],
                    run.size,
                    lambda batch: self.bound(run, (*scope[:branch], batch, *scope[branch + 1 :]), uses, body, whole),
                )
            needed = set() if whole is None else {len(scope) - 1 - index for index in free_variables(whole)}
            if whole is not None and all(at in several or is_flat(scope[at]) for at in needed):
                return self.on_values(run, whole, scope, several)
            return self.conditioned(run, scope, several[0], lambda full: self.bound(run, full, uses, body, whole))
        for at, use in uses.items():
            batch = scope[at]
            if isinstance(batch, tuple) and not use.whole:
                for part, count in ((0, use.first), (1, use.second)):
                    if count > 1 and is_random(batch[part]):
                        return self._conditioned_part(run, scope, at, part, uses, body, whole)
        return body(run, scope)

    def _conditioned_part(
        self, run: ForwardPass, scope: tuple, at: int, part: int, uses: Mapping[int, VariableUses], body: Code, whole: Term | None
    ) -> Batch:  # fmt: skip
        def put(full: tuple) -> tuple:
            pair = (full[-1], scope[at][1]) if part == 0 else (scope[at][0], full[-1])
            return (*scope[:at], pair, *scope[at + 1 :])

        extended = (*scope, scope[at][part])
        return self.conditioned(run, extended, len(scope), lambda full: self.bound(run, put(full), uses, body, whole))

    def on_values(self, run: ForwardPass, whole: Term, scope: tuple, several: Sequence[int]) -> Batch:
        """The body by the interpreter on every combination of the values in scope."""
        free = sorted(len(scope) - 1 - index for index in free_variables(whole))
        batches = [self.lifting.flatten(run, scope[at]) if at in several else scope[at] for at in free]

        def call(*values: Value) -> Value:
            failed = next((value for value in values if isinstance(value, Failure)), None)
            if failed is not None:
                return failed
            full: list[Value] = [None] * len(scope)
            for at, value in zip(free, values, strict=True):
                full[at] = value
            return self.lifting.called(run, lambda machine: machine.evaluate(whole, tuple(full)))

        return self.lifting.lift(run, (whole, len(scope)), call, batches)

    def conditioned(self, run: ForwardPass, scope: tuple, at: int, body: Callable[[tuple], Batch]) -> Batch:
        """The mixture of what the body gives for each value of the random variable at a position of the scope."""
        chance = self.lifting.flatten(run, scope[at])
        branches: list[Batch] = []
        for value in chance.support.values:
            if isinstance(value, Failure):
                branches.append(failed(value, chance.p))
            else:
                branches.append(body((*scope[:at], Constant(value), *scope[at + 1 :])))
        return mixed(chance.p, branches, run.size)

    def saturated(self, word: Word, primitive: Primitive, arguments: list[Code]) -> Code:
        places = [_at(number) for number in range(len(arguments))]
        plain = super().saturated(word, primitive, places)

        def code(run: ForwardPass, scope: tuple) -> Batch:
            batches = tuple([argument(run, scope) for argument in arguments])
            return self.on_random(run, word, primitive, batches, plain)

        return code

    def on_random(
        self, run: ForwardPass, word: Word, primitive: Primitive, batches: tuple[Batch, ...], plain: Code
    ) -> Batch:
        """A word on batches of which some may be random."""
        if any(map(has_failures, batches)):
            return run.strictly(lambda inner, *good: self.on_random(inner, word, primitive, good, plain), *batches)
        batches = tuple(self._forced(run, primitive, at, batch) for at, batch in enumerate(batches))
        if not any(map(is_random, batches)) and not any(map(self._draws, batches)):
            if primitive.role is Role.LIKELIEST and isinstance(batches[0], torch.Tensor):
                return drawn(batches[0])
            return plain(run, batches)

        def again(at: int, batch: Batch) -> Batch:
            return self.on_random(run, word, primitive, (*batches[:at], batch, *batches[at + 1 :]), plain)

        for at, batch in enumerate(batches):
            if isinstance(batch, Mixture):
                return by_branch(batch, run.size, partial(again, at))
            if isinstance(batch, Function) and batch.arity and is_random(batch):
                return self._captured(run, batch, partial(again, at))
        if not primitive.geometric:
            rule = RULES.get(primitive.role or word.name, RULES.get(word.name))
            found = NotImplemented if rule is None else rule(self, run, *batches)
            if found is NotImplemented:
                found = self._moved(run, word, batches)
            if found is NotImplemented and self.is_liftable(primitive, batches):
                found = self.on_plain(run, word, primitive, batches)
            if found is not NotImplemented:
                return found
        at = next((at for at, batch in enumerate(batches) if isinstance(batch, Chance)), -1)
        if at < 0:
            at = next((at for at, batch in enumerate(batches) if is_random(batch)), -1)
            if at < 0 or isinstance(batches[at], Function):
                raise NotFinite(f"word={word.name!r} calls a function that draws: no rule is known for that")
            batches = (*batches[:at], self.lifting.flatten(run, batches[at]), *batches[at + 1 :])
            if not primitive.geometric:
                return self.on_random(run, word, primitive, batches, plain)
        return self.conditioned(run, batches, at, lambda full: self.on_random(run, word, primitive, full, plain))

    def _draws(self, batch: Batch) -> bool:
        return isinstance(batch, Function) and draws(batch.source, self.words)

    def _forced(self, run: ForwardPass, primitive: Primitive, at: int, batch: Batch) -> Batch:
        """A delayed argument that is random is evaluated at once, but for the branches of a choice."""
        if primitive.role in (Role.CHOICE, Role.CONJUNCTION, Role.DISJUNCTION) or at not in primitive.lazy:
            return batch
        return run.force(batch) if is_random(batch) or self._draws(batch) else batch

    def _captured(self, run: ForwardPass, function: Function, use: Callable[[Function], Batch]) -> Batch:
        """The mixture over the values of what a function captured that is random: it may be called often."""
        at = next(at for at, batch in enumerate(function.captured) if is_random(batch))

        def on(batch: Batch) -> Batch:
            captured = (*function.captured[:at], batch, *function.captured[at + 1 :])
            return use(Function(function.code, function.arity, captured, function.source))

        batch = function.captured[at]
        if isinstance(batch, Mixture):
            return by_branch(batch, run.size, on)
        if isinstance(batch, Function):
            return self._captured(run, batch, on)
        return self.conditioned(run, (batch,), 0, lambda full: on(full[0]))

    def _moved(self, run: ForwardPass, word: Word, batches: tuple[Batch, ...]) -> Batch:
        """The batched form of the word, where that holds for random batches too."""
        form = FORMS.get(word.name) if word.name in STRUCTURAL else None
        if form is None:
            return NotImplemented
        try:
            return form(run, *batches, **dict(word.settings))
        except Failed as raised:
            return Objects([Failure(raised.kind, raised.word or word.name, str(raised))] * run.size)

    def is_liftable(self, primitive: Primitive, batches: tuple[Batch, ...]) -> bool:
        """Whether the word may be looked up for every combination of values: its functions draw nothing, its other arguments are flat."""
        for at, batch in enumerate(batches):
            if isinstance(batch, Function):
                if draws(batch.source, self.words) or (at in primitive.lazy and is_random(batch)):
                    return False
                if not all(map(is_flat, batch.captured)):
                    return False
            elif not is_flat(batch):
                return False
        return True

    def on_plain(self, run: ForwardPass, word: Word, primitive: Primitive, batches: tuple[Batch, ...]) -> Batch:
        """A word on flat batches and functions of plain values, by the interpreter for every combination."""
        functions = {at: batch for at, batch in enumerate(batches) if isinstance(batch, Function)}
        captured = [(at, place, part) for at, f in functions.items() for place, part in enumerate(f.captured)]
        others = [at for at in range(len(batches)) if at not in functions]

        def call(*values: Value) -> Value:
            full = dict(zip(others, values[: len(others)], strict=True))
            failed = next((value for value in full.values() if isinstance(value, Failure)), None)
            if failed is not None:
                return failed
            scopes: dict[int, list[Value]] = {at: [] for at in functions}
            for (at, _, _), value in zip(captured, values[len(others) :], strict=True):
                scopes[at].append(value)

            def given(at: int) -> Callable[[], Value]:
                if at in full:
                    return lambda: full[at]
                function = functions[at]
                return lambda: run.machine.evaluate(function.source, tuple(scopes[at]))

            thunks = [given(at) for at in range(len(batches))]
            return self.lifting.called(run, lambda machine: machine.apply_word(word, thunks))

        key = (word, *((at, function.source) for at, function in functions.items()))
        flat = [*(batches[at] for at in others), *(part for _, _, part in captured)]
        return self.lifting.lift(run, key, call, flat)

    def function_on(self, run: ForwardPass, function: Batch) -> tuple[tuple, Callable[..., Value]] | None:
        """A function as one of plain values, with what names it; None where it draws, or is not the same for all cases."""
        if not isinstance(function, Function) or draws(function.source, self.words):
            return None
        if not is_algorithmic(function.source, self.words):
            return None
        if not all(isinstance(part, Constant) and is_flat(part) for part in function.captured):
            return None
        scope = tuple(part.value for part in function.captured)

        def call(*values: Value) -> Value:
            def run_it(machine: object) -> Value:
                value = run.machine.evaluate(function.source, scope)
                for argument in values:
                    value = value(argument)
                return value

            return self.lifting.called(run, run_it)

        return (function.source, *map(told_apart, scope)), call


def probabilities(scores: torch.Tensor) -> torch.Tensor:
    """What scores [batch, classes] say: probabilities as they are, their logarithms, or any scores as softmax takes them."""
    values = scores.detach()
    if scores.shape[1] > 1 and bool((values >= 0).all()) and bool(((values.sum(1) - 1).abs() < PROBABILITY).all()):
        return scores.float()
    return scores.float().softmax(1)


def drawn(scores: torch.Tensor) -> Chance:
    """What is drawn by scores [batch, classes]."""
    return Chance(support_of(range(scores.shape[1]))[0], probabilities(scores))


def failed(failure: Failure, like: torch.Tensor) -> Chance:
    """A failure in every case."""
    return Chance(support_of([failure])[0], like.new_ones(like.shape[0], 1))


def _at(number: int) -> Code:
    return lambda run, scope: scope[number]


def _in_parts(batch: Batch, use: VariableUses) -> bool:
    """Whether a pair of independent parts is only looked at by its parts."""
    return isinstance(batch, tuple) and not use.whole
