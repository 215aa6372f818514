"""The counts of a proxy, by hop."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.counters import Calls, Heard, Hop
from platforms.envoy import stats
from platforms.envoy.stats import Endpoint
from platforms.istio.registry import Workload

REVIEWS = "outbound|9080||reviews.bookinfo.svc.cluster.local"
REVIEWS_V2 = "outbound|9080|v2|reviews.bookinfo.svc.cluster.local"
BY_PORT = {1: Workload("reviews", "v1"), 2: Workload("reviews", "v2")}


def host(port: int, *, total: int, error: int) -> dict[str, Any]:
    return {
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "stats": [{"name": "rq_total", "value": str(total)}, {"name": "rq_error", "value": str(error)}, {"name": "x"}],
    }


CLUSTERS = [
    {
        "name": REVIEWS,
        "host_statuses": [host(1, total=5, error=1), host(2, total=3, error=0), host(9, total=1, error=1)],
    },
    {"name": REVIEWS_V2, "host_statuses": [host(2, total=4, error=2)]},
    {"name": "inbound|9080||", "host_statuses": [host(1, total=9, error=9)]},
    {"name": "outbound|9080||ratings.bookinfo.svc.cluster.local"},
]


def test_counters() -> None:
    """An instance's requests count once, whichever of its clusters they went through; what is no workload's does not."""
    attempts = [
        {"name": f"cluster.{name}.upstream_rq_{kind}", "value": n}
        for name, kind, n in (
            (REVIEWS, "retry", 1),
            (REVIEWS_V2, "retry", 2),
            (REVIEWS_V2, "retry_success", 4),
            (f"{REVIEWS};", "timeout", 5),
            ("inbound|9080||", "retry", 7),
        )
    ]
    counted = stats.counters(
        "productpage-v1",
        {"cluster_statuses": CLUSTERS},
        {"stats": attempts},
        lambda endpoint: BY_PORT.get(endpoint.port),
    )
    hops = [Hop("productpage-v1", "reviews", version) for version in ("v1", "v2")]

    assert dict(zip(hops, (5, 7), strict=True)) == counted.requests
    assert dict(zip(hops, (1, 2), strict=True)) == counted.failures
    assert {("productpage-v1", "reviews"): 3} == counted.retries
    assert {("productpage-v1", "reviews"): 4} == counted.rescued
    assert {("productpage-v1", "reviews"): 5} == counted.timeouts


def test_counts_that_a_proxy_does_not_keep_are_not_there() -> None:
    """None of them is no zero."""
    counted = stats.counters("productpage-v1", {"cluster_statuses": CLUSTERS}, {}, lambda _: None)

    assert ({}, {}, {}) == (counted.retries, counted.rescued, counted.timeouts)


def test_calls() -> None:
    """Summed over the ports on which a workload's own calls go out; unknown if one of the counts is not kept."""
    listed = [
        {"name": f"http.outbound_{port}.downstream_rq_{kind}", "value": value}
        for port in ("127.0.0.1_9080", "127.0.80.1_9080")
        for kind, value in (("total", 7), ("2xx", 4), ("active", 1))
    ]

    assert Calls(begun=14, answered=8, under_way=2) == stats.calls({"stats": listed})
    assert stats.calls({"stats": [one for one in listed if not one["name"].endswith("2xx")]}) is None
    assert stats.calls({}) is None


def test_endpoints() -> None:
    """An endpoint is healthy unless the control plane says otherwise."""
    leaving = {**host(2, total=3, error=0), "health_status": {"eds_health_status": "DRAINING"}}
    clusters = {"cluster_statuses": [{"name": REVIEWS, "host_statuses": [host(1, total=5, error=1), leaving]}]}

    assert [
        Endpoint(REVIEWS, "127.0.0.1", 1, healthy=True, requests=5, failures=1),
        Endpoint(REVIEWS, "127.0.0.1", 2, healthy=False, requests=3, failures=0),
    ] == list(stats.endpoints(clusters))


@pytest.mark.parametrize(
    ("cluster", "app"),
    [
        (REVIEWS, "reviews"),
        (REVIEWS_V2, "reviews"),
        ("inbound|9080||", None),
        ("outbound|80||reviews.example.com", None),
        ("BlackHoleCluster", None),
    ],
)
def test_called_app(cluster: str, app: str | None) -> None:
    """An outbound cluster leads to an app, unless a ServiceEntry says where."""
    assert app == stats.called_app(cluster)


def test_heard() -> None:
    """What no policy refused was taken; every connection that was not believed was cut, whatever was wrong with it."""
    values = {
        "http.inbound_9080.downstream_rq_total": 7,
        "http.inbound_9080.rbac.denied": 3,
        "listener.127.0.0.1_25767.no_filter_chain_match": 2,
        "listener.127.0.0.1_25767.ssl.fail_verify_error": 1,
        "listener.127.0.0.1_25768.no_filter_chain_match": 0,
    }

    assert Heard(taken=4, denied=3, cut=3) == stats.heard(
        {"stats": [{"name": name, "value": value} for name, value in values.items()]}
    )
    assert Heard(0, 0, 0) == stats.heard({})


def test_draining() -> None:
    """Filter chains and whole listeners alike."""
    names = ("total_filter_chains_draining", "total_listeners_draining")
    found = [{"name": f"listener_manager.{name}", "value": number} for number, name in enumerate(names, start=1)]

    assert 3 == stats.draining({"stats": found})
    assert 0 == stats.draining({})


def test_certificates_are_known_by_their_numbers() -> None:
    """With or without leading zeros."""
    shown = {"cert_chain": [{"path": "<inline>", "serial_number": "0a1f"}], "ca_cert": [{"serial_number": "1"}]}

    assert {0xA1F} == stats.certificates({"certificates": [shown, {"cert_chain": []}]})
