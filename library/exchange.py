"""A library as one file: to hand on, to keep apart, to take in.

The file is a zip: `manifest.json` (text of the words, uses and history, and what each weights file holds) and
`weights/<digest>.safetensors`. Nothing in it is ever run or unpacked to disk, and all of it is checked before the store
that takes it in is touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from primitives.brief import brief_repr

from .digests import check_digest
from .fields import Payload
from .files import irregular, whole_file
from .records import Change, StoreError, Subroutine, Use, json_text, json_value, short
from .rules import check_former_names, check_moment, check_word_name, place
from .store import AbstractStore
from .weights.blobs import Header, read_header

FORMAT = "automl-library"
VERSION = 2
"""Version 2 has renamed words in its history; files without them are written as version 1."""
MANIFEST = "manifest.json"
MAX_MANIFEST = 64 * 2**20
MAX_BODY, MAX_TYPE, MAX_DESCRIPTION, MAX_PROVENANCE = 100_000, 10_000, 10_000, 1_000_000
"""Characters that are read of one subroutine; a longer text is refused before it is parsed."""
MAX_BODIES = 2_000_000
"""Characters that are read of all bodies of a file together."""
MAX_TOTAL = 8 * 2**30
MAX_ENTRIES = 100_000
_WEIGHTS = re.compile(r"weights/([0-9a-f]{64})\.safetensors\Z")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a library file holds, read and checked. `weights` are safetensors bytes by digest."""

    subroutines: tuple[Subroutine, ...]
    uses: tuple[Use, ...]
    history: tuple[Change, ...]
    weights: Mapping[str, bytes]
    digest: str

    __repr__ = brief_repr


def export_library(store: AbstractStore, path: str | os.PathLike[str]) -> int:
    """How many subroutines were written: all, active and demoted, with their uses, history and weights.

    store: the store whose library it is.
    path: of the file, which is there whole or not at all.

    Raises StoreError where weights are missing or the file cannot be written.
    """
    with store.batch():  # one state of the store
        subroutines, uses, history = store.subroutines(state=None), store.uses(), store.history()
    digests = sorted({each.weights for each in subroutines if each.weights is not None})
    manifest = {
        "format": FORMAT,
        "schema_version": VERSION if any(each.action == "renamed" for each in history) else 1,
        "subroutines": [each.to_dict() for each in subroutines],
        "uses": [each.to_dict() for each in uses],
        "history": [each.to_dict() for each in history],
        "weights": {digest: _shapes(store.blobs.header(digest)) for digest in digests},
    }
    target = Path(path)
    try:
        with whole_file(target) as file, zipfile.ZipFile(file, "w") as archive:
            archive.writestr(MANIFEST, json_text(manifest), zipfile.ZIP_DEFLATED)
            for digest in digests:
                archive.writestr(f"weights/{digest}.safetensors", store.blobs.get_bytes(digest))
    except OSError as error:
        raise StoreError(f"file={target} cannot be written: {error.strerror}") from error
    return len(subroutines)


def import_library(
    store: AbstractStore, path: str | os.PathLike[str], check: Callable[[Parcel], None] | None = None
) -> int:
    """How many subroutines were new; all are taken in with one transaction, those that are there already stay as they are.

    store: that takes them in.
    path: of a file that `export_library` wrote.
    check: may refuse what the file holds by raising StoreError: it is where bodies are parsed and type-checked, which this module
        does not know how to do. Default: no such check.

    Raises StoreError for a file that is damaged, too large, newer, or no library, and Conflict where an active word has a name with
    another digest; the store is untouched then.
    """
    parcel = read_library(path)
    if check is not None:
        check(parcel)
    _rehearse(store, parcel)
    for data in parcel.weights.values():
        store.blobs.put_bytes(data)
    evidence = {"file": Path(path).name, "sha256": parcel.digest}
    with store.batch():
        return store.adopt(parcel.subroutines, parcel.uses, evidence)


