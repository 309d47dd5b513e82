"""What a library's solved programs teach later searches: a guide, trained from them and kept in the store.

A guide is kept as a finished run of the growth: its grammar and the record of its training in the run's configuration, the tensors of
its model among the blobs. Names of subroutines are kept as ``name@digest``, so that a word that took over a name says nothing of it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from library.records import Run
from library.store import AbstractStore
from library.vocabulary import Vocabulary, pinned_name
from primitives.types import Type, has_tensor
from search.guidance.guide import Guide
from search.guidance.network import Network
from search.problem import Example

GROWTH = "growth of the library"
"""The task under which the runs of growths are kept."""
STRATEGY = "wake, abstract, dream"


def keep(
    store: AbstractStore,
    vocabulary: Vocabulary,
    guide: Guide | None,
    record: Mapping[str, Any],
    *,
    seed: int = 0,
) -> Run:
    """Keep one iteration of a growth, ``record`` being plain data about it, and the guide that was learned in it."""
    config: dict[str, Any] = {"iteration": dict(record)}
    if guide is not None:
        pinned = {each.name: pinned_name(each) for each in vocabulary.records if each.state == "active"}
        config["guide"] = _renamed(guide, pinned).to_json()
        config["tensors"] = _kept(store, guide.network)
    now = time.time()
    return store.create_run(
        Run(
            id=uuid.uuid4().hex[:12],
            task=GROWTH,
            strategy=STRATEGY,
            seed=seed,
            state="finished",
            config=config,
            library=store.snapshot(),
            started=now,
            finished=now,
            metric="nats",
            direction="minimise",
        )  # fmt: skip
    )


def _kept(store: AbstractStore, network: Network | None) -> str | None:
    if network is None:
        return None
    from safetensors.numpy import save

    return store.blobs.put_bytes(save(dict(network.tensors)))


def latest_guide(store: AbstractStore) -> str:
    """The run that kept the latest guide of a library; "" where it has none."""
    return next((run.id for run in reversed(store.runs(task=GROWTH)) if "guide" in run.config), "")


def load_guide(store: AbstractStore, run: str, vocabulary: Vocabulary) -> Guide | None:
    """The guide that a run kept, its subroutines named as in the vocabulary; None for "".

    Raises StoreError where the run or its tensors are gone, GuideError where they cannot be read.
    """
    if not run:
        return None
    config = store.run(run).config
    digest = config.get("tensors")
    guide = Guide.from_json(config["guide"], None if digest is None else store.blobs.get_bytes(digest))
    return _renamed(guide, {pinned_name(each): each.name for each in vocabulary.records if each.state == "active"})


def _renamed(guide: Guide, names: Mapping[str, str]) -> Guide:
    return replace(guide, grammar={names.get(name, name): weight for name, weight in guide.grammar.items()})


def suggestions(
    guide: Guide | None, kind: str, type: Type, examples: Sequence[Example] | None
) -> dict[str, dict[str, float]]:
    """What a guide suggests for a task, as ``Problem.suggested`` has it: nothing for kind ``off``."""
    if guide is None or kind == "off" or examples is None or has_tensor(type):
        return {}
    found = {"grammar": dict(guide.grammar)}
    if guide.network is not None and kind == "model":
        found["model"] = guide.weights(type, examples)
    return found
