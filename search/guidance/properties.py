"""Properties of inputs and outputs, as a person would list them: what the recognition model looks at.

Each is a number between −1 and 1, or None where it does not apply; DeepCoder (Balog et al. 2017) and the property signatures of
Odena and Sutton (2020) are the models.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

from primitives.values import Value

Single = Callable[[Value], "float | None"]
Pair = Callable[[Value, Value], "float | None"]


def _number(value: Value) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _squash(number: float) -> float:
    """A number of any size between −1 and 1, by its logarithm."""
    size = min(math.log1p(abs(number)) / 10.0, 1.0)
    return size if number >= 0 else -size


def _numbers(value: Value) -> Sequence[float] | None:
    """The items of a list of numbers, empty or not."""
    if isinstance(value, tuple) and all(map(_number, value)):
        return value
    return None


def _of_numbers(test: Callable[[Sequence[float]], float | bool]) -> Single:
    """A property of lists of numbers that are not empty."""

    def apply(value: Value) -> float | None:
        found = _numbers(value)
        return float(test(found)) if found else None

    return apply


def _of_int(test: Callable[[int], float | bool]) -> Single:
    return lambda value: float(test(value)) if isinstance(value, int) and not isinstance(value, bool) else None


def _of_text(test: Callable[[str], float | bool]) -> Single:
    return lambda value: float(test(value)) if isinstance(value, str) else None


def _of_bools(test: Callable[[Sequence[bool]], float | bool]) -> Single:
    def apply(value: Value) -> float | None:
        bools = isinstance(value, tuple) and value and all(isinstance(item, bool) for item in value)
        return float(test(value)) if bools else None

    return apply


def _length(value: Value) -> float | None:
    return _squash(8.0 * len(value)) if isinstance(value, (tuple, str)) else None


def _share(text: str, kind: Callable[[str], bool]) -> float:
    return sum(map(kind, text)) / len(text) if text else 0.0


SINGLE: Mapping[str, Single] = {
    "length": _length,
    "empty": lambda v: float(not v) if isinstance(v, (tuple, str)) else None,
    "one item": lambda v: float(len(v) == 1) if isinstance(v, (tuple, str)) else None,
    "distinct": lambda v: float(len(set(v)) == len(v)) if isinstance(v, (tuple, str)) else None,
    "true": lambda v: float(v) if isinstance(v, bool) else None,
    "number": _of_int(_squash),
    "even number": _of_int(lambda v: v % 2 == 0),
    "negative number": _of_int(lambda v: v < 0),
    "small number": _of_int(lambda v: 0 <= v < 6),
    "rising": _of_numbers(lambda v: all(a <= b for a, b in zip(v, v[1:]))),
    "falling": _of_numbers(lambda v: all(a >= b for a, b in zip(v, v[1:]))),
    "steps of one": _of_numbers(lambda v: len(v) > 1 and all(b - a == 1 for a, b in zip(v, v[1:]))),
    "constant": _of_numbers(lambda v: len(v) > 1 and len(set(v)) == 1),
    "all even": _of_numbers(lambda v: all(x % 2 == 0 for x in v)),
    "all odd": _of_numbers(lambda v: all(x % 2 == 1 for x in v)),
    "all at least 0": _of_numbers(lambda v: min(v) >= 0),
    "has 0": _of_numbers(lambda v: 0 in v),
    "least": _of_numbers(lambda v: _squash(min(v))),
    "greatest": _of_numbers(lambda v: _squash(max(v))),
    "range": _of_numbers(lambda v: _squash(max(v) - min(v))),
    "from 0": _of_numbers(lambda v: v[0] == 0),
    "share true": _of_bools(lambda v: sum(v) / len(v)),
    "letters": _of_text(lambda v: _share(v, str.isalpha)),
    "digits": _of_text(lambda v: _share(v, str.isdigit)),
    "spaces": _of_text(lambda v: _share(v, str.isspace)),
    "capitals": _of_text(lambda v: _share(v, str.isupper)),
    "other characters": _of_text(lambda v: _share(v, lambda c: not (c.isalnum() or c.isspace()))),
    "words": _of_text(lambda v: _squash(8.0 * len(v.split()))),
}
"""Of one value."""


def _both(test: Callable[[Sequence, Sequence], float | bool]) -> Pair:
    """Of two lists, or of two texts."""

    def apply(given: Value, result: Value) -> float | None:
        alike = (isinstance(given, tuple) and isinstance(result, tuple)) or (
            isinstance(given, str) and isinstance(result, str)
        )
        return float(test(given, result)) if alike else None

    return apply


def _aligned(test: Callable[[float, float], bool]) -> Pair:
    """Share of the positions of two lists of numbers at which something holds."""

    def apply(given: Value, result: Value) -> float | None:
        one, other = _numbers(given), _numbers(result)
        if not one or not other:
            return None
        return sum(test(a, b) for a, b in zip(one, other)) / min(len(one), len(other))

    return apply


def _subsequence(whole: Sequence, part: Sequence) -> bool:
    items = iter(whole)
    return all(item in items for item in part)


def _inside(whole: Sequence, part: Sequence) -> bool:
    if isinstance(whole, str) and isinstance(part, str):
        return part in whole
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _mapped(given: Sequence, result: Sequence) -> bool:
    """Whether each item of the result depends on the item at its place alone."""
    if len(given) != len(result):
        return False
    seen: dict = {}
    return all(seen.setdefault(a, b) == b for a, b in zip(given, result))


def _same_step(given: Value, result: Value) -> float | None:
    """Whether all items changed by the same difference."""
    one, other = _numbers(given), _numbers(result)
    if not one or not other or len(one) != len(other):
        return None
    return float(len({b - a for a, b in zip(one, other)}) == 1)


def _list_to_item(test: Callable[[tuple, Value], float | bool]) -> Pair:
    """Of a list that is not empty and one of its items' type."""

    def apply(given: Value, result: Value) -> float | None:
        scalar = isinstance(given, tuple) and given and not isinstance(result, (tuple, str))
        return float(test(given, result)) if scalar and type(given[0]) is type(result) else None

    return apply


