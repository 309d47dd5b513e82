"""The worked examples of docs/weights.md, one test each, and the arithmetic of weights."""

from __future__ import annotations

import pytest
import torch

from primitives.batch import Ragged
from primitives.compile import compile_term
from primitives.definitions import definition
from primitives.inference import IllTyped, infer
from primitives.notation.types import parse_type
from primitives.primitive import Parameter
from primitives.rewrite import beta_normal
from primitives.syntax import parse
from primitives.term import Apply, Lambda, Word, canonical, map_words
from primitives.weights import (
    align,
    count_parameters,
    estimate_memory,
    frozen_sites,
    inherit,
    initialise,
)
from primitives.words import builtin_words

WORDS = builtin_words()
VECTOR = parse_type("Tensor[3] -> Tensor[4]")
BLOCK = definition("block", "Tensor[n] -> Tensor[4]", parse("(lambda (x) (relu (dense :units 4 x)))", WORDS))
WITH_BLOCK = {**WORDS, "block": BLOCK}
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))


def program(text, type=VECTOR, words=WORDS, **options):
    return compile_term(parse(text, words), words, type, **options)


def gradients(model, x=X):
    model.zero_grad()
    model(x).square().sum().backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def same(left, right):
    assert left.keys() == right.keys()
    for name, tensor in left.items():
        torch.testing.assert_close(tensor, right[name], rtol=1e-5, atol=1e-6)


def test_1_let_binds_one_site():
    model = program("(lambda (x) (let ((f (dense :units 4))) (add (f x) (f x))))")
    assert list(model.weights()) == ["1.weight", "1.bias"]
    assert count_parameters(model.sites) == 16
    layer = model.weights()
    torch.testing.assert_close(model(X), 2 * torch.nn.functional.linear(X, layer["1.weight"], layer["1.bias"]))
    single = program("(lambda (x) (dense :units 4 @1 x))", weights=layer)
    once = single(X)
    (4 * once.square().sum()).backward()
    same(gradients(model), {name: parameter.grad for name, parameter in single.named_parameters()})


def test_1_let_with_sites_is_monomorphic():
    text = "(lambda (x y) (let ((f (dense :units 4))) (add (f x) (f y))))"
    with pytest.raises(IllTyped, match="needed"):
        infer(parse(text, WORDS), WORDS, parse_type("Tensor[3] -> Tensor[5] -> Tensor[4]"))


def test_2_writing_twice_makes_two_sites():
    model = program("(lambda (x) (add (dense :units 4 x) (dense :units 4 x)))")
    assert count_parameters(model.sites) == 32
    shared = program("(lambda (x) (add (dense :units 4 @1 x) (dense :units 4 @1 x)))")
    bound = program("(lambda (x) (let ((f (dense :units 4 @1))) (add (f x) (f x))))", weights=shared.weights())
    torch.testing.assert_close(shared(X), bound(X))
    same(gradients(shared), gradients(bound))


def test_2_one_site_with_two_shapes_is_refused():
    term = parse("(lambda (x) (dense :units 4 @1 (dense :units 4 @1 x)))", WORDS)
    with pytest.raises(IllTyped, match="give this occurrence a site of its own"):
        infer(term, WORDS, VECTOR)


def test_3_fold_has_one_site_for_all_steps():
    text = "(lambda (xs) (fold (lambda (s x) (tanh (add s (dense :units 4 x)))) (zeros :size 4) xs))"
    model = program(text, parse_type("list(Tensor[3]) -> Tensor[4]"))
    assert count_parameters(model.sites) == 16
    weight, bias = (model.weights()[name].requires_grad_() for name in ("1.weight", "1.bias"))
    state = torch.zeros(1, 4)
    for row in X:
        state = torch.tanh(state + torch.nn.functional.linear(row, weight, bias))
    state.square().sum().backward()
    same(gradients(model, Ragged(X, torch.tensor([5]))), {"1.weight": weight.grad, "1.bias": bias.grad})


