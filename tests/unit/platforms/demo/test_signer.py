"""What a demo's authority signs for a server is believed by whoever has its certificate, for those names alone."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from platforms.demo.signer import Signer


def test_a_certificate_for_a_server() -> None:
    signer = Signer()

    pair = signer.server_pair(["*", "a.example.com"])

    made = x509.load_pem_x509_certificate(pair.chain.encode())
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(signer.certificate.encode()))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ["a.example.com", "localhost"] == sorted(names.get_values_for_type(x509.DNSName))
    assert ["127.0.0.1"] == [str(one) for one in names.get_values_for_type(x509.IPAddress)]
    assert load_pem_private_key(pair.key.encode(), password=None).public_key() == made.public_key()
