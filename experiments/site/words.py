"""Every word of the language, a page a family: type, meaning, an example with its value, cost, settings."""

from __future__ import annotations

from collections.abc import Mapping

from automl.reference.examples import CASES, ExampleValue, evaluate_example
from automl.reference.words import WordFamily, families, setting_range, traits
from primitives.primitive import Primitive

from .markdown import anchor, docstring, escaped, heading, table

FOLDER = "reference/words"
LEGEND = f"""\
Each word has its type, what it does, and a program in which it stands with the value and the type of that program, computed when this
page was made (values as JSON, the form of [task files](../../data.md)). *Cost* is what the word costs an enumerative search before any
task has taught it better, in steps of a factor e of probability: 2 for an everyday word, 5 for a rare one. A range of a setting is what
a search chooses from. Of words with trained weights the example has those by which a training with seed 0 starts; a fitted word is
fitted to {CASES} cases, the numbers 0, 1, … with twice the number plus 1 as the answer.
"""


def word_pages(words: Mapping[str, Primitive]) -> dict[str, str]:
    """Markdown by path: the list of families, and a page for each.

    words: by name.

    Raises ExampleFailed where an example has no value.
    """
    found = families(words)
    pages = {f"{FOLDER}/{family.name}.md": family_page(family, words) for family in found}
    return {f"{FOLDER}/index.md": _index(found, len(words)), **pages}


def _index(found: list[WordFamily], count: int) -> str:
    rows = [
        (
            f"[{family.name}]({family.name}.md)",
            escaped(_first(family.doc)),
            ", ".join(f"[`{word.name}`]({family.name}.md#{anchor(word.name)})" for word in family.words),
        )
        for family in found
    ]
    says = (
        f"{count} words in {len(found)} families. `automl words list`, `automl words list 'list(a) -> int'` and "
        "`automl words show NAME` say the same."
    )
    return "\n\n".join(["# Words", says, LEGEND, table(("family", "what it has", "words"), rows)]) + "\n"


def _first(text: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(text.split("\n\n")[0].split())


def family_page(family: WordFamily, words: Mapping[str, Primitive]) -> str:
    """The page of one family.

    family: whose words are shown.
    words: the meaning of each word in the examples, by name.

    Raises ExampleFailed where an example has no value.
    """
    parts = [f"# Words: {family.name}", docstring(family.doc), "[All families, and how to read this](index.md)"]
    return "\n\n".join([*parts, *(_section(word, words) for word in family.words)]) + "\n"


def _section(word: Primitive, words: Mapping[str, Primitive]) -> str:
    shown = evaluate_example(word, words) if word.example else None
    settings = [(f"`{each.name}`", f"`{_said(each.default)}`", setting_range(each)) for each in word.settings]
    parts = [
        heading(2, word.name),
        f"`{word.scheme}`",
        docstring(word.doc),
        "" if shown is None else f"```\n{shown.program}\n→ {shown.value} : {shown.type}\n```",
        _cost(word, shown),
        table(("setting", "default", "a search chooses"), settings),
    ]
    return "\n\n".join(part for part in parts if part)


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cost(word: Primitive, shown: ExampleValue | None) -> str:
    cost = "not enumerated" if word.prior.cost is None else f"cost {word.prior.cost}"
    parts = [cost, *traits(word)]
    if shown is not None and shown.parameters:
        parts.append(f"{shown.parameters:,} trained numbers in the example")
    if shown is not None and shown.operations:
        parts.append(f"{shown.operations:,} multiply-adds in the example")
    return "*" + "; ".join(parts) + "*"
