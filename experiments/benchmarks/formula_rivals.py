"""What the benchmark ``formulas`` compares with, each for the same seconds on one core: genetic programming by DEAP, as its documentation's
example of symbolic regression has it, and gplearn where it is installed. Both have the functions that the laws are made of."""

from __future__ import annotations

import importlib.util
import operator
import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from primitives.term import Literal, Term, Variable, Word, apply, lambdas
from primitives.types import FLOAT

from .formula_sets import Array

RIVALS = ("deap", "gplearn")
POPULATION, CROSSOVER, MUTATION, HEIGHT = 300, 0.5, 0.1, 17
"""Of DEAP's example, and its bound on the height of trees."""
GPLEARN_POPULATION, GENERATIONS = 1000, 100_000
FUNCTIONS: dict[str, Callable[..., Array]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "sin": np.sin,
    "cos": np.cos,
}  # fmt: skip
BINARY = frozenset("+-*/")


def installed(name: str) -> bool:
    """Whether a rival can run here."""
    return importlib.util.find_spec(name) is not None


def rival(name: str, x: Array, y: Array, seconds: float, seed: int) -> Term | None:
    """The formula of least squared error that a rival finds for values ``y`` [rows] of arguments ``x`` [rows, arguments]; None: of none the
    error is finite."""
    return {"deap": _deap, "gplearn": _gplearn}[name](x, y, seconds, seed)


def from_prefix(nodes: Sequence[str | float | int], arity: int) -> Term:
    """The program of an expression in prefix order: words, Floats, and the numbers of arguments."""
    stack = list[Term]()
    for node in reversed(nodes):
        if isinstance(node, str):
            count = 2 if node in BINARY else 1
            stack.append(apply(Word(node), *(stack.pop() for _ in range(count))))
        elif isinstance(node, float):
            stack.append(Literal(node, FLOAT))
        else:
            stack.append(Variable(arity - 1 - node))
    return lambdas(arity, stack.pop())


def _deap(x: Array, y: Array, seconds: float, seed: int) -> Term | None:
    from deap import base, gp

    until, arity = time.monotonic() + seconds, x.shape[1]
    random.seed(seed)
    primitives = gp.PrimitiveSet("formula", arity)
    for number, (name, function) in enumerate(FUNCTIONS.items()):
        primitives.addPrimitive(function, 2 if name in BINARY else 1, name=f"f{number}")
    primitives.addEphemeralConstant(f"constant{id(primitives)}", _constant)
    tools_ = base.Toolbox()
    tools_.register("grow", gp.genFull, pset=primitives, min_=0, max_=2)
    limit = gp.staticLimit(key=operator.attrgetter("height"), max_value=HEIGHT)

    def error(tree: gp.PrimitiveTree) -> float:
        return _error(_values(_prefix(tree, list(FUNCTIONS)), x), y)

    cross = limit(gp.cxOnePoint)
    mutate = limit(lambda tree: gp.mutUniform(tree, expr=tools_.grow, pset=primitives))
    trees = [gp.PrimitiveTree(gp.genHalfAndHalf(primitives, 1, 2)) for _ in range(POPULATION)]
    errors = [error(tree) for tree in trees]
    best = min(zip(errors, range(POPULATION)))
    found, least = gp.PrimitiveTree(trees[best[1]]), best[0]
    while time.monotonic() < until and least > 0.0:
        chosen = [min(random.sample(range(POPULATION), 3), key=errors.__getitem__) for _ in range(POPULATION)]
        trees = [gp.PrimitiveTree(trees[place]) for place in chosen]
        for place in range(1, POPULATION, 2):
            if random.random() < CROSSOVER:
                trees[place - 1], trees[place] = cross(trees[place - 1], trees[place])
        trees = [mutate(tree)[0] if random.random() < MUTATION else tree for tree in trees]
        errors = [error(tree) for tree in trees]
        place = int(np.argmin(errors))
        if errors[place] < least:
            found, least = gp.PrimitiveTree(trees[place]), errors[place]
    return from_prefix(_prefix(found, list(FUNCTIONS)), arity) if np.isfinite(least) else None


def _constant() -> float:
    return random.uniform(-5.0, 5.0)


def _prefix(tree: Sequence[object], names: Sequence[str]) -> list[str | float | int]:
    """DEAP's tree as ``from_prefix`` has it."""
    found = list[str | float | int]()
    for node in tree:
        name = str(getattr(node, "name", ""))
        if getattr(node, "arity", 0):
            found.append(names[int(name[1:])])
        else:
            value = getattr(node, "value", 0.0)
            found.append(int(value[3:]) if isinstance(value, str) else float(value))
    return found


def _values(nodes: Sequence[str | float | int], x: Array) -> Array:
    stack = list[Array]()
    with np.errstate(all="ignore"):
        for node in reversed(nodes):
            if isinstance(node, str):
                stack.append(FUNCTIONS[node](*(stack.pop() for _ in range(2 if node in BINARY else 1))))
            else:
                stack.append(np.full(len(x), node) if isinstance(node, float) else x[:, node])
    return stack[0]


def _error(values: Array, y: Array) -> float:
    with np.errstate(all="ignore"):
        error = float(((values - y) ** 2).mean())
    return error if np.isfinite(error) else float("inf")


def _gplearn(x: Array, y: Array, seconds: float, seed: int) -> Term | None:
    from gplearn.functions import make_function
    from gplearn.genetic import SymbolicRegressor

    def bounded(values: Array) -> Array:
        return np.exp(np.minimum(values, 100.0))

    until, names = time.monotonic() + seconds, ("add", "sub", "mul", "div", "sqrt", "log", "sin", "cos")
    model = SymbolicRegressor(
        population_size=GPLEARN_POPULATION, generations=1, warm_start=True, metric="mse", random_state=seed, n_jobs=1,
        function_set=[*names, make_function(function=bounded, name="exp", arity=1)],
    )  # fmt: skip
    model.fit(x, y)
    while time.monotonic() < until and model.generations < GENERATIONS:
        model.set_params(generations=model.generations + 1)
        model.fit(x, y)
    words = {"add": ["+"], "sub": ["-"], "mul": ["*"], "div": ["/"], "sqrt": ["sqrt", "abs"], "log": ["log", "abs"]}
    nodes = list[str | float | int]()
    for node in model._program.program:
        if hasattr(node, "name"):
            nodes += words.get(node.name, [node.name])
        else:
            nodes.append(int(node) if isinstance(node, (int, np.integer)) else float(node))
    return from_prefix(nodes, x.shape[1])
