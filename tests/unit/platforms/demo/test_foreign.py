"""A certificate that no mesh must believe."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from platforms.demo.foreign import foreign_pair

IDENTITY = "spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage"


def test_it_names_the_identity_and_nobody_known_has_signed_it() -> None:
    """Whoever trusts names alone would believe it; its key belongs to it, and no two are by the same authority."""
    made, other = foreign_pair(IDENTITY), foreign_pair(IDENTITY)
    certificate = x509.load_pem_x509_certificate(made.chain.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    signers = [
        x509.load_pem_x509_certificate(one.chain.encode()).extensions.get_extension_for_class(
            x509.AuthorityKeyIdentifier
        )
        for one in (made, other)
    ]

    assert [IDENTITY] == names.get_values_for_type(x509.UniformResourceIdentifier)
    assert certificate.public_key() == load_pem_private_key(made.key.encode(), None).public_key()
    assert signers[0].value != signers[1].value
