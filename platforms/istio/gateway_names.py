"""The names of gateways, as the objects that bind to one say them."""

from __future__ import annotations

MESH = "mesh"
"""The reserved gateway name that means every sidecar."""


def gateway_name(gateway: str, namespace: str) -> str:
    """`namespace/name` of a gateway that an object in `namespace` refers to; `mesh` stays."""
    if gateway == MESH:
        return gateway
    scope, slash, name = gateway.partition("/")
    if slash:
        return f"{namespace if scope == '.' else scope}/{name}"
    name, dot, rest = gateway.partition(".")
    return f"{rest.partition('.')[0] if dot else namespace}/{name}"
