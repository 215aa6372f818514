"""Random ServiceEntries, with rules that lead to their hosts or are for them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from platforms.istio.resources import Resource

HOSTS = (
    "own.example.com",
    "Own.example.com",
    "*.example.com",
    "reviews",
    "own.bookinfo.svc.cluster.local",
    "own.default.svc.cluster.local",
)
_TARGETS = ("own.example.com", "www.example.com", "own", "ratings", "reviews.bookinfo.svc.cluster.local")
_PORTS = (80, 9080, 7000)
_SCOPES = (["*"], ["."], [".", "istio-system"], [".", "default"])
"""Each with its own namespace: in one to which a ServiceEntry is not exported, istiod gives its sidecars the cluster all the same if
a VirtualService leads to it, and ours does not."""
_LABELS = ({"version": "v9"}, {"version": "v1"}, {}, {"security.istio.io/tlsMode": "istio"})
_NAMESPACES = ("bookinfo",) * 4 + ("default", "istio-system")


def _fields(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional or {})


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _resource(
    kind: str, names: tuple[str, ...], spec: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[Resource]:
    return st.builds(
        lambda name, namespace, spec, created: Resource(
            "networking.istio.io/v1", kind, name, spec, namespace, "istio/x.yaml", created
        ),
        _some(names),
        _some(_NAMESPACES),
        spec,
        st.integers(0, 2),
    )


_PORT = _fields(
    {
        "number": _some(_PORTS),
        "name": _some(("http", "web")),
        "protocol": _some((*("HTTP",) * 6, "http", "HTTP2", "GRPC", "HTTPS", "UDP", "spdy")),
    },
    {"targetPort": _some((0, 8000, 65535))},
)
_ENDPOINT = _fields(
    {"address": _some((*("127.0.0.1", "127.0.0.2") * 3, "::1", "localhost", "10.0.0.1", "unix:///tmp/x"))},
    {
        "labels": _some(_LABELS),
        "ports": _some(({"http": 5000}, {"web": 5001}, {"http": 0})),
        "weight": _some((0, 1, 5)),
        "serviceAccount": _some(("own", "")),
    },
)
_ENTRY = _fields(
    {
        "hosts": st.lists(_some(HOSTS), min_size=1, max_size=2, unique=True),
        "ports": st.lists(_PORT, min_size=1, max_size=2, unique_by=lambda port: port["name"]),
        "resolution": _some((*("STATIC",) * 5, "DNS", "DNS", "DNS_ROUND_ROBIN", "NONE")),
    },
    {
        "location": _some(("MESH_INTERNAL", "MESH_EXTERNAL")),
        "endpoints": st.lists(_ENDPOINT, min_size=1, max_size=2),
        "exportTo": _some(_SCOPES),
        "subjectAltNames": _some((["spiffe://cluster.local/ns/x/sa/own"], [])),
        "workloadSelector": _some(({"labels": {"app": "reviews"}}, {})),
    },
)


def _agreeing(spec: dict[str, Any]) -> dict[str, Any]:
    """The same, without what the webhook would refuse in most of them."""
    ports = list({one["number"]: one for one in spec["ports"]}.values())
    known = {one["name"] for one in ports}
    endpoints = [
        {
            field: {name: port or 1 for name, port in value.items() if name in known} if field == "ports" else value
            for field, value in one.items()
        }
        for one in spec.get("endpoints", ())
    ]
    if spec["resolution"] == "STATIC":
        endpoints = [{**one, "address": one["address"].replace("localhost", "127.0.0.2")} for one in endpoints]
    else:
        endpoints = [one for one in endpoints if ":/" not in one["address"]]
    made = {**spec, "ports": [{**one, "targetPort": one.get("targetPort") or 8000} for one in ports]}
    made.pop("endpoints", None)
    if spec["resolution"] == "DNS_ROUND_ROBIN":
        endpoints = endpoints[:1]
    if not endpoints and spec["resolution"] != "STATIC":
        made["hosts"] = [one.removeprefix("*.") for one in spec["hosts"]]
    if endpoints and spec["resolution"] != "NONE":
        made["endpoints"] = endpoints
        made.pop("workloadSelector", None)
    if spec["resolution"] != "STATIC" or spec.get("exportTo") == ["~"]:  # whose proxies alone see it
        made.pop("workloadSelector", None)
    return made


_ENTRIES = st.one_of(_ENTRY, *[_ENTRY.map(_agreeing)] * 5)
_DESTINATION = _fields(
    {"host": _some(_TARGETS)}, {"port": _fields({"number": _some(_PORTS)}), "subset": _some(("v9", "v1"))}
)
_WEIGHTED = st.lists(_fields({"destination": _DESTINATION, "weight": _some((1, 50))}), min_size=2, max_size=2)
_ROUTE = _fields(
    {"route": st.one_of(_DESTINATION.map(lambda one: [{"destination": one}]), _WEIGHTED)},
    {
        "match": st.lists(
            _fields({}, {"port": _some(_PORTS), "uri": _some(({"prefix": "/x"},))}), min_size=1, max_size=2
        )
    },
)
_ROUTED = _fields(
    {
        "hosts": st.lists(
            _some(
                (
                    "own.example.com",
                    "OWN.example.com",
                    "*.example.com",
                    "www.example.com",
                    "*.com",
                    "ratings",
                    "reviews",
                    "own",
                )
            ),
            min_size=1,
            max_size=2,
            unique=True,
        ),
        "http": st.lists(_ROUTE, min_size=1, max_size=2),
    },
    {
        "gateways": _some((["mesh"], ["bookinfo-gateway"], ["mesh", "bookinfo-gateway"])),
        "exportTo": _some((["."], ["*"])),
    },
)
_POLICY = _fields(
    {},
    {
        "loadBalancer": _some(({"simple": "RANDOM"}, {"consistentHash": {"httpHeaderName": "x"}})),
        "tls": _some(({"mode": "ISTIO_MUTUAL"}, {"mode": "DISABLE"})),
        "connectionPool": _some(({"http": {"maxRequestsPerConnection": 1}}, {"http": {"useClientProtocol": True}})),
    },
).filter(bool)
_RULED = _fields(
    {"host": _some(("own.example.com", "*.example.com", "*.com", "own", "own.bookinfo.svc.cluster.local"))},
    {
        "trafficPolicy": st.one_of(
            _POLICY,
            _fields({"portLevelSettings": _POLICY.map(lambda one: [{"port": {"number": 7000}, **one}])}),
        ),
        "subsets": st.lists(
            _fields({"name": _some(("v9", "v1")), "labels": _some(_LABELS[:3])}, {"trafficPolicy": _POLICY}),
            min_size=1,
            max_size=2,
            unique_by=lambda one: one["name"],
        ),
        "exportTo": _some((["*"], ["."], ["bookinfo"], ["istio-system"])),
    },
)
ENTRIES = st.tuples(
    st.lists(_resource("ServiceEntry", ("a", "own"), _ENTRIES), min_size=1, max_size=2, unique_by=lambda one: one.key),
    st.lists(
        st.one_of(
            _resource("VirtualService", ("a", "reviews", "z"), _ROUTED),
            _resource("DestinationRule", ("a", "own", "z"), _RULED),
        ),
        max_size=3,
        unique_by=lambda one: one.key,
    ),
).map(lambda parts: [*parts[0], *parts[1]])
"""One or two ServiceEntries, and up to three rules about their hosts."""
