"""The notes on HTTPS: whose certificate is shown, how to call it, and what a cluster has otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from platforms.bookinfo import BOOKINFO, parse
from platforms.cli import https_notes
from platforms.demo.https_door import HttpsDoor
from platforms.istio import secrets
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.gateway_api.http_routes import GATEWAY as GATEWAY_OF_API
from tests.unit.platforms.istio.gateway_api.http_routes import gateway
from tests.unit.platforms.istio.rules import rule
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

SERVER = (
    "port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*.example.com'], tls: {mode: SIMPLE, credentialName: shop}"
)
GATEWAY = rule("Gateway", "door", f"{{selector: {{istio: ingressgateway}}, servers: [{{{SERVER}}}]}}")


def shop(text: str) -> Resource:
    return secrets.read(next(parse(text, source="x.yaml")))


DOOR = HttpsDoor(9443, Path("/run/ca.pem"))


def notes(*rules: Resource, platform: str = "local", door: HttpsDoor | None = DOOR) -> list[str]:
    return list(https_notes.notes(ResourceSet(rules), BOOKINFO, platform, door))


def test_a_certificate_that_is_made() -> None:
    """The command to call it stands there, once there is a demo."""
    made = "Gateway door: there is no Secret shop, so the demo's own authority signs for *.example.com: "
    call = "curl --cacert /run/ca.pem --resolve www.example.com:9443:127.0.0.1 https://www.example.com:9443/productpage"

    assert [made + call] == notes(GATEWAY)
    assert [made + "`python -m platforms status` says where, and by which CA to know it"] == notes(GATEWAY, door=None)


def test_a_certificate_that_is_made_in_a_cluster() -> None:
    """Unless it has one of that name; and a port that is not mapped is forwarded meanwhile."""
    forwarded = replace(DOOR, way="kubectl port-forward x 9443:443")

    (told,) = notes(GATEWAY, platform="kubernetes", door=forwarded)
    assert ": while `kubectl port-forward x 9443:443` runs, curl --cacert" in told
    assert [] == notes(GATEWAY, platform="kubernetes", door=replace(DOOR, others=frozenset({"shop"})))
    (told,) = notes(GATEWAY, platform="kubernetes", door=None)
    assert "no Secret shop is given, so, unless the cluster has one, the demo's own authority signs" in told


def test_a_redirect_in_a_cluster() -> None:
    """It leads to the Service's port, which is not the one on this machine."""
    plain = "port: {number: 80, name: http, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}"
    redirecting = rule("Gateway", "door", f"{{selector: {{istio: ingressgateway}}, servers: [{{{plain}}}]}}")

    assert [] == notes(redirecting)
    (told,) = notes(redirecting, platform="kubernetes")
    assert told.startswith("Gateway door: its httpsRedirect leads to port 443")


def test_a_secret_as_it_should_be() -> None:
    assert [] == notes(GATEWAY, shop(secret(*map(encoded, pair()))))


def test_a_secret_that_is_not_as_in_a_cluster() -> None:
    """It is elsewhere, or nobody's, or too old."""
    elsewhere = secret(*map(encoded, pair())).replace(", namespace: istio-system", "")

    assert ["in a cluster a Gateway's Secret must be in istio-system"] == [
        one.partition("; ")[2].partition(",")[0] for one in notes(GATEWAY, shop(elsewhere))
    ]
    (told,) = notes(GATEWAY, shop(elsewhere), platform="kubernetes")
    assert "Secret shop: put into namespace istio-system" in told
    assert ["x.yaml: Secret shop: no server of a Gateway names it as its credentialName"] == notes(shop(elsewhere))
    (told,) = notes(GATEWAY, shop(secret(*map(encoded, pair(ended=True)))))
    assert told.startswith("x.yaml: Secret shop: its certificate has ended, on 20")


def test_a_listener_of_the_gateway_api() -> None:
    """It is told by its Gateway's own name, and so is the Secret."""
    (told,) = notes(
        gateway(
            GATEWAY_OF_API.replace(
                "port: 80, protocol: HTTP}", "port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: shop}]}}", 1
            )
        )
    )

    assert told.startswith("Gateway door: there is no Secret shop, so the demo's own authority signs for localhost: ")
