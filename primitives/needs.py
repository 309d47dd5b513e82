"""What an argument of a word must be like for the word to give a certain result: necessary conditions, declared with the word.

A search that knows the result it wants looks at such arguments only. ``take`` needs a list that begins with the result, ``cons`` one that
is the result without its first element.
"""

from __future__ import annotations

from enum import Enum


class Need(Enum):
    """A condition on an argument; ``result`` is what the word gives, mostly a list or a text."""

    SAME_LENGTH = "is as long as the result"
    SAME_FIRST = "is as long as the result and begins with the same element"
    NO_SHORTER = "is at least as long as the result"
    ONE_LONGER = "has one element more than the result"
    ONE_SHORTER = "has one element less than the result"
    HOLDS_IN_ORDER = "holds the elements of the result in their order"
    BEGINS_WITH = "begins with the result"
    ENDS_WITH = "ends with the result"
    BEGINS = "is a beginning of the result"
    ENDS = "is an end of the result"
    FIRST = "is the first element of the result"
    LAST = "is the last element of the result"
    ALL_BUT_FIRST = "is the result without its first element"
    ALL_BUT_LAST = "is the result without its last element"
    HOLDS = "has the result among its elements"
    AS_MANY = "has at least as many elements as the result, a number, says"
    FIRST_PART = "is what the result, a pair or an option, holds first"
    SECOND_PART = "is what the result, a pair, holds second"
