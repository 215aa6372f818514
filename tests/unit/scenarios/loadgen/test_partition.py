"""An order split out to workers is the same order."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.loadgen.partition import partition

LOADS = st.builds(
    lambda end_user, requests, users: {"end_user": end_user, "requests": requests, "users": min(users, requests)},
    st.sampled_from(["", "opennaru", "somebody", "홍길동"]),
    st.integers(1, 2000),
    st.integers(1, 64),
)
ORDERS = st.builds(
    lambda loads, rate: {"url": "http://gateway", "rate": rate, "timeout": 10.0, "loads": loads},
    st.lists(LOADS, min_size=1, max_size=5),
    st.none() | st.floats(0.1, 10_000),
)


def whole(orders: list[dict[str, Any]], field: str) -> Counter[str]:
    count: Counter[str] = Counter()
    for order in orders:
        for load in order["loads"]:
            count[load["end_user"]] += load[field]
    return count


@given(ORDERS, st.integers(1, 9))
def test_nothing_is_lost_or_added(order: dict[str, Any], workers: int) -> None:
    """All parts together are as many requests and users of every end user as the order, at the same rate."""
    split = partition(order, workers)
    parts = [part for part in split if part]

    assert workers == len(split)
    assert whole([order], "requests") == whole(parts, "requests")
    assert whole([order], "users") == whole(parts, "users")
    assert order["rate"] is None or abs(order["rate"] - sum(part["rate"] for part in parts)) < 1e-6 * order["rate"]
    assert all(load["users"] and load["requests"] for part in parts for load in part["loads"])


def test_small_loads_are_spread() -> None:
    """Four end users with one user each give two workers two users each."""
    loads = [{"end_user": name, "requests": 10, "users": 1} for name in "abcd"]
    parts = partition({"url": "", "rate": None, "timeout": 10.0, "loads": loads}, 2)

    assert [["a", "c"], ["b", "d"]] == [[load["end_user"] for load in part["loads"]] for part in parts if part]


def test_parts_take_turns() -> None:
    """At a rate, the workers' requests fall between each other's, not at the same moments."""
    order = {"url": "", "rate": 10.0, "timeout": 10.0, "loads": [{"end_user": "", "requests": 8, "users": 2}]}
    due = [part["phase"] + turn / part["rate"] for part in partition(order, 2) if part for turn in range(4)]

    assert [turn / 10 for turn in range(8)] == [round(moment, 9) for moment in sorted(due)]
