"""Builds the wheel. Everything that can be declared is in pyproject.toml; here is how the five packages get one common name.

In the repository they are top-level folders that import each other by name. Installed like that, a folder `search` or `library` beside
a user's script would take their place. So the wheel holds them inside `automl_programs`, and every import of one from another is
written anew with that name in front, at its place in the text. Module names in texts would not be found that way: the build refuses
them, and the code writes them relative to `__name__` and `__package__`.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

NAMESPACE = "automl_programs"
PACKAGES = ("primitives", "library", "search", "automl", "experiments")
ALIAS = f'''"""Stands for the package of this name in `{NAMESPACE}`: both names give the same modules."""

from typing import TYPE_CHECKING

from {NAMESPACE}.alias import stand_for

if TYPE_CHECKING:
    from {NAMESPACE}.automl import *  # noqa: F403  for type checkers; what runs is the module itself

stand_for(__name__, "{NAMESPACE}.automl")
'''
_ROOT = "|".join(PACKAGES)
_MODULE_TEXT = re.compile(rf"(?:{_ROOT})(?:\.\w+)+(?::\w+)?")


class RenameError(ValueError):
    """An import, or a text that names a module, which cannot be written anew."""


def renamed(text: str, place: str, modules: frozenset[str] = frozenset()) -> str:
    """The text of a module with the imports of the five packages written as imports from the namespace.

    ``place`` is its path, for messages; ``modules`` are the names of all modules: a literal that is one of them is refused. Raises
    RenameError.
    """
    tree = ast.parse(text)
    faults = [f"{place}:{line}: {what}" for line, what in _faults(tree, modules)]
    if faults:
        raise RenameError("\n".join(faults))
    lines = text.splitlines(keepends=True)
    statements = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) and _is_ours(node)]
    for node in sorted(statements, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        # Positions count bytes; nothing but white space stands before a statement, save `if …: import …`.
        line = lines[node.lineno - 1].encode()
        before, after = line[: node.col_offset].decode(), line[node.col_offset :].decode()
        if isinstance(node, ast.ImportFrom):
            after = re.sub(r"^from(\s+)", rf"from\1{NAMESPACE}.", after, count=1)
        elif "." in node.names[0].name:
            after = re.sub(r"^import(\s+)", rf"import\1{NAMESPACE}.", after, count=1)
        else:
            after = re.sub(r"^import(\s+)", rf"from {NAMESPACE} import\1", after, count=1)
        lines[node.lineno - 1] = before + after
    return "".join(lines)


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.level and str(node.module).split(".")[0] in PACKAGES
    return any(alias.name.split(".")[0] in PACKAGES for alias in node.names)


def _faults(tree: ast.Module, modules: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and message of what cannot be written anew."""
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and _is_ours(node):
            if len(node.names) > 1:
                yield node.lineno, f"{ast.unparse(node)}: import one package of this project a line"
            elif "." in node.names[0].name and node.names[0].asname is None:
                yield node.lineno, f"{ast.unparse(node)}: write `import … as name` or `from … import …`"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = _MODULE_TEXT.fullmatch(node.value)
            started = id(node) in pieces and re.match(rf"({_ROOT})\.", node.value)
            if started or (named and node.value.split(":")[0] in modules):
                yield node.lineno, f"{node.value!r} names a module: write it relative to __name__ or __package__"


def module_names(root: Path) -> frozenset[str]:
    """The names of all modules of the five packages."""
    paths = [path.relative_to(root) for package in PACKAGES for path in (root / package).rglob("*.py")]
    return frozenset(".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths)


def gather(folder: Path) -> None:
    """Move the five packages in a built folder into the namespace and write their imports anew. Raises RenameError."""
    modules = module_names(folder)
    for package in PACKAGES:
        for path in sorted((folder / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            path.write_text(renamed(text, path.relative_to(folder).as_posix(), modules), encoding="utf-8")
        shutil.move(folder / package, folder / NAMESPACE / package)
    (folder / "automl").mkdir()
    (folder / "automl" / "__init__.py").write_text(ALIAS, encoding="utf-8")


def main() -> None:
    """What a build front end runs."""
    from setuptools import setup
    from setuptools.command.build_py import build_py
    from setuptools.dist import Distribution

    class GatheringBuild(build_py):
        def run(self) -> None:
            if self.editable_mode:
                super().run()
                return
            for name in (*PACKAGES, NAMESPACE):  # what an earlier build left would be taken for this one's
                shutil.rmtree(Path(self.build_lib) / name, ignore_errors=True)
            super().run()
            gather(Path(self.build_lib))

    class NamedDistribution(Distribution):
        def iter_distribution_names(self) -> Iterator[str]:
            """For top_level.txt."""
            return iter((NAMESPACE, "automl"))

    setup(cmdclass={"build_py": GatheringBuild}, distclass=NamedDistribution)


if __name__ == "__main__":
    main()
