"""Calls to the apps of the local mesh as somebody: as a workload, as the gateway, as an impostor, or as nobody."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from platforms.counters import Heard
from platforms.demo.foreign import foreign_pair
from platforms.envoy import stats, tls
from platforms.envoy.topology import Topology
from platforms.istio.registry import Registry
from platforms.istio.secrets import KeyPair
from platforms.loopback import LOOPBACK

_SECONDS = 15.0


class LocalCallers:
    """A workload calls through its sidecar; anybody else goes straight to the sidecar of each instance of the app."""

    def __init__(
        self,
        registry: Registry,
        topology: Topology,
        answers: Callable[[str, Callable[[Topology], Collection[str]]], Mapping[str, str]],
    ) -> None:
        self._registry = registry
        self._topology = topology
        self._answers = answers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to let go of."""

    def as_proxy(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        """As a workload by its sidecar's outbound port; the gateway has none, and shows its certificate itself."""
        proxy = self._registry.proxy(name)
        if proxy.is_gateway:
            return self._straight(app, path, times, client_context(self._topology.proxy_folder(name)))
        port = self._topology.ports[name].outbound
        url = f"http://{app}:{self._registry.port}{path}"
        return [_answer(http.client.HTTPConnection(LOOPBACK, port, timeout=_SECONDS), url) for _ in range(times)]

    def as_impostor(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        """The right name, signed by an authority that exists for this call alone."""
        pair = foreign_pair(self._registry.proxy(name).identity)
        return self._straight(app, path, times, _context(pair, self._topology.folder))

    def in_plain_text(self, app: str, path: str, times: int) -> Sequence[int | None]:
        return self._straight(app, path, times, None)

    def heard(self, app: str) -> Heard:
        """The sum over all instances of the app; raises NotReachable if a proxy of one does not answer."""
        answers = self._answers(stats.HEARD_PATH, lambda topology: self._instances(app, topology))
        found = [stats.heard(json.loads(answer)) for answer in answers.values()]
        return Heard(sum(one.taken for one in found), sum(one.denied for one in found), sum(one.cut for one in found))

    def _instances(self, app: str, topology: Topology) -> tuple[str, ...]:
        return topology.instances({one.name for one in self._registry.workloads if one.app == app})

    def _straight(self, app: str, path: str, times: int, context: ssl.SSLContext | None) -> list[int | None]:
        """Ask each instance so many times."""

        def connect(port: int) -> http.client.HTTPConnection:
            if context:
                return http.client.HTTPSConnection(LOOPBACK, port, timeout=_SECONDS, context=context)
            return http.client.HTTPConnection(LOOPBACK, port, timeout=_SECONDS)

        ports = [self._topology.ports[name].inbound for name in self._instances(app, self._topology)]
        return [_answer(connect(port), path) for port in ports for _ in range(times)]


def client_context(folder: Path) -> ssl.SSLContext:
    """A client that shows the certificate in a proxy's folder, and believes whoever answers."""
    document = json.loads((folder / tls.CERTIFICATE_FILE).read_text(encoding="utf-8"))
    secret = document["resources"][0]["tlsCertificate"]
    pair = KeyPair(secret["certificateChain"]["inlineString"], secret["privateKey"]["inlineString"])
    return _context(pair, folder.parent)  # beside the folder and not in it, for the proxy watches that one


def _context(pair: KeyPair, beside: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False  # a workload is known by its identity, and has no other name
    context.verify_mode = ssl.CERT_NONE
    with tempfile.NamedTemporaryFile("w", dir=beside, encoding="utf-8") as pem:
        pem.write(pair.chain + pair.key)
        pem.flush()
        context.load_cert_chain(pem.name)
    return context


def _answer(connection: http.client.HTTPConnection, url: str) -> int | None:
    """The status of the answer on a connection of its own; None where there is none."""
    with contextlib.closing(connection):
        try:
            connection.request("GET", url)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        return answer.status
