"""A run as rows that are tables at once: one an evaluation, all with the same columns of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

from .files import CSV, JSON_LINES, PARQUET
from .history import RunHistory, need

FORMS = {"jsonl": JSON_LINES, "csv": CSV, "parquet": PARQUET}
"""What rows are written as, and how files of it end."""


def form_of(path: str) -> str:
    """What a file's ending asks for, a key of FORMS; JSON lines where it asks for none of them.

    path: of the file.
    """
    ending = Path(path).suffix.lower()
    return next((form for form, endings in FORMS.items() if ending in endings), "jsonl")


def evaluation_rows(history: RunHistory) -> Iterator[dict[str, object]]:
    """One flat row an evaluation, by ask: numbers, texts, truth values and None. ``score`` is the run's metric on the validation part,
    ``scores.NAME`` each of the scores (None where it has none of them), ``elapsed`` the seconds of the search until it ended.

    history: of the search.
    """
    run = history.run
    names = sorted({name for each in history.evaluations for name in each.scores})
    result = None if history.result is None else history.result.ask
    for each in history.evaluations:
        scores = {f"scores.{name}": _finite(each.scores.get(name)) for name in names}
        yield {
            "run": run.id, "task": run.task, "strategy": run.strategy, "seed": run.seed, "metric": run.metric, "ask": each.ask,
            "phase": history.standing.phase(each), "outcome": each.outcome, "score": run.primary(each.scores), "solved": each.solved,
            "is_result": each.ask == result, "seconds": each.seconds, "elapsed": history.elapsed[each.ask],
            "parameters": each.parameters, "size": each.size, "detail": each.detail,
            "program": " ".join(history.program(each).split()), **scores,
        }  # fmt: skip


def check_form(form: str) -> None:
    """Raises StudyError where what writes rows in this form is not installed.

    form: a key of FORMS.
    """
    if form == "parquet":
        need("pyarrow", "tables")


def table_of(history: RunHistory, form: str) -> bytes:
    """The rows of a search as the content of one file.

    history: of the search.
    form: csv or parquet.
    """
    import pandas

    frame = pandas.DataFrame(evaluation_rows(history))
    return (
        frame.to_csv(index=False).encode() if form == "csv" else frame.to_parquet(None, engine="pyarrow", index=False)
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
