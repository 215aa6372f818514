"""The files that configure Envoy, and the versions that tell which of them a proxy serves.

A file's `version_info` is `REVISION.HASH`: the revision that brought this content, and the hash of the content. A file is
written anew only when its content changes (Envoy would ignore a new version of an unchanged RouteConfiguration), so two
versions are compared by their hash alone; the revision is for people.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TYPES = {
    "lds": "type.googleapis.com/envoy.config.listener.v3.Listener",
    "cds": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "rds": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
    "eds": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
}

# Every subscription of a proxy has a text among its stats: the version of its last accepted update.
VERSIONS_PATH = "/stats?type=TextReadouts"
_VERSION_STATS = (
    (re.compile(r"listener_manager\.lds\.version_text"), "lds"),
    (re.compile(r"cluster_manager\.cds\.version_text"), "cds"),
    (re.compile(r"http\..+?\.rds\.(.+)\.version_text"), "rds"),
    (re.compile(r"cluster\.(.+)\.version_text"), "eds"),
)

REFUSALS_PATH = "/stats?filter=(update_rejected|update_failure)$&usedonly"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One thing that a proxy subscribes to: `lds`, `cds`, `rds 9080` or `eds CLUSTER`."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


LISTENERS = Subject("lds")
CLUSTERS = Subject("cds")


def routes(route_configuration: str) -> Subject:
    return Subject("rds", route_configuration)


def endpoints(cluster: str) -> Subject:
    return Subject("eds", cluster)


def response(subject: Subject, resources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The resources as a file holds them: each with its type, in an order of their own."""
    typed = [{"@type": _TYPES[subject.kind], **resource} for resource in resources]
    return sorted(typed, key=lambda resource: str(resource.get("name", "")))


def content_hash(resources: Sequence[Mapping[str, Any]]) -> str:
    """Changes when, and only when, the content does."""
    return hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()[:12]


def hash_of(version: str) -> str:
    """The content that a `version_info` stands for."""
    return version.rpartition(".")[2]


def revision_of(version: str) -> str:
    """The revision that brought what a `version_info` stands for."""
    return version.rpartition(".")[0]


def versions(stats: str) -> dict[Subject, str]:
    """What a proxy's text stats say: the `version_info` that it accepted last, by subject."""
    found: dict[Subject, str] = {}
    for line in stats.splitlines():
        name, separator, value = line.rpartition(": ")
        if not separator:
            continue
        for pattern, kind in _VERSION_STATS:
            if match := pattern.fullmatch(name):
                found[Subject(kind, *match.groups())] = value.strip('"')
                break
    return found


def refusals(stats: str) -> int:
    """How many updates the proxy refused since it started."""
    return sum(int(value) for line in stats.splitlines() for value in [line.rpartition(": ")[2]] if value.isdigit())


class Files:
    """The files that Envoys watch; this is their only writer."""

    def __init__(self) -> None:
        self._versions: dict[Path, str] = {}

    def version(self, path: Path) -> str:
        """The `version_info` in the file; empty when there is no file."""
        return self._versions.get(path, "")

    def write(self, path: Path, content: Sequence[Mapping[str, Any]], *, revision: str) -> str:
        """Put the content in the file unless it is there already; returns its `version_info`."""
        if (hashed := content_hash(content)) != hash_of(self.version(path)):
            version = f"{revision}.{hashed}"
            write_text(path, json.dumps({"version_info": version, "resources": content}))
            self._versions[path] = version
        return self._versions[path]

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._versions.pop(path, None)


def write_text(path: Path, text: str) -> None:
    """Replace a file as a whole: Envoy, or any reader, sees the old text or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
