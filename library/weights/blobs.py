"""Weights by content: safetensors bytes under the SHA-256 of those bytes, in a folder, at any fsspec URL, or in
memory."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..fields import Payload
from ..records import StoreError
from .shelves import shelf_at

if TYPE_CHECKING:
    import torch

SUFFIX = ".safetensors"
MAX_HEADER = 16 * 2**20
MAX_BYTES = 16 * 2**30
ITEM_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
FRESH_SECONDS = 30.0
"""Weights that are put again are written again where they are older, so that they are young while a record of them is being written."""
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")

Header = dict[str, tuple[str, tuple[int, ...]]]
"""By tensor name: the dtype as safetensors spells it, and the shape."""


class Blobs:
    """Content-addressed weights at `url`: "memory:", a folder (made when first written to), or an fsspec URL such as
    s3://bucket/folder. Writing is atomic: a blob is there whole or not at all, also where a process dies. Safe for several writers.

    Raises StoreError for a digest that is not there, and for content that does not match its digest or its header.
    """

    def __init__(self, url: str | os.PathLike[str]) -> None:
        self.url = os.fspath(url)
        self._shelf = shelf_at(self.url)

    def put(self, tensors: Mapping[str, torch.Tensor]) -> str:
        """The digest under which named tensors are kept; equal tensors under equal names have one digest.

        tensors: by name, on any device.
        """
        return self.put_bytes(to_bytes(tensors))

    def put_bytes(self, data: bytes) -> str:
        """The digest under which safetensors bytes are kept.

        data: a whole file of safetensors.

        Raises StoreError where its header is not sound.
        """
        read_header(data)
        digest = hashlib.sha256(data).hexdigest()
        if not self._shelf.has(_name(digest)) or self._shelf.age(_name(digest)) > FRESH_SECONDS:
            self._shelf.write(_name(digest), data)
        return digest

    def get(self, digest: str, shapes: Mapping[str, tuple[int, ...]] | None = None) -> dict[str, torch.Tensor]:
        """The tensors of a digest, on the CPU.

        digest: as `put` gave it.
        shapes: if given, the header must name exactly these tensors with these shapes, which is checked before anything is loaded.

        Raises StoreError.
        """
        data = self.get_bytes(digest)
        header = read_header(data)
        if shapes is not None:
            _expect(digest, header, shapes)
        from safetensors.torch import load

        return load(data)

    def get_bytes(self, digest: str) -> bytes:
        """The safetensors bytes of this digest, verified against it.

        digest: as `put` gave it.

        Raises StoreError where they are gone or damaged.
        """
        try:
            data = self._shelf.read(_name(_checked(digest)))
        except OSError as error:
            raise StoreError(f"weights={digest} in {self.url} cannot be read: {error.strerror or error}") from error
        if data is None:
            raise StoreError(
                f"weights={digest} are not in {self.url}; they were deleted, or this is not the store's folder"
            )
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"weights={digest} in {self.url} are damaged: their content has another digest")
        return data

    def header(self, digest: str) -> Header:
        """Names, dtypes and shapes of the tensors of this digest.

        digest: as `put` gave it.
        """
        return read_header(self.get_bytes(digest))

    def has(self, digest: str) -> bool:
        """Whether the blob is there.

        digest: as `put` gave it.
        """
        return self._shelf.has(_name(_checked(digest)))

    def digests(self) -> Iterator[str]:
        """Every digest that is kept, sorted."""
        for name in sorted(self._shelf.names()):
            stem = name.rpartition("/")[2].removesuffix(SUFFIX)
            if _DIGEST.match(stem) and name == _name(stem):
                yield stem

    def delete(self, digests: Iterable[str], older_than: float) -> set[str]:
        """The digests of the blobs that were deleted, or are not there.

        digests: that are to go.
        older_than: only what was written at least so many seconds ago is deleted.
        """
        gone = set()
        for digest in digests:
            name = _name(_checked(digest))
            if not self._shelf.has(name) or self._shelf.age(name) >= older_than:
                self._shelf.delete(name)
                gone.add(digest)
        return gone

    def gc(self, keep: Collection[str], older_than: float = 3600.0) -> int:
        """How many blobs were deleted. What interrupted writers left behind is deleted too.

        keep: digests that stay.
        older_than: only what was written at least so many seconds ago is deleted; default: an hour.
        """
        kept = {_name(digest) for digest in keep}
        deleted = 0
        for name in list(self._shelf.names()):
            if name not in kept and self._shelf.age(name) >= older_than:
                self._shelf.delete(name)
                deleted += name.endswith(SUFFIX)
        return deleted


class StoredWeights(Mapping[str, bytes]):
    """The safetensors bytes of some digests, each read, checked and remembered when it is first asked for: a StoreError
    then where it is gone or damaged."""

    def __init__(self, blobs: Blobs, digests: Iterable[str]) -> None:
        self._blobs = blobs
        self._digests = tuple(dict.fromkeys(digests))
        self._read: dict[str, bytes] = {}

    def __getitem__(self, digest: str) -> bytes:
        if digest not in self._digests:
            raise KeyError(digest)
        if digest not in self._read:
            self._read[digest] = self._blobs.get_bytes(digest)
        return self._read[digest]

    def __contains__(self, digest: object) -> bool:
        return digest in self._digests

    def __iter__(self) -> Iterator[str]:
        return iter(self._digests)

    def __len__(self) -> int:
        return len(self._digests)


def to_bytes(tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Named tensors as safetensors bytes. The same tensors under the same names always give the same bytes.

    tensors: by name, on any device.
    """
    from safetensors.torch import save

    plain: dict[str, torch.Tensor] = {}
    storages: set[int] = set()
    for name in sorted(tensors):
        tensor = tensors[name].detach().to("cpu").contiguous()
        storage = tensor.untyped_storage()
        # safetensors refuses tensors that share memory, and would keep the whole of a storage that one views in part
        if storage.data_ptr() in storages or storage.nbytes() != tensor.nbytes:
            tensor = tensor.clone()
        storages.add(tensor.untyped_storage().data_ptr())
        plain[name] = tensor
    return save(plain)


