"""Servers of a Gateway and their certificates."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import INVALID, door, refusal


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            door("{mode: SIMPLE}"),
            "SIMPLE TLS requires a server certificate; SIMPLE TLS requires a private key",
        ),
        (
            door("{mode: MUTUAL, serverCertificate: a, privateKey: b}"),
            "MUTUAL TLS requires a client CA bundle",
        ),
        (
            door("{mode: ISTIO_MUTUAL, privateKey: a, credentialName: b}"),
            "ISTIO_MUTUAL TLS cannot have associated private key; ISTIO_MUTUAL TLS cannot have associated credentialName",
        ),
        (
            door("{credentialName: a, serverCertificate: b, privateKey: c}"),
            (
                "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates "
                "should be specified"
            ),
        ),
        (door("{caCertificates: a}", "HTTP"), "server cannot have TLS settings for plain text HTTP ports"),
        (door("{}", "MONGO"), "server cannot have TLS settings for non HTTPS/TLS ports"),
        (
            door("{}", more="bind: 'unix:///x/',"),
            "/x/ is not an absolute path to a file; port number must be 0 for unix domain socket",
        ),
    ],
)
def test_the_webhook(one: Resource, message: str) -> None:
    """A server that the webhook refuses."""
    assert f"{INVALID}{message}" == refusal(one)


@pytest.mark.parametrize(
    "one",
    [
        door("{mode: AUTO_PASSTHROUGH}", "HTTP"),
        door("{mode: MUTUAL, credentialName: a}"),
    ],
)
def test_what_istio_takes(one: Resource) -> None:
    """Certificates by name, and a door that only passes on."""
    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
