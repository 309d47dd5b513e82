"""When this process looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """In the body no garbage in circles is looked for: imports, and the reading of data, make objects by the hundred thousand and hardly
    any garbage, and looking at all of them again and again takes a fifth of their time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
