"""The certificates that the gateway of a cluster shows: Secrets beside its pods, of people's files or signed for want of one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from platforms.errors import NotApplied, UsageError
from platforms.istio import secrets
from platforms.istio.resources import SECRET, Resource
from platforms.istio.secrets import KeyPair
from platforms.istio.servers import Termination
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.client.together import together
from platforms.kubernetes.mesh.objects import CERTIFICATE
from platforms.kubernetes.mesh.rules import OURS, Change

SAID, MADE_FOR = "bookinfo.demo/said", "bookinfo.demo/made-for"
"""The annotations of ours: what the file says, without the key; or the hosts that one was signed for."""
_AUTHORITY = "ca.crt"
_CHAINS = ("cert", "tls.crt")
"""Where a certificate may stand; Istio looks at the first first."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """The Secrets that the servers of Gateways name, by name, as they are or are to be."""

    ours: Mapping[str, Document] = field(default_factory=dict)
    others: Mapping[str, Document] = field(default_factory=dict)

    @property
    def authorities(self) -> str:
        """The certificates of whoever signed those that no file has, in PEM."""
        found = [_text(one, _AUTHORITY) for one in self.ours.values() if _AUTHORITY in one["data"]]
        return "".join(dict.fromkeys(found))

    @property
    def serials(self) -> frozenset[int]:
        """The numbers of the certificates, by which a proxy names those that it shows."""
        return frozenset(number for one in (*self.ours.values(), *self.others.values()) for number in _serial(one))


def found(
    cluster: Cluster, terminations: Iterable[Termination], ours: Iterable[Document], namespace: str
) -> ServerSecrets:
    """Look at the Secrets beside the gateway, of other people's only at those that are named."""
    known = {one["metadata"]["name"]: _kept(one) for one in ours}
    names = sorted({one.secret_name for one in terminations} - known.keys())
    asked = together([partial(cluster.objects, "v1", SECRET, namespace, name=name) for name in names])
    return ServerSecrets(known, {one["metadata"]["name"]: one for documents in asked for one in documents})


def wanted(terminations: Iterable[Termination], there: ServerSecrets, namespace: str) -> ServerSecrets:
    """The Secrets that these servers need, ours as they are where they do already.

    Raises NotApplied for another owner's in the way of a file's, UsageError for one whose key nobody has told.
    """
    ours: dict[str, Document] = {}
    unsigned: dict[str, tuple[str, ...]] = {}
    for name, servers in _by_name(terminations).items():
        given = _given(servers)
        if other := there.others.get(name):
            _check_other(given, other, namespace)
        elif given:
            ours[name] = _of_file(given, there.ours.get(name), namespace)
        else:
            hosts = tuple(sorted({host for one in servers for host in one.hosts}))
            kept = there.ours.get(name)
            if kept is not None and _annotation(kept, MADE_FOR) == " ".join(hosts):
                ours[name] = kept
            else:
                unsigned[name] = hosts
    return ServerSecrets({**ours, **dict(_signed(unsigned, namespace))}, there.others)


def change(before: ServerSecrets, after: ServerSecrets) -> Change:
    """The writes and removals from the one to the other."""
    return Change(
        tuple((_named(one), dict(one)) for name, one in after.ours.items() if before.ours.get(name) != one),
        tuple(dict(one) for name, one in before.ours.items() if name not in after.ours),
    )


def said(ours: Iterable[Document]) -> Iterator[Document]:
    """Yield what files say of our Secrets, without their keys."""
    for one in ours:
        if text := _annotation(one, SAID):
            yield json.loads(text)


def _by_name(terminations: Iterable[Termination]) -> dict[str, list[Termination]]:
    named: dict[str, list[Termination]] = {}
    for one in terminations:
        named.setdefault(one.secret_name, []).append(one)
    return named


def _given(servers: Sequence[Termination]) -> Resource | None:
    """The Secret of a file; of several with one name, which all stand in one namespace here, none can be chosen."""
    different = {one.certificate: one.secret for one in servers if one.secret}
    if len(different) > 1:
        first, second = list(different.values())[:2]
        raise UsageError(f"{second}: {first} has the same name, and beside the gateway there can be one: rename either")
    return next(iter(different.values()), None)


def _check_other(given: Resource | None, other: Document, namespace: str) -> None:
    if given and secrets.chain(given) != _chain(other):
        raise NotApplied(
            f"{given}: a Secret of this name is in namespace {namespace} and not ours (without the label "
            f"{'='.join(OURS)}): remove it, or give yours another name"
        )


def _of_file(given: Resource, kept: Document | None, namespace: str) -> Document:
    text = json.dumps(given.document(), sort_keys=True)
    chain = secrets.chain(given)
    if kept is not None and _annotation(kept, SAID) == text and _chain(kept) == chain:
        return kept
    if not given.private_key:
        raise UsageError(f"{given}: this demo was never told its key: apply the file that has it")
    return _document(given.name, namespace, KeyPair(chain, given.private_key), {SAID: text})


def _signed(hosts: Mapping[str, tuple[str, ...]], namespace: str) -> Iterator[tuple[str, Document]]:
    """Certificates by one authority, which nobody can sign with afterwards: its key ends with this call."""
    if not hosts:
        return
    from platforms.demo.signer import Signer  # noqa: PLC0415  # takes long to import, and few rules need it

    signer = Signer()
    for name, called in hosts.items():
        pair, annotations = signer.server_pair(called), {MADE_FOR: " ".join(called)}
        yield name, _document(name, namespace, pair, annotations, {_AUTHORITY: signer.certificate})


def _document(
    name: str, namespace: str, pair: KeyPair, annotations: Mapping[str, str], more: Mapping[str, str] | None = None
) -> Document:
    texts = {"tls.crt": pair.chain, "tls.key": pair.key, **(more or {})}
    data = {field: base64.b64encode(text.encode()).decode() for field, text in texts.items()}
    return _secret(name, namespace, "kubernetes.io/tls", annotations, data)


def _kept(one: Document) -> Document:
    """A live Secret of ours as it would be applied."""
    metadata = one["metadata"]
    annotations = {
        field: value for field, value in (metadata.get("annotations") or {}).items() if field in (SAID, MADE_FOR)
    }
    return _secret(metadata["name"], metadata["namespace"], one["type"], annotations, one.get("data") or {})


def _secret(name: str, namespace: str, type_: str, annotations: Mapping[str, str], data: Mapping[str, str]) -> Document:
    return {
        "apiVersion": "v1",
        "kind": SECRET,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": dict((OURS, CERTIFICATE)),
            "annotations": dict(annotations),
        },
        "type": type_,
        "data": dict(data),
    }


def _named(one: Document) -> Resource:
    return Resource("v1", SECRET, one["metadata"]["name"], {}, one["metadata"]["namespace"])


def _annotation(one: Document, name: str) -> str:
    return str((one["metadata"].get("annotations") or {}).get(name, ""))


def _text(one: Document, name: str) -> str:
    return base64.b64decode(one["data"][name]).decode(errors="replace")


def _chain(one: Document) -> str | None:
    return next((_text(one, name) for name in _CHAINS if name in (one.get("data") or {})), None)


def _serial(one: Document) -> Iterator[int]:
    from cryptography import x509  # noqa: PLC0415  # as above

    if chain := _chain(one):
        try:
            yield x509.load_pem_x509_certificates(chain.encode())[0].serial_number
        except ValueError:  # somebody else's, of which only the proxy can tell what is wrong
            return
