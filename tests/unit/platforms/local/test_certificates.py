"""Certificates as SPIFFE and Envoy want them, in files of their owner alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from platforms.bookinfo import BOOKINFO
from platforms.envoy.topology import Topology
from platforms.local.certificates import Authority

GATEWAY = BOOKINFO.gateway


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    (tmp_path / "proxies" / GATEWAY.name).mkdir(parents=True)
    return Topology(tmp_path, {}, gateway_port=1)


def secret(topology: Topology) -> dict[str, Any]:
    document = json.loads((topology.proxy_folder(GATEWAY.name) / "certificate.json").read_text(encoding="utf-8"))
    (resource,) = document["resources"]
    assert "default" == resource["name"]
    certificate: dict[str, Any] = resource["tlsCertificate"]
    return certificate


def certificate(topology: Topology) -> x509.Certificate:
    return x509.load_pem_x509_certificate(secret(topology)["certificateChain"]["inlineString"].encode())


def test_a_certificate_names_an_identity_and_nothing_else(topology: Topology) -> None:
    authority = Authority(topology, timedelta(hours=24))
    authority.publish()

    authority.issue(GATEWAY)

    issued = certificate(topology)
    root = x509.load_pem_x509_certificate((topology.folder / "authority.pem").read_bytes())
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [GATEWAY.identity] == names.get_values_for_type(x509.UniformResourceIdentifier)
    assert 1 == len(names)
    issued.verify_directly_issued_by(root)
    assert not issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    key = load_pem_private_key(secret(topology)["privateKey"]["inlineString"].encode(), password=None)
    assert key.public_key() == issued.public_key()


def test_its_files_are_their_owners(topology: Topology) -> None:
    authority = Authority(topology, timedelta(hours=24))
    authority.publish()
    authority.issue(GATEWAY)

    modes = {path.stat().st_mode & 0o777 for path in topology.folder.rglob("*") if path.is_file()}

    assert {0o600} == modes


def test_the_next_one_has_another_key_and_ends_later(topology: Topology) -> None:
    authority = Authority(topology, timedelta(seconds=60))
    authority.issue(GATEWAY)
    first = certificate(topology)

    authority.issue(GATEWAY)

    second = certificate(topology)
    assert first.public_key() != second.public_key()
    assert first.not_valid_after_utc <= second.not_valid_after_utc
    assert second.not_valid_after_utc <= datetime.now(UTC) + timedelta(seconds=60)
    assert timedelta(seconds=30) == authority.pause
    assert 2 == authority.document()["issued"]


def test_one_that_is_lost_is_replaced(topology: Topology) -> None:
    authority = Authority(topology, timedelta(hours=24))
    authority.issue(GATEWAY)

    authority.replace_if_lost(GATEWAY)
    kept = authority.document()["issued"]
    (topology.proxy_folder(GATEWAY.name) / "certificate.json").unlink()
    authority.replace_if_lost(GATEWAY)

    assert (1, 2) == (kept, authority.document()["issued"])
    assert certificate(topology)
