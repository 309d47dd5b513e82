"""From a name or a path to tasks: ``load_tasks("digits")``, ``load_tasks("table.csv:price")``,
``load_tasks("lists.jsonl?family=add")``.

A source of data is one file in ``automl/tasks/sources`` with one ``Source``; scanning finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from library.files import irregular
from primitives.plugins import PluginKind, instances

from ..errors import TaskError
from .derived import drawn_sequences, labelled_reference, with_heads, without_labels
from .pictures import advice_on_classes
from .preprocessing import Preprocessing
from .split import Split
from .tables.decoding import plain_name
from .task import Task

SPLIT_OPTIONS = ("test", "validation", "policy", "seed")
LABELLED_OPTIONS = (
    *SPLIT_OPTIONS,
    "name",
    "targets",
    "metric",
    "direction",
    "probabilities",
    "scaling",
    "full_scale",
    "layout",
    "solved_at",
    "folds",
    "class_weight",
    "family",
)
SELECTING_OPTIONS = ("classes", "examples", "changed")
"""Of arrays with labels: which classes, how many labelled cases of each, and what becomes of them."""
REPEATED = ("drop",)
"""Options that may be given several times."""
_SUFFIXES = ("", ".toml", ".jsonl", ".npz", ".csv")

D = TypeVar("D")


@dataclass(frozen=True)
class Reference:
    """What a task's text asks for: a name or a path, with options (``?key=value&key=value``; ``:column`` is
    ``?target=column``)."""

    text: str
    name: str
    path: Path | None
    options: Mapping[str, str]
    seed: int = 0
    search_path: tuple[Path, ...] = ()
    prepared: Preprocessing | None = None
    """What a model's training did to its inputs, where the task is read for that model: a source makes its inputs like those."""
    refused: list[str] | None = None
    """Where a source of many tasks notes those that it cannot read, with the reason, and goes on; None where the first ends the reading."""
    place: str = ""
    """The part of the text that is a path as the user wrote it; "" where it is a name."""

    def number(self, key: str, default: D) -> float | D:
        """The option ``key`` as a finite number, ``default`` where it is not given; raises TaskError on anything else."""
        return float(self._finite(key, float)) if key in self.options else default

    def whole(self, key: str, default: D) -> int | D:
        """The same as a whole number."""
        return int(self._finite(key, int)) if key in self.options else default

    def _finite(self, key: str, kind: type[int] | type[float]) -> float:
        value: float | None
        try:
            value = kind(self.options[key])
        except ValueError:
            value = None
        if value is None or value != value or abs(value) == float("inf"):
            raise TaskError(f"{key}={self.options[key]!r}: a finite {kind.__name__} is required; correct the option")
        return value

    def yes_or_no(self, key: str) -> bool:
        """The option ``key``, which is ``yes`` or ``no`` (as where it is not given); raises TaskError on anything else."""
        text = self.options.get(key, "no")
        if text not in ("yes", "no"):
            raise TaskError(f"{key}={text!r}: yes or no is required; choose one")
        return text == "yes"

    def span(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """The option ``key`` as bounds: ``1-3`` or ``20``."""
        text = self.options.get(key, f"{default[0]}-{default[1]}")
        low, _, high = text.partition("-")
        if not low.isdecimal() or not (high or low).isdecimal():
            raise TaskError(f"{key}={text!r}: a length or two with a dash is required; write such as 20 or 1-3")
        return int(low), int(high or low)

    def split(self, default: Split | None = None) -> Split:
        """The split that the options ask for; what they leave open is as in ``default``."""
        default = default or Split()
        return Split(
            self.number("test", default.test),
            self.number("validation", default.validation),
            self.whole_seed,
            self.options.get("policy", default.policy),
        )

    @property
    def whole_seed(self) -> int:
        seed = self.whole("seed", self.seed)
        if seed < 0:
            raise TaskError(f"seed={seed}: a whole number of at least 0 is required; choose one")
        return seed

    def labelled(self, default: Split | None = None) -> dict[str, Any]:
        """Keyword arguments of ``labelled_task`` that the options set."""
        texts: dict[str, str | bool] = {
            key: self.options[key]
            for key in (
                "targets",
                "metric",
                "direction",
                "scaling",
                "layout",
                "class_weight",
                "family",
                "classes",
                "changed",
            )
            if key in self.options
        }
        numbers: dict[str, float | None] = {
            key: self.number(key, None) for key in ("full_scale", "solved_at") if key in self.options
        }
        if "probabilities" in self.options:
            texts["probabilities"] = self.yes_or_no("probabilities")
        numbers |= {key: self.whole(key, None) for key in ("folds", "examples") if key in self.options}
        name = self.options.get("name", self.name)
        return {"name": name, "split": self.split(default), "source": self.name, **texts, **numbers}


@dataclass(frozen=True)
class Source:
    """A source of tasks: ``accepts`` tells by name or path alone, ``load`` reads. ``options`` are all keys
    that it understands, ``names`` the data sets that it knows by name."""

    name: str
    doc: str
    options: tuple[str, ...]
    accepts: Callable[[Reference], bool]
    load: Callable[[Reference], list[Task]]
    names: tuple[str, ...] = ()


SOURCES: PluginKind[Source] = PluginKind("source", f"{__package__}.sources", instances(Source), "tasks")


def sources() -> Mapping[str, Source]:
    """Every source by name, found by scanning ``automl/tasks/sources``. Raises PluginError where two have one name."""
    return SOURCES.found()


def load_tasks(
    spec: str,
    *,
    target: str | None = None,
    seed: int = 0,
    search_path: Sequence[str | Path] = (),
    base: Path | None = None,
    prepared: Preprocessing | None = None,
    refused: list[str] | None = None,
) -> list[Task]:
    """All tasks that a text names.

    spec: a bundled data set, a file, a folder or a declaration, with options, as ``digits?test=0.3``. ``sequences=sum`` turns labelled
        tasks into lists of their examples (``apart=yes``: each an argument; ``first``: that), ``labels=none`` into unlabelled ones,
        ``heads=label,parity`` into ones with several answers.
    target: the target column of a table ; ``spec`` may name it too, as ``data.csv:COLUMN`` (default: none).
    seed: decides splits and draws (default: 0).
    search_path: folders in which declarations are looked for by their names.
    base: the folder that relative paths are looked for in first (default: the current one).
    prepared: what a model's training did to its inputs, where the tasks are to be read as that model takes them.
    refused: a list to which the reasons are added why single tasks of many cannot be read (default: the first such task is an error; so
        it is where no task can be read).

    Raises TaskError, with what is required and what to do, on whatever is wrong with the input.
    """
    if type(seed) is not int or seed < 0:
        raise TaskError(f"seed={seed!r} of the split: a whole number of at least 0 is required; choose one")
    found = resolve(spec, target=target, seed=seed, search_path=search_path, base=base)
    reference = replace(found, prepared=prepared, refused=refused)
    accepting = [source for source in sources().values() if source.accepts(reference)]
    if not accepting:
        raise _unknown(reference)
    inner = labelled_reference(reference)
    known = accepting[0].options
    unknown = [key for key in inner.options if key not in known]
    if unknown:
        raise TaskError(
            f"option={unknown[0]!r} of task={spec!r}: {accepting[0].name} takes {', '.join(known)}; rename or remove it"
        )
    tasks = without_labels(accepting[0].load(inner), reference)
    _refuse_duplicates(tasks, spec)
    return drawn_sequences(with_heads(tasks, reference), reference)


def shipped(*parts: str) -> Path:
    """A folder of the experiments that come with the project, beside the installed package.

    parts: its path there (default: all of them).
    """
    return Path(__file__).resolve().parents[2].joinpath("experiments", *parts)


def experiment_folders() -> list[Path]:
    """Where named experiments lie."""
    return [shipped("curricula"), shipped()]


def resolve(
    spec: str,
    *,
    target: str | None = None,
    seed: int = 0,
    search_path: Sequence[str | Path] = (),
    base: Path | None = None,
) -> Reference:
    """The reference that ``spec`` stands for; ``path`` is None where no file or folder has that name.

    Relative paths are looked for in ``base`` (a declaration's own folder) before the current folder.
    """
    body, _, query = spec.partition("?")
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise TaskError(f"task={spec!r}: options must read ?key=value&key=value; correct them") from None
    options = _each_once(spec, given)
    if target is not None:
        options["target"] = target
    folders = tuple(Path(folder) for folder in search_path)
    path, place = _find(body, folders, base), body
    colons = [index for index, sign in enumerate(body) if sign == ":"]
    while path is None and colons:  # the column's name may have colons too
        at = colons.pop()
        path = _find(body[:at], folders, base)
        if path is not None:
            body, options = body[:at], {"target": body[at + 1 :], **options}
            place = body
    if path is not None:
        check_regular(path)
    name = plain_name(path) if path else body
    here = path is not None and path in _direct(place, base)
    return Reference(spec, name or body, path, options, seed, folders, place=place if here else "")


def lasting_text(reference: Reference) -> str:
    """The text of a reference that means the same from any folder: with an absolute path, and what stands behind it as it is. A name stays
    one.

    reference: as ``resolve`` gives it.
    """
    if reference.path is None or not reference.place:
        return reference.text
    absolute = str(reference.path.absolute())
    if "?" in absolute:  # what is behind it would be taken for options
        return reference.text
    return absolute + reference.text[len(reference.place) :]


def _each_once(spec: str, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The options by key; those that may be given several times with commas between. Raises TaskError where another is."""
    options: dict[str, str] = {}
    for key, value in given:
        if key in options and key not in REPEATED and options[key] != value:
            raise TaskError(f"{key}={options[key]!r} and {key}={value!r} of task={spec!r}: one is required; remove one")
        options[key] = f"{options[key]},{value}" if key in options and key in REPEATED else value
    return options


def with_option(spec: str, key: str, value: str) -> str:
    """The reference ``spec`` with one option more."""
    return f"{spec}{'&' if '?' in spec else '?'}{urlencode({key: value})}"


def check_regular(path: Path) -> None:
    """Refuse, before it is opened, what no data can come from in the end: a pipe, a socket, a device. Raises TaskError."""
    kind = irregular(path)
    if kind:
        raise TaskError(f"path={str(path)!r} is {kind}, not a file or a folder; save its content in a file")


def _find(text: str, folders: Sequence[Path], base: Path | None) -> Path | None:
    """The file or folder that ``text`` names. A bare word is first a bundled data set; write ``./word`` for a folder
    here."""
    if not text.strip() or text in _names():
        return None
    try:
        found = next((path for path in _direct(text, base) if path.exists()), None)
        if found is not None:
            return found
        if Path(text).is_absolute():
            return None
        candidates = (folder / f"{text}{suffix}" for folder in folders for suffix in _SUFFIXES)
        return next((path for path in candidates if path.exists()), None)
    except (OSError, ValueError):
        return None


def _direct(text: str, base: Path | None) -> list[Path]:
    """What a text means as a path, in the order in which it is looked for."""
    return [Path(text)] if base is None else [base / text, Path(text)]


def _names() -> list[str]:
    return [name for source in sources().values() for name in source.names]


def _unknown(reference: Reference) -> TaskError:
    if reference.path is not None:
        readers = "; ".join(source.doc for source in sources().values())
        return TaskError(
            f"task={reference.text!r}: no reader for this file or folder. {advice_on_classes(reference.path)}What can be read: {readers}"
        )
    near = sorted(
        {
            p.stem
            for folder in reference.search_path
            if folder.is_dir()
            for suffix in _SUFFIXES[1:]
            for p in folder.glob(f"*{suffix}")
        }
    )
    declared = f", or a declared one: {', '.join(near)}" if near else ""
    return TaskError(
        f"task={reference.text!r}: no such file, folder or data set. Give a path that exists, or a name: "
        f"{', '.join(_names())}{declared}"
    )


def _refuse_duplicates(tasks: Sequence[Task], spec: str) -> None:
    seen: set[str] = set()
    for task in tasks:
        if task.name in seen:
            raise TaskError(
                f"name={task.name!r} occurs twice in {spec!r}: names must differ within one source; rename one"
            )
        seen.add(task.name)
