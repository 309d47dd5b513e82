"""Hand-designed systems as pages."""

from __future__ import annotations

import re


def test_published_stands_beside_measured(read):
    page = read("/baselines").text
    row = re.search(r"<tr>(?:(?!</tr>).)*/baselines/conv2\".*?</tr>", page, re.DOTALL)[0]
    cells = [re.sub("<.*?>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
    assert cells[:3] == ["mnist", "85,670", "99.06"] and cells[3].startswith("99.14") and cells[5] == "99.44"
    assert page.count('class="chart"') == 1 and 'aria-current="page">Baselines' in page


def test_a_baseline_shows_its_program_and_its_curves(read):
    page = read("/baselines/conv2").text
    graph = page.partition('class="tree flow"')[2].partition("</svg>")[0]
    assert "conv" in graph and "1 × 28 × 28" in graph and "85,670" in page
    assert page.count('class="chart"') >= 2 and "99.06" in page and 'title="flatten : ' in page
    assert "p</text>" in graph and 'class="edge"' in graph


def test_an_ensemble_has_no_curves(read):
    page = read("/baselines/conv2-relu-expanded-ensemble")
    assert page.status_code == 200 and "0.9966" in page.text and "Curves of" not in page.text


def test_a_branching_net_is_drawn_without_overlaps(read):
    page = read("/baselines/googlenet").text
    graph = page.partition('class="tree flow"')[2].partition("</svg>")[0]
    boxes = [
        tuple(map(float, found)) for found in re.findall(r'<rect x="([-\d.]+)" y="([\d.]+)" width="([\d.]+)"', graph)
    ]
    assert len(boxes) > 30
    for x, y, width in boxes:
        assert not [other for other in boxes if other[1] == y and x < other[0] < x + width]


def test_only_declared_ones_are_read(read, tmp_path):
    (tmp_path / "mine.toml").write_text("title = 'x'", encoding="utf-8")
    for id in ("nothing", "..%2Fconv2", str(tmp_path / "mine.toml").replace("/", "%2F"), "<script>alert(1)"):
        page = read(f"/baselines/{id}")
        assert page.status_code == 404 and "<script>alert" not in page.text
