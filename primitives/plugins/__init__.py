"""Plug-ins: what is found, not listed. ``kinds`` finds them, ``outside`` imports those that lie outside this project."""

from __future__ import annotations

from .kinds import PluginKind, classes, import_plugin, instances, marked, module_names
from .outside import PluginError

__all__ = ["PluginError", "PluginKind", "classes", "import_plugin", "instances", "marked", "module_names"]