def test_4_repeat_shares():
    model = program(
        "(lambda (x) (repeat 3 (lambda (y) (tanh (dense :units 3 y))) x))", parse_type("Tensor[3] -> Tensor[3]")
    )
    assert count_parameters(model.sites) == 12
    weights = model.weights()
    y = X
    for _ in range(3):
        y = torch.tanh(torch.nn.functional.linear(y, weights["1.weight"], weights["1.bias"]))
    torch.testing.assert_close(model(X), y)


def test_5_stack_does_not_share():
    model = program("(lambda (x) (stack 3 (lambda (y) (tanh (dense :units 4 y))) x))")
    assert [site.parameters["weight"].shape for site in model.sites.values()] == [(4, 3), (4, 4), (4, 4)]


def test_6_subroutine_twice_fresh():
    model = program("(lambda (x) (add (block :use fresh x) (block :use fresh x)))", words=WITH_BLOCK)
    assert set(model.sites) == {"1.1", "2.1"}
    assert not torch.equal(model.weights()["1.1.weight"], model.weights()["2.1.weight"])


@pytest.mark.parametrize("use", ["tuned", "frozen"])
def test_7_subroutine_twice_shared(use):
    model = program(f"(lambda (x) (add (block :use {use} x) (block :use {use} x)))", words=WITH_BLOCK)
    site = f"block@{BLOCK.digest[:12]}.1"
    assert set(model.sites) == {site}
    assert all(parameter.requires_grad == (use == "tuned") for parameter in model.parameters())
    weights = model.weights()
    layer = torch.nn.functional.linear(X, weights[f"{site}.weight"], weights[f"{site}.bias"])
    torch.testing.assert_close(model(X), 2 * layer.relu())


def test_7_frozen_wins_over_tuned():
    term = parse("(lambda (x) (add (block :use tuned x) (block :use frozen x)))", WITH_BLOCK)
    assert frozen_sites(term, WITH_BLOCK) == {f"block@{BLOCK.digest[:12]}.1"}


def test_7_frozen_normalisation_keeps_its_statistics():
    body = parse("(lambda (x) (batch_norm (dense :units 4 x)))", WORDS)
    words = {**WORDS, "normed": definition("normed", "Tensor[n] -> Tensor[4]", body)}
    for use, moves in (("tuned", True), ("frozen", False)):
        model = program(f"(lambda (x) (normed :use {use} x))", words=words).train()
        before = model.weights()
        model(X)
        after = model.weights()
        assert any(not torch.equal(before[name], after[name]) for name in before) == moves


def test_8_crossover_takes_weights_along():
    receiver = program("(lambda (x) (dense :units 4 @1 (relu (dense :units 6 @2 x))))", seed=1)
    donor = program("(lambda (x) (tanh (dense :units 6 @2 x)))", parse_type("Tensor[3] -> Tensor[6]"), seed=2)
    origins = {"3": "2"}
    graft = map_words(donor.term, lambda word: Word(word.name, word.settings, "3") if word.site == "2" else word)
    assert isinstance(graft, Lambda)
    child_term = Lambda(Apply(parse("(dense :units 4 @1)", WORDS), graft.body))
    sites = infer(child_term, WORDS, VECTOR).sites
    parents = {**donor.weights(), **receiver.weights(), **{f"donor:{k}": v for k, v in donor.weights().items()}}
    weights = inherit(parents, sites, origins={new: f"donor:{old}" for new, old in origins.items()})
    child = compile_term(child_term, WORDS, VECTOR, weights=weights)
    expected = torch.nn.functional.linear(donor(X), receiver.weights()["1.weight"], receiver.weights()["1.bias"])
    torch.testing.assert_close(child(X), expected)
    kept = donor.weights()
    child(X).sum().backward()
    torch.optim.SGD(child.parameters(), 1.0).step()
    same(donor.weights(), kept)


