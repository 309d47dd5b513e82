"""While much is made and nothing thrown away, no garbage is looked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from automl.evaluation import evaluate
from automl.execution.workers.collecting import uncollected


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_collection_rests_in_the_body_and_goes_on_after_it() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error_and_stays_off_where_it_was() -> None:
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert gc.isenabled()
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_modules_are_imported_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    class Word:
        fitted = type("Fitting", (), {"needs": ("no_such_module_yet",)})

    monkeypatch.setattr(evaluate, "Primitive", Word)
    monkeypatch.setattr(evaluate.importlib, "import_module", lambda *given: seen.append(gc.isenabled()))
    evaluate.load_needs([Word()])  # type: ignore[list-item]
    assert seen == [False] and gc.isenabled()
