"""What mkdocs calls while it makes the site: adds the pages that are written from the code.

mkdocs loads this file by its path, so that nothing here can be imported relative to it.
"""

from __future__ import annotations

from typing import Any

from experiments.site.pages import generated_pages


def on_files(files: Any, config: Any) -> Any:
    """The files of ``docs`` with the generated ones.

    files: mkdocs's own list.
    config: mkdocs's own.
    """
    from mkdocs.structure.files import File

    for path, text in generated_pages().items():
        files.append(File.generated(config, path, content=text))
    return files
