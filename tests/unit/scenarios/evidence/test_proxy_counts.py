"""The proxies' counts, compared with the clients'."""

from __future__ import annotations

import pytest

from platforms.counters import Counters, Hop
from scenarios.evidence.proxy_counts import Allowances, Disagreement, find_disagreement, read_settled, summarise
from scenarios.messages.catalogue import english
from tests.unit.scenarios.builders import tallied

V1, V2 = Hop("productpage-v1", "reviews", "v1"), Hop("productpage-v1", "reviews", "v2")
NOBODY = Allowances()
STARS = Hop("reviews-v2", "ratings", "v1")


def doubt(
    counted: Counters,
    *,
    ratings: bool | None = None,
    stars: int = 0,
    allowances: Allowances = NOBODY,
    **seen: int,
) -> Disagreement | None:
    missing = {"HTTP 503": seen.pop("missing")} if "missing" in seen else {}
    return find_disagreement(
        tallied(missing, **seen), summarise(counted), ratings=ratings, stars=stars, allowances=allowances
    )


def test_failures_that_are_meant_to_hide_are_no_doubt() -> None:
    """A claim of their own counts them; those of another app still are."""
    counted = Counters({V1: 125}, {V1: 25}, {("productpage-v1", "reviews"): 25})

    assert doubt(counted, v1=100, allowances=Allowances(rescued="reviews")) is None
    assert doubt(counted, v1=100, allowances=Allowances(rescued="details")) is not None


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
    assert doubt(Counters({V1: 905}, {V1: 5}, {("productpage-v1", "reviews"): 5}), v1=900) is None


def test_more_answers_than_pages_are_somebody_elses() -> None:
    """Requests at the gateway that are not ours name the cause."""
    found = doubt(Counters({V1: 100}), v1=90, allowances=Allowances(10))

    assert found is not None
    assert not found.contradicts
    assert "somebody else used the demo meanwhile (10 requests at the gateway not ours)" in english(found.reason)


def test_one_is_no_plural() -> None:
    """A sentence for the audience."""
    found = doubt(Counters({V1: 93}), v1=90, allowances=Allowances(1))
    alone = doubt(Counters({V1: 91}), v1=90)

    assert found is not None
    assert alone is not None
    assert "the proxies count 1 answer from reviews" in english(alone.reason)
    assert "the proxies count 3 answers from reviews" in english(found.reason)
    assert "(1 request at the gateway not ours)" in english(found.reason)


def test_few_strangers_explain_their_pages() -> None:
    """One of a hundred, rounded up, who may each have had reviews asked twice; more could hide pages that are not what they say."""
    assert doubt(Counters({V1: 610}), v1=600, allowances=Allowances(5)) is None
    assert doubt(Counters({V1: 611}), v1=600, allowances=Allowances(5)) is not None
    assert doubt(Counters({V1: 606}), v1=600, allowances=Allowances(6)) is None
    assert doubt(Counters({V1: 607}), v1=600, allowances=Allowances(7)) is not None
    assert doubt(Counters({V1: 601}), v1=600, allowances=Allowances(-3)) is not None


def test_a_page_that_was_asked_for_twice_explains_one_more_answer() -> None:
    """Productpage waited for 3 s, and asked again."""
    assert doubt(Counters({V1: 108}), v1=100, allowances=Allowances(twice=8)) is None
    assert doubt(Counters({V1: 109}), v1=100, allowances=Allowances(twice=8)) is not None


def test_strangers_do_not_explain_what_nobody_may_see() -> None:
    """An answer of an excluded version, unless a load that may see it is missing pages, or had to ask for one twice."""
    few = Allowances(5, rightful={"v2": 0})

    assert doubt(Counters({V1: 605}), v1=600, allowances=few) is None
    assert doubt(Counters({V1: 600, V2: 1}), v1=600, allowances=few) is not None
    assert doubt(Counters({V1: 600, V2: 2}), v1=598, missing=2, allowances=Allowances(rightful={"v2": 0})) is not None
    assert doubt(Counters({V1: 600, V2: 2}), v1=600, missing=2, allowances=Allowances(rightful={"v2": 1})) is None


