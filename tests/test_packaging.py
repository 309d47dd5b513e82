"""The built wheel holds what the checkout holds, under a name of its own, and importing the façade stays light."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("primitives", "library", "search", "automl", "experiments")
DATA = (".toml", ".jsonl", ".json", ".txt", ".html", ".css", ".js", ".svg")
NAMESPACE = "automl_programs"
TASK = {
    "name": "last",
    "type": "list(int) -> int",
    "examples": [{"inputs": [[1, 2, 3]], "output": 3}, {"inputs": [[5, 4]], "output": 4}],
}
HEAVY = ("torch", "ray", "optuna", "deap", "sklearn", "stitch_core", "matplotlib", "sqlalchemy")


def shipped_files(root: Path) -> set[str]:
    """Files of the packages that belong into the wheel, relative to the project."""
    found = set()
    for package in (*PACKAGES, NAMESPACE):
        for path in (root / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in (".py", *DATA):
                found.add(path.relative_to(root).as_posix())
    return found


@pytest.fixture(scope="module")
def wheel(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools leaves build/ and *.egg-info beside what it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        (copy / name).write_bytes((project_root / name).read_bytes())
    for name in shipped_files(project_root):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((project_root / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*command, "--wheel-dir", str(folder), str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # which names each import and text that cannot be written anew
    (built,) = folder.glob("automl_programs-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel in it, and what it needs from this one (without its ``.pth`` files, of which one may
    be that of a checkout)."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    programs = home / "bin"
    site = next(home.glob("lib/python*/site-packages"))
    site.joinpath("needs.pth").write_text("".join(f"{path}\n" for path in sys.path if path.endswith("site-packages")))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(programs / "python"),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return programs


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A folder with packages of our names that nobody may import, and a task."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"raise RuntimeError('{package} of the user')\n")
    (tmp_path / "last.jsonl").write_text(json.dumps(TASK) + "\n" + json.dumps({**TASK, "name": "again"}) + "\n")
    return tmp_path


def run_in(folder: Path, *command: str | Path) -> str:
    """What a command prints that is run in a folder, which its imports see first; AssertionError where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONPATH": str(folder)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_holds_every_module_and_declaration_under_one_name(project_root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        texts = {name.rpartition("/")[2]: archive.read(name).decode() for name in names if ".dist-info/" in name}
    expected = {name if name.startswith(NAMESPACE) else f"{NAMESPACE}/{name}" for name in shipped_files(project_root)}
    assert {name for name in names if ".dist-info" not in name} == expected | {"automl/__init__.py"}
    assert texts["top_level.txt"].split() == ["automl", NAMESPACE]
    assert "automl = automl_programs.automl.__main__:main" in texts["entry_points.txt"]


@pytest.mark.timeout(180)
def test_the_installed_command_works_among_folders_of_our_names(installed: Path, crowded: Path) -> None:
    said = run_in(
        crowded, installed / "automl", "search", "last.jsonl", "--evaluations", "3000", "--workers", "2", "--json", "-"
    )
    rows = [json.loads(line) for line in said.splitlines()]
    assert [(row["name"], row["solved"]) for row in rows] == [("last", True), ("again", True)]
    assert "conv2-relu" in run_in(
        crowded, installed / "automl", "baseline", "list"
    )  # a declaration, read from the wheel
    assert run_in(crowded, installed / "automl", "--version") == "automl 0.1.0\n"
    assert run_in(crowded, installed / "python", "-m", f"{NAMESPACE}.automl", "--version") == "automl 0.1.0\n"


@pytest.mark.timeout(180)
def test_the_installed_package_is_imported_among_folders_of_our_names(installed: Path, crowded: Path) -> None:
    # Genetic search on two workers: both are spawned, with this script's folder on their path.
    (crowded / "script.py").write_text(
        "import sys\nimport automl_programs\nfrom automl_programs import automl\nassert automl is automl_programs.automl\n"
        "assert not {'automl', 'search', 'library', 'primitives'} & set(sys.modules)\n"
        "found = automl.search('last.jsonl?task=last', evaluations=300, strategy='genetic', workers=2)\nprint(found.evaluations)\n"
    )
    assert 0 < int(run_in(crowded, installed / "python", "script.py")) <= 300


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_both_names_give_the_same_modules(installed: Path, crowded: Path) -> None:
    (crowded / "automl" / "__init__.py").unlink()
    (crowded / "automl").rmdir()
    (crowded / "script.py").write_text(
        "import automl\nimport automl.study.study\nfrom automl.tasks import task as one\n"
        "import automl_programs.automl.tasks.task as other\n"
        "import automl.cli, importlib, sys\nassert one is other and automl is sys.modules['automl_programs.automl']\n"
        "assert one.__spec__.name == one.__name__ == 'automl_programs.automl.tasks.task'\n"
        "try:\n    importlib.import_module('automl.nowhere')\nexcept ModuleNotFoundError as error:\n    print(error)\n"
        "print(automl.search('last.jsonl?task=last', evaluations=3000).solved)\n"
    )
    assert run_in(crowded, installed / "python", "script.py").splitlines() == [
        "No module named 'automl.nowhere'",
        "True",
    ]
    assert run_in(crowded, installed / "python", "-m", "automl", "--version") == "automl 0.1.0\n"


def test_imports_are_written_anew_and_nothing_else() -> None:
    rename = runpy.run_path(str(Path(__file__).resolve().parents[1] / "setup.py"))["renamed"]
    text = (
        "import search\nimport search.problem as p\nfrom automl import cli; from  library.store import (\n    open_store,\n)\n"
        "import os, json\nfrom .search import x\nfrom searching import y\nif True: from primitives import term\n"
        "é = 'é'; from search import grammar\nlibrary = 'search'\n"
    )
    assert rename(text, "x.py") == (
        "from automl_programs import search\nimport automl_programs.search.problem as p\nfrom automl_programs.automl import cli; "
        "from  automl_programs.library.store import (\n    open_store,\n)\nimport os, json\nfrom .search import x\n"
        "from searching import y\nif True: from automl_programs.primitives import term\n"
        "é = 'é'; from automl_programs.search import grammar\nlibrary = 'search'\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "import search.problem\n",
        "import search, library\n",
        "x = 'automl.cli:main'\n",
        "x = ['automl.cli']\n",
        "x = f'automl.{1}'\n",
    ],
)
def test_what_cannot_be_written_anew_is_refused(text: str) -> None:
    setup = runpy.run_path(str(Path(__file__).resolve().parents[1] / "setup.py"))
    with pytest.raises(setup["RenameError"], match="x.py:1"):
        setup["renamed"](text, "x.py", frozenset({"automl.cli"}))


def test_a_checkout_has_the_common_name_too(project_root: Path, tmp_path: Path) -> None:
    code = (
        "import automl_programs.automl.errors as one, automl.errors as other\nassert one is other\n"
        "from automl_programs import search\nprint(search.__name__)"
    )
    environment = {**os.environ, "PYTHONPATH": str(project_root)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "search"


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


def test_a_checkout_says_which_folder_stands_before_its_own(crowded: Path) -> None:
    """Nothing of a user's folder is imported in its place."""
    (crowded / "script.py").write_text("from automl_programs import automl\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    found = subprocess.run(
        [sys.executable, "script.py"], cwd=crowded, env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    last = found.stderr.splitlines()[-1]
    assert (
        last.startswith(f"ImportError: package='automl' is taken from {crowded / 'automl'}")
        and "rename the other" in last
    )
