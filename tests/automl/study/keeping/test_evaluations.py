"""The evaluations of a run: the latest in memory, the others from the store, and all of them in order."""

from __future__ import annotations

import pytest

from automl.study.keeping.evaluations import Evaluations
from library.records import Evaluation, Run
from library.store import AbstractStore, open_store


def evaluation(ask: int, key: str = "") -> Evaluation:
    return Evaluation(run="r", ask=ask, term=f"t{ask}", outcome="ok", scores={"accuracy": ask / 100}, key=key)


@pytest.fixture
def store() -> AbstractStore:
    store = open_store("memory:")
    store.create_run(
        Run(id="r", task="t", strategy="random", seed=0, budget={"evaluations": 9}, state="running", config={},
            library="", started=0.0, metric="accuracy", direction="maximise")
    )  # fmt: skip
    return store


def test_what_is_not_among_the_latest_is_read_from_the_store(store: AbstractStore) -> None:
    kept = Evaluations(store, "r", most=3)
    for ask in (1, 0, 2, 4, 3, 5):
        kept.add(evaluation(ask))
        if ask != 5:
            store.record(evaluation(ask))
    assert len(kept) == 6 and len(kept._latest) == 3
    assert [kept[ask] for ask in range(6)] == [evaluation(ask) for ask in range(6)]
    assert kept.every() == tuple(evaluation(ask) for ask in range(6)), "one is not in the store yet"
    assert kept.get(6) is None
    with pytest.raises(KeyError):
        kept[6]


def test_without_a_store_all_stay() -> None:
    kept = Evaluations(most=2)
    for ask in range(5):
        kept.add(evaluation(ask, key="same" if ask in (1, 3) else ""))
    assert kept.every() == tuple(evaluation(ask, key="same" if ask in (1, 3) else "") for ask in range(5))
    assert kept.by_key("same") == kept[1] and kept.by_key("other") is None


def test_a_key_is_forgotten_with_its_evaluation(store: AbstractStore) -> None:
    kept = Evaluations(store, "r", most=2)
    for ask in range(4):
        kept.add(evaluation(ask, key=f"k{ask}"))
    assert [kept.by_key(f"k{ask}") is not None for ask in range(4)] == [False, False, True, True]
