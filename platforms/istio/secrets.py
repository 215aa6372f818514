"""Secrets with the certificate of a server, as people keep them beside their Gateways; the key of one goes to the gateway alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from platforms.errors import UsageError
from platforms.istio.resources import SECRET, Resource

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_TLS = "kubernetes.io/tls"
_CERTIFICATE, _KEY = "tls.crt", "tls.key"
_PAIRS = (("cert", "key"), (_CERTIFICATE, _KEY))
"""The names of a certificate and its key; Istio looks for the first first."""
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_SHORTEST_RSA = 2048
_TAKEN = f"an Envoy takes RSA keys of {_SHORTEST_RSA} bits or more, and ECDSA keys on P-256, P-384 and P-521"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate with those of its issuers, and its key, as texts."""

    chain: str
    key: str


def hindrance(resource: Resource) -> str | None:
    """The reason why an object is no Secret with a server's certificate; None where it is one, be it a wrong one."""
    if resource.kind != SECRET or resource.api_version != "v1":
        return "it is no Secret"
    given = {*_part(resource, "data"), *_part(resource, "stringData")}
    if resource.spec or resource.more.get("type") == _TLS or any({*pair} <= given for pair in _PAIRS):
        return None
    return f"it has no certificate, {_CERTIFICATE} with {_KEY}"


def read(resource: Resource) -> Resource:
    """The Secret with its certificate for everybody to see, and its key where no document has it.

    Raises UsageError for what cannot be served. One that has been read already is as it was.
    """
    if not (resource.more.keys() & {"data", "stringData", "type"}):
        return replace(resource, metadata={}, more={})
    pair = _pair(resource)
    spec = {"type": str(resource.more.get("type") or "Opaque"), "data": {_CERTIFICATE: _encoded(pair.chain)}}
    return replace(resource, spec=spec, private_key=pair.key, metadata={}, more={})


def chain(secret: Resource) -> str:
    """The certificate of a Secret that was read, in PEM, with those of its issuers."""
    return base64.b64decode(secret.spec["data"][_CERTIFICATE]).decode()


def fingerprint(secret: Resource) -> str:
    """A short name for the certificate, and so for the key, of a Secret that was read."""
    return hashlib.sha256(chain(secret).encode()).hexdigest()[:16]


def certificate(secret: Resource) -> x509.Certificate:
    """The certificate of a Secret that was read."""
    from cryptography import x509  # noqa: PLC0415  # takes long to import, and few files have a Secret

    return x509.load_pem_x509_certificates(chain(secret).encode())[0]


def _pair(resource: Resource) -> KeyPair:
    """The certificate and the key of a Secret, which belong together."""
    found = dict(_values(resource))
    names = next((pair for pair in _PAIRS if all(found.get(name) for name in pair)), (_CERTIFICATE, _KEY))
    for name in names:
        if not found.get(name):
            raise UsageError(f"{resource}: data[{name}]: Required value: a certificate needs {' and '.join(names)}")
    chain, key = (found[name] for name in names)
    first, private = _certificate(resource, names[0], chain), _private_key(resource, names[1], key)
    if private.public_key() != first.public_key():
        raise UsageError(f"{resource}: data[{names[1]}]: not the key of the certificate in {names[0]}")
    _check_kind(resource, names[1], private)
    return KeyPair(chain.decode("ascii"), key.decode("ascii"))


def _certificate(resource: Resource, name: str, text: bytes) -> x509.Certificate:
    from cryptography import x509  # noqa: PLC0415  # takes long to import, and few files have a Secret

    try:
        text.decode("ascii")
        return x509.load_pem_x509_certificates(text)[0]
    except ValueError as error:
        raise UsageError(
            f"{resource}: data[{name}]: no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
        ) from error


def _private_key(resource: Resource, name: str, text: bytes) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        text.decode("ascii")
        return load_pem_private_key(text, password=None)
    except TypeError as error:
        raise UsageError(f"{resource}: data[{name}]: encrypted: a gateway knows no password for it") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{resource}: data[{name}]: no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"
        ) from error


def _check_kind(resource: Resource, name: str, key: PrivateKeyTypes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415  # as above

    match key:
        case rsa.RSAPrivateKey() if key.key_size >= _SHORTEST_RSA:
            return
        case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return
        case rsa.RSAPrivateKey():
            kind = f"an RSA key of {key.key_size} bits"
        case ec.EllipticCurvePrivateKey():
            kind = f"an ECDSA key on {key.curve.name}"
        case _:
            kind = "neither an RSA nor an ECDSA key"
    raise UsageError(f"{resource}: data[{name}]: {kind}: {_TAKEN}")


def _values(resource: Resource) -> Iterator[tuple[str, bytes]]:
    """The values of a Secret; of one that is given twice, the plain text comes last."""
    for name, value in _part(resource, "data").items():
        try:
            yield name, base64.b64decode("".join(_text(resource, f"data[{name}]", value).split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise UsageError(f"{resource}: data[{name}]: not base64: stringData takes plain text") from error
    for name, value in _part(resource, "stringData").items():
        yield name, _text(resource, f"stringData[{name}]", value).encode()


def _text(resource: Resource, where: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{resource}: {where}: not a text")
    return value


def _part(resource: Resource, name: str) -> Mapping[str, Any]:
    part = resource.more.get(name)
    return part if isinstance(part, Mapping) else {}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
