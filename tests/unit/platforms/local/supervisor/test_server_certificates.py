"""The files with what the gateway shows its callers: there while they are named, for their owner alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from platforms.bookinfo import parse
from platforms.envoy.topology import Topology
from platforms.errors import UsageError
from platforms.istio import secrets
from platforms.istio.servers import Termination
from platforms.local.certificates import Authority
from platforms.local.supervisor.server_certificates import ServerCertificates
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

MADE = Termination("https.443.a.b.c", "shop", "istio-system", None, ("*", "*.example.com", "a.example.com"))


@pytest.fixture
def certificates(tmp_path: Path) -> ServerCertificates:
    mesh = Topology(tmp_path, {}, gateway_port=1)
    authority = Authority(mesh, timedelta(hours=1))
    authority.publish()
    return ServerCertificates(authority, mesh)


def there(folder: Path) -> dict[str, str]:
    found = sorted((folder / "proxies" / "ingressgateway" / "servers").glob("*"))
    assert all(0o600 == one.stat().st_mode & 0o777 for one in found)
    return {one.name: one.read_text(encoding="utf-8") for one in found}


def test_one_that_the_authority_signs(certificates: ServerCertificates, tmp_path: Path) -> None:
    """It is for the server's hosts; where that is any host, for this machine."""
    certificates.publish([MADE])

    chain, key = there(tmp_path).values()
    made = x509.load_pem_x509_certificate(chain.encode())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    made.verify_directly_issued_by(x509.load_pem_x509_certificate((tmp_path / "authority.pem").read_bytes()))
    assert ["*.example.com", "a.example.com", "localhost"] == names.get_values_for_type(x509.DNSName)
    assert ["127.0.0.1"] == [str(one) for one in names.get_values_for_type(x509.IPAddress)]
    assert load_pem_private_key(key.encode(), None).public_key() == made.public_key()


def test_one_of_a_secret(certificates: ServerCertificates, tmp_path: Path) -> None:
    """Its key is remembered when it is told once, and on no disk when nobody names it."""
    chain, key = pair()
    given = secrets.read(next(parse(secret(encoded(chain), encoded(key)), source="x.yaml")))
    named = replace(MADE, secret=replace(given, private_key=""))
    with pytest.raises(UsageError, match=r"x\.yaml: Secret shop: this demo was never told its key"):
        certificates.publish([named])

    certificates.learn({secrets.fingerprint(given): key})
    certificates.publish([named])
    assert [chain, key] == [*there(tmp_path).values()]
    certificates.keep_only([])
    assert {} == there(tmp_path)
    certificates.publish([named])
    assert [chain, key] == [*there(tmp_path).values()]


def test_what_is_there_stays_and_what_is_lost_comes_back(certificates: ServerCertificates, tmp_path: Path) -> None:
    certificates.publish([MADE])
    before = there(tmp_path)

    certificates.publish([MADE, replace(MADE, hosts=("b.example.com",))])
    for file in (tmp_path / "proxies" / "ingressgateway" / "servers").glob("*"):
        file.unlink()
    certificates.replace_lost()

    assert before.items() <= there(tmp_path).items()
    assert 2 * len(before) == len(there(tmp_path))
