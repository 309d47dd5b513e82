"""A hand-designed system: its program, its data, how it is trained, and its published figure, declared in TOML.

title = "Two convolutions, rectified linear units"
source = "Nielsen, Neural networks and deep learning, ch. 6"
data = "mnist"                  # a task's reference as `automl search` takes it
program = "(lambda (x) (pipe x flatten (dense :units 100 @full) relu (dense :units {classes} @last)))"
aliases = ["relu"]
[definitions]                   # words that the program uses, in order; later ones may use earlier ones
block = "(lambda (x) …)"
[values]                        # what stands for {name} in program and definitions
classes = 10
[published]
accuracy = 0.9923               # a fraction; left out where none is published
quantity = "test accuracy"
parameters = 85670
input = [1, 28, 28]             # the shape for which the count holds
note = "best of three runs"
[book]                          # and [fast]: how it is trained
epochs = 60
runs = 3
expand = "translations"         # each training image also moved by a pixel up, down, left and right
trainer = { optimiser = "sgd", rate = 0.03 }      # settings of the gradient trainer, or of `trainer`
initialisation = { full = { weight = 0.1, bias = 1.0 } }   # standard deviations of Gaussians, by site
values = { classes = 10 }       # in place of those above, where the published shape needs other data
[vote]                          # in place of a program: so many trained members vote
of = "conv2-relu-expanded-dropout"
count = 5
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from primitives.infer import IllTyped, Inference, infer
from primitives.primitive import Primitive, SettingError, builtin_words, definition
from primitives.syntax import TermSyntaxError, parse
from primitives.term import Term
from primitives.types import Type, TypeVariable, function, tensor

from ..errors import TaskError

if TYPE_CHECKING:
    from ..trainer import AbstractTrainer

PROTOCOLS = ("book", "fast")
EXPANSIONS = ("translations",)
FIELDS: dict[str, tuple[type, ...]] = {
    "title": (str,), "source": (str,), "data": (str,), "program": (str,), "note": (str,), "aliases": (list,),
    "number": (int,),
    "definitions": (dict,), "values": (dict,), "published": (dict,), "book": (dict,), "fast": (dict,), "vote": (dict,),
}  # fmt: skip
PUBLISHED: dict[str, tuple[type, ...]] = {
    "accuracy": (int, float), "quantity": (str,), "parameters": (int,), "input": (list,), "note": (str,)
}  # fmt: skip
PROTOCOL: dict[str, tuple[type, ...]] = {
    "epochs": (int,), "runs": (int,), "expand": (str,), "trainer": (dict,), "initialisation": (dict,), "values": (dict,),
    "milestones": (list,), "note": (str,),
}  # fmt: skip
DECIDING = ("trainer", "expand", "initialisation")
"""What of a protocol decides a run's result, beside program, epochs, data and seed."""
VOTE: dict[str, tuple[type, ...]] = {"of": (str,), "count": (int,)}


