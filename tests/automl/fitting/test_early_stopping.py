"""Which weights are kept."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import nn

from automl.fitting.early_stopping import KeptWeights
from automl.fitting.trainers import TrainingBudget, make_trainer


def considered(kept: KeptWeights, readings) -> list[float | None]:
    net, scores = nn.Linear(1, 1), []
    for epoch, (score, loss) in enumerate(readings):
        nn.init.constant_(net.weight, float(epoch))
        scores.append(kept.consider(net, epoch, loss, {} if score is None else {kept.data.metric: score}))
    return scores


def test_best_breaks_ties_by_loss_and_then_by_time(iris):
    data = iris.data
    for readings, best in (
        ([(0.8, 1.0), (0.9, 2.0), (0.9, 1.0), (0.9, 1.5), (0.7, 0.1)], 2),
        ([(0.9, 1.0), (0.9, 1.0)], 1),
        ([(0.9, 1.0), (0.9, None)], 0),
        ([(0.5, None), (0.5, None)], 1),
        ([(0.5, 1.0), (0.9, math.inf), (None, 0.1), (math.nan, 0.1)], 0),
    ):
        kept = KeptWeights(data)
        considered(kept, readings)
        assert kept.epoch == best and kept.score == readings[best][0]
        assert kept.weights["weight"].item() == best
        last = KeptWeights(data, keep="last")
        kept = [i for i, score in enumerate(considered(last, readings)) if score is not None]
        assert last.epoch == kept[-1]


def test_a_metric_to_minimise_and_staleness(iris):
    kept = KeptWeights(replace(iris.data, direction="minimize", digest=""), average=2)
    considered(kept, [(3.0, None), (1.0, None), (2.0, None), (1.5, None)])
    assert kept.score == 1.0 and kept.epoch == 1
    assert kept.stale == 1, "the means are 3, 2, 1.5, 1.75"


def test_weights_that_give_no_numbers_are_never_kept(iris, dense):
    net = dense()
    with torch.no_grad():
        net[0].weight.fill_(math.nan)
    result = make_trainer("gradient").fit(net, iris.data, TrainingBudget(epochs=0))
    assert result.best_score is None and result.weights is None
