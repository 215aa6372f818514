"""The sentences on HTTPS at the gateway: what is shown there, and how to call it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from platforms.demo.https_door import HttpsDoor
from platforms.demo.typed import as_typed
from platforms.istio import secrets
from platforms.istio.push_context import by_age
from platforms.istio.registry import Registry
from platforms.istio.resources import SECRET, ResourceSet
from platforms.istio.servers import ANY, Server, Termination, servers

_STATUS = "`python -m platforms status` says where, and by which CA to know it"
_HTTPS = 443


def notes(resources: ResourceSet, registry: Registry, platform: str, door: HttpsDoor | None) -> Iterator[str]:
    """Tell of each server whose certificate the demo makes itself, and of each Secret that is elsewhere or nobody's.

    Without a demo there is no door yet.
    """
    run = tuple(servers(by_age(resources), registry.gateway))
    ended = [(server, server.termination) for server in run if server.termination]
    for server, one in ended:
        if one.secret is None and not (door and one.secret_name in door.others):
            yield f"Gateway {server.gateway_name}: {_made(one, platform, door)}"
        elif one.secret and one.secret.namespace != one.namespace:
            yield f"{one.secret}: {_elsewhere(one.secret.namespace, one.namespace, platform)}"
    if platform == "kubernetes" and door:
        yield from _redirects(run, door)
    for secret in resources.of_kind(SECRET):
        if not any(one.secret and one.secret.key == secret.key for _, one in ended):
            yield f"{secret}: no server of a Gateway names it as its credentialName"
        elif (end := secrets.certificate(secret).not_valid_after_utc) < datetime.now(UTC):
            yield f"{secret}: its certificate has ended, on {end:%Y-%m-%d}"


def _made(one: Termination, platform: str, door: HttpsDoor | None) -> str:
    names = "localhost" if ANY in one.hosts else ", ".join(one.hosts)
    unless = ", unless the cluster has one," if platform == "kubernetes" and door is None else ""
    lacking = f"there is no Secret {one.secret_name}" if not unless else f"no Secret {one.secret_name} is given"
    return f"{lacking}, so{unless} the demo's own authority signs for {names}: {_call(one, door)}"


def _call(one: Termination, door: HttpsDoor | None) -> str:
    """The command that calls a server; without a demo, where it would stand."""
    if door is None:
        return as_typed(_STATUS)
    command = door.call("localhost" if ANY in one.hosts else one.hosts[0].replace("*", "www"))
    return f"while `{door.way}` runs, {command}" if door.way else command


def _elsewhere(given: str, wanted: str, platform: str) -> str:
    if platform == "kubernetes":
        return f"put into namespace {wanted}, beside the gateway's pods, where alone istiod looks for it; the file says {given}"
    return (
        f"taken from namespace {given}; in a cluster a Gateway's Secret must be in {wanted}, beside the gateway's pods"
    )


def _redirects(run: tuple[Server, ...], door: HttpsDoor) -> Iterator[str]:
    """Tell of redirects that, from this machine, lead to a port where the gateway is not."""
    sending = dict.fromkeys(one.gateway_name for one in run if one.redirects_to_https)
    for name in sending if door.port != _HTTPS else ():
        yield (
            f"Gateway {name}: its httpsRedirect leads to port {_HTTPS}, at which the gateway's Service has HTTPS; "
            f"from this machine that is port {door.port}"
        )
