"""The virtual hosts of a sidecar and of the gateway: whose routes are where, and under which names."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.translate import routing, translate
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import REVIEWS, cluster, clusters_called, page, reviews, rule, served
from tests.unit.platforms.istio.service_entries.entries import HOST, static

GATEWAY = "http.8080 *:8080"


def test_without_a_gateway_there_is_no_door() -> None:
    """Nobody listens without a Gateway."""
    config = translate(ResourceSet(), BOOKINFO, topology()).proxies["ingressgateway"]

    assert ((), {}) == (config.listeners, config.routes)


def test_an_unknown_host_is_answered_by_the_proxy_itself() -> None:
    """A call of a host that is not in the mesh gets 502 and never leaves the machine."""
    configuration = translate(baseline(), BOOKINFO, topology()).proxies["productpage-v1"].routes["9080"]

    assert ["*"] == configuration["virtualHosts"][-1]["domains"]
    assert 502 == configuration["virtualHosts"][-1]["routes"][0]["directResponse"]["status"]


def test_hosts_of_a_gateway_are_compared_as_written() -> None:
    """Then the virtual host is in lower case, and requests find it in any case."""
    gateway = "{selector: {istio: ingressgateway}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: [%s]}]}"
    shop = rule(
        "VirtualService",
        "shop",
        "{hosts: [Shop.Example.com], gateways: [shop], http: [{directResponse: {status: 200}}]}",
    )

    def hosts(written: str) -> list[str]:
        served_hosts = served("ingressgateway", rule("Gateway", "shop", gateway % written), shop)["routes"]
        return [name for name in served_hosts if "shop" in name.lower()]

    assert ["http.8080 shop.example.com:8080"] == hosts("Shop.Example.com")
    assert [] == hosts("shop.example.com")


def test_a_gateways_rules_for_one_host_are_put_together() -> None:
    """Each adds its routes; what takes every request comes last."""
    first = page("a", "[{route: [{destination: {host: details}}]}]")
    last = page("z", "[{match: [{uri: {prefix: /z}}], route: [{destination: {host: ratings}}]}]")

    called = clusters_called("ingressgateway", GATEWAY, first, last)

    assert ["details", "ratings"] == [called[-1].split("|")[3].split(".")[0], called[-2].split("|")[3].split(".")[0]]
    assert len(called) == 6 + 2


def test_a_gateway_named_twice_has_a_rule_twice() -> None:
    """By its short name and in full: istiod adds the routes for each, which changes nothing of what is answered."""
    twice = "[{match: [{uri: {prefix: /z}}], route: [{destination: {host: ratings}}]}]"
    spec = f"{{hosts: ['*'], gateways: [bookinfo-gateway, bookinfo/bookinfo-gateway], http: {twice}}}"

    called = clusters_called("ingressgateway", GATEWAY, rule("VirtualService", "z", spec))

    assert ["ratings"] * 2 == [one.split("|")[3].split(".")[0] for one in called[6:]]


def test_a_rule_that_concerns_only_others_leaves_a_caller_its_default() -> None:
    """A VirtualService none of whose matches can hold for a caller is none for it."""
    only = reviews("[{match: [{sourceLabels: {app: ratings}}], route: [{destination: {host: reviews, subset: v1}}]}]")

    assert [cluster("")] == clusters_called("productpage-v1", REVIEWS, only)
    assert [cluster("v1")] == clusters_called("ratings-v1", REVIEWS, only)


def test_a_server_that_redirects_to_https() -> None:
    """Whoever asks for a host of it, also for one that no rule speaks of, is sent there; another server's hosts are not."""
    server = "{port: {number: 8080, name: %s, protocol: HTTP}, hosts: [%s]%s}"
    servers = (
        server % ("a", "shop.example.com, other.example.com", ", tls: {httpsRedirect: true}"),
        server % ("b", "'*'", ""),
    )
    gateway = rule("Gateway", "door", f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(servers)}]}}")
    shop = rule(
        "VirtualService",
        "shop",
        "{hosts: ['*.org', shop.example.com], gateways: [door], http: [{redirect: {derivePort: FROM_REQUEST_PORT}}]}",
    )
    resources = ResourceSet((gateway, shop))
    configuration = translate(resources, BOOKINFO, topology()).proxies["ingressgateway"].routes["http.8080"]

    assert {"*.org": None, "other.example.com": "ALL", "shop.example.com": "ALL"} == {
        domain: one.get("requireTls") for one in configuration["virtualHosts"] for domain in one["domains"]
    }


