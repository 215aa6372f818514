"""How a demo stands: what `status` tells, as one document."""

from __future__ import annotations

from typing import Any

from platforms import journal
from platforms.local import bringup
from platforms.local.platform import LocalPlatform
from platforms.resources import NAMESPACE, baseline


def document(platform: LocalPlatform, *, healed: bool) -> dict[str, Any]:
    """Everything about the demo; `healed` says whether what a killed run left has been undone.

    An entry in the journal is then somebody's who is still at it.
    """
    told = platform.status()
    topology = platform.demo.topology
    entry = journal.Journal.of(platform.name).read()
    who = entry.who if entry else None
    ports = {name: {"app": p.app, "inbound": p.inbound, "outbound": p.outbound} for name, p in topology.ports.items()}
    differs = _difference(told["state"])
    return {
        "platform": platform.name,
        "url": f"{platform.gateway_url}{bringup.PAGE}",
        "revision": told["revision"],
        "baseline": not any(differs.values()),
        "differs": differs,
        "changing": who if healed else None,
        "unrestored": None if healed else who,
        "supervisor": {"pid": told["supervisor"], "since": told["since"]},
        "workloads": {name: {**child, "ports": ports[name]} for name, child in told["workloads"].items()},
        "proxies": {name: {**child, "admin": topology.admin_port(name)} for name, child in told["proxies"].items()},
    }


def _difference(state: dict[str, Any]) -> dict[str, list[str]]:
    """What is in force and not in the baseline, or the other way round."""
    in_force = {_name(one): one for one in state["resources"]}
    wanted = {_name(one.document()): one.document() for one in baseline()}
    both = in_force.keys() & wanted.keys()
    return {
        "added": sorted(in_force.keys() - wanted.keys()),
        "changed": sorted(name for name in both if _changed(in_force[name], wanted[name])),
        "removed": sorted(wanted.keys() - in_force.keys()),
        "stopped": state["stopped"],
    }


def _name(resource: dict[str, Any]) -> str:
    """`VirtualService reviews`; one of another namespace is `VirtualService reviews.default`."""
    metadata = resource["metadata"]
    namespace = "" if metadata["namespace"] == NAMESPACE else f".{metadata['namespace']}"
    return f"{resource['kind']} {metadata['name']}{namespace}"


def _changed(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return any(one[field] != other[field] for field in ("apiVersion", "spec"))
