"""A trained program whose task is solved becomes a word, with its weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from library.compression.abstraction import new_subroutine
from library.compression.naming import hinted
from library.promotion import NetEvidence, Rule, Verdict, net_verdict
from library.records import FoundBy, Subroutine, Use
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from library.weights.blobs import StoredWeights
from primitives.definitions import expand
from primitives.inference import infer
from primitives.syntax import show
from primitives.term import Term, Word, map_words, renumber_sites, sites_of, words_in

from ..evaluation.model import Model
from ..evaluation.prepared import library_weights
from ..study.opening import Result
from ..tasks.task import Task


def promote_net(
    store: AbstractStore, task: Task, result: Result, goal: float | None = None, rule: Rule | None = None
) -> tuple[Subroutine | None, Verdict]:
    """Make the program of a solved, trained task the word ``<task>_net``: frozen where it is used, unless a program says otherwise.

    Evidence is its score on validation data, which must reach ``goal`` (default: the task's), and that score again from what is stored.
    A net of that name stays unless this one is better; then it is demoted. Programs that train nothing but subroutines of the library
    are no new nets. The verdict says why not, where None is returned.
    """
    assert result.model is not None
    data = task.data
    if all("@" in site for site in sites_of(result.model.expanded)):
        return None, Verdict(False, ("it has no weights of its own",))
    body, weights = _closed_body(result.model)
    record = _record(store, task, result, body, weights)
    present = next((each for each in store.subroutines() if each.name == record.name), None)
    evidence = NetEvidence(
        score=float("nan") if result.score is None else result.score,
        solved_at=task.solved_at if goal is None else goal,
        again=_score_again(store, task, record, result.model.vocabulary),
        direction=data.direction,
        present=None if present is None else present.provenance.get("score", float("-inf")),
    )
    decision = net_verdict(evidence, rule or Rule())
    if not decision.promote:
        return None, decision
    with store.batch():
        if present is not None:
            store.demote(present.name, {"reasons": [f"replaced by a net with score={evidence.score:g}"]})
        use = Use(record.digest, task.name, result.run)
        proof = {"reasons": list(decision.reasons), "score": evidence.score, "again": evidence.again}
        store.promote([record], [use], {record.name: proof})
    return record, decision


def _closed_body(model: Model) -> tuple[Term, dict[str, object]]:
    """The program with its sites numbered from 1, and its own weights under those sites after expansion. Subroutines that were tuned in
    it are written out, for it has its own version of their weights."""
    words = model.vocabulary.all_words
    term = model.term
    if any(dict(word.settings).get("use") == "tuned" for word in words_in(term)):
        term = expand(term, words)
        names = {site: str(number) for number, site in enumerate(sites_of(term), 1)}
        body = map_words(term, lambda w: w if w.site is None else Word(w.name, w.settings, names[w.site]))
    else:
        body = renumber_sites(term)
    there, here = sites_of(expand(term, words)), sites_of(expand(body, words))
    moved = {old: new for old, new in zip(there, here, strict=True) if "@" not in new}
    weights = {
        f"{moved[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}": tensor
        for name, tensor in model.weights.items()
        if name.rpartition(".")[0] in moved
    }
    return body, weights


def _record(store: AbstractStore, task: Task, result: Result, body: Term, weights: Mapping[str, object]) -> Subroutine:
    assert result.model is not None
    vocabulary = result.model.vocabulary
    blob = store.blobs.put(weights)
    pinned = vocabulary.pin(body)
    scheme = infer(body, vocabulary.all_words, task.type).scheme
    shown = " ".join(show(hinted(body, scheme), width=10_000).split())
    preprocessing = None if task.preprocessing is None else task.preprocessing.to_json()
    provenance = {
        "found_by": FoundBy.TRAINING,
        "tasks": [task.name],
        "runs": [result.run],
        "metric": task.metric,
        "score": result.score,
        "parameters": result.parameters,
        "preprocessing": preprocessing,
    }
    description = (
        f"{scheme}, trained on {task.name} ({task.metric} {result.score:.4g} on validation data), {shown[:120]}"
    )
    name = _name(store, task.name, vocabulary)
    return new_subroutine(name, pinned, scheme, vocabulary.all_words, provenance, description, weights=blob)


def _name(store: AbstractStore, task: str, vocabulary: Vocabulary) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", task.lower()).strip("_") or "task"
    name = f"{base if base[0].isalpha() else 'task_' + base}_net"
    return name if name not in vocabulary.all_words or name in vocabulary.definitions else f"{name}_word"


def _score_again(store: AbstractStore, task: Task, record: Subroutine, present: Vocabulary) -> float:
    """The score on validation data of the program that is nothing but the new word, beside the words that its search had."""
    others = [replace(each, state="demoted") if each.name == record.name else each for each in present.records]
    digests = [each.weights for each in (*others, record) if each.weights is not None]
    vocabulary = Vocabulary([*others, record], StoredWeights(store.blobs, digests))
    word = vocabulary.words[record.name].word({}, "1")
    sites = sites_of(expand(word, vocabulary.all_words))
    data = task.data
    model = Model(word, data.type, vocabulary, library_weights(vocabulary, sites))
    scores = data.score(model.outputs(data.validation), data.validation)
    return float(scores.get(data.metric, float("nan")))
