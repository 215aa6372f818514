"""A certificate of an authority that no mesh knows."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509

from platforms.demo.signer import Signer
from platforms.istio.secrets import KeyPair

_LIFETIME = timedelta(hours=1)


def foreign_pair(identity: str) -> KeyPair:
    """Make a key and a certificate for an identity, by an authority that exists for this call alone."""
    return Signer().pair([x509.UniformResourceIdentifier(identity)], _LIFETIME)
