"""Results of baselines as JSON files, one for each baseline and protocol, one entry for each run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from library.files import whole_file

from ..errors import TaskError
from ..tasks.load import shipped

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Places:
    """Where results lie, and where the nets do: ``results`` holds ``<id>-<protocol>.json``, ``nets`` a folder for
    each run with its model, its answers on the test part, and the log of its epochs."""

    results: Path
    nets: Path

    read_only: tuple[Path, ...] = ()
    """Folders in which results are looked for that are not among ``results``: those of before, and those that came with the project."""

    @classmethod
    def at(cls, output: str | Path | None = None, library: str | None = None) -> Places:
        """Both below ``output``. By default results go to the folder ``baselines`` beside the user's library, and nets to the user's
        cache.

        output: the folder (default: none).
        library: the URL or file of the library (default: ``automl.db`` in the current folder).
        """
        if output is not None:
            return cls(Path(output), Path(output) / "nets")
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "automl" / "baselines"
        return cls(_beside(library) / "baselines", cache, (cache / "results", shipped("results", "baselines")))

    def read(self, id: str, protocol: str) -> dict[str, Any] | None:
        """The results of a baseline: those made here, else those of before or those that came with the project."""
        name = self.file(id, protocol).name
        found = (read_results(folder / name) for folder in (self.results, *self.read_only))
        return next((each for each in found if each is not None), None)

    def file(self, id: str, protocol: str, epochs: int | None = None) -> Path:
        """The file of the results; those with other ``epochs`` than declared have their own."""
        return self.results / f"{id}-{protocol}{'' if epochs is None else f'-{epochs}-epochs'}.json"

    def net(self, id: str, protocol: str, seed: int, epochs: int | None = None) -> Path:
        """The folder of one run."""
        return self.nets / self.file(id, protocol, epochs).stem / f"seed-{seed}"


def _beside(library: str | None) -> Path:
    """The folder that a library's file lies in; the current one where it has none."""
    path = (library or "").removeprefix("sqlite:///")
    return Path() if not path or "://" in path or path.startswith("memory:") else Path(path).parent


def read_results(path: Path) -> dict[str, Any] | None:
    """What a file holds; None where there is none. Raises TaskError where it is not of this form."""
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = int(found["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TaskError(
            f"path={path.name!r}: results of a baseline are required ({error!r}); remove the file"
        ) from None
    if version > SCHEMA_VERSION:
        raise TaskError(
            f"path={path.name!r}: schema_version={version}: at most {SCHEMA_VERSION} is understood; install a newer version"
        )
    _check(found, path)
    return found


def _check(found: Mapping[str, Any], path: Path) -> None:
    """Raises TaskError where the fields that are read from any results are not there."""
    lists = ("seeds", "test_scores", "validation_scores", "seconds", "runs")
    absent = [name for name in lists if not isinstance(found.get(name), list)]
    absent += [] if isinstance(found.get("key"), str) else ["key"]
    data = found.get("data")
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in ("digest", "metric")):
        absent.append("data")
    if not absent and len({len(found[name]) for name in lists}) > 1:
        absent.append("one entry a run")
    if absent:
        raise TaskError(
            f"path={path.name!r}: results of a baseline are required, and {', '.join(absent)} is absent or of another "
            "form; remove the file"
        )


def require_key(found: Mapping[str, Any] | None, key: str, path: Path) -> None:
    """Raises TaskError where results that are there are not those of ``key``."""
    if found is not None and found["key"] != key:
        raise TaskError(
            f"results={path.name!r} were made with another program, other settings or other data; remove the file, or "
            "give another --output"
        )


def add_run(path: Path, head: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """The file's results with one run more (in place of one with the same seed), written in one step. Raises TaskError
    where they are of another declaration or other data, which they may have become while this run was made."""
    present = read_results(path)
    require_key(present, head["key"], path)
    runs = [each for each in (present or {}).get("runs", ()) if each["seed"] != run["seed"]]
    runs = sorted([*runs, dict(run)], key=lambda each: each["seed"])
    result = {"schema_version": SCHEMA_VERSION, **head, **columns(runs), "runs": runs}
    write_atomically(path, json.dumps(result, indent=1) + "\n")
    return result


def columns(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What the runs have in common fields, one entry a run; scores are fractions."""
    names = {
        "seeds": "seed",
        "test_scores": "test_score",
        "validation_scores": "validation_score",
        "seconds": "seconds",
    }
    return {plural: [run[name] for run in runs] for plural, name in names.items()}


def write_atomically(path: Path, text: str) -> None:
    """The file is the old one or the new one, whenever the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as stream:
        stream.write(text.encode())
