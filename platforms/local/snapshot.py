"""The translation as platform local uses it: with a word on where something is not supported."""

from __future__ import annotations

from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot, translate
from platforms.errors import Unsupported, Untranslated
from platforms.istio.registry import Registry
from platforms.istio.resources import ResourceSet


def snapshot(resources: ResourceSet, registry: Registry, topology: Topology) -> Snapshot:
    """The configuration of every proxy of the demo; raises Rejected, or Unsupported, as `apply` does."""
    try:
        return translate(resources, registry, topology)
    except Untranslated as error:
        raise Unsupported(f"{error} on platform local") from error
