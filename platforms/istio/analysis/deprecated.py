"""Fields that Istio still takes but warns of."""

from __future__ import annotations

from collections.abc import Iterator

from platforms.istio.analysis.message import Finding, schema_warning
from platforms.istio.gateway_names import MESH
from platforms.istio.resources import Resource


def of_virtual_service(service: Resource) -> Iterator[Finding]:
    """The remarks on old fields of a VirtualService."""
    for gateway in service.spec.get("gateways", ()):
        if "/" in gateway:
            continue
        if gateway != MESH and "." in gateway:
            name, namespace = gateway.split(".")[:2]
            yield schema_warning(
                service,
                f'using legacy gatewayName format "{gateway}"; prefer the <namespace>/<name> format: "{namespace}/{name}"',
            )
        break  # Istio looks no further
    for http in service.spec.get("http", ()):
        fault = http.get("fault", {})
        if fault.get("delay", {}).get("percent", 0) > 0:
            message = "Deprecated: HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage"
            yield Finding("IST0002", "Warning", message, str(service))
        if {"mirrorPercent", "mirror_percent"} & set(http):
            yield schema_warning(service, 'using deprecated setting "mirrorPercent", use "mirrorPercentage" instead')


def of_destination_rule(rule: Resource) -> Iterator[Finding]:
    """The remarks on old fields of a DestinationRule."""
    policy = rule.spec.get("trafficPolicy", {})  # what its ports and the subsets say goes without a warning
    if policy.get("outlierDetection", {}).get("consecutiveErrors"):
        yield schema_warning(
            rule,
            "outlier detection consecutive errors is deprecated, "
            "use consecutiveGatewayErrors or consecutive5xxErrors instead",
        )
    if policy.get("loadBalancer", {}).get("consistentHash", {}).get("minimumRingSize"):
        yield schema_warning(
            rule,
            "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead",
        )
