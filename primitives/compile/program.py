"""A compiled term as a torch module."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from ..batch import Objects, Ragged
from ..definitions import expand
from ..inference import Site, infer
from ..interpreter.interpret import Fuel
from ..interpreter.storage import Folder
from ..primitive import Parameter, Primitive, shape_text
from ..rewrite import pool_first
from ..term import Lambda, Term
from ..types import TensorType, Type, arguments_of
from ..weights import Weights, frozen_sites, initialise
from .batches import Batch, Device
from .code import Compiler
from .conversion import enter, leave
from .forward_pass import ForwardPass
from .layout import kernels_last, pays

_STRUCTURE = frozenset(
    {"term", "type", "words", "sites", "fuel", "storage", "frozen", "input_types", "output_type", "_code", "_count"}
)


Observer = Callable[[str, Batch], torch.Tensor | None]
"""Called with a fitted word's site and its argument, [batch, features] where it is a tensor, before the word runs; what it returns, if it
is not None, is taken in place of the word's value."""


class Node(nn.Module):
    """The parameters and buffers of one site; sites inside a subroutine's site are its children."""


class Program(nn.Module):
    """A term as a module: ``program(*inputs) -> output`` on batches (see ``primitives.batch``).

    Inputs: a tensor [batch, …] for a tensor type, a tensor [batch] or a list for numbers, Ragged for lists of
    tensors, a tuple of batches for a pair, a Python list of values for anything else. Outputs: tensors for tensors
    and numbers, Ragged and tuples for lists and pairs of those, Objects for anything else; where an example fails the
    whole output is Objects, with a ``Failure`` at its place. The names of parameters are ``site.parameter``, so
    ``state_dict()`` and ``weights()`` agree. With ``channels_last`` the kernels of convolutions, and with them all
    activations after the first one, are laid out so; shapes, names and the order of elements are not touched by it.
    """

    def __init__(
        self,
        term: Term,
        words: Mapping[str, Primitive],
        type: Type,
        sites: Mapping[str, Site],
        weights: Weights,
        *,
        fuel: Fuel,
        storage: Folder = None,
    ) -> None:
        super().__init__()
        self.term, self.type, self.words, self.sites = term, type, words, dict(sites)
        self.fuel, self.storage = fuel, storage
        self.frozen = frozen_sites(term, words)
        self.nodes: dict[str, Node] = {}
        self.observer: Observer | None = None
        self.unseen: dict[str, torch.Tensor] = {}
        """What fitted words say of each case that they were fitted to, by fits that had not seen it, for what is trained beside them."""
        self.input_types, self.output_type = arguments_of(type)
        self.channels_last = pays(sites.values())
        for site, found in sites.items():
            self._add_site(site, found, weights)
        expanded = expand(term, words)
        body, count = pool_first(expanded, words) if self.channels_last else expanded, 0
        while isinstance(body, Lambda) and count < len(self.input_types):
            body, count = body.body, count + 1
        self._code, self._count = Compiler(words, self.frozen).code(body), count

    def _add_site(self, site: str, found: Site, weights: Weights) -> None:
        node: nn.Module = self
        for part in site.split("."):
            # add_module refuses names that are attributes of a module ("forward"), which are fair names of sites.
            child = node._modules.get(part)
            if child is None:
                child = node._modules[part] = Node()
            node = child
        assert isinstance(node, Node)
        self.nodes[site] = node
        for name, parameter in found.parameters.items():
            value = _checked(weights, f"{site}.{name}", parameter)
            if self.channels_last:
                value = kernels_last(value)
            node._parameters[name] = nn.Parameter(value, requires_grad=site not in self.frozen)
        for name, buffer in found.buffers.items():
            node._buffers[name] = _checked(weights, f"{site}.{name}", buffer)

    def begun(self, inputs: tuple, kind: type[ForwardPass] = ForwardPass) -> tuple[ForwardPass, list[Batch]]:
        """A forward pass of this kind on inputs as ``forward`` takes them, and these as batches."""
        if len(inputs) != len(self.input_types):
            raise TypeError(f"inputs={len(inputs)}: the program of type {self.type} takes {len(self.input_types)}")
        size = batch_size(inputs[0]) if inputs else 1
        run = kind(self, size, _device(self, inputs))
        batches = []
        for batch, type in zip(inputs, self.input_types, strict=True):
            if isinstance(type, TensorType) and isinstance(batch, torch.Tensor):
                _check_shape(batch, type)
                batches.append(batch)
            else:
                batches.append(enter(batch, type))
        return run, batches

    def forward(self, *inputs: Any) -> Any:
        run, batches = self.begun(inputs)
        output = self._code(run, tuple(batches[: self._count]))
        if self._count < len(batches):
            output = run.apply(output, *batches[self._count :])
        return output if isinstance(output, torch.Tensor) else leave(output, self.output_type, run.size, run)

    def __deepcopy__(self, memo: dict) -> Program:
        """A copy with weights of its own; code and structure, which never change, are shared."""
        twin = Program.__new__(Program)
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            twin.__dict__[name] = value if name in _STRUCTURE else copy.deepcopy(value, memo)
        return twin

    def live(self) -> dict[str, torch.Tensor]:
        """The module's own tensors by ``site.parameter``: not copies."""
        return {
            f"{site}.{name}": tensor
            for site, node in self.nodes.items()
            for name, tensor in (*node._parameters.items(), *node._buffers.items())
            if tensor is not None
        }

    def weights(self) -> dict[str, torch.Tensor]:
        """Copies of all weights and buffers by ``site.parameter``, on the CPU."""
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in self.live().items()}

    @torch.no_grad()
    def load(self, weights: Weights) -> None:
        """Copy weights into the module; names that it does not have are passed over, ValueError where a shape
        differs. Buffers of a free size take the size that is given."""
        live = self.live()
        for site, found in self.sites.items():
            for name, parameter in {**found.parameters, **found.buffers}.items():
                key = f"{site}.{name}"
                if key not in weights:
                    continue
                value = _checked(weights, key, parameter)
                if parameter.is_free:
                    self.nodes[site]._buffers[name] = value.to(live[key].device)
                else:
                    live[key].copy_(value)


