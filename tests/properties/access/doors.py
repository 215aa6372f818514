"""A real Envoy with a door for each of many sets of policies, and callers with and without a certificate."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import subprocess  # noqa: TID251  # the test starts its own Envoy
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.envoy import tls
from platforms.envoy.topology import Topology
from platforms.local import ports
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.programs import envoy
from platforms.loopback import LOOPBACK, is_free
from platforms.wait import wait_until
from tests.properties.access.reading import Caller, Door, Request

CALLERS = {Caller(proxy.namespace, proxy.service_account): proxy for proxy in BOOKINFO.proxies}
SERVED = "details-v1"
"""The workload whose policies these are, and whose certificate stands at the door."""

Guards = Sequence[Mapping[str, Any]]
"""The filters of a proxy, as ours are made."""

_CASE = "x-case"
_EXTENSIONS = "type.googleapis.com/envoy.extensions"
_RBAC = f"{_EXTENSIONS}.filters.http.rbac.v3"
_ACTIONS = ("LOG", "DENY", "ALLOW")
_SECONDS = 30.0


class Doors:
    """Sends requests to the door of one case or another."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._open: dict[tuple[Caller | None, str, str], http.client.HTTPConnection] = {}
        self.door = Door(LOOPBACK, topology.ports[SERVED].inbound)

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def is_let_in(self, case: int, request: Request) -> bool:
        """Send a request, and see whether it comes past the filters."""
        connection = self._connection(request)
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        forwarded = {"x-forwarded-for": request.forwarded_for} if request.forwarded_for else {}
        for name, value in {"host": request.host, _CASE: str(case), **request.headers, **forwarded}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (http.HTTPStatus.OK, http.HTTPStatus.FORBIDDEN), answer.status
        return answer.status == http.HTTPStatus.OK

    def _connection(self, request: Request) -> http.client.HTTPConnection:
        key = (request.caller, request.server_name, request.address)
        if key not in self._open:
            plain = socket.create_connection((self.door.address, self.door.port), _SECONDS, (request.address, 0))
            connection = http.client.HTTPConnection(self.door.address)
            connection.sock = plain if request.caller is None else self._secured(plain, request)
            self._open[key] = connection
        return self._open[key]

    def _secured(self, plain: socket.socket, request: Request) -> ssl.SSLSocket:
        assert request.caller is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # who answers is not the question
        context.load_cert_chain(_written(self._topology, CALLERS[request.caller].name))
        return context.wrap_socket(plain, server_hostname=request.server_name or None)


@contextlib.contextmanager
def doors(folder: Path, binary: str, cases: Sequence[Guards]) -> Iterator[Doors]:
    """An Envoy with these cases, as long as the block."""
    topology = ports.assign(folder, DEPLOYMENTS, gateway_port=0)
    authority = Authority(topology, timedelta(days=1))
    authority.publish()
    for proxy in CALLERS.values():
        topology.proxy_folder(proxy.name).mkdir(parents=True)
        authority.issue(proxy)
    config = folder / "envoy.json"
    config.write_text(json.dumps(_bootstrap(topology, cases)), encoding="utf-8")
    command = (
        binary,
        "--config-path",
        str(config),
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--log-level",
        "error",
    )
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "envoy.log").open("wb"))
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        stack.callback(process.wait, _SECONDS)
        stack.callback(process.terminate)
        found = stack.enter_context(contextlib.closing(Doors(topology)))
        wait_until(lambda: process.poll() is not None or not is_free(found.door.port), _SECONDS)
        assert process.poll() is None, (folder / "envoy.log").read_text(encoding="utf-8")
        yield found


def _bootstrap(topology: Topology, cases: Sequence[Guards]) -> dict[str, Any]:
    manager = {
        "@type": f"{_EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "statPrefix": "doors",
        "codecType": "HTTP1",
        "normalizePath": True,
        "useRemoteAddress": False,
        "routeConfig": {
            "virtualHosts": [
                {"name": "doors", "domains": ["*"], "routes": [_route(number, one) for number, one in enumerate(cases)]}
            ]
        },
        "httpFilters": [
            *({"name": action, "typedConfig": {"@type": f"{_RBAC}.RBAC"}} for action in _ACTIONS),
            {"name": "router", "typedConfig": {"@type": f"{_EXTENSIONS}.filters.http.router.v3.Router"}},
        ],
    }
    filters = [{"name": "manager", "typedConfig": manager}]
    address = {"socketAddress": {"address": LOOPBACK, "portValue": topology.ports[SERVED].inbound}}
    chains = [
        {"filterChainMatch": dict(tls.STRICT_MATCH), "filters": filters, "transportSocket": _socket(topology)},
        {"filterChainMatch": dict(tls.PLAIN_TEXT_MATCH), "filters": filters},
    ]
    listener = {"name": "doors", "address": address, "listenerFilters": [dict(tls.INSPECTOR)], "filterChains": chains}
    return {"layeredRuntime": envoy.RUNTIME, "staticResources": {"listeners": [listener]}}


def _route(number: int, guards: Guards) -> dict[str, Any]:
    """The door of one case: its filters in place of the listener's, which let everybody in."""
    own = {
        config.get("rules", config.get("shadowRules"))["action"]: {
            "@type": f"{_RBAC}.RBACPerRoute",
            "rbac": _untyped(config),
        }
        for config in (one["typedConfig"] for one in guards)
    }
    return {
        "match": {"prefix": "/", "headers": [{"name": _CASE, "stringMatch": {"exact": str(number)}}]},
        "directResponse": {"status": 200},
        "typedPerFilterConfig": own,
    }


def _untyped(config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != "@type"}


def _socket(topology: Topology) -> dict[str, Any]:
    """The end of mutual TLS: the certificate as a file, for this Envoy has no secrets."""
    file = {"filename": _written(topology, SERVED)}
    common = {
        "tlsCertificates": [{"certificateChain": file, "privateKey": file}],
        "validationContext": {"trustedCa": {"filename": str(topology.folder / Path(tls.AUTHORITY_FILE).name)}},
    }
    context = {"commonTlsContext": common, "requireClientCertificate": True}
    typed = {"@type": f"{_EXTENSIONS}.transport_sockets.tls.v3.DownstreamTlsContext", **context}
    return {"name": "envoy.transport_sockets.tls", "typedConfig": typed}


def _written(topology: Topology, proxy: str) -> str:
    """The file with the certificate of a proxy and its key, as others than Envoy read them."""
    folder = topology.proxy_folder(proxy)
    (secret,) = json.loads((folder / tls.CERTIFICATE_FILE).read_text(encoding="utf-8"))["resources"]
    parts = secret["tlsCertificate"]
    file = folder / "certificate.pem"
    file.write_text(parts["certificateChain"]["inlineString"] + parts["privateKey"]["inlineString"], encoding="utf-8")
    return str(file)
