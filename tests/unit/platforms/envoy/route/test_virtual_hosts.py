"""The virtual hosts of a sidecar and of the gateway: whose routes are where, and under which names."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.translate import translate
from platforms.istio.resources import ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import REVIEWS, cluster, clusters_called, page, reviews, rule, served

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
