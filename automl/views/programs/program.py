"""One program that a run evaluated, as its page shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from library.browsing.browser import AbstractBrowser, EventChoice
from library.records import Direction, Evaluation, Run, Subroutine
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.definitions import expand
from primitives.inference import infer
from primitives.notation.types import TypeSyntaxError, parse_type
from primitives.primitive import Primitive
from primitives.source.harvest import SourceError
from primitives.source.mathematics import equation
from primitives.syntax import show
from primitives.term import Term, show_canonical
from primitives.types import Type, has_tensor
from primitives.weights import multiply_adds

from ...charts.nets.graph import GraphNode, graph_of
from ...study.journal import ASKED
from ...study.planning.schedule import EXPLORE
from ...study.stored import RESULT
from ...tasks.specifications.specification import COLUMNS
from ..analysis.genealogy import made_by
from ..progress import like
from ..words import UNREADABLE, texts_for_people, words_for
from .differing import OtherSolution, with_differences
from .typed import TypedPart, typed_parts

ALIKE, LOOKED_AT = 8, 200
"""Programs like it that are shown, and so many of the best of the run among which they are looked for."""
OTHERS = 10
_WORD = re.compile(r"(?<![:@\w$.-])[A-Za-z_][\w-]*")
_FORMS = {"lambda", "let", "literal"}


@dataclass(frozen=True)
class AlikeProgram:
    """Another program of the run: ``share`` of the words of both are words of each, from 0 to 1."""

    ask: int
    score: float | None
    share: float
    program: str


@dataclass(frozen=True)
class ProgramView:
    """What the page of a program shows. ``parts`` are its text with types; ``expanded`` the text without subroutines ("" where it is the
    same), ``equation`` a formula as people write it ("" of another program); ``graph`` is that of a net, () of another program;
    ``operator``, ``parents`` and ``of`` say what made it: a typed edit of other asks, or a longer training of one; ``others`` are solutions
    of the task by other programs; ``trouble`` says why it cannot be read."""

    run: Run
    evaluation: Evaluation
    score: float | None
    is_result: bool
    phase: str
    operator: str
    parents: tuple[int, ...]
    of: int | None
    type: Type | None
    term: Term | None
    parts: Sequence[TypedPart]
    expanded: str
    equation: str
    subroutines: tuple[Subroutine, ...]
    operations: int | None
    graph: tuple[GraphNode, ...]
    alike: tuple[AlikeProgram, ...]
    others: tuple[OtherSolution, ...]
    trouble: str = ""

    __repr__ = brief_repr

    @property
    def is_net(self) -> bool:
        """Whether it works on tensors."""
        return self.type is not None and has_tensor(self.type)


def view_program(store: AbstractStore, run: Run, ask: int) -> ProgramView | None:
    """The program of an evaluation; None where there is none.

    store: that has it.
    run: whose it is.
    ask: the number of the proposal.
    """
    browser = store.browser()
    evaluation = next(iter(browser.chosen(run.id, [ask])), None)
    if evaluation is None:
        return None
    asked = next(iter(browser.events(run.id, EventChoice(ASKED, [ask]))), None)
    payload: Mapping[str, object] = {} if asked is None else asked.payload
    operator, parents, of = made_by(payload)
    type, term, vocabulary, trouble = read_program(store, run, evaluation)
    words = {} if vocabulary is None else vocabulary.all_words
    subroutines = () if term is None or vocabulary is None else tuple(vocabulary.subroutines_in(term))
    net = term is not None and type is not None and has_tensor(type)
    return ProgramView(
        run=run, evaluation=evaluation, score=run.primary(evaluation.scores), phase=str(payload.get("phase", EXPLORE)),
        is_result=(run.config.get(RESULT) or {}).get("ask") == ask, operator=operator, parents=parents, of=of, type=type, term=term,
        parts=[TypedPart(evaluation.term)] if term is None else typed_parts(term, words, type),
        expanded=show(expand(term, words), width=80) if term is not None and subroutines else "",
        equation="" if term is None or type is None else equation_of(run, expand(term, words), type), subroutines=subroutines,
        operations=multiply_adds(infer(expand(term, words), words, type), words) if net and term is not None else None,
        graph=graph_of(term, words, type) if net and term is not None and type is not None else (),
        alike=tuple(_alike(browser, run, evaluation)), others=tuple(_others(store, run, term, type, words)), trouble=trouble,
    )  # fmt: skip


def equation_of(run: Run, program: Term, type: Type) -> str:
    """A formula as people write it, with the names of the columns that its examples came from; "" of another program.

    run: that found it.
    program: its subroutines written out.
    type: of the program.
    """
    *names, target = run.config.get(COLUMNS) or [""]
    return equation(program, type, names, target) or ""


def read_program(
    store: AbstractStore, run: Run, evaluation: Evaluation
) -> tuple[Type | None, Term | None, Vocabulary | None, str]:
    """The type and the term of a stored program and its words, or why it cannot be read here.

    store: that has it.
    run: whose it is.
    evaluation: the record.
    """
    try:
        type = parse_type(str(run.config["type"]))
    except (KeyError, TypeSyntaxError) as error:
        return None, None, None, f"the run has no type of its programs: {error}"
    try:
        vocabulary = words_for(store.browser(), [evaluation.term], store.blobs)
        term = vocabulary.read(evaluation.term)
        infer(expand(term, vocabulary.all_words), vocabulary.all_words, type)
        return type, term, vocabulary, ""
    except UNREADABLE as error:
        return type, None, None, str(error)


def source_of(store: AbstractStore, run: Run, evaluation: Evaluation) -> str:
    """The program as stand-alone Python, without its weights. Raises SourceError where it cannot be written so.

    store: that has it.
    run: whose it is.
    evaluation: the record.
    """
    from primitives.source import to_source

    type, term, vocabulary, trouble = read_program(store, run, evaluation)
    if term is None or vocabulary is None or type is None:
        raise SourceError(trouble)
    words = vocabulary.all_words
    return to_source(expand(term, words), words, type, None)


def _others(
    store: AbstractStore, run: Run, term: Term | None, type: Type | None, words: Mapping[str, Primitive]
) -> list[OtherSolution]:
    """Other programs that solve the task of a run, each once, the latest first; only of programs on values."""
    if term is None or type is None or has_tensor(type):
        return []
    own = show_canonical(expand(term, words))
    each_once = {found.expanded or found.term: found for found in store.solutions(task=run.task)}
    others = [found for text, found in reversed(each_once.items()) if text != own]
    return with_differences(store.browser(), run, expand(term, words), type, words, others[:OTHERS])


def words_of(text: str) -> frozenset[str]:
    """The words in a stored term.

    text: the term.
    """
    return frozenset(_WORD.findall(text)) - _FORMS


def _alike(browser: AbstractBrowser, run: Run, evaluation: Evaluation) -> list[AlikeProgram]:
    """Programs of the run that share most words with one, the best among equal ones first; their scores are of the same kind as its own."""
    sign = -Direction(run.direction).sign
    best = like(browser, run, evaluation.ask).alike[: LOOKED_AT + 1].tolist()
    mine = words_of(evaluation.term)
    found = {}
    for each in browser.chosen(run.id, [ask for ask in best if ask != evaluation.ask]):
        theirs = words_of(each.term)
        share = len(mine & theirs) / (len(mine | theirs) or 1)
        if each.term != evaluation.term:
            found[each.term] = AlikeProgram(each.ask, run.primary(each.scores), share, each.term)
    ordered = sorted(found.values(), key=lambda each: (-each.share, sign * (each.score or 0.0), each.ask))[:ALIKE]
    texts = texts_for_people(browser, [each.program for each in ordered])
    return [replace(each, program=text) for each, text in zip(ordered, texts, strict=True)]
