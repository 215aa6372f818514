"""The objects of a cluster that decide about its rules: the namespace's own, others' that may claim the same, its Services."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from platforms.bookinfo import NAMESPACE
from platforms.istio.resources import DRY_RUN, GATEWAY_API, SECRET, Resource, ResourceSet
from platforms.kubernetes.client.api_errors import Forbidden
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.client.together import together

_NETWORKING = "networking.istio.io/v1"
_SECURITY = "security.istio.io/v1"
HTTP_ROUTE = "HTTPRoute"
KINDS = {
    "PeerAuthentication": _SECURITY,
    "AuthorizationPolicy": _SECURITY,
    "RequestAuthentication": _SECURITY,
    "ServiceEntry": _NETWORKING,
    "DestinationRule": _NETWORKING,
    "Gateway": _NETWORKING,
    "VirtualService": _NETWORKING,
    HTTP_ROUTE: f"{GATEWAY_API}/v1",
}
"""The kinds that a state may have, in the order in which they are written: a subset is there before a route names it."""

_HTTPS_ROUTES = r'("https\.[0-9]+\.[^"]+)\.%s"'
"""The name of the routes of a Gateway's server for HTTPS, which ends with its namespace."""
_CLAIMING = ("VirtualService", "DestinationRule", "ServiceEntry", HTTP_ROUTE)
"""The kinds of which two objects may claim one host."""

CERTIFICATE = ("app.kubernetes.io/component", "gateway-certificate")
"""The label of the Secrets beside the gateway that the demo has put there."""

Live = Mapping[tuple[str, str], dict[str, Any]]
"""The namespace's objects as the API server has them, by kind and name."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The objects of a cluster as they are before a change of its rules."""

    live: Live
    rivals: tuple[dict[str, Any], ...]
    """The rules of all namespaces that may claim a host of ours; only of our own where we may not look further."""
    certificates: tuple[dict[str, Any], ...]
    """The Secrets beside the gateway that the demo has put there; none where we may not look."""
    services: ResourceSet
    """The Services of the namespace, as those of Bookinfo's own that routes may lead to; none where we may not look."""


def inventory(cluster: Cluster, namespace: str, gateway: str) -> Inventory:
    """Ask for all of them at the same time; `gateway` is the namespace of the ingress gateway."""
    *ruled, secrets, services = together(
        [
            *(partial(_claims if kind in _CLAIMING else _own, cluster, kind, namespace) for kind in KINDS),
            partial(certificates, cluster, gateway),
            partial(_services, cluster, namespace),
        ]
    )
    objects = [one for found in ruled for one in found]
    return Inventory(
        live={
            (one["kind"], one["metadata"]["name"]): one for one in objects if one["metadata"]["namespace"] == namespace
        },
        rivals=tuple(one for one in objects if one["kind"] in _CLAIMING),
        certificates=tuple(secrets),
        services=ResourceSet(tuple(value(in_namespace(one, namespace, NAMESPACE)) for one in services)),
    )


def live(cluster: Cluster, namespace: str) -> Live:
    """Every object of the kinds that a state may have, ours or not."""
    found = together([partial(_own, cluster, kind, namespace) for kind in KINDS])
    return {(one["kind"], one["metadata"]["name"]): one for objects in found for one in objects}


def _own(cluster: Cluster, kind: str, namespace: str) -> list[dict[str, Any]]:
    """The namespace's objects of a kind; no HTTPRoutes where the cluster has none, or does not let us look."""
    if kind != HTTP_ROUTE:
        return cluster.objects(KINDS[kind], kind, namespace)
    try:
        return cluster.objects(KINDS[kind], kind, namespace) if cluster.offers(KINDS[kind], kind) else []
    except Forbidden:
        return []


def _claims(cluster: Cluster, kind: str, namespace: str) -> list[dict[str, Any]]:
    """The objects of a kind in all namespaces; only our own where we may not look further."""
    if kind == HTTP_ROUTE and not cluster.offers(KINDS[kind], kind):
        return []
    try:
        return cluster.objects(KINDS[kind], kind)
    except Forbidden:
        return _own(cluster, kind, namespace)


def certificates(cluster: Cluster, gateway: str) -> list[dict[str, Any]]:
    """The Secrets of the demo beside the gateway; the others there are nobody's business."""
    try:
        return cluster.objects("v1", SECRET, gateway, labels="=".join(CERTIFICATE))
    except Forbidden:
        return []


def _services(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    try:
        return cluster.objects("v1", "Service", namespace)
    except Forbidden:
        return []


def in_namespace(value: Any, old: str, new: str) -> Any:
    """JSON with every mention of a namespace replaced: in names of hosts, principals and routes, and as a field."""
    text = json.dumps(value)
    for mention in ('"namespace": "{}"', ".{}.svc", "/ns/{}/", "ns[{}]-policy"):
        text = text.replace(mention.format(old), mention.format(new))
    if old != new:
        text = re.sub(_HTTPS_ROUTES % re.escape(old), rf'\1.{new}"', text)
    return json.loads(text)


def value(one: Mapping[str, Any]) -> Resource:
    """A live object as a value."""
    metadata, (spec, dry_run) = one["metadata"], said(one)
    if one["kind"] == SECRET:
        spec = {field: one[field] for field in ("type", "data")}
    return Resource(
        one["apiVersion"], one["kind"], metadata["name"], spec or {}, metadata["namespace"], dry_run=dry_run
    )


def said(one: Mapping[str, Any]) -> tuple[Any, str | None]:
    """Pick what an object says: its spec, and the annotation by which it is only to be tried."""
    return one.get("spec"), (one.get("metadata", {}).get("annotations") or {}).get(DRY_RUN)