def test_9_widening_keeps_what_was_learned():
    narrow = program("(lambda (x) (dense :units 4 @2 (relu (dense :units 4 @1 x))))", seed=3)
    term = parse("(lambda (x) (dense :units 4 @2 (relu (dense :units 6 @1 x))))", WORDS)
    wide = inherit(narrow.weights(), infer(term, WORDS, VECTOR).sites, seed=4)
    old = narrow.weights()
    assert wide["1.weight"].shape == (6, 3) and torch.equal(wide["1.weight"][:4], old["1.weight"])
    assert wide["2.weight"].shape == (4, 6) and torch.equal(wide["2.weight"][:, :4], old["2.weight"])
    assert wide["1.weight"][4:].abs().sum() > 0
    back = inherit(wide, narrow.sites)
    same(back, old)


def test_10_abstraction_over_two_nets():
    first = program("(lambda (x) (relu (dense :units 4 @1 x)))", seed=5)
    second = program("(lambda (x) (dense :units 4 @1 (relu (dense :units 4 @3 x))))", seed=6)
    for model, text, origins in (
        (first, "(lambda (x) (block :use fresh @1 x))", {"1.1": "1"}),
        (second, "(lambda (x) (dense :units 4 @1 (block :use fresh @3 x)))", {"3.1": "3"}),
    ):
        term = parse(text, WITH_BLOCK)
        weights = inherit(model.weights(), infer(term, WITH_BLOCK, VECTOR).sites, origins=origins)
        renamed = compile_term(term, WITH_BLOCK, VECTOR, weights=weights)
        torch.testing.assert_close(renamed(X), model(X))
        mine, theirs = gradients(renamed), gradients(model)
        for new, old in origins.items():
            torch.testing.assert_close(mine[f"{new}.weight"], theirs[f"{old}.weight"])

    library = {f"block@{BLOCK.digest[:12]}.1.{k}": first.weights()[f"1.{k}"] for k in ("weight", "bias")}
    frozen = program("(lambda (x) (block :use frozen x))", words=WITH_BLOCK, weights=library)
    torch.testing.assert_close(frozen(X), first(X))
    other = program(
        "(lambda (x) (dense :units 4 @1 (block :use frozen x)))",
        words=WITH_BLOCK,
        weights={**second.weights(), **library},
    )
    assert not torch.allclose(other(X), second(X))


def test_11_a_rewrite_copies_sites():
    term = parse("(lambda (x) ((lambda (f) (add (f x) (f x))) (dense :units 4 @1)))", WORDS)
    reduced = beta_normal(term)
    assert canonical(reduced) == "(lambda (add (dense :units 4 @1 $0) (dense :units 4 @1 $0)))"
    before = compile_term(term, WORDS, VECTOR)
    after = compile_term(reduced, WORDS, VECTOR, weights=before.weights())
    torch.testing.assert_close(after(X), before(X))
    same(gradients(after), gradients(before))


def test_initialise_depends_on_structure_not_on_names():
    one = infer(parse("(lambda (x) (dense :units 4 @1 (dense :units 5 @2 x)))", WORDS), WORDS, VECTOR).sites
    other = infer(parse("(lambda (x) (dense :units 4 @b (dense :units 5 @a x)))", WORDS), WORDS, VECTOR).sites
    left, right = initialise(one, 7), initialise(other, 7)
    assert all(torch.equal(a, b) for a, b in zip(left.values(), right.values(), strict=True))
    again = initialise(one, 8)
    assert not torch.equal(again["1.weight"], left["1.weight"])
    assert not torch.equal(left["1.weight"].flatten()[:15], left["2.weight"].flatten()[:15])


@pytest.mark.parametrize(
    ("init", "deviation"), [("uniform", 1 / 3**0.5), ("kaiming", 2**0.5), ("normal", 1.0), ("zeros", 0.0)]
)
def test_initial_scale(init, deviation):
    from primitives.inference import Site

    site = Site("dense", {}, (), {"weight": Parameter((400, 100), init, 100)}, {})
    weight = initialise({"1": site})["1.weight"]
    assert float(weight.std()) * 10 == pytest.approx(deviation, rel=0.02)


