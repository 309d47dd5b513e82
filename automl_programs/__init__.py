"""The five packages of this project under one name, which no folder beside a user's script has.

A wheel installs them inside this package, and beside it a package ``automl`` that stands for the one in here. In a checkout they lie
beside this folder, and the names in here stand for them. So ``from automl_programs import automl`` gives the same module either way.
Installed, that is so beside any folder of a user's. In a checkout the five names are looked for like any other, so a user's folder or
module of such a name that comes before the checkout is refused with an ImportError that names it.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from .alias import stand_for

__all__ = ["automl", "experiments", "library", "primitives", "search"]


def _check(package: str) -> None:
    """Raises ImportError where the name of a package of the checkout would import something else."""
    home = Path(__file__).resolve().parent.parent
    spec = importlib.util.find_spec(package)
    places = [] if spec is None else [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else [])]
    if not any(Path(place).resolve() in (home / package, home / package / "__init__.py") for place in places):
        found = places[0] if places else "nowhere"
        raise ImportError(
            f"package={package!r} is taken from {found}, but this checkout needs the one at {home / package}: rename the other, take its "
            "folder off sys.path (the current folder and that of the script count), or install the wheel, which needs none of these names"
        )


if not (Path(__file__).parent / "automl").is_dir():
    for _package in __all__:
        _check(_package)
        stand_for(f"{__name__}.{_package}", _package)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return importlib.import_module(f"{__name__}.{name}")
