"""Declared nets: each fits the tasks of its type, and none is in the way of another task."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import automl
from automl.errors import StudyError
from automl.study.planning.starts import (
    DeclaredNet,
    declared_nets,
    declared_readers,
    declared_starts,
    dimensions,
    name_starts,
)
from automl.tasks.kinds.examples import examples_task
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import names_in
from primitives.types import INT, TensorType, arguments_of, function
from primitives.words import builtin_words
from search.bounds import Bounds

WORDS = builtin_words()
TYPES = {
    "Tensor[c,h,w] -> Tensor[n]": (
        "Tensor[1,28,28] -> Tensor[10]",
        "Tensor[3,32,32] -> Tensor[2]",
        "Tensor[4,64,48] -> Tensor[1000]",
    ),
    "Tensor[c,s] -> Tensor[n]": (
        "Tensor[1,5] -> Tensor[2]",
        "Tensor[3,100] -> Tensor[1]",
        "Tensor[40,2000] -> Tensor[60]",
    ),
    "Tensor[c,h,w] -> int": (),
}
"""What nets are declared for, and types of such tasks."""
ALL = declared_nets()
NETS = [net for net in ALL if str(net.type) == "Tensor[c,h,w] -> Tensor[n]" and net.within is None]
CASES = [
    (net, type)
    for net in ALL
    for type in TYPES[str(net.type)]
    if all(dimensions(net.type, parse_type(type))[name] >= size for name, size in net.least.items())
]


@pytest.mark.parametrize(("net", "type"), CASES, ids=[f"{net.name}-{type}" for net, type in CASES])
def test_each_net_is_a_program_of_the_type(net: DeclaredNet, type: str) -> None:
    wanted = parse_type(type)
    term = net.term(wanted, WORDS, Bounds(parameters=net.within))
    assert term is not None and net.title and net.source
    found = infer(term, WORDS, wanted)
    assert not found.waiting and found.sites
    assert arguments_of(wanted)[1] == arguments_of(found.type)[1]


def test_of_series_what_is_fitted_comes_first_and_in_its_place() -> None:
    starts = declared_starts(parse_type("Tensor[2,50] -> Tensor[3]"), WORDS)
    assert len(starts) == len([net for net in ALL if str(net.type) == "Tensor[c,s] -> Tensor[n]"])
    for term, word in zip(starts, ("constant", "forest", "random_convolutions", "boosting"), strict=False):
        assert word in names_in(term)
    assert {"conv1d", "gru_cell", "attention"} <= set().union(*map(names_in, starts[4:]))


def test_nets_come_by_their_weights_and_only_where_they_fit() -> None:
    wanted = parse_type("Tensor[2,28,28] -> Tensor[10]")
    sizes = [infer(term, WORDS, wanted).parameters for term in declared_starts(wanted, WORDS)]
    assert len(sizes) == len(NETS) and sizes == sorted(sizes)
    assert declared_starts(parse_type("Tensor[13] -> Tensor[3]"), WORDS) == ()
    assert declared_starts(parse_type("list(int) -> int"), WORDS) == ()
    assert declared_starts(wanted, {name: word for name, word in WORDS.items() if name != "conv"}) == ()


@pytest.mark.parametrize("most", [100_000, 8000, 700])
def test_nets_are_made_narrower_for_a_bound(most: int) -> None:
    wanted = parse_type("Tensor[1,28,28] -> Tensor[10]")
    bounds = Bounds(parameters=most)
    found = {net.name: net.term(wanted, WORDS, bounds) for net in ALL}
    small = {name: infer(term, WORDS, wanted).parameters for name, term in found.items() if term is not None}
    assert {"residual", "two_convolutions"} < {name for name, size in small.items() if 0.75 * most < size <= most}
    assert ("narrow_apart" in small) == (most <= 30_000)  # that is for narrow bounds alone
    assert found["narrow_apart"] is None or 0.9 * most < small["narrow_apart"] <= most


def test_maps_are_read_apart_where_there_are_several() -> None:
    one, three = (declared_starts(parse_type(f"Tensor[{maps},28,28] -> Tensor[10]"), WORDS) for maps in (1, 3))
    assert not any("unstack" in names_in(term) for term in one)
    (shared,) = (term for term in three if "unstack" in names_in(term))
    assert {"fold", "multiply", "stack_list"} <= names_in(shared)
    found = infer(shared, WORDS, parse_type("Tensor[3,28,28] -> Tensor[10]"))
    kernels = [site.parameters["weight"].shape for site in found.sites.values() if "weight" in site.parameters]
    assert (16, 1, 3, 3) in kernels and (
        100,
        256,
    ) in kernels  # one net for all maps, then all that it read, and its product


def test_a_picture_that_is_too_small_for_a_net_leaves_that_net_out() -> None:
    small, large = (declared_starts(parse_type(f"Tensor[1,{n},{n}] -> Tensor[10]"), WORDS) for n in (4, 32))
    assert len(small) < len(large)


def test_what_reads_a_class_is_no_program_to_begin_with_but_a_part() -> None:
    image = parse_type("Tensor[3,28,28]")
    assert isinstance(image, TensorType)
    readers = declared_readers(image, 7, WORDS)
    assert ["conv" in names_in(term) for term in readers] == [True, False]
    for term in readers:
        sites = infer(term, WORDS, function(image, INT)).sites.values()
        assert (7,) in [parameter.shape for site in sites for parameter in site.parameters.values()]
    assert declared_starts(parse_type("Tensor[3,28,28] -> int"), WORDS) == ()
    small = parse_type("Tensor[1,4,4]")
    assert isinstance(small, TensorType) and len(declared_readers(small, 7, WORDS)) == 1


def test_a_name_stands_for_one_size() -> None:
    pattern = parse_type("Tensor[c,n,n] -> Tensor[k]")
    assert dimensions(pattern, parse_type("Tensor[3,8,8] -> Tensor[5]")) == {"c": 3, "n": 8, "k": 5}
    assert dimensions(pattern, parse_type("Tensor[3,8,9] -> Tensor[5]")) is None
    assert dimensions(pattern, parse_type("Tensor[3,8,8] -> Tensor[5] -> Tensor[5]")) is None


@pytest.mark.parametrize(
    "launch", [automl.search, lambda task, **given: automl.grow([task], **given)], ids=["search", "grow"]
)
def test_what_a_search_begins_with_is_an_option_of_searches_and_growths(launch: Callable[..., object]) -> None:
    task = examples_task("double", "int -> int", [((2,), 4), ((5,), 10)])
    launch(task, evaluations=50, starts="none", quiet=True)
    with pytest.raises(StudyError, match="starts='odd': needed one of auto, none"):
        launch(task, evaluations=50, starts="odd", quiet=True)


def test_a_blend_is_named_by_what_it_computes_of_what_its_net_says() -> None:
    text = "(lambda (xs) (let ((net (lambda (x) (argmax (dense :units 3 @1 x))))) (sum (map net xs))))"
    given, words = parse_type("list(Tensor[4]) -> int"), builtin_words()
    plain = "(lambda (xs) (sum (map (lambda (x) (argmax x)) xs)))"
    found = name_starts([parse(each, words) for each in (text, plain)], {}, given, words)
    assert found == ["(sum (map net x))", "sum, map, argmax"]