def test_align_finds_the_layers_that_an_edit_kept():
    old = "(lambda (x) (pipe x (conv :maps 4 @1) relu (conv :maps 8 @2) flatten (dense :units 10 @3)))"
    new = """(lambda (x) (pipe x (conv :maps 4 @4) relu (conv :maps 4 @5) relu (conv :maps 8 @6) flatten
        (dense :units 10 @7)))"""
    type = parse_type("Tensor[1,9,9] -> Tensor[10]")
    sites = [infer(parse(text, WORDS), WORDS, type).sites for text in (old, new)]
    assert align(*sites) == {"4": "1", "6": "2", "7": "3"}


def test_memory_is_estimated_without_allocating():
    term = parse("(lambda (x) (dense :units 10 (dense :units 4000000 (dense :units 4000000 x))))", WORDS)
    inference = infer(term, WORDS, parse_type("Tensor[3] -> Tensor[10]"))
    assert estimate_memory(inference, 64) > 10**14
    small = infer(parse("(lambda (x) (dense :units 4 x))", WORDS), WORDS, VECTOR)
    assert estimate_memory(small, 10, training=False) == 4 * (16 + 10 * (2 * 4 + 3))


def test_loading_checks_shapes():
    model = program("(lambda (x) (dense :units 4 @1 x))")
    with pytest.raises(ValueError, match=r"'1.weight' has shape \[5, 3\], needed \[4, 3\]"):
        model.load({"1.weight": torch.zeros(5, 3)})
    with pytest.raises(ValueError, match=r"needed \[4, 3\]"):
        compile_term(model.term, WORDS, VECTOR, weights={"1.weight": torch.zeros(5, 3)})
    model.load({"1.weight": torch.ones(4, 3), "unknown": torch.zeros(1)})
    assert float(model.weights()["1.weight"].sum()) == 12


def test_sites_may_have_any_name():
    term = map_words(
        parse("(lambda (x) (dense :units 4 @1 x))", WORDS),
        lambda w: w if w.site is None else type(w)(w.name, w.settings, "forward"),
    )
    model = compile_term(term, WORDS, VECTOR)
    assert model(X).shape == (5, 4)
    assert list(model.state_dict()) == ["forward.weight", "forward.bias"]


def test_12_a_buffer_of_free_size_takes_the_size_that_it_is_given():
    text = "(lambda (x) (tree :units 4 @1 x))"
    net = program(text)
    start = net.weights()
    assert start["1.feature"].dtype == torch.int32 and start["1.value"].shape == (1, 4)
    assert (net(X) == net(X[:1])).all(), "before it is fitted a tree is one leaf"
    bits = torch.tensor([1, 1, 2], dtype=torch.int32), torch.tensor([2, 1, 2], dtype=torch.int32)
    grown = {
        "1.feature": torch.tensor([2, 0, 0], dtype=torch.int32), "1.threshold": torch.zeros(3), "1.left": bits[0],
        "1.right": bits[1], "1.value": torch.arange(12.0).view(3, 4), "1.root": torch.zeros(1, dtype=torch.int32),
        "1.steps": torch.ones(1, dtype=torch.int32), "1.logarithm": torch.zeros(1),
    }  # fmt: skip
    net.load(grown)
    wanted = torch.where(X[:, 2:] <= 0, grown["1.value"][1], grown["1.value"][2])
    assert torch.equal(net(X), wanted) and torch.equal(program(text, weights=grown)(X), wanted)
    assert torch.equal(inherit(grown, net.sites)["1.value"], grown["1.value"])
    for wrong, message in (
        (torch.zeros(3, 5), r"needed \[\*, 4\]"),
        (torch.zeros(0, 4), "shape"),
        (torch.zeros(12), "shape"),
    ):
        with pytest.raises(ValueError, match=message):
            net.load({"1.value": wrong})
    with pytest.raises(ValueError, match="needed whole numbers"):
        net.load({"1.left": torch.zeros(3)})


def test_12_uses_of_one_site_have_buffers_of_one_shape():
    with pytest.raises(IllTyped, match=r"weight \[4, 3\]"):
        program("(lambda (x) (linear :units 4 @1 (linear :units 4 @1 x)))")
