"""What Envoy itself says of a configuration."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # asks Envoy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy.topology import Ports, Topology
from platforms.envoy.translate import ProxyConfig, Snapshot
from platforms.local.certificates import Authority
from platforms.local.programs import runtimes
from platforms.local.programs.envoy import RUNTIME
from platforms.local.xds import files


def topology(number: int = 0) -> Topology:
    """Ports that no other topology of the same test has: Envoy takes each address once."""
    first = 20000 + 100 * number
    ports = {one.name: Ports(*range(first + 4 * n, first + 4 * n + 3)) for n, one in enumerate(BOOKINFO.workloads)}
    return Topology(Path("/run/bookinfo"), ports, gateway_port=first + 90)


def complaint(snapshots: Iterable[Snapshot], folder: Path) -> str:
    """Why Envoy would refuse any of these, or nothing. All are asked about at once: starting Envoy takes longest."""
    binary = runtimes.envoy()
    if binary is None:
        pytest.skip("no Envoy is installed: `make setup` brings it")
    listeners, clusters = [], []
    for number, snapshot in enumerate(snapshots):
        for proxy, config in snapshot.proxies.items():
            prefix = f"{number} {proxy} "
            listeners += [_named(prefix, one) for one in _listeners(config)]
            clusters += [_named(prefix, one) for one in _clusters(config)]
    proxy = BOOKINFO.gateway
    mesh = replace(topology(), folder=folder)
    authority = Authority(mesh, timedelta(hours=1))
    mesh.proxy_folder(proxy.name).mkdir(parents=True)
    authority.publish()
    authority.issue(proxy)
    bootstrap = mesh.proxy_folder(proxy.name) / "bootstrap.json"
    document = {
        "node": {"id": proxy.name, "cluster": proxy.name},
        "layeredRuntime": RUNTIME,
        "staticResources": {"listeners": listeners, "clusters": clusters},
    }
    bootstrap.write_text(json.dumps(document), encoding="utf-8")
    answer = subprocess.run(
        [binary, "--mode", "validate", "--log-level", "error", "--skip-deprecated-logs", "-c", str(bootstrap)],
        cwd=bootstrap.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if answer.returncode == 0 else answer.stderr


def _listeners(config: ProxyConfig) -> Iterator[dict[str, Any]]:
    """The listeners with their routes inside: Envoy validates no file that is watched."""
    for listener in config.listeners:
        copy = json.loads(json.dumps(listener))
        for chain in copy["filterChains"]:
            manager = chain["filters"][0]["typedConfig"]
            for log in manager.get("accessLog", ()):
                log["typedConfig"]["path"] = "/dev/null"  # Envoy opens it even where it only validates
            if rds := manager.pop("rds", None):
                manager["routeConfig"] = config.routes[rds["routeConfigName"]]
        yield copy


def _clusters(config: ProxyConfig) -> Iterator[Mapping[str, Any]]:
    content = files.ResourceFile.of(files.CLUSTERS, config.clusters)
    for cluster in files.with_endpoints(content, {}).resources:
        yield {field: value for field, value in cluster.items() if field != "@type"}


def _named(prefix: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    return {**resource, "name": prefix + resource["name"]}
