"""A verdict is of the answers and of the proxies' counts, and says both."""

from __future__ import annotations

from typing import Any

from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import expected
from scenarios.plugin.verdict import Seen, complaint


def seen(versions: str, **claimed: Any) -> Seen:
    """Answers of these versions, one after the other; `-` is one that a proxy gave itself."""
    found = Seen(expected(**{"shares": {"v1": 100}, "requests": len(versions), **claimed}))
    for number, one in enumerate(versions):
        told = {"service": "orders", "version": f"v{one}", "instance": "x"}
        answer = (
            StubAnswer(503, 0.1, body="no healthy upstream", at=number)
            if one == "-"
            else StubAnswer(200, 0.1, told=told, at=number)
        )
        found.observe(number, answer)
    return found


def test_holds() -> None:
    """Answers as claimed that the proxies have counted too leave nothing to say."""
    assert complaint(seen("1" * 100), {"orders-v1": 100}) is None


def test_a_stranger_fails() -> None:
    """A version that is not named must never come; the first line says so, and the others what was counted."""
    told = complaint(seen("1" * 99 + "2"), {"orders-v1": 99, "orders-v2": 1})

    assert told == (
        "FAILS: v1: 99 of 100 answers, allowed 100 for 100 %; v2: 1 of 100 answers, and must never come\n"
        "answers: v1 99, v2 1\n"
        "calls by the proxies' count: orders-v1 99, orders-v2 1"
    )


def test_an_answer_of_a_proxy() -> None:
    """Where no stub answered, the proxy's own words say why."""
    told = complaint(seen("1" * 99 + "-"), {"orders-v1": 99})

    assert told is not None
    assert told.endswith("HTTP 503 was a proxy's own answer: 'no healthy upstream'")


def test_a_call_that_no_client_saw() -> None:
    """A version that must never come fails if only the proxies have seen it, as behind a retry or a mirror."""
    told = complaint(seen("1" * 100, never=["v2"]), {"orders-v1": 100, "orders-v2": 3})

    assert told is not None
    assert told.startswith("FAILS: what must never come was called, though no client saw it answer: orders-v2 3\n")


def test_witnesses_disagree() -> None:
    """Answers that no proxy counted came from elsewhere, whatever they are."""
    for versions in ("1" * 100, "1" * 99 + "2"):
        told = complaint(seen(versions), {"orders-v1": 40, "orders-v2": 1})

        assert told is not None
        assert told.startswith("INCONCLUSIVE: the witnesses disagree: ")
        assert "answers came from orders-v1, the proxies count 40 calls of it" in told


def test_late() -> None:
    """Too many late answers fail; those that were all under way at one moment tell nothing of the rule."""
    late = complaint(seen("1" * 100, within="50ms"), {"orders-v1": 100})
    assert late is not None
    assert late.startswith("FAILS: 95 of 100 pages were to come within 0.05 s, and took up to 0.1 s")

    together = Seen(expected(status=200, within="50ms", requests=100))
    for number in range(100):
        together.observe(number, StubAnswer(200, 0.1 if number < 20 else 0.01, at=0 if number < 20 else number))
    said = complaint(together, {})
    assert said is not None
    assert said.startswith("INCONCLUSIVE: 20 of 100 pages took longer than 0.05 s, and 20 of them were under way")
