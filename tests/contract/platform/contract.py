"""What every platform promises. A platform's own test module inherits this suite and supplies the fixtures.

    class TestFake(PlatformContract):
        @pytest.fixture
        def platform(self) -> Iterator[Platform]: ...

What may differ between platforms is a fixture with a name: `converges_within`, `lagging_proxy`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.boundary import Platform, Replicas, State
from platforms.counters import Hop
from platforms.errors import NotConverged, PlatformError
from platforms.istio.resources import ResourceSet
from platforms.wait import wait_until, wait_while
from scenarios import fault_ratings
from scenarios.evidence.changes import rule_updates
from scenarios.evidence.visits.visitors import Visitors
from tests.contract.platform.visits import Visitor

BASELINE = State(baseline())
PAGES = 20
_EVERY_PAGE = ("productpage", "details", "reviews")
# Of a fair third, 60 pages miss one version altogether less than once in 10 billion.
MANY = 60


def rule(name: str) -> ResourceSet:
    return load(ISTIO / f"{name}.yaml")


def everybody_on(version: str) -> State:
    """All pages come from one version of reviews."""
    return State(baseline().overlaid(_spec(rule("canary"), [{"route": [_to(version)]}])))


def ratings_abort() -> State:
    """Everybody on v3, and ratings answer 500."""
    return State(baseline().overlaid(rule("fault_ratings")))


def ratings_late(version: str) -> State:
    """Everybody on a version, and ratings answer 7 s late."""
    return fault_ratings.with_fault(fault_ratings.Fault.DELAY, version)


def until_nothing_is_under_way(platform: Platform) -> None:
    """Nobody waits longer than reviews v2 for ratings, 10 s."""
    assert 0 == wait_while(platform.under_way, 15, every=0.02)


def _to(version: str) -> dict[str, Any]:
    return {"destination": {"host": "reviews", "subset": version}}


def _spec(resources: ResourceSet, http: list[dict[str, Any]]) -> ResourceSet:
    return ResourceSet(tuple(replace(resource, spec={"hosts": ["reviews"], "http": http}) for resource in resources))


def sent_to_each(platform: Platform, workload: str, instances: int) -> list[int]:
    """The calls that each instance got; as many zeros as there are instances missing."""
    sent = platform.scaler.ready(workload) if platform.scaler else {}
    return [*sent.values(), *[0] * (instances - len(sent))]


def without(instances: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: told for name, told in instances.items() if name not in names}


class PlatformContract:
    """One suite for the fake, the local mesh and Kubernetes."""

    @pytest.fixture
    def platform(self) -> Iterator[Platform]:
        """A running Bookinfo at its baseline, which is at its baseline again afterwards."""
        raise NotImplementedError

    @pytest.fixture
    def converges_within(self) -> float:
        """How many seconds a change may take until it is in force."""
        return 30.0

    @pytest.fixture
    def others_converge_within(self) -> float:
        """How many seconds all proxies but a laggard may take: afterwards the message is about that one alone."""
        return 2.0

    @pytest.fixture
    def lagging_proxy(self, platform: Platform) -> AbstractContextManager[str]:
        """While it is entered, one proxy takes nothing over; it yields the proxy's name."""
        raise NotImplementedError

    @pytest.fixture
    def visitor(self, platform: Platform) -> Iterator[Visitor]:
        visitor = Visitor(platform.gateway_url)
        yield visitor
        visitor.close()

    @pytest.fixture
    def put(self, platform: Platform, converges_within: float) -> Any:
        def put(state: State) -> None:
            platform.apply(state)
            platform.wait_until_converged(state, timeout=converges_within)

        return put

    def test_the_baseline_serves_all_versions(self, visitor: Visitor) -> None:
        """Without a rule, every version of reviews gets its part."""
        assert {"v1", "v2", "v3"} == set(visitor.seen("reviews-version", pages=MANY))

    def test_converged_means_that_new_requests_obey(self, put: Any, visitor: Visitor) -> None:
        """After every one of several changes, not a single page is of the rule before."""
        for version in ("v1", "v3", "v2", "v1", "v3"):
            put(everybody_on(version))

            assert {version: PAGES} == visitor.seen("reviews-version", pages=PAGES)

    def test_convergence_says_how_long_it_took(self, platform: Platform, converges_within: float) -> None:
        """The time since apply, the revision, and how many proxies were asked."""
        state = everybody_on("v2")
        platform.apply(state)
        convergence = platform.wait_until_converged(state, timeout=converges_within)

        assert state.resources.revision == convergence.revision
        assert 0 <= convergence.milliseconds <= converges_within * 1000
        assert convergence.proxies >= 1

    def test_what_is_in_force_stays_converged(self, put: Any, platform: Platform, converges_within: float) -> None:
        """Asking again changes nothing and is answered at once."""
        put(everybody_on("v2"))

        assert platform.wait_until_converged(everybody_on("v2"), timeout=converges_within)

    def test_what_is_not_in_force_is_not_converged(self, put: Any, platform: Platform) -> None:
        """Neither a state that was never applied, nor the one before."""
        put(everybody_on("v2"))
        for state in (everybody_on("v1"), BASELINE, State(everybody_on("v2").resources, frozenset({"ratings-v1"}))):
            with pytest.raises(NotConverged):
                platform.wait_until_converged(state, timeout=0.5)

    def test_apply_is_total(self, put: Any, visitor: Visitor) -> None:
        """What the new state does not name goes: no fault and no route of the old one is left."""
        put(ratings_abort())
        put(everybody_on("v3"))

        assert {"shown": PAGES} == visitor.seen("ratings", pages=PAGES)

    def test_restoring_is_the_same_verb(self, put: Any, visitor: Visitor) -> None:
        """The baseline after a rule is the baseline."""
        put(everybody_on("v3"))
        put(BASELINE)

        assert {"v1", "v2", "v3"} == set(visitor.seen("reviews-version", pages=MANY))

    def test_a_rule_that_the_gateway_does_not_see_comes_into_force(self, put: Any, visitor: Visitor) -> None:
        """Subsets that are private to their namespace are clusters of the sidecars alone."""
        private = tuple(
            replace(one, spec={**one.spec, "exportTo": ["."]}) if one.kind == "DestinationRule" else one
            for one in everybody_on("v2").resources
        )
        put(State(ResourceSet(private)))

        assert {"v2": PAGES} == visitor.seen("reviews-version", pages=PAGES)

    def test_a_rule_for_one_end_user_is_for_no_other(self, put: Any, platform: Platform) -> None:
        """Exactly that name, in that case."""
        put(State(baseline().overlaid(rule("user_routing"))))
        seen = {}
        for end_user in ("opennaru", "OPENNARU", ""):
            visitor = Visitor(platform.gateway_url, end_user)
            seen[end_user] = set(visitor.seen("reviews-version", pages=PAGES))
            visitor.close()

        assert {"v3"} == seen["opennaru"]
        assert {"v1", "v2"} == seen["OPENNARU"] == seen[""]

    def test_a_fault_takes_the_stars_and_leaves_the_page(self, put: Any, visitor: Visitor) -> None:
        """Details and reviews are shown, ratings are not."""
        put(ratings_abort())
        page = visitor.page()

        assert ("shown", "shown", "unavailable") == (page["details"], page["reviews"], page["ratings"])

    def test_a_stopped_workload_has_no_instance(self, put: Any, visitor: Visitor) -> None:
        """Without ratings there are no stars; once it runs again, they are back at once."""
        put(State(everybody_on("v3").resources, stopped=frozenset({"ratings-v1"})))
        assert {"unavailable": PAGES} == visitor.seen("ratings", pages=PAGES)
        put(everybody_on("v3"))

        assert {"shown": PAGES} == visitor.seen("ratings", pages=PAGES)

    def test_more_instances_come_and_go_unnoticed(self, put: Any, platform: Platform) -> None:
        """Each gets calls; nobody else is touched, and no page meanwhile lacks anything, on either way."""
        if platform.scaler is None:
            pytest.skip("this platform does not scale")
        (usual,) = (n for one, n in platform.workloads().items() if one.name == "ratings-v1")
        put(everybody_on("v3"))
        before = platform.instances()
        with Visitors(platform.gateway_url, 0.02) as visitors:
            put(replace(everybody_on("v3"), scaled=(Replicas("ratings-v1", usual + 2),)))
            ours, there = platform.scaler.belong("ratings-v1"), platform.instances()

            assert wait_until(lambda: all(sent_to_each(platform, "ratings-v1", usual + 2)), 30, every=0.05)

            put(everybody_on("v3"))

        assert (
            usual == len(platform.scaler.ready("ratings-v1")) == platform.workloads()[BOOKINFO.workload("ratings-v1")]
        )
        assert without(before, ours) == without(there, ours) == without(platform.instances(), ours)
        assert len(before) == len(platform.instances())
        assert {"shown"} == {visit.marks.get("ratings", "no page") for visit in visitors.visits}

    def test_the_proxies_count_every_hop(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """Per caller and version: gateway to productpage, productpage to reviews v3, reviews v3 to ratings."""
        put(everybody_on("v3"))
        before = platform.upstream_requests()
        visitor.seen("reviews-version", pages=PAGES)
        counted = platform.upstream_requests().since(before)
        hops = (
            Hop("ingressgateway", "productpage", "v1"),
            Hop("productpage-v1", "reviews", "v3"),
            Hop("reviews-v3", "ratings", "v1"),
        )

        assert dict.fromkeys(hops, PAGES) == {hop: counted.requests.get(hop) for hop in hops}
        assert 0 == sum(n for hop, n in counted.requests.items() if (hop.app, hop.version) == ("reviews", "v1"))
        assert 0 == sum(counted.failures.values())

    def test_counters_only_grow(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """Across changes of state too: no counter starts anew."""
        last = platform.upstream_requests()
        for version in ("v1", "v2", "v1"):
            put(everybody_on(version))
            visitor.seen("reviews-version", pages=2)
            counters = platform.upstream_requests()

            assert all(count >= 0 for count in counters.since(last).requests.values())
            assert last.requests.keys() <= counters.requests.keys()
            last = counters

    def test_an_aborted_call_reaches_nobody(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """Under an abort the proxies count no answer of ratings."""
        put(ratings_abort())
        before = platform.upstream_requests()
        visitor.seen("ratings", pages=PAGES)
        counted = platform.upstream_requests().since(before)
        answered = [n - counted.failures.get(hop, 0) for hop, n in counted.requests.items() if hop.app == "ratings"]

        assert 0 == sum(answered)

    def test_a_call_that_is_refused_was_made_all_the_same(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """Its caller's proxy says that it was begun, and not that it was answered."""
        for state, answered in ((everybody_on("v3"), PAGES), (ratings_abort(), 0)):
            put(state)
            until_nothing_is_under_way(platform)
            before = platform.calls()["reviews-v3"]
            visitor.seen("ratings", pages=PAGES)
            until_nothing_is_under_way(platform)
            after = platform.calls()["reviews-v3"]

            assert after.begun - before.begun >= PAGES
            assert (answered > 0) == (after.answered - before.answered >= PAGES)
            assert answered or after.answered == before.answered

    @pytest.mark.exhaustive
    def test_a_call_that_a_fault_holds_back_is_under_way(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """Until it is answered, whoever has given up waiting for it."""
        put(ratings_late("v2"))
        before = platform.upstream_requests()
        visitor.page()

        assert platform.under_way()

        until_nothing_is_under_way(platform)
        counted = platform.upstream_requests().since(before)

        assert sum(n for hop, n in counted.requests.items() if hop.app == "ratings")

    def test_a_rule_that_was_there_for_a_moment_is_told(self, put: Any, platform: Platform) -> None:
        """By the proxies that it was given to, although they serve the same as before; the same rule again is no other."""
        put(everybody_on("v1"))
        before = platform.updates()
        put(everybody_on("v1"))

        assert "" == rule_updates(before, platform.updates())

        put(everybody_on("v2"))
        put(everybody_on("v1"))

        assert "" != rule_updates(before, platform.updates())

    def test_a_refused_state_leaves_what_was_in_force(self, put: Any, platform: Platform, visitor: Visitor) -> None:
        """A negative weight is refused, and everybody is still on v2."""
        put(everybody_on("v2"))
        bad = _spec(rule("canary"), [{"route": [_to("v1") | {"weight": -1}, _to("v3") | {"weight": 101}]}])
        with pytest.raises(PlatformError):
            platform.apply(State(baseline().overlaid(bad)))

        assert {"v2": PAGES} == visitor.seen("reviews-version", pages=PAGES)

    def test_a_laggard_is_named(
        self, platform: Platform, lagging_proxy: AbstractContextManager[str], others_converge_within: float
    ) -> None:
        """Who does not serve the state in time is in the message."""
        with lagging_proxy as name:
            platform.apply(everybody_on("v1"))
            with pytest.raises(NotConverged, match=name):
                platform.wait_until_converged(everybody_on("v1"), timeout=others_converge_within)

    def test_marked_calls_are_logged(self, platform: Platform) -> None:
        """Where a platform keeps a log, it says of every request that carries a mark of its making who answered for it.

        Nobody else gets a line in it, whatever they send: a log that visitors can fill is a hole.
        """
        log = platform.request_log
        if log is None:
            pytest.skip("this platform keeps no log of calls")
        visitor = Visitor(platform.gateway_url)
        before, run = log.mark(), log.mark()
        visitor.page(mark=f"{before}.0.")
        log.clear()
        named = {}
        for number in range(PAGES):
            named[f"{run}.{number}."] = visitor.page(mark=f"{run}.{number}.")["reviews-version"]
            visitor.page(mark=f"mesh=0123456789abcdef.{number}.")
        visitor.page()
        visitor.close()

        def missing() -> set[str]:
            calls = log.calls()
            return {
                mark for app in _EVERY_PAGE for mark in named.keys() - {one.mark for one in calls if one.hop.app == app}
            }

        assert set() == wait_while(missing, 15, every=0.02)
        assert named == {
            call.mark: call.hop.version for call in log.calls() if call.hop.app == "reviews" and call.mark in named
        }
        assert {call.mark for call in log.calls()} <= named.keys() | {f"{before}.0."}
