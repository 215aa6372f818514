"""Whatever is accepted is something that Envoy takes: nobody learns of a mistake from a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO, NAMESPACE, baseline
from platforms.envoy.translate import Snapshot, translate
from platforms.errors import Rejected, Unsupported
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import complaint, topology


def _some(fields: dict[str, st.SearchStrategy[Any]], **always: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A few of the fields, and those that are always there: with all of them, hardly anything would be accepted."""
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=2, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({**always, **{name: fields[name] for name in names}}))


_TEXT = st.sampled_from(("a", "/reviews", "open.*ru", ".*", "[a-z]+", "b c", "%%", "é"))
# Control characters are left to Envoy, which refuses them in some places.
_TEXT |= st.text(st.characters(min_codepoint=32, exclude_characters="\x7f"), max_size=3)
_NAME = st.sampled_from(("end-user", "x-a", "X-B", "cookie", "te", "host", ":authority", ":path", "a b", ""))
_DURATION = st.sampled_from(("1ms", "0.5s", "1.5s", "1h", "100ms", "300000h", "0s", "1500us", "-1s", "abc", ""))
_NUMBER = st.integers(1, 600) | st.sampled_from((-1, 0, 9080, 2**31 - 1, 2**32 - 1))
_PERCENT = _some({"value": st.floats(0, 100) | st.sampled_from((0, 0.00001, 0.0001, 50, 100, -1, 101))})
_MATCH = st.dictionaries(st.sampled_from(("exact", "prefix", "regex")), _TEXT, max_size=1)
_HOST = st.sampled_from(("reviews", "ratings", "nowhere", "reviews.bookinfo.svc.cluster.local", "*.example", "a_b"))
_DESTINATION = _some(
    {"subset": st.sampled_from(("v1", "v9", "")), "port": st.fixed_dictionaries({"number": _NUMBER})}, host=_HOST
)
_PUT = st.dictionaries(_NAME, _TEXT, max_size=2)
_CHANGES = _some({"set": _PUT, "add": _PUT, "remove": st.lists(_NAME, max_size=2)})
_HEADERS = _some({"request": _CHANGES, "response": _CHANGES})
_TEXTS = st.dictionaries(_NAME, _MATCH, max_size=2)
_HTTP_MATCH = _some(
    {
        "uri": _MATCH,
        "method": _MATCH,
        "authority": _MATCH,
        "scheme": _MATCH,
        "headers": _TEXTS,
        "withoutHeaders": _TEXTS,
        "queryParams": _TEXTS,
        "ignoreUriCase": st.booleans(),
        "name": _TEXT,
        "statPrefix": _TEXT,
        "sourceLabels": st.dictionaries(st.sampled_from(("app", "a b")), _TEXT, max_size=1),
    }
)
_COMMON = {
    "name": _TEXT,
    "match": st.lists(_HTTP_MATCH, max_size=2),
    "headers": _HEADERS,
    "corsPolicy": _some(
        {
            "allowOrigins": st.lists(_MATCH, max_size=2),
            "allowMethods": st.lists(st.sampled_from(("GET", "*", "FETCH")), max_size=2),
            "allowHeaders": st.lists(_NAME, max_size=2),
            "maxAge": _DURATION,
        }
    ),
}
_FORWARD = _some(
    {
        **_COMMON,
        "rewrite": _some(
            {
                "uri": _TEXT,
                "authority": _TEXT,
                "uriRegexRewrite": st.fixed_dictionaries({"match": _TEXT, "rewrite": _TEXT | st.just("\\1")}),
            }
        ),
        "timeout": _DURATION,
        "retries": _some(
            {
                "perTryTimeout": _DURATION,
                "retryOn": st.sampled_from(("5xx", "503", "gateway-error,429", "reset-before-request", " 5xx", "nope")),
                "backoff": _DURATION,
                "retryIgnorePreviousHosts": st.booleans(),
                "retryRemoteLocalities": st.booleans(),
            },
            attempts=st.integers(-1, 5),
        ),
        "fault": _some(
            {
                "delay": _some({"fixedDelay": _DURATION, "percentage": _PERCENT}),
                "abort": _some({"httpStatus": _NUMBER, "percentage": _PERCENT}),
            }
        ),
        "mirror": _DESTINATION,
        "mirrors": st.lists(_some({"percentage": _PERCENT}, destination=_DESTINATION), max_size=2),
    },
    route=st.lists(_some({"weight": _NUMBER, "headers": _HEADERS}, destination=_DESTINATION), min_size=1, max_size=3),
)
_REDIRECT = _some(
    _COMMON,
    redirect=_some(
        {
            "uri": _TEXT,
            "authority": _TEXT,
            "scheme": st.sampled_from(("http", "https", "ftp")),
            "prefixRewrite": _TEXT,
            "port": _NUMBER,
            "redirectCode": st.integers(299, 310),
        }
    ),
)
_DIRECT = _some(
    _COMMON, directResponse=_some({"body": st.fixed_dictionaries({"string": _TEXT})}, status=st.integers(199, 601))
)
_VIRTUAL_SERVICE = st.fixed_dictionaries(
    {"hosts": st.just(["reviews"]), "http": st.lists(_FORWARD | _REDIRECT | _DIRECT, min_size=1, max_size=2)}
)

