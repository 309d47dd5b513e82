"""The store that a dashboard reads, opened again where another file has taken its place."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from library.records import StoreError
from library.store import AbstractStore, open_store

_SQLITE = "sqlite:///"


class StoreSource:
    """Gives the store at a URL. A file that was replaced (by ``automl demo``, or from a copy) is opened anew, so that no page shows what is
    there no more."""

    def __init__(self, url: str) -> None:
        """Opens it. Raises StoreError where there is none, or where it would be empty for ever: ``memory:``."""
        if url.startswith("memory:"):
            raise StoreError(
                f"library={url!r}: a file or a database that other processes write to is required; give one by --library"
            )
        self.url = url
        self._lock = Lock()
        self._store = open_store(url, create=False)
        self._file = self._identity()

    def store(self) -> AbstractStore:
        """The store as it is now. Raises StoreError where it is gone."""
        with self._lock:
            now = self._identity()
            if now != self._file or now == ():
                self._store = open_store(self.url, create=False)  # the old one may be in use by another request
                self._file = self._identity()
            return self._store

    @property
    def shown_url(self) -> str:
        """The URL as pages tell it, which others than its owner may read: without the password of a database server."""
        return self.url if self._file is not None else self._store.url

    def _identity(self) -> tuple[int, ...] | None:
        """What tells the file from another one of that name; () where it is gone, None for a database server."""
        path = self.url.removeprefix(_SQLITE) if self.url.startswith(_SQLITE) else self.url
        if "://" in path:
            return None
        try:
            found = os.stat(Path(path).expanduser())
        except OSError:
            return ()
        return found.st_dev, found.st_ino
