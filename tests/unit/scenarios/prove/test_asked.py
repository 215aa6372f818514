"""What an expectation asks for, and what makes no sense."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.errors import UsageError
from scenarios.evidence.observation import status_outcome
from scenarios.messages.catalogue import english
from scenarios.statistics.claim import Aspect
from tests.unit.scenarios.prove.files import one


def asked(written: str) -> dict[str, str]:
    return {english(outcome): str(share) for outcome, share in one(written).shares.items()}


def test_versions_that_are_not_named_never_come() -> None:
    """Shares are exact, whatever a float makes of them."""
    assert {"v1": "9/10", "v2": "0", "v3": "1/10"} == asked("{shares: {v1: 90, v3: 10}}")
    assert {"v1": "333/1000", "v2": "333/1000", "v3": "167/500"} == asked("{shares: {v1: 33.3, v2: 33.3, v3: 33.4}}")
    assert not one("{shares: {v1: 100}}").others_may_come


def test_what_never_comes_leaves_the_rest_open() -> None:
    """Where nothing else is said of the rest."""
    assert {"v3": "0"} == asked("{never: [v3]}")
    assert one("{never: [v3]}").others_may_come
    assert {"HTTP 503": "0", "HTTP 500": "0"} == asked("{never: [503, 500]}")
    assert {"HTTP 200": "1", "HTTP 503": "0"} == asked("{status: 200, never: [503]}")
    assert not one("{status: 200, never: [503]}").others_may_come


def test_a_time_alone_is_of_good_answers() -> None:
    """95 of 100 of them within it."""
    expected = one("{within: 1.5s}")

    assert (Aspect.STATUS, {status_outcome(200): 1}, 1.5) == (expected.aspect, expected.shares, expected.budget)


def test_every_field_is_asked_for() -> None:
    """By this end user, with these headers, at this path, so many times."""
    expected = one(
        "{as: 홍길동, headers: {x-canary: '1'}, path: /api/v1/products, requests: 20, status: {200: 99.5, 503: 0.5}}"
    )

    assert ("홍길동", "/api/v1/products", 20) == (expected.end_user, expected.path, expected.requests)
    assert {"x-canary": "1"} == expected.headers
    assert {status_outcome(200): Fraction(199, 200), status_outcome(503): Fraction(1, 200)} == expected.shares


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{shares: {v1: 50, v2: 40}}", "shares: add up to 90, and not to 100"),
        ("{status: {200: 50, 503: 40}}", "status: add up to 90, and not to 100"),
        ("{never: [503, v2]}", "never: 503: no version: expect statuses on their own"),
        ("{shares: {v1: 50, v2: 50}, never: [v2]}", "never: v2 is to come in 50 of 100 answers too"),
        ("{status: 503, never: [503]}", "never: HTTP 503 is to come in 100 of 100 answers too"),
        ("{status: 200, never: [v2]}", "never: status is expected"),
        ("{never: [199]}", "never: 199: no status of an answer"),
        ("{shares: {v1: 100}, status: 200}", "status: an answer counts for its version or for its status"),
        ("{shares: {v1: 100}, path: /health}", "path: versions are read from the page"),
        ("{as: jason, requests: 5}", "expects nothing"),
        ("{within: 20s}", "within: '20s': no duration from 1ms to below 10s"),
        ("{within: 1us}", "within: '1us': no duration"),
        ("{within: soon}", "within: 'soon': no duration"),
        ("{as: ' ', status: 200}", "as: "),
        ("{status: 200, headers: {end-user: jason}}", "headers: end-user: productpage sets it"),
        ("{status: 200, as: jason, headers: {Cookie: a=b}}", "headers: Cookie: jason signs in by a cookie"),
        ("{status: 200, headers: {tracestate: a}}", "headers: tracestate: the run sets this header itself"),
        ("{status: 200, headers: {x y: a}}", "headers: 'x y': 'a' cannot be sent"),
        ('{status: 200, headers: {x: "a\\nb"}}', "headers: 'x': 'a\\nb' cannot be sent"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(written: str, said: str) -> None:
    """With the line and the field."""
    with pytest.raises(UsageError) as refused:
        one(written)

    where, _, why = str(refused.value).partition(": ")
    assert "expect.yaml:2" == where
    assert why.removeprefix("expectations[0]").removeprefix(".").removeprefix(": ").startswith(said)
    assert "\n" not in str(refused.value)
