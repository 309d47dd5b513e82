"""Where blobs lie: bytes by relative name, in memory, in a folder, or on any fsspec file system."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from ..files import irregular
from ..records import StoreError

KEPT_SUFFIXES = (".safetensors", ".part")
"""What `names` lists: blobs, and what interrupted writers left behind."""


class AbstractShelf(ABC):
    """Bytes by relative name. `write` is atomic; `names` also lists the leftovers of interrupted writers."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether something is kept under this name.

        name: relative, with slashes.
        """

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """What is kept under this name; None where there is nothing.

        name: relative, with slashes.

        Raises StoreError and OSError where it cannot be read.
        """

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Keeps bytes under a name: whole or not at all, also where a process dies; what was there is replaced.

        name: relative, with slashes.
        data: what is kept.
        """

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Every name that is kept, in any order."""

    @abstractmethod
    def age(self, name: str) -> float:
        """Seconds since it was written; 0 where there is nothing or that is not known.

        name: relative, with slashes.
        """

    @abstractmethod
    def delete(self, name: str) -> None:
        """Deletes what is kept under this name, if anything is.

        name: relative, with slashes.
        """


class _MemoryShelf(AbstractShelf):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._data: dict[str, tuple[float, bytes]] = {}

    def has(self, name: str) -> bool:
        return name in self._data

    def read(self, name: str) -> bytes | None:
        return self._data[name][1] if name in self._data else None

    def write(self, name: str, data: bytes) -> None:
        with self._lock:
            self._data[name] = (time.time(), data)

    def names(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._data))

    def age(self, name: str) -> float:
        return time.time() - self._data[name][0] if name in self._data else 0.0

    def delete(self, name: str) -> None:
        with self._lock:
            self._data.pop(name, None)


class _FolderShelf(AbstractShelf):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def read(self, name: str) -> bytes | None:
        path = self._folder / name
        kind = irregular(path)
        if kind:
            raise StoreError(f"weights={path} is {kind}, not a file; delete it")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def names(self) -> Iterator[str]:
        for path in self._folder.glob("*/*"):
            if path.suffix in KEPT_SUFFIXES and path.is_file():
                yield path.relative_to(self._folder).as_posix()

    def age(self, name: str) -> float:
        try:
            return time.time() - (self._folder / name).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)


class _RemoteShelf(AbstractShelf):
    """Any fsspec file system. A blob is written under a temporary name and then moved, which object stores do by a copy
    that is atomic; what a weaker file system tears is caught by the digest."""

    def __init__(self, url: str) -> None:
        try:
            from fsspec.core import url_to_fs

            self._files, self._root = url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise StoreError(f"blobs={url!r} cannot be opened: {error}; give a folder or an fsspec URL") from error

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def has(self, name: str) -> bool:
        return bool(self._files.isfile(self._path(name)))

    def read(self, name: str) -> bytes | None:
        try:
            return bytes(self._files.cat_file(self._path(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        temporary = self._path(f"{name[:2]}/{uuid.uuid4().hex}.part")
        self._files.makedirs(self._path(name[:2]), exist_ok=True)
        self._files.pipe_file(temporary, data)
        self._files.mv(temporary, self._path(name))

    def names(self) -> Iterator[str]:
        if self._files.isdir(self._root):
            for path in self._files.find(self._root):
                if path.endswith(KEPT_SUFFIXES):
                    yield "/".join(path.split("/")[-2:])

    def age(self, name: str) -> float:
        try:
            written = self._files.modified(self._path(name))
        except (FileNotFoundError, RuntimeError):
            return 0.0  # a file system that does not know ages keeps everything
        return time.time() - (written if written.tzinfo else written.replace(tzinfo=UTC)).timestamp()

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))


def shelf_at(url: str) -> AbstractShelf:
    """The shelf at a URL.

    url: "memory:", a folder, or an fsspec URL such as s3://bucket/folder.

    Raises StoreError where no file system serves the URL.
    """
    if url == "memory:":
        return _MemoryShelf()
    if "://" in url and not url.startswith(("file://", "local://")):
        return _RemoteShelf(url)
    return _FolderShelf(Path(url.partition("://")[2] or url).expanduser())
