"""Parts of a task as JSON and named plain arrays, and the digest of such a form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from primitives.notation.values import from_json, to_json
from primitives.types import Type

from .parts import Column, Part, RaggedArray, frozen, part_of


def describe_part(
    part: Part, argument_types: Sequence[Type], result: Type, name: str, arrays: dict[str, np.ndarray]
) -> dict[str, object]:
    """The JSON form of ``part``; its arrays are put into ``arrays`` under names that start with ``name``."""
    described: list[dict[str, object]] = []
    for index, (column, type) in enumerate(zip((*part.inputs, part.targets), (*argument_types, result), strict=True)):
        key = f"{name}.{index}"
        if isinstance(column, tuple):
            described.append({"values": [to_json(value, type) for value in column]})
        elif isinstance(column, RaggedArray):
            arrays[f"{key}.values"], arrays[f"{key}.lengths"] = column.values, column.lengths
            described.append({"ragged": key})
        else:
            arrays[key] = column
            described.append({"array": key})
    if part.weights is None:
        return {"columns": described}
    arrays[f"{name}.weights"] = part.weights
    return {"columns": described, "weights": f"{name}.weights"}


def restore_part(
    described: Mapping[str, Any], argument_types: Sequence[Type], result: Type, arrays: Mapping[str, np.ndarray]
) -> Part:
    """The inverse of ``describe_part``."""
    columns: list[Column] = []
    for entry, type in zip(described["columns"], (*argument_types, result), strict=True):
        if "values" in entry:
            columns.append(tuple(from_json(value, type) for value in entry["values"]))
        elif "ragged" in entry:
            key = entry["ragged"]
            columns.append(RaggedArray(frozen(arrays[f"{key}.values"]), frozen(arrays[f"{key}.lengths"])))
        else:
            columns.append(frozen(arrays[entry["array"]]))
    weights = frozen(arrays[described["weights"]]) if "weights" in described else None
    return part_of(columns[:-1], columns[-1], weights)


def content_digest(described: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> str:
    """32 hexadecimal digits over JSON-able fields and the shapes, dtypes and bytes of named arrays (BLAKE2b)."""
    state = hashlib.blake2b(json.dumps(described, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        state.update(f"{name}:{little.dtype.str}:{little.shape}".encode())
        state.update(little.reshape(-1).view(np.uint8).data if little.size else b"")
    return state.hexdigest()
