"""The form in which jobs, contexts and results travel between processes: msgpack, so that decoding runs no code.

Plain data only: None, bool, int, float, str, bytes, list, tuple, dict, numpy arrays and numbers, CPU torch tensors.
Every kind comes back as it went in (a tuple is not a list, an int key stays an int), so a job means the same in
process and out of it; a StrEnum comes back as its text, which equals it.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Any

import msgpack
import numpy as np

_TUPLE, _ARRAY, _TENSOR, _INTEGER = range(4)
_SIMPLE = frozenset({type(None), bool, int, float, str, bytes})
_DEPTH_HINT = "nest it less deeply, or send it as text"


def encode(value: object) -> bytes:
    """The message for `value`. Raises TypeError where something in it is not plain data."""
    try:
        return msgpack.packb(value, default=_extend, strict_types=True, unicode_errors="surrogatepass")
    except ValueError as error:
        raise TypeError(f"value cannot be sent to a worker ({error}): {_DEPTH_HINT}") from error


def decode(message: bytes) -> Any:
    """The value of a message that `encode` made. Arrays are writable copies."""
    return msgpack.unpackb(message, ext_hook=_restore, strict_map_key=False, unicode_errors="surrogatepass")


def require_plain(value: object, name: str) -> None:
    """Raises TypeError, which says where, unless `encode` takes the value. Cheaper than encoding it."""
    if isinstance(value, dict):
        for key, item in value.items():
            require_plain(key, f"key of {name}")
            require_plain(item, f"{name}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if type(item) not in _SIMPLE:
                require_plain(item, f"{name}[{index}]")
    elif type(value) not in _SIMPLE:
        try:
            _check_kind(value)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None


def _check_kind(value: object) -> None:
    torch = sys.modules.get("torch")
    if isinstance(value, StrEnum) or (isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject):
        return
    if torch is None or not isinstance(value, torch.Tensor):
        raise TypeError(
            f"type={type(value).__module__}.{type(value).__qualname__} cannot be sent to a worker: "
            "send plain data (numbers, text, bytes, lists, tuples, dicts, numpy arrays, CPU tensors)"
        )


def _extend(value: object) -> object:
    if isinstance(value, tuple):
        return msgpack.ExtType(_TUPLE, encode(list(value)))
    if type(value) is int:  # beyond 64 bits
        return msgpack.ExtType(_INTEGER, str(value).encode())
    _check_kind(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        header = [array.dtype.str, list(array.shape), isinstance(value, np.generic)]
        return msgpack.ExtType(_ARRAY, encode([*header, array.tobytes()]))
    import torch

    assert isinstance(value, torch.Tensor)
    flat = value.detach().cpu().contiguous().reshape(-1)
    data = flat.view(torch.uint8).numpy().tobytes()
    return msgpack.ExtType(_TENSOR, encode([str(value.dtype).removeprefix("torch."), list(value.shape), data]))


def _restore(code: int, data: bytes) -> object:
    if code == _TUPLE:
        return tuple(decode(data))
    if code == _INTEGER:
        return int(data)
    if code == _ARRAY:
        dtype, shape, scalar, content = decode(data)
        array = np.frombuffer(bytearray(content), dtype=np.dtype(dtype)).reshape(shape)
        return array[()] if scalar else array
    if code == _TENSOR:
        import torch

        name, shape, content = decode(data)
        if not content:
            return torch.empty(shape, dtype=getattr(torch, name))
        return torch.frombuffer(bytearray(content), dtype=torch.uint8).view(getattr(torch, name)).reshape(shape)
    raise ValueError(f"code={code}: not a kind of value that this version sends")
