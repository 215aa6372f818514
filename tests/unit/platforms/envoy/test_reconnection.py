"""Callers open new connections to whoever gets another listener, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy import reconnection
from platforms.envoy.reconnection import Assignments
from platforms.envoy.translate import endpoints, translate
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.recordings import TOPOLOGY

REVIEWS, RATINGS = (f"outbound|9080||{name}.bookinfo.svc.cluster.local" for name in ("reviews", "ratings"))
READY = [one.name for one in BOOKINFO.workloads]


def assignments(*added: Resource) -> Assignments:
    snapshot = translate(baseline().overlaid(ResourceSet(added)), BOOKINFO, TOPOLOGY)
    return endpoints(snapshot, TOPOLOGY, READY)[BOOKINFO.namespace]


@pytest.fixture
def disabled() -> Resource:
    """Ratings takes plain text only."""
    spec = {"selector": {"matchLabels": {"app": "ratings"}}, "mtls": {"mode": "DISABLE"}}
    return Resource("security.istio.io/v1", "PeerAuthentication", "ratings", spec, "bookinfo")


def marks(found: Assignments, cluster: str) -> list[Any]:
    (group,) = found[cluster]["endpoints"]
    return [one["metadata"]["filterMetadata"]["reconnection"] for one in group["lbEndpoints"]]


def test_only_what_listens_otherwise_is_marked_otherwise(disabled: Resource) -> None:
    before, after = assignments(), assignments(disabled)

    assert marks(before, REVIEWS) == marks(after, REVIEWS)
    assert marks(before, RATINGS) != marks(after, RATINGS)


def test_the_marks_of_before_on_the_endpoints_of_afterwards(disabled: Resource) -> None:
    """As long as the listeners are the old ones."""
    before, after = assignments(), assignments(disabled)

    between = reconnection.marked_as_before(after, before)

    assert marks(before, RATINGS) == marks(between, RATINGS)
    (endpoint,) = between[RATINGS]["endpoints"][0]["lbEndpoints"]
    assert "envoy.transport_socket_match" not in endpoint["metadata"]["filterMetadata"]
    assert after == reconnection.marked_as_before(after, {})
