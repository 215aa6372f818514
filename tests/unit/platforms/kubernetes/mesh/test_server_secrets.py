"""The Secrets beside a cluster's gateway: of files or signed, kept while they do, and never somebody else's."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from cryptography import x509

from platforms.bookinfo import parse
from platforms.errors import NotApplied, UsageError
from platforms.istio import secrets
from platforms.istio.resources import Resource
from platforms.istio.servers import Termination
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import server_secrets
from platforms.kubernetes.mesh.server_secrets import ServerSecrets
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

BESIDE = "istio-system"
NOTHING = ServerSecrets()


def given() -> Resource:
    return secrets.read(next(parse(secret(*map(encoded, pair())), source="x.yaml")))


def server(secret: Resource | None = None, *hosts: str, name: str = "shop") -> Termination:
    return Termination("https.443.a.door.bookinfo", f"kubernetes://{name}", BESIDE, secret, hosts or ("a.example.com",))


def wanted(*servers: Termination, there: ServerSecrets = NOTHING) -> ServerSecrets:
    return server_secrets.wanted(servers, there, BESIDE)


def text(one: Mapping[str, Any], name: str) -> str:
    return base64.b64decode(one["data"][name]).decode()


def theirs(certificate: str, name: str = "shop") -> dict[str, Any]:
    metadata = {"name": name, "namespace": BESIDE}
    return {"kind": "Secret", "metadata": metadata, "type": "Opaque", "data": {"cert": encoded(certificate)}}


def live(one: Mapping[str, Any]) -> dict[str, Any]:
    """The same as the API server has it once it was applied."""
    metadata = {**one["metadata"], "uid": "1", "resourceVersion": "2", "managedFields": []}
    return {**one, "metadata": {**metadata, "annotations": {**metadata["annotations"], "else": "x"}}}


class _Server:
    """The API server's Secrets, asked by name."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def objects(self, _version: str, kind: str, namespace: str, *, name: str) -> list[dict[str, Any]]:
        assert ("Secret", BESIDE) == (kind, namespace)
        self.asked.append(name)
        return [one for one in self.documents if one["metadata"]["name"] == name]


def test_a_files_secret_is_put_beside_the_gateway() -> None:
    """With its key, the labels of what is ours, and a note of what the file says, in which there is no key."""
    one = given()

    (made,) = wanted(server(one)).ours.values()

    assert {"name": "shop", "namespace": BESIDE} == {key: made["metadata"][key] for key in ("name", "namespace")}
    assert {"app.kubernetes.io/part-of": "bookinfo", "app.kubernetes.io/component": "gateway-certificate"} == (
        made["metadata"]["labels"]
    )
    assert (secrets.chain(one), one.private_key) == (text(made, "tls.crt"), text(made, "tls.key"))
    assert "PRIVATE" not in made["metadata"]["annotations"][server_secrets.SAID]
    assert [one.document()] == list(server_secrets.said([made]))


def test_for_want_of_one_an_authority_signs() -> None:
    """One for all that are made at once, each for all hosts of whoever names it; its key is nowhere."""
    made = wanted(server(), server(None, "b.example.com"), server(None, "*", name="any"))

    root = x509.load_pem_x509_certificate(made.authorities.encode())
    for one in made.ours.values():
        assert {"tls.crt", "tls.key", "ca.crt"} == one["data"].keys()
        x509.load_pem_x509_certificate(text(one, "tls.crt").encode()).verify_directly_issued_by(root)
    shop = x509.load_pem_x509_certificate(text(made.ours["shop"], "tls.crt").encode())
    names = shop.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ["a.example.com", "b.example.com"] == names.get_values_for_type(x509.DNSName)
    assert shop.serial_number in made.serials
    assert [] == list(server_secrets.said(made.ours.values()))


def test_what_is_there_already_stays() -> None:
    """Also where the key is not told again; for other hosts there is another."""
    one = given()
    before = wanted(server(one), server(name="made"))
    asked = _Server()
    there = server_secrets.found(
        cast("Cluster", asked), [server(one), server(name="made")], map(live, before.ours.values()), BESIDE
    )

    after = wanted(server(replace(one, private_key="")), server(name="made"), there=there)
    other = wanted(server(one), server(None, "b.example.com", name="made"), there=there)

    assert [] == asked.asked
    assert ((), ()) == (server_secrets.change(there, after).write, server_secrets.change(there, after).remove)
    assert ["made"] == [name.name for name, _ in server_secrets.change(there, other).write]


def test_what_nobody_names_any_more_goes() -> None:
    """And the way back is the way there, the other way round."""
    before = wanted(server(given()))

    gone, back = server_secrets.change(before, NOTHING), server_secrets.change(NOTHING, before)

    assert ((), ["shop"]) == (gone.write, [one["metadata"]["name"] for one in gone.remove])
    assert ([before.ours["shop"]], ()) == ([one for _, one in back.write], back.remove)


def test_somebody_elses_is_left_alone() -> None:
    """It is shown as it is; a file that says the same changes nothing, and one that says something else is refused."""
    one = given()
    asked = _Server(theirs(secrets.chain(one)), theirs("", "istio-ca-secret"))
    there = server_secrets.found(cast("Cluster", asked), [server()], (), BESIDE)

    assert ["shop"] == asked.asked
    assert {secrets.certificate(one).serial_number} == there.serials
    for servers in (server(), server(one)):
        assert {} == wanted(servers, there=there).ours
    with pytest.raises(NotApplied, match=r"x\.yaml: Secret shop: a Secret of this name is in namespace istio-system"):
        wanted(server(given()), there=there)


def test_a_key_that_was_never_told() -> None:
    with pytest.raises(UsageError, match="this demo was never told its key"):
        wanted(server(replace(given(), private_key="")))


def test_two_of_one_name() -> None:
    """On local each namespace has its own; beside the gateway there can be one."""
    with pytest.raises(UsageError, match="has the same name, and beside the gateway there can be one"):
        wanted(server(given()), server(given()))


def test_one_that_cannot_be_read_has_no_number() -> None:
    assert frozenset() == ServerSecrets(others={"a": theirs("nonsense"), "b": {**theirs(""), "data": None}}).serials
