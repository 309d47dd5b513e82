"""Under what circumstances a result was made: machine, versions, command, time."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .execution.threads import processors

_OPTION = re.compile(r"([?&]\w+=)(/[^&,]*)")
"""An option of a task that is an absolute path, such as ``?path=/data/mnist``."""
PACKAGES = ("torch", "numpy", "scikit-learn")


def circumstances(program: str, packages: Sequence[str] = PACKAGES) -> dict[str, object]:
    """``hardware``, ``versions`` (Python's and the installed ones of ``packages``), ``command`` (``program`` with this
    process's arguments, without this machine's folders) and ``time`` (UTC, now)."""
    return {
        "hardware": _hardware(),
        "versions": _versions(packages),
        "command": " ".join([program, *(_local(part) for part in sys.argv[1:])]),
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def installed_version() -> str:
    """The version of this project as installed, such as "0.1.0"; of a checkout that never was, "of a checkout"."""
    try:
        return version("automl-programs")
    except PackageNotFoundError:
        return "of a checkout"


def _hardware() -> dict[str, object]:
    """Processor, cores that this process may use, memory in GiB; and if torch is loaded its threads, and the
    accelerator that it sees."""
    found: dict[str, object] = {"processor": _processor(), "system": platform.platform(terse=True)}
    found["cores"] = processors()
    if hasattr(os, "sysconf"):
        found["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch_threads"] = torch.get_num_threads()
        found["accelerator"] = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return found


def _local(argument: str) -> str:
    """The argument, an absolute path by its last part alone, also within the address of a library and the options of tasks."""
    if _OPTION.search(argument):
        return _OPTION.sub(lambda found: found[1] + Path(found[2]).name, argument)
    scheme, separator, rest = argument.partition(":///")
    if separator and os.path.isabs(rest):
        return f"{scheme}{separator}{Path(rest).name}"
    return Path(argument).name if os.path.isabs(argument) else argument


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions(packages: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
