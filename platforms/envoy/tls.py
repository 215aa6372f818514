"""Mutual TLS between proxies: the transport sockets of their listeners and clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platforms.istio.registry import TRUST_DOMAIN

CERTIFICATE = "default"
"""The name of a proxy's own certificate among its secrets, as Istio's agent calls it."""
CERTIFICATE_FILE = "certificate.json"
"""The file with it, in the folder of the proxy, which Envoy runs in."""
AUTHORITY_FILE = "../../authority.pem"
"""The certificate of whoever signed them all, in the folder of the mesh."""
SERVERS_FOLDER = "servers"
"""The folder with the certificates that the gateway shows to its callers, in its own."""
_IN_MESH = ("istio-peer-exchange", "istio")
"""The protocols by which a sidecar makes itself known to another."""
_INBOUND = ("istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2")
_HAS_MUTUAL_TLS = {"tlsMode": "istio"}
_MATCHED = "envoy.transport_socket_match"
_TYPES = "type.googleapis.com/envoy.extensions.transport_sockets"
_VERSIONS = {"tlsMinimumProtocolVersion": "TLSv1_2", "tlsMaximumProtocolVersion": "TLSv1_3"}
_CIPHERS = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
)
_PLAIN_TEXT = {
    "name": "envoy.transport_sockets.raw_buffer",
    "typedConfig": {"@type": f"{_TYPES}.raw_buffer.v3.RawBuffer"},
}
INSPECTOR = {
    "name": "envoy.filters.listener.tls_inspector",
    "typedConfig": {
        "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
        "initialReadBufferSize": 512,
    },
}
"""Finds out what a new connection speaks, for the matches below."""
STRICT_MATCH = {"transportProtocol": "tls"}
SIDECAR_MATCH = {"transportProtocol": "tls", "applicationProtocols": list(_INBOUND)}
PLAIN_TEXT_MATCH = {"transportProtocol": "raw_buffer"}


def downstream() -> dict[str, Any]:
    """The server's side: whoever calls must have a certificate of this mesh."""
    common = {
        **_common([{"prefix": f"spiffe://{TRUST_DOMAIN}/"}]),
        "tlsParams": {**_VERSIONS, "cipherSuites": list(_CIPHERS)},
        "alpnProtocols": ["h2", "http/1.1"],
    }
    return _socket("DownstreamTlsContext", {"commonTlsContext": common, "requireClientCertificate": True})


def terminating(certificate: str, minimum: str, maximum: str) -> dict[str, Any]:
    """The gateway's side: a certificate of that name among its files, and callers that need none."""
    path = f"{SERVERS_FOLDER}/{certificate}"
    common: dict[str, Any] = {
        "tlsCertificates": [
            {"certificateChain": {"filename": f"{path}.crt"}, "privateKey": {"filename": f"{path}.key"}}
        ],
        "alpnProtocols": ["h2", "http/1.1"],
    }
    versions = {"tlsMinimumProtocolVersion": minimum, "tlsMaximumProtocolVersion": maximum}
    if given := {field: version for field, version in versions.items() if version}:
        common["tlsParams"] = given
    return _socket("DownstreamTlsContext", {"commonTlsContext": common, "requireClientCertificate": False})


def upstream(*, sni: str, identities: Sequence[str], is_http2: bool) -> dict[str, Any]:
    """The client's side: whoever answers must prove one of these identities; with none, be of this mesh."""
    common = {
        **_common([{"exact": one} for one in identities]),
        "tlsParams": dict(_VERSIONS),
        "alpnProtocols": [*_IN_MESH, *(("h2",) if is_http2 else ())],
    }
    return _socket("UpstreamTlsContext", {"commonTlsContext": common, "sni": sni})


def where_endpoints_have_it(mutual: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mutual TLS to the endpoints that take it, plain text to the others."""
    return [
        {"name": "tlsMode-istio", "match": dict(_HAS_MUTUAL_TLS), "transportSocket": mutual},
        {"name": "tlsMode-disabled", "match": {}, "transportSocket": dict(_PLAIN_TEXT)},
    ]


def asked_by(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """The mutual TLS of a cluster, ours or istiod's, without where its certificates come from; empty for plain text."""
    matched = [one["transportSocket"] for one in cluster.get("transportSocketMatches", ()) if one["match"]]
    socket = next(iter(matched), cluster.get("transportSocket", {}))
    context = socket.get("typedConfig", {})
    common = context.get("commonTlsContext")
    if common is None:
        return {}
    return {
        "mode": "where the endpoint takes it" if matched else "always",
        "sni": context.get("sni", ""),
        "identities": list(_names(common)),
        "protocols": common.get("alpnProtocols", []),
    }


def takes_mutual(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """The endpoint, marked as one that takes mutual TLS."""
    return {**endpoint, "metadata": {"filterMetadata": {_MATCHED: dict(_HAS_MUTUAL_TLS)}}}


def _common(names: list[dict[str, str]]) -> dict[str, Any]:
    """The certificate to show, which is read anew whenever its file is replaced, and whom to believe."""
    # The folder is watched because files are replaced by renaming, which a watch on the file itself would miss.
    source = {"path": CERTIFICATE_FILE, "watchedDirectory": {"path": "."}}
    config = {"pathConfigSource": source, "initialFetchTimeout": "0s", "resourceApiVersion": "V3"}
    return {
        "tlsCertificateSdsSecretConfigs": [{"name": CERTIFICATE, "sdsConfig": config}],
        "validationContext": {
            # It is the same as long as the mesh is up; a watch of its own would cost each proxy an inotify instance.
            "trustedCa": {"filename": AUTHORITY_FILE},
            "matchTypedSubjectAltNames": [{"sanType": "URI", "matcher": name} for name in names],
        },
    }


def _names(common: Mapping[str, Any]) -> Iterator[str]:
    """The identities that are believed."""
    validation = common.get("validationContext") or common.get("combinedValidationContext", {}).get(
        "defaultValidationContext", {}
    )
    for name in (
        *validation.get("matchSubjectAltNames", ()),
        *(one["matcher"] for one in validation.get("matchTypedSubjectAltNames", ())),
    ):
        yield from name.values()


def _socket(kind: str, context: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": "envoy.transport_sockets.tls", "typedConfig": {"@type": f"{_TYPES}.tls.v3.{kind}", **context}}
