"""The shapes of Istio's objects, as their custom resource definitions give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from platforms.istio.schema.check import Fields, Listing, Named, Ruled, Shape
from platforms.istio.schema.values import AnyDuration, Bytes, Duration, Flag, Int32, Number, Text, Whole

_TEXT = Text()
_TEXTS = Listing(_TEXT)
_FLAG = Flag()
_DURATION = Duration()
_ANY_DURATION = AnyDuration()
_COUNT = Whole(0, 2**32 - 1)
_SIZE = Whole(0)
_INT = Int32()
_PERCENT = Fields({"value": Number()})
_LABELS = Named(_TEXT)

_MATCHES = ("exact", "prefix", "regex")
_TEXT_MATCH = Fields(dict.fromkeys(_MATCHES, _TEXT), alternatives=(_MATCHES,))
_DESTINATION = Fields({"host": _TEXT, "port": Fields({"number": _COUNT}), "subset": _TEXT}, ("host",))
_CHANGES = Fields({"add": Named(_TEXT), "remove": _TEXTS, "set": Named(_TEXT)})
_HEADERS = Fields({"request": _CHANGES, "response": _CHANGES})

_MATCH = Fields(
    {
        "authority": _TEXT_MATCH,
        "gateways": _TEXTS,
        "headers": Named(_TEXT_MATCH),
        "ignoreUriCase": _FLAG,
        "method": _TEXT_MATCH,
        "name": _TEXT,
        "port": _COUNT,
        "queryParams": Named(_TEXT_MATCH),
        "scheme": _TEXT_MATCH,
        "sourceLabels": _LABELS,
        "sourceNamespace": _TEXT,
        "statPrefix": _TEXT,
        "uri": _TEXT_MATCH,
        "withoutHeaders": Named(_TEXT_MATCH),
    }
)
_CORS = Fields(
    {
        "allowCredentials": _FLAG,
        "allowHeaders": _TEXTS,
        "allowMethods": _TEXTS,
        "allowOrigin": _TEXTS,
        "allowOrigins": Listing(_TEXT_MATCH),
        "exposeHeaders": _TEXTS,
        "maxAge": _DURATION,
        "unmatchedPreflights": Text(("UNSPECIFIED", "FORWARD", "IGNORE")),
    }
)
_ABORTS = ("httpStatus", "grpcStatus", "http2Error")
_DELAYS = ("fixedDelay", "exponentialDelay")
_FAULT = Fields(
    {
        "abort": Fields(
            {"grpcStatus": _TEXT, "http2Error": _TEXT, "httpStatus": _INT, "percentage": _PERCENT},
            alternatives=(_ABORTS,),
        ),
        "delay": Fields(
            {"exponentialDelay": _DURATION, "fixedDelay": _DURATION, "percent": _INT, "percentage": _PERCENT},
            alternatives=(_DELAYS,),
        ),
    }
)
_HTTP_ROUTE = Fields(
    {
        "corsPolicy": _CORS,
        "delegate": Fields({"name": _TEXT, "namespace": _TEXT}),
        "directResponse": Fields(
            {
                "body": Fields({"bytes": Bytes(), "string": _TEXT}, alternatives=(("string", "bytes"),)),
                "status": _COUNT,
            },
            ("status",),
        ),
        "fault": _FAULT,
        "headers": _HEADERS,
        "match": Listing(_MATCH),
        "mirror": _DESTINATION,
        "mirrorPercent": _COUNT,
        "mirrorPercentage": _PERCENT,
        "mirror_percent": _COUNT,
        "mirrors": Listing(Fields({"destination": _DESTINATION, "percentage": _PERCENT}, ("destination",))),
        "name": _TEXT,
        "redirect": Fields(
            {
                "authority": _TEXT,
                "derivePort": Text(("FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT")),
                "port": _COUNT,
                "prefixRewrite": _TEXT,
                "redirectCode": _COUNT,
                "scheme": _TEXT,
                "uri": _TEXT,
            },
            alternatives=(("port", "derivePort"),),
        ),
        "retries": Fields(
            {
                "attempts": _INT,
                "backoff": _DURATION,
                "perTryTimeout": _DURATION,
                "retryIgnorePreviousHosts": _FLAG,
                "retryOn": _TEXT,
                "retryRemoteLocalities": _FLAG,
            }
        ),
        "rewrite": Fields(
            {"authority": _TEXT, "uri": _TEXT, "uriRegexRewrite": Fields({"match": _TEXT, "rewrite": _TEXT})}
        ),
        "route": Listing(Fields({"destination": _DESTINATION, "headers": _HEADERS, "weight": _INT}, ("destination",))),
        "timeout": _DURATION,
    }
)
_LAYER_4_MATCH = Fields(
    {
        "destinationSubnets": _TEXTS,
        "gateways": _TEXTS,
        "port": _COUNT,
        "sourceLabels": _LABELS,
        "sourceNamespace": _TEXT,
    }
)
_LAYER_4_ROUTE = Listing(Fields({"destination": _DESTINATION, "weight": _INT}, ("destination",)))

_VIRTUAL_SERVICE = Fields(
    {
        "exportTo": _TEXTS,
        "gateways": _TEXTS,
        "hosts": _TEXTS,
        "http": Listing(_HTTP_ROUTE),
        "tcp": Listing(Fields({"match": Listing(_LAYER_4_MATCH.but(sourceSubnet=_TEXT)), "route": _LAYER_4_ROUTE})),
        "tls": Listing(
            Fields(
                {
                    "match": Listing(replace(_LAYER_4_MATCH.but(sniHosts=_TEXTS), required=("sniHosts",))),
                    "route": _LAYER_4_ROUTE,
                },
                ("match",),
            )
        ),
    }
)

_FAILOVER: Mapping[str, Shape] = {
    "enabled": _FLAG,
    "failover": Listing(Fields({"from": _TEXT, "to": _TEXT})),
    "failoverPriority": _TEXTS,
}
_HASHED = ("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName")
_BALANCER = Fields(
    {
        "consistentHash": Fields(
            {
                "httpCookie": Fields(
                    {
                        "attributes": Listing(Fields({"name": _TEXT, "value": _TEXT}, ("name",))),
                        "name": _TEXT,
                        "path": _TEXT,
                        "ttl": _ANY_DURATION,
                    },
                    ("name",),
                ),
                "httpHeaderName": _TEXT,
                "httpQueryParameterName": _TEXT,
                "maglev": Fields({"tableSize": _SIZE}),
                "minimumRingSize": _SIZE,
                "ringHash": Fields({"minimumRingSize": _SIZE}),
                "useSourceIp": _FLAG,
            },
            alternatives=(_HASHED, ("ringHash", "maglev")),
        ),
        "localityLbSetting": Fields({**_FAILOVER, "distribute": Listing(Fields({"from": _TEXT, "to": Named(_COUNT)}))}),
        "simple": Text(("UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST")),
        "warmup": Fields(
            {
                "aggression": Number(0),
                "duration": _DURATION,
                "minimumPercent": Number(0, 100),
            },
            ("duration",),
        ),
        "warmupDurationSecs": _DURATION,
        "zoneAwareLbSetting": Fields({**_FAILOVER, "minClusterSize": Whole(1, 2**32 - 1)}),
    },
    alternatives=(("simple", "consistentHash"),),
)
_CONNECTION_POOL = Fields(
    {
        "http": Fields(
            {
                "h2UpgradePolicy": Text(("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE")),
                "http1MaxPendingRequests": _INT,
                "http2KeepAlive": Fields({"interval": _DURATION, "timeout": _DURATION}),
                "http2MaxRequests": _INT,
                "idleTimeout": _DURATION,
                "maxConcurrentStreams": _INT,
                "maxRequestsPerConnection": _INT,
                "maxRetries": _INT,
                "useClientProtocol": _FLAG,
            }
        ),
        "tcp": Fields(
            {
                "connectTimeout": _DURATION,
                "idleTimeout": _ANY_DURATION,
                "maxConnectionDuration": _DURATION,
                "maxConnections": _INT,
                "tcpKeepalive": Fields({"interval": _DURATION, "probes": _COUNT, "time": _DURATION}),
            }
        ),
    }
)
_OUTLIER_DETECTION = Fields(
    {
        "baseEjectionTime": _DURATION,
        "consecutive5xxErrors": _COUNT,
        "consecutiveErrors": _INT,
        "consecutiveGatewayErrors": _COUNT,
        "consecutiveLocalOriginFailures": _COUNT,
        "interval": _DURATION,
        "maxEjectionPercent": _INT,
        "minHealthPercent": _INT,
        "outlierDetectionHttpErrorCodes": Listing(Whole(100, 599)),
        "splitExternalLocalOriginErrors": _FLAG,
    }
)
_CLIENT_TLS = Fields(
    {
        **dict.fromkeys(("caCertificates", "caCrl", "clientCertificate", "credentialName", "privateKey", "sni"), _TEXT),
        "insecureSkipVerify": _FLAG,
        "mode": Text(("DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL")),
        "subjectAltNames": _TEXTS,
    }
)
_PORT_POLICY = Fields(
    {
        "connectionPool": _CONNECTION_POOL,
        "loadBalancer": _BALANCER,
        "outlierDetection": _OUTLIER_DETECTION,
        "port": Fields({"number": _COUNT}),
        "tls": _CLIENT_TLS,
    }
)
_TRAFFIC_POLICY = Fields(
    {
        "connectionPool": _CONNECTION_POOL,
        "loadBalancer": _BALANCER,
        "outlierDetection": _OUTLIER_DETECTION,
        "portLevelSettings": Listing(_PORT_POLICY, most=4096),
        "proxyProtocol": Fields({"version": Text(("V1", "V2"))}),
        "retryBudget": Fields(
            {
                "budgetInterval": _ANY_DURATION,
                "minRetryConcurrency": _COUNT,
                "percent": Number(0, 100),
            }
        ),
        "tls": _CLIENT_TLS,
        "tunnel": Fields({"protocol": _TEXT, "targetHost": _TEXT, "targetPort": _COUNT}, ("targetHost", "targetPort")),
    }
)
_SELECTED = Ruled(
    Named(Ruled(Text(longest=63), ((lambda value: "*" not in value, "wildcard not allowed in label value match"),))),
    (
        (lambda labels: not any("*" in key for key in labels), "wildcard not allowed in label key match"),
        (lambda labels: "" not in labels, "key must not be empty"),
    ),
)
_DESTINATION_RULE = Fields(
    {
        "exportTo": _TEXTS,
        "host": _TEXT,
        "subsets": Listing(Fields({"labels": _LABELS, "name": _TEXT, "trafficPolicy": _TRAFFIC_POLICY}, ("name",))),
        "trafficPolicy": _TRAFFIC_POLICY,
        "workloadSelector": Fields({"matchLabels": _SELECTED}),
    },
    ("host",),
)

_TLS_VERSION = Text(("TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"))


def _one_at_most(*fields: str) -> Callable[[Any], bool]:
    return lambda value: len({*fields} & {*value}) <= 1


_SERVER_TLS_FIELDS = Fields(
    {
        **dict.fromkeys(
            (
                "caCertCredentialName",
                "caCertificates",
                "caCrl",
                "credentialName",
                "privateKey",
                "serverCertificate",
            ),
            _TEXT,
        ),
        **dict.fromkeys(("cipherSuites", "subjectAltNames", "verifyCertificateHash", "verifyCertificateSpki"), _TEXTS),
        "credentialNames": Listing(_TEXT, 1, 2),
        "httpsRedirect": _FLAG,
        "insecureSkipVerify": _FLAG,
        "maxProtocolVersion": _TLS_VERSION,
        "minProtocolVersion": _TLS_VERSION,
        "mode": Text(("PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL")),
        "tlsCertificates": Listing(
            Fields(dict.fromkeys(("caCertificates", "privateKey", "serverCertificate"), _TEXT)), 1, 2
        ),
    }
)
_SERVER_TLS = Ruled(
    _SERVER_TLS_FIELDS,
    (
        (
            _one_at_most("tlsCertificates", "credentialNames"),
            "only one of credentialNames or tlsCertificates can be set",
        ),
        (_one_at_most("credentialName", "credentialNames"), "only one of credentialName or credentialNames can be set"),
        # The CRD says so of the same two fields again.
        (
            _one_at_most("credentialNames", "tlsCertificates"),
            "only one of credentialName or tlsCertificates can be set",
        ),
    ),
)
_GATEWAY = Fields(
    {
        "selector": _LABELS,
        "servers": Listing(
            Fields(
                {
                    "bind": _TEXT,
                    "defaultEndpoint": _TEXT,
                    "hosts": _TEXTS,
                    "name": _TEXT,
                    "port": Fields(
                        {"name": _TEXT, "number": _COUNT, "protocol": _TEXT, "targetPort": _COUNT},
                        ("number", "protocol", "name"),
                    ),
                    "tls": _SERVER_TLS,
                },
                ("port", "hosts"),
            )
        ),
    }
)

SHAPES: Mapping[str, Fields] = {
    "DestinationRule": _DESTINATION_RULE,
    "Gateway": _GATEWAY,
    "VirtualService": _VIRTUAL_SERVICE,
}
"""What is translated, by kind."""

_NETWORKING = ("v1", "v1beta1", "v1alpha3")
VERSIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("networking.istio.io", "DestinationRule"): _NETWORKING,
    ("networking.istio.io", "Gateway"): _NETWORKING,
    ("networking.istio.io", "VirtualService"): _NETWORKING,
    ("networking.istio.io", "ServiceEntry"): _NETWORKING,
    ("networking.istio.io", "Sidecar"): _NETWORKING,
    ("networking.istio.io", "WorkloadEntry"): _NETWORKING,
    ("networking.istio.io", "WorkloadGroup"): _NETWORKING,
    ("networking.istio.io", "EnvoyFilter"): ("v1alpha3",),
    ("networking.istio.io", "ProxyConfig"): ("v1beta1",),
    ("security.istio.io", "AuthorizationPolicy"): ("v1", "v1beta1"),
    ("security.istio.io", "PeerAuthentication"): ("v1", "v1beta1"),
    ("security.istio.io", "RequestAuthentication"): ("v1", "v1beta1"),
    ("telemetry.istio.io", "Telemetry"): ("v1", "v1alpha1"),
    ("extensions.istio.io", "WasmPlugin"): ("v1alpha1",),
    ("extensions.istio.io", "TrafficExtension"): ("v1alpha1",),
}
"""The versions of every kind of object that Istio has, by group and kind."""