def test_counted_retries_explain_more_answers() -> None:
    """As many as were counted, and no more."""
    counted = Counters({V1: 902}, {}, {("productpage-v1", "reviews"): 2})

    assert doubt(counted, v1=900) is None
    assert doubt(counted, v1=899) is not None


def test_pages_that_never_came_explain_the_answers_they_took() -> None:
    """The connection broke after reviews had answered, and productpage may have asked twice."""
    assert doubt(Counters({V1: 92}), v1=90, missing=1) is None
    assert doubt(Counters({V1: 93}), v1=90, missing=1) is not None


def test_stars_without_ratings_contradict() -> None:
    """Stars come from ratings, so the proxies must have seen its answers."""
    assert doubt(Counters({V2: 10, STARS: 10}), v2=10, stars=10, ratings=True) is None
    assert doubt(Counters({V2: 10, STARS: 9}), v2=10, stars=10, ratings=True) is not None


def test_answers_of_ratings_under_a_fault_contradict() -> None:
    """Ratings that answer do not fail."""
    assert doubt(Counters({V2: 10, STARS: 10}, {STARS: 10}), v2=10, ratings=False) is None
    assert doubt(Counters({V2: 10, STARS: 10}), v2=10, ratings=False) is not None


def test_errors_behind_a_retry_are_said() -> None:
    """Pages that look whole prove nothing of the requests that they took: proxies count each attempt."""
    counted = Counters({V1: 125}, {V1: 25}, {("productpage-v1", "reviews"): 25})
    found = doubt(counted, v1=100)

    assert found is not None
    assert not found.contradicts
    assert "25 of 125 attempts at reviews failed and were repeated behind pages that look whole" in english(
        found.reason
    )


def test_errors_behind_the_second_attempt_of_productpage_are_said() -> None:
    """The application's second attempt is no retry of a proxy."""
    assert doubt(Counters({V1: 103}, {V1: 3}), v1=100) is not None


@pytest.mark.parametrize("call", [("ingressgateway", "productpage"), ("productpage-v1", "details")])
def test_errors_behind_a_retry_anywhere_on_the_way_are_said(call: tuple[str, str]) -> None:
    """As far as the page needs who is asked."""
    hop = Hop(*call, "v1")

    assert doubt(Counters({V1: 100, hop: 105}, {}, {call: 5}), v1=100) is not None


def test_errors_that_visitors_see_are_not_hidden() -> None:
    """They are judged as what they are."""
    assert doubt(Counters({V1: 104}, {V1: 4}), v1=98, missing=2) is None


def test_a_single_attempt_that_fails_is_no_lie() -> None:
    """One of a hundred at most, which the report shows as success of 99 %."""
    assert doubt(Counters({V1: 100}, {V1: 1}), v1=99) is None
    assert doubt(Counters({V1: 99}, {V1: 1}), v1=98) is not None


@pytest.mark.parametrize("ratings", [None, False])
def test_ratings_that_are_to_fail_may_be_asked_again(ratings: bool | None) -> None:  # noqa: FBT001  # one of three values
    """Only where there must be stars do they count."""
    counted = Counters({V2: 10, STARS: 30}, {STARS: 30}, {("reviews-v2", "ratings"): 20})

    assert doubt(counted, v2=10, ratings=ratings) is None


def test_errors_of_ratings_behind_stars_are_said() -> None:
    """Every page has stars, and every second call of ratings failed."""
    counted = Counters({V2: 10, STARS: 20}, {STARS: 10}, {("reviews-v2", "ratings"): 10})

    assert doubt(counted, v2=10, stars=10, ratings=True) is not None


def test_counters_are_read_until_they_stand_still() -> None:
    """The last answers may be counted a moment late."""
    readings = iter([Counters({V1: 8}), Counters({V1: 9}), Counters({V1: 10}), Counters({V1: 10})])

    assert Counters({V1: 10}) == read_settled(lambda: next(readings))
