"""The sums and ratios of the benchmark of guidance."""

import pytest

from experiments.benchmarks.recognition import KINDS, held_out, summary, total


def row(terms, answer, right=True):
    return {"solved": True, "right": right, "terms": terms, "answer": answer, "seconds": 0.5}


def test_totals_and_ratios_of_both_measures():
    off, on = [row(100, 1_000), row(10_000, 90_000, right=False)], [row(10, 1_000), row(1_000, 10_000)]
    sums = total(off)
    assert (sums["terms"], sums["terms_to_answer"], sums["right"]) == (10_100, 91_000, 1)
    assert sums["geometric_mean_terms"] == 1_000.0 and sums["geometric_mean_to_answer"] == pytest.approx(9486.8)
    seeds = [{"part": {"off": sums, **{kind: total(on) for kind in KINDS[1:]}}}]
    found = summary(seeds, "part")["model"]
    assert found["terms_off_over_on"] == [10.0] and found["of_geometric_means"] == [10.0]
    assert found["terms_to_answer"] == [8.27] and found["of_geometric_means_to_answer"] == [3.0]
    assert found["right_more"] == [1] and found["solved_more"] == [0]


def test_nobody_is_right_where_no_test_tells():
    sums = total([row(100, 1_000, right=None), row(10, 90, right=None)])
    assert sums["right"] is None and total([row(1, 1), row(1, 1, right=None)])["right"] == 1
    seeds = [{"part": dict.fromkeys(KINDS, sums)}]
    assert summary(seeds, "part")["model"]["right_more"] == [None]


def test_half_of_the_families_are_held_out_whole():
    family = {f"task {n}": f"family {n // 3}" for n in range(12)}
    held = held_out(family, seed=1)
    assert len(held) == 6 and {family[task] for task in held} & {family[task] for task in set(family) - held} == set()
