"""Long-term memory of a run: small texts under keys, as files of one folder.

Self-contained (standard library only), so that generated stand-alone programs can carry it along.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

MAX_KEY = 256
"""Longest key, in characters."""
MAX_TEXT = 1_048_576
"""Longest text under one key, in bytes."""
MAX_ENTRIES = 4_096
"""Most keys of one folder."""


class StorageError(ValueError):
    """A key or a text is too large, the folder is full, or an entry cannot be read."""


class Storage:
    """Texts under keys inside ``folder``; file names are hashes of the keys, so no key leaves the folder.

    A write replaces the file whole: a killed run leaves the old text or the new one, never half of it.
    """

    def __init__(
        self, folder: str | os.PathLike[str], max_text: int = MAX_TEXT, max_entries: int = MAX_ENTRIES
    ) -> None:
        self.folder, self.max_text, self.max_entries = Path(folder), max_text, max_entries

    def _file(self, key: str) -> Path:
        if len(key) > MAX_KEY:
            raise StorageError(f"key={key[:20]!r}… has {len(key)} characters, at most {MAX_KEY} are kept")
        return self.folder / (hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest() + ".json")

    def read(self, key: str) -> str | None:
        """The text under the key, or None."""
        try:
            entry = json.loads(self._file(key).read_text("ascii"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StorageError(f"key={key!r}: its entry cannot be read ({error}); delete the file") from None
        if not isinstance(entry, dict) or entry.get("key") != key or not isinstance(entry.get("text"), str):
            raise StorageError(f"key={key!r}: its entry is not one of this storage; delete the file")
        return entry["text"]

    def write(self, key: str, text: str) -> None:
        """Keep the text under the key, in place of an earlier one."""
        file = self._file(key)
        entry = json.dumps({"key": key, "text": text})
        if len(entry) > self.max_text:
            raise StorageError(f"key={key!r}: {len(entry)} bytes, at most {self.max_text} are kept; remember less")
        self.folder.mkdir(parents=True, exist_ok=True)
        if not file.exists() and len(self.keys()) >= self.max_entries:
            raise StorageError(f"key={key!r}: {self.max_entries} keys are kept already; use one of them again")
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(entry)
            os.replace(name, file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def keys(self) -> tuple[str, ...]:
        """The hashes of all keys in use."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.json")))


Folder = Storage | str | Path | None
"""Where a run remembers: a storage, or the folder of one; None where it has nowhere to."""
