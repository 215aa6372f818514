"""Connection pools and outlier detection of a traffic policy, in Envoy's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.istio import durations

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED = 2**32 - 1


def thresholds(pool: Mapping[str, Any], retry_budget: Mapping[str, Any] | None) -> dict[str, Any]:
    """The limits of a cluster; what is not limited is not limited by Envoy's own defaults either."""
    http, tcp = pool.get("http", {}), pool.get("tcp", {})
    limits: dict[str, Any] = {
        "maxConnections": tcp.get("maxConnections") or _UNLIMITED,
        "maxPendingRequests": http.get("http1MaxPendingRequests") or _UNLIMITED,
        "maxRequests": http.get("http2MaxRequests") or _UNLIMITED,
        "maxRetries": http.get("maxRetries") or _UNLIMITED,
    }
    if retry_budget is not None:
        limits["retryBudget"] = {
            "budgetPercent": percent(retry_budget.get("percent", 20)),
            "minRetryConcurrency": retry_budget.get("minRetryConcurrency") or 3,
        }
        if "budgetInterval" in retry_budget:
            limits["retryBudget"]["budgetInterval"] = durations.envoy(retry_budget["budgetInterval"])
    return limits


def http_options(pool: Mapping[str, Any], outlier: Mapping[str, Any], *, is_http2: bool = False) -> dict[str, Any]:
    """The HTTP options of a cluster, where a rule, or the protocol of its port, says anything about them; else empty."""
    http, tcp = pool.get("http", {}), pool.get("tcp", {})
    common = _common(http, tcp)
    options: dict[str, Any] = {} if common is None else {"commonHttpProtocolOptions": common}
    if http.get("useClientProtocol"):
        options["useDownstreamProtocolConfig"] = {"httpProtocolOptions": {}, "http2ProtocolOptions": {}}
    elif is_http2 or http.get("h2UpgradePolicy") == "UPGRADE":
        options["explicitHttpConfig"] = {"http2ProtocolOptions": _http2(http)}
    if codes := outlier.get("outlierDetectionHttpErrorCodes"):
        options["outlierDetection"] = {"errorMatcher": _any_status(codes)}
    if not options:
        return {}
    if not {"useDownstreamProtocolConfig", "explicitHttpConfig"} & set(options):
        options["explicitHttpConfig"] = {"httpProtocolOptions": {}}
    return {"@type": f"type.googleapis.com/{HTTP_OPTIONS}", **options}


def keepalive(tcp: Mapping[str, Any]) -> dict[str, Any]:
    """The TCP keep-alive of a cluster's connections, in whole seconds."""
    asked = tcp["tcpKeepalive"]
    probes = {"keepaliveProbes": asked["probes"]} if asked.get("probes") else {}
    return probes | {
        f"keepalive{field.capitalize()}": durations.seconds(asked[field])
        for field in ("time", "interval")
        if field in asked
    }


def outlier_detection(outlier: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions for leaving an endpoint alone for a while. Success rates never decide: they need more endpoints."""
    translated: dict[str, Any] = {"enforcingSuccessRate": 0}
    for field, envoy in (
        ("consecutive5xxErrors", "Consecutive5xx"),
        ("consecutiveGatewayErrors", "ConsecutiveGatewayFailure"),
    ):
        if field in outlier:
            translated[envoy[0].lower() + envoy[1:]] = outlier[field]
            translated[f"enforcing{envoy}"] = 100 if outlier[field] else 0
    for field in ("interval", "baseEjectionTime"):
        if field in outlier:
            translated[field] = durations.envoy(outlier[field])
    if outlier.get("maxEjectionPercent"):
        translated["maxEjectionPercent"] = outlier["maxEjectionPercent"]
    if outlier.get("splitExternalLocalOriginErrors"):
        translated |= {"splitExternalLocalOriginErrors": True, "enforcingLocalOriginSuccessRate": 0}
        if failures := outlier.get("consecutiveLocalOriginFailures"):
            translated["consecutiveLocalOriginFailure"] = failures
            translated["enforcingConsecutiveLocalOriginFailure"] = 100
    return translated


def percent(value: float) -> dict[str, Any]:
    """Envoy's Percent; 0 is left out of JSON."""
    return {"value": value} if value else {}


def _common(http: Mapping[str, Any], tcp: Mapping[str, Any]) -> dict[str, Any] | None:
    idle = http.get("idleTimeout", tcp.get("idleTimeout"))
    common: dict[str, Any] = {}
    if idle is not None:
        common["idleTimeout"] = durations.envoy(idle)
    if http.get("maxRequestsPerConnection"):
        common["maxRequestsPerConnection"] = http["maxRequestsPerConnection"]
    if "maxConnectionDuration" in tcp:
        common["maxConnectionDuration"] = durations.envoy(tcp["maxConnectionDuration"])
    named = common or http.get("maxConcurrentStreams") or "http2KeepAlive" in http
    return common if named else None


def _http2(http: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if http.get("maxConcurrentStreams"):
        options["maxConcurrentStreams"] = http["maxConcurrentStreams"]
    if "http2KeepAlive" in http:
        options["connectionKeepalive"] = {
            field: durations.envoy(http["http2KeepAlive"][field])
            for field in ("interval", "timeout")
            if field in http["http2KeepAlive"]
        }
    return options


def _any_status(codes: list[int]) -> dict[str, Any]:
    rules = [
        {"httpResponseHeadersMatch": {"headers": [{"name": ":status", "stringMatch": {"exact": str(code)}}]}}
        for code in codes
    ]
    return rules[0] if len(rules) == 1 else {"orMatch": {"rules": rules}}
