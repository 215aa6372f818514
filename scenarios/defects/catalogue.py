"""The catalogue of defects, in the order in which they are planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from platforms.errors import NotConverged
from scenarios import canary, fault_ratings, rollout, scale_out, user_routing
from scenarios.canary import Weights
from scenarios.defects import mutations
from scenarios.defects.beyond_the_deck import (
    counted_defects,
    ejection_defects,
    rollout_defects,
    scaling_defects,
)
from scenarios.defects.defect import Defect
from scenarios.evidence.judgement import Verdict
from scenarios.fault_ratings import Fault
from scenarios.messages.message import Message
from scenarios.scenario import Scenario

_MARGIN = Fraction(5, 100)
_CALLER = {"app": "productpage", "version": "v1"}
_USER = user_routing.SLIDE_USER


def defects() -> tuple[Defect, ...]:
    """Return five controls without a defect, which must hold, then one entry per defect."""
    release = canary.scenario(Weights((90, 10, 0)), _MARGIN)
    user = user_routing.scenario(_USER, _MARGIN)
    fault = fault_ratings.scenario(Fault.ABORT, "v3", _MARGIN)
    return (
        *map(_no_defect, (release, user, fault, rollout.COMMAND.scenario(["--steps", "50"], _MARGIN))),
        replace(_no_defect(scale_out.COMMAND.scenario(["--by", "replicas"], _MARGIN)), fit=scale_out.COMMAND.fit),
        *_canary_defects(release),
        *_user_routing_defects(user),
        *_fault_defects(fault),
        *counted_defects(),
        *ejection_defects(),
        *scaling_defects(),
        *rollout_defects(),
        *_run_defects(release),
        *_restore_defects(user),
    )


def _no_defect(scenario: Scenario) -> Defect:
    return Defect(
        name=f"nothing-{scenario.name}",
        description=Message("defect.nothing"),
        scenario=scenario,
        step=scenario.point,
        actual_state=scenario.steps[scenario.point].state,
        expected=Verdict.HOLDS,
    )


def _canary_defects(scenario: Scenario) -> Iterator[Defect]:
    weights = scenario.steps[1].state
    with_stale_proxy = mutations.with_stale_proxy(weights, _CALLER)
    yield Defect(
        name="weights",
        description=Message("defect.weights"),
        scenario=scenario,
        step=1,
        actual_state=mutations.with_weights(weights, 80, 20, 0),
        expected=Verdict.FAILS,
        expected_reason="v2",
    )
    yield Defect(
        name="leak",
        description=Message("defect.leak"),
        scenario=scenario,
        step=1,
        actual_state=mutations.with_weights(weights, 882, 98, 20),
        expected=Verdict.FAILS,
        expected_reason="v3",
    )
    yield Defect(
        name="stale-proxy",
        description=Message("defect.stale_proxy"),
        scenario=scenario,
        step=1,
        actual_state=with_stale_proxy,
        expected=NotConverged,
        expected_reason="productpage",
        convergence_checked=True,
    )
    yield Defect(
        name="stale-proxy-unasked",
        description=Message("defect.stale_proxy_unasked"),
        scenario=scenario,
        step=1,
        actual_state=with_stale_proxy,
        expected=Verdict.FAILS,
        expected_reason="v3",
    )

    right = Defect(name="", description="", scenario=scenario, step=1, actual_state=weights, expected=Verdict.FAILS)
    yield replace(
        right,
        name="stars-swapped",
        description=Message("defect.stars_swapped"),
        expected_reason="v2 red stars",
        rewrite_page=mutations.swap_stars,
    )
    yield replace(
        right,
        name="details-missing",
        description=Message("defect.details_missing"),
        actual_state=mutations.without_details(weights),
        expected_reason="details unavailable",
    )


def _user_routing_defects(scenario: Scenario) -> Iterator[Defect]:
    rule = scenario.steps[0].state
    yield Defect(
        name="wrong-user",
        description=Message("defect.wrong_user"),
        scenario=scenario,
        step=0,
        actual_state=mutations.with_match(rule, "end-user", "somebody"),
        expected=Verdict.FAILS,
        expected_reason="others saw v3",
    )
    yield Defect(
        name="header-dropped",
        description=Message("defect.header_dropped"),
        scenario=scenario,
        step=0,
        actual_state=mutations.with_match(rule, "x-end-user", _USER),
        expected=Verdict.FAILS,
        expected_reason=f"{_USER}: v",
    )
    yield Defect(
        name="session-dropped",
        description=Message("defect.session_dropped"),
        scenario=scenario,
        step=0,
        actual_state=mutations.without_session(rule),
        expected=Verdict.INCONCLUSIVE,
        expected_reason="signed in as nobody",
    )
    yield Defect(
        name="stars-missing",
        description=Message("defect.stars_missing"),
        scenario=scenario,
        step=0,
        actual_state=rule,
        expected=Verdict.FAILS,
        expected_reason=f"{_USER}: v3 no stars",
        rewrite_page=mutations.remove_stars,
    )


def _fault_defects(scenario: Scenario) -> Iterator[Defect]:
    fine, broken = scenario.steps[0].state, scenario.steps[1].state
    yield Defect(
        name="fault-missing",
        description=Message("defect.fault_missing"),
        scenario=scenario,
        step=1,
        actual_state=fine,
        expected=Verdict.FAILS,
        expected_reason="red stars",
    )
    yield Defect(
        name="details-too",
        description=Message("defect.details_too"),
        scenario=scenario,
        step=1,
        actual_state=mutations.without_details(broken),
        expected=Verdict.FAILS,
        expected_reason="details unavailable",
    )
    yield Defect(
        name="hidden-errors",
        description=Message("defect.hidden_errors"),
        scenario=scenario,
        step=0,
        actual_state=mutations.with_hidden_errors(fine),
        expected=Verdict.INCONCLUSIVE,
        expected_reason="behind pages that look whole",
    )


def _run_defects(scenario: Scenario) -> Iterator[Defect]:
    right = Defect(
        name="",
        description="",
        scenario=scenario,
        step=1,
        actual_state=scenario.steps[1].state,
        expected=Verdict.INCONCLUSIVE,
    )
    yield replace(
        right,
        name="miscounted",
        description=Message("defect.miscounted"),
        expected_reason="the witnesses disagree",
        alter_counters=mutations.lose_reviews_counts,
    )
    yield replace(
        right,
        name="round-the-gateway",
        description=Message("defect.round_the_gateway"),
        expected_reason="the gateway counts",
        alter_counters=mutations.halve_gateway_counts,
    )
    yield replace(
        right,
        name="mirrored",
        description=Message("defect.mirrored"),
        actual_state=mutations.with_mirror(right.actual_state, "v3", 5),
        expected_reason="clients never saw",
    )
    yield replace(
        right,
        name="strangers",
        description=Message("defect.strangers", n=mutations.STRANGERS),
        expected_reason="somebody else used the demo",
        interfere=mutations.visit_as_strangers,
        request_log=False,
    )
    yield replace(
        right,
        name="overtaken",
        description=Message("defect.overtaken"),
        expected_reason="did not stay in force",
        interfere=mutations.restore_baseline,
    )
    yield replace(
        right,
        name="overtaken-briefly",
        description=Message("defect.overtaken_briefly"),
        expected_reason="another one was in force in between",
        interfere=mutations.replace_briefly,
    )
    yield replace(
        right,
        name="replaced",
        description=Message("defect.replaced"),
        expected_reason="details-v1",
        interfere=mutations.restart_details,
    )


def _restore_defects(scenario: Scenario) -> Iterator[Defect]:
    yield Defect(
        name="restore",
        description=Message("defect.restore"),
        scenario=scenario,
        step=None,
        actual_state=scenario.steps[0].state,
        expected=NotConverged,
        expected_reason="the baseline is not back",
        convergence_checked=True,
    )
