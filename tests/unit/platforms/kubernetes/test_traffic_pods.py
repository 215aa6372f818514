"""The pods of a run's Job: which of them ended first, as the API server tells it in order, and why one does not run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import yaml

from platforms.errors import TrafficError
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.traffic_pods import TrafficPods

JOB = {"metadata": {"namespace": "visits", "uid": "7"}, "spec": {"completions": 3}}
MASTER, WORKER, OTHER = "traffic-0-a", "traffic-1-b", "traffic-2-c"
Change = tuple[str, dict[str, Any]]
FORGOTTEN: Change = ("ERROR", {"code": 410, "reason": "Expired", "message": "too old resource version: 7 (9)"})


def pod(name: str, state: dict[str, Any], **metadata: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "resourceVersion": "7", **metadata},
        "status": {"phase": "Running", "containerStatuses": [{"state": state}]},
    }


def running(name: str) -> dict[str, Any]:
    return pod(name, {"running": {}})


def deleted(name: str) -> dict[str, Any]:
    return pod(name, {"running": {}}, deletionTimestamp="2026-01-01T00:00:01Z")


def ended(name: str, reason: str, code: int, **metadata: str) -> dict[str, Any]:
    return pod(name, {"terminated": {"reason": reason, "exitCode": code}}, **metadata)


def killed(name: str) -> dict[str, Any]:
    """The pod as the kubelet reports it after its deletion."""
    return ended(name, "Error", 137, deletionTimestamp="2026-01-01T00:00:01Z")


class ApiServer:
    """An API server with the pods of one namespace, and what happened to them."""

    def __init__(self) -> None:
        self.pods = [running(name) for name in (WORKER, MASTER, OTHER)]
        self.history: list[Change] = []
        self.watched: list[dict[str, list[str]]] = []
        """The questions for what happened."""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(api.answer(self.path).encode())

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def answer(self, target: str) -> str:
        url = urlparse(target)
        question = parse_qs(url.query)
        if "watch" in question:
            self.watched.append(question)
            return "".join(json.dumps({"type": what, "object": one}) + "\n" for what, one in self.history)
        kinds = [{"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["list", "watch"]}]
        return json.dumps(
            {
                "/version": {"major": "1"},
                "/apis": {"kind": "APIGroupList", "groups": []},
                "/api/v1": {"kind": "APIResourceList", "resources": kinds},
                "/api/v1/namespaces/visits/pods": {"apiVersion": "v1", "kind": "PodList", "items": self.pods},
            }[url.path]
        )


@pytest.fixture
def api() -> Iterator[ApiServer]:
    api = ApiServer()
    with api.server as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield api
        server.shutdown()
        thread.join()


@pytest.fixture
def pods(api: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrafficPods:
    config = {
        "clusters": [{"name": "test", "cluster": {"server": f"http://127.0.0.1:{api.server.server_port}"}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "users": [{"name": "test", "user": {}}],
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    return TrafficPods(Cluster("test", tmp_path), JOB)


@pytest.mark.parametrize(
    ("history", "told"),
    [
        pytest.param(
            [
                ("MODIFIED", deleted(WORKER)),
                ("MODIFIED", deleted(MASTER)),
                ("MODIFIED", killed(MASTER)),
                ("DELETED", killed(WORKER)),
            ],
            f"pod {WORKER} was deleted",
            id="a worker is deleted, and the Job takes the master along",
        ),
        pytest.param(
            [("MODIFIED", ended(OTHER, "OOMKilled", 137)), ("MODIFIED", deleted(MASTER)), ("DELETED", killed(MASTER))],
            f"pod {OTHER} ended (OOMKilled, exit code 137)",
            id="a worker ends by itself",
        ),
        pytest.param([("DELETED", running(MASTER))], f"pod {MASTER} was deleted", id="the master is gone at once"),
        pytest.param([("MODIFIED", running(WORKER))], "", id="all of them run"),
    ],
)
def test_the_first_change_that_ends_a_pod_is_the_reason(
    api: ApiServer, pods: TrafficPods, history: list[Change], told: str
) -> None:
    """Who is gone by now, and whose end was reported first, does not matter."""
    pods.wait_until_running()
    api.pods = [killed(MASTER)]
    api.history = [("MODIFIED", running(OTHER)), *history]

    assert told == pods.first_end()
    assert [["7"]] == [question["resourceVersion"] for question in api.watched]


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ([killed(MASTER), running(OTHER)], f"pod {WORKER} was deleted"),
        ([killed(MASTER)], f"pod {WORKER} was deleted and pod {OTHER} was deleted"),
        (
            [running(MASTER), ended(WORKER, "OOMKilled", 137), running(OTHER)],
            f"pod {WORKER} ended (OOMKilled, exit code 137)",
        ),
    ],
)
def test_an_api_server_that_has_forgotten_the_changes(
    api: ApiServer, pods: TrafficPods, left: list[dict[str, Any]], told: str
) -> None:
    """Pods that are gone were first, and after them those that end."""
    pods.wait_until_running()
    api.history = [FORGOTTEN]
    api.pods = left

    assert told == pods.first_end()


def test_the_first_index_is_the_master(pods: TrafficPods) -> None:
    """In whichever order the API server lists them."""
    pods.wait_until_running()

    assert MASTER == pods.master


def test_a_pod_that_cannot_run_is_named(api: ApiServer, pods: TrafficPods) -> None:
    """The kubelet's words are quoted, and nobody waits for an image that is not there."""
    api.pods[0] = pod(WORKER, {"waiting": {"reason": "ErrImageNeverPull", "message": "traffic:1 is not present"}})

    with pytest.raises(TrafficError, match=r"2 of 3 pods run after 120 s: ErrImageNeverPull traffic:1 is not present"):
        pods.wait_until_running()
