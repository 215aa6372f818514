"""From what is typed to what the proxy draws by: the same shares."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.translate import routing
from scenarios.canary import MOST, Weights, rule, scenario
from scenarios.statistics.claim import plan_claims

WEIGHTS = st.tuples(*[st.integers(0, MOST) | st.integers(0, 10)] * 3).filter(any).map(Weights)


@given(WEIGHTS)
def test_what_is_printed_can_be_typed(weights: Weights) -> None:
    """A report's title repeats the run."""
    assert weights == Weights.parse(str(weights))


@settings(max_examples=30, derandomize=True)  # each reads YAML and translates it for seven proxies
@given(WEIGHTS)
def test_the_proxy_draws_by_the_shares_that_are_claimed(weights: Weights) -> None:
    """Of productpage's route to reviews, as Envoy gets it: each version's part of all weights."""
    proxy = routing(baseline().overlaid(rule(weights)), BOOKINFO).proxies["productpage-v1"]
    (reviews,) = (host for host in proxy.routes["9080"]["virtualHosts"] if "reviews" in host["domains"])
    drawn = {
        cluster["name"].split("|")[2]: cluster["weight"]
        for cluster in reviews["routes"][0]["route"]["weightedClusters"]["clusters"]
    }

    assert {version: share for version, share in weights.shares.items() if share} == {
        version: Fraction(weight, sum(drawn.values())) for version, weight in drawn.items()
    }


@settings(max_examples=30, derandomize=True)  # of small margins, thousands of binomial sums
@given(WEIGHTS, st.integers(2, 20))
def test_every_range_holds_what_is_to_be_expected(weights: Weights, points: int) -> None:
    """A mesh that deals out exactly the shares is never accused, and a weight of 0 allows none."""
    shown = scenario(weights, Fraction(points, 100))
    for claim in plan_claims(shown.expectations, [None] * len(shown.expectations)):
        for version, share in claim.expectation.shares.items():
            assert round(share * claim.requests) in claim.allowed[version]
            assert share or claim.allowed[version].high == 0
