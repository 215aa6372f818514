"""What productpage counts: C58."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.contract.http.harness.visitor import Visitor

SAMPLE = re.compile(r'^request_result_total\{destination_app="(\w+)",response_code="(\w+)"\} (\S+)$', re.MULTILINE)
APPS = ("details", "reviews", "ratings")


# A connection of its own for every request, so that each worker process has its turn.
ALONE = {"Connection": "close"}


def _scrape(productpage: Visitor) -> Mapping[str, float]:
    """How many calls of each app were answered 200 so far."""
    samples = SAMPLE.findall(productpage.get("/metrics", headers=ALONE).text)
    return {app: float(value) for app, code, value in samples if code == "200"}


@pytest.mark.better
def test_c58_calls_are_counted_by_app_and_never_uncounted(productpage: Visitor) -> None:
    """C58: every app called has its counter, and no scrape of twenty shows less than the one before."""
    before = _scrape(productpage)
    scrapes = []
    for _ in range(20):
        productpage.get("/productpage", headers=ALONE)
        productpage.get("/api/v1/products/0/ratings", headers=ALONE)
        scrapes.append(_scrape(productpage))

    for app in APPS:
        seen = [scrape[app] for scrape in scrapes]
        assert sorted(seen) == seen
        assert before.get(app, 0) + 20 == seen[-1]
