"""What ``primitives`` offers: every name is there, described, and loads nothing heavy before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import primitives

ROOT = Path(primitives.__file__).parent


def test_every_public_name_is_described_and_found() -> None:
    for name in primitives.__all__:
        assert name in str(primitives.__doc__)
        assert getattr(primitives, name) is not None
        assert not (ROOT / f"{name}.py").exists(), "a module of that name would hide it"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = primitives.nothing


def test_reading_and_evaluating_do_not_import_torch() -> None:
    code = (
        "import sys, primitives as p\n"
        "words = p.builtin_words()\n"
        "assert p.evaluate(p.parse('(+ 1 2)', words), words=words) == 3 and p.show(p.parse('(+ 1 2)'))\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT.parent)
