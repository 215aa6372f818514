"""The start of a proxy: its bootstrap, which names the files that it watches."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platforms.envoy.topology import Topology
from platforms.istio.hosts import DOMAIN
from platforms.istio.registry import INGRESS_GATEWAY, Proxy
from platforms.istio.validation.regex import PROGRAM_SIZE
from platforms.local.processes import Launch
from platforms.loopback import LOOPBACK

_OWNER_ONLY = 0o600
RUNTIME = {"layers": [{"name": "istio", "static_layer": {"re2.max_program_size.error_level": PROGRAM_SIZE}}]}
"""Of what Istio's agent sets, what decides which rules a proxy takes."""


def bootstrap(proxy: str, node: Proxy, topology: Topology) -> dict[str, Any]:
    """The configuration that Envoy reads once: its identity, its admin interface, and the files for everything else."""
    return {
        "node": _node(proxy, node),
        "layered_runtime": RUNTIME,
        "admin": {"address": {"pipe": {"path": str(topology.admin_socket(proxy)), "mode": _OWNER_ONLY}}},
        "dynamic_resources": {
            "lds_config": _watched(topology.proxy_folder(proxy) / "listeners.json"),
            "cds_config": _watched(topology.proxy_folder(proxy) / "clusters.json"),
        },
    }


def launch(proxy: str, topology: Topology, envoy: str) -> Launch:
    """The command that starts the proxy on its bootstrap."""
    return Launch(
        # One worker: one thread is plenty for a demo, and two cores are shared by thirteen processes.
        # Hot restart would need shared memory with an id of its own; a restarted proxy simply reads its files.
        command=(
            envoy,
            "--config-path",
            str(topology.proxy_folder(proxy) / "bootstrap.json"),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "--log-level",
            "warning",
            # As Istio's agent: whoever is connected to a listener that was replaced is asked to connect anew.
            "--drain-strategy",
            "immediate",
            "--drain-time-s",
            "45",
            "--file-flush-interval-msec",
            "100",
            "--skip-deprecated-logs",  # as Istio's agent: fields that istiod still writes are no news
            "--component-log-level",
            "misc:error",
        ),
        environment={"PATH": os.defpath},
        folder=topology.proxy_folder(proxy),
    )


def log_file(logs: Path, proxy: str) -> Path:
    """The file for a proxy's log: `envoy-reviews-v2.log` beside the workload's `reviews-v2.log`."""
    return logs / f"{proxy if proxy == INGRESS_GATEWAY.name else f'envoy-{proxy}'}.log"


def _node(proxy: str, node: Proxy) -> Mapping[str, Any]:
    """The identity of a proxy as istio-agent gives it: `sidecar~ADDRESS~POD.NAMESPACE~NAMESPACE.DOMAIN`."""
    kind = "router" if node.is_gateway else "sidecar"
    return {
        "id": f"{kind}~{LOOPBACK}~{proxy}.{node.namespace}~{node.namespace}.{DOMAIN}",
        "cluster": f"{node.labels['app']}.{node.namespace}",
        "metadata": {"NAMESPACE": node.namespace, "WORKLOAD_NAME": node.name, "LABELS": node.labels},
    }


def _watched(path: Path) -> dict[str, Any]:
    # The folder is watched because files are replaced by renaming, which a watch on the file itself would miss.
    source = {"path": str(path), "watched_directory": {"path": str(path.parent)}}
    return {"path_config_source": source, "resource_api_version": "V3"}
