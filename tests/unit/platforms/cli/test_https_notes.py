"""The notes on HTTPS: whose certificate is shown, how to call it, and what a cluster has otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.bookinfo import BOOKINFO, parse
from platforms.cli import https_notes
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


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))


def shop(text: str) -> Resource:
    return secrets.read(next(parse(text, source="x.yaml")))


def notes(*rules: Resource) -> list[str]:
    return list(https_notes.notes(ResourceSet(rules), BOOKINFO))


def test_a_certificate_that_is_made() -> None:
    (told,) = notes(GATEWAY)

    assert "Gateway door: there is no Secret shop, so the demo's own authority signs for *.example.com: " in told


def test_a_secret_as_it_should_be() -> None:
    assert [] == notes(GATEWAY, shop(secret(*map(encoded, pair()))))


def test_a_secret_that_is_not_as_in_a_cluster() -> None:
    """It is elsewhere, or nobody's, or too old."""
    elsewhere = secret(*map(encoded, pair())).replace(", namespace: istio-system", "")

    assert ["in a cluster a Gateway's Secret must be in istio-system"] == [
        one.partition("; ")[2].partition(",")[0] for one in notes(GATEWAY, shop(elsewhere))
    ]
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
