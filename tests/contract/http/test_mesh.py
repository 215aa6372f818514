"""What the rules of a mesh do to the page: C19, C51 to C56, C61."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
from scipy.stats import binom

from tests.contract.http.harness import mesh as meshes
from tests.contract.http.harness import page
from tests.contract.http.harness.faults import END_USER
from tests.contract.http.harness.mesh import Mesh
from tests.contract.http.harness.visitor import SLACK, Visitor

ENOUGH = 459
"""Requests after which a leak of one percent has shown itself in 99 of 100 runs."""
DOUBT = 0.001
"""How often a right mesh may fail one weighted split: the contract's 99.9 % bound."""
CLIENTS = 8
RECOVERED_WITHIN = 30.0
POLICY_WITHIN = 30.0
"""A proxy that is given another policy keeps to the old one on connections that were open, until it has closed them."""

Seen = TypeVar("Seen")


def _versions(front: Visitor, requests: int, *, end_user: str = "") -> Counter[str]:
    """Which versions of reviews answered so many calls of one end user."""

    def ask(share: int) -> Counter[str]:
        with Visitor(front.base) as visitor:
            if end_user:
                visitor.sign_in(end_user)
            pods = [visitor.json("/api/v1/products/0/reviews")["podname"] for _ in range(share)]
        return Counter(re.sub(r"^reviews-(v\d+)-.*", r"\1", pod) for pod in pods)

    shares = [requests // CLIENTS + (client < requests % CLIENTS) for client in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(ask, shares), Counter())


@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/nope"])
def test_c19_the_gateway_leads_to_the_page_only(gateway: Visitor, path: str) -> None:
    """C19: what the gateway does not route is 404."""
    assert 404 == gateway.get(path).status_code


def test_c51_a_timeout_in_the_mesh_comes_before_the_delay(mesh: Mesh, gateway: Visitor) -> None:
    """C51: with ratings 2 s late and a timeout of 0.5 s on reviews, both tries fail and the page says sorry."""
    rules = meshes.all_of(
        meshes.reviews_to(("v2", 100)) + "      timeout: 0.5s\n",
        meshes.ratings_fault("{delay: {fixedDelay: 2s, percentage: {value: 100}}}", end_user=END_USER),
    )
    with mesh.apply(rules):
        gateway.sign_in(END_USER)
        answer = gateway.get("/productpage")

    assert page.NO_REVIEWS in page.read(answer.text).text
    assert 0.9 <= answer.elapsed.total_seconds() < 1.5 + SLACK


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_c52_ratings_that_are_stopped_cost_the_stars_until_they_are_back(
    mesh: Mesh, gateway: Visitor, version: str
) -> None:
    """C52: without any instance of ratings everybody reads reviews without stars; with one, the stars come back."""
    rule = meshes.reviews_to((version, 100))
    with mesh.apply(rule, stopped={"ratings-v1"}):
        without = gateway.page()
    with mesh.apply(rule):
        deadline = time.monotonic() + RECOVERED_WITHIN
        while (recovered := gateway.page()).star_lines == 0 and time.monotonic() < deadline:
            time.sleep(0.05)

    assert (2, 0) == (without.source.count(page.NO_RATINGS), without.star_lines)
    assert 9 == recovered.star_lines


def test_c53_a_version_without_a_route_is_never_seen(mesh: Mesh, gateway: Visitor) -> None:
    """C53: with everything routed to v1, nobody meets v2 or v3."""
    with mesh.apply(meshes.reviews_to(("v1", 100))):
        seen = _versions(gateway, ENOUGH)

    assert {"v1": ENOUGH} == seen


@pytest.mark.parametrize(
    ("end_user", "version"), [pytest.param("jason", "v2", marks=pytest.mark.exhaustive), ("opennaru", "v3")]
)
def test_c54_a_rule_for_one_user_is_for_that_user_only(
    mesh: Mesh, gateway: Visitor, end_user: str, version: str
) -> None:
    """C54: the user named sees the version named and no other; whoever else, also in capitals, never does."""
    others = ("", end_user.upper(), "somebody")
    with mesh.apply(meshes.reviews_for(end_user, version, others="v1")):
        his = _versions(gateway, ENOUGH, end_user=end_user)
        theirs = {other: _versions(gateway, ENOUGH, end_user=other) for other in others}

    assert {version: ENOUGH} == his
    assert {other: {"v1": ENOUGH} for other in others} == theirs


@pytest.mark.parametrize(
    "weights",
    [
        {"v1": 90, "v2": 10},
        pytest.param({"v1": 80, "v2": 20}, marks=pytest.mark.exhaustive),
        pytest.param({"v1": 50, "v3": 50}, marks=pytest.mark.exhaustive),
        pytest.param({"v2": 50, "v3": 50}, marks=pytest.mark.exhaustive),
        pytest.param({"v3": 100}, marks=pytest.mark.exhaustive),
    ],
    ids=lambda weights: " ".join(f"{version}={weight}" for version, weight in weights.items()),
)
def test_c55_weights_are_kept(mesh: Mesh, gateway: Visitor, weights: dict[str, int]) -> None:
    """C55: each version is seen as often as chance allows for its weight, and no other version at all."""
    with mesh.apply(meshes.reviews_to(*weights.items())):
        seen = _versions(gateway, ENOUGH)
    first, weight = next(iter(weights.items()))
    low, high = binom.interval(1 - DOUBT, ENOUGH, weight / 100)

    assert set(weights) == set(seen)
    assert low <= seen[first] <= high


def _allowed(app: str, caller: str) -> str:
    """An AuthorizationPolicy that lets one workload ask another by GET."""
    source = f"from: [{{source: {{principals: [cluster.local/ns/bookinfo/sa/bookinfo-{caller}]}}}}], " if caller else ""
    return f"""\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: {app}-viewer, namespace: bookinfo}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  action: ALLOW
  rules: [{{{source}to: [{{operation: {{methods: [GET]}}}}]}}]
"""


DENIED = {"403 RBAC: access denied"}
NOTHING_ALLOWED = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow-nothing, namespace: bookinfo}
spec: {}
"""


def test_c56_permissions_open_the_page_step_by_step(mesh: Mesh, gateway: Visitor) -> None:
    """C56: with nothing allowed the answer is 403; each arrow allowed brings back what it carries."""
    arrows = (("productpage", ""), ("details", "productpage"), ("reviews", "productpage"), ("ratings", "reviews"))
    expected = [DENIED, {page.NO_DETAILS, page.NO_REVIEWS}, {page.NO_REVIEWS}, {page.NO_RATINGS}, set[str]()]
    policies, seen = [NOTHING_ALLOWED, meshes.reviews_to(("v2", 100))], []
    with ExitStack() as in_force:
        for allowed, failures in enumerate(expected):
            added = [_allowed(*arrow) for arrow in arrows[:allowed]]
            in_force.enter_context(mesh.apply_policies(meshes.all_of(*policies, *added)))
            seen.append(_settled(lambda: _failures(gateway), failures))
    signed_in = _settled(lambda: gateway.sign_in(END_USER).status_code, 302)

    assert expected == seen
    assert 302 == signed_in, "the baseline's policies are not in force again"


def _settled(look: Callable[[], Seen], wanted: Seen) -> Seen:
    """What is seen once it is what is wanted, or when the time for it is over."""
    deadline = time.monotonic() + POLICY_WITHIN
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def _failures(front: Visitor) -> set[str]:
    """What is missing on the page, or how it was refused."""
    answer = front.get("/productpage")
    missing = {failure for failure in (page.NO_DETAILS, page.NO_REVIEWS, page.NO_RATINGS) if failure in answer.text}
    return missing if answer.ok else {f"{answer.status_code} {answer.text}"}


# What the rules among Istio's samples make of an anonymous visitor and of jason.
SAMPLES: dict[str, tuple[set[str], set[str]]] = {
    "bookinfo-gateway": ({"v1", "v2", "v3"}, {"v1", "v2", "v3"}),
    "destination-rule-all": ({"v1", "v2", "v3"}, {"v1", "v2", "v3"}),
    "destination-rule-reviews": ({"v1", "v2", "v3"}, {"v1", "v2", "v3"}),
    "virtual-service-all-v1": ({"v1"}, {"v1"}),
    "virtual-service-reviews-test-v2": ({"v1"}, {"v2"}),
    "virtual-service-reviews-jason-v2-v3": ({"v3"}, {"v2"}),
    "virtual-service-reviews-v3": ({"v3"}, {"v3"}),
    "virtual-service-reviews-50-v3": ({"v1", "v3"}, {"v1", "v3"}),
    "virtual-service-reviews-v2-v3": ({"v2", "v3"}, {"v2", "v3"}),
    "virtual-service-reviews-80-20": ({"v1", "v2"}, {"v1", "v2"}),
    "virtual-service-reviews-90-10": ({"v1", "v2"}, {"v1", "v2"}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_c61_samples_of_istio_do_what_they_say(mesh: Mesh, gateway: Visitor, istio_samples: Path, name: str) -> None:
    """C61: the rules among Istio's samples are taken unchanged, and both users meet the versions they name."""
    rule = (istio_samples / "networking" / f"{name}.yaml").read_text(encoding="utf-8")
    # A hundred draws miss a version of weight 10 in fewer than 3 of 100,000 runs.
    with mesh.apply(rule):
        seen = _versions(gateway, 100), _versions(gateway, 100, end_user="jason")

    assert SAMPLES[name] == (set(seen[0]), set(seen[1]))


def test_c61_the_sample_that_aborts_details_does(mesh: Mesh, gateway: Visitor, istio_samples: Path) -> None:
    """C61: Istio's sample fault on details, a 555, is taken unchanged and costs the details only."""
    rule = (istio_samples / "networking" / "fault-injection-details-v1.yaml").read_text(encoding="utf-8")
    with mesh.apply(rule):
        shown = gateway.page()
        status = gateway.get("/api/v1/products/0").status_code

    assert (555, True, True) == (status, page.NO_DETAILS in shown.text, "Book Reviews" in shown.text)
