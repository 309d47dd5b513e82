"""Figures of results, programs and libraries: what is drawn, without pyplot, and what notebooks show."""

from __future__ import annotations

import sys

import pytest

from automl import Library, Model, examples_task, search
from automl.errors import TaskError
from automl.figures.notebook import NotebookFigure
from automl.figures.plots import front_figure, history_figure
from automl.figures.program import program_figure
from automl.testing.commands import subroutine
from library.records import Solution, StoreError
from library.store import open_store
from primitives.syntax import parse

EVIL = "<b>odd"
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def result():
    return search(examples_task(EVIL, "int -> int", [((1,), 2), ((2,), 3)]), evaluations=2000, quiet=True)


def labels(figure: NotebookFigure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_result_gives_figures_that_pyplot_does_not_hold(result):
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = [] if pyplot is None else pyplot.get_fignums()
    history, front, program = result.plot_history(), result.plot_pareto(), result.plot_program()
    assert history.axes[0].get_ylabel() == "validation accuracy" and history.axes[0].get_xscale() == "log"
    assert front.axes[0].get_xlabel() == "size" and labels(program)[0] == "x"
    for each in (history, front, program):
        assert each._repr_png_().startswith(PNG)
    assert (
        [] if sys.modules.get("matplotlib.pyplot") is None else sys.modules["matplotlib.pyplot"].get_fignums()
    ) == before


def test_what_has_nothing_to_plot_says_so(result):
    from copy import copy
    from dataclasses import replace

    with pytest.raises(TaskError, match="none was found"):
        replace(result, model=None).plot_program()
    with pytest.raises(TaskError, match="no evaluation has a score"):
        replace(result, history=()).plot_history()
    with pytest.raises(TaskError, match="automl runs leaderboard"):
        copy(result).plot_pareto()


def test_steps_hold_until_the_next_and_the_front_is_in_order_of_cost():
    drawn = history_figure([(1, 0.2), (3, 0.5), (4, 0.4)], [(1, 0.2), (3, 0.5)], 9, "accuracy", "t").axes[0].lines[0]
    assert list(drawn.get_xdata()) == [1, 3, 3, 9] and list(drawn.get_ydata()) == [0.2, 0.2, 0.5, 0.5]
    axes = front_figure([(0, 0.1)], [(9, 0.9), (2, 0.5)], "parameters", "accuracy", "t").axes[0]
    assert list(axes.lines[0].get_xdata()) == [2, 9] and axes.get_xscale() == "linear"  # a cost of 0 has no logarithm


def test_a_program_is_drawn_as_it_is_on_pages():
    figure = program_figure(parse("(lambda (+ (* $0 2) $0))"))
    assert sorted(labels(figure)) == sorted(["x", "2", "*", "x", "+"]) and len(figure.axes[0].lines) == 4
    assert program_figure(parse('(lambda (append $0 "$x^2$ $"))'))._repr_png_().startswith(PNG)  # no mathematics


def test_a_library_shows_its_words_and_how_it_grew():
    with open_store("memory:") as store:
        library = Library(store)
        with pytest.raises(StoreError, match="nothing to plot"):
            library.plot_growth()
        store.promote([subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int")])
        from library.records import Run

        store.create_run(Run("r", EVIL, "enumerative"))
        store.add_solution(Solution(EVIL, "r", "(lambda (total $0))", created=5.0, evaluations=7))
        figure = library.plot_growth()
        assert [each.get_ylabel() for each in figure.axes] == ["active words", "solved tasks", "programs a search"]
        assert max(figure.axes[0].lines[0].get_ydata()) == 1 and figure._repr_png_().startswith(PNG)
        assert "total : list(int) -&gt; int" in library._repr_html_()


def test_notebooks_show_pictures_and_no_tags_of_others(result):
    html = result._repr_html_()
    assert "&lt;b&gt;odd" in html and "<b>" not in html and 'class="tree"' in html and "<style>.automl-shown" in html
    assert isinstance(result.model, Model) and 'class="tree"' in result.model._repr_html_()
    first = result.leaderboard()[0]
    assert "validation accuracy" in first._repr_html_() and "(lambda (x)" in first._repr_html_()


def test_a_net_is_drawn_as_a_graph_with_shapes_and_parameters():
    from library.vocabulary import Vocabulary
    from primitives.notation.types import parse_type

    words = Vocabulary([])
    net = words.read("(lambda (x) (dense :units 3 @2 (add x (relu (dense :units 4 @1 x)))))")
    figure = Model(net, parse_type("Tensor[4] -> Tensor[3]"), words).plot_program()
    assert labels(figure) == [
        "input", "4", "dense units 4", "4, 20 p", "relu", "4", "add", "4", "dense units 3", "3, 15 p"
    ]  # fmt: skip
    assert len(figure.axes[0].lines) == 5  # x is one box, from which two edges lead
    each = words.read("(lambda (xs) (map (lambda (x) (relu (dense :units 2 @1 x))) xs))")
    mapped = Model(each, parse_type("list(Tensor[4]) -> list(Tensor[2])"), words)
    assert [(node.label, node.inputs) for node in mapped.graph] == [
        ("input", ()), ("each one", ()), ("dense units 2", (1,)), ("relu", (2,)), ("map", (3, 0))
    ]  # fmt: skip
