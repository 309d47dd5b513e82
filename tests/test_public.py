"""Each package says what is public: every name is there, has a line in the package's text, and costs nothing before it is used."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys

import pytest

PACKAGES = ("primitives", "library", "search", "automl")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_explained(package):
    module = importlib.import_module(package)
    explained = set(re.findall(r"\w+", str(module.__doc__)))
    for name in module.__all__:
        assert getattr(module, name) is not None
        assert name in explained, f"{package}.{name} has no line in the text of {package}/__init__.py"
    with pytest.raises(AttributeError, match="no_such_name"):
        module.no_such_name  # noqa: B018


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_imports_none_of_its_modules(package):
    code = f"import sys, {package}; print(sorted(name for name in sys.modules if name.startswith('{package}.')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    only = ["primitives.lazy"] if package == "primitives" else []
    assert done.stdout.strip() == str(only), "what looks names up, and nothing else"


def functions() -> list[tuple[str, str]]:
    """Each public function with its package, those that take three things or more."""
    found = []
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function) and len(inspect.signature(function).parameters) >= 3:
                found.append((package, name))
    return found


@pytest.mark.parametrize(("package", "name"), functions())
def test_a_public_function_says_what_each_argument_is(package, name):
    function = getattr(importlib.import_module(package), name)
    items = set(re.findall(r"^ *(\w+(?:, \w+)*): ", inspect.getdoc(function) or "", re.MULTILINE))
    described = {each for item in items for each in item.split(", ")}
    missing = [each for each in inspect.signature(function).parameters if each not in described]
    assert not missing, f"{package}.{name}: an item an argument is required; add {', '.join(missing)}"
