"""What istiod was recorded to do, and what that means for our proxies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO, load
from platforms.envoy.topology import Ports, Topology
from platforms.istio.resources import Resource, ResourceSet

FOLDER = Path(os.environ.get("PARITY_CASES") or Path(__file__).parent / "cases")
PROXIES = ("productpage-v1", "reviews-v2", "ingressgateway")
"""Whose configuration was recorded."""

# With certificates of somebody's own.
_NO_TLS = "spec.trafficPolicy.tls.mode: {}: not supported"
# Envoy refuses this status: the proxies of a cluster keep the rules they had.
_NO_SUCH_STATUS = "{}: 600: not supported"
EXCEPTIONS = {
    "direct-600": _NO_SUCH_STATUS.format(r"spec.http\[0\].directResponse.status"),
    "dr-lb-passthrough": "spec.trafficPolicy.loadBalancer.simple: PASSTHROUGH: not supported",
    "dr-locality-failover": "spec.trafficPolicy.loadBalancer.localityLbSetting.failover: not supported",
    "dr-proxy-protocol": "spec.trafficPolicy.proxyProtocol: not supported",
    "dr-tls-simple": _NO_TLS.format("SIMPLE"),
    "dr-tunnel": "spec.trafficPolicy.tunnel: not supported",
    "dr-workload-selector": "spec.workloadSelector: not supported",
    "fault-abort-600": _NO_SUCH_STATUS.format(r"spec.http\[0\].fault.abort.httpStatus"),
    "gw-port-9999": r"spec.servers\[0\].port.number: 9999: not supported",
    "gw-tcp": r"spec.servers\[0\].port.protocol: TCP: not supported",
    "new-service-entry": r"ServiceEntry ext: spec.endpoints\[0\].address: 10.0.0.1: a mesh on loopback calls this machine alone",
    "tcp": "spec.tcp: not supported",
}
"""What istiod accepts and we do not translate, by its path."""

TOPOLOGY = Topology(
    folder=Path("/run/bookinfo"),
    ports={
        workload.name: Ports(app=20000 + 4 * n, inbound=20001 + 4 * n, outbound=20002 + 4 * n)
        for n, workload in enumerate(BOOKINFO.workloads)
    },
    gateway_port=9080,
)
"""Any topology: what is recorded does not depend on it."""


BASE = ResourceSet(tuple(replace(one, created=0) for one in load(Path(__file__).parent / "baseline.yaml")))
"""What was there before, and so is older; without the VirtualService `reviews` that today's baseline has."""


@dataclass(frozen=True)
class Recording:
    """One rule, and what istiod made of it."""

    name: str
    resources: ResourceSet
    """The rule beside the baseline."""
    message: str
    """Why it was refused; empty if it was not."""
    findings: tuple[tuple[str, str, str], ...] | None
    """What `istioctl analyze` said: code, level, message; None where it was not asked."""
    served: Mapping[str, Mapping[str, Any]]
    """By proxy; empty if it was refused."""


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def recording(name: str) -> Recording:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if name == "_baseline":
        document = {"objects": [], "accepted": True}
    message = "" if document["accepted"] else document["message"]
    return Recording(
        name=name,
        resources=BASE.overlaid(ResourceSet(tuple(map(_resource, document["objects"])))),
        message=message,
        findings=_findings(document),
        served={} if message else _served(document.get("differs_from_baseline") or {}),
    )


def _findings(document: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...] | None:
    if "analyze" not in document:
        return None
    return tuple((one["code"], one["level"], one["message"]) for one in document["analyze"])


def _resource(document: Mapping[str, Any]) -> Resource:
    metadata = document["metadata"]
    return Resource(
        api_version=document["apiVersion"],
        kind=document["kind"],
        name=metadata["name"],
        namespace=metadata["namespace"],
        spec=document["spec"],
        source="istio/x.yaml",
    )


def _served(differences: Mapping[str, Any]) -> dict[str, Any]:
    """By proxy, everything that it serves: what does not differ is the baseline's own, and shared."""
    return {
        proxy: {
            part: {
                name: _told(entry)
                for name, entry in (entries | differences.get(proxy, {}).get(part, {})).items()
                if entry is not None
            }
            for part, entries in parts.items()
        }
        for proxy, parts in _baseline().items()
    }


@cache
def _baseline() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "_baseline.json").read_text(encoding="utf-8")))


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with its TLS in a word: some of them have it in full besides."""
    return {field: value for field, value in entry.items() if field != "transportSocket"}


_TLS = {"where the endpoint takes it": "istio mutual when the endpoint has it", "always": "configured"}


def as_recorded(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a proxy is shown to serve, with no more of its TLS than the recordings have."""
    clusters = {
        name: {**cluster, "tls": _TLS[cluster["tls"]["mode"]]} if "tls" in cluster else cluster
        for name, cluster in document["clusters"].items()
    }
    return {**document, "clusters": clusters}
