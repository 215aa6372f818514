"""What a rollout says before it begins."""

from __future__ import annotations

from fractions import Fraction

from scenarios.messages.catalogue import english
from scenarios.rollout import COMMAND
from scenarios.run.foretelling import foretell, time_page
from scenarios.run.run import LoadProfile, plan_steps
from tests.fakes import FakePlatform


def test_the_requests_and_their_time_are_told() -> None:
    """At the rate that was asked for, or at the pace of a page."""
    scenario = COMMAND.scenario(["--steps", "50"], Fraction(5, 100))
    claims = plan_steps(scenario, LoadProfile(requests=100))

    at_rate, measured = foretell(scenario, claims, 10.0, lambda: 0.0), foretell(scenario, claims, None, lambda: 0.5)

    assert "at most 300 requests in all" in english(at_rate)
    assert "30 and 106 s at the rate asked for" in english(at_rate)
    assert "150 and 532 s at the pace of one page after the other, 500 ms each" in english(measured)


def test_a_page_takes_time() -> None:
    """One that does not come took as long as it took."""
    with FakePlatform() as platform:
        assert 0 < time_page(f"{platform.gateway_url}/productpage") < 10
    assert 0 < time_page(f"{platform.gateway_url}/productpage") < 10
