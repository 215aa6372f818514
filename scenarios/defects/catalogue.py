"""Everything that is planted, in the order in which it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from platforms.errors import NotConverged
from scenarios import canary, fault_ratings, user_routing
from scenarios.canary import Weights
from scenarios.defects import spoilt
from scenarios.defects.defect import Defect
from scenarios.evidence.judge import Verdict
from scenarios.fault_ratings import Fault
from scenarios.scenario import Scenario

_MARGIN = Fraction(5, 100)
_CALLER = {"app": "productpage", "version": "v1"}
_USER = user_routing.SLIDE_USER


def defects() -> tuple[Defect, ...]:
    """Nothing at first, for whoever accuses a right mesh catches every wrong one; then each defect by itself."""
    release = canary.scenario(Weights((90, 10, 0)), _MARGIN)
    user = user_routing.scenario(_USER, _MARGIN)
    fault = fault_ratings.scenario(Fault.ABORT, "v3", _MARGIN)
    return (
        *map(_nothing, (release, user, fault)),
        *_of_the_canary(release),
        *_of_the_user(user),
        *_of_the_fault(fault),
        *_of_the_run(release),
        *_of_the_way_back(user),
    )


def _nothing(scenario: Scenario) -> Defect:
    return Defect(
        name=f"nothing-{scenario.name}",
        told="nothing is wrong",
        scenario=scenario,
        step=scenario.point,
        really=scenario.steps[scenario.point].state,
        answer=Verdict.HOLDS,
    )


def _of_the_canary(scenario: Scenario) -> Iterator[Defect]:
    weights = scenario.steps[1].state
    stale = spoilt.stale(weights, _CALLER)
    yield Defect(
        name="weights",
        told="80/20 is in force while 90/10 is claimed",
        scenario=scenario,
        step=1,
        really=spoilt.weighted(weights, 80, 20, 0),
        answer=Verdict.FAILS,
        cause="v2",
    )
    yield Defect(
        name="leak",
        told="1 in 100 leaks to v3",
        scenario=scenario,
        step=1,
        really=spoilt.weighted(weights, 891, 99, 10),
        answer=Verdict.FAILS,
        cause="v3",
    )
    yield Defect(
        name="stale-proxy",
        told="one proxy is left on the old rule: it is asked, and named",
        scenario=scenario,
        step=1,
        really=stale,
        answer=NotConverged,
        cause="productpage",
        admitted=True,
    )
    yield Defect(
        name="stale-proxy-unasked",
        told="one proxy is left on the old rule, and nobody asks it",
        scenario=scenario,
        step=1,
        really=stale,
        answer=Verdict.FAILS,
        cause="v3",
    )

    right = Defect(name="", told="", scenario=scenario, step=1, really=weights, answer=Verdict.FAILS)
    yield replace(
        right,
        name="stars-swapped",
        told="v2 wears v3's red stars: an image with the wrong tag",
        cause="v2 red stars",
        page=spoilt.swapped,
    )
    yield replace(
        right,
        name="details-missing",
        told="every page is without its details",
        really=spoilt.without_details(weights),
        cause="details unavailable",
    )


def _of_the_user(scenario: Scenario) -> Iterator[Defect]:
    rule = scenario.steps[0].state
    yield Defect(
        name="wrong-user",
        told="the rule is for another user",
        scenario=scenario,
        step=0,
        really=spoilt.matching(rule, "end-user", "somebody"),
        answer=Verdict.FAILS,
        cause="others saw v3",
    )
    yield Defect(
        name="header-dropped",
        told="the end-user header does not get as far as the rule",
        scenario=scenario,
        step=0,
        really=spoilt.matching(rule, "x-end-user", _USER),
        answer=Verdict.FAILS,
        cause=f"{_USER}: v",
    )
    yield Defect(
        name="session-dropped",
        told="the gateway drops the visitors' sessions",
        scenario=scenario,
        step=0,
        really=spoilt.without_session(rule),
        answer=Verdict.INCONCLUSIVE,
        cause="signed in as nobody",
    )
    yield Defect(
        name="stars-missing",
        told="no version wears stars, and no page says that ratings failed",
        scenario=scenario,
        step=0,
        really=rule,
        answer=Verdict.FAILS,
        cause=f"{_USER}: v3 no stars",
        page=spoilt.bare,
    )


def _of_the_fault(scenario: Scenario) -> Iterator[Defect]:
    fine, broken = scenario.steps[0].state, scenario.steps[1].state
    yield Defect(
        name="fault-missing",
        told="the fault is not injected",
        scenario=scenario,
        step=1,
        really=fine,
        answer=Verdict.FAILS,
        cause="red stars",
    )
    yield Defect(
        name="details-too",
        told="the fault takes the details down too",
        scenario=scenario,
        step=1,
        really=spoilt.without_details(broken),
        answer=Verdict.FAILS,
        cause="details unavailable",
    )
    yield Defect(
        name="hidden-errors",
        told="a retry hides that one call in five fails",
        scenario=scenario,
        step=0,
        really=spoilt.retried(fine),
        answer=Verdict.INCONCLUSIVE,
        cause="behind pages that look whole",
    )


def _of_the_run(scenario: Scenario) -> Iterator[Defect]:
    right = Defect(
        name="",
        told="",
        scenario=scenario,
        step=1,
        really=scenario.steps[1].state,
        answer=Verdict.INCONCLUSIVE,
    )
    yield replace(
        right,
        name="miscounted",
        told="the proxies lose count of requests that clients saw answered",
        cause="the witnesses disagree",
        counted=spoilt.forgetful,
    )
    yield replace(
        right,
        name="round-the-gateway",
        told="the gateway counts half of the requests",
        cause="the gateway counts",
        counted=spoilt.halved,
    )
    yield replace(
        right,
        name="mirrored",
        told="the proxies count answers that no client saw: of a mirror",
        really=spoilt.mirrored(right.really, "v3", 5),
        cause="clients never saw",
    )
    yield replace(
        right,
        name="strangers",
        told=f"somebody else looks at {spoilt.STRANGERS} pages meanwhile, and calls are only counted",
        cause="somebody else used the demo",
        meanwhile=spoilt.strangers_come,
        logged=False,
    )
    yield replace(
        right,
        name="overtaken",
        told="somebody else replaces the rule meanwhile",
        cause="did not stay in force",
        meanwhile=spoilt.baseline_returns,
    )
    yield replace(
        right,
        name="overtaken-briefly",
        told="somebody else replaces the rule for a moment, and takes it back",
        cause="another one was in force in between",
        meanwhile=spoilt.returns_at_once,
    )
    yield replace(
        right,
        name="replaced",
        told="details are restarted meanwhile, and answer again",
        cause="details-v1",
        meanwhile=spoilt.details_restart,
    )


def _of_the_way_back(scenario: Scenario) -> Iterator[Defect]:
    yield Defect(
        name="restore",
        told="the restore is accepted and does not take",
        scenario=scenario,
        step=None,
        really=scenario.steps[0].state,
        answer=NotConverged,
        cause="the baseline is not back",
        admitted=True,
    )
