"""All pages that are written from the code, and the style of code in them."""

from __future__ import annotations

import typer

from automl.cli import app
from primitives.words import builtin_words

from . import commands, gallery
from .api import api_pages
from .words import word_pages


def generated_pages() -> dict[str, str]:
    """The text of each page, and of the style sheet, by its path under ``docs``. For the gallery it searches.

    Raises ExampleFailed where the example of a word has no value.
    """
    return {**reference_pages(), gallery.PATH: gallery.gallery_page(), "css/code.css": code_style()}


def reference_pages() -> dict[str, str]:
    """The pages of commands, public names and words, by their paths.

    Raises ExampleFailed where the example of a word has no value.
    """
    page = commands.commands_page(typer.main.get_command(app))
    return {commands.PATH: page, **api_pages(), **word_pages(builtin_words())}


def code_style() -> str:
    """The colours of highlighted code, by day and by night."""
    from pygments.formatters import HtmlFormatter

    day = HtmlFormatter(style="default").get_style_defs(".codehilite")
    night = HtmlFormatter(style="github-dark").get_style_defs('[data-bs-theme="dark"] .codehilite')
    return f"{day}\n{night}\n"
