"""``automl words``: the language that programs are made of, word by word."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated

import typer

from primitives.brief import plural
from primitives.words import known_words

from ..reference.words import find_words, plain_word
from .common import print_json, print_table, print_text
from .options import AsJson

app = typer.Typer(help="The words of the language: built in, and from --plugins.", no_args_is_help=True)


@app.command("list")
def list_(
    text: Annotated[
        str, typer.Argument(help="Part of a name, a family or a description; or a type, as 'list(a) -> int'.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Every word, or those that a text or a type finds: name, type, family, and what it does."""
    rows = [plain_word(word) for word in find_words(known_words(), text)]
    if json:
        print_json(rows)
        return
    columns = ("name", "type", "family", "description")
    print_table(columns, [[row[each] for each in columns] for row in rows], plural(len(rows), "word"))


@app.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="A word, as `automl words list` names it.")], json: AsJson = False
) -> None:
    """One word: its type, settings with their ranges, cost in a search, and an example with the value that it has."""
    words = known_words()
    if name not in words:
        near = ", ".join(get_close_matches(name, words) or [word.name for word in find_words(words, name)[:3]])
        raise typer.BadParameter(
            f"NAME={name!r}: no such word; " + (f"there are {near}" if near else "automl words list has all")
        )
    row = plain_word(words[name])
    if words[name].example:
        from ..reference.examples import evaluate_example

        found = evaluate_example(words[name], words)
        row["example"] = {"program": found.program, "type": found.type, "value": found.value, "weights": found.weights}
    if json:
        print_json(row)
        return
    for line in _lines(row):
        print_text(line)


def _lines(row: dict) -> list[str]:
    """What is said of a word, a line a fact."""
    facts = {key: row[key] for key in ("name", "type", "family", "description", "cost")}
    for each in row["settings"]:
        facts[f":{each['name']}"] = f"{each['default']}  ({each['range']})"
    facts["traits"] = ", ".join(row["traits"])
    if "example" in row:
        found = row["example"]
        facts["example"] = found["program"]
        facts["value"] = f"{found['value']}  : {found['type']}" + (
            f"  (weights {found['weights']})" if found["weights"] else ""
        )
    return [f"{key:12} {'–' if value in (None, '') else value}" for key, value in facts.items()]
