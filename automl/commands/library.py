"""``automl library``: what is in it, where it came from, who uses it, what it saved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from library.check import check_parcel, store_problems
from library.exchange import export_library, import_library, read_library
from library.records import StoreError, Subroutine
from primitives.brief import plural
from primitives.definitions import ExpansionError, expand
from primitives.syntax import TermSyntaxError, show
from primitives.term import words_in

from ..exporting.files import ZIP, check_file
from ..interface.library import Library
from ..study.words import load_vocabulary
from .common import print_json, print_table, print_text, printable, shown_time
from .options import AsJson, LibraryUrl

app = typer.Typer(help="The library of subroutines.", no_args_is_help=True)


@app.command("list")
def list_(library: LibraryUrl = None, json: AsJson = False) -> None:
    """Every active subroutine: type, kind, uses, tasks, saved, created, and whether it is left out of searches, as its record does
    not hold."""
    rows = Library(library, create=False).list()
    if json:
        print_json(rows)
        return
    columns = ["name", "type", "kind", "uses", "tasks", "saved", "created"]
    marked = any(row["left_out"] for row in rows)
    if marked:
        columns.append("left out")
    shown = [
        [
            row["name"],
            row["type"],
            row["kind"],
            row["uses"],
            len(row["tasks"]),
            row["saved"],
            shown_time(row["created"]),
            *(["yes" if row["left_out"] else None] if marked else []),
        ]
        for row in rows
    ]
    print_table(columns, shown, plural(len(rows), "subroutine"))


@app.command("show")
def show_(name: str, library: LibraryUrl = None, json: AsJson = False) -> None:
    """One subroutine: its body, with subroutines and written out, provenance, uses."""
    opened = Library(library, create=False)
    row = opened.show(name)
    vocabulary = load_vocabulary(opened.store)
    try:
        body = vocabulary.read(row["body"])
        row["body"], row["expanded"] = show(body), show(expand(body, vocabulary.all_words))
    except (TermSyntaxError, ExpansionError) as error:
        row["expanded"] = f"cannot be read: {error}"
    if json:
        print_json(row)
        return
    for key, value in row.items():
        print_text(f"{key:12} {shown_time(value) if key == 'created' else _shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(item)}" for key, item in value.items()) or "–"
    return "–" if value is None or value == "" else str(value).replace("\n", "\n" + " " * 13)


@app.command()
def history(
    name: Annotated[str | None, typer.Argument()] = None, library: LibraryUrl = None, json: AsJson = False
) -> None:
    """Promotions, demotions and imports with their evidence, oldest first."""
    changes = Library(library, create=False).history(name)
    if json:
        print_json([change.to_dict() for change in changes])
        return
    print_table(
        ["time", "action", "name", "evidence"],
        [[shown_time(c.time), c.action, c.name, _shown(c.evidence)] for c in changes],
    )


@app.command()
def graph(name: str, library: LibraryUrl = None, json: AsJson = False) -> None:
    """What a subroutine is made of, and what uses it, as a tree."""
    opened = Library(library, create=False)
    record = opened.store.subroutine(name)
    vocabulary = load_vocabulary(opened.store)
    known = {r.name: r for r in vocabulary.active}
    parts = {
        r.name: [w.name for w in dict.fromkeys(words_in(vocabulary.read(r.body))) if w.name in known]
        for r in known.values()
    }
    users = sorted(user for user, used in parts.items() if record.name in used)
    tasks = sorted({use.task for use in opened.store.uses(record.digest)})
    if json:
        edges = [[user, used] for user, all_used in sorted(parts.items()) for used in sorted(set(all_used))]
        print_json(
            {
                "name": record.name,
                "uses": sorted(set(parts.get(record.name, ()))),
                "used_by": users,
                "tasks": tasks,
                "edges": edges,
            }
        )
        return
    _say_graph(record, parts, {"used by subroutines": users, "used by tasks": tasks})


def _say_graph(record: Subroutine, parts: dict[str, list[str]], users: dict[str, list[str]]) -> None:
    """The tree of what a subroutine is made of and what uses it."""
    from rich.console import Console
    from rich.tree import Tree

    tree = Tree(printable(f"{record.name} : {record.type}"))
    _branch(tree.add("is made of"), record.name, parts, 0)
    for title, names in users.items():
        branch = tree.add(title)
        for each in names:
            branch.add(printable(each))
    Console(markup=False).print(tree)


def _branch(tree: Any, name: str, parts: dict[str, list[str]], depth: int) -> None:
    for part in dict.fromkeys(parts.get(name, ())):
        branch = tree.add(printable(part))
        if depth < 20:
            _branch(branch, part, parts, depth + 1)


@app.command()
def rename(old: str, new: str, library: LibraryUrl = None) -> None:
    """Give a subroutine another name. Programs that name it by the old one are read as before."""
    record = Library(library, create=False).rename(old, new)
    print_text(f"{old} is now {record.name} : {record.type}")


@app.command()
def demote(name: str, library: LibraryUrl = None) -> None:
    """Offer a subroutine to no search any more. It stays for the programs that name it."""
    record = Library(library, create=False).demote(name)
    print_text(f"{record.name} is demoted: no search is offered it, programs that name it are read as before")


@app.command()
def export(file: str, library: LibraryUrl = None) -> None:
    """Write the whole library, with weights and history, to one file."""
    check_file(file, "a library as one zip", ZIP)
    opened = Library(library, create=False)
    print_text(f"{plural(export_library(opened.store, file), 'subroutine')} written to {file}")


@app.command("import")
def import_(file: str, library: LibraryUrl = None) -> None:
    """Take in the subroutines of an exported file; all or none."""
    check_parcel(read_library(file))  # before a library is made for it
    opened = Library(library)
    print_text(f"{plural(import_library(opened.store, file, check_parcel), 'subroutine')} taken in from {file}")


@app.command()
def check(library: LibraryUrl = None, json: AsJson = False) -> None:
    """Check the store, and every subroutine: its name, text, type, digest and weights hold. Lists every problem; exit code 1 if
    there are any."""
    store = Library(library, create=False).store
    problems = [{"name": name, "problem": problem} for name, problem in store_problems(store)]
    try:
        names = [record.name for record in store.subroutines(state=None)]
    except StoreError:  # among the problems
        names = []
    if json:
        print_json({"checked": len(names), "problems": problems})
    else:
        for problem in problems:
            print_text(f"{problem['name']}: {problem['problem']}")
        if any(problem["name"] not in names for problem in problems):
            print_text(
                "what is damaged beside the words cannot be mended here: restore the store from a copy, with the weights beside it; "
                "until then what is not named above can be used"
            )
        print_text(f"{plural(len(names), 'subroutine')} checked, {plural(len(problems), 'problem')}")
    if problems:
        raise typer.Exit(1)


@app.command()
def gc(library: LibraryUrl = None) -> None:
    """Delete weights that nothing names any more: neither a subroutine, a solution, nor a run's best evaluations."""
    opened = Library(library, create=False)
    print_text(f"{plural(opened.store.collect_garbage(), 'weights file')} deleted")