def read_library(path: str | os.PathLike[str]) -> Parcel:
    """What the library file at `path` holds, checked: sizes, names, digests, shapes, and every record.

    path: of the file.

    Raises StoreError.
    """
    kind = irregular(path)
    if kind:
        raise StoreError(f"file={os.fspath(path)} is {kind}, not a file; give the path of an exported library")
    try:
        with zipfile.ZipFile(path) as archive:
            names = _names(archive)
            manifest = _manifest(archive)
            weights = {digest: archive.read(name) for digest, name in names.items()}
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except StoreError as error:
        raise StoreError(f"file={os.fspath(path)}: {error}") from None
    except OSError as error:
        raise StoreError(f"file={os.fspath(path)} cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise StoreError(f"file={os.fspath(path)} is not a sound library file: {error}") from error
    try:
        return _parcel(manifest, weights, digest)
    except StoreError as error:
        raise StoreError(f"file={os.fspath(path)}: {error}") from None


def _names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The weights' names in the file by digest; refuses all names but the two kinds, so no name can mean a path."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise StoreError(f"it is too large: {len(entries)} parts, at most {MAX_ENTRIES} and {MAX_TOTAL} bytes are read")
    found: dict[str, str] = {}
    for entry in entries:
        match = _WEIGHTS.match(entry.filename)
        if match:
            if match[1] in found:
                raise StoreError(f"{entry.filename} is in it twice")
            if entry.compress_type != zipfile.ZIP_STORED:
                raise StoreError(f"{entry.filename} is compressed; weights are stored as they are")
            found[match[1]] = entry.filename
        elif entry.filename != MANIFEST:
            raise StoreError(f"it holds {entry.filename[:80]!r}, which no library file holds")
    if sum(entry.filename == MANIFEST for entry in entries) != 1:
        raise StoreError(f"it must hold one {MANIFEST}; is it a library file?")
    return found


def _manifest(archive: zipfile.ZipFile) -> Payload:
    entry = archive.getinfo(MANIFEST)
    if entry.file_size > MAX_MANIFEST:
        raise StoreError(f"its {MANIFEST} has {entry.file_size} bytes, at most {MAX_MANIFEST} are read")
    manifest = json_value(archive.read(entry).decode())
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise StoreError(f"its {MANIFEST} is not that of a library (format={FORMAT!r})")
    version = manifest.get("schema_version")
    if type(version) is not int or version < 1:
        raise StoreError(f"schema_version={version!r}: required is a whole number from 1")
    if version > VERSION:
        raise StoreError(f"schema_version={version}, this program reads up to {VERSION}; upgrade the program")
    return manifest


def _parcel(manifest: Payload, weights: Mapping[str, bytes], digest: str) -> Parcel:
    parts: dict[str, list[Payload]] = {}
    for part in ("subroutines", "uses", "history"):
        parts[part] = manifest.get(part, [])
        if not isinstance(parts[part], list):
            raise StoreError(f"{part} must be a list")
    subroutines = tuple(Subroutine.from_dict(each) for each in parts["subroutines"])
    _check_sizes(subroutines)
    if len({(each.name, each.digest) for each in subroutines}) != len(subroutines):
        raise StoreError("a subroutine is in it twice")
    wanted = {each.weights for each in subroutines if each.weights is not None}
    if wanted != weights.keys():
        strange = sorted(wanted ^ weights.keys())[0]
        raise StoreError(f"weights={strange} are {'missing' if strange in wanted else 'used by no subroutine'}")
    for record in subroutines:
        _check_word(record)
    uses = tuple(Use.from_dict(each) for each in parts["uses"])
    known = {each.digest for each in subroutines}
    for use in uses:
        if use.subroutine not in known:
            raise StoreError(f"a use for task={use.task!r} is of subroutine={use.subroutine}, which is not in it")
    history = tuple(Change.from_dict(each) for each in parts["history"])
    for change in history:
        _check_change(change)
    shapes = manifest.get("weights", {})
    for each, data in weights.items():
        if hashlib.sha256(data).hexdigest() != each:
            raise StoreError(f"weights={each} are damaged: their content has another digest")
        if not isinstance(shapes, dict) or shapes.get(each) != _shapes(read_header(data)):
            raise StoreError(f"weights={each} have other tensors than the manifest says")
    return Parcel(
        subroutines,
        uses,
        history,
        weights,
        digest,
    )


def _check_sizes(subroutines: Sequence[Subroutine]) -> None:
    for each in subroutines:
        sizes = {
            "body": (len(each.body), MAX_BODY),
            "type": (len(each.type), MAX_TYPE),
            "description": (len(each.description), MAX_DESCRIPTION),
            "provenance": (len(json_text(each.provenance)), MAX_PROVENANCE),
        }
        for part, (size, most) in sizes.items():
            if size > most:
                raise StoreError(f"subroutine={each.name!r}: its {part} has {size} characters, at most {most} are read")
    total = sum(len(each.body) for each in subroutines)
    if total > MAX_BODIES:
        raise StoreError(f"its {len(subroutines)} bodies have {total} characters, at most {MAX_BODIES} are read")


def _check_word(record: Subroutine) -> None:
    """Raises StoreError unless its names can be a word's, its time is one, and the digest is that of the content."""
    try:
        check_word_name(record.name)
        check_former_names(record)
        check_moment(record.created)
        check_digest(record)
    except StoreError as error:
        raise StoreError(f"subroutine={record.name!r}: {error}") from None


def _check_change(change: Change) -> None:
    """Raises StoreError unless its time is one, and what it says of names can name words."""
    names = [change.name]
    if change.action == "renamed":
        names += [str(change.evidence[key]) for key in ("from", "to") if key in change.evidence]
    try:
        check_moment(change.time)
        for name in names:
            check_word_name(name)
    except StoreError as error:
        raise StoreError(f"its history of {short(change.name)} does not hold: {error}") from None


def _rehearse(store: AbstractStore, parcel: Parcel) -> None:
    """Raises the Conflict that adopting would raise, before weights are written. (Adopting decides again.)"""
    known = list(store.subroutines(state=None))
    for each in parcel.subroutines:
        near = [other for other in known if other.name == each.name or other.digest == each.digest]
        step = place(each, near, revive=False)
        if step != "keep":
            known.append(replace(each, state="demoted") if step == "hide" else each)


def _shapes(header: Header) -> dict[str, list[object]]:
    return {name: [dtype, list(shape)] for name, (dtype, shape) in header.items()}
