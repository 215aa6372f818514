"""Random rules about where calls are led, five at most, with few names and hosts, so that they meet: ages, namespaces, exportTo, wildcards, gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from platforms.istio.resources import Resource
from tests.properties import rules
from tests.properties.http_routes import GATEWAYS, HTTP_ROUTES, SERVICES

_FULL = "bookinfo.svc.cluster.local"
_SERVICES = ("reviews", f"reviews.{_FULL}", "ratings", f"ratings.{_FULL}", f"details.{_FULL}")
_HOSTS = (*_SERVICES, *_SERVICES, "Reviews", "reviews.bookinfo", f"*.{_FULL}", "*.svc.cluster.local", "*.local", "*")
SITES = ("*", "shop.example.com", "Shop.Example.com", "*.example.com", "www.shop.example.com", "*.com", "reviews")
_EXPORTS = (
    None,
    None,
    None,
    ["*"],
    ["."],
    ["bookinfo"],
    ["istio-system"],
    ["default"],
    ["bookinfo", "default"],
    [".", "istio-system"],
)
_NAMESPACES = ("bookinfo",) * 6 + ("default", "istio-system")
_GATEWAYS = (
    None,
    None,
    None,
    ["mesh"],
    ["bookinfo-gateway"],
    ["bookinfo/bookinfo-gateway"],
    ["mesh", "bookinfo-gateway"],
    ["door"],
)


def filled(spec: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The spec with these fields, but for those that are None."""
    return {**spec, **{name: value for name, value in fields.items() if value is not None}}


def networking(
    kind: str, names: tuple[str, ...], spec: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[Resource]:
    """Objects of a kind with one of these names, in one namespace or another, older or younger than the baseline."""
    return st.builds(
        lambda name, namespace, spec, created: Resource(
            "networking.istio.io/v1", kind, name, spec, namespace, "istio/x.yaml", created
        ),
        st.sampled_from(names),
        st.sampled_from(_NAMESPACES),
        spec,
        st.integers(0, 2),
    )


_ROUTED = st.builds(
    lambda spec, hosts, gateways, exported: filled(spec, hosts=hosts, gateways=gateways, exportTo=exported),
    rules.VIRTUAL_SERVICES,
    st.lists(st.sampled_from(_HOSTS), min_size=1, max_size=2, unique=True),
    st.sampled_from(_GATEWAYS),
    st.sampled_from(_EXPORTS),
)
_AT_GATEWAY = st.builds(
    lambda spec, hosts, gateways: filled(spec, hosts=hosts, gateways=gateways),
    rules.VIRTUAL_SERVICES,
    st.lists(st.sampled_from(SITES), min_size=1, max_size=2, unique=True),
    st.sampled_from((["bookinfo-gateway"], ["door"], ["door", "bookinfo-gateway"], ["door", "mesh"])),
)
_PLAIN = st.builds(
    lambda hosts, to, gateways, exported: filled(
        {"hosts": hosts, "http": [{"route": [{"destination": {"host": to}}]}]}, gateways=gateways, exportTo=exported
    ),
    st.lists(st.sampled_from(_HOSTS), min_size=1, max_size=2, unique=True),
    st.sampled_from(_SERVICES),
    st.sampled_from(_GATEWAYS),
    st.sampled_from(_EXPORTS),
)
_RULED = st.builds(
    lambda spec, host, exported, subsets: filled(spec, host=host, exportTo=exported, subsets=subsets),
    rules.DESTINATION_RULES,
    st.sampled_from(_HOSTS),
    st.sampled_from(_EXPORTS),
    st.sampled_from((None, [], [{"name": "canary", "labels": {"version": "v3"}}], [{"name": "v1", "labels": {}}])),
)
_DOORS = st.builds(
    lambda hosts, selector, tls: {
        "selector": selector,
        "servers": [filled({"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": hosts}, tls=tls)],
    },
    st.lists(
        st.sampled_from((*SITES, "./shop.example.com", "bookinfo/*.example.com", "default/*")),
        min_size=1,
        max_size=2,
        unique=True,
    ),
    st.sampled_from(({"istio": "ingressgateway"}, {"istio": "ingressgateway"}, {"istio": "other"})),
    st.sampled_from((None, None, {"httpsRedirect": True}, {"httpsRedirect": False})),
)
_DECIDING = ("route", "redirect", "directResponse")
_TEAM = ("squad", "team")


def _delegating(
    spec: Mapping[str, Any], to: list[dict[str, str] | None], hosts: list[str], gateways: list[str] | None
) -> dict[str, Any]:
    """The same spec, some of its routes left to others."""
    http = [
        {**{field: value for field, value in route.items() if field not in _DECIDING}, "delegate": who}
        if who
        else route
        for route, who in zip(spec["http"], to, strict=False)
    ]
    return filled({"hosts": hosts, "http": http}, gateways=gateways)


_ROOTS = st.builds(
    _delegating,
    rules.VIRTUAL_SERVICES,
    st.lists(
        st.none()
        | st.fixed_dictionaries(
            {"name": st.sampled_from((*_TEAM, *_TEAM, "nobody"))},
            optional={"namespace": st.sampled_from(("bookinfo", "default"))},
        ),
        min_size=4,
        max_size=4,
    ),
    st.lists(st.sampled_from(_SERVICES), min_size=1, max_size=2, unique=True),
    st.sampled_from(_GATEWAYS),
)
_TEAMS = st.builds(
    lambda spec, exported: filled({"http": spec["http"]}, exportTo=exported),
    rules.VIRTUAL_SERVICES,
    st.sampled_from(_EXPORTS),
)
_UNDELEGATED = st.lists(
    st.one_of(
        networking("VirtualService", ("a", "b", "reviews", "z"), _ROUTED),
        networking("VirtualService", ("a", "b", "bookinfo", "shop"), _AT_GATEWAY),
        networking("VirtualService", ("a", "reviews", "z"), _PLAIN),
        networking("DestinationRule", ("a", "reviews", "z"), _RULED),
        networking("DestinationRule", ("a", "b", "reviews"), _RULED),
        networking("Gateway", ("door", "bookinfo-gateway"), _DOORS),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.key,
)
_DELEGATED = st.tuples(
    st.lists(networking("VirtualService", ("a", "z"), _ROOTS), min_size=1, max_size=2, unique_by=lambda one: one.key),
    st.lists(networking("VirtualService", _TEAM, _TEAMS), min_size=1, max_size=3, unique_by=lambda one: one.key),
).map(lambda parts: [*parts[0], *parts[1]])
_KUBERNETES = st.tuples(
    st.lists(HTTP_ROUTES, min_size=1, max_size=3, unique_by=lambda one: one.key),
    st.lists(GATEWAYS, max_size=1),
    st.lists(SERVICES, max_size=1),
    st.lists(
        st.one_of(
            networking("VirtualService", ("a", "reviews"), _ROUTED), networking("DestinationRule", ("reviews",), _RULED)
        ),
        max_size=1,
    ),
).map(lambda parts: [one for part in parts for one in part])
TRAFFIC = st.one_of(_UNDELEGATED, _UNDELEGATED, _UNDELEGATED, _DELEGATED, _KUBERNETES)