def from_bytes(data: bytes) -> dict[str, torch.Tensor]:
    """The tensors of safetensors bytes, on the CPU.

    data: a whole file of safetensors.

    Raises StoreError where the header is not sound.
    """
    read_header(data)
    from safetensors.torch import load

    return load(data)


def read_header(data: bytes) -> Header:
    """The header of safetensors bytes; nothing is loaded.

    data: a whole file of safetensors.

    Raises StoreError unless each tensor's bytes are exactly what its shape and dtype need, and the tensors fill the data without
    gaps or overlaps.
    """
    try:
        entries, size = _entries(data)
        spans = []
        header: Header = {}
        for name, entry in entries.items():
            dtype, shape, (start, stop) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
            if dtype not in ITEM_BITS or not all(type(each) is int and each >= 0 for each in (*shape, start, stop)):
                raise ValueError(f"tensor {name!r} has dtype={dtype!r}, shape={shape}")
            if (stop - start) * 8 != math.prod(shape) * ITEM_BITS[dtype]:
                raise ValueError(f"tensor {name!r} of shape {shape} and dtype {dtype} has {stop - start} bytes")
            spans.append((start, stop))
            header[name] = (dtype, shape)
        end = 0
        for start, stop in sorted(spans):
            if start != end:
                raise ValueError(f"the tensors leave a gap or overlap at byte {start}")
            end = stop
        if end != size:
            raise ValueError(f"the tensors need {end} bytes, there are {size}")
        return header
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(f"not sound safetensors data: {error}") from None


def _entries(data: bytes) -> tuple[dict[str, Payload], int]:
    if len(data) < 8:
        raise ValueError(f"{len(data)} bytes are too few")
    length = int.from_bytes(data[:8], "little")
    if length > min(MAX_HEADER, len(data) - 8):
        raise ValueError(
            f"a header of {length} bytes is announced; at most {min(MAX_HEADER, len(data) - 8)} can be there"
        )
    entries = json.loads(data[8 : 8 + length].decode())
    entries.pop("__metadata__", None)
    return entries, len(data) - 8 - length


def _expect(digest: str, header: Header, shapes: Mapping[str, tuple[int, ...]]) -> None:
    for name in sorted({*header, *shapes}):
        found = header[name][1] if name in header else None
        wanted = tuple(shapes[name]) if name in shapes else None
        if found != wanted:
            raise StoreError(
                f"weights={digest}: tensor {name!r} has shape={found}, required is {wanted} (None: no such tensor)"
            )


def _checked(digest: str) -> str:
    if not isinstance(digest, str) or not _DIGEST.match(digest):
        raise StoreError(f"weights={digest!r}: required is a SHA-256 in 64 hexadecimal digits")
    return digest


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest}{SUFFIX}"
