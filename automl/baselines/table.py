"""Published beside measured, from the declarations and the result files alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..tasks.load import shipped
from .declaration import PROTOCOLS, Baseline
from .reading import every
from .results import Places

INTRODUCTION = """# Hand-designed systems, published and measured

Each system is a program of this project's language, declared in `experiments/baselines/`, and is trained by its trainers:
`automl baseline run ID --protocol book|fast`; `automl baseline show ID` prints the program, its types and a diagram.
`book` is the source's own training: the test accuracy is read at the epoch of best validation accuracy. `fast` is today's
training of the same program; the test part is read once, at the end. Accuracies are in per cent; where several runs were
made, one comes first, then all of them in order of their seeds: under `book` the best, as the chapter tells it, under
`fast` that of best validation accuracy. Minutes are those of one run (their mean), *chance* is what one answer for all gets. Where `book`
was not run in full, the table says so, and `fast` on the same program stands for it. Where the data is not what was
published on, the two figures cannot be compared: the run shows that the program learns.

This page is made from the declarations and from `experiments/results/baselines/` by `automl baseline table --markdown`;
seeds, curves, versions and hardware of every run stand there. Results of your own runs are in `baselines/` beside your library; where
there are any for a system, the page shows those in place of the ones that come with the package.
"""
COLUMNS = ("id", "what", "data", "parameters", "published", "book", "minutes", "fast", "minutes")


def page_path(output: str | Path | None = None) -> Path:
    """Where the page is written: in ``output``, else in the checkout's docs, else here."""
    docs = shipped().parent / "docs"
    folder = Path(output) if output is not None else docs if docs.is_dir() else Path()
    return folder / "baselines.md"


def rows(places: Places, refused: list[str] | None = None) -> list[dict[str, Any]]:
    """One row a baseline: its declaration's figures, and for each protocol what was measured (None where nothing
    was, or where the results are those of another declaration). ``refused`` as ``every`` takes it."""
    return [_row(baseline, places) for baseline in every(refused)]


def _row(baseline: Baseline, places: Places) -> dict[str, Any]:
    return {
        "id": baseline.id,
        "title": baseline.title,
        "data": baseline.data.partition("?")[0],
        "note": baseline.note,
        "chance": baseline.chance,
        "parameters": baseline.inference.parameters,
        "published": baseline.published.to_json(),
        "source": baseline.source,
        "protocols": list(baseline.protocols),
        **{name: _measured(baseline, name, places) for name in PROTOCOLS},
    }


def _measured(baseline: Baseline, protocol: str, places: Places) -> dict[str, Any] | None:
    if protocol not in baseline.protocols:
        return None
    found = places.read(baseline.id, protocol)
    if found is None or not found["runs"] or found.get("key") != _key(baseline, protocol, found):
        return None
    scores = found["test_scores"]
    milestones = {
        epoch: [_until(run, epoch) for run in found["runs"]] for epoch in baseline.protocol(protocol).milestones
    }
    return {
        "metric": found["data"]["metric"],
        "best": max(scores) if protocol == "book" else _chosen(scores, found["validation_scores"]),
        "test_scores": scores,
        "validation_scores": found["validation_scores"],
        "seeds": found["seeds"],
        "minutes": sum(found["seconds"]) / len(scores) / 60,
        "milestones": {str(epoch): values for epoch, values in milestones.items() if None not in values},
        "hardware": _machines(found["runs"]),
    }


def _chosen(scores: Sequence[float], validation: Sequence[float | None]) -> float:
    """The score of the first run with the best validation score: the test part selects nothing."""
    known = [-1.0 if each is None else each for each in validation]
    return scores[known.index(max(known))]


def _key(baseline: Baseline, protocol: str, found: Mapping[str, Any]) -> str:
    """What the results' key must be if they are those of the declaration as it is."""
    member = baseline.member
    return member.key(protocol, member.protocol(protocol).epochs, found["data"]["digest"])


def _until(run: Mapping[str, Any], epoch: int) -> float | None:
    """The test score at the best validation (the later of equal ones) among the first epochs."""
    curves = run["curves"]
    if "test_score" not in curves:
        return None
    chosen = [i for i, each in enumerate(curves["epoch"]) if each <= epoch]
    return curves["test_score"][max(chosen, key=lambda i: (curves["validation_score"][i], i))]


def _machines(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The distinct machines of the runs."""
    shown = []
    for run in runs:
        hardware = run["hardware"]
        text = hardware["accelerator"] or f"{hardware['processor']}, {hardware['torch_threads']} threads"
        shown.append(text)
    return sorted(set(shown))


def per_cent(score: float | None) -> str:
    """A fraction for people."""
    return "–" if score is None else f"{100 * score:.2f}"


def cells(row: Mapping[str, Any]) -> list[str]:
    """The row as texts, under COLUMNS."""
    shown = [row["id"], row["title"], row["data"], f"{row['parameters']:,}", per_cent(row["published"]["accuracy"])]
    for protocol in PROTOCOLS:
        found = row[protocol]
        absent = "not run" if protocol in row["protocols"] else "–"
        shown += [absent, "–"] if found is None else [_scores(found, row["chance"]), f"{found['minutes']:.1f}"]
    return shown


def _scores(found: Mapping[str, Any], chance: float | None) -> str:
    text = per_cent(found["best"])
    if found["metric"] != "accuracy":
        text = f"{found['metric']} {text}"
    if len(found["test_scores"]) > 1:
        text += f" ({', '.join(map(per_cent, found['test_scores']))})"
    if chance is not None:
        text += f"; chance {per_cent(chance)}"
    for epoch, values in found["milestones"].items():
        text += f"; after {epoch} epochs {per_cent(max(values))}"
    return text


def markdown_page(found: Sequence[Mapping[str, Any]]) -> str:
    """The page: introduction, table, what the figures are, machines."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in found]
    notes = ["", "What is published:", ""]
    told: dict[str, list[str]] = {}
    for row in found:
        published = row["published"]
        note = f"; {published['note']}" if published["note"] else ""
        told.setdefault(f"{published['quantity']}{note} ({row['source']})", []).append(row["id"])
    notes += [f"- {', '.join(ids)}: {text}" for text, ids in told.items()]
    about = [f"- {row['id']}: {row['note']}" for row in found if row["note"]]
    notes += ["", "About the programs and what they were trained on:", "", *about] if about else []
    machines = sorted({each for row in found for name in PROTOCOLS if row[name] for each in row[name]["hardware"]})
    if machines:
        notes += ["", f"Measured on: {'; '.join(machines)}."]
    return "\n".join([INTRODUCTION, *lines, *notes]) + "\n"
