"""What every test shares: one thread for numerics, few looks for garbage, and the data folder that lies beside the project."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")

# What is imported and collected stays to the end: to look through it for garbage again and again takes seconds.
gc.disable()

# Started in the background of a shell, the tests inherit that SIGINT is ignored, and so would the commands that they interrupt.
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure; in CI the same examples each time.
settings.register_profile("project", deadline=None, max_examples=30, derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder `../shared/data`; a test that asks for it also carries the marker `shared_data`."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def plugins_forgotten() -> Iterator[None]:
    """What a test registers from outside is forgotten after it: other tests run in the same process."""
    from primitives.plugins.outside import forget, registered

    before = registered()
    yield
    for each in registered():
        if each not in before:
            forget(each)


@pytest.fixture(scope="module", params=["arrays", "compiled"])
def loops(request: pytest.FixtureRequest) -> Iterator[None]:
    """Columns without and with compiled loops: tests that use this run with both."""
    from primitives.columns import compiled

    before = compiled._found
    compiled._found = None
    if request.param == "compiled":
        compiled._tried = False
        assert compiled.load()
    yield
    compiled._found = before


def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = item.get_closest_marker("shared_data") is not None or "shared_data" in getattr(item, "fixturenames", ())
    if wanted and not SHARED_DATA.is_dir():
        raise pytest.skip.Exception(f"{SHARED_DATA} is absent")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
