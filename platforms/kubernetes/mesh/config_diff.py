"""The difference between what an Envoy should serve and what it serves, in the fields that decide what becomes of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from platforms import loopback
from platforms.bookinfo import BOOKINFO
from platforms.envoy.config_dump import shown
from platforms.envoy.translate import ProxyConfig
from platforms.istio import hosts

_ABSENT = ("outlierDetection", "tls")
"""Fields of a cluster that matter when they are there unasked."""
_DEFAULT_RETRIES = "2"
_TRUST_DOMAIN = re.compile('spiffe://[^/"]+')


def expected_config(config: ProxyConfig) -> dict[str, Any]:
    """The configuration that a proxy should serve, in the form in which it shows its own."""
    return {**shown(config.routes.values(), config.clusters, BOOKINFO), "access": config.access.shown()}


def expected_addresses(config: ProxyConfig) -> dict[str, set[str]]:
    """The addresses with their ports behind each cluster of a ServiceEntry, by its name.

    Those whose addresses the cluster alone knows are left out: DNS is asked for them, or their pods are selected.
    """
    found: dict[str, set[str]] = {}
    for cluster in config.clusters:
        sockets = [
            one["endpoint"]["address"]["socketAddress"]
            for group in cluster.get("loadAssignment", {}).get("endpoints", ())
            for one in group["lbEndpoints"]
        ]
        if sockets and all(
            hosts.is_address(one["address"]) and loopback.address(one["address"]) is None for one in sockets
        ):
            found[cluster["name"]] = {f"{one['address']}:{one['portValue']}" for one in sockets}
    return found


def stale_resources(expected: Mapping[str, Any], served: Mapping[str, Any]) -> Iterator[str]:
    """The names of the virtual hosts and clusters that are not served as expected, and a word on who may call.

    A proxy serves more than Bookinfo, and a cluster has settings that no rule of ours says anything of. Those are left
    alone, and so is by which names workloads are known: a mesh may have a trust domain of its own.
    """
    for name, virtual_host in expected["routes"].items():
        if not _same_routes(virtual_host, served["routes"].get(name)):
            yield name
    for name, cluster in expected["clusters"].items():
        if not _same_cluster(cluster, served["clusters"].get(name)):
            yield name
    if _of_any_mesh(expected["access"]) != _of_any_mesh(served["access"]):
        yield "who may call it"


def _of_any_mesh(access: Mapping[str, Any]) -> str:
    """The same whatever the trust domain is called."""
    return _TRUST_DOMAIN.sub("spiffe://", json.dumps(access, sort_keys=True))


def _same_routes(want: Mapping[str, Any], got: Mapping[str, Any] | None) -> bool:
    if got is None or len(want["routes"]) != len(got["routes"]) or want.get("requireTls") != got.get("requireTls"):
        return False
    return all(_plain(one) == _plain(other) for one, other in zip(want["routes"], got["routes"], strict=True))


def _plain(route: Mapping[str, Any]) -> dict[str, Any]:
    """A route without its name, and without the retries that Istio gives every route: these differ between its versions."""
    action = dict(route.get("route", {}))
    retries = action.get("retryPolicy")
    if retries and "retriableStatusCodes" not in retries and str(retries.get("numRetries")) == _DEFAULT_RETRIES:
        action["retryPolicy"] = "default" if "perTryTimeout" not in retries else retries
    return {**route, "name": "", "route": action}


def _same_cluster(want: Mapping[str, Any], got: Mapping[str, Any] | None) -> bool:
    if got is None or any(field in got and field not in want for field in _ABSENT):
        return False
    return _is_superset(got, {**want, "tls": _way(want)} if "tls" in want else want)


def _way(cluster: Mapping[str, Any]) -> dict[str, Any]:
    return {field: cluster["tls"][field] for field in ("mode", "sni")}


def _is_superset(got: Any, want: Any) -> bool:
    """Tell whether everything that is wanted is there, at any depth."""
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        return all(_is_superset(got.get(field), value) for field, value in want.items())
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(_is_superset, got, want))
    return bool(want == got)
