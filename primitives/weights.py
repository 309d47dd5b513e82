"""Weights apart from structure: their start, their inheritance after an edit, their number and what they need of
memory.

A geometric word with weights carries a *site*. Weights are a mapping ``"site.parameter"`` to tensor, so one site is
one set of weights however often it occurs. docs/weights.md works through ten examples.
"""

from __future__ import annotations

import difflib
import hashlib
import math
from collections.abc import Mapping

from .definitions import Definition, expand
from .inference import Inference, Site, shape_of
from .lazy import Tensor, torch
from .morphing.transfer import MAKE, Transfer, transferred
from .primitive import Parameter, Primitive
from .term import Term, sites_of, words_in
from .types import Constructor, TensorType, Type, is_ground

Weights = Mapping[str, Tensor]


def _generator(seed: int, number: object, name: str) -> torch.Generator:
    key = hashlib.sha256(f"{seed}/{number}/{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(key[:8], "little") >> 1)


def _start(parameter: Parameter, generator: torch.Generator) -> torch.Tensor:
    if parameter.init in ("zeros", "ones"):
        kind = torch.int32 if parameter.whole else torch.float32
        return torch.full(parameter.start, parameter.init == "ones", dtype=kind)
    fan_in = max(parameter.fan_in, 1)
    if parameter.init == "normal":
        return torch.randn(parameter.shape, generator=generator) / math.sqrt(fan_in)
    if parameter.init not in ("kaiming", "uniform"):
        raise ValueError(f"init={parameter.init!r}: needed zeros, ones, normal, kaiming or uniform")
    bound = math.sqrt((6.0 if parameter.init == "kaiming" else 1.0) / fan_in)
    return torch.rand(parameter.shape, generator=generator) * (2 * bound) - bound


def initialise(sites: Mapping[str, Site], seed: int = 0) -> dict[str, torch.Tensor]:
    """First weights and buffers of the sites, ``{"site.parameter": tensor}``.

    Deterministic in the seed, the position of the site in ``sites`` and the parameter's name, so that equal
    structures start equal however their sites are called; a shared subroutine's sites (``name@digest.i``) go by their
    name and start alike in every program.
    """
    weights: dict[str, torch.Tensor] = {}
    for position, (site, found) in enumerate(sites.items()):
        number = site if "@" in site else position
        for name, parameter in {**found.parameters, **found.buffers}.items():
            weights[f"{site}.{name}"] = _start(parameter, _generator(seed, number, name))
    return weights


def deviating(
    sites: Mapping[str, Site], deviations: Mapping[str, Mapping[str, float]], seed: int = 0
) -> dict[str, torch.Tensor]:
    """Gaussian first weights in place of those of the words: ``deviations`` gives, by site and parameter, the standard
    deviation round 0 (0: zeros). Draws are those of ``initialise`` in their seeding. ValueError for a name that is
    not there."""
    weights: dict[str, torch.Tensor] = {}
    for position, (site, found) in enumerate(sites.items()):
        number = site if "@" in site else position
        for name, deviation in deviations.get(site, {}).items():
            if name not in found.parameters:
                known = ", ".join(found.parameters)
                raise ValueError(f"site={site!r}: parameter {name!r} is not known; it has: {known}")
            shape = found.parameters[name].shape
            weights[f"{site}.{name}"] = torch.randn(shape, generator=_generator(seed, number, name)) * deviation
    return weights


def inherit(
    old: Weights,
    new_sites: Mapping[str, Site],
    seed: int = 0,
    *,
    origins: Mapping[str, str] | None = None,
    transfer: Transfer | None = None,
    words: Mapping[str, Primitive] | None = None,
) -> dict[str, torch.Tensor]:
    """Weights for an edited program that start from its parent's.

    ``origins`` tells for new sites the old one that they copy; a site not in it starts from the old site of its own
    name. Equal shapes are copied, of unequal ones the overlapping block (a widened layer keeps what it knew), and
    what has no forebear starts afresh. ``transfer`` has the steps of sites whose weights are made otherwise from
    those of the old one, by what the ``words`` declare.
    """
    weights = initialise(new_sites, seed)
    for site, found in new_sites.items():
        source = (origins or {}).get(site, site)
        parts = {**found.parameters, **found.buffers}
        given = {name: old[f"{source}.{name}"] for name in parts if f"{source}.{name}" in old}
        steps = (transfer or {}).get(site, ())
        if steps and (given or steps[0]["op"] == MAKE):
            given = transferred(given, steps, words or {})
        for name, parameter in parts.items():
            known = given.get(name)
            if known is not None and parameter.is_free and parameter.admits(known.shape):
                weights[f"{site}.{name}"] = known.detach().clone()
            elif known is not None:
                weights[f"{site}.{name}"] = _overlap(weights[f"{site}.{name}"], known)
    return weights


NOISE = 0.1
"""What ``shrunk`` adds, in fresh first weights. Set by hand."""


def shrunk(weights: Weights, sites: Mapping[str, Site], scale: float, seed: int = 0) -> dict[str, torch.Tensor]:
    """The weights multiplied by ``scale``, with noise added: NOISE times fresh first weights (Ash and Adams 2020, shrink and perturb).

    Buffers stay. So a net that starts from another's weights learns from new cases nearly as well as one that starts afresh.
    """
    fresh = initialise(sites, seed)
    trained = {f"{site}.{name}" for site, found in sites.items() for name in found.parameters}
    return {k: scale * v + NOISE * fresh[k].to(v) if k in trained else v for k, v in weights.items()}


def _overlap(fresh: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    if fresh.shape == known.shape:
        return known.detach().clone()
    if fresh.dim() != known.dim():
        return fresh
    block = tuple(slice(min(a, b)) for a, b in zip(fresh.shape, known.shape, strict=True))
    fresh[block] = known.detach()[block].to(fresh)
    return fresh


def align(old_sites: Mapping[str, Site], new_sites: Mapping[str, Site]) -> dict[str, str]:
    """Origins for ``inherit`` where the edit is not known: the longest matching runs of equal words at equal
    shapes, then of equal words."""
    origins: dict[str, str] = {}
    for exact in (True, False):
        taken = set(origins.values())
        old = [(site, _signature(found, exact)) for site, found in old_sites.items() if site not in taken]
        new = [(site, _signature(found, exact)) for site, found in new_sites.items() if site not in origins]
        matcher = difflib.SequenceMatcher(None, [s for _, s in old], [s for _, s in new], autojunk=False)
        for block in matcher.get_matching_blocks():
            for i in range(block.size):
                origins[new[block.b + i][0]] = old[block.a + i][0]
    return origins


def _signature(site: Site, exact: bool) -> tuple:
    shapes = tuple((name, parameter.shape) for name, parameter in site.parameters.items())
    return (site.word, shapes) if exact else (site.word,)


def frozen_sites(term: Term, words: Mapping[str, Primitive]) -> frozenset[str]:
    """Sites, after expansion, of the subroutines used ``frozen``: their weights do not train."""
    frozen: set[str] = set()
    for word in words_in(term):
        found = words.get(word.name)
        if not isinstance(found, Definition):
            continue
        if dict(word.settings).get("use") == "frozen":
            frozen.update(sites_of(expand(word, words)))
        else:
            frozen |= frozen_sites(found.body, words)
    return frozenset(frozen)


def count_parameters(sites: Mapping[str, Site]) -> int:
    """Number of trainable numbers; a shared site counts once."""
    return sum(site.size for site in sites.values())


def _elements(type: Type, length: int) -> int:
    if isinstance(type, TensorType):
        return math.prod(axis if isinstance(axis, int) else 1 for axis in type.shape)
    if isinstance(type, Constructor) and type.arguments and type.name != "->":
        return sum(_elements(part, length) for part in type.arguments) * (length if type.name == "list" else 1)
    return 1


def multiply_adds(inference: Inference, words: Mapping[str, Primitive]) -> int:
    """Multiply-adds of one case: as words declare them, and at least one for each weight of a site, as often as the word runs. An element
    of a list counts once, so this is a lower bound.

    inference: of the program.
    words: what its words mean, those inside subroutines too.
    """
    total = 0
    for (word, arguments, _), runs in zip(inference.layers, inference.runs, strict=True):
        site = inference.sites.get(word.site or "")
        declared = words[word.name].flops
        if declared is not None and all(is_ground(each) for each in arguments):
            total += runs * int(declared(*map(shape_of, arguments), **dict(word.settings)))
        elif site is not None:
            total += runs * site.size
    return total


def estimate_memory(
    inference: Inference, batch: int, *, length: int = 32, training: bool = True, element: int = 4, copies: int = 4
) -> int:
    """Bytes that a program needs for a batch, from its types alone, so that a candidate is refused before anything is
    allocated.

    Weights count ``copies`` times in training (the gradient and two moments of Adam beside them) and every word's
    result is kept for the backward pass, as often as it runs. Lists count as ``length`` elements, and so does everything once the program
    takes a list.
    """
    from .types import arguments_of, is_list

    inputs, _ = arguments_of(inference.type)
    times = length if any(is_list(type) for type in inputs) else 1
    results = [_elements(result, length) for _, _, result in inference.layers]
    kept = sum(runs * each for runs, each in zip(inference.runs, results, strict=True))
    activations = (kept if training else 2 * max(results, default=0)) + sum(_elements(t, length) for t in inputs)
    return element * (count_parameters(inference.sites) * (copies if training else 1) + batch * times * activations)
