"""The frame round the emitted statements: a function for algorithms, a torch module for programs with tensors."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..declarations import Role
from ..definitions import expand
from ..inference import Site, infer
from ..primitive import EFFECTFUL, Parameter, Primitive
from ..ragged import Ragged
from ..syntax import show
from ..term import Literal, Term, Word, subterms, words_in
from ..types import BOOL, FLOAT, INT, Constructor, TensorType, Type, arguments_of
from .emit import Emitter
from .harvest import Harvest, SourceError

if TYPE_CHECKING:
    import torch

LIKELIEST_READINGS = """

What a net says is read here as its likeliest class, and the answer computed of that. automl itself answers the likeliest
output of all readings where that costs little more, which now and then is another."""
_NUMBERS: dict[Type, str] = {INT: "int", FLOAT: "float", BOOL: "bool"}
_RESERVED = {
    "torch",
    "Program",
    "program",
    "load_file",
    "load",
    "b64decode",
    "WEIGHTS",
    "Path",
    "self",
    "one",
    "enter",
    "leave",
}


def to_source(
    term: Term,
    words: Mapping[str, Primitive],
    type: Type | None = None,
    weights: str | Path | Mapping[str, torch.Tensor] | None = None,
) -> str:
    """Stand-alone text of a closed term.

    An algorithmic program becomes ``def program(x, y): …`` on values, one with tensors ``class
    Program(torch.nn.Module)``. Its ``forward`` takes batches where every word works on batches, and else the values
    of one example.

    term: a program without free variables and holes.
    words: the meaning of each word in it, by name.
    type: that of the program, with sizes where it has weights (default: as inferred).
    weights: what the module starts with: the name of a safetensors file beside the text, or the tensors themselves (``site.parameter`` to
        tensor), which then stand in the text as base64 (default: it starts at random).

    Raises IllTyped, or SourceError for what cannot be written.
    """
    inference = infer(term, words, type)
    type = inference.type if type is None else type
    expanded = expand(term, words)
    for word in words_in(expanded):
        if word.name in words and words[word.name].purity == EFFECTFUL:
            raise SourceError(
                f"word={word.name!r} keeps values outside the program and has no stand-alone source; remove it"
            )
    if any(words[w.name].geometric for w in words_in(expanded) if w.name in words):
        return _Module(expanded, words, type, inference.sites, weights).text(term)
    harvest = Harvest(set(_RESERVED))
    emitter = Emitter(words, harvest, lambda w, p, given: _call(harvest, w, p, given))
    lines = emitter.function("program", expanded, len(arguments_of(type)[0]))
    return _frame(term, type, harvest, "\n".join(lines) + "\n")


def write_source(
    path: str | Path,
    term: Term,
    words: Mapping[str, Primitive],
    type: Type | None,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> list[Path]:
    """Write the text to ``path`` and the weights, if there are any, to a safetensors file beside it; gives what
    was written."""
    path = Path(path)
    beside = path.with_suffix(".safetensors")
    path.write_text(to_source(term, words, type, beside if weights else None))
    if not weights:
        return [path]
    from safetensors.torch import save

    # Not its own writing of a file, which others may not read.
    beside.write_bytes(save({name: tensor.detach().contiguous() for name, tensor in weights.items()}))
    return [path, beside]


def _call(harvest: Harvest, word: Word, primitive: Primitive, given: list[str]) -> str:
    """The meaning of an algorithmic word, applied."""
    settings = [f"{key}={value!r}" for key, value in word.settings]
    return f"{harvest.function(primitive.meaning)}({', '.join([*given, *settings])})"


def _frame(term: Term, type: Type, harvest: Harvest, body: str, note: str = "") -> str:
    shown = "\n".join(f"# {line}".rstrip() for line in f"{show(term)}\n: {type}{note}".splitlines())
    return f"{shown}\n\n{harvest.text().lstrip()}\n\n{body}"


class _Module:
    """The text of a program with tensors."""

    def __init__(
        self,
        term: Term,
        words: Mapping[str, Primitive],
        type: Type,
        sites: Mapping[str, Site],
        weights: str | Path | Mapping[str, torch.Tensor] | None,
    ) -> None:
        self.term, self.words, self.type, self.sites, self.weights = term, words, type, sites, weights
        self.harvest = Harvest(set(_RESERVED))
        self.harvest.bind(("torch", "torch"), "torch", "import torch")
        self.attributes = _attributes(sites)
        self.batched = self._works_on_batches()

    def _works_on_batches(self) -> bool:
        geometric = [w for w in words_in(self.term) if self.words[w.name].geometric]
        others = [w for w in words_in(self.term) if w not in geometric and not self.words[w.name].rearranges]
        if others or not all(
            _is_tensor(self.words[w.name].scheme.type) and self.words[w.name].arity for w in geometric
        ):
            return False
        constants = any(isinstance(part, Literal) for part in subterms(self.term))
        return not constants and _is_tensor(self.type)

    def text(self, original: Term) -> str:
        emitter = Emitter(self.words, self.harvest, self.call)
        forward = emitter.function("forward", self.term, len(arguments_of(self.type)[0]), ("self",))
        takes = "batches" if self.batched else "the values of one example"
        lines = ["class Program(torch.nn.Module):", f'    """Takes {takes}."""', "", *_indented(self.constructor()), ""]
        lines += _indented(forward)
        helpers = "" if self.batched else _HELPERS + "\n\n"
        if not self.batched:
            self.harvest.function(Ragged)
        reads = any(self.words[w.name].role is Role.LIKELIEST for w in words_in(self.term))
        note = LIKELIEST_READINGS if reads else ""
        return _frame(original, self.type, self.harvest, helpers + "\n".join(lines) + "\n" + self.stored(), note)

    def constructor(self) -> list[str]:
        lines = ["def __init__(self):", "    super().__init__()"]
        for site, found in self.sites.items():
            for name, parameter in found.parameters.items():
                attribute = self.attributes[f"{site}.{name}"]
                lines.append(f"    self.{attribute} = torch.nn.Parameter({_start(parameter)})")
            for name, buffer in found.buffers.items():
                lines.append(f"    self.register_buffer({self.attributes[f'{site}.{name}']!r}, {_start(buffer)})")
        if self.weights and self.attributes:
            names = ", ".join(f"{attribute!r}: {key!r}" for key, attribute in self.attributes.items())
            lines.append(f"    names = {{{names}}}")
            lines.append(f"    stored = {self.reading()}")
            lines += self.resized()
            lines.append("    self.load_state_dict({name: stored[key] for name, key in names.items()})")
        return lines

    def resized(self) -> list[str]:
        """The lines that give buffers of a free size the size of what is stored."""
        free = [
            self.attributes[f"{site}.{name}"]
            for site, found in self.sites.items()
            for name, buffer in found.buffers.items()
            if buffer.is_free
        ]
        if not free:
            return []
        return [
            f"    for name in {free!r}:",
            "        self.register_buffer(name, torch.empty_like(stored[names[name]]))",
        ]

    def reading(self) -> str:
        """The expression that reads the weights."""
        if isinstance(self.weights, str | Path):
            self._import("safetensors.torch", "load_file")
            self._import("pathlib", "Path")
            return f"load_file(Path(__file__).with_name({Path(self.weights).name!r}))"
        self._import("safetensors.torch", "load")
        self._import("base64", "b64decode")
        return "load(b64decode(WEIGHTS))"

    def _import(self, module: str, name: str) -> None:
        self.harvest.bind((module, name), name, f"from {module} import {name}")

    def stored(self) -> str:
        """The weights that stand in the text; "" where they do not."""
        if not self.weights or not self.attributes or isinstance(self.weights, str | Path):
            return ""
        from safetensors.torch import save

        packed = save({key: self.weights[key].detach().contiguous() for key in self.attributes})
        return f'\n\nWEIGHTS = """\n{encodebytes(packed).decode("ascii")}"""\n'

    def call(self, word: Word, primitive: Primitive, given: list[str]) -> str:
        if not primitive.geometric:
            return _call(self.harvest, word, primitive, given)
        options = [f"{key}={value!r}" for key, value in word.settings]
        if word.site is not None:
            found = self.sites[word.site]
            names = [*found.parameters, *found.buffers]
            options += [f"{name}=self.{self.attributes[f'{word.site}.{name}']}" for name in names]
        if "training" in primitive.keywords:
            options.append("training=self.training")
        function = self.harvest.function(primitive.meaning)
        if self.batched:
            return f"{function}({', '.join([*given, *options])})"
        types, result = arguments_of(primitive.scheme.type)
        kinds = f"[{', '.join(map(_kind, types))}]"
        return f"one({', '.join([function, kinds, _kind(result), *given, *options])})"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


def _attributes(sites: Mapping[str, Site]) -> dict[str, str]:
    """A Python name for every ``site.parameter``, whatever the site is called."""
    found: dict[str, str] = {}
    for position, (site, kept) in enumerate(sites.items(), 1):
        plain = site if re.fullmatch(r"\w+", site, re.ASCII) else f"number{position}"
        for name in (*kept.parameters, *kept.buffers):
            attribute = f"site_{plain}_{name}"
            found[f"{site}.{name}"] = attribute if attribute not in found.values() else f"{attribute}_{position}"
    return found


def _start(parameter: Parameter) -> str:
    shape = str(tuple(parameter.start))
    if parameter.init in ("zeros", "ones"):
        return f"torch.{parameter.init}({shape}{', dtype=torch.int32' if parameter.whole else ''})"
    if parameter.init == "normal":
        return f"torch.randn({shape}) / {parameter.fan_in} ** 0.5"
    bound = 6 if parameter.init == "kaiming" else 1
    return f"(2 * torch.rand({shape}) - 1) * ({bound} / {parameter.fan_in}) ** 0.5"


def _is_tensor(type: Type) -> bool:
    """Whether the type holds only tensors, pairs and functions of them, which look alike for a batch and for one
    example."""
    if isinstance(type, TensorType):
        return True
    return isinstance(type, Constructor) and type.name in ("pair", "->") and all(map(_is_tensor, type.arguments))


def _kind(type: Type) -> str:
    """Text that tells ``enter`` and ``leave`` how values of the type are batched."""
    if isinstance(type, TensorType):
        return "'tensor'"
    if type in _NUMBERS:
        return repr(_NUMBERS[type])
    assert isinstance(type, Constructor) and type.name in ("list", "pair")
    return f"({type.name!r}, {', '.join(map(_kind, type.arguments))})"


_HELPERS = '''def enter(values, kind):
    """The values as a batch."""
    if kind == "tensor":
        return torch.stack(list(values))
    if isinstance(kind, str):
        return torch.tensor(list(values), dtype={"int": torch.long, "float": torch.float64, "bool": torch.bool}[kind])
    if kind[0] == "pair":
        return tuple(enter([value[i] for value in values], kind[1 + i]) for i in range(2))
    lengths = torch.tensor([len(value) for value in values], dtype=torch.long)
    elements = [element for value in values for element in value]
    return Ragged(enter(elements, kind[1]) if elements else torch.zeros(0), lengths)


def leave(batch, kind):
    """The values of a batch."""
    if isinstance(kind, str):
        return list(batch.unbind(0)) if kind == "tensor" else batch.tolist()
    if kind[0] == "pair":
        return list(zip(leave(batch[0], kind[1]), leave(batch[1], kind[2])))
    elements = iter(leave(batch.values, kind[1]))
    return [tuple(next(elements) for _ in range(length)) for length in batch.lengths.tolist()]


def one(function, kinds, result, *values, **options):
    """A function of batches, on single values."""
    return leave(function(*(enter([value], kind) for value, kind in zip(values, kinds)), **options), result)[0]
'''
