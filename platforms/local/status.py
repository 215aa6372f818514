"""The status of the local demo, as one document."""

from __future__ import annotations

from typing import Any

from platforms.demo.status import baseline_comparison, security
from platforms.local.platform import LocalPlatform


def status_document(platform: LocalPlatform, *, restored: bool) -> dict[str, Any]:
    """Everything about the demo; `restored` as in `baseline_comparison`."""
    told = platform.status()
    topology = platform.demo.topology
    ports = {name: {"app": p.app, "inbound": p.inbound, "outbound": p.outbound} for name, p in topology.ports.items()}
    state = told["state"]
    return {
        **baseline_comparison(
            platform,
            revision=told["revision"],
            in_force=state["resources"],
            stopped=state["stopped"],
            restored=restored,
        ),
        "security": security(state["resources"]),
        "certificates": told["certificates"],
        "https": {"address": platform.demo.https, "authority": str(platform.demo.authority)},
        "supervisor": {"pid": told["supervisor"], "since": told["since"]},
        "workloads": {name: {**child, "ports": ports[name]} for name, child in told["workloads"].items()},
        "proxies": {
            name: {**child, "admin": str(topology.admin_socket(name))} for name, child in told["proxies"].items()
        },
    }