def domains(configuration: dict[str, Any]) -> dict[str, list[str]]:
    """Those of each virtual host of a route configuration, by its name."""
    return {one["name"]: one["domains"] for one in configuration["virtualHosts"]}


def of_productpage(*rules: Resource) -> dict[str, dict[str, Any]]:
    """The route configurations of its sidecar, port by port."""
    return dict(routing(baseline().overlaid(ResourceSet(rules)), BOOKINFO).proxies["productpage-v1"].routes)


def test_a_host_of_ones_own_has_a_virtual_host_on_its_ports() -> None:
    """By its name and its addresses; the Services stay where they are, without a shorter name that it has itself."""
    found = of_productpage(
        static(host="ratings", more="addresses: [10.0.0.1]", ports="[{number: 9080, name: http, protocol: HTTP}]"),
        static(name="other"),
    )

    assert ["80", "9080"] == sorted(found)
    assert [HOST, f"{HOST}."] == domains(found["80"])[f"{HOST}:80"]
    assert ["ratings", "ratings.", "10.0.0.1"] == domains(found["9080"])["ratings:9080"]
    assert "ratings" not in domains(found["9080"])["ratings.bookinfo.svc.cluster.local:9080"]


@pytest.mark.parametrize(("port", "routed"), [(80, True), (7000, False)])
def test_a_host_that_nobody_knows(port: int, routed: bool) -> None:  # noqa: FBT001  # the case
    """On the default port alone a VirtualService brings one there, as in Istio."""
    found = of_productpage(
        static(ports=f"[{{number: {port}, name: http, protocol: HTTP}}]"),
        rule(
            "VirtualService",
            "own",
            f"{{hosts: [who.example.com], http: [{{route: [{{destination: {{host: {HOST}}}}}]}}]}}",
        ),
    )

    assert routed == (f"who.example.com:{port}" in domains(found[str(port)]))


def test_a_port_that_a_destination_does_not_name() -> None:
    """A sidecar takes the one on which it is called, the gateway the only one that there is."""
    destination = f"[{{route: [{{destination: {{host: {HOST}}}}}]}}]"

    assert [f"outbound|9080||{HOST}"] == clusters_called("productpage-v1", REVIEWS, static(), reviews(destination))
    assert f"outbound|80||{HOST}" in clusters_called("ingressgateway", GATEWAY, static(), page("bookinfo", destination))


def test_all_ports_at_one_place() -> None:
    """Whose proxy is asked for every port by the host of a URL tells them by it; one without a port means the default one."""
    config = translate(
        baseline().overlaid(
            ResourceSet(
                (static(host="ratings"), static(name="other", ports="[{number: 7000, name: http, protocol: HTTP}]"))
            )
        ),
        BOOKINFO,
        topology(),
    ).proxies["productpage-v1"]

    assert ["7000", "80", "9080"] == sorted(config.routes)
    assert ["9080"] == list(config.asked_for)
    found = domains(config.asked_for["9080"])
    assert config.asked_for["9080"]["ignorePortInHostMatching"] is False
    assert ["ratings:80", "ratings.:80", "ratings", "ratings."] == found["ratings:80"]
    assert [f"{HOST}:7000", f"{HOST}.:7000"] == found[f"{HOST}:7000"]
    assert {"details:9080", "details"} < set(found["details.bookinfo.svc.cluster.local:9080"])
    assert "ratings:9080" in found["ratings.bookinfo.svc.cluster.local:9080"]
    assert "ratings" not in found["ratings.bookinfo.svc.cluster.local:9080"]
    assert ["*"] == found["block_all"]


def test_the_first_server_for_a_host_names_it() -> None:
    """Also one that has no rule for it, and only sends callers to HTTPS: with the port of that one the host is shown."""
    gateway = (
        "{selector: {istio: ingressgateway}, servers: [{port: {number: %d, name: x, protocol: HTTP}, hosts: ['%s']%s}]}"
    )
    resources = ResourceSet(
        (
            rule("Gateway", "a", gateway % (80, "shop.example.com", ", tls: {httpsRedirect: true}")),
            rule("Gateway", "b", gateway % (8080, "*", "")),
            rule(
                "VirtualService",
                "shop",
                "{hosts: [shop.example.com], gateways: [b], http: [{route: [{destination: {host: details}}]}]}",
            ),
        )
    )
    (shown,) = translate(resources, BOOKINFO, topology()).proxies["ingressgateway"].routes["http.8080"]["virtualHosts"]

    assert ("shop.example.com:80", "ALL", 1) == (shown["name"], shown["requireTls"], len(shown["routes"]))
