"""The notes on programs of somebody's own beside the mesh: those that a ServiceEntry leads to, and that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from platforms import loopback
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Registry
from platforms.istio.resources import ResourceSet


def notes(resources: ResourceSet, registry: Registry, platform: str) -> Iterator[str]:
    """Tell of each endpoint on this machine that does not answer; those of a cluster are not asked."""
    if platform != "local":
        return
    for callee in PushContext.of(resources, registry).callees.values():
        for port in callee.ports:
            for one in callee.endpoints or ():
                address, number = loopback.address(one.address), one.port(port)
                if address and not loopback.is_answered(address, number):
                    place = f"[{address}]:{number}" if ":" in address else f"{address}:{number}"
                    yield f"host {callee.host}: nobody listens on {place} yet; what is led there is answered with 503"
