"""The types and costs of searches over texts follow from what the words can do."""

from __future__ import annotations

from primitives.primitive import builtin_words
from primitives.types import CHAR, STRING, list_of, parse_type
from search.enumeration.costs import default_costs
from search.enumeration.enumerator import Enumerator, Hit

APPEND = [(("ab", "c"), "abc"), (("", "xyz"), "xyz"), (("k", "ll"), "kll")]


def enumerator(*names: str) -> Enumerator:
    words = {name: builtin_words()[name] for name in names}
    return Enumerator(parse_type("str -> str -> str"), APPEND, words=words, costs=default_costs(words))


def test_lists_of_texts_are_tried_where_a_word_speaks_of_them() -> None:
    assert list_of(STRING) in enumerator("split", "head", "concat_text").types
    assert list_of(STRING) not in enumerator("chars", "from_chars", "head", "cons").types


def test_lists_of_characters_cost_no_more_where_texts_are_made_of_nothing_else() -> None:
    assert list_of(CHAR) in enumerator("chars", "from_chars", "cons").familiar
    assert list_of(CHAR) not in enumerator("chars", "from_chars", "cons", "concat_text").familiar
    search = enumerator("chars", "from_chars", "cons", "foldr", "head", "tail")
    hit = next(found for found in search.run(max_terms=200_000) if isinstance(found, Hit))
    assert hit.cost <= 18
