"""The types and costs of searches over texts follow from what the words can do."""

from __future__ import annotations

from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.types import CHAR, STRING, list_of
from primitives.words import builtin_words
from search.enumeration.enumerator import Answer, Enumerator
from search.generation.costs import default_costs

APPEND = [(("ab", "c"), "abc"), (("", "xyz"), "xyz"), (("k", "ll"), "kll")]


def enumerator(*names: str) -> Enumerator:
    words = {name: builtin_words()[name] for name in names}
    return Enumerator(parse_type("str -> str -> str"), APPEND, words=words, costs=default_costs(words))


def test_lists_of_texts_are_tried_where_a_word_speaks_of_them() -> None:
    assert list_of(STRING) in enumerator("split", "head", "concat_text").space.types
    assert list_of(STRING) not in enumerator("chars", "from_chars", "head", "cons").space.types


def test_lists_of_characters_cost_no_more_where_texts_are_made_of_nothing_else() -> None:
    assert list_of(CHAR) in enumerator("chars", "from_chars", "cons").space.familiar
    assert list_of(CHAR) not in enumerator("chars", "from_chars", "cons", "concat_text").space.familiar
    search = enumerator("chars", "from_chars", "cons", "foldr", "head", "tail")
    hit = next(found for found in search.run(max_terms=200_000) if isinstance(found, Answer))
    assert hit.cost <= 18


def test_bodies_over_texts_are_told_apart_by_the_words_of_the_texts() -> None:
    """In the whole texts ``(capitalise word)`` would be the same as ``(capitalise text)``."""
    examples = [((text,), text.title()) for text in ("old old sun", "sun green tea tea", "green sun sun")]
    words = {name: builtin_words()[name] for name in ("capitalise", "split_words", "map", "join", "upper")}
    search = Enumerator(parse_type("str -> str"), examples, words=words, costs=default_costs(words))
    hit = next(found for found in search.run(max_terms=20_000) if isinstance(found, Answer))
    assert hit.term == parse('(lambda (x) (pipe x split_words (map (lambda (y) (capitalise y))) (join " ")))')
