"""What takes longer to find of a run, which its page asks for when it is come to."""

from __future__ import annotations

from urllib.parse import quote

import numpy as np
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from library.records import Direction, Run
from library.store import AbstractStore
from primitives.brief import plural

from ...charts.parallel import parallel
from ...charts.spans import TimeSpan, spans
from ...views.analysis.genealogy import genealogy
from ...views.analysis.settings import SettingsView, view_settings
from ...views.analysis.timeline import WorkSpan, failures, timeline
from ...views.progress import comparable, improvements, winner
from ..pages import asks_for_part, render
from ..program_charts import learning_charts
from ..routing import Router
from .asked import known_run, store_of

router = Router()
CURVES = 5


@router.get("/runs/{run}/analysis")
def analysis(request: Request, run: str) -> Response:
    """A run in depth; as a part of a page without what is around it."""
    store = store_of(request)
    template = "run_analysis.html" if asks_for_part(request) else "analysis.html"
    return render(template, request, _values(store, known_run(store, run)))


def _values(store: AbstractStore, run: Run) -> dict[str, object]:
    browser = store.browser()
    asks, ranking = browser.asks(run.id), comparable(browser, run)
    done = timeline(browser, run)
    settings = view_settings(browser, run, ranking.most)
    won = winner(run, improvements(browser, run, ranking.alike, asks))
    unscored = np.setdiff1d(np.array(asks), ranking.every).tolist()
    best = [each for each in store.best(run.id, 4 * CURVES) if each.curves][:CURVES]
    return {
        "run": run, "timeline": _timeline(run, done), "drawn": len(done), "evaluations": len(asks),
        "failures": failures(browser, run, unscored), "ancestors": [] if won is None else genealogy(browser, run, won),
        "curves": learning_charts([(f"ask {each.ask}", each) for each in best], run.metric) if len(best) > 1 else {},
        "settings": settings, "parallel": None if settings is None else _parallel(run, settings),
    }  # fmt: skip


def _timeline(run: Run, done: list[WorkSpan]) -> Markup | None:
    if not done:
        return None
    programs = f"/runs/{quote(run.id, safe='')}/programs"
    given = [
        TimeSpan(
            each.start, each.end, each.lane, "good" if each.score is not None else "bad",
            f"ask {each.ask}: {each.outcome}, {each.end - each.start:.3g} s from {each.start:.3g} s on", f"{programs}/{each.ask}",
        )
        for each in done
    ]  # fmt: skip
    return spans(
        given, f"when {plural(len(done), 'evaluation')} ran, in {plural(1 + max(each.lane for each in done), 'lane')}"
    )


def _parallel(run: Run, view: SettingsView) -> Markup | None:
    sign = Direction(run.direction).sign
    best = sorted((sign * score for score in view.scores), reverse=True)[max(0, len(view.scores) // 10 - 1)]
    columns = [*((axis.name, axis.values) for axis in view.axes), (run.metric, view.scores)]
    return parallel(
        columns,
        [sign * score >= best for score in view.scores],
        f"settings and {run.metric} of {plural(len(view.scores), 'program')}",
    )