_COUNT = st.integers(-1, 2**31 - 1)
_POLICY = st.fixed_dictionaries(
    {},
    optional={
        "connectionPool": st.fixed_dictionaries(
            {},
            optional={
                "tcp": st.fixed_dictionaries(
                    {},
                    optional={
                        "maxConnections": _COUNT,
                        "connectTimeout": _DURATION,
                        "idleTimeout": _DURATION,
                        "maxConnectionDuration": _DURATION,
                        "tcpKeepalive": st.fixed_dictionaries(
                            {}, optional={"probes": _NUMBER, "time": _DURATION, "interval": _DURATION}
                        ),
                    },
                ),
                "http": st.fixed_dictionaries(
                    {},
                    optional={
                        "http1MaxPendingRequests": _COUNT,
                        "http2MaxRequests": _COUNT,
                        "maxRequestsPerConnection": _COUNT,
                        "maxRetries": _COUNT,
                        "idleTimeout": _DURATION,
                        "h2UpgradePolicy": st.sampled_from(("UPGRADE", "DO_NOT_UPGRADE")),
                        "useClientProtocol": st.booleans(),
                        "maxConcurrentStreams": _COUNT,
                        "http2KeepAlive": st.fixed_dictionaries({"interval": _DURATION, "timeout": _DURATION}),
                    },
                ),
            },
        ),
        "outlierDetection": st.fixed_dictionaries(
            {},
            optional={
                "consecutive5xxErrors": _NUMBER,
                "consecutiveGatewayErrors": _NUMBER,
                "interval": _DURATION,
                "baseEjectionTime": _DURATION,
                "maxEjectionPercent": st.integers(-1, 101),
                "minHealthPercent": st.integers(-1, 101),
                "splitExternalLocalOriginErrors": st.booleans(),
                "consecutiveLocalOriginFailures": _NUMBER,
                "outlierDetectionHttpErrorCodes": st.lists(_NUMBER, max_size=2),
            },
        ),
        "loadBalancer": st.fixed_dictionaries({"simple": st.sampled_from(("RANDOM", "LEAST_CONN", "PASSTHROUGH"))})
        | st.fixed_dictionaries(
            {"simple": st.sampled_from(("ROUND_ROBIN", "LEAST_REQUEST"))},
            optional={
                "warmup": st.fixed_dictionaries(
                    {"duration": _DURATION},
                    optional={"aggression": st.floats(0, 2), "minimumPercent": st.floats(0, 100)},
                ),
                "warmupDurationSecs": _DURATION,
            },
        )
        | st.fixed_dictionaries(
            {
                "consistentHash": st.fixed_dictionaries(
                    {},
                    optional={
                        "httpHeaderName": _NAME,
                        "minimumRingSize": st.integers(0, 10**8),
                    },
                )
                | st.fixed_dictionaries(
                    {
                        "httpQueryParameterName": _NAME,
                        "maglev": st.fixed_dictionaries({"tableSize": st.integers(0, 99)}),
                    }
                )
                | st.fixed_dictionaries(
                    {"httpCookie": st.fixed_dictionaries({"name": _TEXT}, optional={"ttl": _DURATION, "path": _TEXT})},
                    optional={"ringHash": st.fixed_dictionaries({"minimumRingSize": st.integers(0, 10**8)})},
                )
            }
        ),
        "retryBudget": st.fixed_dictionaries(
            {}, optional={"percent": st.floats(0, 100), "minRetryConcurrency": _NUMBER, "budgetInterval": _DURATION}
        ),
    },
)
_DESTINATION_RULE = st.fixed_dictionaries(
    {"host": st.just("reviews"), "trafficPolicy": _POLICY},
    optional={
        "subsets": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(("v1", "v2", "V_3"))},
                optional={"labels": st.dictionaries(st.sampled_from(("version", "a b")), _TEXT, max_size=1)},
            ),
            max_size=2,
        )
    },
)


@pytest.mark.exhaustive
# Always the same examples, and no shrinking: each asks Envoy anew, and its complaint says enough.
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(_VIRTUAL_SERVICE, min_size=20, max_size=40), st.lists(_DESTINATION_RULE, min_size=10, max_size=20))
def test_envoy_takes_what_is_accepted(
    tmp_path_factory: pytest.TempPathFactory, services: list[dict[str, Any]], rules: list[dict[str, Any]]
) -> None:
    """A rule that is not refused makes a configuration that Envoy does not refuse either."""
    specs = [("VirtualService", spec) for spec in services] + [("DestinationRule", spec) for spec in rules]

    assert complaint(_accepted(specs), tmp_path_factory.mktemp("envoy")) == ""


def _accepted(specs: list[tuple[str, dict[str, Any]]]) -> Iterator[Snapshot]:
    for number, (kind, spec) in enumerate(specs):
        rule = Resource("networking.istio.io/v1", kind, "reviews", spec, NAMESPACE)
        try:
            yield translate(baseline().overlaid(ResourceSet((rule,))), BOOKINFO, topology(number))
        except (Rejected, Unsupported):
            continue
