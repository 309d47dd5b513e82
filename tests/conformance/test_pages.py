"""Every page of the inspection that is found meets the suite."""

from __future__ import annotations

import pytest

from automl.reports.inspection.page import PAGES
from automl.testing import PageSuite


def test_the_first_pages_are_found() -> None:
    assert {"adversarial", "filters", "fooling", "misclassified"} <= set(PAGES.found())


class TestPages(PageSuite):
    @pytest.fixture(params=sorted(PAGES.found()))
    def page(self, request):
        return PAGES.found()[request.param]
