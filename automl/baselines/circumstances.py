"""Under what circumstances a result was made: machine, versions, command, time."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "numpy", "scikit-learn")


def circumstances(device: str = "cpu") -> dict[str, Any]:
    """``hardware`` (processor, cores that this process may use, torch's threads, accelerator where ``device`` is
    one), ``versions``, ``command`` (without this machine's folders) and ``time`` (UTC, now)."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    hardware = {
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "cores": cores,
        "torch_threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if device == "cuda" else None,
    }
    return {
        "hardware": hardware,
        "versions": _versions(),
        "command": " ".join(["automl", *(_local(part) for part in sys.argv[1:])]),
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _local(argument: str) -> str:
    """The argument, an absolute path by its last part alone."""
    return Path(argument).name if os.path.isabs(argument) else argument


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
