"""Whom a test means to ask: a service of the mesh, or whoever comes in through its gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from platforms.errors import UsageError
from platforms.istio import hosts
from platforms.istio.registry import INGRESS_GATEWAY, Registry
from platforms.istio.resources import ResourceSet
from scenarios.plugin.declared import CLIENT
from scenarios.prove.asked import is_header

_PATH = re.compile(r"(/[!-~]*)?")
_METHOD = re.compile(r"[A-Z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class MeshTarget:
    """What is asked for, and by whose proxy."""

    caller: str
    """The workload whose proxy decides where it goes, or the gateway."""
    url: str
    """Absolute for a sidecar, a path for the gateway."""
    headers: Mapping[str, str]
    method: str

    @property
    def is_from_outside(self) -> bool:
        return self.caller == INGRESS_GATEWAY.name


def find(
    given: str, path: str, headers: Mapping[str, str], method: str, *, registry: Registry, rules: ResourceSet
) -> MeshTarget:
    """Find who is meant; raises UsageError for nobody, and for what cannot be sent."""
    parts = urlsplit(given if "://" in given else f"http://{given}")
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(f"{given!a}: neither a service nor an http URL")
    asked = f"{parts.path}{f'?{parts.query}' if parts.query else ''}{path}"
    if not _PATH.fullmatch(asked):
        raise UsageError(
            f"path {asked!a:.200}: begin it with /, and write what is no visible ASCII as %20 and its like"
        )
    if not _METHOD.fullmatch(method):
        raise UsageError(f"method {method!a}: give one such as GET or POST")
    for name, value in headers.items():
        if not (isinstance(value, str) and is_header(name, value)):
            raise UsageError(f"headers: {name!a}: {value!a:.100} cannot be sent as a header: give a text")
    port = registry.port
    if any(parts.hostname in hosts.aliases(host, address) for host, address in registry.hosts.items()):
        if parts.port not in (None, port):
            raise UsageError(f"{given}: the Services of this mesh have port {port}")
        return MeshTarget(CLIENT.name, f"http://{parts.hostname}:{port}{asked or '/'}", headers, method)
    if "://" not in given:
        raise UsageError(f"{given!a}: no such service; there are {', '.join(registry.services)}")
    if not any(one.collection in ("Gateway", "KubernetesGateway") for one in rules):
        raise UsageError(f"{given}: no Service of the mesh, and no Gateway is applied that it could come in by")
    named = headers if any(name.lower() == "host" for name in headers) else {"host": parts.netloc, **headers}
    return MeshTarget(INGRESS_GATEWAY.name, asked or "/", named, method)
