"""``automl baseline``: the hand-designed systems to compare with: list, show, run, table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from primitives.brief import plural

from ..baselines.table import per_cent
from ..errors import TaskError
from .common import open_library, print_json, print_table, print_text
from .options import AsJson

if TYPE_CHECKING:
    from ..baselines.declaration import Baseline

app = typer.Typer(help="Hand-designed systems as programs, with their published figures.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The baseline's id (automl baseline list), or a .toml file.")]
Output = Annotated[
    str | None,
    typer.Option("--output", help="Folder of results and trained nets; default: baselines, beside the library."),
]


@app.command("list")
def list_(json: AsJson = False) -> None:
    """Every declared system, its parameters and its published accuracy."""
    from ..baselines import every

    rows: list[dict[str, Any]] = []
    refused: list[str] = []
    for baseline in every(refused):
        rows.append(
            {"id": baseline.id, "title": baseline.title, "parameters": baseline.inference.parameters,
             "published": baseline.published.to_json(), "source": baseline.source, "data": baseline.data,
             "protocols": list(baseline.protocols)}
        )  # fmt: skip
    if json:
        print_json(rows)
        return _end(refused)
    shown = [
        [
            row["id"],
            row["title"],
            f"{row['parameters']:,}",
            per_cent(row["published"]["accuracy"]),
            ", ".join(row["protocols"]),
        ]
        for row in rows
    ]
    print_table(["id", "what", "parameters", "published %", "protocols"], shown)
    _end(refused)


def _end(refused: Sequence[str]) -> None:
    """Name the declarations that cannot be read; the exit code says that there were some."""
    for reason in refused:
        name, _, detail = reason.partition(": ")
        print_text(f"automl: {name}: refused: {detail}", err=True)
    if refused:
        raise typer.Exit(1)


@app.command("run")
def run_(
    id: Id,
    protocol: Annotated[str, typer.Option(help="book: the source's own training; fast: today's.")] = "fast",
    seeds: Annotated[int | None, typer.Option(help="How many runs; default: as declared.")] = None,
    first: Annotated[int, typer.Option("--first-seed", help="The first seed.")] = 0,
    data: Annotated[str | None, typer.Option(help="Folder of the data; default: it is fetched.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Other epochs than declared, for trials.")] = None,
    output: Output = None,
    library: Annotated[str | None, typer.Option(help="URL of a library that gets its trained blocks as words.")] = None,
    json: AsJson = False,
) -> None:
    """Train a baseline, a seed after the other; seeds whose results are there are not repeated.

    With --library its definitions that have weights (inception and residual blocks) become words of that library, each
    once as structure alone and once trained, for searches to build with.
    """
    from ..baselines import load
    from ..baselines.bench import Order
    from ..baselines.results import Places
    from ..baselines.running import run

    baseline = load(id)
    runs = 1 if baseline.vote is not None else baseline.protocol(protocol).runs
    order = Order(baseline, protocol, _seeds(first, runs if seeds is None else seeds, epochs), data, epochs)
    found = run(order, Places.at(output, library), tell)
    if library is not None:
        from ..baselines.promoting import promote_run

        words = promote_run(order, Places.at(output, library), open_library(library))
        found = {**found, "promoted": [f"{word.name}: {word.type}" for word in words]}
    if json:
        print_json(found)
        return
    _say_runs(found, protocol)


def _seeds(first: int, count: int, epochs: int | None) -> range:
    """The seeds of the runs. Raises TaskError where a number is too small."""
    for name, value, least in (
        ("seeds", count, 1),
        ("epochs", 1 if epochs is None else epochs, 1),
        ("first-seed", first, 0),
    ):
        if value < least:
            raise TaskError(f"{name}={value}: at least {least} is required; correct the option")
    return range(first, first + count)


def _say_runs(found: Mapping[str, Any], protocol: str) -> None:
    """The runs of a baseline, for people."""
    print_text(f"{found['id']}, protocol {protocol}, published {per_cent(found['published']['accuracy'])} %")
    rows = [
        [
            each["seed"],
            per_cent(each["validation_score"]),
            per_cent(each["test_score"]),
            each["best_epoch"],
            each["seconds"] / 60,
        ]
        for each in found["runs"]
    ]
    print_table(["seed", "validation accuracy %", "test accuracy %", "epoch", "minutes"], rows)
    for line in found.get("promoted", ()):
        print_text(f"promoted {line}")


def tell(row: Mapping[str, Any]) -> None:
    """One line on standard error for an epoch."""
    test = "" if row["test_score"] is None else f" test accuracy {per_cent(row['test_score'])} %"
    print_text(
        f"{row['id']} {row['protocol']} seed {row['seed']} epoch {row['epoch']}/{row['of']} loss {row['train_loss']:.4f} "
        f"validation accuracy {per_cent(row['validation_score'])} %{test} {row['seconds']:.0f} s",
        err=True,
    )


@app.command("show")
def show_(id: Id, json: AsJson = False) -> None:
    """One system: its program, its types layer by layer with parameter counts, a diagram, its published figure."""
    from ..baselines import load

    baseline = load(id)
    described = _described(baseline)
    if json:
        print_json(described)
    else:
        _say_described(baseline, described)


def _described(baseline: Baseline) -> dict[str, Any]:
    """One system as plain data."""
    from ..baselines.showing import layers

    return {
        "id": baseline.id,
        "title": baseline.title,
        "program": baseline.program,
        "definitions": {name: text.strip() for name, text in baseline.definitions.items()},
        "parameters": baseline.inference.parameters,
        "published": baseline.published.to_json(),
        "source": baseline.source,
        "note": baseline.note,
        "data": baseline.data,
        "type": str(baseline.inference.type),
        "protocols": {name: protocol.to_json() for name, protocol in baseline.protocols.items()},
        "vote": None if baseline.vote is None else {"of": baseline.vote.member.id, "count": baseline.vote.count},
        "layers": layers(baseline),
    }


def _say_described(baseline: Baseline, described: Mapping[str, Any]) -> None:
    """The same for people."""
    from ..baselines.showing import diagram

    published = baseline.published
    print_text(f"{baseline.id}: {baseline.title}\n{baseline.source}\n")
    for name, text in described["definitions"].items():
        print_text(f"{name} =\n{text}\n")
    print_text(f"{baseline.program}\n")
    rows = [
        [row[c] for c in ("number", "word", "block", "type")] + [f"{row['parameters']:,}"]
        for row in described["layers"]
    ]
    print_table(["", "word", "block", "result", "parameters"], rows)
    print_text(f"\n{diagram(baseline)}\n\ntype {described['type']}, {plural(described['parameters'], 'parameter')}")
    if published.parameters is not None and published.parameters != described["parameters"]:
        print_text(f"published: {plural(published.parameters, 'parameter')}")
    print_text(f"published {per_cent(published.accuracy)} %: {published.quantity}")
    for text in (published.note, baseline.note):
        if text:
            print_text(text)


@app.command("table")
def table_(
    output: Output = None,
    library: Annotated[str | None, typer.Option(help="The library beside which results lie.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write docs/baselines.md (with --output: baselines.md there).")
    ] = False,
    json: AsJson = False,
) -> None:
    """Published beside measured, from the declarations and the results that are there."""
    from ..baselines.results import Places, write_atomically
    from ..baselines.table import COLUMNS, cells, markdown_page, page_path, rows

    refused: list[str] = []
    found = rows(Places.at(output, library), refused)
    if markdown:
        path = page_path(output)
        write_atomically(path, markdown_page(found))
        print_text(f"written: {path}", err=True)
    if json:
        print_json(found)
    elif not markdown:
        print_table(COLUMNS, [cells(row) for row in found])
    _end(refused)
