"""The question that decides between programs."""

from __future__ import annotations

from primitives.term import Variable
from search.choice.asking import question, varied
from search.choice.ranking import Entry, Ranked

NEAR = [("ab",), ("cd",), ("x",)]


def known(*programs: tuple[tuple[str, ...], float]) -> list[Ranked]:
    return [
        Ranked(Entry(Variable(place), values, ("",), 0.0), share, share)
        for place, (values, share) in enumerate(programs)
    ]


def test_the_input_on_which_most_is_undecided_is_asked_about() -> None:
    found = question(known((("A", "c", "x"), 0.5), (("A", "d", "x"), 0.3), (("B", "e", "x"), 0.2)), NEAR, [("",)])
    assert found is not None and found.inputs == ("cd",)
    assert found.answers == (("c", 0.5), ("d", 0.3), ("e", 0.2))


def test_inputs_whose_outputs_are_wanted_come_first() -> None:
    found = question(known((("A", "c", "x"), 0.5), (("B", "d", "x"), 0.3), (("A", "e", "x"), 0.2)), NEAR, [("",)], 1)
    assert found is not None and found.inputs == ("ab",)
    assert found.answers == (("A", 0.7), ("B", 0.3))


def test_where_all_agree_nothing_is_asked() -> None:
    assert question(known((("A", "c", "x"), 0.6), (("A", "c", "x"), 0.4)), NEAR, [("",)]) is None
    assert question([], NEAR, []) is None


def test_inputs_of_other_forms_come_before_more_of_one() -> None:
    names = [("Al Fox",), ("Bo Lee",), ("Ann van Berg",), ("Al Fox",), ("12",)]
    assert varied(names, 3) == [("Al Fox",), ("Ann van Berg",), ("12",)]
    assert varied(names, 9) == [("Al Fox",), ("Ann van Berg",), ("12",), ("Bo Lee",)]
