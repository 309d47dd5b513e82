"""The language: types, terms, inference, interpreter, columns, compiler and the primitives themselves.

Terms
    Term                                    a program or a part of one: frozen, hashable, without tensors
    Variable, Lambda, Apply, Let            its kinds: a bound variable, a function, its application, a name for a value,
    Literal, Word                           a constant, a word with settings and site
    Hole, OneOf, FreeSetting                what is still to be filled: a place, one of several, the value of a setting
    parse(text, words)                      the term that a text stands for
    show(term)                              its text, with names for people
    Definition, definition(name, scheme, body)   a subroutine: a word that stands for a term
Types and inference
    Type, Scheme, parse_type, parse_scheme  types and what is polymorphic, read from text
    infer(term, words)                      an Inference: principal type, waiting shape constraints, sites; nothing is run
    Site                                    one place with weights: its word, settings and the shapes of its parameters
    IllTyped                                raised where a term has no type
Running
    evaluate(term, arguments, words=…)      its value, or a Failure
    Fuel, Failure                           the bound of an evaluation, and what has no value
    compile_term(term, words, type)         a torch module that gives the same on batches
    to_source(term, words, type)            stand-alone Python or PyTorch text that gives the same
Words
    builtin_words()                         all primitives by name
    word, geometric                         decorators that declare an algorithmic or a tensor word
    Primitive, Setting, Parameter           a word, a setting with its range, a trainable tensor of a word
"""

from __future__ import annotations

from typing import Any

from .lazy import Facade

_FACADE = Facade(
    __name__,
    {
        "inference": ("IllTyped", "Inference", "Site", "infer"),
        "interpreter.interpret": ("Fuel", "evaluate"),
        "definitions": ("Definition", "definition"),
        "primitive": ("Parameter", "Primitive", "Setting"),
        "words": ("builtin_words", "geometric", "word"),
        "compile": ("compile_term",),
        "source": ("to_source",),
        "syntax": ("parse", "show"),
        "notation.types": ("parse_scheme", "parse_type"),
        "term": ("Apply", "FreeSetting", "Hole", "Lambda", "Let", "Literal", "OneOf", "Term", "Variable", "Word"),
        "types": ("Scheme", "Type"),
        "values": ("Failure",),
    },
)
__all__ = _FACADE.names


def __getattr__(name: str) -> Any:
    return _FACADE.get(name)
