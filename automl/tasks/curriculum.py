"""A curriculum: stages of tasks with their budgets and options, declared in TOML or made of plain tasks.

schema_version = 1
name = "starter"
[[stage]]
name = "lists"
tasks = ["starter.jsonl"]      # references as `automl search` takes them; paths relative to this file
budget = "10s"                 # for each task: a time; or evaluations = 500; both: whichever comes first
strategy = "enumerative"
[stage.options]                # those of `automl search`, such as max-parameters = 8000 or start = ["net.txt"]; over what is given beside
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

from primitives.brief import brief_repr

from ..budget import Budget, BudgetError, parse_budget
from ..errors import TaskError
from .load import Reference, lasting_text, load_tasks, resolve
from .task import Task

SCHEMA_VERSION = 1
TOP_FIELDS = {"schema_version": int, "name": str, "description": str, "stage": list}
WORDS_FIELDS = {"schema_version": int, "name": str, "description": str, "words": list}
PROGRAMS = ("start", "starts", "programs", "space")
"""Options of a stage that may name files with programs."""
STAGE_FIELDS: dict[str, type] = {
    "name": str,
    "tasks": list,
    "budget": str,
    "evaluations": int,
    "strategy": str,
    "seed": int,
    "options": dict,
}


@dataclass(frozen=True)
class Stage:
    """Tasks that are searched alike. ``budget`` is for each task; None where the caller decides, as for
    ``strategy``. ``sources`` tells how each task can be loaded again, by its name; a run keeps it to be resumed."""

    name: str
    tasks: tuple[Task, ...]
    budget: Budget | None = None
    strategy: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    __repr__ = brief_repr


class LoadingOptions(TypedDict):
    """How the tasks of a stage are loaded: the seed of their splits, and where names and relative paths are looked for."""

    seed: int
    search_path: Sequence[str | Path]
    base: Path


@dataclass(frozen=True)
class Curriculum:
    """Stages in the order in which they are to be grown; task names differ throughout. ``refused`` are what was named as a task and is
    none, each with the reason after a colon."""

    name: str
    stages: tuple[Stage, ...]
    description: str = ""
    refused: tuple[str, ...] = ()

    __repr__ = brief_repr

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(task for stage in self.stages for task in stage.tasks)


def load_curriculum(
    spec: str | Sequence[str], *, target: str | None = None, seed: int = 0, search_path: Sequence[str | Path] = ()
) -> Curriculum:
    """The curriculum that ``spec`` names: a TOML declaration (a path, or a name in ``search_path``'s folders), or
    one or several tasks' references, each a stage of its own. Of several references those that cannot be read, and lines of a file that are
    no tasks, do not stop the others; they are ``refused``.

    Raises TaskError on a malformed declaration, an unknown field, a newer schema or two tasks of one name, and where nothing can be read.
    """
    specs = [spec] if isinstance(spec, str) else list(spec)
    if not specs:
        raise TaskError("tasks=[]: at least one task or curriculum is required; name one")
    found: list[Curriculum] = []
    refused: list[str] = []
    for text in specs:
        try:
            found.append(_one(text, target, seed, search_path))
        except TaskError as error:
            if len(specs) == 1:
                raise
            refused.append(f"{text}: {error}")
    if not found:
        raise TaskError(refused[0])
    stages = tuple(stage for curriculum in found for stage in curriculum.stages)
    refused += [reason for curriculum in found for reason in curriculum.refused]
    name = " + ".join(curriculum.name for curriculum in found)
    named = replace(found[0], name=name, stages=stages, refused=tuple(refused))
    seen: set[str] = set()
    for task in named.tasks:
        if task.name in seen:
            raise TaskError(
                f"task={task.name!r} occurs twice in {named.name!r}: names must differ; rename or remove one"
            )
        seen.add(task.name)
    return named


def _one(spec: str, target: str | None, seed: int, search_path: Sequence[str | Path]) -> Curriculum:
    reference = resolve(spec, target=target, seed=seed, search_path=search_path)
    if reference.path is not None and reference.path.suffix == ".toml":
        return read_curriculum(reference.path, seed=seed, search_path=search_path)
    refused: list[str] = []
    tasks = tuple(load_tasks(spec, target=target, seed=seed, search_path=search_path, refused=refused))
    stage = Stage(reference.name, tasks, sources=_sources(reference, tasks, target))
    return Curriculum(reference.name, (stage,), refused=tuple(f"{reference.name} {reason}" for reason in refused))


def _sources(reference: Reference, tasks: Sequence[Task], target: str | None = None) -> dict[str, dict[str, object]]:
    """How to load the tasks of a reference again from any folder; ``target`` is the column that was given beside it."""
    source = {"spec": lasting_text(reference), "seed": reference.seed, "target_column": target}
    return {task.name: {**source, "name": task.name} for task in tasks}


def read_curriculum(path: Path, *, seed: int = 0, search_path: Sequence[str | Path] = ()) -> Curriculum:
    """The curriculum declared in the TOML file ``path``."""
    declared = _declared(path)
    _check(declared, TOP_FIELDS, ("schema_version", "stage"), path.name)
    if not declared["stage"]:
        raise TaskError(f"{path.name}: stage=[]: at least one [[stage]] is required; add one")
    stages = tuple(
        _stage(fields, f"{path.name}: stage {number}", number, seed, path.parent, search_path)
        for number, fields in enumerate(declared["stage"], 1)
    )
    return Curriculum(declared.get("name", path.stem), stages, declared.get("description", ""))


def _declared(path: Path) -> dict[str, Any]:
    """The TOML of a declaration whose schema is understood."""
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise TaskError(f"path={path.name!r} cannot be read as TOML ({error}); correct the file") from None
    version = declared.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise TaskError(
            f"{path.name}: schema_version={version}: at most {SCHEMA_VERSION} is understood; "
            "install a newer version of this program"
        )
    return declared


def load_words(text: str | Sequence[str], *, search_path: Sequence[str | Path] = ()) -> tuple[str, ...]:
    """The words that ``text`` names: separated by commas, or those of a declared vocabulary (a TOML file with ``words``, or its name in
    ``search_path``'s folders). Raises TaskError on a malformed declaration."""
    if not isinstance(text, str):
        return tuple(text)
    path = None if "," in text else resolve(text, search_path=search_path).path
    if path is None or path.suffix != ".toml":
        return tuple(word.strip() for word in text.split(",") if word.strip())
    declared = _declared(path)
    _check(declared, WORDS_FIELDS, ("schema_version", "words"), path.name)
    words = declared["words"]
    if not words or not all(isinstance(word, str) for word in words):
        raise TaskError(f"{path.name}: words={words!r}: a list of at least one word is required; name the words")
    return tuple(words)


def _stage(fields: Any, where: str, number: int, seed: int, base: Path, search_path: Sequence[str | Path]) -> Stage:
    _check(fields, STAGE_FIELDS, ("tasks",), where)
    specs = fields["tasks"]
    if not specs or not all(isinstance(spec, str) for spec in specs):
        raise TaskError(f"{where}: tasks={specs!r}: a list of at least one text is required; name the tasks")
    given: LoadingOptions = {"seed": fields.get("seed", seed), "search_path": search_path, "base": base}
    try:
        loaded = {spec: _stage_tasks(spec, given) for spec in specs}
    except TaskError as error:
        raise TaskError(f"{where}: {error}") from None
    budget = _budget(fields, where)
    sources = {
        name: how for spec, tasks in loaded.items() for name, how in _sources(resolve(spec, **given), tasks).items()
    }
    return Stage(
        fields.get("name", f"stage {number}"),
        tuple(task for spec in specs for task in loaded[spec]),
        budget,
        fields.get("strategy"),
        _with_paths(fields.get("options", {}), base),
        sources,
    )


def _with_paths(options: Mapping[str, object], base: Path) -> dict[str, object]:
    """The options of a stage with the files of programs that they name relative to ``base`` named from anywhere."""

    def found(given: object) -> object:
        if isinstance(given, list):
            return [found(each) for each in given]
        text = given if isinstance(given, str) and not given.lstrip().startswith(("(", ";")) else ""
        return str((base / text).resolve()) if text and (base / text).is_file() else given

    return {name: found(value) if name in PROGRAMS else value for name, value in options.items()}


def _budget(fields: Mapping[str, Any], where: str) -> Budget | None:
    if "budget" not in fields and "evaluations" not in fields:
        return None
    try:
        return parse_budget(fields.get("budget"), fields.get("evaluations"))
    except BudgetError as error:
        raise TaskError(f"{where}: {error}") from None


def _stage_tasks(spec: str, given: LoadingOptions) -> list[Task]:
    path = resolve(spec, **given).path
    if path is not None and path.suffix == ".toml":
        raise TaskError(f"tasks={spec!r}: a stage lists tasks, not declarations; list the tasks of that declaration")
    return load_tasks(spec, **given)


def _check(fields: object, known: Mapping[str, type], required: Sequence[str], where: str) -> None:
    if not isinstance(fields, dict):
        raise TaskError(f"{where}: {fields!r}: a table is required; write [[stage]]")
    missing = [key for key in required if key not in fields]
    if missing:
        raise TaskError(f"{where}: field={missing[0]!r} is absent; add it")
    for key, value in fields.items():
        if key not in known:
            raise TaskError(
                f"{where}: field={key!r} is not known: the fields are {', '.join(known)}; rename or remove it"
            )
        if not isinstance(value, known[key]) or isinstance(value, bool):
            raise TaskError(f"{where}: {key}={value!r}: another type is required ({known[key]}); correct it")
