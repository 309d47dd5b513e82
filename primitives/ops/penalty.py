"""What a net is told to avoid, beside its task."""

from __future__ import annotations

from ..lazy import Tensor
from ..primitive import STOCHASTIC, Prior, Setting
from ..words import geometric


@geometric(
    "penalise",
    "Tensor[s...] -> Tensor[t...] -> Tensor[t...]",
    example="(penalise :weight 0.1 (vector :length 1 [5.0]) (vector :length 2 [1.0 2.0]))",
    purity=STOCHASTIC,
    settings=(Setting("weight", 0.1, 1e-3, 10.0, log=True, least=0.0),),
    prior=Prior(in_nets=-5.0),
)
def penalise(x: Tensor, y: Tensor, *, weight: float, training: bool) -> Tensor:
    """The second tensor as it is; in training by gradients the loss has ``weight`` times the mean of |x| added to it,
    so that x becomes sparse (Le et al. 2012: x are pooled features, y is what the decoder reads)."""
    if not training or not x.requires_grad:
        return y
    probe = x.clone()
    slope = x.detach().sign() * (weight / x.numel())
    probe.register_hook(lambda gradient: gradient + slope)
    return y + probe.flatten()[:0].sum()  # nothing is added, but the probe is on the way of the gradient
