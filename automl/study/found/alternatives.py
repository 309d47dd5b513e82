"""Other programs that meet all examples too, and what is left for them of the confidence in the one that was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from primitives.notation.values import to_plain
from primitives.syntax import show
from primitives.types import Type, arguments_of
from primitives.values import Failure

if TYPE_CHECKING:
    from ..study import Study


class AlternativeRow(TypedDict):
    """Another program that meets all examples: its text, how likely it is, inputs on which it differs from the one that was chosen, its
    output there and that of the chosen one; values in their JSON form, or ``{"failure": …}``."""

    program: str
    probability: float
    inputs: list[object]
    output: object
    chosen_output: object


class QuestionRow(TypedDict):
    """Inputs whose output would tell most about which program is meant, and what the programs known give there, each answer with its
    probability; values as in AlternativeRow."""

    inputs: list[object]
    answers: list[dict[str, object]]


def question_of(study: Study) -> QuestionRow | None:
    """The strategy's question as a plain object; None where it has none."""
    asked = study.strategy.question()
    if asked is None:
        return None
    types, result = arguments_of(study.task.type)
    return {
        "inputs": [to_plain(value, type) for value, type in zip(asked.inputs, types)],
        "answers": [
            {"output": _plain(value, result), "probability": round(probability, 4)}
            for value, probability in asked.answers
        ],
    }


def _plain(value: object, type: Type) -> object:
    return {"failure": str(value)} if isinstance(value, Failure) else to_plain(value, type)


def alternatives_of(study: Study) -> tuple[AlternativeRow, ...]:
    """The strategy's alternatives as plain objects."""
    types, result = arguments_of(study.task.type)
    return tuple(
        {
            "program": show(each.term), "probability": round(each.probability, 4),
            "inputs": [to_plain(value, type) for value, type in zip(each.inputs, types)],
            "output": _plain(each.output, result), "chosen_output": _plain(each.chosen, result),
        }
        for each in study.strategy.alternatives()
    )  # fmt: skip


def consistent_shares(
    confidence: float | None, alternatives: tuple[AlternativeRow, ...], examples: int
) -> tuple[float | None, tuple[AlternativeRow, ...]]:
    """The confidence in a program and its alternatives as parts of one whole.

    confidence: in the program, None where none is known.
    alternatives: others that meet all examples, each with its probability.
    examples: how many examples there are; one alone proves nothing, so that no confidence is stated.

    The confidence is calibrated and stays as it is; the alternatives share what it leaves, where they would come to more.
    """
    left, total = 1.0 - (confidence or 0.0), sum(each["probability"] for each in alternatives)
    if total > left:
        alternatives = tuple(
            {**each, "probability": round(each["probability"] * left / total, 4)} for each in alternatives
        )
    return None if examples < 2 else confidence, alternatives
