"""``automl library``: what is in it, where it came from, who uses it, what it saved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from library.check import check_parcel, problems_of
from library.exchange import export_library, import_library, read_library
from primitives.primitive import expand
from primitives.syntax import show
from primitives.term import words_in

from ..api import Library
from ..study.opening import load_vocabulary
from .common import print_json, print_table, shown_time
from .options import AsJson, LibraryUrl

app = typer.Typer(help="The library of subroutines.", no_args_is_help=True)


@app.command("list")
def list_(library: LibraryUrl = None, json: AsJson = False) -> None:
    """Every active subroutine: type, kind, uses, tasks, saved, created."""
    rows = Library(library, create=False).list()
    if json:
        print_json(rows)
        return
    columns = ["name", "type", "kind", "uses", "tasks", "saved", "created"]
    shown = [
        [
            row["name"],
            row["type"],
            row["kind"],
            row["uses"],
            len(row["tasks"]),
            row["saved"],
            shown_time(row["created"]),
        ]
        for row in rows
    ]
    print_table(columns, shown, f"{len(rows)} subroutines")


@app.command("show")
def show_(name: str, library: LibraryUrl = None, json: AsJson = False) -> None:
    """One subroutine: its body, with subroutines and written out, provenance, uses."""
    opened = Library(library, create=False)
    row = opened.show(name)
    vocabulary = load_vocabulary(opened.store)
    body = vocabulary.read(row["body"])
    row["body"], row["expanded"] = show(body), show(expand(body, vocabulary.all_words))
    if json:
        print_json(row)
        return
    for key, value in row.items():
        typer.echo(f"{key:12} {shown_time(value) if key == 'created' else _shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(item)}" for key, item in value.items()) or "–"
    return "–" if value is None else str(value).replace("\n", "\n" + " " * 13)


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
    known = {r.name: r for r in opened.store.subroutines()}
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
    from rich.console import Console
    from rich.tree import Tree

    tree = Tree(f"{record.name} : {record.type}")
    _branch(tree.add("is made of"), record.name, parts, 0)
    for title, names in (("used by subroutines", users), ("used by tasks", tasks)):
        branch = tree.add(title)
        for each in names:
            branch.add(each)
    Console(markup=False).print(tree)


def _branch(tree: Any, name: str, parts: dict[str, list[str]], depth: int) -> None:
    for part in dict.fromkeys(parts.get(name, ())):
        branch = tree.add(part)
        if depth < 20:
            _branch(branch, part, parts, depth + 1)


@app.command()
def export(file: str, library: LibraryUrl = None) -> None:
    """Write the whole library, with weights and history, to one file."""
    opened = Library(library, create=False)
    typer.echo(f"{export_library(opened.store, file)} subroutines written to {file}")


@app.command("import")
def import_(file: str, library: LibraryUrl = None) -> None:
    """Take in the subroutines of an exported file; all or none."""
    check_parcel(read_library(file))  # before a library is made for it
    opened = Library(library)
    typer.echo(f"{import_library(opened.store, file, check_parcel)} subroutines taken in from {file}")


@app.command()
def check(library: LibraryUrl = None, json: AsJson = False) -> None:
    """Check every subroutine: its text is read, it has its stored type, its weights are there and fit. Exit code 1 if not."""
    opened = Library(library, create=False)
    records = opened.store.subroutines(state=None)
    blobs = opened.store.blobs
    digests = {record.weights for record in records if record.weights is not None and blobs.has(record.weights)}
    weights = {digest: blobs.get_bytes(digest) for digest in digests}
    problems = [{"name": name, "problem": problem} for name, problem in problems_of(records, weights)]
    count = len(records)
    if json:
        print_json({"checked": count, "problems": problems})
    else:
        for problem in problems:
            typer.echo(f"{problem['name']}: {problem['problem']}")
        typer.echo(f"{count} subroutines checked, {len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@app.command()
def gc(library: LibraryUrl = None) -> None:
    """Delete weights that nothing names any more: neither a subroutine, a solution, nor a run's best evaluations."""
    opened = Library(library, create=False)
    typer.echo(f"{opened.store.collect_garbage()} weights files deleted")
