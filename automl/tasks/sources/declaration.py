"""The tasks of a TOML declaration, all stages one after another (format: automl.tasks.curriculum)."""

from __future__ import annotations

from ..curriculum import read_curriculum
from ..load import Reference, Source
from ..task import Task


def _load(reference: Reference) -> list[Task]:
    assert reference.path is not None
    declared = read_curriculum(reference.path, seed=reference.whole_seed, search_path=reference.search_path)
    return list(declared.tasks)


SOURCE = Source(
    "declaration",
    "a declaration of stages (.toml)",
    ("seed",),
    lambda reference: reference.path is not None and reference.path.suffix == ".toml" and reference.path.is_file(),
    _load,
)
