"""What the stepping stones of each kind are made of: short functions with constants to draw, and ways to join functions.

In a template ``{k}`` is a small number, ``{c}`` and ``{d}`` are characters; the argument is ``x``. In a form ``f0``, ``f1``, … stand
for the functions that are joined. All is written in the small words of ``base_list.toml`` and ``base_text.toml``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from primitives.values import Value

Signature = tuple[str, str]
"""The types of the argument and of the result."""
LIST, INT, BOOL, TEXT = "list(int)", "int", "bool", "str"


@dataclass(frozen=True)
class Joint:
    """A way to make a deeper function: the signatures of its ``parts``, that of the ``result``, and its text."""

    parts: tuple[Signature, ...]
    result: Signature
    text: str


@dataclass(frozen=True)
class StoneKind:
    """``input`` is the type of whole tasks, ``elements`` are the arguments on which functions of another type are told apart."""

    name: str
    base: str
    input: str
    draw: Callable[[random.Random], Value]
    elements: tuple[Value, ...]
    templates: tuple[tuple[Signature, str], ...]
    forms: tuple[Joint, ...]


def stones_of(kind: StoneKind, drawn: random.Random) -> Iterator[tuple[Signature, str]]:
    """The kind's templates with constants drawn."""
    for signature, text in kind.templates:
        letters = drawn.sample(LETTERS, 2)
        yield (
            signature,
            text.format(k=drawn.randint(2, 6), c=f'#"{letters[0]}"', d=f'#"{letters[1]}"', t=f'"{letters[0]}"'),
        )


LETTERS = "aeoxz"
_LL, _LI, _II, _IB = (LIST, LIST), (LIST, INT), (INT, INT), (INT, BOOL)
_SS, _SI = (TEXT, TEXT), (TEXT, INT)


def _numbers(drawn: random.Random) -> Value:
    return tuple(drawn.randint(-4, 12) for _ in range(drawn.randint(3, 7)))


def _phrase(drawn: random.Random) -> Value:
    """Five to nine letters, most of them those that templates are about."""
    return "".join(drawn.choice(LETTERS * 2 + "bdnr") for _ in range(drawn.randint(5, 9)))


LISTS = StoneKind(
    "lists", "base_list", LIST, _numbers, tuple(range(-6, 15)),
    (
        (_LL, "(map (lambda (n) (+ n {k})) x)"),
        (_LL, "(map (lambda (n) (- {k} n)) x)"),
        (_LL, "(map (lambda (n) (* n n)) x)"),
        (_LL, "(map (lambda (n) (mod n {k})) x)"),
        (_LL, "(map (lambda (n) (* n {k})) x)"),
        (_LL, "(map (lambda (n) (+ n (length x))) x)"),
        (_LL, "(map (lambda (n) (- n (head x))) x)"),
        (_LL, "(map (lambda (n) (if (> n {k}) {k} n)) x)"),
        (_LL, "(map (lambda (n) (if (> 0 n) (- 0 n) n)) x)"),
        (_LL, "(map (lambda (n) (+ n (index n x))) (range (length x)))"),
        (_LL, "(fold (lambda (ns n) (cons n ns)) empty x)"),
        (_LL, "(fold (lambda (ns n) (cons n (cons n ns))) empty x)"),
        (_LL, "(fold (lambda (ns n) (cons n (cons {k} ns))) empty x)"),
        (_LL, "(fold (lambda (ns n) (if (> n {k}) (cons n ns) ns)) empty x)"),
        (_LL, "(fold (lambda (ns n) (if (= (mod n 2) 0) ns (cons n ns))) empty x)"),
        (_LL, "(fold (lambda (ns n) (cons (- n (length ns)) ns)) empty x)"),
        (_LL, "(cons (head (tail x)) x)"),
        (_LI, "(fold (lambda (s n) (+ s n)) 0 x)"),
        (_LI, "(fold (lambda (s n) (- n s)) 0 x)"),
        (_LI, "(fold (lambda (s n) (if (> n s) n s)) 0 x)"),
        (_LI, "(fold (lambda (s n) (if (> n {k}) (+ s 1) s)) 0 x)"),
        (_LI, "(fold (lambda (s n) (mod (+ s n) {k})) 0 x)"),
        (_LI, "(fold (lambda (s n) n) 0 x)"),
        (_LI, "(+ (head x) (length x))"),
        (_II, "(+ n (* n n))"), (_II, "(- (* n {k}) 1)"), (_II, "(* {k} (mod n 3))"), (_II, "(if (> n {k}) n (- {k} n))"),
        (_IB, "(= (mod n 3) 1)"), (_IB, "(> (* n n) (* {k} n))"), (_IB, "(> (mod n {k}) 1)"),
    ),
    (
        Joint((_LL, _LL), _LL, "(f0 (f1 x))"),
        Joint((_LL, _LL), _LL, "(f0 (f1 x))"),
        Joint((_LL, _LL), _LL, "(f0 (f1 x))"),
        Joint((_II, _LL), _LL, "(map (lambda (n) (f0 n)) (f1 x))"),
        Joint((_IB, _LL), _LL, "(fold (lambda (ns n) (if (f0 n) (cons n ns) ns)) empty (f1 x))"),
        Joint((_LI, _LL), _LL, "(cons (f0 x) (f1 x))"),
        Joint((_LI, _LL), _LL, "(map (lambda (n) (+ n (f0 x))) (f1 x))"),
        Joint((_LI, _LL), _LI, "(f0 (f1 x))"),
        Joint((_II, _LI), _LI, "(f0 (f1 x))"),
        Joint((_LI, _LI), _LI, "(- (f0 x) (f1 x))"),
    ),
)  # fmt: skip

