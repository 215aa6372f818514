"""What the proxies counted, held against what the clients saw."""

from __future__ import annotations

from platforms import Counters, Hop
from scenarios.runner.witness import Disagreement, disagreement, hear, settled
from tests.unit.runner.builders import tallied

V1, V2 = Hop("productpage-v1", "reviews", "v1"), Hop("productpage-v1", "reviews", "v2")
STARS = Hop("reviews-v2", "ratings", "v1")


def doubt(
    counted: Counters, *, ratings: bool | None = None, stars: int = 0, strangers: int = 0, **seen: int
) -> Disagreement | None:
    missing = {"HTTP 503": seen.pop("missing")} if "missing" in seen else {}
    return disagreement(tallied(missing, **seen), hear(counted), ratings=ratings, stars=stars, strangers=strangers)


def test_equal_counts_agree() -> None:
    """Every page's version was sent there by the proxies."""
    assert doubt(Counters({V1: 90, V2: 10}), v1=90, v2=10) is None


def test_a_version_that_the_proxies_did_not_send_to_contradicts() -> None:
    """A page cannot come from where nobody asked."""
    found = doubt(Counters({V1: 90, V2: 9}), v1=90, v2=10)

    assert found is not None
    assert found.contradicts


def test_failed_attempts_do_not_count_as_answers() -> None:
    """Attempts that failed and were repeated leave the answers as the clients saw them."""
    assert doubt(Counters({V1: 95}, {V1: 5}, {("productpage-v1", "reviews"): 5}), v1=90) is None


def test_more_answers_than_pages_are_somebody_elses() -> None:
    """What the gateway let in beside our own names the cause."""
    found = doubt(Counters({V1: 100}), v1=90, strangers=10)

    assert found is not None
    assert not found.contradicts
    assert "somebody else used the demo meanwhile (10 requests at the gateway not ours)" in found.reason


def test_one_is_no_plural() -> None:
    """A sentence for the audience."""
    found = doubt(Counters({V1: 91}), v1=90, strangers=1)

    assert found is not None
    assert "the proxies count 1 answer from reviews" in found.reason
    assert "(1 request at the gateway not ours)" in found.reason


def test_counted_retries_explain_more_answers() -> None:
    """As many as were counted, and no more."""
    counted = Counters({V1: 92}, {}, {("productpage-v1", "reviews"): 2})

    assert doubt(counted, v1=90) is None
    assert doubt(counted, v1=89) is not None


def test_pages_that_never_came_explain_the_answers_they_took() -> None:
    """The connection broke after reviews had answered, and productpage may have asked twice."""
    assert doubt(Counters({V1: 92}), v1=90, missing=1) is None
    assert doubt(Counters({V1: 93}), v1=90, missing=1) is not None


def test_stars_without_ratings_contradict() -> None:
    """Stars come from ratings, so the proxies must have seen its answers."""
    assert doubt(Counters({V2: 10, STARS: 10}), v2=10, stars=10, ratings=True) is None
    assert doubt(Counters({V2: 10, STARS: 9}), v2=10, stars=10, ratings=True) is not None


def test_answers_of_ratings_under_a_fault_contradict() -> None:
    """If ratings answered, it did not fail."""
    assert doubt(Counters({V2: 10, STARS: 10}, {STARS: 10}), v2=10, ratings=False) is None
    assert doubt(Counters({V2: 10, STARS: 10}), v2=10, ratings=False) is not None


def test_counters_are_read_until_they_stand_still() -> None:
    """The last answers may be counted a moment late."""
    readings = iter([Counters({V1: 8}), Counters({V1: 9}), Counters({V1: 10}), Counters({V1: 10})])

    assert Counters({V1: 10}) == settled(lambda: next(readings))
