"""The servers of Gateways that the ingress gateway runs, and HTTPS there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, parse
from platforms.envoy import access
from platforms.envoy.translate import translate
from platforms.errors import Rejected
from platforms.istio import secrets
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.servers import servers
from tests.golden.validation import topology
from tests.unit.platforms.istio.gateway_api.http_routes import gateway as of_gateway_api
from tests.unit.platforms.istio.gateway_api.http_routes import http_route
from tests.unit.platforms.istio.rules import page, rule
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

TLS = ", tls: {mode: SIMPLE, credentialName: shop}"
REDIRECT = ", tls: {httpsRedirect: true}"


def https(name: str, hosts: str, tls: str = TLS) -> str:
    return f"{{port: {{number: 443, name: {name}, protocol: HTTPS}}, hosts: [{hosts}]{tls}}}"


def plain(hosts: str, tls: str = "") -> str:
    return f"{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: [{hosts}]{tls}}}"


def gateway(*given: str, name: str = "bookinfo-gateway") -> Resource:
    return rule("Gateway", name, f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(given)}]}}")


def shop() -> Resource:
    return secrets.read(next(parse(secret(*map(encoded, pair())), source="x.yaml")))


def config(*rules: Resource, https_port: int = 9443) -> Any:
    mesh = replace(topology(), gateway_https_port=https_port)
    return translate(ResourceSet(rules), BOOKINFO, mesh).proxies["ingressgateway"]


def test_each_server_shows_its_certificate_to_those_who_ask_for_it() -> None:
    """And has routes of its own; one for all hosts has no condition."""
    given = shop()
    made = config(
        gateway(https("a", "b.example.com, ./a.example.com"), https("b", "'*'", TLS.replace("shop", "x"))), given
    )

    (listener,) = made.listeners
    first, last = listener["filterChains"]
    assert ("gateway-https", 9443) == (listener["name"], listener["address"]["socketAddress"]["portValue"])
    assert {"serverNames": ["a.example.com", "b.example.com"]} == first["filterChainMatch"]
    assert "filterChainMatch" not in last
    files = [
        one["transportSocket"]["typedConfig"]["commonTlsContext"]["tlsCertificates"][0]["privateKey"]["filename"]
        for one in (first, last)
    ]
    assert f"servers/{secrets.fingerprint(given)}.key" == files[0]
    assert files[1].startswith("servers/made-")
    assert ["https.443.a.bookinfo-gateway.bookinfo", "https.443.b.bookinfo-gateway.bookinfo"] == list(made.routes)
    assert made.access.shown() == access.served(made.listeners, BOOKINFO)


def test_the_key_is_in_no_configuration() -> None:
    assert "PRIVATE" not in json.dumps([config(gateway(https("a", "a.example.com")), shop()).listeners])


def test_versions_of_tls() -> None:
    tls = "mode: SIMPLE, credentialName: shop, minProtocolVersion: TLSV1_3, maxProtocolVersion: TLS_AUTO"
    (listener,) = config(gateway(https("a", "a.example.com", f", tls: {{{tls}}}"))).listeners

    context = listener["filterChains"][0]["transportSocket"]["typedConfig"]["commonTlsContext"]
    assert {"tlsMinimumProtocolVersion": "TLSv1_3"} == context["tlsParams"]


def test_a_redirect_leads_to_the_port_for_https() -> None:
    """Where there is one; otherwise it is as in a cluster."""
    rules = (
        gateway(plain("'*'", REDIRECT), https("a", "'*'")),
        page("a", "[{route: [{destination: {host: details}}]}]"),
    )

    (host,) = config(*rules).routes["http.8080"]["virtualHosts"]
    (elsewhere,) = config(*rules, https_port=0).routes["http.8080"]["virtualHosts"]

    assert [{"httpsRedirect": True, "portRedirect": 9443}] == [one["redirect"] for one in host["routes"]]
    assert "requireTls" not in host
    assert "ALL" == elsewhere["requireTls"]


def test_of_two_servers_with_tls_for_one_host_the_first_is_run() -> None:
    """A server for plain text is none of them, and a host for one namespace is another host."""
    first = replace(gateway(https("a", "a.example.com"), plain("a.example.com", REDIRECT), name="z"), created=1)
    second = gateway(https("a", "a.example.com, c.example.com"), https("b", "other/a.example.com"), name="a")

    run = [(one.gateway, one.hosts) for one in servers((first, second), BOOKINFO.gateway)]

    assert [
        ("bookinfo/z", ("a.example.com",)),
        ("bookinfo/z", ("a.example.com",)),
        ("bookinfo/a", ("other/a.example.com",)),
    ] == run


def test_https_needs_a_certificate() -> None:
    with pytest.raises(Rejected, match="SIMPLE TLS requires a server certificate"):
        config(gateway(https("a", "'*'", ", tls: {mode: SIMPLE}")))


LISTENERS = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door, namespace: istio-system}
spec:
  gatewayClassName: istio
  listeners:
  - {name: plain, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
  - {name: shop, port: 443, protocol: HTTPS, hostname: a.example.com, tls: {certificateRefs: [{name: shop}]}, allowedRoutes: {namespaces: {from: All}}}
  - {name: any, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: none}]}}
"""
PAGE = "[{backendRefs: [{name: productpage, port: 9080}]}]"
TO_HTTPS = "[{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}]"
AT_DOOR = "parentRefs: [{name: door, namespace: istio-system, sectionName: %s}]"


def test_a_listener_of_the_gateway_api_is_a_server_of_its_own() -> None:
    """Its certificate is a Secret's of its own namespace, and its routes are called as istiod calls them."""
    given = shop()
    made = config(of_gateway_api(LISTENERS), http_route(PAGE, more=AT_DOOR % "shop"), given)

    first, last = made.listeners[1]["filterChains"]
    assert {"serverNames": ["a.example.com"]} == first["filterChainMatch"]
    assert "filterChainMatch" not in last
    assert secrets.fingerprint(given) in json.dumps(first["transportSocket"])
    assert "servers/made-" in json.dumps(last["transportSocket"])
    named = [f"https.443.default.door~istio-autogenerated-k8s-gateway~{one}.istio-system" for one in ("shop", "any")]
    assert ["http.8080", *named] == list(made.routes)
    (host,) = made.routes[named[0]]["virtualHosts"]
    assert (["a.example.com"], "productpage") == (host["domains"], host["routes"][0]["route"]["cluster"][15:26])
    elsewhere = of_gateway_api(LISTENERS.replace("istio-system", "bookinfo"))
    assert secrets.fingerprint(given) not in json.dumps(config(elsewhere, given).listeners)


def test_a_route_that_leads_to_https_leads_to_its_port() -> None:
    """And one to another host, or to a port that is said, is left as it is."""
    to_port = TO_HTTPS.replace("https,", "https, port: 8443,")
    elsewhere = TO_HTTPS.replace("https,", "https, hostname: b.example.com,")

    for rules, port in ((TO_HTTPS, 9443), (to_port, 8443), (elsewhere, None)):
        routes = config(of_gateway_api(LISTENERS), http_route(rules, more=AT_DOOR % "plain")).routes["http.8080"]
        assert [port] == [one["redirect"].get("portRedirect") for one in routes["virtualHosts"][0]["routes"]]


def test_a_long_name_makes_no_long_file() -> None:
    mesh = topology()

    assert "http.8080.json" == mesh.routes_file("ingressgateway", "http.8080").name
    assert 255 > len(mesh.routes_file("ingressgateway", "https." + "a" * 506).name)
