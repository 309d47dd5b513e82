"""Which declared baselines stand beside a result."""

from __future__ import annotations

from automl.comparison.rivals import declared_rivals, start_rivals
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import canonical
from primitives.words import known_words


def named(type: str) -> list[str]:
    return [each.name for each in declared_rivals(parse_type(type))]


def test_baselines_of_the_shapes_are_taken_and_equal_programs_once() -> None:
    names = named("Tensor[1,28,28] -> Tensor[10]")
    assert {"shallow", "conv2-relu"} <= set(names)
    assert "conv2-relu-expanded" not in names  # the program of conv2-relu
    assert "conv2-relu-expanded-ensemble" not in names  # a vote, no program
    found = declared_rivals(parse_type("Tensor[1,28,28] -> Tensor[10]"))
    assert len({canonical(each.term) for each in found}) == len(found)


def test_what_does_not_fit_is_left_out() -> None:
    small = named("Tensor[1,8,8] -> Tensor[10]")
    assert "conv2-relu" not in small and "shallow" in small
    assert "shallow" not in named("Tensor[1,28,28] -> Tensor[3]")
    assert named("list(int) -> int") == []


def test_a_start_is_named_as_its_run_has_it_or_by_its_words() -> None:
    starts = (parse("(lambda (x) (linear :units 3 @1 (relu x)))", known_words()),)
    assert [each.name for each in start_rivals(starts, ["mine"])] == ["mine"]
    (rival,) = start_rivals(starts, [])
    assert (rival.kind, rival.name) == ("start", "linear, relu")