TEXTS = StoneKind(
    "texts", "base_text", TEXT, _phrase, (),
    (
        (_SS, "(from_chars (map (lambda (c) (if (= c {c}) {d} c)) (chars x)))"),
        (_SS, "(from_chars (map (lambda (c) (if (= c {c}) {d} c)) (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (if (= c {c}) cs (cons c cs))) empty (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (if (= c {c}) cs (cons c cs))) empty (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (cons c (cons c cs))) empty (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (cons c (cons {c} cs))) empty (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (if (= c {c}) (cons {c} (cons {c} cs)) (cons c cs))) empty (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (cons c cs)) (cons {c} empty) (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (cons c cs)) (chars x) (chars x)))"),
        (_SS, "(from_chars (foldr (lambda (c cs) (if (= c {c}) empty (cons c cs))) empty (chars x)))"),
        (_SS, "(from_chars (cons {c} (cons {d} (chars x))))"),
        (_SS, "(from_chars (cons (index 1 (chars x)) (chars x)))"),
        (_SS, "(from_chars (cons (index 2 (chars x)) (tail (chars x))))"),
        (_SS, "(substring 0 (- (length_text x) 1) x)"),
        (_SS, "(substring 2 (length_text x) x)"),
        (_SS, "(substring 1 (- (length_text x) 1) x)"),
        (_SI, "(foldr (lambda (c n) (if (= c {c}) (+ n 1) n)) 0 (chars x))"),
        (_SI, "(foldr (lambda (c n) (if (= c {c}) n (+ n 1))) 0 (chars x))"),
        (_SI, "(foldr (lambda (c n) (if (= c {c}) 0 (+ n 1))) 0 (chars x))"),
        (_SI, "(- (length_text x) 2)"),
        (_SI, "(+ (length_text x) (length_text x))"),
    ),
    (
        Joint((_SS, _SS), _SS, "(f0 (f1 x))"),
        Joint((_SS, _SS), _SS, "(f0 (f1 x))"),
        Joint((_SS, _SS), _SS, "(f0 (f1 x))"),
        Joint((_SI, _SS), _SS, "(substring 0 (f0 x) (f1 x))"),
        Joint((_SI, _SS), _SS, "(substring (f0 x) (length_text x) (f1 x))"),
        Joint((_SI, _SS), _SI, "(f0 (f1 x))"),
        Joint((_SI, _SI), _SI, "(- (f0 x) (f1 x))"),
    ),
)  # fmt: skip
KINDS: dict[str, StoneKind] = {kind.name: kind for kind in (LISTS, TEXTS)}
