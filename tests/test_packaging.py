"""The built wheel holds what the checkout holds, and importing the façade stays light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("primitives", "library", "search", "automl", "experiments")
DATA = (".toml", ".jsonl", ".json", ".txt", ".html", ".css", ".js", ".svg")
HEAVY = ("torch", "ray", "optuna", "deap", "sklearn", "stitch_core", "matplotlib", "sqlalchemy")


def shipped_files(root: Path) -> set[str]:
    found = set()
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in (".py", *DATA):
                found.add(path.relative_to(root).as_posix())
    return found


@pytest.mark.timeout(180)
def test_wheel_holds_every_module_and_declaration_and_no_test(project_root: Path, tmp_path: Path) -> None:
    # Built from a copy: setuptools leaves build/ and *.egg-info beside what it builds.
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((project_root / name).read_bytes())
    for name in shipped_files(project_root):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((project_root / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(copy)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("automl_programs-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = next(archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert shipped_files(project_root) - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(PACKAGES)
    assert "automl = automl.cli:main" in entry_points


def test_importing_the_facade_loads_nothing_heavy(project_root: Path) -> None:
    code = "import sys, json, automl; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    environment = {**os.environ, "PYTHONPATH": str(project_root)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert set(json.loads(done.stdout)) & set(HEAVY) == set()


def test_a_folder_that_shadows_a_package_is_named(project_root: Path, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "__init__.py").write_text("")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(project_root)])}
    command = [sys.executable, "-c", "import automl"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "ImportError" in done.stderr
    assert str(tmp_path / "library") in done.stderr
