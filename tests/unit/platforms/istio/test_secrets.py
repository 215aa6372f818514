"""Secrets with certificates: read, refused in one line, and their keys kept out of every document."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from platforms.bookinfo import parse
from platforms.boundary import State
from platforms.errors import UsageError
from platforms.istio import secrets
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret


def parsed(text: str) -> Resource:
    return next(parse(text, source="x.yaml"))


@pytest.mark.parametrize("names", [("tls.crt", "tls.key"), ("cert", "key")])
def test_a_secret_is_read(names: tuple[str, str]) -> None:
    """By either of the names that Istio knows; plain text acts where both are given."""
    chain, key = pair()
    wrong, _ = pair()
    text = secret(encoded(wrong), encoded(key), names=names) + f"stringData: {{{names[0]}: {json.dumps(chain)}}}\n"

    read = secrets.read(parsed(text))

    assert (chain, key) == (secrets.chain(read), read.private_key)
    assert read == secrets.read(read)
    assert secrets.hindrance(parsed(text)) is None


def test_no_document_has_the_key() -> None:
    """Another certificate is another revision; who has read a state back has no key."""
    first, second = (ResourceSet((secrets.read(parsed(secret(*map(encoded, pair())))),)) for _ in range(2))

    document = json.loads(json.dumps(State(first).document()))

    assert State(first) == State.of(document)
    assert first.revision != second.revision
    assert "" == State.of(document).resources.resources[0].private_key
    assert "PRIVATE" not in f"{document}{first.dump()}{first!r}"
    assert encoded(first.resources[0].private_key) not in f"{document}{first.dump()}{first!r}"
    assert "spec" not in first.resources[0].document()


CHAIN, KEY = pair()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (secret("", encoded(KEY)), "data[tls.crt]: Required value"),
        (secret("hello", encoded(KEY)), "data[tls.crt]: not base64"),
        (secret(encoded("hello"), encoded(KEY)), "data[tls.crt]: no certificate in PEM"),
        (secret(encoded(KEY), encoded(KEY)), "data[tls.crt]: no certificate in PEM"),
        (secret(encoded(CHAIN), encoded("한글")), "data[tls.key]: no private key in PEM"),
        (secret(encoded(CHAIN), encoded(pair()[1])), "data[tls.key]: not the key of the certificate in tls.crt"),
        (
            secret(*map(encoded, pair(rsa.generate_private_key(65537, 1024)))),  # noqa: S505  # which is the point
            "data[tls.key]: an RSA key of 1024 bits: an Envoy takes",
        ),
        (
            secret(*map(encoded, pair(ec.generate_private_key(ec.SECP256K1())))),
            "data[tls.key]: an ECDSA key on secp256k1: an",
        ),
        (secret("a", "b").replace("'a'", "1"), "data[tls.crt]: not a text"),
    ],
)
def test_a_wrong_certificate(text: str, told: str) -> None:
    """It is one line that names the file, the object and the field."""
    with pytest.raises(UsageError) as refusal:
        secrets.read(parsed(text))

    assert str(refusal.value).startswith(f"x.yaml: Secret shop: {told}")
    assert "\n" not in str(refusal.value)


def test_a_secret_without_a_certificate_is_none_of_ours() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: YQ==}\n"

    assert "it has no certificate, tls.crt with tls.key" == secrets.hindrance(parsed(text))
    assert "it is no Secret" == secrets.hindrance(parsed(text.replace("Secret", "ConfigMap")))
