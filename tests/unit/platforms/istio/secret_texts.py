"""Secrets with certificates, as texts of YAML."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def pair(
    key: CertificateIssuerPrivateKeyTypes | None = None, *, ended: bool = False, host: str = "a.example.com"
) -> tuple[str, str]:
    """A certificate that signs itself, and its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, serial_number=1)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=-1 if ended else 1))
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), private.decode()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(certificate: str, key: str, *, names: tuple[str, str] = ("tls.crt", "tls.key"), more: str = "") -> str:
    """A Secret in the gateway's namespace, with these values as they are to stand there."""
    return (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shop, namespace: istio-system}\ntype: kubernetes.io/tls\n"
        f"data: {{{names[0]}: '{certificate}', {names[1]}: '{key}'}}\n{more}"
    )
