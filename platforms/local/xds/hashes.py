"""The hashes of what every proxy should serve: the supervisor tells them to a command, which asks the proxies themselves.

So a rule is translated once, and a command only compares. What a supervisor says counts where it translates with the code
that the command has; of another one, brought up before the code was changed, the command works them out by itself.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from platforms.boundary import State
from platforms.environment import ROOT
from platforms.envoy.reconnection import Assignments
from platforms.envoy.topology import Topology
from platforms.envoy.translate import endpoints
from platforms.istio.registry import Registry
from platforms.local.snapshot import snapshot
from platforms.local.xds import files
from platforms.local.xds.files import CLUSTERS, ProxyFiles

ExpectedHashes = Mapping[str, Mapping[str, str]]
"""For each proxy, the hash of everything that it should serve, by subscription as it is written."""

_CODE = ("istio", "envoy", "bookinfo.py", "local/snapshot.py", "local/xds")
"""The part of `platforms` that decides what a proxy is given."""


def published(
    resource_files: Mapping[str, ProxyFiles], namespaces: Mapping[str, str], assignments: Mapping[str, Assignments]
) -> ExpectedHashes:
    """The hashes of each proxy's files, with the endpoints of its namespace inside the clusters."""
    expected = {}
    for proxy, bare in resource_files.items():
        filled = {**bare, CLUSTERS: files.with_endpoints(bare[CLUSTERS], assignments[namespaces[proxy]])}
        expected[proxy] = {str(subscription): file.hash for subscription, file in filled.items()}
    return expected


def document(expected: ExpectedHashes) -> dict[str, Any]:
    """The hashes as a supervisor tells them, with the code that made them."""
    return {"code": code_version(), "hashes": expected}


def told(found: Any, state: State, registry: Registry, topology: Topology) -> ExpectedHashes:
    """The hashes that a supervisor told for `state`; made here if it told none or has other code."""
    if isinstance(found, dict) and found.get("code") == code_version():
        return dict(found["hashes"])
    target = snapshot(state.resources, registry, topology)
    running = {one.name for one in registry.workloads} - state.stopped
    namespaces = {proxy: config.namespace for proxy, config in target.proxies.items()}
    return published(files.by_proxy(target), namespaces, endpoints(target, topology, topology.instances(running)))


@functools.cache  # the code that was loaded stays the same, whatever becomes of its files
def code_version() -> str:
    """A hash of the code that decides what a proxy is given."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _code_files() -> Iterator[Path]:
    for name in _CODE:
        part = ROOT / "platforms" / name
        yield from (
            sorted(one for one in part.rglob("*") if one.suffix in (".py", ".json")) if part.is_dir() else (part,)
        )
