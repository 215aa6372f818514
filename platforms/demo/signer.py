"""An authority of a demo's own: whoever has its certificate believes what it signs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from platforms.istio.registry import TRUST_DOMAIN
from platforms.istio.secrets import KeyPair
from platforms.istio.servers import ANY
from platforms.loopback import LOOPBACK

_ITS_OWN = timedelta(days=3650)
_SERVERS = timedelta(days=397)
"""A certificate for callers outside the mesh: the longest that browsers take."""
_CLOCKS_DIFFER = timedelta(minutes=2)
"""A certificate is good a little earlier than it is made, as Istio's is."""


class Signer:
    """Signs for one demo; its key is in this process and nowhere else, and ends with it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._self_signed()

    @property
    def certificate(self) -> str:
        """Its own certificate, in PEM."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    def server_pair(self, hosts: Sequence[str]) -> KeyPair:
        """Make a key and a certificate for a server that is called by these hosts, any of them by its wildcard."""
        names: list[x509.GeneralName] = [x509.DNSName(one) for one in hosts if one != ANY]
        if ANY in hosts:
            names += [x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))]
        return self.pair(names, _SERVERS)

    def pair(self, names: Sequence[x509.GeneralName], lifetime: timedelta) -> KeyPair:
        """Make a key and a certificate with these names and no other: of a proxy its identity alone, as SPIFFE asks for it."""
        key = ec.generate_private_key(ec.SECP256R1())
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = _valid(x509.CertificateBuilder(subject_name=x509.Name([])), lifetime)
        certificate = (
            builder.issuer_name(self._certificate.subject)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName(names), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return KeyPair(certificate.public_bytes(Encoding.PEM).decode(), private.decode())

    def _self_signed(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, TRUST_DOMAIN)])
        builder = _valid(x509.CertificateBuilder(subject_name=name), _ITS_OWN).issuer_name(name)
        return (
            builder.public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )


def _valid(builder: x509.CertificateBuilder, lifetime: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lifetime)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
