"""Long-term memory on disk, inside the run's own folder. What is remembered in one run of a program can be recalled
in a later one."""

from __future__ import annotations

import json

from ..interpreter.storage import Folder, Storage, StorageError
from ..notation.values import ValueMismatch, from_json, to_json
from ..primitive import EFFECTFUL, Prior
from ..types import FLOAT, INT, STRING, Type, list_of
from ..values import Some, Undefined, Value
from ..words import word


def opened(storage: Folder) -> Storage:
    """The run's storage, given as such or as a folder; Undefined where there is none."""
    if storage is None:
        raise Undefined("this run has no folder to remember in; give one as storage")
    return storage if isinstance(storage, Storage) else Storage(storage)


def keep(key: str, value: Value, type: Type, storage: Folder) -> Value:
    """Write the value under the key and its type, and give it back."""
    try:
        opened(storage).write(f"{type} {key}", json.dumps(to_json(value, type)))
    except (StorageError, OSError) as error:
        raise Undefined(str(error)) from None
    return value


def look_up(key: str, type: Type, storage: Folder) -> Some | None:
    """The value under the key and the type, if there is one."""
    try:
        text = opened(storage).read(f"{type} {key}")
        return None if text is None else Some(from_json(json.loads(text), type))
    except (StorageError, OSError, ValueMismatch, json.JSONDecodeError) as error:
        raise Undefined(str(error)) from None


@word("remember", "str -> str -> str", example='(remember "name" "Ada")', purity=EFFECTFUL, prior=Prior(cost=7))
def remember(key: str, text: str, *, storage: Folder) -> str:
    """Keep a text under the key, in place of an earlier text; gives the text."""
    return keep(key, text, STRING, storage)


@word(
    "recall",
    "str -> option(str)",
    example='(flip const (remember "name" "Ada") (recall "name"))',
    purity=EFFECTFUL,
    prior=Prior(cost=7),
)
def recall(key: str, *, storage: Folder) -> Some | None:
    """The text last remembered under the key, if any."""
    return look_up(key, STRING, storage)


@word(
    "remember_ints",
    "str -> list(int) -> list(int)",
    example='(remember_ints "primes" [2 3 5])',
    purity=EFFECTFUL,
    prior=Prior(cost=7),
)
def remember_ints(key: str, xs: tuple, *, storage: Folder) -> tuple:
    """Keep a list of Ints under the key, in place of an earlier one; gives the list."""
    return keep(key, xs, list_of(INT), storage)


@word(
    "recall_ints",
    "str -> option(list(int))",
    example='(flip const (remember_ints "primes" [2 3 5]) (recall_ints "primes"))',
    purity=EFFECTFUL,
    prior=Prior(cost=7),
)
def recall_ints(key: str, *, storage: Folder) -> Some | None:
    """The list of Ints last remembered under the key, if any; texts and Floats under the same key are apart."""
    return look_up(key, list_of(INT), storage)


@word(
    "remember_floats",
    "str -> list(float) -> list(float)",
    example='(remember_floats "halves" [0.5 1.5])',
    purity=EFFECTFUL,
    prior=Prior(cost=7),
)
def remember_floats(key: str, xs: tuple, *, storage: Folder) -> tuple:
    """Keep a list of Floats under the key, in place of an earlier one; gives the list."""
    return keep(key, xs, list_of(FLOAT), storage)


@word(
    "recall_floats",
    "str -> option(list(float))",
    example='(flip const (remember_floats "halves" [0.5 1.5]) (recall_floats "halves"))',
    purity=EFFECTFUL,
    prior=Prior(cost=7),
)
def recall_floats(key: str, *, storage: Folder) -> Some | None:
    """The list of Floats last remembered under the key, if any."""
    return look_up(key, list_of(FLOAT), storage)
