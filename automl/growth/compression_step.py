"""What the solved programs of a store have in common becomes subroutines: corpus, compression, evidence, promotion, rewriting."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from library.compression.compress import Abstraction, Compression, compress
from library.compression.stitch_code import symbols
from library.compression.stitch_process import StitchMissing
from library.promotion import Evidence, Rule, verdict
from library.records import FoundBy, Solution, StoreError, Subroutine, Use
from library.store import AbstractStore
from library.vocabulary import Vocabulary, pinned_name
from primitives.definitions import expand
from primitives.primitive import Primitive
from primitives.term import Term, Word, canonical, digest, map_words, show_canonical, sites_of, words_in
from primitives.types import has_tensor

from ..evaluation.model import Model
from ..evaluation.prepared import library_weights
from ..tasks.task import Task
from .clock import EQUIVALENCE, TimeAllowance
from .equivalence import COUNT, Sample, equal_words
from .outcome import CompressionReport
from .snapshot import LibrarySnapshot, Solved, active_words

logger = logging.getLogger(__name__)
ROUNDS = 6
"""Most times that a corpus is compressed anew because a candidate was refused on evidence."""
LEAST = 2.0
"""Seconds that a compression may take where the allowance is used up: what was found is not to be left unread."""
STITCH = 20.0
"""Seconds that stitch may search, at most."""


Compressed = tuple[CompressionReport, list[Subroutine]]


def prepare_compression(
    store: AbstractStore,
    tasks: Mapping[str, Task],
    rule: Rule | None = None,
    allowance: TimeAllowance | None = None,
    snapshot: LibrarySnapshot | None = None,
    sample: Sample | None = None,
) -> Callable[[], Compressed]:
    """Compress the solved programs of the store but the doubtful ones; a function that promotes what passes the rule and keeps the
    rewritten programs as solutions, in one transaction, and returns a report and the new subroutines.

    tasks: those whose data are at hand, by name; programs of others are only checked to be the same program.
    rule: the bounds of promotion.
    allowance: of time (default: no bound); LEAST seconds it may take in any case.
    snapshot: the library as it is (default: it is read).
    sample: inputs by which words are compared (default: made of the tasks).

    What is the same function as an active word, or as a candidate that saves more, is refused. Where compression fails the
    report says so; nothing is lost by it.
    """
    started = time.monotonic()
    rule, allowance = rule or Rule(), allowance or TimeAllowance()
    deadline = allowance.deadline(LEAST)
    snapshot = snapshot or LibrarySnapshot(store)
    corpus = _Corpus(
        {task: each for task, each in snapshot.best.items() if not each.doubtful}, snapshot.vocabulary, rule
    )
    try:
        compared = sample or Sample(tasks.values())
        compressed = _settled(corpus, store, tasks, snapshot.vocabulary, allowance, deadline, compared)
    except StitchMissing as missing:
        logger.warning("the library does not grow: %s", missing)
        report = CompressionReport(len(corpus.solved), problem=str(missing), seconds=time.monotonic() - started)
        return lambda: (report, [])
    return lambda: compressed.keep_and_report(len(corpus.solved), corpus.refused, started)


def _settled(
    corpus: _Corpus, store: AbstractStore, tasks: Mapping[str, Task], vocabulary: Vocabulary, allowance: TimeAllowance, deadline: float,
    sample: Sample,
) -> _CompressedCorpus:  # fmt: skip
    """The corpus compressed anew until nothing is refused on evidence; as it is where that does not come about. Raises StitchMissing."""
    taken = store.names()
    for number in range(ROUNDS):
        last = number == ROUNDS - 1 or time.monotonic() > deadline
        found = corpus.compressed(taken, max(LEAST, min(STITCH, deadline - time.monotonic())))
        compressed = _CompressedCorpus(store, tasks, vocabulary, corpus.solved, found, corpus.rule)
        lost = compressed.refusals()
        if not (lost or last):
            with allowance.clock.doing(EQUIVALENCE):
                lost = compressed.equal_words(sample, deadline)
        corpus.refuse(found, lost)
        if last or not lost:
            break
    if lost:
        compressed = _CompressedCorpus(store, tasks, vocabulary, corpus.solved, corpus.as_it_is(found), corpus.rule)
    return compressed


class _Corpus:
    """The solved programs that are compressed, and the candidates that were refused on the way, with the reasons."""

    def __init__(self, solved: Mapping[str, Solved], vocabulary: Vocabulary, rule: Rule) -> None:
        self.solved, self.rule = solved, rule
        self.offered = _words(vocabulary, [each.term for each in solved.values()])
        self.refused: dict[str, tuple[str, ...]] = {}
        self._evidence = Evidence(confidence={task: each.confidence for task, each in solved.items()})
        self._bad: set[str] = set()

    def compressed(self, taken: Collection[str], seconds: float) -> Compression:
        """What the programs share, but for what was refused; no name is one that is ``taken``. Raises StitchMissing."""
        terms = {task: [each.term] for task, each in self.solved.items()}
        return compress(terms, self.offered, taken=taken, judge=self._may_be_promoted, seconds=seconds)

    def _may_be_promoted(self, candidate: Abstraction) -> bool:
        decision = verdict(candidate, self._evidence, self.rule)
        if not decision.promote:
            self.refused[candidate.name] = decision.reasons
        return decision.promote and canonical(candidate.body) not in self._bad

    def refuse(self, found: Compression, reasons: Mapping[str, tuple[str, ...]]) -> None:
        """Offer some of the abstractions no more."""
        self.refused.update(reasons)
        self._bad |= {canonical(each.body) for each in found.abstractions if each.name in reasons}

    def as_it_is(self, found: Compression) -> Compression:
        """A compression by which nothing changes."""
        same = {task: (each.term,) for task, each in self.solved.items()}
        return replace(found, abstractions=(), rewritten=same, after=found.before)


def _words(vocabulary: Vocabulary, terms: Sequence[Term]) -> dict[str, Primitive]:
    """The words offered, and the demoted ones that solved programs still name."""
    named = {word.name for term in terms for word in words_in(term)}
    return {
        **vocabulary.words,
        **{name: vocabulary.all_words[name] for name in named if name in vocabulary.all_words},
    }


class _CompressedCorpus:
    """A compression on its way into the store."""

    def __init__(
        self,
        store: AbstractStore,
        tasks: Mapping[str, Task],
        vocabulary: Vocabulary,
        solved: Mapping[str, Solved],
        found: Compression,
        rule: Rule,
    ) -> None:
        self.store, self.tasks, self.solved, self.found, self.rule = store, tasks, solved, found, rule
        self.records = self._subroutines(vocabulary)
        mine = {pinned_name(record) for record in self.records}
        others = [record for record in vocabulary.records if pinned_name(record) not in mine]
        self.vocabulary = Vocabulary([*others, *self.records], vocabulary.weights)
        self.changed = {
            task: terms[0] for task, terms in found.rewritten.items() if terms and terms[0] != solved[task].term
        }
        self.reproduced = {task: self._reproduces(task) for task in self.changed if task in tasks}

    def _subroutines(self, vocabulary: Vocabulary) -> list[Subroutine]:
        """Records of the abstractions; their bodies name subroutines as ``name@digest``."""
        pinned: dict[str, str] = {}
        words: dict[str, Primitive] = dict(vocabulary.all_words)
        records: list[Subroutine] = []
        for each in self.found.abstractions:
            body = map_words(
                vocabulary.pin(each.body), lambda w: Word(pinned[w.name], w.settings, w.site) if w.name in pinned else w
            )
            record = Subroutine(
                name=each.name, digest=digest(body), type=each.scheme, kind=each.kind, body=show_canonical(body),
                provenance=self._provenance(each, body, words), saved=each.saved, created=time.time(), description=each.description,
            )  # fmt: skip
            pinned[each.name] = pinned_name(record)
            words = dict(Vocabulary([*vocabulary.records, *records, record]).all_words)
            records.append(record)
        return records

    def _provenance(self, each: Abstraction, body: Term, words: Mapping[str, Primitive]) -> dict[str, object]:
        return {
            "found_by": FoundBy.COMPRESSION,
            "tasks": list(each.tasks),
            "runs": sorted({self.solved[task].solution.run for task in each.tasks}),
            "expanded": show_canonical(expand(body, words)),
            "uses": each.uses,
            "saved": each.saved,
            "unit": "symbols",
        }

    def _reproduces(self, task: str) -> bool:
        """Whether the rewritten program does what the stored one does on the data that searches see: it has its score, and where
        weights take part the two are run side by side (stored scores may be of an earlier training)."""
        solved, data = self.solved[task], self.tasks[task].data
        part = data.validation if has_tensor(data.type) else data.train

        def score(term: Term, weights: Mapping[str, object]) -> float:
            model = Model(term, data.type, self.vocabulary, weights)
            return float(data.score(model.outputs(part), part).get(data.metric, float("nan")))

        words = self.vocabulary.all_words
        sites = [site for term in (self.changed[task], solved.term) for site in sites_of(expand(term, words))]
        try:
            library = library_weights(self.vocabulary, sites)
            again = score(self.changed[task], {**library, **self._moved(task)})
            before = solved.solution.scores.get(data.metric, float("nan"))
            if solved.solution.weights is not None:
                before = score(solved.term, {**library, **self.store.blobs.get(solved.solution.weights)})
        except StoreError as error:  # weights are gone or damaged: nothing to compare with
            logger.warning("task=%r: its program is left as it is: %s", task, error)
            return False
        return abs(again - before) <= self.rule.tolerance

    def _moved(self, task: str) -> dict[str, object]:
        """The stored weights of a task's program under the sites of the rewritten one."""
        stored = self.solved[task].solution.weights
        if stored is None:
            return {}
        tensors = self.store.blobs.get(stored)
        (sites,) = self.found.sites[task]
        moved = {name: tensor for name, tensor in tensors.items() if "@" in name}
        for new, old in sites.items():
            moved.update(
                {f"{new}.{k.removeprefix(old + '.')}": v for k, v in tensors.items() if k.rpartition(".")[0] == old}
            )
        return moved

    def refusals(self) -> dict[str, tuple[str, ...]]:
        """The candidates that do not reproduce the stored outputs, with the reasons."""
        lost = {}
        for each in self.found.abstractions:
            decision = verdict(each, self.evidence(each), self.rule)
            if not decision.promote:
                lost[each.name] = decision.reasons
        return lost

    def equal_words(self, sample: Sample, deadline: float) -> dict[str, tuple[str, ...]]:
        """The candidates that are the same function as an active word or a candidate that saves more, with the reason."""
        words = self.vocabulary.all_words
        order = sorted(self.found.abstractions, key=lambda each: (-each.saved, symbols(each.body, words)))
        active = active_words(self.vocabulary)
        mine = {each.name: active.pop(each.name) for each in order}
        return {
            name: (f"it is the same function as {group[0]}, by {COUNT} inputs",)
            for group in equal_words({**active, **mine}, sample, words, deadline)
            for name in group[1:]
            if name in mine
        }

    def evidence(self, each: Abstraction) -> Evidence:
        same = {task: same for task, same in self.reproduced.items() if task in each.tasks}
        return Evidence(True, same, {task: self.solved[task].confidence for task in each.tasks})

    def keep_and_report(self, tasks: int, refused: Mapping[str, tuple[str, ...]], started: float) -> Compressed:
        promoted = self.keep()
        names = tuple(record.name for record in promoted)
        report = CompressionReport(
            tasks, self.found.before, self.found.after, tuple(each.name for each in self.found.abstractions), names,
            {name: why for name, why in refused.items() if name not in names}, len(self.changed), time.monotonic() - started,
            self.found.problem,
        )  # fmt: skip
        return report, promoted

    def keep(self) -> list[Subroutine]:
        """Promote and rewrite, in one transaction; what was not active before."""
        evidence = {}
        for each in self.found.abstractions:
            decision = verdict(each, self.evidence(each), self.rule)
            evidence[each.name] = {
                "reasons": list(decision.reasons), "tasks": list(each.tasks), "saved": each.saved,
                "reproduced": self.evidence(each).reproduced,
            }  # fmt: skip
        solutions = [self._solution(task) for task in self.changed if self.reproduced.get(task, True)]
        uses = [
            Use(record.digest, solution.task, solution.run)
            for solution in solutions
            for record in self.vocabulary.subroutines_in(self.changed[solution.task])
        ]
        with self.store.batch():
            promoted = self.store.promote(self.records, evidence=evidence) if self.records else ()
            self.store.add_uses(uses)
            for solution in solutions:
                self.store.add_solution(solution)
        return list(promoted)

    def _solution(self, task: str) -> Solution:
        """The stored solution with its program rewritten; its cost stays what it was to find."""
        term, old = self.changed[task], self.solved[task].solution
        return replace(
            old,
            term=show_canonical(self.vocabulary.pin(term)),
            expanded=show_canonical(expand(term, self.vocabulary.all_words)),
            weights=None if old.weights is None else self.store.blobs.put(self._moved(task)),
            created=time.time(),
        )