@dataclass(frozen=True)
class Published:
    """The figure to compare with. ``accuracy`` is a fraction, None where none is published; ``input`` the shape of
    one example at which the program has ``parameters``."""

    accuracy: float | None = None
    quantity: str = "test accuracy"
    parameters: int | None = None
    input: tuple[int, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy, "quantity": self.quantity, "parameters": self.parameters,
            "input": list(self.input), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Protocol:
    """One way to train: ``book`` is the source's own, ``fast`` today's.

    ``trainer`` are settings by name (``trainer`` among them names another trainer than the gradient one);
    ``initialisation`` maps a site to the standard deviations of its parameters, drawn from Gaussians round 0; what it
    does not name starts as its word says. ``runs`` is how many runs the best is taken of.
    """

    name: str
    epochs: int
    trainer: Mapping[str, Any] = field(default_factory=dict)
    expand: str = ""
    runs: int = 3
    initialisation: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    milestones: tuple[int, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "epochs": self.epochs, "runs": self.runs, "expand": self.expand, "trainer": dict(self.trainer),
            "initialisation": {site: dict(given) for site, given in self.initialisation.items()},
            "values": dict(self.values), "milestones": list(self.milestones), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Vote:
    """``count`` trained nets of the baseline ``of`` vote."""

    of: str
    count: int


@dataclass(frozen=True, eq=False)
class Baseline:
    """One declared system. ``program`` is the text at the published shape; ``text(protocol)`` that which is trained."""

    id: str
    title: str
    source: str
    data: str
    template: str
    published: Published
    protocols: Mapping[str, Protocol]
    definitions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    vote: Vote | None = None
    aliases: tuple[str, ...] = ()
    number: int = 1000
    note: str = ""
    path: Path = Path()

    @property
    def program(self) -> str:
        """The program's text at the published shape."""
        return self.text()

    def trainer(self, protocol: str | None = None, epochs: int | None = None) -> AbstractTrainer:
        """The trainer as declared for a protocol (default: ``fast`` where there is one), validating each epoch where
        the declaration does not say how often."""
        from ..trainers import make_trainer

        chosen = self.protocol(protocol or ("fast" if "fast" in self.protocols else next(iter(self.protocols))))
        # Twice the epochs: one validation each, however the fractions of the budget are rounded.
        settings = {"validations": 2 * (epochs or chosen.epochs), **chosen.trainer}
        return make_trainer(settings.pop("trainer", "gradient"), settings)

    @property
    def member(self) -> Baseline:
        """Whose nets vote; the baseline itself where there is no vote."""
        return self if self.vote is None else read(self.path.with_name(f"{self.vote.of}.toml"))

    def protocol(self, name: str) -> Protocol:
        """Raises TaskError where the baseline has no such protocol."""
        if name not in self.protocols:
            raise TaskError(
                f"protocol={name!r} of baseline={self.id!r}: it has {', '.join(self.protocols)}; choose one"
            )
        return self.protocols[name]

    def text(self, protocol: str | None = None) -> str:
        """The program's text with values in their places."""
        return self._filled(self.template, protocol).strip()

    def _filled(self, text: str, protocol: str | None) -> str:
        values = {**self.values, **({} if protocol is None else self.protocol(protocol).values)}
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def words(self, protocol: str | None = None) -> dict[str, Primitive]:
        """The primitives and the declared definitions."""
        words = dict(builtin_words())
        for name, text in self.definitions.items():
            if name in words:
                raise TaskError(f"baseline={self.id!r}: definitions.{name} has a primitive's name; rename it")
            body = self._parsed(self._filled(text, protocol), words, f"definitions.{name}")
            words[name] = definition(name, infer(body, words).scheme, body)
        return words

    def term(self, protocol: str | None = None) -> Term:
        """The program as a term. Raises TaskError."""
        return self._parsed(self.text(protocol), self.words(protocol), "program")

    def _parsed(self, text: str, words: Mapping[str, Primitive], where: str) -> Term:
        try:
            return parse(text, words)
        except (TermSyntaxError, SettingError) as error:
            raise TaskError(f"baseline={self.id!r}: {where}: {error}") from None

    @cached_property
    def inference(self) -> Inference:
        """Types, sites and parameters at the published shape, offline. Raises TaskError where the program has no type."""
        expected: Type | None = None
        if self.published.input:
            expected = function(tensor(*self.published.input), TypeVariable("answer"))
        try:
            return infer(self.term(), self.words(), expected)
        except IllTyped as error:
            raise TaskError(f"baseline={self.id!r}: program: {error}") from None

    def key(self, protocol: str, epochs: int, data: str) -> str:
        """What decides the result of a run, beside its seed, as a digest; ``data`` is the data's own."""
        chosen = self.protocol(protocol).to_json()
        decides = {name: value for name, value in chosen.items() if name in DECIDING}
        words = {name: self._filled(text, protocol) for name, text in self.definitions.items()}
        program = {"program": " ".join(self.text(protocol).split()), "definitions": words}
        text = json.dumps([program, {**decides, "epochs": epochs}, data], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def folder() -> Path:
    """Where the declarations lie: beside the installed package."""
    return Path(__file__).resolve().parents[2] / "experiments" / "baselines"


def names() -> list[str]:
    """The ids of all declared baselines, sorted."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def every() -> list[Baseline]:
    """All declared baselines by their numbers. Raises TaskError where one is malformed."""
    found = [read(folder() / f"{name}.toml") for name in names()]
    return sorted(found, key=lambda baseline: (baseline.number, baseline.id))


def load(name: str | Path) -> Baseline:
    """The baseline of that id or alias, or in the TOML file of that path. Raises TaskError."""
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return read(path)
    found = folder() / f"{name}.toml"
    if str(name) in names():
        return read(found)
    for baseline in every():
        if str(name) in baseline.aliases:
            return baseline
    raise TaskError(f"baseline={str(name)!r} is not known; there are: {', '.join(names())}; or give a .toml file")


def read(path: Path) -> Baseline:
    """The declaration in a file. Raises TaskError, naming the field, on whatever is wrong in it."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TaskError(f"path={path.name!r} cannot be read as TOML ({error}); correct the file") from None
    where = path.name
    _check(given, FIELDS, ("title", "source", "published"), where)
    vote = None
    if "vote" in given:
        _check(given["vote"], VOTE, ("of", "count"), f"{where}: vote")
        vote = Vote(given["vote"]["of"], given["vote"]["count"])
        given = {**_voter(path, vote), **given}
    for name in ("data", "program"):
        if name not in given:
            raise TaskError(f"{where}: field={name!r} is absent; add it")
    protocols = {name: _protocol(name, given[name], f"{where}: {name}") for name in PROTOCOLS if name in given}
    if not protocols:
        raise TaskError(f"{where}: a table [book] or [fast] is required; add how it is trained")
    return Baseline(
        id=path.stem,
        title=given["title"],
        source=given["source"],
        data=given["data"],
        template=given["program"],
        published=_published(given["published"], f"{where}: published"),
        protocols=protocols,
        definitions=_texts(given.get("definitions", {}), f"{where}: definitions"),
        values=given.get("values", {}),
        vote=vote,
        aliases=tuple(map(str, given.get("aliases", ()))),
        number=given.get("number", 1000),
        note=given.get("note", ""),
        path=path,
    )


def _voter(path: Path, vote: Vote) -> dict[str, Any]:
    """What a vote takes from the declaration of its members."""
    member = path.with_name(f"{vote.of}.toml")
    try:
        given = tomllib.loads(member.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TaskError(f"{path.name}: vote.of={vote.of!r}: a declared baseline is required ({error})") from None
    return {name: given[name] for name in ("data", "program", "definitions", "values", *PROTOCOLS) if name in given}


def _published(given: Mapping[str, Any], where: str) -> Published:
    _check(given, PUBLISHED, (), where)
    accuracy = given.get("accuracy")
    if accuracy is not None and not 0 <= accuracy <= 1:
        raise TaskError(f"{where}: accuracy={accuracy}: a fraction from 0 to 1 is required; divide per cents by 100")
    shape = given.get("input", [])
    if not all(type(axis) is int and axis > 0 for axis in shape):
        raise TaskError(f"{where}: input={shape}: positive whole numbers are required; write such as [1, 28, 28]")
    return Published(
        None if accuracy is None else float(accuracy),
        given.get("quantity", "test accuracy"),
        given.get("parameters"),
        tuple(shape),
        given.get("note", ""),
    )


def _protocol(name: str, given: Mapping[str, Any], where: str) -> Protocol:
    _check(given, PROTOCOL, ("epochs",), where)
    for key in ("epochs", "runs"):
        if key in given and given[key] < 1:
            raise TaskError(f"{where}: {key}={given[key]}: at least 1 is required; correct it")
    if given.get("expand", "") not in ("", *EXPANSIONS):
        raise TaskError(
            f"{where}: expand={given['expand']!r}: one of {', '.join(EXPANSIONS)} is required; or leave it out"
        )
    for site, spread in given.get("initialisation", {}).items():
        if not isinstance(spread, dict) or not all(type(s) in (int, float) and s >= 0 for s in spread.values()):
            raise TaskError(
                f"{where}: initialisation.{site}={spread!r}: standard deviations of at least 0 by parameter are "
                "required; write such as { weight = 0.1, bias = 1.0 }"
            )
    _check_trainer(given.get("trainer", {}), where)
    milestones = given.get("milestones", [])
    if not all(type(epoch) is int and 0 < epoch < given["epochs"] for epoch in milestones):
        raise TaskError(f"{where}: milestones={milestones}: epochs before the last are required; correct them")
    return Protocol(name, **{**given, "milestones": tuple(milestones)})


def _check_trainer(settings: Mapping[str, Any], where: str) -> None:
    from ..trainers import make_trainer

    try:
        make_trainer(settings.get("trainer", "gradient"), {k: v for k, v in settings.items() if k != "trainer"})
    except (SettingError, ValueError) as error:
        raise TaskError(f"{where}: trainer: {error}") from None


def _texts(given: Mapping[str, Any], where: str) -> dict[str, str]:
    for name, text in given.items():
        if not isinstance(text, str):
            raise TaskError(f"{where}: {name}={text!r}: the text of a program is required; put it in quotes")
    return dict(given)


def _check(given: Any, known: Mapping[str, tuple[type, ...]], required: tuple[str, ...], where: str) -> None:
    if not isinstance(given, dict):
        raise TaskError(f"{where}={given!r}: a table is required; correct it")
    for key, value in given.items():
        if key not in known:
            raise TaskError(
                f"{where}: field={key!r} is not known: the fields are {', '.join(known)}; rename or remove it"
            )
        if not isinstance(value, known[key]) or isinstance(value, bool):
            needed = " or ".join(kind.__name__ for kind in known[key])
            raise TaskError(f"{where}: {key}={value!r}: {needed} is required; correct it")
    for key in required:
        if key not in given:
            raise TaskError(f"{where}: field={key!r} is absent; add it")
