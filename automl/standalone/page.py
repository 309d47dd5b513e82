"""One HTML file: the dashboard's templates with the style sheet in it, and without addresses that lead nowhere."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from library.files import whole_file

from ..charts.formats import moment
from ..circumstances import installed_version
from ..dashboard.templating import STATIC, environment

TEMPLATES = Path(__file__).parent / "templates"
_ASKING = re.compile(r' data-hx-[a-z-]+="[^"]*"')
_LINK = re.compile(r'<a\b[^>]*\bhref="/[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def standalone_page(template: str, values: Mapping[str, object]) -> str:
    """The text of an HTML file that loads nothing and leads nowhere.

    template: its file in ``templates/`` here.
    values: by the names that the template has for them, without ``style``, ``made`` and ``version``.
    """
    style = "\n".join(each.read_text(encoding="utf-8") for each in (STATIC / "style.css", TEMPLATES / "alone.css"))
    made = {"style": Markup(style), "made": moment(time.time()), "version": installed_version()}
    return without_addresses(environment([TEMPLATES]).get_template(template).render(**made, **values))


def without_addresses(page: str) -> str:
    """A page without links to other pages of the dashboard, whose texts stay, and without what asks it for news. Quotes in texts are
    escaped, so that no text is taken for either.

    page: HTML of the dashboard's templates.
    """
    return _LINK.sub(r"\1", _ASKING.sub("", page))


def write_page(path: Path, page: str) -> None:
    """Writes a file whole or not at all. Raises OSError.

    path: of the file; one that is there is replaced.
    page: its text.
    """
    with whole_file(path) as stream:
        stream.write(page.encode())
