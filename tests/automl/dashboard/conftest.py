"""Stores to look at, and a client that reads their dashboard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from library.records import Evaluation, Event, Run
from library.store import AbstractStore, open_store

NEEDED = ("jinja2", "pydantic", "starlette", "uvicorn", "httpx")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AbstractStore]:
    with open_store(str(tmp_path / "runs.db")) as opened:
        yield opened


@pytest.fixture
def searched() -> Callable[..., Run]:
    """Puts a run into a store: ``scores`` by ask (None: it failed), ``phases`` of the asks that explore no more, ``terms`` or nets that
    differ in width; ``timed`` says when each ended, a second apart."""

    def put(store: AbstractStore, id: str, scores: list[float | None], phases: dict[int, str] | None = None, timed: bool = True,
            terms: list[str] | None = None, parameters: list[int] | None = None, **fields: Any) -> Run:  # fmt: skip
        config = {"type": "Tensor[4] -> Tensor[3]", "workers": "1", **fields.pop("config", {})}
        given = {"task": "iris", "strategy": "genetic", "metric": "accuracy", "started": 1.7e9, **fields}
        run = store.create_run(Run(id, config=config, **given))
        texts = terms or [
            f"(lambda (dense :units 3 @1 (relu (dense :units {n + 1} @2 $0))))" for n in range(len(scores))
        ]
        evaluations, events = [], []
        for ask, score in enumerate(scores):
            payload = {"term": texts[ask], "phase": (phases or {}).get(ask, "explore"), "info": {}}
            ended = {"outcome": "ok", **({"elapsed": ask + 1.0} if timed else {})}
            events += [Event(id, 2 * ask, "asked", ask, payload), Event(id, 2 * ask + 1, "finished", ask, ended)]
            evaluations.append(
                Evaluation(
                    id, ask, texts[ask], "ok" if score is not None else "timed out", {} if score is None else {run.metric: score},
                    seconds=0.5, parameters=(parameters or [100 * (n + 1) for n in range(len(scores))])[ask], size=4,
                )
            )  # fmt: skip
        store.record(*evaluations, events=events)
        return run

    return put


@pytest.fixture
def read(store: AbstractStore) -> Callable[..., Any]:
    """Reads a page of the store's dashboard: an answer with ``status_code``, ``text`` and ``headers``."""
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: pip install -e '.[dev]'")
    from starlette.testclient import TestClient

    from automl.dashboard.app import create_app
    from automl.dashboard.source import StoreSource

    client = TestClient(create_app(StoreSource(store.url)), base_url="http://127.0.0.1:8650", follow_redirects=False)

    def get(address: str, part: bool = False, method: str = "GET", params: dict[str, str] | None = None) -> Any:
        return client.request(method, address, params=params, headers={"HX-Request": "true"} if part else {})

    return get


@pytest.fixture
def finished() -> Callable[[AbstractStore, Run, int], Run]:
    """Ends a run, with the evaluation of an ask as its result."""

    def end(store: AbstractStore, run: Run, ask: int) -> Run:
        evaluation = store.evaluation(run.id, ask)
        assert evaluation is not None
        result = {"ask": ask, "score": evaluation.scores[run.metric], "test_score": 0.5, "right": None}
        config = json.loads(json.dumps({**run.config, "result": result, "ended": "budget spent", "elapsed": 9.0}))
        return store.update_run(run.id, state="finished", finished=run.started + 9, config=config)

    return end
