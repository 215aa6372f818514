"""The certificates of a mesh: an authority of its own, and one certificate for each proxy, replaced long before it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from platforms.atomic_files import write_atomically
from platforms.envoy import tls
from platforms.envoy.topology import Topology
from platforms.istio.registry import TRUST_DOMAIN, Proxy
from platforms.istio.secrets import KeyPair
from platforms.istio.servers import ANY
from platforms.loopback import LOOPBACK

_AUTHORITYS = timedelta(days=3650)
_SERVERS = timedelta(days=397)
"""A certificate for callers outside the mesh: the longest that browsers take."""
_CLOCKS_DIFFER = timedelta(minutes=2)
"""A certificate is good a little earlier than it is made, as Istio's is."""
_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"


class Authority:
    """Signs for one mesh; its key is in this process and nowhere else, and ends with it."""

    def __init__(self, topology: Topology, lifetime: timedelta) -> None:
        self._topology = topology
        self._lifetime = lifetime
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._self_signed()
        self._issued = 0
        self._expires = datetime.now(UTC)

    @property
    def pause(self) -> timedelta:
        """The time until the next certificate replaces one: half its lifetime, as Istio's agent has it."""
        return self._lifetime / 2

    def publish(self) -> None:
        """Write whom the proxies are to believe, and whom others may."""
        certificate = self._certificate.public_bytes(Encoding.PEM).decode()
        write_atomically(self._topology.folder / Path(tls.AUTHORITY_FILE).name, certificate)

    def issue(self, proxy: Proxy) -> None:
        """Make a proxy a new key and a certificate for it; whoever is connected stays so."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign([x509.UniformResourceIdentifier(proxy.identity)], key.public_key(), self._lifetime)
        self._issued += 1
        self._expires = certificate.not_valid_after_utc
        chain = certificate.public_bytes(Encoding.PEM).decode()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        secret = {
            "@type": _TYPE,
            "name": tls.CERTIFICATE,
            "tlsCertificate": {"certificateChain": {"inlineString": chain}, "privateKey": {"inlineString": private}},
        }
        document = {"version_info": str(self._issued), "resources": [secret]}
        write_atomically(self._file(proxy), json.dumps(document))

    def server_pair(self, hosts: Sequence[str]) -> KeyPair:
        """Make a key and a certificate for a server that is called by these hosts, any of them by its wildcard."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(one) for one in hosts if one != ANY]
        if ANY in hosts:
            names += [x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))]
        certificate = self._sign(names, key.public_key(), _SERVERS)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return KeyPair(certificate.public_bytes(Encoding.PEM).decode(), private)

    def replace_if_lost(self, proxy: Proxy) -> None:
        """Make a proxy a certificate if its file is gone; without it, it could not start again."""
        if not self._file(proxy).exists():
            self.issue(proxy)

    def document(self) -> dict[str, float]:
        """The lifetime of a certificate in seconds, how many there were, and when the newest ends."""
        return {
            "lifetime": self._lifetime.total_seconds(),
            "issued": self._issued,
            "expires": self._expires.timestamp(),
        }

    def _file(self, proxy: Proxy) -> Path:
        return self._topology.proxy_folder(proxy.name) / tls.CERTIFICATE_FILE

    def _self_signed(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, TRUST_DOMAIN)])
        builder = _valid(x509.CertificateBuilder(subject_name=name), _AUTHORITYS).issuer_name(name)
        return (
            builder.public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )

    def _sign(
        self, names: Sequence[x509.GeneralName], key: ec.EllipticCurvePublicKey, lifetime: timedelta
    ) -> x509.Certificate:
        """A certificate with these names and no other: of a proxy its identity alone, as SPIFFE asks for it."""
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = _valid(x509.CertificateBuilder(subject_name=x509.Name([])), lifetime)
        return (
            builder.issuer_name(self._certificate.subject)
            .public_key(key)
            .add_extension(x509.SubjectAlternativeName(names), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
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
