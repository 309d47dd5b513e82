"""Known blocks are recognised in programs, however they are written, and what only looks like one is not."""

from __future__ import annotations

import pytest

from experiments.benchmarks.reinvention import blocks_of, summary

POOLED, RESIDUAL, INCEPTION = "convolution and pooling", "residual", "inception"
SAME = "conv :maps 4 :padding same"


@pytest.mark.parametrize(
    "body, blocks",
    [
        ("(pipe x flatten (dense :units 9) relu (dense :units 3))", []),
        ("(pipe x (conv :maps 4) relu batch_norm max_pool flatten (dense :units 3))", [POOLED]),
        ("(pipe x max_pool (conv :maps 4) flatten (dense :units 3))", []),
        (f"(pipe x ({SAME}) (lambda (y) (add y (pipe y ({SAME}) relu))) flatten (dense :units 3))", [RESIDUAL]),
        (f"(let ((y ({SAME} x))) (let ((z (pipe y relu ({SAME}))) ) (pipe (add z y) flatten (dense :units 3))))", [RESIDUAL]),
        ("(pipe (add x (relu x)) flatten (dense :units 3))", []),
        (f"(pipe (add ({SAME} x) ({SAME} x)) flatten (dense :units 3))", []),
        (f"(pipe (concat_maps ({SAME} x) (max_pool :kernel 3 :stride 1 :padding same x)) flatten (dense :units 3))", [INCEPTION]),
        (f"(pipe (concat_maps x ({SAME} x)) flatten (dense :units 3))", []),
        (f"(let ((y (relu x))) (pipe (concat_maps ({SAME} y) (pipe y ({SAME}) relu)) (global_pool) (dense :units 3)))", [INCEPTION]),
        ("(pipe x (stack 2 (compose relu tanh)) flatten (dense :units 3))", []),
    ],
)  # fmt: skip
def test_known_blocks_are_recognised(body: str, blocks: list[str]) -> None:
    assert blocks_of(f"(lambda (x) {body})") == blocks


def test_the_best_stand_beside_all_that_was_evaluated() -> None:
    shares = {POOLED: 0.25, RESIDUAL: 0.0, INCEPTION: 0.5}
    rows = [
        {"blocks": [POOLED], "best": [{"blocks": [POOLED]}, {"blocks": []}], "share_of_evaluated": shares},
        {"blocks": [], "best": [{"blocks": [POOLED]}, {"blocks": [INCEPTION]}], "share_of_evaluated": shares},
    ]
    found = summary(rows)
    assert found[POOLED] == {"results": 1, "share_of_best": 0.5, "share_of_evaluated": 0.25}
    assert found[INCEPTION]["share_of_best"] == 0.25 and found[RESIDUAL]["results"] == 0
