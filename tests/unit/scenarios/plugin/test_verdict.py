"""A verdict is of the answers and of the proxies' counts, and says both."""

from __future__ import annotations

from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import expected
from scenarios.plugin.verdict import Seen


def seen(versions: str, *, never: tuple[str, ...] = (), within: str | None = None) -> Seen:
    found = Seen(
        expected(shares={"v1": 100}, status=None, never=never, within=within, requests=len(versions), margin=5)
    )
    for number, one in enumerate(versions):
        told = {"service": "orders", "version": f"v{one}", "instance": "x"}
        found.observe(number, StubAnswer(200, 0.1, told=told))
    return found


def test_holds() -> None:
    """Answers as claimed that the proxies have counted too leave nothing to say."""
    assert [] == seen("1" * 100).complaints({"orders-v1": 100})


def test_a_stranger_fails() -> None:
    """A version that is not named must never come."""
    told = seen("1" * 99 + "2").complaints({"orders-v1": 99, "orders-v2": 1})

    assert ["v1: 99 of 100 answers, allowed 100 for 100 %", "v2: 1 of 100 answers, and must never come"] == told


def test_a_call_that_no_client_saw() -> None:
    """A version that must never come fails if only the proxies have seen it, as behind a retry."""
    (told,) = seen("1" * 100, never=("v2",)).complaints({"orders-v1": 100, "orders-v2": 3})

    assert told.startswith("3 calls of what must never come")


def test_witnesses_disagree() -> None:
    """Answers that no proxy counted came from elsewhere."""
    (told,) = seen("1" * 100).complaints({"orders-v1": 40})

    assert told.startswith("INCONCLUSIVE: 100 answers came from orders-v1")


def test_late() -> None:
    """Too many late answers fail, with how many are allowed."""
    assert (
        "100 of 100 answers took longer than 50 ms" in seen("1" * 100, within="50ms").complaints({"orders-v1": 100})[0]
    )
