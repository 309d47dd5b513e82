"""Scales, SVG and what charts show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("markupsafe", reason="markupsafe is not installed: pip install -e '.[dev]'")

from automl.charts.plot import Axes, scatter, steps
from automl.charts.sampling import sample
from automl.charts.scale import Scale
from automl.charts.svg import bar, element

AXES = Axes("scores of a <search>", "evaluations", "accuracy")


def shapes(chart: str, name: str) -> list[dict[str, str]]:
    return [each.attrib for each in ElementTree.fromstring(chart).iter(name)]


def test_a_scale_goes_from_end_to_end():
    even, log = Scale.over(0, 10, 0, 100), Scale.over(1, 100, 100, 0, log=True)
    assert [even.place(value) for value in (-5, 0, 2.5, 10, 11)] == [0, 0, 25, 100, 100]
    assert [log.place(value) for value in (1, 10, 100)] == pytest.approx([100, 50, 0])


def test_of_what_is_counted_there_is_no_half():
    assert [text for _, text in Scale.over(0, 10.5, 100, 0).ticks(5)] == ["0", "5", "10"]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("value", [1e-9, 0.5, 1.0, 3e7])
def test_a_scale_for_one_value_has_it_inside(value, log):
    scale = Scale.over(value, value, 0, 100, log)
    assert scale.place(value) == pytest.approx(50) and scale.ticks(5)


@pytest.mark.parametrize(
    "low, high, log",
    [(0.1, 0.97, False), (-3, 1e6, False), (1, 3, True), (1, 1e5, True), (0.003, 0.004, True), (7, 12, True)],
)
def test_marks_are_few_round_and_inside(low, high, log):
    ticks = Scale.over(low, high, 0, 100, log).ticks(5)
    assert 1 <= len(ticks) <= 11 and len({text for _, text in ticks}) == len(ticks)
    assert all(low * 0.998 <= value <= high * 1.002 or low <= value <= high for value, _ in ticks)
    assert all(len(text) <= 7 for _, text in ticks)


def test_marks_read_as_numbers():
    assert Scale.over(0, 1, 0, 100).ticks(5) == [
        (0, "0"),
        (0.2, "0.2"),
        (0.4, "0.4"),
        (0.6, "0.6"),
        (0.8, "0.8"),
        (1, "1"),
    ]
    assert [text for _, text in Scale.over(1, 1e6, 0, 100, True).ticks(3)] == ["1", "1,000", "1 M"]


def test_texts_and_attributes_are_escaped():
    made = str(element("text", "<b>&", class_='"x"', x=1.26, text_anchor="end"))
    assert made == '<text class="&#34;x&#34;" x="1.3" text-anchor="end">&lt;b&gt;&amp;</text>'
    assert "<search>" not in steps([(1, 0.5)], [(1, 0.5)], 1, AXES)


def test_the_best_goes_up_in_steps_to_the_end():
    chart = steps([(1, 0.2), (2, 0.1), (4, 0.6), (8, 0.3)], [(1, 0.2), (4, 0.6)], 16, AXES)
    (line,) = [each["d"] for each in shapes(chart, "path")]
    points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", line)]
    xs, ys = zip(*points, strict=True)
    assert len(points) == 4 and list(xs) == sorted(xs) and list(ys) == sorted(ys, reverse=True)
    assert xs[0] == 56 and xs[-1] == 468 and xs[1] == pytest.approx((56 + 468) / 2)  # 4 is half of the way from 1 to 16
    assert len(shapes(chart, "circle")) == 4


def test_what_is_far_off_does_not_hide_what_others_differ_by():
    points = [(float(n + 1), -1e9 if n == 3 else 0.5 + n / 100) for n in range(20)]
    chart = steps(points, [(1.0, 0.5), (20.0, 0.69)], 20, AXES)
    heights = [float(each["cy"]) for each in shapes(chart, "circle")]
    assert len(heights) == 19 and max(heights) - min(heights) > 50


def test_the_front_is_marked_over_some_of_the_programs():
    points = [(10.0 + n % 90, n / 1000) for n in range(1000)]
    chart = scatter(points, [((10.0, 0.9), "ask 1"), ((50.0, 0.99), "ask <2>")], AXES, log=True)
    kinds = [each["class"] for each in shapes(chart, "circle")]
    assert kinds.count("mark") == 2 and 300 < kinds.count("dot") <= 400
    assert "ask &lt;2&gt;" in chart


def test_a_sample_is_even_and_begins_at_the_first():
    assert list(sample([1, 2, 3], 3)) == [1, 2, 3]
    chosen = sample(range(1000), 10)
    assert list(chosen) == list(range(0, 1000, 100))


def test_a_bar_is_never_longer_than_its_track():
    for share, width in ((0.25, "25"), (7.0, "100"), (-1.0, "0")):
        assert shapes(bar(share), "rect")[1]["width"] == width
