"""The catalogue of defects, in the order in which they are planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from platforms.errors import NotConverged
from scenarios import canary, fault_ratings, user_routing
from scenarios.canary import Weights
from scenarios.defects import mutations
from scenarios.defects.defect import Defect
from scenarios.evidence.judge import Verdict
from scenarios.fault_ratings import Fault
from scenarios.scenario import Scenario

_MARGIN = Fraction(5, 100)
_CALLER = {"app": "productpage", "version": "v1"}
_USER = user_routing.SLIDE_USER


def defects() -> tuple[Defect, ...]:
    """Return three controls without a defect, which must hold, then one entry per defect."""
    release = canary.scenario(Weights((90, 10, 0)), _MARGIN)
    user = user_routing.scenario(_USER, _MARGIN)
    fault = fault_ratings.scenario(Fault.ABORT, "v3", _MARGIN)
    return (
        *map(_no_defect, (release, user, fault)),
        *_canary_defects(release),
        *_user_routing_defects(user),
        *_fault_defects(fault),
        *_run_defects(release),
        *_restore_defects(user),
    )


def _no_defect(scenario: Scenario) -> Defect:
    return Defect(
        name=f"nothing-{scenario.name}",
        description="nothing is wrong",
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
        description="80/20 is in force while 90/10 is claimed",
        scenario=scenario,
        step=1,
        actual_state=mutations.with_weights(weights, 80, 20, 0),
        expected=Verdict.FAILS,
        expected_reason="v2",
    )
    yield Defect(
        name="leak",
        description="1 in 100 leaks to v3",
        scenario=scenario,
        step=1,
        actual_state=mutations.with_weights(weights, 891, 99, 10),
        expected=Verdict.FAILS,
        expected_reason="v3",
    )
    yield Defect(
        name="stale-proxy",
        description="one proxy is left on the old rule: it is asked, and named",
        scenario=scenario,
        step=1,
        actual_state=with_stale_proxy,
        expected=NotConverged,
        expected_reason="productpage",
        convergence_checked=True,
    )
    yield Defect(
        name="stale-proxy-unasked",
        description="one proxy is left on the old rule, and nobody asks it",
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
        description="v2 wears v3's red stars: an image with the wrong tag",
        expected_reason="v2 red stars",
        rewrite_page=mutations.swap_stars,
    )
    yield replace(
        right,
        name="details-missing",
        description="every page is without its details",
        actual_state=mutations.without_details(weights),
        expected_reason="details unavailable",
    )


def _user_routing_defects(scenario: Scenario) -> Iterator[Defect]:
    rule = scenario.steps[0].state
    yield Defect(
        name="wrong-user",
        description="the rule is for another user",
        scenario=scenario,
        step=0,
        actual_state=mutations.with_match(rule, "end-user", "somebody"),
        expected=Verdict.FAILS,
        expected_reason="others saw v3",
    )
    yield Defect(
        name="header-dropped",
        description="the end-user header does not get as far as the rule",
        scenario=scenario,
        step=0,
        actual_state=mutations.with_match(rule, "x-end-user", _USER),
        expected=Verdict.FAILS,
        expected_reason=f"{_USER}: v",
    )
    yield Defect(
        name="session-dropped",
        description="the gateway drops the visitors' sessions",
        scenario=scenario,
        step=0,
        actual_state=mutations.without_session(rule),
        expected=Verdict.INCONCLUSIVE,
        expected_reason="signed in as nobody",
    )
    yield Defect(
        name="stars-missing",
        description="no version wears stars, and no page says that ratings failed",
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
        description="the fault is not injected",
        scenario=scenario,
        step=1,
        actual_state=fine,
        expected=Verdict.FAILS,
        expected_reason="red stars",
    )
    yield Defect(
        name="details-too",
        description="the fault takes the details down too",
        scenario=scenario,
        step=1,
        actual_state=mutations.without_details(broken),
        expected=Verdict.FAILS,
        expected_reason="details unavailable",
    )
    yield Defect(
        name="hidden-errors",
        description="a retry hides that one call in five fails",
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
        description="the proxies lose count of requests that clients saw answered",
        expected_reason="the witnesses disagree",
        alter_counters=mutations.lose_reviews_counts,
    )
    yield replace(
        right,
        name="round-the-gateway",
        description="the gateway counts half of the requests",
        expected_reason="the gateway counts",
        alter_counters=mutations.halve_gateway_counts,
    )
    yield replace(
        right,
        name="mirrored",
        description="the proxies count answers that no client saw: of a mirror",
        actual_state=mutations.with_mirror(right.actual_state, "v3", 5),
        expected_reason="clients never saw",
    )
    yield replace(
        right,
        name="strangers",
        description=f"somebody else looks at {mutations.STRANGERS} pages meanwhile, and calls are only counted",
        expected_reason="somebody else used the demo",
        interfere=mutations.visit_as_strangers,
        request_log=False,
    )
    yield replace(
        right,
        name="overtaken",
        description="somebody else replaces the rule meanwhile",
        expected_reason="did not stay in force",
        interfere=mutations.restore_baseline,
    )
    yield replace(
        right,
        name="overtaken-briefly",
        description="somebody else replaces the rule for a moment, and takes it back",
        expected_reason="another one was in force in between",
        interfere=mutations.replace_briefly,
    )
    yield replace(
        right,
        name="replaced",
        description="details are restarted meanwhile, and answer again",
        expected_reason="details-v1",
        interfere=mutations.restart_details,
    )


def _restore_defects(scenario: Scenario) -> Iterator[Defect]:
    yield Defect(
        name="restore",
        description="the restore is accepted and does not take",
        scenario=scenario,
        step=None,
        actual_state=scenario.steps[0].state,
        expected=NotConverged,
        expected_reason="the baseline is not back",
        convergence_checked=True,
    )
