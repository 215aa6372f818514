"""What is said of pairs that are not as they should be."""

from __future__ import annotations

from platforms.counters import Heard
from scenarios.evidence.pair import Caller, Kind, Pair
from scenarios.messages.catalogue import english
from scenarios.reporting.trial.words import reasons

REVIEWS = Caller(Kind.PROXY, "reviews-v2", "reviews")


def test_an_arrow_that_closed_is_no_arrow_that_opened() -> None:
    """Each is named with what came and what should have come; what is right is not."""
    pairs = [
        Pair(REVIEWS, "ratings", (403, 503), Heard(1, 1, 0)),
        Pair(REVIEWS, "details", (200, 403), Heard(1, 1, 0)),
        Pair(REVIEWS, "productpage", (403, 403), Heard(0, 2, 0)),
    ]

    assert [
        "1 arrow opened: reviews-v2 → details",
        "not as they should be: reviews-v2 → ratings (403, HTTP 503, not answered)",
    ] == [english(part) for part in reasons(pairs)]
