"""The complaints of Istio's webhook about a Gateway, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio import hosts
from platforms.istio.validation import fields

_PROTOCOLS = frozenset(
    {"tcp", "udp", "grpc", "grpc-web", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql"}
)
_TLS_PROTOCOLS = frozenset({"https", "tls"})
_HTTP_PROTOCOLS = frozenset({"http", "http2", "http_proxy", "grpc", "grpc-web"})
_SOCKET = "unix://"
_UNTOUCHED = frozenset({"PASSTHROUGH", "AUTO_PASSTHROUGH"})
_CERTIFICATES: Mapping[str, str] = {
    "serverCertificate": "server certificate",
    "privateKey": "private key",
    "caCertificates": "CA bundle",
    "tlsCertificates": "tlsCertificates",
    "credentialName": "credentialName",
    "credentialNames": "credentialNames",
}
"""The fields of certificates, as messages call them."""


def complaints(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with the Gateway of this name."""
    if not fields.is_dns_label(name):
        yield f'invalid gateway name: "{name}"'
    servers = spec.get("servers", ())
    if not servers:
        yield "gateway must have at least one server"
    for server in servers:
        yield from _server(server)
    seen: set[str] = set()
    for server in servers:
        port = server["port"]["name"]
        if port in seen:
            yield f"port names in servers must be unique: duplicate name {port}"
        seen.add(port)


def _server(server: Mapping[str, Any]) -> Iterator[str]:
    if not server["hosts"]:
        yield "server config must contain at least one host"
    for host in server["hosts"]:
        yield from fields.gateway_host(host)
    bind = server.get("bind", "")
    wrong = list(_port(server["port"], bind))
    yield from wrong
    yield from _bind(bind, server["port"])
    tls = server.get("tls")
    yield from _tls(tls or {})
    if not wrong:
        yield from _agreement(server["port"]["protocol"].lower(), tls)


def _port(port: Mapping[str, Any], bind: str) -> Iterator[str]:
    if port["protocol"].lower() not in _PROTOCOLS:
        yield (
            f'invalid protocol "{port["protocol"]}", '
            "supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP"
        )
    if port["number"] or not bind.startswith(_SOCKET):
        yield from fields.port(port["number"])
    if port.get("targetPort"):
        yield "targetPort has no impact on Gateways"
    if not port["name"]:
        yield "port name must be set"


def _bind(bind: str, port: Mapping[str, Any]) -> Iterator[str]:
    if bind.startswith(_SOCKET):
        path = bind.removeprefix(_SOCKET)
        if not path:
            yield "unix address must not be empty"
        elif not path.startswith(("@", "/")) or (path.startswith("/") and path.endswith("/")):
            yield f"{path} is not an absolute path to a file"
        if port["number"]:
            yield "port number must be 0 for unix domain socket"
    elif bind and not hosts.is_address(bind):
        yield f"{bind} is not a valid IP"


def _agreement(protocol: str, tls: Mapping[str, Any] | None) -> Iterator[str]:
    """The contradictions between a port's protocol and the TLS of its server."""
    if protocol in _TLS_PROTOCOLS:
        if tls is None:
            yield "server must have TLS settings for HTTPS/TLS protocols"
    elif tls is not None and protocol not in _HTTP_PROTOCOLS:
        yield "server cannot have TLS settings for non HTTPS/TLS ports"
    elif tls is not None and (
        tls.get("mode", "PASSTHROUGH") not in _UNTOUCHED
        or any(tls.get(field) for field in ("caCertificates", "privateKey", "serverCertificate"))
    ):
        yield "server cannot have TLS settings for plain text HTTP ports"


def _tls(tls: Mapping[str, Any]) -> Iterator[str]:
    mode = tls.get("mode", "PASSTHROUGH")
    given = [field for field in _CERTIFICATES if tls.get(field)]
    if mode == "ISTIO_MUTUAL":
        yield from (f"ISTIO_MUTUAL TLS cannot have associated {_CERTIFICATES[field]}" for field in given)
        return
    sources = {*given} & {"credentialName", "credentialNames", "tlsCertificates"}
    if len(sources) + ({"serverCertificate", "privateKey"} <= {*given}) > 1:
        yield (
            "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates "
            "should be specified"
        )
    if mode not in _UNTOUCHED:
        if sources & {"credentialName", "credentialNames"}:
            return  # istiod sends what they name
        yield from _own_certificates(tls, "SIMPLE TLS" if mode == "SIMPLE" else "MUTUAL TLS")
    if tls.get("caCrl") and tls.get("credentialName"):
        yield "CRL is not supported with credentialName. CRL has to be specified in the credential"
    if tls.get("caCrl") and mode == "SIMPLE":
        yield "CRL is not supported with SIMPLE TLS"


def _own_certificates(tls: Mapping[str, Any], named: str) -> Iterator[str]:
    if named == "MUTUAL TLS" and not tls.get("caCertificates"):
        yield f"{named} requires a client CA bundle"
    for one in tls.get("tlsCertificates") or (tls,):
        for field in ("serverCertificate", "privateKey"):
            if not one.get(field):
                yield f"{named} requires a {_CERTIFICATES[field]}"
