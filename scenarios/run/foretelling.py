"""How many requests a rollout takes at most, and how long that is, said before it begins."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Sequence

import urllib3

from scenarios.messages.message import Message
from scenarios.scenario import Scenario
from scenarios.statistics.claim import Claim

_PAGES = 5
_PAGE_SECONDS = 10.0


def foretell(
    scenario: Scenario, claims: Sequence[Sequence[Claim]], rate: float | None, page: Callable[[], float]
) -> Message:
    """Tell what the run takes at most, and what without a bad answer; without a rate, as long as pages one by one, `page` each.

    Several at a time come faster than that, so the time is an upper bound as long as the machine stays as it is.
    """
    most = sum(claim.requests for of_step in claims for claim in of_step)
    least = sum(step.health.least_answers for step in scenario.steps if step.health)
    seconds = 1 / rate if rate else page()
    pace = Message("run.pace_given") if rate else Message("run.pace_measured", each=1000 * seconds)
    return Message("run.at_most", n=most, least=least, seconds=most * seconds, least_seconds=least * seconds, pace=pace)


def time_page(url: str) -> float:
    """Return how many seconds a page takes, the median of a few."""
    took = []
    with urllib3.PoolManager(timeout=_PAGE_SECONDS, retries=False) as pool:
        for _ in range(_PAGES):
            began = time.perf_counter()
            with contextlib.suppress(urllib3.exceptions.HTTPError):  # one that does not come took as long as it took
                pool.request("GET", url)
            took.append(time.perf_counter() - began)
    return statistics.median(took)
