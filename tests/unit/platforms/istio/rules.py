"""Short ways to write a rule in a test."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.bookinfo import BOOKINFO, NAMESPACE, baseline
from platforms.envoy.config_dump import shown
from platforms.envoy.topology import Topology
from platforms.envoy.translate import translate
from platforms.errors import Rejected
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.golden.validation import topology

REVIEWS = "9080 reviews.bookinfo.svc.cluster.local:9080"
FILE = "istio/x.yaml"
WEBHOOK = 'admission webhook "validation.istio.io" denied the request: '
INVALID = f"{WEBHOOK}configuration is invalid: "


def rule(
    kind: str, name: str, spec: str | dict[str, Any], *, namespace: str = NAMESPACE, version: str = "v1"
) -> Resource:
    """A rule with its spec as YAML."""
    parsed = yaml.safe_load(spec) if isinstance(spec, str) else spec
    return Resource(f"networking.istio.io/{version}", kind, name, parsed, namespace, FILE)


def reviews(http: str, *, name: str = "reviews", more: str = "") -> Resource:
    """A VirtualService for the host reviews, with its HTTP routes as YAML."""
    return rule("VirtualService", name, f"{{hosts: [reviews], {more} http: {http}}}")


def page(name: str, http: str, *, hosts: str = "['*']") -> Resource:
    """A VirtualService at the gateway, with its HTTP routes as YAML."""
    return rule("VirtualService", name, f"{{hosts: {hosts}, gateways: [bookinfo-gateway], http: {http}}}")


def cluster(subset: str, host: str = "reviews.bookinfo.svc.cluster.local") -> str:
    """The name of the cluster of a subset; without one, of its Service."""
    return f"outbound|9080|{subset}|{host}"


def policy(traffic: str, more: str = "") -> Resource:
    """A DestinationRule for the host reviews, with its traffic policy as YAML."""
    return rule("DestinationRule", "x", f"{{host: reviews, {more} trafficPolicy: {traffic}}}")


def door(tls: str, protocol: str = "HTTPS", more: str = "") -> Resource:
    """A Gateway with one server, with its TLS settings as YAML."""
    port = f"{{number: 8080, name: door, protocol: {protocol}}}"
    return rule("Gateway", "x", f"{{servers: [{{port: {port}, hosts: ['*'], {more} tls: {tls}}}]}}")


def refusal(one: Resource) -> str:
    """The reason for which Istio refuses an object, without file and object."""
    with pytest.raises(Rejected) as raised:
        validated(ResourceSet((one,)))
    return str(raised.value).split(f"{one.kind} {one.name}: ", 1)[1]


def served(proxy: str, *rules: Resource, at: Topology | None = None) -> dict[str, Any]:
    """The configuration of a proxy for rules laid over the baseline."""
    config = translate(
        lay_over(baseline(), ResourceSet(rules), BOOKINFO).resources, BOOKINFO, at or topology()
    ).proxies[proxy]
    return shown(config.routes.values(), config.clusters, BOOKINFO)


def clusters_called(proxy: str, virtual_host: str, *rules: Resource) -> list[str]:
    """The clusters of the routes of a virtual host, in their order."""
    routes = served(proxy, *rules)["routes"][virtual_host]["routes"]
    return [route["route"]["cluster"] for route in routes]


def access(
    spec: str | dict[str, Any],
    *,
    kind: str = "AuthorizationPolicy",
    name: str = "x",
    namespace: str = NAMESPACE,
    dry_run: str | None = None,
) -> Resource:
    """A policy about who may call whom, with its spec as YAML."""
    parsed = yaml.safe_load(spec) if isinstance(spec, str) else spec
    return Resource("security.istio.io/v1", kind, name, parsed, namespace, FILE, dry_run=dry_run)
