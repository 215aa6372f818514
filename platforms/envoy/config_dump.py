"""The configuration that a proxy serves, read back from it, in the words that Envoy's JSON and istiod's have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from platforms.envoy import access, tls
from platforms.istio.gateway_api import own_services
from platforms.istio.registry import Registry

ROUTES_PATH = "/config_dump?resource=dynamic_route_configs"
CLUSTERS_PATH = "/config_dump?resource=dynamic_active_clusters"
_NAMED = "|".join(name.replace(".", "[.]") for name in access.LISTENERS)
ACCESS_PATH = f"/config_dump?resource=dynamic_listeners&name_regex=^({quote(_NAMED)})$"
"""Those listeners alone that a caller comes to."""
EVERYTHING_PATH = "/config_dump?include_eds"

_VIRTUAL_ADDRESS = "CLUSTER_IP"
_CATCH_ALL = frozenset({"block_all", "allow_any"})
_OURS = {
    # Where the endpoints of a cluster are read from, and how it is connected to; only its meaning is shown.
    "cluster": frozenset(
        {
            "@type",
            "type",
            "edsClusterConfig",
            "loadAssignment",
            "metadata",
            "altStatName",
            "dnsJitter",
            "dnsLookupFamily",
            "dnsRefreshRate",
            "respectDnsTtl",
            "typedDnsResolverConfig",
            "transportSocket",
            "transportSocketMatches",
        }
    ),
    "route": frozenset({"metadata", "decorator"}),
    "action": frozenset({"maxGrpcTimeout"}),
}
_DEFAULTS = ({"lbPolicy": "ROUND_ROBIN"},)


def served(config_dump: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The routes and clusters in an admin `/config_dump`, as the recordings of istiod show them."""
    configurations: list[Any] = []
    clusters: list[Any] = []
    for section in config_dump.get("configs", ()):
        for part, field, found in (
            ("dynamic_route_configs", "route_config", configurations),
            ("dynamic_active_clusters", "cluster", clusters),
        ):
            found += [camel(entry[field]) for entry in section.get(part, ()) if field in entry]
    return shown(configurations, clusters, registry)


def served_access(config_dump: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The requests that a proxy takes, from an admin `/config_dump`, as `Access.shown` has them."""
    entries = [one for section in config_dump.get("configs", ()) for one in section.get("dynamic_listeners", [section])]
    listeners = [camel(one["active_state"]["listener"]) for one in entries if "active_state" in one]
    return access.served(listeners, registry)


def served_routes(config_dump: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The routes in the answer to `ROUTES_PATH`, as `served` has them."""
    return dict(served({"configs": [{"dynamic_route_configs": config_dump.get("configs", ())}]}, registry)["routes"])


def served_clusters(config_dump: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The clusters in the answer to `CLUSTERS_PATH`, as `served` has them."""
    return dict(
        served({"configs": [{"dynamic_active_clusters": config_dump.get("configs", ())}]}, registry)["clusters"]
    )


def route_updates(config_dump: Mapping[str, Any]) -> dict[str, str]:
    """Read when the proxy was given each route configuration, from the answer to `ROUTES_PATH`."""
    return _updates(config_dump, "route_config")


def cluster_updates(config_dump: Mapping[str, Any]) -> dict[str, str]:
    """Read when the proxy was given each cluster, from the answer to `CLUSTERS_PATH`."""
    return _updates(config_dump, "cluster")


def _updates(config_dump: Mapping[str, Any], field: str) -> dict[str, str]:
    """The newest of a name: beside a listener there may be one of before, which drains."""
    times: dict[str, str] = {}
    for one in config_dump.get("configs", ()):
        if name := one.get(field, {}).get("name"):
            times[name] = max(times.get(name, ""), str(one["last_updated"]))
    return times


def shown(
    configurations: Iterable[Mapping[str, Any]], clusters: Iterable[Mapping[str, Any]], registry: Registry
) -> dict[str, Any]:
    """Route configurations and clusters as one document: routes by configuration and virtual host, clusters by name."""
    return {
        "routes": dict(sorted(_virtual_hosts(configurations, registry))),
        "clusters": {
            cluster["name"]: _cluster(cluster)
            for cluster in sorted(clusters, key=lambda one: str(one["name"]))
            if cluster["name"].startswith("outbound|")
        },
    }


def camel(value: Any) -> Any:
    """Envoy's JSON with the names that protobuf gives them in JSON; names of maps have no underscores to lose."""
    if isinstance(value, list):
        return [camel(one) for one in value]
    if isinstance(value, Mapping):
        return {_camel_name(key): camel(one) for key, one in value.items()}
    return value


@cache  # of a few hundred names, each of which comes again and again
def _camel_name(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), name)


def _virtual_hosts(
    configurations: Iterable[Mapping[str, Any]], registry: Registry
) -> Iterator[tuple[str, dict[str, Any]]]:
    addresses = frozenset(registry.services.values())
    for configuration in configurations:
        for virtual_host in configuration.get("virtualHosts", ()):
            if virtual_host["name"] not in _CATCH_ALL:
                yield (
                    f"{configuration['name']} {virtual_host['name']}",
                    {
                        "domains": [
                            _VIRTUAL_ADDRESS if one in addresses or own_services.is_address(one) else one
                            for one in virtual_host["domains"]
                        ],
                        "routes": [_route(route) for route in virtual_host.get("routes", ())],
                        **{field: virtual_host[field] for field in ("requireTls",) if field in virtual_host},
                    },
                )


def _route(route: Mapping[str, Any]) -> dict[str, Any]:
    kept = {field: value for field, value in route.items() if field not in _OURS["route"]}
    if "route" in kept:
        kept["route"] = {field: value for field, value in kept["route"].items() if field not in _OURS["action"]}
    return kept


def _cluster(cluster: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        field: value
        for field, value in cluster.items()
        if field not in _OURS["cluster"] and {field: value} not in _DEFAULTS
    }
    mutual = tls.asked_by(cluster)
    return {**shown, "tls": mutual} if mutual else shown
