"""Connection pools and outlier detection of a traffic policy in Envoy's words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.envoy.cluster import connection_pool

UNLIMITED = 2**32 - 1
LIMITS = dict.fromkeys(("maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"), UNLIMITED)
HTTP1: dict[str, Any] = {"explicitHttpConfig": {"httpProtocolOptions": {}}}


def loaded(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("{}", {}),
        ("{tcp: {maxConnections: 7}}", {"maxConnections": 7}),
        ("{http: {http1MaxPendingRequests: 7}}", {"maxPendingRequests": 7}),
        ("{http: {http2MaxRequests: 7}}", {"maxRequests": 7}),
        ("{http: {maxRetries: 7}}", {"maxRetries": 7}),
        ("{tcp: {maxConnections: 0}}", {}),
    ],
)
def test_limits(pool: str, expected: dict[str, int]) -> None:
    """What is not limited, or by 0, is not limited by Envoy's own defaults either."""
    assert LIMITS | expected == connection_pool.thresholds(loaded(pool), None)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("{}", {"budgetPercent": {"value": 20}, "minRetryConcurrency": 3}),
        ("{percent: 0, minRetryConcurrency: 5}", {"budgetPercent": {}, "minRetryConcurrency": 5}),
        (
            "{percent: 50, budgetInterval: 10s}",
            {"budgetPercent": {"value": 50}, "minRetryConcurrency": 3, "budgetInterval": "10s"},
        ),
    ],
)
def test_a_budget_of_retries(budget: str, expected: dict[str, Any]) -> None:
    """With Envoy's defaults said out loud."""
    assert expected == connection_pool.thresholds({}, loaded(budget))["retryBudget"]


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("{http: {idleTimeout: 5s}}", HTTP1 | {"commonHttpProtocolOptions": {"idleTimeout": "5s"}}),
        ("{tcp: {idleTimeout: 5s}}", HTTP1 | {"commonHttpProtocolOptions": {"idleTimeout": "5s"}}),
        ("{tcp: {idleTimeout: 5s}, http: {idleTimeout: 6s}}", HTTP1 | {"commonHttpProtocolOptions": {"idleTimeout": "6s"}}),
        ("{http: {maxRequestsPerConnection: 1}}", HTTP1 | {"commonHttpProtocolOptions": {"maxRequestsPerConnection": 1}}),
        ("{tcp: {maxConnectionDuration: 1m}}", HTTP1 | {"commonHttpProtocolOptions": {"maxConnectionDuration": "60s"}}),
        (
            "{http: {useClientProtocol: true}}",
            {"useDownstreamProtocolConfig": {"httpProtocolOptions": {}, "http2ProtocolOptions": {}}},
        ),
        ("{http: {h2UpgradePolicy: UPGRADE}}", {"explicitHttpConfig": {"http2ProtocolOptions": {}}}),
        (
            "{http: {h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 9, http2KeepAlive: {interval: 1s, timeout: 2s}}}",
            {
                "commonHttpProtocolOptions": {},
                "explicitHttpConfig": {
                    "http2ProtocolOptions": {
                        "maxConcurrentStreams": 9,
                        "connectionKeepalive": {"interval": "1s", "timeout": "2s"},
                    }
                },
            },
        ),
    ],
)  # fmt: skip
def test_http_options(pool: str, expected: dict[str, Any]) -> None:
    """Each field in Envoy's words; a cluster that says anything of HTTP says which."""
    made = connection_pool.http_options(loaded(pool), {})

    assert {"@type": f"type.googleapis.com/{connection_pool.HTTP_OPTIONS}"} | expected == made


def test_no_http_options() -> None:
    """Where nothing is said, nothing is."""
    assert {} == connection_pool.http_options({}, {})


@pytest.mark.parametrize(("codes", "matchers"), [([503], 1), ([503, 504], 2)])
def test_statuses_that_count_as_errors(codes: list[int], matchers: int) -> None:
    """Any of them does."""
    options = connection_pool.http_options({}, {"outlierDetectionHttpErrorCodes": codes})
    matcher = options["outlierDetection"]["errorMatcher"]
    rules = matcher["orMatch"]["rules"] if matchers > 1 else [matcher]

    assert [str(code) for code in codes] == [
        rule["httpResponseHeadersMatch"]["headers"][0]["stringMatch"]["exact"] for rule in rules
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{}", {}),
        ("{time: 7s}", {"keepaliveTime": 7}),
        ("{interval: 75s}", {"keepaliveInterval": 75}),
        ("{probes: 3}", {"keepaliveProbes": 3}),
    ],
)
def test_keepalive(given: str, expected: dict[str, int]) -> None:
    """In whole seconds, as the kernel counts them."""
    assert expected == connection_pool.keepalive({"tcpKeepalive": loaded(given)})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{}", {}),
        ("{consecutive5xxErrors: 5}", {"consecutive5xx": 5, "enforcingConsecutive5xx": 100}),
        ("{consecutive5xxErrors: 0}", {"consecutive5xx": 0, "enforcingConsecutive5xx": 0}),
        ("{consecutiveGatewayErrors: 5}", {"consecutiveGatewayFailure": 5, "enforcingConsecutiveGatewayFailure": 100}),
        ("{interval: 5s}", {"interval": "5s"}),
        ("{baseEjectionTime: 1m}", {"baseEjectionTime": "60s"}),
        ("{maxEjectionPercent: 50}", {"maxEjectionPercent": 50}),
        ("{splitExternalLocalOriginErrors: true}", {"splitExternalLocalOriginErrors": True, "enforcingLocalOriginSuccessRate": 0}),
        (
            "{splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 3}",
            {
                "splitExternalLocalOriginErrors": True,
                "enforcingLocalOriginSuccessRate": 0,
                "consecutiveLocalOriginFailure": 3,
                "enforcingConsecutiveLocalOriginFailure": 100,
            },
        ),
    ],
)  # fmt: skip
def test_outlier_detection(given: str, expected: dict[str, Any]) -> None:
    """Each field in Envoy's words; success rates never decide, and 0 errors never eject."""
    assert {"enforcingSuccessRate": 0} | expected == connection_pool.outlier_detection(loaded(given))
