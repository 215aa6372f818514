"""Counts that a restart does not take back."""

from __future__ import annotations

from platforms.counters import Counters, Hop, MonotonicCounters, MonotonicCounts

HOP = Hop("reviews-v3", "ratings", "v1")
CALL = ("reviews-v3", "ratings")


def told(requests: int) -> Counters:
    return Counters({HOP: requests}, {HOP: 1}, {}, {CALL: 1}, {CALL: requests})


def test_counts() -> None:
    """The counts of a proxy from before they started anew are not lost."""
    counts = MonotonicCounts()
    readings = [counts.update(counted) for counted in ({"a": 5}, {"a": 7, "b": 1}, {"b": 2}, {"a": 1, "b": 3})]

    assert [{"a": 5}, {"a": 7, "b": 1}, {"a": 7, "b": 2}, {"a": 8, "b": 3}] == readings


def test_total() -> None:
    """All proxies of a workload count together, each by itself monotonic, also when one is gone."""
    counters = MonotonicCounters()
    readings = [
        counters.total({name: told(requests) for name, requests in proxies.items()})
        for proxies in ({"a": 5, "b": 1}, {"a": 7, "b": 0}, {"b": 2})
    ]

    assert [6, 8, 10] == [one.requests[HOP] for one in readings]
    assert [2, 2, 2] == [one.failures[HOP] for one in readings]
    assert [2, 2, 2] == [one.rescued[CALL] for one in readings]
    assert [6, 8, 10] == [one.timeouts[CALL] for one in readings]


def test_between_two_readings() -> None:
    """Each count by itself; one that is not kept stays one that is not there."""
    between = told(7).since(told(5))

    assert (2, 0, 2) == (between.requests[HOP], between.rescued[CALL], between.timeouts[CALL])
    assert {} == between.retries
