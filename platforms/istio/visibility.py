"""The namespaces that see an object, by its exportTo."""

from __future__ import annotations

from platforms.istio.resources import Resource


def is_visible(resource: Resource, namespace: str) -> bool:
    """Tell whether proxies of a namespace obey a VirtualService."""
    return bool(visible_in(tuple(resource.spec.get("exportTo") or ()), resource.namespace) & {"*", namespace})


def visible_in(exported_to: tuple[str, ...], namespace: str) -> frozenset[str]:
    """The namespaces that see an object; `*` is all of them."""
    scopes = frozenset(namespace if scope == "." else scope for scope in exported_to or ("*",))
    return frozenset("*") if "*" in scopes else scopes
