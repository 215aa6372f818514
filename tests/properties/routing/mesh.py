"""productpage's Envoy, alone: whoever it calls says who he is and what he was asked."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import subprocess  # noqa: TID251  # the test starts its own Envoy
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from platforms.bookinfo import BOOKINFO, NAMESPACE, baseline
from platforms.envoy.topology import Topology
from platforms.envoy.translate import endpoints, translate
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from platforms.local import ports
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.programs import envoy
from platforms.local.xds import files
from platforms.local.xds.publisher import XdsPublisher
from platforms.loopback import LOOPBACK
from tests.properties.routing.reading import HOST, WATCHED, Outcome
from tests.properties.rules import Request

CALLER = "productpage-v1"
_PLAIN_TEXT = Resource(
    "security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": "DISABLE"}}, NAMESPACE
)
BASE = baseline().overlaid(ResourceSet((_PLAIN_TEXT,)))
"""The baseline for workloads that have no proxy, and so speak no TLS."""
SECONDS = 30.0
_SCALED = [replace(one, replicas=2) if one.workload.name == "reviews-v1" else one for one in DEPLOYMENTS]
"""Bookinfo with two instances of one version."""
_ATTEMPT = "x-attempt-of"
_FAILS = "x-fails"


class Mesh:
    """Serves a rule, and tells what became of a request."""

    def __init__(self, topology: Topology, attempts: Counter[str]) -> None:
        self._topology = topology
        self._attempts = attempts
        self._publisher = XdsPublisher(CALLER, BOOKINFO.proxy(CALLER), topology, topology.folder / "envoy.log")
        self._caller = http.client.HTTPConnection(LOOPBACK, topology.ports[CALLER].outbound, timeout=SECONDS)

    def close(self) -> None:
        self._publisher.close()
        self._caller.close()

    def serve(self, *rules: Resource) -> None:
        """Put the rules in force; raises Rejected if one is refused, by us or by Envoy."""
        resources = lay_over(BASE, ResourceSet(rules), BOOKINFO).resources
        snapshot = translate(resources, BOOKINFO, self._topology)
        resource_files = files.proxy_files(snapshot.proxies[CALLER])
        everybody = endpoints(snapshot, self._topology, self._topology.ports)[BOOKINFO.namespace]

        async def publish() -> None:
            async with asyncio.timeout(SECONDS):
                await self._publisher.publish(resource_files, everybody, revision="1")
            self._publisher.close()  # its connection ends with this event loop

        asyncio.run(publish())

    def prepare(self) -> None:
        """Write what the proxy starts with."""
        snapshot = translate(BASE, BOOKINFO, self._topology)
        everybody = endpoints(snapshot, self._topology, self._topology.ports)[BOOKINFO.namespace]
        self._publisher.prepare(files.proxy_files(snapshot.proxies[CALLER]), everybody, revision="0")

    def ask(self, request: Request) -> Outcome:
        """Send the request as productpage would, and see what it met."""
        try:
            return self._asked(request)
        except OSError:
            self._caller.close()  # what is left of this answer belongs to no other request
            raise

    def _asked(self, request: Request) -> Outcome:
        attempt = uuid.uuid4().hex
        self._caller.putrequest(
            request.method, f"http://{HOST}{request.target}", skip_host=True, skip_accept_encoding=True
        )
        for name, value in (("Host", HOST), (_ATTEMPT, attempt), *request.headers):
            self._caller.putheader(name, value)
        if request.fails:
            self._caller.putheader(_FAILS, "yes")
        if request.method == "POST":
            self._caller.putheader("Content-Length", "0")
        self._caller.endheaders()
        answer = self._caller.getresponse()
        body = answer.read().decode()
        told = tuple((name, ",".join(answer.headers.get_all(name, ()))) for name in WATCHED if name in answer.headers)
        if answer.getheader("content-type") != "application/json":
            return Outcome(answer.status, told=told, location=answer.getheader("location", ""), body=body)
        met = json.loads(body)
        return Outcome(
            answer.status,
            met["instance"],
            path=met["path"],
            host=met["host"],
            headers=tuple((name, met["headers"][name]) for name in WATCHED if name in met["headers"]),
            told=told,
            attempts=self._attempts[attempt],
        )


@contextlib.contextmanager
def mesh(folder: Path, binary: str) -> Iterator[Mesh]:
    """An Envoy and seven instances of six workloads, as long as the block."""
    topology = ports.assign(folder, _SCALED, gateway_port=0)
    attempts: Counter[str] = Counter()
    with contextlib.ExitStack() as stack:
        for name, its in topology.ports.items():
            stack.enter_context(_answering(its.inbound, name.removeprefix("reviews-"), attempts))
        found = stack.enter_context(contextlib.closing(Mesh(topology, attempts)))
        found.prepare()
        launch = envoy.launch(CALLER, topology, binary)
        log = stack.enter_context((topology.folder / "envoy.log").open("wb"))
        process = subprocess.Popen(launch.command, cwd=launch.folder, stdout=log, stderr=log)
        stack.callback(process.wait, SECONDS)
        stack.callback(process.terminate)
        yield found


@contextlib.contextmanager
def _answering(port: int, instance: str, attempts: Counter[str]) -> Iterator[None]:
    """An instance that tells what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            attempts[self.headers[_ATTEMPT]] += 1
            headers = {name: ",".join(self.headers.get_all(name, ())) for name in WATCHED if name in self.headers}
            met = {"instance": instance, "path": self.path, "host": self.headers["host"], "headers": headers}
            body = json.dumps(met).encode()
            self.send_response(503 if self.headers[_FAILS] else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815  # as the server calls them

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server((LOOPBACK, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
