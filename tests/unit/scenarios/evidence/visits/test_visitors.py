"""Visitors who come steadily."""

from __future__ import annotations

import threading

from scenarios.evidence.visits.visitors import Visitors
from tests.fakes import Defects, FakePlatform


def test_every_page_has_arrived_when_the_block_is_left() -> None:
    """So that none is counted for what comes later; each was heard of as it came."""
    came, three = [], threading.Event()

    def hear(visit: object) -> None:
        came.append(visit)
        if len(came) == 3:  # enough
            three.set()

    with FakePlatform() as platform:
        with Visitors(platform.gateway_url, 0.01, hear) as visitors:
            assert three.wait(30)

        assert platform.asked_for_page == len(visitors.visits) == len(came)
    assert all(one.marks["details"] == "shown" and one.milliseconds > 0 for one in visitors.visits)


def test_no_page_has_no_marks() -> None:
    """A broken connection ends no visitor."""
    seen = threading.Event()
    with (
        FakePlatform(defects=Defects(cut_connections=1.0)) as platform,
        Visitors(platform.gateway_url, 0.01, lambda _: seen.set()) as visitors,
    ):
        assert seen.wait(30)
    assert {} == visitors.visits[0].marks
