"""A signal ends a command once, also where what it raised came to a place that takes no exceptions."""

from __future__ import annotations

import signal

import pytest

from automl.interruption import Interrupted, orderly_end, raise_if_asked


class Asks:
    """As it is thrown away a signal comes."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_lost_in_a_finaliser_is_raised_at_the_next_question() -> None:
    raise_if_asked()
    with pytest.raises(Interrupted) as raised, orderly_end():
        asks = Asks()
        del asks
        raise_if_asked()
    assert raised.value.code == 128 + signal.SIGTERM
    raise_if_asked()


def test_a_search_asks(impossible, quick, monkeypatch) -> None:
    from automl import interruption
    from automl.study.opening import open_study
    from library.store import open_store

    study = open_study(impossible, open_store("memory:"), quick(budget=1000))
    monkeypatch.setattr(interruption, "_asked", [signal.SIGTERM])
    with pytest.raises(Interrupted):
        study.run()
    assert study.store.run(study.record.id).state == "interrupted"
