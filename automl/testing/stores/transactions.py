"""What every store must do where several things are written together, and several write."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from library.records import Conflict, Event, Solution, StoreError, Use
from library.store import AbstractStore

from ..records import evaluation, log, run, word


class KeepsTransactions:
    """Of every store."""

    def test_a_batch_is_undone_as_a_whole(self, store: AbstractStore):
        store.create_run(run())
        store.append(*log("r1", 0, 1))
        store.promote([word("f", "d1"), word("g", "d2")])
        before = _state(store)
        with pytest.raises(KeyError), store.batch():
            store.create_run(run("r2"))
            store.update_run("r1", state="failed")
            store.append(*log("r1", 1, 2), *log("r2", 0, 1))
            store.record(evaluation(0, key="k"), evaluation(0, "r2"))
            store.promote([word("h", "d3")], [Use("d3", "sort")])
            store.demote("f")
            store.add_uses([], {"d2": 2.0})
            store.add_solution(Solution("sort", "r1", "x"))
            raise KeyError
        assert _state(store) == before
        assert store.cached("k") is None and store.evaluations("r1") == ()
        with pytest.raises(StoreError, match="r2"):
            store.record(evaluation(0, "r2"))
        store.append(*log("r1", 1, 1))

    def test_a_batch_sees_its_own_writes_and_may_nest(self, store: AbstractStore):
        with store.batch():
            store.create_run(run())
            with store.batch():
                store.append(*log("r1", 0, 2))
            assert store.next_number("r1") == 2
        assert len(store.events("r1")) == 2

    def test_an_error_ignored_inside_a_batch_undoes_it(self, store: AbstractStore):
        store.create_run(run())
        with pytest.raises(StoreError, match="ignored"), store.batch():
            store.append(*log("r1", 0, 1))
            with pytest.raises(Conflict):
                store.append(*log("r1", 7, 1))
        assert store.events("r1") == ()
        store.append(*log("r1", 0, 1))

    def test_threads_share_a_store(self, store: AbstractStore):
        taken, errors = [], []

        def work(number: int) -> None:
            try:
                store.create_run(run(f"run{number}"))
                for ask in range(20):
                    with store.batch():
                        store.append(*log(f"run{number}", ask, 1))
                        store.record(evaluation(ask, f"run{number}"))
                try:
                    store.promote([word("f", f"d{number}")])
                    taken.append(number)
                except Conflict:
                    pass
            except BaseException as error:  # noqa: BLE001  told by the assertion below
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(taken) == 1 and store.subroutine("f").digest == f"d{taken[0]}"
        assert all(len(store.events(each.id)) == len(store.evaluations(each.id)) == 20 for each in store.runs())

    def test_two_drivers_of_one_run_cannot_both_go_on(self, store: AbstractStore):
        store.create_run(run())
        wins, losses = [], []

        def drive() -> None:
            for number in range(30):
                try:
                    store.append(Event("r1", number, "asked", number))
                    wins.append(number)
                except Conflict:
                    losses.append(number)

        threads = [threading.Thread(target=drive) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        numbers = [event.number for event in store.events("r1")]
        assert sorted(wins) == numbers == list(range(len(numbers))) and len(wins) + len(losses) == 90


def _state(store: AbstractStore) -> tuple[Any, ...]:
    """What a store with the run ``r1`` has of every kind of record."""
    return store.runs(), store.events("r1"), store.subroutines(None), store.history(), store.uses(), store.solutions()
