"""The faults and the CORS policy of a route, as settings of Envoy's filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.envoy.route import matches
from platforms.istio import durations
from platforms.istio.status_codes import GRPC_STATUS

FAULT = "envoy.filters.http.fault"
CORS = "envoy.filters.http.cors"


def per_route(route: Mapping[str, Any]) -> dict[str, Any]:
    """The `typedPerFilterConfig` of a route; empty when it asks nothing of a filter."""
    filters = {}
    if "fault" in route:
        filters[FAULT] = {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
            **_fault(route["fault"]),
        }
    if "corsPolicy" in route:
        filters[CORS] = {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
            **_cors(route["corsPolicy"]),
        }
    return filters


def percent(percentage: Mapping[str, Any]) -> dict[str, Any]:
    """A percentage of Istio as a fraction of a million, cut as istiod cuts it; 0 is left out of JSON."""
    numerator = int(percentage.get("value", 0) * 10_000)
    return {"denominator": "MILLION", **({"numerator": numerator} if numerator else {})}


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    """The fault as Istio takes it; a delay without a length, or an abort without a status, does nothing."""
    translated: dict[str, Any] = {}
    delay, abort = fault.get("delay", {}), fault.get("abort", {})
    if "fixedDelay" in delay:
        translated["delay"] = {"fixedDelay": durations.envoy(delay["fixedDelay"]), "percentage": _delayed(delay)}
    if status := _status(abort):
        # Without a percentage Envoy aborts nothing.
        translated["abort"] = status | ({"percentage": percent(abort["percentage"])} if "percentage" in abort else {})
    return translated


def _status(abort: Mapping[str, Any]) -> dict[str, Any]:
    if "httpStatus" in abort:
        return {"httpStatus": abort["httpStatus"]}
    return {"grpcStatus": GRPC_STATUS[abort["grpcStatus"]]} if "grpcStatus" in abort else {}


def _delayed(delay: Mapping[str, Any]) -> dict[str, Any]:
    if "percentage" in delay:
        return percent(delay["percentage"])
    # The whole percent of old; without it nothing is delayed.
    return {"numerator": delay["percent"]} if delay.get("percent") else {}


def _cors(policy: Mapping[str, Any]) -> dict[str, Any]:
    translated: dict[str, Any] = {
        "filterEnabled": {"defaultValue": {"numerator": 100}},
        "forwardNotMatchingPreflights": policy.get("unmatchedPreflights") != "IGNORE",
    }
    if "allowOrigins" in policy:
        translated["allowOriginStringMatch"] = [
            matches.text_match(origin) for origin in policy["allowOrigins"] if origin
        ]
    elif "allowOrigin" in policy:
        translated["allowOriginStringMatch"] = [{"exact": origin} for origin in policy["allowOrigin"]]
    for field in ("allowHeaders", "allowMethods", "exposeHeaders"):
        if policy.get(field):
            translated[field] = ",".join(policy[field])
    if "allowCredentials" in policy:
        translated["allowCredentials"] = policy["allowCredentials"]
    if "maxAge" in policy:
        translated["maxAge"] = str(durations.seconds(policy["maxAge"]))
    return translated
