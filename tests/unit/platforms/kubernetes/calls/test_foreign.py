"""A certificate that the mesh must not believe."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from platforms.kubernetes.calls.foreign import foreign_certificate

IDENTITY = "spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage"


def test_it_names_the_identity_and_is_signed_by_itself() -> None:
    """Whoever trusts names alone would believe it; its key belongs to it, and no two are alike."""
    pem = foreign_certificate(IDENTITY)
    certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :].encode())
    key = load_pem_private_key(pem.encode(), None)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert [IDENTITY] == names.get_values_for_type(x509.UniformResourceIdentifier)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.public_key() == key.public_key()
    assert pem != foreign_certificate(IDENTITY)
