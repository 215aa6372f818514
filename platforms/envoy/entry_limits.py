"""What of ServiceEntries is not translated, and what a mesh on loopback cannot have of them: refused by path, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platforms import loopback
from platforms.errors import Untranslated
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.service_entries.callees import protocol

_HTTP = ("http", "http2", "grpc", "grpc-web")
_LOOPBACK = "a mesh on loopback calls this machine alone (127.0.0.0/8, ::1, localhost)"
_ELSEWHERE = {"NONE": "there is no address here for a call to keep", "DYNAMIC_DNS": _LOOPBACK}
_PLACES = ("istio-locality", "topology.istio.io/network")
"""Labels that say where an endpoint is."""
_END_OF_WEIGHTS = 2**32


def refuse_rivals(resources: ResourceSet, registry: Registry) -> None:
    """Raise Untranslated for a host that a Service or another ServiceEntry has already, which Istio would merge."""
    known = dict.fromkeys(registry.hosts, "a Service")
    for entry in resources.of_kind("ServiceEntry"):
        for number, host in enumerate(entry.spec["hosts"]):
            if host in entry.spec["hosts"][:number]:  # the same twice is once
                continue
            if rival := known.get(host.lower()):
                raise Untranslated(f"{entry}: spec.hosts[{number}]: {host}: {rival} has it already: not supported")
            known[host.lower()] = f"ServiceEntry {entry.name}"


def refuse_beyond_loopback(resources: ResourceSet) -> None:
    """Raise Untranslated for the first thing of a ServiceEntry that would take the calls of a mesh off this machine."""
    for entry in resources.of_kind("ServiceEntry"):
        for path, reason in (*_of_spec(entry), *_of_endpoints(entry.spec.get("endpoints", ()))):
            raise Untranslated(f"{entry}: spec.{path}: {reason}: not supported")


def _of_spec(entry: Resource) -> Iterator[tuple[str, str]]:
    spec = entry.spec
    resolution = spec.get("resolution", "NONE")
    if why := _ELSEWHERE.get(resolution):
        yield f"resolution: {resolution}", why
    if "workloadSelector" in spec:
        yield "workloadSelector", "a Service selects the workloads of this mesh"
    for number, port in enumerate(spec.get("ports", ())):
        if protocol(port) not in _HTTP:
            said = port.get("protocol") or '""'
            yield f"ports[{number}].protocol: {said}", "sidecars here take calls by HTTP alone: HTTP, HTTP2 or GRPC"
    if not spec.get("endpoints") and resolution != "STATIC":
        for number, host in enumerate(spec["hosts"]):
            if loopback.address(host) is None:
                yield f"hosts[{number}]: {host}", f"{_LOOPBACK}; name endpoints there"


def _of_endpoints(endpoints: Sequence[dict[str, object]]) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(endpoints):
        for field in ("network", "locality"):
            if one.get(field):
                yield f"endpoints[{number}].{field}: {one[field]}", "all of this mesh is in one place"
        labels = one.get("labels")
        for name in _PLACES:
            if isinstance(labels, dict) and name in labels:
                yield f"endpoints[{number}].labels.{name}", "all of this mesh is in one place"
        if loopback.address(address := str(one.get("address", ""))) is None:
            yield f"endpoints[{number}].address: {address}", _LOOPBACK
    if sum(int(str(one.get("weight") or 1)) for one in endpoints) >= _END_OF_WEIGHTS:
        yield "endpoints", "Envoy adds their weights up in 32 bits"
