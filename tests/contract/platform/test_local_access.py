"""The local mesh lets those call each other who have an arrow in the picture, and nobody else."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import State
from platforms.envoy.topology import Topology
from platforms.istio.resources import Resource, ResourceSet
from platforms.local.calls.callers import client_context
from platforms.local.certificates import Authority
from platforms.local.platform import LocalPlatform
from platforms.loopback import LOOPBACK
from tests.contract.platform.access import API, CUT, DENIED, TAKEN, AccessContract
from tests.contract.platform.contract import BASELINE
from tests.contract.platform.visits import Visitor
from tests.e2e.demo import Demo, until

SECONDS = 15.0
PATIENCE = 3.0
"""In seconds, how long productpage waits for reviews."""
NAME = f"GET ratings {API['ratings']}"


class LocalCallers:
    """Callers on this machine: a workload's calls go to its sidecar, anybody else's to the port that callers know."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def as_workload(self, workload: str, *asked: str) -> list[str]:
        """Through the sidecar of a workload, as its calls go."""
        connection = http.client.HTTPConnection(LOOPBACK, self._topology.ports[workload].outbound, timeout=SECONDS)
        with contextlib.closing(connection):
            return [
                _answer(connection, method, f"http://{app}:9080{path}")
                for method, app, path in (line.split() for line in asked)
            ]

    def as_stranger(self, *asked: str) -> list[str]:
        """With the certificate of details, which may call nobody."""
        return [self.with_certificate(line, self._topology.proxy_folder("details-v1")) for line in asked]

    def in_plain_text(self, *asked: str) -> list[str]:
        """Straight to the sidecar of whoever is asked."""
        return [self._direct(line, None) for line in asked]

    def with_certificate(self, asked: str, folder: Path) -> str:
        """Straight to the sidecar, with the certificate in a proxy's folder."""
        return self._direct(asked, client_context(folder))

    def _direct(self, asked: str, context: ssl.SSLContext | None) -> str:
        method, app, path = asked.split()
        port = self._topology.ports[f"{app}-v1"].inbound
        how: Any = {"timeout": SECONDS}
        connection = (
            http.client.HTTPSConnection(LOOPBACK, port, context=context, **how)
            if context
            else http.client.HTTPConnection(LOOPBACK, port, **how)
        )
        with contextlib.closing(connection):
            return _answer(connection, method, path)


def _answer(connection: http.client.HTTPConnection, method: str, url: str) -> str:
    try:
        connection.request(method, url)
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, http.client.HTTPException):
        connection.close()
        return CUT
    return f"{answer.status} {body}" if body == "RBAC: access denied" else str(answer.status)


@pytest.fixture
def platform(demo: Demo) -> Iterator[LocalPlatform]:
    platform = LocalPlatform(demo.record())
    yield platform
    platform.apply(BASELINE)
    platform.wait_until_converged(BASELINE, timeout=30.0)
    platform.close()


@pytest.fixture
def callers(demo: Demo) -> LocalCallers:
    return LocalCallers(demo.record().topology)


class TestLocalAccess(AccessContract):
    """Real Envoys, with certificates of the demo's own."""

    @pytest.fixture
    def platform(self, platform: LocalPlatform) -> LocalPlatform:
        return platform

    @pytest.fixture
    def callers(self, callers: LocalCallers) -> LocalCallers:
        return callers


def test_a_certificate_of_somebody_elses_is_none(callers: LocalCallers, tmp_path: Path) -> None:
    """The right name, signed by the wrong authority."""
    reviews = BOOKINFO.proxy("reviews-v2")
    folder = Topology(tmp_path, {}, gateway_port=1).proxy_folder(reviews.name)
    folder.mkdir(parents=True)
    Authority(Topology(tmp_path, {}, gateway_port=1), timedelta(hours=1)).issue(reviews)

    assert CUT == callers.with_certificate(NAME, folder)


def test_a_change_of_policy_is_obeyed_by_the_next_request(platform: LocalPlatform, callers: LocalCallers) -> None:
    """Also where the callers' proxies have connections open: nobody is answered by the policies of before."""
    spec = {"action": "DENY", "rules": [{"from": [{"source": {"namespaces": ["bookinfo"]}}]}]}
    denied = Resource("security.istio.io/v1", "AuthorizationPolicy", "nobody", spec, "bookinfo")
    states = {DENIED: State(baseline().overlaid(ResourceSet((denied,)))), TAKEN: BASELINE}

    for expected, state in [*states.items()] * 3:
        platform.apply(state)
        platform.wait_until_converged(state, timeout=30.0)

        assert [expected] * 8 == callers.as_workload("reviews-v2", *[NAME] * 8)


@pytest.mark.parametrize(
    ("mode", "answers"), [("PERMISSIVE", (TAKEN, None)), ("DISABLE", (TAKEN, CUT)), ("STRICT", (CUT, TAKEN))]
)
def test_how_one_may_call(
    platform: LocalPlatform, callers: LocalCallers, demo: Demo, mode: str, answers: tuple[str, str | None]
) -> None:
    """Without policies a PeerAuthentication alone decides; callers with a sidecar are answered in every mode."""
    kept = tuple(one for one in baseline() if one.kind not in ("AuthorizationPolicy", "PeerAuthentication"))
    peers = Resource("security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": mode}}, "bookinfo")
    state = State(ResourceSet((*kept, peers)))
    platform.apply(state)
    platform.wait_until_converged(state, timeout=30.0)
    plain, mutual = answers

    assert [TAKEN] == callers.as_workload("reviews-v2", NAME)
    assert [plain] == callers.in_plain_text(NAME)
    if mutual:  # where both are taken, what is no sidecar has to say that it is one
        assert mutual == callers.with_certificate(NAME, demo.record().topology.proxy_folder("reviews-v2"))


def test_no_page_is_lost_while_everybody_changes_how_they_call(platform: LocalPlatform) -> None:
    """From mutual TLS alone to plain text alone, and back."""
    plain = Resource("security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": "DISABLE"}}, "bookinfo")
    kept = tuple(one for one in baseline() if one.kind not in ("AuthorizationPolicy", "PeerAuthentication"))
    states = State(ResourceSet((*kept, plain))), State(ResourceSet(kept)), BASELINE
    over = threading.Event()

    def pages() -> int:
        visitor, whole = Visitor(platform.gateway_url), 0
        while not over.is_set():
            began = time.monotonic()
            reviews = visitor.page()["reviews"]
            # On a machine that is far too busy they come later than productpage waits: these are late, and not lost.
            assert "shown" == reviews or time.monotonic() - began >= PATIENCE
            whole += 1
        visitor.close()
        return whole

    with ThreadPoolExecutor() as pool:
        visits = [pool.submit(pages) for _ in range(3)]
        try:
            for state in states * 2:
                platform.apply(state)
                platform.wait_until_converged(state, timeout=30.0)
        finally:
            over.set()

        assert all(one.result() for one in visits)


def test_a_proxy_that_lost_its_certificate_gets_another(callers: LocalCallers, demo: Demo) -> None:
    """As long as it runs it keeps what it has; when it starts again, there is a new one."""
    file = demo.record().topology.proxy_folder("ratings-v1") / "certificate.json"
    lost = file.read_text(encoding="utf-8")
    file.unlink()

    assert [TAKEN] == callers.as_workload("reviews-v2", NAME)

    os.kill(demo.status()["proxies"]["ratings-v1"]["pid"], signal.SIGKILL)
    until(lambda: [TAKEN] == callers.as_workload("reviews-v2", NAME), what="ratings answers again", seconds=30)

    assert lost != file.read_text(encoding="utf-8")
