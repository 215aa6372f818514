"""What the proxies counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.counters import Growing, Hop
from platforms.envoy.topology import Ports, Topology
from platforms.local.xds import admin

REVIEWS = "outbound|9080||reviews.bookinfo.svc.cluster.local"
REVIEWS_V2 = "outbound|9080|v2|reviews.bookinfo.svc.cluster.local"


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    ports = {one.name: Ports(*(range(100 * n, 100 * n + 3))) for n, one in enumerate(BOOKINFO.workloads, start=1)}
    return Topology(folder=tmp_path, ports=ports, gateway_port=9080)


def host(port: int, *, total: int, error: int) -> dict[str, Any]:
    return {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "stats": [{"name": "rq_total", "value": str(total)}, {"name": "rq_error", "value": str(error)}, {"name": "x"}],
    }


def test_counters(topology: Topology) -> None:
    """An instance's requests count once, whichever of its clusters they went through."""
    v1, v2 = (topology.ports[name].inbound for name in ("reviews-v1", "reviews-v2"))
    clusters = [
        {"name": REVIEWS, "host_statuses": [host(v1, total=5, error=1), host(v2, total=3, error=0)]},
        {"name": REVIEWS_V2, "host_statuses": [host(v2, total=4, error=2)]},
        {"name": "inbound|9080||", "host_statuses": [host(topology.ports["productpage-v1"].app, total=9, error=9)]},
        {"name": "outbound|9080||ratings.bookinfo.svc.cluster.local"},
    ]
    stats = [{"name": f"cluster.{name}.upstream_rq_retry", "value": n} for name, n in ((REVIEWS, 1), (REVIEWS_V2, 2))]
    counted = admin.counters(
        {"productpage-v1": json.dumps({"cluster_statuses": clusters})},
        {
            "productpage-v1": json.dumps(
                {"stats": [*stats, {"name": "cluster.inbound|9080||.upstream_rq_retry", "value": 7}]}
            )
        },
        topology,
    )
    hops = [Hop("productpage-v1", "reviews", version) for version in ("v1", "v2")]

    assert dict(zip(hops, (5, 7), strict=True)) == counted.requests
    assert dict(zip(hops, (1, 2), strict=True)) == counted.failures
    assert {("productpage-v1", "reviews"): 3} == counted.retries


@pytest.mark.parametrize(
    ("cluster", "app"),
    [(REVIEWS, "reviews"), (REVIEWS_V2, "reviews"), ("inbound|9080||", None), ("BlackHoleCluster", None)],
)
def test_called_app(cluster: str, app: str | None) -> None:
    """An outbound cluster leads to an app."""
    assert app == admin.called_app(cluster)


def test_growing() -> None:
    """What a proxy counted before its counts started anew is not lost."""
    growing = Growing()
    readings = [growing(counted) for counted in ({"a": 5}, {"a": 7, "b": 1}, {"b": 2}, {"a": 1, "b": 3})]

    assert [{"a": 5}, {"a": 7, "b": 1}, {"a": 7, "b": 2}, {"a": 8, "b": 3}] == readings
