"""The answers of the Envoys of pods, over connections that may break."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from platforms.counters import Calls, Hop
from platforms.envoy import config_dump
from platforms.errors import NotReachable
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh.proxies import Proxies

RATINGS = "10.0.0.9"
CLUSTER = "outbound|9080|v1|ratings.{}.svc.cluster.local"
ELSEWHERE = "outbound|80||away.example.com"
AWAY = {"address": "192.0.2.7", "port_value": 8080}


def pod(name: str, app: str, version: str, address: str, **metadata: Any) -> dict[str, Any]:
    """A pod as the API server has it, with its sidecar running."""
    state = {"name": "istio-proxy", "state": {"running": {}}, "restartCount": 1}
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid of {name}",
            "labels": {"app": app, "version": version},
            **metadata,
        },
        "status": {
            "podIP": address,
            "startTime": "2026-01-01T00:00:00Z",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [state],
        },
    }


class Pods:
    """A namespace `shop` with pods, and an Envoy's admin interface that all of them share."""

    def __init__(self) -> None:
        self.found = [pod("reviews-v3-a", "reviews", "v3", "10.0.0.3"), pod("ratings-v1-a", "ratings", "v1", RATINGS)]
        self.counted = {"rq_total": 5, "rq_error": 1}
        self.updated = dict.fromkeys(("9080", CLUSTER.format("shop")), "2026-01-01T00:00:01Z")
        self.healthy = "HEALTHY"
        self.answering = True
        self.connections: list[socket.socket] = []
        self.asked: list[str] = []
        envoy = self

        class Admin(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = json.dumps(envoy.answer(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Admin)

    def answer(self, path: str) -> dict[str, Any]:
        self.asked.append(path)
        if path.startswith("/config_dump?resource=dynamic_listeners"):
            return {}
        if path.startswith("/config_dump"):
            kind = "route_config" if "route" in path else "cluster"
            times = {name: time for name, time in self.updated.items() if ("|" in name) == (kind == "cluster")}
            return {"configs": [{kind: {"name": name}, "last_updated": time} for name, time in times.items()]}
        if "2xx" in path:
            kinds = {"total": 9, "2xx": 5, "active": 3}
            return {
                "stats": [
                    {"name": f"http.outbound_0.0.0.0_9080;.downstream_rq_{kind}", "value": value}
                    for kind, value in kinds.items()
                ]
            }
        if "downstream_rq_active" in path:
            return {"stats": [{"name": "http.outbound_0.0.0.0_9080;.downstream_rq_active", "value": 3}]}
        if path.startswith("/stats"):
            return {"stats": [{"name": f"cluster.{CLUSTER.format('shop')}.upstream_rq_retry", "value": 2}]}
        host = {
            "address": {"socket_address": {"address": RATINGS}},
            "health_status": {"eds_health_status": self.healthy},
            "stats": [{"name": name, "value": str(value)} for name, value in self.counted.items()],
        }
        return {
            "cluster_statuses": [
                {"name": CLUSTER.format("shop"), "host_statuses": [host]},
                {"name": "inbound|9080||", "host_statuses": [host]},
                {"name": ELSEWHERE, "host_statuses": [{"address": {"socket_address": AWAY}}]},
            ]
        }

    def objects(
        self, _version: str, _kind: str, namespace: str | None = None, *, labels: str = ""
    ) -> list[dict[str, Any]]:
        assert namespace == "shop" or "istio=ingressgateway" in labels

        return self.found if namespace else []

    def forward(self, _pod: str, _namespace: str, _port: int) -> socket.socket:
        connection, nobody = socket.socketpair()
        nobody.close()
        if self.answering:
            connection.close()
            connection = socket.create_connection(self.server.server_address[:2])
        self.connections.append(connection)
        return connection


@pytest.fixture
def pods() -> Iterator[Pods]:
    pods = Pods()
    thread = threading.Thread(target=pods.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield pods
    for connection in pods.connections:
        connection.close()
    pods.server.shutdown()
    pods.server.server_close()
    thread.join()


@pytest.fixture
def proxies(pods: Pods) -> Iterator[Proxies]:
    with contextlib.closing(Proxies(cast("Cluster", pods), "shop")) as proxies:
        yield proxies


def test_whose_proxies_are_asked(pods: Pods, proxies: Proxies) -> None:
    """Of every pod that a page may pass: not of one on its way out, of another app, or whose Envoy does not run."""
    starting = pod("reviews-v1-b", "reviews", "v1", "10.0.0.4")
    starting["status"]["containerStatuses"][0]["state"] = {"waiting": {}}
    pods.found += [
        starting,
        pod("reviews-v2-c", "reviews", "v2", "10.0.0.5", deletionTimestamp="2026-01-01T00:00:01Z"),
        pod("sleep-v1-d", "sleep", "v1", "10.0.0.6"),
    ]

    assert [("ratings-v1-a", "ratings-v1"), ("reviews-v3-a", "reviews-v3")] == [
        (one.name, one.proxy) for one in proxies.pods()
    ]


def test_counters_are_by_caller_and_version(proxies: Proxies) -> None:
    """An address is the version of the pod that has it; what comes in is nobody's call."""
    counted = proxies.counters([one for one in proxies.pods() if one.app == "reviews"])
    hop = Hop("reviews-v3", "ratings", "v1")

    assert ({hop: 5}, {hop: 1}) == (counted.requests, counted.failures)
    assert {("reviews-v3", "ratings"): 2} == counted.retries


def test_calls_under_way_are_those_of_the_workload(proxies: Proxies) -> None:
    """A call that comes in, or that somebody has not finished to send, is none."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")

    assert 3 == proxies.under_way(asked)


def test_calls_are_those_of_the_workload(proxies: Proxies) -> None:
    """Whatever became of them."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")

    assert Calls(begun=9, answered=5, under_way=3) == proxies.calls(asked)


def test_another_rule_is_told_by_when_it_came(pods: Pods, proxies: Proxies) -> None:
    """By routes, and by clusters of this namespace: those of others, and who is ready, say nothing of it."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")
    first = proxies.updates(asked)
    pods.updated["outbound|80||web.other.svc.cluster.local"] = "2026-01-01T00:00:09Z"

    assert first == proxies.updates(asked)

    for name in (CLUSTER.format("shop"), "9080"):
        before = proxies.updates(asked)
        pods.updated[name] = "2026-01-01T00:00:11Z"

        assert before != proxies.updates(asked)


def test_what_is_served_is_read_again_where_it_changed(pods: Pods, proxies: Proxies) -> None:
    """Of everything else no more than its times are asked."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")
    before = proxies.served(asked)
    pods.asked.clear()

    assert before == proxies.served(asked)
    assert 3 == len(pods.asked)
    assert all("&mask=" in path for path in pods.asked)

    added = "outbound|9080||web.shop.svc.cluster.local"
    pods.updated[added] = "2026-01-01T00:00:09Z"
    pods.asked.clear()
    after = proxies.served(asked)

    assert [config_dump.CLUSTERS_PATH] == [path for path in pods.asked if "&mask=" not in path]
    assert after["clusters"].keys() - before["clusters"].keys() == {"outbound|9080||web.bookinfo.svc.cluster.local"}
    assert (after["routes"], after["access"]) == (before["routes"], before["access"])


def test_an_envoy_that_starts_anew_counts_on(pods: Pods, proxies: Proxies) -> None:
    """Its counts from before are not lost."""
    before = proxies.counters(proxies.pods()[1:])
    pods.counted = {"rq_total": 3, "rq_error": 0}
    after = proxies.counters(proxies.pods()[1:])

    assert {Hop("reviews-v3", "ratings", "v1"): 3} == after.since(before).requests


def test_endpoints_are_those_that_get_requests(pods: Pods, proxies: Proxies) -> None:
    """In the names of the namespace that translations know; an instance that is leaving gets none."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")
    elsewhere = {ELSEWHERE: {"192.0.2.7:8080"}}
    assert {CLUSTER.format("bookinfo"): {RATINGS}, **elsewhere} == proxies.endpoints(asked)
    pods.healthy = "DRAINING"

    assert {CLUSTER.format("bookinfo"): set(), **elsewhere} == proxies.endpoints(asked)


def test_a_connection_that_broke_is_made_anew(pods: Pods, proxies: Proxies) -> None:
    """Once: whoever does not answer then either is named."""
    (asked,) = (one for one in proxies.pods() if one.app == "reviews")
    proxies.endpoints(asked)
    pods.connections[0].shutdown(socket.SHUT_RDWR)
    assert proxies.endpoints(asked)
    pods.answering = False
    pods.connections[1].shutdown(socket.SHUT_RDWR)

    with pytest.raises(NotReachable, match="the proxy of reviews-v3-a does not answer"):
        proxies.endpoints(asked)
