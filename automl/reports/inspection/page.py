"""A page of the inspection: one thing that is looked for in a trained program, found in ``pages/`` and in modules from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from primitives.brief import brief_repr
from primitives.plugins import PluginKind, instances

from ...errors import TaskError
from ..pictures import AbstractPicture

if TYPE_CHECKING:
    from ...evaluation.model import Model
    from ...tasks.task import Task
    from .cases import Cases, InspectionSettings


@dataclass(frozen=True, eq=False)
class Inspected:
    """What a page looks at: the ``model``, the ``settings``, and the held-out cases and the ``task`` that they are of, where data was
    given."""

    model: Model
    settings: InspectionSettings
    given: Cases | None = None
    task: Task | None = None

    __repr__ = brief_repr

    @property
    def cases(self) -> Cases:
        """The held-out cases. Raises TaskError where there is no data."""
        if self.given is None:
            raise TaskError("task=None: the data that the program was trained for is required; give it (--data)")
        return self.given


@dataclass(frozen=True, eq=False)
class Section:
    """What a page found: JSON-able facts, and pictures by file name without its ending."""

    facts: Mapping[str, Any]
    pictures: Mapping[str, AbstractPicture] = field(default_factory=dict)

    __repr__ = brief_repr


@dataclass(frozen=True)
class ShownTable:
    """A table for people: a ``title``, the names of the ``columns``, and ``rows`` of as many values."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


Shown = Iterator[str | ShownTable]
"""Lines and tables for people, in their order."""


@dataclass(frozen=True)
class Page:
    """``name`` as it is asked for and under which its facts stand in the report; ``find`` looks at the program; ``show`` says the
    facts that it found to people, and says nothing of what is not among them. ``needs_data``: whether it needs held-out cases. A fact
    ``reason`` is what it says where the program has not what it looks for; every page's is shown."""

    name: str
    find: Callable[[Inspected], Section]
    show: Callable[[Mapping[str, Any]], Shown]
    needs_data: bool = True


PAGES: PluginKind[Page] = PluginKind("page", f"{__package__}.pages", instances(Page), "pages")


def pages() -> Mapping[str, Page]:
    """Every page by name, those from outside first. Raises PluginError where two have one name."""
    return PAGES.found()


def shown(facts: Mapping[str, Any]) -> Shown:
    """A report's facts for people, page by page; every figure is in the report itself."""
    for name, page in pages().items():
        if name in facts:
            yield from page.show(facts[name])
            if "reason" in facts[name]:
                yield f"{name}: {facts[name]['reason']}"
