"""The files that configure Envoy, and the versions that tell which of them a proxy serves.

A file's `version_info` is `REVISION.HASH`: the revision that brought this content, and the hash of the content. A file is
written anew only when its content changes (Envoy would ignore a new version of an unchanged RouteConfiguration), so two
versions are compared by their hash alone; the revision is for people.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platforms.atomic_files import write_atomically
from platforms.envoy.listeners import GATEWAY_HTTPS
from platforms.envoy.translate import ProxyConfig, Snapshot

_TYPES = {
    "lds": "type.googleapis.com/envoy.config.listener.v3.Listener",
    "cds": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "rds": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
}

# Every subscription of a proxy has a text among its stats: the version of its last accepted update.
VERSIONS_PATH = "/stats?type=TextReadouts"
_VERSION_STATS = (
    (re.compile(r"listener_manager\.lds\.version_text"), "lds"),
    (re.compile(r"cluster_manager\.cds\.version_text"), "cds"),
    (re.compile(r"http\..+?\.rds\.(.+)\.version_text"), "rds"),
)

REJECTIONS_PATH = "/stats?filter=(update_rejected|update_failure)$&usedonly"


@dataclass(frozen=True, slots=True, order=True)
class Subscription:
    """One thing that a proxy subscribes to: `lds`, `cds` or `rds 9080`."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


LISTENERS = Subscription("lds")
CLUSTERS = Subscription("cds")


def routes(route_configuration: str) -> Subscription:
    return Subscription("rds", route_configuration)


@dataclass(frozen=True)
class ResourceFile:
    """The content of a file: resources, each with its type, in an order of their own."""

    resources: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, subscription: Subscription, resources: Iterable[Mapping[str, Any]]) -> ResourceFile:
        typed = [{"@type": _TYPES[subscription.kind], **resource} for resource in resources]
        return cls(sorted(typed, key=lambda resource: str(resource.get("name", ""))))

    @functools.cached_property
    def json(self) -> str:
        return json.dumps(self.resources, sort_keys=True)

    @functools.cached_property
    def hash(self) -> str:
        """Changes when, and only when, the resources do."""
        return hashlib.sha256(self.json.encode()).hexdigest()[:12]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(str(resource["name"]) for resource in self.resources)

    def with_missing_from(self, other: ResourceFile) -> ResourceFile:
        """These resources, and those of `other` whose names are not among them."""
        missing = [one for one in other.resources if str(one["name"]) not in self.names]
        merged = sorted((*self.resources, *missing), key=lambda resource: str(resource["name"]))
        return ResourceFile(merged) if missing else self


def open_to_both(before: ResourceFile, after: ResourceFile) -> ResourceFile:
    """The listeners of before, which take the connections that those of afterwards take besides: plain text and mutual TLS.

    So callers can change their ways one after the other.
    """
    coming = {one["name"]: one["filterChains"] for one in after.resources}
    joined = []
    for listener in before.resources:
        chains = listener["filterChains"]
        if listener["name"] == GATEWAY_HTTPS:  # whose callers are asked to connect anew
            joined.append(listener)
            continue
        taken = [chain.get("filterChainMatch") for chain in chains]
        added = [one for one in coming.get(listener["name"], ()) if one.get("filterChainMatch") not in taken]
        joined.append({**listener, "filterChains": [*chains, *added]} if added else listener)
    return ResourceFile(joined)


ProxyFiles = Mapping[Subscription, ResourceFile]
"""Everything that one proxy subscribes to."""


def proxy_files(config: ProxyConfig) -> ProxyFiles:
    """Everything that a proxy should serve, by subscription; routes come before the listeners that name them."""
    configurations = {routes(name): [configuration] for name, configuration in config.asked_for.items()}
    subscriptions = {**configurations, LISTENERS: config.listeners, CLUSTERS: config.clusters}
    return {subscription: ResourceFile.of(subscription, resources) for subscription, resources in subscriptions.items()}


def by_proxy(snapshot: Snapshot) -> dict[str, ProxyFiles]:
    """Everything that each proxy should serve."""
    return {proxy: proxy_files(config) for proxy, config in snapshot.proxies.items()}


def with_endpoints(clusters: ResourceFile, assignments: Mapping[str, Mapping[str, Any]]) -> ResourceFile:
    """The clusters with their endpoints inside.

    Each EDS file would cost its proxy one inotify instance, 70 for seven proxies, and Linux grants a user 128 in all.
    """
    return ResourceFile([_static_cluster(cluster, assignments) for cluster in clusters.resources])


def _static_cluster(cluster: Mapping[str, Any], assignments: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if cluster.get("type") != "EDS":
        return cluster
    name = cluster["name"]
    bare = {field: value for field, value in cluster.items() if field != "edsClusterConfig"}
    return {**bare, "type": "STATIC", "loadAssignment": assignments.get(name, {"clusterName": name})}


def hash_of(version: str) -> str:
    """The content that a `version_info` stands for."""
    return version.rpartition(".")[2]


def revision_of(version: str) -> str:
    """The revision that brought what a `version_info` stands for."""
    return version.rpartition(".")[0]


def accepted_versions(stats: str) -> dict[Subscription, str]:
    """The `version_info` that a proxy accepted last, by subscription, from its text stats."""
    found: dict[Subscription, str] = {}
    for line in stats.splitlines():
        name, separator, value = line.rpartition(": ")
        if not separator:
            continue
        for pattern, kind in _VERSION_STATS:
            if match := pattern.fullmatch(name):
                found[Subscription(kind, *match.groups())] = value.strip('"')
                break
    return found


def rejected_updates(stats: str) -> int:
    """The number of updates that the proxy refused since it started."""
    return sum(int(value) for line in stats.splitlines() for value in [line.rpartition(": ")[2]] if value.isdigit())


class FileWriter:
    """The only writer of the files that Envoys watch."""

    def __init__(self) -> None:
        self._versions: dict[Path, str] = {}

    def version(self, path: Path) -> str:
        """The `version_info` in the file; empty when there is no file."""
        return self._versions.get(path, "")

    def write(self, path: Path, content: ResourceFile, *, revision: str) -> str:
        """Put the content in the file unless it is there already; returns its `version_info`."""
        if content.hash != hash_of(self.version(path)):
            version = f"{revision}.{content.hash}"
            write_atomically(path, f'{{"version_info": "{version}", "resources": {content.json}}}')
            self._versions[path] = version
        return self._versions[path]

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._versions.pop(path, None)
