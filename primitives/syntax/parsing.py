"""Terms from trees of tokens; see ``syntax`` for the forms."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping

from ..binding import shift
from ..notation.names import FORMS, NAME, WORD
from ..notation.types import parse_type
from ..notation.values import from_json
from ..primitive import Primitive, SettingError
from ..term import MAX_DEPTH, Apply, Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, apply, map_words, sites_of
from ..types import is_ground, list_of
from ..values import MAX_SIZE
from .reading import Brackets, TermSyntaxError, Tree, constant, free_setting, read_tree, setting, shorten, tree_text


def parse(text: str, words: Mapping[str, Primitive] | None = None) -> Term:
    """Read a term in either form. With ``words``, names and settings are checked, left-out settings get their defaults
    and geometric words without a site get a fresh one. Raises TermSyntaxError (a ValueError)."""
    parser = _Parser(words)
    try:
        term = parser.term(read_tree(text), ())
    except SettingError as error:
        raise TermSyntaxError(str(error)) from None
    if term.depth > MAX_DEPTH:
        raise TermSyntaxError(f"term: depth={term.depth}, at most {MAX_DEPTH} is allowed")
    return parser.give_sites(term)


class _Parser:
    FRESH = "?"

    def __init__(self, words: Mapping[str, Primitive] | None) -> None:
        self.words = words

    def term(self, tree: Tree, scope: tuple[str, ...]) -> Term:
        if isinstance(tree, Brackets):
            return self.list_literal(tree)
        if isinstance(tree, str):
            return self.atom(tree, scope)
        if not tree:
            raise TermSyntaxError("term: '()' is not a term; the empty list is 'empty'")
        head = tree[0]
        if isinstance(head, str) and head in FORMS and head not in scope:
            form: Callable[[list, tuple[str, ...]], Term] = getattr(self, f"form_{head}")
            return form(tree, scope)
        return self.application(tree, scope)

    def atom(self, token: str, scope: tuple[str, ...]) -> Term:
        found = constant(token)
        if found is not None:
            return found
        if token in scope:
            return Variable(len(scope) - 1 - max(i for i, name in enumerate(scope) if name == token))
        if re.fullmatch(r"\$[0-9]+", token):
            index = int(token[1:]) if len(token) < 9 else len(scope)
            if index >= len(scope):
                raise TermSyntaxError(f"term: {token} is not bound: only {len(scope)} lambdas enclose it")
            return Variable(index)
        if token.startswith("?"):
            return Hole(token[1:])
        if token in FORMS or token[0] in ":@$#":
            raise TermSyntaxError(f"term: {token!r} cannot stand alone here")
        return self.word(token, {}, None)

    def word(self, name: str, settings: dict[str, object], site: str | None) -> Word:
        if WORD.fullmatch(name) is None or name in FORMS:
            raise TermSyntaxError(
                f"term: {shorten(name)} cannot name a word; needed letters, digits and _ ' . - after a letter, or signs as in +"
            )
        if self.words is None:
            return Word(name, tuple(settings.items()), site)
        primitive = self.words.get(name)
        if primitive is None:
            near = difflib.get_close_matches(name, self.words, n=3)
            hint = (
                f"; did you mean {', '.join(near)}?"
                if near
                else "; `automl words list` and `automl library list` show the words"
            )
            raise TermSyntaxError(f"word={name!r} is not known{hint}; a word of your own needs --plugins FILE")
        if site is not None and not primitive.sited:
            raise TermSyntaxError(f"word={name!r}: site=@{site} given, but the word has no weights; remove it")
        made = primitive.word(settings, site or (self.FRESH if primitive.sited else None))
        return Word(name, made.settings, made.site)  # as it is written: ``name@digest`` must not become another version

    def application(self, tree: list, scope: tuple[str, ...]) -> Term:
        head, rest = tree[0], tree[1:]
        settings: dict[str, object] = {}
        site = None
        while rest and isinstance(rest[0], str) and (rest[0][0] == ":" or rest[0][0] == "@") and len(rest[0]) > 1:
            if rest[0][0] == "@":
                site, rest = rest[0][1:], rest[1:]
                continue
            if len(rest) < 2:
                raise TermSyntaxError(f"term: setting {rest[0]} has no value")
            if rest[0][1:] in settings:
                raise TermSyntaxError(f"term: setting {rest[0]} is given twice; leave one out")
            settings[rest[0][1:]] = setting(rest[1]) if isinstance(rest[1], str) else free_setting(rest[0], rest[1])
            rest = rest[2:]
        if settings or site is not None:
            if not isinstance(head, str) or head in scope:
                raise TermSyntaxError(f"term: settings {settings} on {shorten(head)}, which is not a word")
            function: Term = self.word(head, settings, site)
        else:
            function = self.term(head, scope)
        return apply(function, *(self.term(part, scope) for part in rest))

    def form_lambda(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) == 2:
            return Lambda(self.term(tree[1], (*scope, "")))
        if len(tree) != 3 or isinstance(tree[1], Brackets):
            raise TermSyntaxError(f"term={shorten(tree_text(tree))}: needed (lambda (x y) body)")
        names = tree[1] if isinstance(tree[1], list) else [tree[1]]
        if not names or not all(map(_is_name, names)):
            raise TermSyntaxError(
                f"term={shorten(tree_text(tree))}: variables={tree_text(names)} must be plain names, from a small letter on"
            )
        body = self.term(tree[2], (*scope, *names))
        for name in reversed(names):
            body = Lambda(body, name)
        return body

    def form_let(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) != 3:
            raise TermSyntaxError(f"term={shorten(tree_text(tree))}: needed (let ((name value)) body)")
        bindings = tree[1]
        named = isinstance(bindings, list) and all(
            isinstance(b, list) and not isinstance(b, Brackets) and len(b) == 2 and _is_name(b[0]) for b in bindings
        )
        if not named or not bindings or isinstance(bindings, Brackets):
            return Let(self.term(tree[1], scope), self.term(tree[2], (*scope, "")))
        values = []
        for name, value in bindings:
            values.append((self.term(value, scope), name))
            scope = (*scope, name)
        body = self.term(tree[2], scope)
        for value, name in reversed(values):
            body = Let(value, body, name)
        return body

    def form_pipe(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) < 2:
            raise TermSyntaxError("term: needed (pipe value stage …)")
        value = self.term(tree[1], scope)
        for stage in tree[2:]:
            value = Apply(self.term(stage, scope), value)
        return value

    def form_stack(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) not in (3, 4) or not isinstance(tree[1], str) or not re.fullmatch(r"[0-9]{1,6}", tree[1]):
            raise TermSyntaxError(f"term={shorten(tree_text(tree))}: needed (stack count function [argument])")
        count = int(tree[1])
        if not 1 <= count <= MAX_DEPTH:
            raise TermSyntaxError(f"term: stack count={count}, needed 1 to {MAX_DEPTH}")
        function = self.term(tree[2], scope)
        if count * function.size > MAX_SIZE or count + function.depth > MAX_DEPTH:
            raise TermSyntaxError(
                f"term: stack count={count} of a function of size {function.size} and depth {function.depth} is too "
                f"large; needed at most size {MAX_SIZE} and depth {MAX_DEPTH}"
            )
        copies = [function] + [map_words(function, self.fresh) for _ in range(count - 1)]
        if len(tree) == 4:
            value = self.term(tree[3], scope)
            for copy in copies:
                value = Apply(copy, value)
            return value
        body: Term = Variable(0)
        for copy in copies:
            body = Apply(shift(copy, 1), body)
        return Lambda(body)

    def fresh(self, word: Word) -> Word:
        return word if word.site is None or "@" in word.site else Word(word.name, word.settings, self.FRESH)

    def form_choice(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) < 3:
            raise TermSyntaxError(
                f"term={shorten(tree_text(tree))}: needed (choice one other …), two alternatives at least"
            )
        return OneOf(tuple(self.term(part, scope) for part in tree[1:]))

    def form_literal(self, tree: list, scope: tuple[str, ...]) -> Term:
        if len(tree) != 3 or not all(isinstance(part, str) and part.startswith('"') for part in tree[1:]):
            raise TermSyntaxError('term: needed (literal "type" "JSON")')
        try:
            type = parse_type(json.loads(tree[1]))
            if not is_ground(type):
                raise ValueError(f"type={type} has variables; a constant has a definite type")
            return Literal(from_json(json.loads(json.loads(tree[2])), type), type)
        except RecursionError:
            raise TermSyntaxError("term: literal nested too deeply") from None
        except ValueError as error:
            raise TermSyntaxError(f"term: literal {shorten(tree_text(tree))}: {error}") from None

    def list_literal(self, tree: Brackets) -> Term:
        items = [self.term(part, ()) if isinstance(part, (str, Brackets)) else None for part in tree]
        literals = [item for item in items if isinstance(item, Literal)]
        if len(literals) > MAX_SIZE:
            raise TermSyntaxError(f"term: a list of {len(literals)} constants, at most {MAX_SIZE} are allowed")
        if not literals or len(literals) != len(items) or len({item.type for item in literals}) != 1:
            raise TermSyntaxError(
                f"term={shorten(tree_text(tree))}: a list literal needs one or more constants of one type"
            )
        return Literal(tuple(item.value for item in literals), list_of(literals[0].type))

    def give_sites(self, term: Term) -> Term:
        """Replace every fresh mark by an unused number."""
        used = set(sites_of(term))
        count = 0

        def give(word: Word) -> Word:
            nonlocal count
            if word.site != self.FRESH:
                return word
            count += 1
            while str(count) in used:
                count += 1
            return Word(word.name, word.settings, str(count))

        return map_words(term, give) if self.FRESH in used else term


def _is_name(tree: Tree) -> bool:
    """Whether a tree can name a variable: a plain name that is no form (so ``(let ((lambda $0) (g $0)) …)`` binds no
    variable)."""
    return isinstance(tree, str) and NAME.fullmatch(tree) is not None and tree not in FORMS