def _checked(weights: Weights, name: str, parameter: Parameter) -> torch.Tensor:
    value = weights.get(name)
    if value is None:
        raise ValueError(f"weights: {name!r} is missing; needed shape {shape_text(parameter.shape)}")
    if not parameter.admits(value.shape):
        raise ValueError(
            f"weights: {name!r} has shape {list(value.shape)}, needed {shape_text(parameter.shape)}; "
            "use weights of this structure or inherit()"
        )
    if parameter.whole != (not value.is_floating_point()):
        kind = "whole" if parameter.whole else "real"
        raise ValueError(f"weights: {name!r} has dtype {value.dtype}, needed {kind} numbers; fit the program again")
    return value.detach().clone()


def _check_shape(batch: torch.Tensor, type: TensorType) -> None:
    shape = batch.shape[1:]
    if len(shape) != len(type.shape) or any(
        isinstance(a, int) and a != b for a, b in zip(type.shape, shape, strict=True)
    ):
        needed = ",".join(map(str, type.shape))
        raise ValueError(f"input of shape {list(batch.shape)} does not fit {type}: needed [batch,{needed}]")


def batch_size(batch: Batch) -> int:
    """Number of examples in a batch."""
    if isinstance(batch, Ragged):
        return len(batch.lengths)
    if isinstance(batch, Objects):
        return len(batch.items)
    if isinstance(batch, torch.Tensor):
        return batch.shape[0]
    return batch_size(batch[0]) if isinstance(batch, tuple) else len(batch)


def _device(program: Program, inputs: tuple) -> Device:
    for batch in inputs:
        while isinstance(batch, (tuple, Ragged)):
            batch = batch[0] if isinstance(batch, tuple) and batch else getattr(batch, "values", None)
        if isinstance(batch, torch.Tensor):
            return batch.device if batch.device.type != "cpu" else None
    for parameter in program.parameters():
        return parameter.device if parameter.device.type != "cpu" else None
    return None


def compile_term(
    term: Term,
    words: Mapping[str, Primitive],
    type: Type | None = None,
    *,
    weights: Weights | None = None,
    seed: int = 0,
    fuel: Fuel = Fuel(),  # noqa: B008  (frozen)
    storage: Folder = None,
) -> Program:
    """A closed term as a torch module: it is called with a batch an argument, [n, *shape] each, and gives [n, …].

    term: a program without free variables and holes.
    words: the meaning of each word in it, by name.
    type: that of the program, with sizes where it has weights (default: as inferred).
    weights: ``site.parameter`` to a tensor to start from (default: none; what is not named is initialised).
    seed: of the initialisation (default: 0).
    fuel: bounds, for each example, what runs through the interpreter (default: 200,000 steps).
    storage: the run's folder, for words that remember (default: none, and they fail).

    Raises IllTyped, or ValueError for a shape that is not known or weights that do not fit.
    """
    inference = infer(term, words, type)
    type = inference.type if type is None else type
    known = inference.sites
    for word, arguments, _ in inference.layers:
        if word.site is not None and word.site not in known:
            shapes = ", ".join(map(str, arguments))
            raise ValueError(
                f"word={word.name!r} at site @{word.site}: its input {shapes} is not known; "
                "give the program a type without variables"
            )
    start = initialise(known, seed)
    if weights is not None:
        start.update((name, weights[name]) for name in start if name in weights)
    return Program(term, words, type, known, start, fuel=fuel, storage=storage)
