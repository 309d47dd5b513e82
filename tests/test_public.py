"""Each package says what is public: every name is there, has a line in the package's text, and costs nothing before it is used."""

from __future__ import annotations

import importlib
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
