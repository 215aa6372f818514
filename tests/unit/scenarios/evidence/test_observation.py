"""Outcomes of answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.evidence.observation import Observation, marks, tally
from scenarios.messages.catalogue import english
from scenarios.statistics.claim import Aspect

V3 = {
    "end-user": "",
    "details": "shown",
    "reviews": "shown",
    "reviews-version": "v3",
    "reviews-pod": "reviews-v3-abc",
    "review-count": "2",
    "rated-count": "2",
    "ratings": "shown",
    "star-color": "red",
}


def answer(status: int = 200, milliseconds: float = 10.0, **changed: str) -> Observation:
    return Observation("", status, milliseconds, {**V3, **{k.replace("_", "-"): v for k, v in changed.items()}})


def outcome(seen: Observation, aspect: Aspect = Aspect.PAGE, within: float | None = None) -> str | None:
    return next(map(english, tally([seen], aspect, within=within).outcomes), None)


def missing(seen: Observation, aspect: Aspect) -> dict[str, int]:
    return {english(why): n for why, n in tally([seen], aspect, within=None).missing.items()}


def test_the_marks_are_read_from_the_one_element_that_carries_them() -> None:
    """The names of the contract, without `data-`, unescaped."""
    page = (
        '<main class="x" id="bookinfo" data-end-user="a&amp;b &quot;c&quot;" data-reviews-version="v2"><p data-x="1">'
    )

    assert {"end-user": 'a&b "c"', "reviews-version": "v2"} == marks(page)


@given(st.text())
def test_a_page_of_somebody_else_has_no_marks(text: str) -> None:
    """Any other text is read without a complaint."""
    assert {} == marks(text.replace("bookinfo", ""))


def test_a_page_with_stars_says_their_colour() -> None:
    """Red stars are not black stars."""
    assert "red stars" == outcome(answer())
    assert "black stars" == outcome(answer(reviews_version="v2", star_color="black"))


def test_a_degraded_page_says_what_is_left() -> None:
    """Without ratings, reviews or details the page says which."""
    assert "ratings unavailable" == outcome(answer(ratings="unavailable"))
    assert "no stars" == outcome(answer(ratings="not-asked", reviews_version="v1"))
    assert "reviews unavailable" == outcome(answer(reviews="unavailable", ratings="unknown"))
    assert "details unavailable" == outcome(answer(details="unavailable"))


def test_a_page_after_its_time_budget_is_too_late() -> None:
    """A page that waited for late ratings is no page within the budget."""
    assert "too late" == outcome(answer(milliseconds=7100), within=7)
    assert "red stars" == outcome(answer(milliseconds=6900), within=7)


def test_an_error_page_is_seen_by_the_visitor_but_shows_no_version() -> None:
    """It refutes `the page stays`, and says nothing about weights."""
    broken = Observation("", 503, 3.0)

    assert "no page" == outcome(broken)
    assert {"HTTP 503": 1} == missing(broken, Aspect.REVIEWS)


def test_a_time_out_is_seen_by_the_visitor_and_a_broken_connection_is_not() -> None:
    """Waiting in vain is an experience; a refused connection may be our own fault."""
    assert "no page" == outcome(Observation("", 0, 10_000.0, error="time-out", timed_out=True))
    assert {"connection refused": 1} == missing(Observation("", 0, 1.0, error="connection refused"), Aspect.PAGE)


def test_a_page_signed_in_as_somebody_else_is_not_the_end_users() -> None:
    """A lost session is not counted as the end user's answer."""
    lost = Observation("opennaru", 200, 10.0, V3)

    assert {"the page is signed in as nobody": 1} == missing(lost, Aspect.REVIEWS)


def test_pages_without_reviews_have_no_version() -> None:
    """The outcome then says so."""
    seen = answer(reviews="unavailable", reviews_version="", ratings="unknown")

    assert "reviews unavailable" == outcome(seen, Aspect.REVIEWS)


