"""An unfinished compression: abstractions under private names and the programs rewritten with them, until all of it holds and pays."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from primitives.binding import free_variables
from primitives.definitions import Definition, definition, expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Hole, Term, Word, map_words, renumber_sites, sites_of, words_in
from primitives.types import Scheme

from .abstraction import Abstraction, Compression, Corpus, description_length, kind_of
from .calls import Lengths, keep_safe, name_in, safe_form, write_out
from .equivalence import known_bodies, same_program, written_out
from .lifting import CALL, lower
from .naming import describe, hinted, name_of
from .normal import Unsafe
from .stitch_code import Codebook, Unreadable, body_symbols, restore_lets
from .stitch_process import Raw

logger = logging.getLogger(__name__)


@dataclass
class CorpusProgram:
    """A program of an unfinished compression: ``term`` is the rewritten one (None: as it was), ``sites`` the origins of its sites
    once it is checked."""

    task: str
    original: Term
    term: Term | None = None
    sites: dict[str, str] = field(default_factory=dict)
    checked: Term | None = None

    @property
    def current(self) -> Term:
        """The program as it is now: rewritten, or as it was."""
        return self.original if self.term is None else self.term


class Draft:
    """Abstractions under private names, and the programs rewritten with them; both shrink until all that is left holds and pays."""

    def __init__(self, words: Mapping[str, Primitive], programs: list[CorpusProgram]) -> None:
        self.words: dict[str, Primitive] = dict(words)
        self.programs = programs
        self.bodies: dict[str, Term] = {}
        self.lengths = Lengths(self.words)

    # -- from stitch-core's text -----------------------------------------------------------------------------

    def read(self, raw: Raw, book: Codebook, usable: list[CorpusProgram]) -> None:
        """Take in what stitch-core found, each call written out that strict evaluation would tell from its body.

        raw: its answer.
        book: by which its texts are read.
        usable: the program of each text; of several forms of one the shortest counts.
        """
        bad: list[str] = []
        called: dict[str, Term] = {}
        known = known_bodies(self.words)
        for token, text, arity in raw.abstractions:
            name = f"?{token}"  # no word can be called so
            try:
                body = keep_safe(restore_lets(lowered(book.decode(text, arity))), called, self.words)
                if free_variables(body):
                    raise Unreadable(f"body={text!r} is not closed")
            except (Unreadable, Unsafe) as error:
                logger.info("abstraction %s is dropped with all that follow: %s", token, error)
                break
            name = known.get(written_out(body, self.words), name)
            book.define(token, name, bool(sites_of(body)))
            word = self.words.get(name)
            if isinstance(word, Definition):
                called[name] = word.body
                continue
            called[name] = body
            if not self.define(name, body):
                bad.append(name)
        self._rewrite(raw, book, usable, called)
        for name in reversed(bad):
            self.remove(name)

    def _rewrite(self, raw: Raw, book: Codebook, usable: list[CorpusProgram], called: Mapping[str, Term]) -> None:
        """Give each program the shortest of its rewritten forms."""
        keep = safe_form(called, self.words)
        texts: dict[int, list[str]] = {}
        for program, text in zip(usable, raw.rewritten, strict=True):
            texts.setdefault(id(program), []).append(text)
        for program in {id(each): each for each in usable}.values():
            written, *forms = texts[id(program)]
            best = min([written, *(text for text in forms if "fn_" in text)], key=_tokens)
            for text in dict.fromkeys((best, written)):
                try:
                    program.term = keep(restore_lets(lowered(book.decode(text))))
                    break
                except (Unreadable, Unsafe) as error:
                    logger.info("task=%r keeps its program: %s", program.task, error)

    def define(self, name: str, body: Term) -> bool:
        """Make the body a word; whether it has a type.

        name: private to the draft.
        body: a closed term.
        """
        self.bodies[name] = body
        try:
            scheme, typed = infer(body, self.words).scheme, True
        except IllTyped as error:
            logger.info("abstraction %r has no type: %s", body, error)
            scheme, typed = infer(Hole(), self.words).scheme, False
        self.words[name] = definition(name, scheme, body)
        return typed

    # -- what holds ------------------------------------------------------------------------------------------

    def remove(self, name: str) -> None:
        """Take an abstraction back: out of the programs and of the other abstractions.

        name: private to the draft.
        """
        bodies = dict(self.bodies)
        del self.bodies[name]
        for program in self.programs:
            if program.term is not None and name_in(program.term, {name}):
                program.term = self._without(program.term, name, bodies)
        for other, body in bodies.items():
            if other != name and name_in(body, {name}):
                written = self._without(body, name, bodies)
                self.define(other, expand(body, {name: self.words[name]}) if written is None else written)
        del self.words[name]

    def _without(self, term: Term, name: str, bodies: Mapping[str, Term]) -> Term | None:
        try:
            return renumber_sites(write_out(term, {name}, bodies, self.words))
        except (Unsafe, Unreadable):
            return None

    def shrink(self) -> None:
        """Remove what does not pay and put back the programs that are not the same, until nothing changes."""
        while True:
            self.prune()
            if self.check():
                return

    def check(self) -> bool:
        """Whether all rewritten programs are the same as their originals; those that are not, or are no shorter, become these."""
        sound = True
        for program in self.programs:
            if program.term is None or program.term is program.checked:
                continue
            program.term = renumber_sites(program.term)
            shorter = self.lengths.of(program.term) < self.lengths.of(program.original)
            sites = same_program(program.original, program.term, self.words) if shorter else None
            if sites is None:
                if shorter:
                    logger.info("task=%r keeps its program: %r is another", program.task, program.term)
                sound = sound and not name_in(program.term, self.bodies)
                program.term, program.sites = None, {}
            else:
                program.sites = sites
            program.checked = program.term
        return sound

    # -- what pays -------------------------------------------------------------------------------------------

    def prune(self) -> None:
        """Remove, worst first, the abstractions that fewer than two tasks need or that do not shorten the corpus."""
        while self.bodies:
            worth = {name: (len(self.tasks(name)) >= 2, self.saved(name)) for name in self.bodies}
            worst = min(reversed(list(worth)), key=lambda name: worth[name])
            if worth[worst][0] and worth[worst][1] > 0:
                return
            self.remove(worst)

    def tasks(self, name: str) -> tuple[str, ...]:
        """The tasks whose program needs the abstraction, in order.

        name: private to the draft.
        """
        needing = {name}
        for other, body in self.bodies.items():  # later ones may name earlier ones
            if name_in(body, needing):
                needing.add(other)
        return tuple({p.task: 0 for p in self.programs if p.term is not None and name_in(p.term, needing)})

    def saved(self, name: str) -> int:
        """Symbols by which corpus and abstractions (parameters apart) would grow without this one.

        name: private to the draft.
        """
        body = self.bodies[name]
        now: dict[str, int] = {}
        then: dict[str, int] = {}
        for program in self.programs:
            length = self.lengths.of(program.current)
            uses = program.term is not None and name_in(program.term, {name})
            without = self.lengths.without(program.current, name, body) if uses else length
            now[program.task] = min(length, now.get(program.task, length))
            then[program.task] = min(without, then.get(program.task, without))
        others = [each for other, each in self.bodies.items() if other != name and name_in(each, {name})]
        grown = sum(self.lengths.without(each, name, body) - self.lengths.of(each) for each in others)
        return sum(then.values()) - sum(now.values()) + grown - body_symbols(body, self.words)

    # -- the outcome -----------------------------------------------------------------------------------------

    def result(self, corpus: Corpus, words: Mapping[str, Primitive], taken: Collection[str]) -> Compression:
        """What is left, under names for people.

        corpus: as it was given.
        words: what its words mean.
        taken: names that no abstraction gets.
        """
        names: dict[str, str] = {}
        known = dict(words)
        abstractions = []
        for private, body in self.bodies.items():
            body = renumber_sites(_renamed(body, names))
            name = names[private] = name_of(body, {*known, *taken}, known)
            scheme = infer(body, known).scheme
            body = hinted(body, scheme)
            known[name] = definition(name, scheme, body)
            abstractions.append(self.abstraction(private, name, body, scheme, known))
        rewritten: dict[str, list[Term]] = {task: [] for task in corpus}
        sites: dict[str, list[Mapping[str, str]]] = {task: [] for task in corpus}
        for program in self.programs:
            rewritten[program.task].append(_renamed(program.current, names))
            sites[program.task].append(program.sites)
        bodies = [each.body for each in abstractions]
        return Compression(
            tuple(abstractions),
            {task: tuple(terms) for task, terms in rewritten.items()},
            {task: tuple(maps) for task, maps in sites.items()},
            description_length(corpus, words),
            description_length(rewritten, known, bodies),
        )

    def abstraction(
        self, private: str, name: str, body: Term, scheme: Scheme, words: Mapping[str, Primitive]
    ) -> Abstraction:
        """One abstraction as it is handed on.

        private: its name in this draft.
        name: its name for people.
        body: the term, with names for people.
        scheme: its type.
        words: all words, the abstraction too.
        """
        uses = sum(word.name == private for program in self.programs for word in words_in(program.current))
        return Abstraction(
            name=name, body=body, scheme=str(scheme), arity=words[name].arity, uses=uses, tasks=self.tasks(private),
            saved=float(self.saved(private)), description=describe(body, scheme), kind=kind_of(body, words),
        )  # fmt: skip


def _tokens(text: str) -> int:
    """About the length of a program in stitch-core's text."""
    return len(text.replace("(lam ", "lam ").split())


def lowered(term: Term) -> Term:
    """The term without calls that stand for functions.

    term: lets hidden.

    Raises Unreadable where one lost its function.
    """
    found = lower(term)
    if name_in(found, {CALL.name}):
        raise Unreadable("a call stands without its function")
    return found


def _renamed(term: Term, names: Mapping[str, str]) -> Term:
    return map_words(
        term, lambda word: Word(names[word.name], word.settings, word.site) if word.name in names else word
    )
