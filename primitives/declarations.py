"""What a word declares of itself, so that nothing that looks through terms or searches for them knows it by name."""

from __future__ import annotations

from enum import Enum


class Need(Enum):
    """A necessary condition on an argument for the word to give a certain ``result``, mostly a list or a text.

    A search that knows the result it wants looks at such arguments only. ``take`` needs a list that begins with the result, ``cons`` one
    that is the result without its first element.
    """

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


class Role(Enum):
    """What a word does, where others must know it exactly: to see what is evaluated, to run a loop in one go, to write source."""

    CHOICE = "gives its second argument where its first is true, else its third"
    CONJUNCTION = "is true where both of its arguments are; looks at the second only where the first is true"
    DISJUNCTION = "is true where one of its arguments is; looks at the second only where the first is false"
    GREATER = "gives the greater of two values"
    LESSER = "gives the smaller of two values"
    FOLD = "takes a state through a list from its first element: function of state and element, start, list"
    FOLD_RIGHT = "takes a state through a list from its last element: function of element and state, start, list"
    MAP = "gives its function of every element of a list: function, list"
    MAP_INDEXED = "gives its function of every position, from 0, and the element there: function, list"
    MAP_TEXT = "gives its function of every character of a text, as a text: function, text"
    SPELL = "puts together the texts that its function gives for every character of a text: function, text"
    FILTER = "gives the elements of a list for which its function is true: function, list"
    FILTER_TEXT = "gives the characters of a text for which its function is true, as a text: function, text"
    CHARACTERS = "gives the list of the characters of a text"
    PARTS = "gives the list of the parts of a text between separators: separator, text"
    JOIN_PARTS = "puts the texts of a list together with a separator between them: separator, list"
    CONCATENATE = "puts one text behind another"
    PIECE = "gives the characters of a text from one position up to before another: first, last, text"
    SIZE = "gives the number of elements of a list"
    SIZE_TEXT = "gives the number of characters of a text"
    ADDITION = "adds two numbers"
    PRODUCT = "multiplies two numbers"
    QUOTIENT = "divides an Int by another, rounded towards minus infinity"
    REMAINDER = "gives the remainder of its first argument divided by its second, with the sign of the second"
    DIGITS = "gives the list of the decimal digits of an Int from the first to the last, without its sign"
    WRITE = "writes an Int as a text"
    SHOW_CHARACTER = "gives the text of one character"
    CHARACTER = "gives the character of a code point"
    COUNT_UP = "gives the list of the Ints from 0 up to before its argument"
    NOTHING = "gives the empty list"
    PREPEND = "puts its first argument before the list that is its second"
    LIKELIEST = "gives the position of the greatest number of a tensor of scores, one for each class"
    MONOTONE = "takes each number of a tensor by itself and never turns a greater one into a smaller one"
    SUM = "adds two tensors number by number"
    JOIN = "puts one tensor behind the other along their first axis"
    WINDOW_MAXIMUM = "gives the greatest number of each window of a tensor"


TRIVIAL = "trivial"
"""What a word does to one value given twice: it gives the value itself or a constant, so that nobody asks for it."""
