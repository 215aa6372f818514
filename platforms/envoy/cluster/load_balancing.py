"""The choice of a cluster among its endpoints, and the hash by which a route helps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.istio import durations
from platforms.istio.push_context import DestinationRule

_RING_SIZE = 1024


def for_cluster(balancer: Mapping[str, Any]) -> dict[str, Any]:
    """Envoy's fields for the `loadBalancer` of a traffic policy; without one, least request."""
    if "consistentHash" in balancer:
        hashed = _consistent(balancer["consistentHash"])
        # Where the hash has no settings, istiod leaves those of the balancer that it would have been without it.
        return hashed if len(hashed) > 1 else {**hashed, **_warm(balancer, "leastRequestLbConfig")}
    match balancer.get("simple", "UNSPECIFIED"):
        case "RANDOM":
            return {"lbPolicy": "RANDOM"}
        case "ROUND_ROBIN":  # what Envoy does unasked
            return _warm(balancer, "roundRobinLbConfig")
        case _:
            return {"lbPolicy": "LEAST_REQUEST", **_warm(balancer, "leastRequestLbConfig")}


def hash_policy(consistent: Mapping[str, Any] | None) -> dict[str, Any]:
    """Envoy's hash policy for a consistent hash; empty for one that names nothing."""
    consistent = consistent or {}
    if "httpHeaderName" in consistent:
        return {"header": {"headerName": consistent["httpHeaderName"]}}
    if "httpQueryParameterName" in consistent:
        return {"queryParameter": {"name": consistent["httpQueryParameterName"]}}
    if "useSourceIp" in consistent:
        return {"connectionProperties": {"sourceIp": True} if consistent["useSourceIp"] else {}}
    if "httpCookie" in consistent:
        return {"cookie": _cookie(consistent["httpCookie"])}
    return {}


def hash_of_service(rule: DestinationRule | None, port: int) -> Mapping[str, Any] | None:
    """The consistent hash of a Service that is called without a VirtualService; one that names nothing is one too."""
    policy = rule.policy if rule else {}
    return _first(_hash_on_port(policy, port), _hash(policy))


def hash_of_destination(rule: DestinationRule | None, destination: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The consistent hash of a destination: what its port or its subset says goes before the rest."""
    if rule is None:
        return None
    subset = (rule.subset(destination.get("subset", "")) or {}).get("trafficPolicy", {})
    port = destination.get("port", {}).get("number")
    return _first(_hash_on_port(subset, port), _hash(subset), _hash_on_port(rule.policy, port), _hash(rule.policy))


def _first(*hashes: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return next((one for one in hashes if one is not None), None)


def _hash(policy: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = policy.get("loadBalancer", {}).get("consistentHash")
    return found


def _hash_on_port(policy: Mapping[str, Any], port: int | None) -> Mapping[str, Any] | None:
    """The hash that the policy names for one port; only a destination that names its port asks for that."""
    settings = (one for one in policy.get("portLevelSettings", ()) if one.get("port", {}).get("number", 0) == port)
    return _hash(next(settings, {}))


def _consistent(consistent: Mapping[str, Any]) -> dict[str, Any]:
    if "maglev" in consistent:
        size = consistent["maglev"].get("tableSize")
        return {"lbPolicy": "MAGLEV"} | ({"maglevLbConfig": {"tableSize": str(size)}} if size else {})
    if "ringHash" in consistent:
        size = consistent["ringHash"].get("minimumRingSize")
    else:
        size = consistent.get("minimumRingSize") or _RING_SIZE
    return {"lbPolicy": "RING_HASH"} | ({"ringHashLbConfig": {"minimumRingSize": str(size)}} if size else {})


def _cookie(cookie: Mapping[str, Any]) -> dict[str, Any]:
    translated: dict[str, Any] = {"name": cookie["name"]}
    if cookie.get("path"):
        translated["path"] = cookie["path"]
    if "ttl" in cookie:
        translated["ttl"] = durations.envoy(cookie["ttl"])
    if cookie.get("attributes"):
        translated["attributes"] = [
            {field: one[field] for field in ("name", "value") if one.get(field)} for one in cookie["attributes"]
        ]
    return translated


def _warm(balancer: Mapping[str, Any], field: str) -> dict[str, Any]:
    """A new endpoint gets its share little by little."""
    if warmup := balancer.get("warmup"):
        slow_start = {
            "slowStartWindow": durations.envoy(warmup["duration"]),
            "aggression": {"defaultValue": warmup.get("aggression", 1), "runtimeKey": "("},  # the key is istiod's
            "minWeightPercent": {"value": warmup.get("minimumPercent", 10)},
        }
    elif "warmupDurationSecs" in balancer:
        slow_start = {"slowStartWindow": durations.envoy(balancer["warmupDurationSecs"])}
    else:
        return {}
    return {field: {"slowStartConfig": slow_start}}