def _item_to_list(test: Callable[[float, Sequence[float]], float | bool]) -> Pair:
    def apply(given: Value, result: Value) -> float | None:
        items = _numbers(result)
        return float(test(given, items)) if _number(given) and items else None

    return apply


def _two_ints(test: Callable[[float, float], float | bool]) -> Pair:
    def apply(given: Value, result: Value) -> float | None:
        return float(test(given, result)) if _number(given) and _number(result) else None

    return apply


PAIR: Mapping[str, Pair] = {
    "equal": lambda a, b: float(a == b) if type(a) is type(b) else None,
    "same length": _both(lambda a, b: len(a) == len(b)),
    "shorter": _both(lambda a, b: len(b) < len(a)),
    "shorter by one": _both(lambda a, b: len(b) == len(a) - 1),
    "longer by one": _both(lambda a, b: len(b) == len(a) + 1),
    "twice as long": _both(lambda a, b: len(b) == 2 * len(a)),
    "difference of lengths": _both(lambda a, b: _squash(8.0 * (len(b) - len(a)))),
    "prefix": _both(lambda a, b: len(b) <= len(a) and a[: len(b)] == b),
    "suffix": _both(lambda a, b: len(b) <= len(a) and a[len(a) - len(b) :] == b),
    "begins with it": _both(lambda a, b: len(a) <= len(b) and b[: len(a)] == a),
    "ends with it": _both(lambda a, b: len(a) <= len(b) and b[len(b) - len(a) :] == a),
    "part": _both(_inside),
    "subsequence": _both(_subsequence),
    "has it as part": _both(lambda a, b: _inside(b, a)),
    "subset": _both(lambda a, b: set(b) <= set(a)),
    "superset": _both(lambda a, b: set(a) <= set(b)),
    "permutation": _both(lambda a, b: Counter(a) == Counter(b)),
    "reversed": _both(lambda a, b: a[::-1] == b),
    "same first": _both(lambda a, b: bool(a and b) and a[0] == b[0]),
    "same last": _both(lambda a, b: bool(a and b) and a[-1] == b[-1]),
    "first is last": _both(lambda a, b: bool(a and b) and a[0] == b[-1]),
    "last is first": _both(lambda a, b: bool(a and b) and a[-1] == b[0]),
    "item by item": _both(_mapped),
    "same places": _both(lambda a, b: sum(x == y for x, y in zip(a, b)) / max(1, min(len(a), len(b)))),
    "first places differ": _both(lambda a, b: sum(x != y for x, y in zip(a[:2], b[:2])) / 2.0),
    "sharing": _both(lambda a, b: sum((Counter(a) & Counter(b)).values()) / max(1, len(b))),
    "same step": _same_step,
    "greater": _aligned(lambda a, b: b > a),
    "less": _aligned(lambda a, b: b < a),
    "same parity": _aligned(lambda a, b: (a - b) % 2 == 0),
    "multiple": _aligned(lambda a, b: a != 0 and b % a == 0),
    "other sign": _aligned(lambda a, b: a * b < 0),
    "begins with length": lambda a, b: (
        float(b[0] == len(a)) if isinstance(a, tuple) and isinstance(b, tuple) and b else None
    ),
    "item": _list_to_item(lambda a, b: b in a),
    "first item": _list_to_item(lambda a, b: b == a[0]),
    "last item": _list_to_item(lambda a, b: b == a[-1]),
    "greatest item": _list_to_item(lambda a, b: _numbers(a) is not None and b == max(a)),
    "least item": _list_to_item(lambda a, b: _numbers(a) is not None and b == min(a)),
    "sum": _list_to_item(lambda a, b: _numbers(a) is not None and b == sum(a)),
    "above the greatest": _list_to_item(lambda a, b: _numbers(a) is not None and b > max(a)),
    "length of it": lambda a, b: float(b == len(a)) if isinstance(a, (tuple, str)) and _number(b) else None,
    "at most its length": lambda a, b: float(0 <= b <= len(a)) if isinstance(a, (tuple, str)) and _number(b) else None,
    "as many items": _item_to_list(lambda a, b: a == len(b)),
    "in the list": _item_to_list(lambda a, b: a in b),
    "greatest in the list": _item_to_list(lambda a, b: a == max(b)),
    "items below": _item_to_list(lambda a, b: max(b) < a),
    "same number": _two_ints(lambda a, b: a == b),
    "greater number": _two_ints(lambda a, b: b > a),
    "difference": _two_ints(lambda a, b: _squash(b - a)),
    "divisible": _two_ints(lambda a, b: a != 0 and b % a == 0),
    "same letters": lambda a, b: float(a.lower() == b.lower()) if isinstance(a, str) and isinstance(b, str) else None,
    "word of it": lambda a, b: float(b in a.split()) if isinstance(a, str) and isinstance(b, str) else None,
    "same capitals": lambda a, b: (
        float(_share(a, str.isupper) <= _share(b, str.isupper)) if isinstance(a, str) and isinstance(b, str) else None
    ),
}
"""Of an input and the output."""
