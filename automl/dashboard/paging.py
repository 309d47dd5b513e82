"""Pages of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Paging:
    """Which page of a list is shown: ``page`` from 1, ``per_page`` rows of ``total``, at an ``address`` with ``options``."""

    address: str
    page: int
    per_page: int
    total: int
    options: Mapping[str, str]

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The number of the first row, from 1."""
        return (self.page - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        """The number of the last row."""
        return min(self.total, self.page * self.per_page)

    def link(self, page: int) -> str:
        """The address of a page."""
        options = {name: value for name, value in self.options.items() if value}
        return f"{self.address}?{urlencode(options | {'page': str(page)})}"
