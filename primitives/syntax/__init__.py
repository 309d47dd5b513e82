"""The text of terms: reading it and printing it.

For people: s-expressions with named variables and pipelines, ``(lambda (xs n) (pipe xs (map (lambda (x) (+ x n)))
sum))``. For hashing and storage: de Bruijn indices, ``(lambda (lambda (sum (map (lambda (+ $0 $1)) $1))))``. Both
parse.

Forms: ``(lambda (x y) body)``, ``(let ((y value)) body)``, ``(pipe x f g)`` = ``(g (f x))``, ``(stack n f)`` = n
composed copies of f with fresh sites (syntax only), ``(word :setting value @site argument …)``, ``?hole``, ``[1 2 3]``,
``(choice f g)`` one of several, still to be chosen, as is a setting ``:units (range 16 512)``, ``(range 16 512 log)`` or
``(choice 3 5)``, ``"text"``, ``#"c"`` a char, ``(literal "type" "JSON")`` any other constant.
"""

from __future__ import annotations

from .parsing import parse
from .printing import TextPart, show, show_parts
from .reading import TermSyntaxError

__all__ = ["TermSyntaxError", "TextPart", "parse", "show", "show_parts"]
