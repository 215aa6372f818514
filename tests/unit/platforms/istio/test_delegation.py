"""Routes that are left to others, put together as istiod does; tests/parity holds them to istiod itself."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.istio.delegation import Delegates
from platforms.istio.resources import Resource

TO = "route: [{destination: {host: reviews}}]"


def service(name: str, http: str, *, namespace: str = "bookinfo", hosts: tuple[str, ...] = (), **spec: Any) -> Resource:
    found = {"hosts": list(hosts), "http": yaml.safe_load(f"[{http}]"), **spec}
    return Resource("networking.istio.io/v1", "VirtualService", name, found, namespace)


def routes(root: str, *delegates: Resource, namespace: str = "bookinfo") -> list[Any]:
    """The routes of a VirtualService with this one."""
    return list(Delegates(delegates).routes(service("root", root, hosts=("reviews",), namespace=namespace)))


def merged(root: str, leaf: str) -> list[Any]:
    """The matches of a route that is delegated, by the root's and the delegate's own."""
    found = routes(f"{{match: [{root}], delegate: {{name: team}}}}", service("team", f"{{match: [{leaf}], {TO}}}"))
    return [route.get("match") for route in found]


def test_a_route_takes_what_it_does_not_say() -> None:
    """From the root's, but for where it goes; a name is both names."""
    root = "{name: a, timeout: 1s, rewrite: {uri: /x}, headers: {request: {set: {a: b}}}, delegate: {name: team}}"
    team = service("team", f"{{name: b, timeout: 2s, {TO}}}, {{redirect: {{uri: /y}}}}")

    first, second = routes(root, team)

    assert ("a-b", "2s", {"uri": "/x"}) == (first["name"], first["timeout"], first["rewrite"])
    assert {"request": {"set": {"a": "b"}}} == second["headers"]
    assert ("a", "1s", {"uri": "/y"}) == (second["name"], second["timeout"], second["redirect"])
    assert "delegate" not in first
    assert "route" not in second


def test_short_names_are_those_of_who_says_them() -> None:
    """A delegate in another namespace means the Services, and the gateways, of its own."""
    (route,) = routes(
        "{delegate: {name: team, namespace: shop}, mirror: {host: ratings}}",
        service("team", f"{{match: [{{gateways: [door]}}], {TO}}}", namespace="shop"),
    )

    assert "reviews.shop.svc.cluster.local" == route["route"][0]["destination"]["host"]
    assert "ratings.bookinfo.svc.cluster.local" == route["mirror"]["host"]
    assert ["shop/door"] == route["match"][0]["gateways"]


@pytest.mark.parametrize(
    ("named", "team"),
    [
        ("{name: other}", service("team", f"{{{TO}}}")),
        ("{name: team}", service("team", f"{{{TO}}}", namespace="shop")),
        ("{name: team, namespace: shop}", service("team", f"{{{TO}}}", namespace="shop", exportTo=["."])),
        ("{name: team}", service("team", f"{{{TO}}}", hosts=("reviews",))),
    ],
    ids=["not there", "elsewhere", "not exported", "with hosts of its own"],
)
def test_a_delegate_that_is_not_to_be_seen_has_no_routes(named: str, team: Resource) -> None:
    """The root's other routes stay."""
    assert [{"timeout": "1s"}] == routes(f"{{delegate: {named}}}, {{timeout: 1s}}", team)


@pytest.mark.parametrize("scope", ["*", "bookinfo"])
def test_an_exported_delegate_is_seen(scope: str) -> None:
    """By all, or by the namespace that is named."""
    team = service("team", f"{{{TO}}}", namespace="shop", exportTo=[scope])

    assert 1 == len(routes("{delegate: {name: team, namespace: shop}}", team))


@pytest.mark.parametrize(
    ("root", "leaf", "both"),
    [
        ("{uri: {prefix: /a}}", "{uri: {prefix: /a/b}}", [{"uri": {"prefix": "/a/b"}}]),
        ("{uri: {prefix: /a}}", "{uri: {exact: /ab}}", [{"uri": {"exact": "/ab"}}]),
        ("{uri: {exact: /a}}", "{uri: {exact: /a}}", [{"uri": {"exact": "/a"}}]),
        (
            "{uri: {prefix: /a}, headers: {x: {exact: y}}, port: 80}",
            "{method: {exact: GET}, headers: {z: {regex: .*}}}",
            [
                {
                    "uri": {"prefix": "/a"},
                    "method": {"exact": "GET"},
                    "headers": {"x": {"exact": "y"}, "z": {"regex": ".*"}},
                    "port": 80,
                }
            ],
        ),
        ("{sourceLabels: {a: b}}", "{sourceLabels: {c: d}}", [{"sourceLabels": {"a": "b", "c": "d"}}]),
        (
            "{uri: {prefix: /a}}, {port: 80}",
            "{uri: {prefix: /ab}}",
            [{"uri": {"prefix": "/ab"}}, {"uri": {"prefix": "/ab"}, "port": 80}],
        ),
        ("{name: a, port: 80}", "{name: b, port: 80}", [{"name": "a-b", "port": 80}]),
    ],
)
def test_matches_within_each_other_are_both(root: str, leaf: str, both: list[Any]) -> None:
    """Each of the delegate's within each of the root's that it can be within."""
    assert [both] == merged(root, leaf)


@pytest.mark.parametrize(
    ("root", "leaf"),
    [
        ("{uri: {prefix: /a/b}}", "{uri: {prefix: /a}}"),
        ("{uri: {exact: /a}}", "{uri: {prefix: /a}}"),
        ("{uri: {exact: /a}}", "{uri: {exact: /b}}"),
        ("{uri: {regex: .*}}", "{uri: {regex: .*}}"),
        ("{uri: {prefix: /}}", "{uri: {regex: /a}}"),
        ("{headers: {x: {exact: a}}}", "{headers: {x: {exact: b}}}"),
        ("{ignoreUriCase: true}", "{port: 80}"),
        ("{port: 80}", "{port: 81}"),
        ("{sourceNamespace: a}", "{port: 80}"),
        ("{sourceLabels: {a: b}}", "{sourceLabels: {a: c}}"),
        ("{gateways: [a]}", "{gateways: [b]}"),
        ("{uri: {prefix: /a}}", "{uri: {prefix: /a}}, {uri: {prefix: /b}}"),
    ],
)
def test_what_cannot_be_within_is_no_route(root: str, leaf: str) -> None:
    """The whole route goes, also where another of its matches could."""
    assert [] == merged(root, leaf)


def test_a_route_without_matches_has_the_others() -> None:
    """Whichever of the two has any."""
    assert [[{"port": 80}]] == [
        one["match"] for one in routes("{match: [{port: 80}], delegate: {name: team}}", service("team", f"{{{TO}}}"))
    ]
    assert [[{"port": 80}]] == [
        one["match"] for one in routes("{delegate: {name: team}}", service("team", f"{{match: [{{port: 80}}], {TO}}}"))
    ]
