"""What may name a variable or a word."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z_][A-Za-z0-9_']*")
"""What may name a variable."""
WORD = re.compile(r"([A-Za-z_][A-Za-z0-9_'.-]*|[-+*/<>=!&|%^~]+)(@[A-Za-z0-9_-]+)?")
"""What may name a word: letters, digits and ``_ ' . -`` after a letter, or signs alone; ``@digest`` behind it pins a version."""
FORMS = ("lambda", "let", "pipe", "stack", "literal", "choice")
"""Heads that are syntax, not words."""
CONSTANTS = ("true", "false")
"""Names that are constants, not words."""


def is_word_name(text: str) -> bool:
    """Whether a definition may have this name: it parses as one word that is no constant, no form and no pinned version, and prints
    the same."""
    match = WORD.fullmatch(text)
    return match is not None and match[2] is None and text not in (*FORMS, *CONSTANTS)
