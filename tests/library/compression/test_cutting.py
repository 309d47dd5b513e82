"""Where nets are cut: what is before and after a cut is the net, and blocks that repeat are found once."""

from __future__ import annotations

import pytest
import torch

from library.compression.cutting import feature_cuts, repeated_block
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Apply, Lambda, Variable, canonical
from primitives.types import arguments_of
from primitives.words import builtin_words

WORDS = builtin_words()
TYPE = parse_type("Tensor[1,8,8] -> Tensor[3]")
CHAIN = "(lambda (x) (pipe x (conv :maps 2 @1) relu (conv :maps 2 @2) relu flatten (dense :units 5 @3) relu (dropout) (dense :units 3 @4)))"
RESIDUAL = (
    "(lambda (x) (let ((y (conv :maps 2 @1 x))) (let ((z (add y (relu (conv :maps 2 :padding same @2 y)))))"
    " (dense :units 3 @4 (flatten (add z (relu (conv :maps 2 :padding same @3 z))))))))"
)
TWO_WAYS = "(lambda (x) (concat_maps (dense :units 1 @1 (flatten x)) (dense :units 2 @2 (flatten x))))"


@pytest.mark.parametrize(("text", "widths"), [(CHAIN, [5, 32]), (RESIDUAL, [72]), (TWO_WAYS, [])])
def test_the_rest_after_the_prefix_is_the_net(text: str, widths: list[int]) -> None:
    net = parse(text, WORDS)
    cuts = feature_cuts(net, TYPE, WORDS)
    assert [arguments_of(cut.type)[1].shape for cut in cuts] == [(width,) for width in widths]
    x = torch.randn(4, 1, 8, 8)
    module = compile_term(net, WORDS, TYPE, seed=1).eval()
    for cut in cuts:
        again = Lambda(Apply(cut.rest, Apply(cut.prefix, Variable(0))))
        made = compile_term(again, WORDS, TYPE, weights=module.weights()).eval()
        assert torch.equal(made(x), module(x))


def test_a_shared_site_is_on_one_side_only() -> None:
    shared = "(lambda (x) (dense :units 4 @1 (relu (dense :units 4 @1 (take_maps :count 4 (flatten x))))))"
    assert feature_cuts(parse(shared, WORDS), parse_type("Tensor[1,8,8] -> Tensor[4]"), WORDS) == ()


@pytest.mark.parametrize(
    ("text", "block"),
    [
        (CHAIN, "(lambda (x) (relu (conv :maps 2 @1 x)))"),
        (RESIDUAL, "(lambda (x) (add x (relu (conv :maps 2 :padding same @1 x))))"),
        (TWO_WAYS, None),
        ("(lambda (x) (dense :units 3 @1 (relu (dense :units 3 @1 (relu (flatten x))))))", None),  # the same weights
    ],
)
def test_the_longest_block_that_repeats_is_found(text: str, block: str | None) -> None:
    found = repeated_block(parse(text, WORDS), WORDS)
    assert (found and canonical(found)) == (block and canonical(parse(block, WORDS)))