@pytest.mark.parametrize("aspect", [Aspect.REVIEWS, Aspect.WHOLE])
@pytest.mark.parametrize(
    ("version", "marks_"),
    [
        ("v1", {"ratings": "not-asked", "rated_count": "0", "star_color": ""}),
        ("v2", {"star_color": "black"}),
        ("v3", {}),
    ],
)
def test_a_version_that_wears_its_own_is_itself(version: str, marks_: dict[str, str], aspect: Aspect) -> None:
    """None, black, red."""
    assert version == outcome(answer(reviews_version=version, **marks_), aspect)


NONE = {"ratings": "not-asked", "rated_count": "0", "star_color": ""}


@pytest.mark.parametrize(
    ("marks_", "said"),
    [
        ({"star_color": "black"}, "v3 black stars"),
        ({"reviews_version": "v2"}, "v2 red stars"),
        ({"reviews_version": "v1"}, "v1 red stars"),
        (NONE, "v3 no stars"),
        ({"rated_count": "1"}, "v3 stars on 1 of 2 reviews"),
        ({"review_count": "1", "rated_count": "1"}, "v3 1 of 2 reviews"),
        ({"review_count": "0", **NONE}, "v3 0 of 2 reviews"),
        ({"star_color": "black red"}, "v3 black red stars"),
        ({"star_color": ""}, "v3 colourless stars"),
        ({"details": "unavailable"}, "details unavailable"),
    ],
)
def test_a_version_that_does_not_wear_its_own_is_something_else(marks_: dict[str, str], said: str) -> None:
    """An image with the wrong tag, or a page that is not whole: nobody asked for it."""
    assert said == outcome(answer(**marks_), Aspect.WHOLE)


def test_a_version_that_asks_no_ratings_misses_none() -> None:
    """One that does is another, whatever its name."""
    seen = answer(reviews_version="v1", ratings="unavailable", rated_count="0", star_color="")

    assert "ratings unavailable" == outcome(seen, Aspect.WHOLE)


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_without_ratings_nobody_knows_what_a_version_wears(version: str) -> None:
    """Its answer is missing, for that reason; which version it was is known all the same."""
    seen = answer(reviews_version=version, ratings="unavailable", rated_count="0", star_color="")

    assert {"ratings unavailable": 1} == missing(seen, Aspect.WHOLE)
    assert version == outcome(seen, Aspect.REVIEWS)


def test_details_that_were_given_up_are_a_missing_answer() -> None:
    """Of a machine with other things to do; details that are refused at once are seen."""
    slow = answer(details="unavailable", milliseconds=3010.0)

    assert {"details unavailable": 1} == missing(slow, Aspect.WHOLE)
    assert "details unavailable" == outcome(answer(details="unavailable"), Aspect.WHOLE)


def test_percentiles_are_of_all_answers() -> None:
    """The worst is the slowest one."""
    tallied = tally([answer(milliseconds=float(n)) for n in range(1, 101)], Aspect.PAGE, within=None)

    assert [51.0, 96.0, 100.0] == [tallied.percentile(percent) for percent in (50, 95, 100)]


def test_a_page_without_reviews_does_not_say_whose_it_was_to_be() -> None:
    """It is a missing answer of a split, and no accusation."""
    seen = answer(reviews="unavailable", reviews_version="", ratings="unknown")

    assert {"reviews unavailable": 1} == missing(seen, Aspect.WHOLE)


@pytest.mark.parametrize(("milliseconds", "twice"), [(2_999.0, 0), (3_000.0, 1)])
def test_a_page_that_took_as_long_as_productpage_waits_may_have_been_asked_for_twice(
    milliseconds: float, twice: int
) -> None:
    """For 3 s, by the contract."""
    seen = replace(answer(), milliseconds=milliseconds)

    assert {"v3": twice} == tally([seen], Aspect.WHOLE, within=None).twice


def test_a_status_is_an_outcome() -> None:
    """Whatever came with it; a time-out is one too, and a broken connection is none."""
    assert "HTTP 200" == outcome(answer(), Aspect.STATUS)
    assert "HTTP 503" == outcome(Observation("", 503, 1.0), Aspect.STATUS)
    assert "time-out" == outcome(Observation("", 0, 10_000.0, error="time-out", timed_out=True), Aspect.STATUS)
    assert outcome(Observation("", 0, 1.0, error="connection reset"), Aspect.STATUS) is None
