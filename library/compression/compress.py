"""Subprograms worth a name, over the solved programs of several tasks.

stitch-core proposes them (in a process of its own); here they get types, names and sites for their weights, every rewritten program is
checked against its original, and what does not hold or does not pay is taken back. Nothing is ever lost: a program that cannot be
rewritten stays as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from primitives.binding import free_variables
from primitives.definitions import expand
from primitives.primitive import EFFECTFUL, Primitive
from primitives.term import Hole, Term, subterms, words_in

from . import stitch_process
from .abstraction import Abstraction, Compression, Corpus, description_length, kind_of
from .draft import CorpusProgram, Draft
from .lifting import forms
from .stitch_code import Codebook, hide_lets
from .stitch_process import Raw, StitchFailed

__all__ = ["Abstraction", "Compression", "Corpus", "compress", "description_length", "kind_of"]
logger = logging.getLogger(__name__)
MAX_SIZE = 2_000
"""Larger programs are left as they are."""
Judge = Callable[[Abstraction], bool]


def compress(
    corpus: Corpus,
    words: Mapping[str, Primitive],
    *,
    max_arity: int = 3,
    iterations: int = 10,
    seconds: float = 20.0,
    taken: Collection[str] = (),
    judge: Judge | None = None,
) -> Compression:
    """Abstractions that occur in at least two tasks and shorten the corpus, and the corpus rewritten with them.

    corpus: closed programs by task; of several of a task the shortest counts.
    words: all words of the programs, subroutines too; what is in it already is used under its name there.
    max_arity: most parameters of an abstraction; default: 3.
    iterations: most abstractions; default: 10.
    seconds: most time of stitch-core's search; default: 20.
    taken: names that no abstraction gets, beside those in ``words``; default: none.
    judge: whether an abstraction may stay; what it refuses is written out again. Default: all may.

    Raises StitchMissing (a StoreError) where stitch-core is not installed. Any other failure of stitch-core is told in ``problem`` of
    the result, and the corpus stays as it is.
    """
    programs = [CorpusProgram(task, term) for task in corpus for term in corpus[task]]
    usable = [program for program in programs if _usable(program.original, words)]
    unchanged = _unchanged(corpus, words)
    if len({program.task for program in usable}) < 2 or iterations < 1:
        return unchanged
    book = Codebook(words)
    written = _written(usable, words)
    texts = [book.encode(form) for _, form in written]
    owners = [program for program, _ in written]
    try:
        raw = _search(texts, [program.task for program in owners], iterations, max_arity, seconds, book.costs)
    except StitchFailed as failure:
        logger.warning("compression found nothing: stitch-core: %s", failure)
        return replace(unchanged, problem=str(failure))
    draft = Draft(words, programs)
    draft.read(raw, book, owners)
    return _judged(draft, corpus, words, taken, judge)


def _written(usable: list[CorpusProgram], words: Mapping[str, Primitive]) -> list[tuple[CorpusProgram, Term]]:
    """Each program as it is (lets hidden), and then the other forms of all."""
    hidden = [hide_lets(program.original) for program in usable]
    others = forms(hidden, [program.task for program in usable], words)
    more = [(program, form) for program, found in zip(usable, others, strict=True) for form in found]
    return [*zip(usable, hidden, strict=True), *more]


def _judged(
    draft: Draft, corpus: Corpus, words: Mapping[str, Primitive], taken: Collection[str], judge: Judge | None
) -> Compression:
    """What is left of the draft once the judge has refused what it will, the abstraction that saves least first."""
    draft.shrink()
    found = draft.result(corpus, words, taken)
    while judge is not None and (refused := [each for each in found.abstractions if not judge(each)]):
        worst = min(refused, key=lambda each: each.saved)
        draft.remove(list(draft.bodies)[found.abstractions.index(worst)])
        draft.shrink()
        found = draft.result(corpus, words, taken)
    return found


def _search(
    texts: list[str], tasks: list[str], iterations: int, max_arity: int, seconds: float, costs: Mapping[str, int]
) -> Raw:
    """stitch-core's answer; where it fails, that to a smaller question."""

    def ask(arity: int) -> Raw:
        return stitch_process.run(texts, tasks, iterations=iterations, max_arity=arity, seconds=seconds, costs=costs)

    try:
        return ask(max_arity)
    except StitchFailed as failure:
        if max_arity < 2:
            raise
        logger.info("stitch-core failed with max_arity=%d (%s); trying 1", max_arity, failure)
        return ask(1)


def _unchanged(corpus: Corpus, words: Mapping[str, Primitive]) -> Compression:
    size = description_length(corpus, words)
    sites: dict[str, tuple[Mapping[str, str], ...]] = {task: tuple({} for _ in terms) for task, terms in corpus.items()}
    return Compression((), {task: tuple(terms) for task, terms in corpus.items()}, sites, size, size)


def _usable(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Closed, complete, known, of bearable size, and without effects, whose order an abstraction could change."""
    if term.size > MAX_SIZE or free_variables(term) or any(isinstance(part, Hole) for part in subterms(term)):
        return False
    if any(word.name not in words for word in words_in(term)):
        return False
    return not any(words[word.name].purity == EFFECTFUL for word in words_in(expand(term, words)))
