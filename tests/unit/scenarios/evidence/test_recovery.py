"""Recovery as visitors see it."""

from __future__ import annotations

import threading

import pytest

from platforms.boundary import State
from scenarios.evidence.recovery import ProbedPage, Recovery, RecoveryProbe, measure_recovery
from scenarios.fault_ratings import Fault, with_fault
from tests.fakes import Defects, FakePlatform


def test_stars_come_back_while_the_last_pages_still_lack_them() -> None:
    """The first page with stars and the last without overlap, and both are told from the healed state on."""
    pages = [
        ProbedPage(1.9, stars=False),
        ProbedPage(2.25, stars=True),
        ProbedPage(2.5, stars=False),
        ProbedPage(2.75, stars=True),
    ]

    assert Recovery(250.0, 500.0, 4) == measure_recovery(pages, applied=2.0)


def test_what_nobody_saw_has_no_time() -> None:
    """No stars, or nothing but stars."""
    assert (None, 500.0) == (measure_recovery([ProbedPage(2.5, stars=False)], applied=2.0).first_with_ms, 500.0)
    assert None is measure_recovery([ProbedPage(2.5, stars=True)], applied=2.0).last_without_ms


def test_a_page_before_the_healing_counts_from_it() -> None:
    """Nobody waited for a page that had already come."""
    assert 0.0 == measure_recovery([ProbedPage(1.5, stars=False)], applied=2.0).last_without_ms


def test_visitors_see_the_fault_go() -> None:
    """Some come before it is lifted, and they go on until stars are back."""
    with FakePlatform(lag=0.1) as platform:
        platform.apply(with_fault(Fault.ABORT, "v3"))
        platform.wait_until_converged(with_fault(Fault.ABORT, "v3"), timeout=30)
        healed = State(with_fault(Fault.OUTAGE, "v3").resources)
        with RecoveryProbe(platform.gateway_url) as probe:
            platform.apply(healed)
            platform.wait_until_converged(healed, timeout=30)
        counted = platform.upstream_requests()

        assert counted == platform.upstream_requests()
    found = probe.recovery

    assert found.first_with_ms is not None
    assert found.last_without_ms is not None
    assert 100 <= found.first_with_ms
    assert 1 < found.pages


def test_a_broken_connection_is_a_page_without_stars() -> None:
    """It ends no visitor, and no run."""
    with FakePlatform(defects=Defects(cut_connections=0.5)) as platform, RecoveryProbe(platform.gateway_url) as probe:
        healed = State(with_fault(Fault.OUTAGE, "v3").resources)
        platform.apply(healed)
        platform.wait_until_converged(healed, timeout=30)

    assert probe.recovery.first_with_ms is not None


def test_a_failure_waits_for_no_visitor() -> None:
    """A run that is stopped does not wait for pages that take seconds."""
    before = threading.active_count()
    with FakePlatform(second=100.0) as platform:
        platform.apply(with_fault(Fault.DELAY, "v3"))
        with pytest.raises(KeyboardInterrupt), RecoveryProbe(platform.gateway_url):
            raise KeyboardInterrupt

        assert before < threading.active_count()  # they are daemons, and end with the process
