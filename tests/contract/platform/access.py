"""Who may call whom, on every platform: the arrows of the picture, and no other. A platform's test module inherits this suite.

`callers` is what may differ: how one calls as a workload, as somebody whom no policy knows, and in plain text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from platforms.bookinfo import BOOKINFO, baseline, parse
from platforms.boundary import Platform, State
from platforms.istio.registry import Workload
from platforms.istio.resources import ResourceSet
from platforms.wait import wait_until
from tests.ask import ask

API = {"details": "/details/0", "productpage": "/productpage", "ratings": "/ratings/0", "reviews": "/reviews/0"}
"""What a caller asks of each app: what its API offers."""
ARROWS = {
    "productpage": {"details", "reviews", "ratings"},
    "reviews": {"ratings"},
    "details": set[str](),
    "ratings": set[str](),
}
TAKEN, DENIED, CUT = "200", "403 RBAC: access denied", "no answer"

SIDE_DOORS = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: side-doors, namespace: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http:
    - {match: [{uri: {prefix: /details}}], route: [{destination: {host: details}}]}
    - {match: [{uri: {prefix: /ratings}}], route: [{destination: {host: ratings}}]}
    - {match: [{uri: {prefix: /reviews}}], route: [{destination: {host: reviews}}]}
"""
"""What no rule of ours does: the gateway asks the apps behind productpage itself."""

BACK_DOOR = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: back-door, namespace: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http: [{route: [{destination: {host: productpage}}]}]
"""


NO_DETAILS = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-details, namespace: bookinfo%s}
spec:
  selector: {matchLabels: {app: details}}
  action: DENY
  rules:
    - to: [{operation: {paths: ["/details/{*}"]}}]
      when: [{key: "request.headers[user-agent]", notValues: ["nobody*"]}]
"""
TRIED = ', annotations: {istio.io/dry-run: "true"}'


class Callers(Protocol):
    """Whoever may want to call an app. What is asked is a line, such as `GET details /details/0`; so is each answer."""

    def as_workload(self, workload: str, *asked: str) -> list[str]:
        """Call as this workload does, through its sidecar."""

    def as_stranger(self, *asked: str) -> list[str]:
        """Call with a certificate of the mesh that no policy has anything for."""

    def in_plain_text(self, *asked: str) -> list[str]:
        """Call without a certificate."""


class AccessContract:
    """One suite for the local mesh and Kubernetes."""

    @pytest.fixture
    def platform(self) -> Iterator[Platform]:
        """A running Bookinfo at its baseline, which is at its baseline again afterwards."""
        raise NotImplementedError

    @pytest.fixture
    def callers(self) -> Callers:
        raise NotImplementedError

    @pytest.mark.parametrize("workload", BOOKINFO.workloads, ids=lambda workload: workload.name)
    def test_arrows(self, callers: Callers, workload: Workload) -> None:
        """A workload is answered where the picture has an arrow, and refused where it has none."""
        others = [app for app in API if app != workload.app]

        answers = callers.as_workload(workload.name, *(f"GET {app} {API[app]}" for app in others))

        assert [TAKEN if app in ARROWS[workload.app] else DENIED for app in others] == answers

    @pytest.mark.parametrize(
        ("workload", "asked"),
        [
            ("productpage-v1", "POST ratings /ratings/0"),
            ("productpage-v1", "GET details /health"),
            ("productpage-v1", "DELETE reviews /reviews/0"),
            ("reviews-v3", "POST ratings /ratings/0"),
        ],
    )
    def test_an_arrow_carries_what_it_is_for(self, callers: Callers, workload: str, asked: str) -> None:
        """Who may ask may not ask for everything: the API is read, and nothing else."""
        assert [DENIED] == callers.as_workload(workload, asked)

    def test_whom_no_policy_knows_is_refused_everywhere(self, callers: Callers) -> None:
        assert [DENIED] * len(API) == callers.as_stranger(*(f"GET {app} {path}" for app, path in API.items()))

    def test_plain_text_is_not_heard(self, callers: Callers) -> None:
        """Who has nothing to prove who it is gets no answer at all."""
        assert [CUT] * len(API) == callers.in_plain_text(*(f"GET {app} {path}" for app, path in API.items()))

    def test_the_gateway_asks_productpage_only(self, platform: Platform, converges_within: float) -> None:
        """The page comes through the gateway; the apps behind it do not, even where a route leads to them."""
        _put(platform, SIDE_DOORS, converges_within)

        assert {app: 200 if app == "productpage" else 403 for app in API} == {
            app: _through_gateway(platform, path) for app, path in API.items()
        }

    def test_the_gateway_asks_productpage_for_its_pages_only(self, platform: Platform, converges_within: float) -> None:
        """Even where a route leads there, what is for the cluster stays in the cluster."""
        _put(platform, BACK_DOOR, converges_within)
        inside, outside = (
            ("/metrics", "/health", "/staticfoo", "/api/v1/productsfoo"),
            ("/productpage", "/api/v1/products"),
        )

        seen = {path: _through_gateway(platform, path) for path in (*inside, *outside)}

        assert dict.fromkeys(inside, 403) | dict.fromkeys(outside, 200) == seen

    @pytest.mark.parametrize(("method", "status"), [("GET", 405), ("HEAD", 405), ("POST", 302), ("PUT", 403)])
    def test_who_signs_in_may_post(self, platform: Platform, method: str, status: int) -> None:
        """The visitor's form is taken to the app, which itself judges what it is for."""
        assert status == _through_gateway(platform, "/login", method)

    @pytest.mark.parametrize(("annotation", "answer"), [("", DENIED), (TRIED, TAKEN)], ids=["in force", "only tried"])
    def test_a_policy_of_ones_own(
        self, platform: Platform, callers: Callers, converges_within: float, annotation: str, answer: str
    ) -> None:
        """What it denies nobody gets, whoever allows it; one that is only tried denies nothing.

        In a cluster a connection that is open meanwhile may have one more answer by the old policy.
        """
        _put(platform, NO_DETAILS % annotation, converges_within)
        asked = ("GET details /details/0", "GET reviews /reviews/0")

        assert wait_until(
            lambda: [answer, TAKEN] == callers.as_workload("productpage-v1", *asked), timeout=converges_within
        )

    @pytest.fixture
    def converges_within(self) -> float:
        """How many seconds a change may take until it is in force."""
        return 30.0


def _put(platform: Platform, text: str, seconds: float) -> None:
    state = State(baseline().overlaid(ResourceSet(tuple(parse(text, source="the contract")))))
    platform.apply(state)
    platform.wait_until_converged(state, timeout=seconds)


def _through_gateway(platform: Platform, path: str, method: str = "GET") -> int:
    form = {"body": "username=opennaru&passwd=x"} if method in ("POST", "PUT") else {}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{platform.gateway_url}{path}"
    return ask(method, url, headers=headers, redirect=False, retries=False, **form).status
