"""The meshes that are measured as the mesh grows."""

from __future__ import annotations

import pytest

from bench.growth.series import PROXIES, canary, readers, replicas
from platforms.bookinfo import BOOKINFO, baseline, with_workloads
from platforms.envoy.translate import routing
from platforms.local.deployments.wanted import deployments

CALLER, REVIEWS = "productpage-v1", "reviews.bookinfo.svc.cluster.local"


@pytest.mark.parametrize("proxies", PROXIES)
def test_proxies(proxies: int) -> None:
    """There is one beside every instance, and one more."""
    found = deployments(replicas(proxies)[1::2], ())

    assert proxies == sum(one.replicas for one in found) + 1


@pytest.mark.parametrize("versions", [3, 30])
def test_versions(versions: int) -> None:
    """Each is a subset with a workload behind it, and has the same weight."""
    names = [f"v{number}" for number in range(1, versions + 1)]
    found = deployments((), [f"reviews-{name}=reviews:{name}" for name in names[3:]])
    made = routing(baseline().overlaid(canary(names)), with_workloads(one.workload for one in found))

    assert {f"reviews-{name}" for name in names} == {
        workload for name in names for workload in made.selected_for(CALLER)[f"outbound|9080|{name}|{REVIEWS}"]
    }


def test_rules() -> None:
    """Each reader has a route, and so have the others."""
    made = routing(baseline().overlaid(readers(100)), BOOKINFO).proxies[CALLER].routes["9080"]["virtualHosts"]
    (routes,) = (host["routes"] for host in made if REVIEWS in host["domains"])

    assert 101 == len(routes)
