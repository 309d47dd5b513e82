"""What a library's solved programs teach later searches: a guide, trained from them and kept in the store.

Names of subroutines are kept as ``name@digest``, so that a word that took over a name says nothing of it.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from library.records import GuideRecord, StoreError
from library.store import AbstractStore
from library.vocabulary import Vocabulary, pinned_name
from primitives.types import Type, has_tensor
from search.guidance.guide import Guide
from search.guidance.network import Network
from search.problem import Example

logger = logging.getLogger(__name__)


def keep(
    store: AbstractStore,
    vocabulary: Vocabulary,
    guide: Guide | None,
    record: Mapping[str, object],
    *,
    seed: int = 0,
) -> GuideRecord:
    """Keep one iteration of a growth, ``record`` being plain data about it, and the guide that was learned in it."""
    pinned = {each.name: pinned_name(each) for each in vocabulary.active}
    kept = GuideRecord(
        id=uuid.uuid4().hex[:12],
        guide=None if guide is None else _renamed(guide, pinned).to_json(),
        weights=None if guide is None else _kept(store, guide.network),
        iteration=dict(record),
        seed=seed,
        library=store.snapshot(),
        created=time.time(),
    )
    store.add_guide(kept)
    return kept


def _kept(store: AbstractStore, network: Network | None) -> str | None:
    if network is None:
        return None
    from safetensors.numpy import save

    return store.blobs.put_bytes(save(dict(network.tensors)))


def latest_guide(store: AbstractStore) -> str:
    """The id of the latest guide of a library; "" where it has none."""
    for last in (1, None):  # the latest taught something, but where too little was solved by then
        for kept in reversed(store.guides(last)):
            if kept.guide is not None:
                return kept.id
    return ""


def load_guide(store: AbstractStore, id: str, vocabulary: Vocabulary) -> Guide | None:
    """The guide that is kept under an id, its subroutines named as in the vocabulary; None for "", and where nothing was learned.

    Where the tensors of its model are gone or damaged it is the grammar alone, with a warning. Raises StoreError where it is not kept,
    GuideError where it cannot be read.
    """
    kept = store.guide(id) if id else None
    if kept is None or kept.guide is None:
        return None
    return _renamed(Guide.from_json(kept.guide, _tensors(store, kept)), vocabulary.plain)


def _tensors(store: AbstractStore, kept: GuideRecord) -> bytes | None:
    if kept.weights is None:
        return None
    try:
        return store.blobs.get_bytes(kept.weights)
    except StoreError as error:
        logger.warning("guide=%r guides by its grammar alone, for its model cannot be read: %s", kept.id, error)
        return None


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
