"""Charts and tables as parts of others' pages, such as notebooks: with the little style that they need, for themselves alone."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

STYLE = Markup(
    "<style>.automl-shown{background:#fff;color:#1a1f27;padding:.5rem;font:13px/1.5 system-ui,sans-serif}"
    ".automl-shown svg{max-width:34rem;height:auto;display:block;margin:.5rem 0}.automl-shown svg.tree{max-width:none}"
    ".automl-shown .chart text{font-size:12px;fill:#596273}.automl-shown .grid{stroke:#dde1e7}.automl-shown .axis{stroke:#8b97a8}"
    ".automl-shown .dot{fill:#8b97a8;fill-opacity:.55}.automl-shown .line{fill:none;stroke:#0b5cad;stroke-width:2.25}"
    ".automl-shown .thin{stroke-width:1.25;stroke-dasharray:4 3}.automl-shown .mark{fill:#b85000}"
    ".automl-shown .edge{fill:none;stroke:#8b97a8}.automl-shown .node{fill:#fff;stroke:#8b97a8}"
    ".automl-shown .word{fill:#e5eff9;stroke:#0b5cad}.automl-shown .node-text{font:12px ui-monospace,monospace;fill:#1a1f27}</style>"
)


def embedded(parts: Iterable[str]) -> str:
    """Parts of a page in a frame of their own, whose style reaches nothing outside.

    parts: HTML in which every text is escaped; empty ones are left out.
    """
    return f'<div class="automl-shown">{STYLE}{"".join(each for each in parts if each)}</div>'
