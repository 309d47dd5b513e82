"""Records to be stored, with as few words as may be."""

from __future__ import annotations

from library.records import Evaluation, Event, Run, Subroutine


def run(id: str = "r1", **fields) -> Run:
    return Run(**{"id": id, "task": "sort", "strategy": "random", "started": 1.0, **fields})


def evaluation(ask: int, id: str = "r1", **fields) -> Evaluation:
    return Evaluation(**{"run": id, "ask": ask, "term": "(map inc $0)", "outcome": "completed", **fields})


def word(name: str, digest: str, **fields) -> Subroutine:
    return Subroutine(
        **{"name": name, "digest": digest, "type": "int -> int", "kind": "algorithmic", "body": "inc", **fields}
    )


def log(id: str, start: int, count: int) -> list[Event]:
    return [Event(id, number, "asked", number, {"n": number}) for number in range(start, start + count)]
