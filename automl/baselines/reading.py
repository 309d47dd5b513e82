"""Declarations of hand-designed systems, in TOML; a system's id is the name of its file.

title = "Two convolutions, rectified linear units"
source = "Nielsen, Neural networks and deep learning, ch. 6"
number = 6                      # its place in lists
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
milestones = [20]               # epochs at which the table reads the score too (for constant rates)
values = { classes = 10 }       # in place of those above, where the published shape needs other data
[vote]                          # in place of program, data and training: so many nets of another baseline vote
of = "conv2-relu-expanded-dropout"
count = 5
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from primitives.primitive import SettingError

from ..errors import TaskError
from ..tasks.load import shipped
from .declaration import PROTOCOLS, Baseline, Protocol, Published, Vote

EXPANSIONS = ("translations",)
FIELDS: dict[str, tuple[type, ...]] = {
    "title": (str,), "source": (str,), "data": (str,), "program": (str,), "note": (str,), "aliases": (list,),
    "number": (int,), "chance": (int, float),
    "definitions": (dict,), "values": (dict,), "published": (dict,), "book": (dict,), "fast": (dict,), "vote": (dict,),
}  # fmt: skip
PUBLISHED: dict[str, tuple[type, ...]] = {
    "accuracy": (int, float), "quantity": (str,), "parameters": (int,), "input": (list,), "note": (str,)
}  # fmt: skip
PROTOCOL: dict[str, tuple[type, ...]] = {
    "epochs": (int,), "runs": (int,), "expand": (str,), "trainer": (dict,), "initialisation": (dict,), "values": (dict,),
    "milestones": (list,), "note": (str,),
}  # fmt: skip
VOTE: dict[str, tuple[type, ...]] = {"of": (str,), "count": (int,)}


def folder() -> Path:
    """Where the declarations lie."""
    return shipped("baselines")


def names() -> list[str]:
    """The ids of all declared baselines, sorted."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def every(refused: list[str] | None = None) -> list[Baseline]:
    """All declared baselines by their numbers.

    refused: gets the reason for each that is malformed, or whose program does not fit (None: the first such one is an error).

    Raises TaskError.
    """
    found: list[Baseline] = []
    for name in names():
        try:
            baseline = read(folder() / f"{name}.toml")
            if refused is not None:
                _ = baseline.inference
            found.append(baseline)
        except TaskError as error:
            if refused is None:
                raise
            refused.append(f"{name}: {error}")
    return sorted(found, key=lambda baseline: (baseline.number, baseline.id))


def load(name: str | Path) -> Baseline:
    """The baseline of that id or alias, or in the TOML file of that path. Raises TaskError."""
    path = Path(name)
    if path.suffix == ".toml":
        if not path.is_file():
            raise TaskError(f"baseline={str(name)!r}: there is no such file; correct the path, or give an id")
        return read(path)
    found = folder() / f"{name}.toml"
    if str(name) in names():
        return read(found)
    for baseline in every([]):
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
    if "vote" in given:
        return _voting(path, given)
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
        aliases=tuple(map(str, given.get("aliases", ()))),
        number=given.get("number", 1000),
        note=given.get("note", ""),
        chance=_fraction("chance", given.get("chance"), where),
    )


def _voting(path: Path, given: Mapping[str, Any]) -> Baseline:
    """A vote has the program, data and training of its members, which are declared beside it, and a published figure
    of its own."""
    vote, where = given["vote"], path.name
    _check(vote, VOTE, ("of", "count"), f"{where}: vote")
    beside = path.with_name(f"{vote['of']}.toml")
    if not beside.is_file() or vote["count"] < 1:
        raise TaskError(f"{where}: vote={vote}: of a baseline declared beside it, at least 1 is required; correct it")
    member = read(beside)
    return replace(
        member,
        id=path.stem,
        title=given["title"],
        source=given["source"],
        published=_published(given["published"], f"{where}: published"),
        vote=Vote(member, vote["count"]),
        aliases=tuple(map(str, given.get("aliases", ()))),
        number=given.get("number", 1000),
        note=given.get("note", ""),
    )


def _published(given: Mapping[str, Any], where: str) -> Published:
    _check(given, PUBLISHED, (), where)
    shape = given.get("input", [])
    if not all(type(axis) is int and axis > 0 for axis in shape):
        raise TaskError(f"{where}: input={shape}: positive whole numbers are required; write such as [1, 28, 28]")
    return Published(
        _fraction("accuracy", given.get("accuracy"), where),
        given.get("quantity", "test accuracy"),
        given.get("parameters"),
        tuple(shape),
        given.get("note", ""),
    )


def _fraction(name: str, given: float | None, where: str) -> float | None:
    if given is not None and not 0 <= given <= 1:
        raise TaskError(f"{where}: {name}={given}: a fraction from 0 to 1 is required; divide per cents by 100")
    return None if given is None else float(given)


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
    from ..fitting.trainers import make_trainer

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
