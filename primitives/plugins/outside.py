"""Modules from outside this project that hold plug-ins: named by the user, or announced by an installed package as an entry point.

A file is imported from the path that the user gave and from nowhere else; a text in a store never becomes code. What is registered stays
so for the life of the process, as what is imported does; a file that has changed takes the place of what it held.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ..brief import brief_repr

_ENTRY_POINTS = "automl"
"""What the names of the groups of entry points begin with."""
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class PluginError(ValueError):
    """A plug-in cannot be imported, has no name, has the name of another, or is not the version that is needed."""


@dataclass(frozen=True)
class Outside:
    """A module from outside. ``given`` is how the user named it, ``module`` its name among Python's modules, ``path`` the absolute
    path of its file, or of the folder of its package. ``digest`` is the SHA-256 of that file, or of all Python files in that folder.
    ``text`` is the file's content where it was given by its path, else empty."""

    given: str
    module: str
    path: str
    digest: str
    text: bytes = b""

    __repr__ = brief_repr

    def to_dict(self) -> dict[str, Any]:
        """What a worker needs to have the same module: see ``accept``."""
        return {"given": self.given, "path": self.path, "digest": self.digest, "text": self.text}

    def described(self) -> dict[str, str]:
        """What a run keeps of it: how it was named, and its digest."""
        return {"given": self.given, "digest": self.digest}


class _FileLoader(SourceFileLoader):
    """Compiles the text that was read, and leaves no cache behind: one may be older than the file and yet look as old."""

    def __init__(self, name: str, path: str, text: bytes) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._text, self.path)


_registered: dict[str, Outside] = {}
_asked: set[str] = set()
_version = 0


def version() -> int:
    """A number that is another one whenever what is registered has changed."""
    return _version


def registered() -> tuple[Outside, ...]:
    """What was registered, in that order."""
    return tuple(_registered.values())


def register(given: str) -> Outside:
    """Import and note a module: the path of a Python file, or the dotted name of a module that can be imported. Raises PluginError."""
    if given.endswith(".py") or "/" in given or "\\" in given:
        return _register_file(given, Path(given).expanduser())
    if not _DOTTED.fullmatch(given):
        raise PluginError(f"plugins={given!r}: needed the path of a Python file, or the dotted name of a module")
    return _note(_imported(given))


def forget(outside: Outside) -> None:
    """Take it off what is registered."""
    global _version
    if _registered.pop(outside.module, None) is not None:
        _version += 1


def accept(sent: dict[str, Any]) -> Outside:
    """Have the same module as another process has, from its ``to_dict``. Raises PluginError where that cannot be.

    A file is read where it lies, or where this machine does not have it, from a copy of the text that was sent.
    """
    given, path, digest, text = sent["given"], Path(sent["path"]), sent["digest"], sent["text"]
    if not text:
        found = register(given)
        if found.digest != digest:
            raise PluginError(
                f"plugins={given!r}: here it has digest {found.digest[:12]}, but {digest[:12]} is needed; install the same version"
            )
        return found
    copy = None
    if not path.is_file() or _digest(path.read_bytes()) != digest:
        copy = Path(tempfile.mkdtemp(prefix="automl-plugin-")) / path.name
        copy.write_bytes(text)
    return _register_file(given, path, copy)


def place(module: ModuleType) -> str:
    """Where a module is, for messages: its file where the user gave that, else its name."""
    outside = _registered.get(module.__name__)
    return outside.given if outside is not None else module.__name__


def outside_modules(group: str) -> Iterator[tuple[ModuleType, Outside]]:
    """The registered modules, and those that installed packages announce as entry points of the group. Raises PluginError."""
    announce(group)
    for outside in registered():
        yield sys.modules[outside.module], outside


def announce(group: str) -> None:
    """Register the entry points of a group, once. Raises PluginError with the name of the package where one cannot be imported."""
    if not group or group in _asked:
        return
    _asked.add(group)
    full = f"{_ENTRY_POINTS}.{group}"
    for point in _entry_points().select(group=full):
        try:
            register(point.module)
        except PluginError as error:
            _asked.discard(group)
            package = point.dist.name if point.dist is not None else "a package"
            raise PluginError(f"entry point {point.name!r} ({full}) of {package}: {error}") from error


@cache
def _entry_points() -> Any:
    return entry_points()


def _register_file(given: str, path: Path, copy: Path | None = None) -> Outside:
    try:
        text = (copy or path).read_bytes()
    except OSError as error:
        raise PluginError(
            f"plugins={given!r}: {error.strerror or error}; needed the path of a Python file, or the dotted name of a module"
        ) from None
    digest = _digest(text)
    stem = re.sub(r"\W", "_", path.stem)
    # The digest in the name: a changed file is another module, and nothing that is known of the old one is taken for the new one's.
    outside = Outside(given, f"automl_plugin_{stem}_{digest[:12]}", str(path.resolve()), digest, text)
    if outside.module in _registered:
        return _registered[outside.module]
    origin = str(copy or outside.path)
    loader = _FileLoader(outside.module, origin, text)
    spec = ModuleSpec(outside.module, loader, origin=origin)
    spec.has_location = True
    module = module_from_spec(spec)
    sys.modules[outside.module] = module
    try:
        loader.exec_module(module)
    except Exception as error:
        del sys.modules[outside.module]
        raise PluginError(f"plugins={given!r}: {_said(error)}; mend that file") from error
    for other in registered():
        if other.path == outside.path:
            forget(other)
    return _note(outside)


def _imported(name: str) -> Outside:
    """The module of that name, imported; with the digest of its file, or of all Python files of the package that it is or lies in."""
    try:
        module = importlib.import_module(name)
        spec = find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise PluginError(
                f"plugins={name!r}: no module of that name can be imported; give the path of a file (such as {name}.py)"
            ) from None
        raise PluginError(f"plugins={name!r}: {_said(error)}; mend that module") from error
    except Exception as error:
        raise PluginError(f"plugins={name!r}: {_said(error)}; mend that module") from error
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        raise PluginError(f"plugins={name!r}: it has no file; needed a module that does")
    file = Path(spec.origin)
    if not hasattr(module, "__path__") and "." not in name:
        return Outside(name, name, str(file), _digest(file.read_bytes()))
    texts = (
        f"{path.relative_to(file.parent)}\0".encode() + path.read_bytes() for path in sorted(file.parent.rglob("*.py"))
    )
    return Outside(name, name, str(file.parent), _digest(b"\0".join(texts)))


def _note(outside: Outside) -> Outside:
    global _version
    known = _registered.get(outside.module)
    if known is not None:
        if known.digest != outside.digest:
            raise PluginError(f"plugins={outside.given!r}: it has changed since it was imported; start Python anew")
        return known
    _registered[outside.module] = outside
    _version += 1
    return outside


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _said(error: Exception) -> str:
    where = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
    return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}{where}"
