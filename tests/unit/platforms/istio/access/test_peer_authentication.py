"""Of several PeerAuthentications, the closest decides; of two as close, the older."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.access.peer_authentication import MutualTls, PeerAuthentications
from platforms.istio.push_context import by_age
from platforms.istio.resources import Resource

RATINGS = {"app": "ratings", "version": "v1"}


def policy(
    mode: str | None, *, namespace: str = "bookinfo", name: str = "default", created: int = 1, **spec: Any
) -> Resource:
    said = {} if mode is None else {"mtls": {"mode": mode}}
    return Resource("security.istio.io/v1", "PeerAuthentication", name, {**said, **spec}, namespace, created=created)


def of_ratings(*policies: Resource) -> MutualTls:
    return PeerAuthentications.of(by_age(policies)).of_workload("bookinfo", RATINGS, 9080)


MESH = policy("STRICT", namespace="istio-system")
NAMESPACE = policy("DISABLE")
OWN = {"selector": {"matchLabels": {"app": "ratings"}}}
WORKLOAD = policy("PERMISSIVE", name="ratings", **OWN)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ((), "PERMISSIVE"),
        ((MESH,), "STRICT"),
        ((MESH, NAMESPACE), "DISABLE"),
        ((MESH, NAMESPACE, WORKLOAD), "PERMISSIVE"),
        ((MESH, policy(None)), "STRICT"),
        ((MESH, policy("UNSET"), policy("UNSET", name="ratings", **OWN)), "STRICT"),
        ((NAMESPACE, policy(None, name="ratings", **OWN)), "DISABLE"),
        ((NAMESPACE, policy(None, name="ratings", portLevelMtls={"9080": {"mode": "STRICT"}}, **OWN)), "STRICT"),
        ((policy("STRICT", name="ratings", portLevelMtls={"9080": {"mode": "UNSET"}}, **OWN),), "STRICT"),
        ((policy("STRICT", name="ratings", portLevelMtls={"80": {"mode": "DISABLE"}}, **OWN),), "STRICT"),
        ((policy("STRICT", name="a", selector={"matchLabels": {"app": "details"}}),), "PERMISSIVE"),
        ((policy("STRICT", name="a", selector={"matchLabels": {}}),), "STRICT"),
        ((policy("STRICT", namespace="shop"),), "PERMISSIVE"),
        ((policy("STRICT", namespace="istio-system", **OWN),), "PERMISSIVE"),
        ((policy("STRICT", created=2), policy("DISABLE", name="older", created=1)), "DISABLE"),
        ((policy(None, name="a", created=1), policy("STRICT", name="b", created=2)), "PERMISSIVE"),
        ((policy("STRICT", created=2, **OWN), policy("DISABLE", name="z", created=1, **OWN)), "DISABLE"),
    ],
)
def test_the_closest_decides(policies: tuple[Resource, ...], expected: str) -> None:
    assert expected == of_ratings(*policies)


def test_a_proxy_in_the_root_namespace_is_selected_by_nobody() -> None:
    """There a policy with a selector is for no workload, as in istiod."""
    peers = PeerAuthentications.of([policy("STRICT", namespace="istio-system", **OWN)])

    assert MutualTls.PERMISSIVE == peers.of_workload("istio-system", RATINGS, 9080)
