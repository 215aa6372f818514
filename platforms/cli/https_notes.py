"""The sentences on HTTPS at the gateway of platform local: what is shown there, and how to call it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

from platforms.demo.typed import as_typed
from platforms.errors import NotReachable
from platforms.istio import secrets
from platforms.istio.push_context import by_age
from platforms.istio.registry import Registry
from platforms.istio.resources import SECRET, ResourceSet
from platforms.istio.servers import ANY, Termination, servers
from platforms.local import record
from platforms.local.record import LocalDemo
from platforms.loopback import LOOPBACK


def notes(resources: ResourceSet, registry: Registry) -> Iterator[str]:
    """Tell of each server whose certificate the demo makes itself, and of each Secret that is not as in a cluster."""
    found = _terminations(resources, registry)
    for gateway, one in found:
        if one.secret is None:
            yield (
                f"Gateway {gateway}: there is no Secret {one.secret_name}, so the demo's own authority signs for "
                f"{_names(one)}: {_call(one)}"
            )
        elif one.secret.namespace != one.namespace:
            yield (
                f"{one.secret}: taken from namespace {one.secret.namespace}; in a cluster a Gateway's Secret must be in "
                f"{one.namespace}, beside the gateway's pods"
            )
    for secret in resources.of_kind(SECRET):
        if not any(one.secret and one.secret.key == secret.key for _, one in found):
            yield f"{secret}: no server of a Gateway names it as its credentialName"
        elif (end := secrets.certificate(secret).not_valid_after_utc) < datetime.now(UTC):
            yield f"{secret}: its certificate has ended, on {end:%Y-%m-%d}"


def _terminations(resources: ResourceSet, registry: Registry) -> list[tuple[str, Termination]]:
    run = servers(by_age(resources), registry.gateway)
    return [(one.gateway_name, one.termination) for one in run if one.termination]


def _names(one: Termination) -> str:
    return "localhost" if ANY in one.hosts else ", ".join(one.hosts)


def _call(one: Termination) -> str:
    """The command that calls a server; without a demo, where it would stand."""
    demo = _demo()
    if demo is None:
        return as_typed("`python -m platforms status` says where, and by which CA to know it")
    host = "localhost" if ANY in one.hosts else one.hosts[0].replace("*", "www")
    port = demo.topology.gateway_https_port
    there = "" if host == "localhost" else f" --resolve {host}:{port}:{LOOPBACK}"
    return f"curl --cacert {demo.authority}{there} https://{host}:{port}/productpage"


def _demo() -> LocalDemo | None:
    with contextlib.suppress(NotReachable):
        return record.read(record.local_folder())
    return None
