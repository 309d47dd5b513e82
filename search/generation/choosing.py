"""What makes the choices of a derivation: random draws, or a model that suggests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from primitives.primitive import Setting

Place = tuple[int, ...]
"""Where in a derivation a choice is made: the argument positions (and attempts) on the way from the root."""


class DeadEnd(Exception):
    """No term of the wanted type fits the budget or the shapes, or the choices led nowhere; draw again."""


class Chooser(Protocol):
    """Makes the choices; ``randomness.Draws`` is the random one."""

    def pick(self, place: Place, labels: Sequence[str], cumulative: Sequence[float]) -> int:
        """An index below ``len(cumulative)``, by cumulative weights.

        place: where the choice is made.
        labels: what each index stands for.
        cumulative: the sums of the weights up to each index.
        """

    def fraction(self, place: Place) -> float:
        """A number from 0 to below 1.

        place: where the choice is made.
        """

    def value(self, place: Place, word: str, setting: Setting) -> object:
        """A value in the setting's range.

        place: where the choice is made.
        word: the name of the word whose setting it is.
        setting: says the range.
        """
