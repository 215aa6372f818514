"""istiod's own code, asked what it makes of any objects: the program in `oracle/`, which `make oracle` builds."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess  # noqa: TID251  # the oracle is a program
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.envoy import access
from platforms.envoy.config_dump import shown
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.mesh import POD, Mesh
from tests.unit.platforms.istio.secret_texts import encoded, pair

FOLDER = Path(os.environ.get("BOOKINFO_ORACLE") or Path(__file__).parent / "oracle" / "build")
PROGRAM, CRDS, GATEWAY_API_CRDS = FOLDER / "oracle", FOLDER / "crds.yaml", FOLDER / "gateway_api_crds.yaml"

QUESTIONS = 500
"""Of one process: istiod's code gives back nothing of the 4 MB that each takes."""
_UNREAD_FORMAT = re.compile(r"\n +format: (?:int32|double)(?=\n)")
"""Kubernetes does not look at it before 1.36, of which the program's library is."""
_OUTBOUND = f"outbound|{BOOKINFO.port}|"
_HCM = "envoy.filters.network.http_connection_manager"
_HTTPS_LISTENER = "0.0.0.0_8443"
_SERVICES = {f"10.96.0.{number}" for number in range(1, 255)}
_ROUTES = ("http.8080", "https.")
_GATEWAY = "istio-ingressgateway"
"""The Service before the gateway, which nobody calls."""

Answer = Mapping[str, Any]


def question(resources: ResourceSet) -> dict[str, Any]:
    """The objects as the API server has them, without fields that are null, each with its age; asked for every proxy."""
    secrets = sorted({name for one in resources.of_kind("KubernetesGateway") for name in _certificates(one.spec)})
    return {"objects": [*map(_dated, resources), *map(_secret, secrets)], "proxies": Mesh.of(resources).proxies}


def _certificates(value: object) -> Iterator[str]:
    """The Secrets that listeners name, in whatever a random object has there."""
    match value:
        case {"certificateRefs": [*references]}:
            yield from (one["name"] for one in references if isinstance(one, dict) and isinstance(one.get("name"), str))
        case {**fields}:
            yield from (name for one in fields.values() for name in _certificates(one))
        case [*items]:
            yield from (name for one in items for name in _certificates(one))


@functools.cache
def _secret(name: str) -> dict[str, Any]:
    """The certificate that listeners of the Gateway API name: istiod leaves out one whose Secret is not there."""
    certificate, key = map(encoded, pair())
    metadata = {"name": name, "namespace": BOOKINFO.gateway.namespace}
    data = {"tls.crt": certificate, "tls.key": key}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls", "data": data}


@contextmanager
def oracle() -> Iterator[Callable[[Mapping[str, Any]], Answer]]:
    """A function from a question to its answer, until the block ends."""
    with NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as crds, ExitStack() as running:
        texts = [file.read_text(encoding="utf-8") for file in (CRDS, GATEWAY_API_CRDS)]
        crds.write(_UNREAD_FORMAT.sub("", "\n---\n".join(texts)))
        crds.flush()
        command = (str(PROGRAM), "-crds", crds.name, "-listeners")
        asked = 0

        def ask(put: Mapping[str, Any]) -> Answer:
            nonlocal asked, process
            if asked == QUESTIONS:
                running.close()
                process, asked = running.enter_context(_process(command)), 0
            asked += 1
            return _answered(process, put)

        process = running.enter_context(_process(command))
        yield ask


@contextmanager
def _process(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()  # it may be busy with nothing


def _answered(process: subprocess.Popen[bytes], question: Mapping[str, Any]) -> Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.flush()
    line = next((line for line in process.stdout if line.startswith(b"{")), b"")
    if not line:
        raise RuntimeError(f"the oracle ended: {json.dumps(question)}")
    answer: Answer = json.loads(line)
    return answer


def served(answer: Answer) -> dict[str, Any]:
    """The routes and clusters of an answer, what is behind these, the filters of its listeners and the TLS that it ends, by proxy, in the form in which ours are shown.

    The order of what Go walks at random is left out.
    """
    found = {}
    for proxy, config in answer["proxies"].items():
        document = shown(
            [routes for name, routes in config["routes"].items() if name.isdecimal() or name.startswith(_ROUTES)],
            [one for name, one in config["clusters"].items() if _GATEWAY not in name],
            BOOKINFO,
        )
        document["routes"] = {name: one for name, one in document["routes"].items() if _GATEWAY not in name}
        for virtual_host in document["routes"].values():
            virtual_host["domains"] = ["CLUSTER_IP" if one in _SERVICES else one for one in virtual_host["domains"]]
        for cluster in document["clusters"].values():
            cluster.pop("filters", None)  # by which Istio's proxies tell each other who they are
        found[proxy] = ordered(document)
        found[proxy]["guards"] = access.served(config["listeners"].values(), BOOKINFO)
        found[proxy]["behind"] = {
            name: weights for name, weights in config["endpoints"].items() if name.startswith(_OUTBOUND)
        }
        found[proxy]["doors"] = _doors(config["listeners"].get(_HTTPS_LISTENER, {}))
    return found


def _doors(listener: Mapping[str, Any]) -> dict[str, Any]:
    """The servers that end TLS, by the name of their routes."""
    found = {}
    for chain in listener.get("filterChains", ()):
        context = chain["transportSocket"]["typedConfig"]
        common = context["commonTlsContext"]
        (routes,) = (one["typedConfig"]["rds"]["routeConfigName"] for one in chain["filters"] if one["name"] == _HCM)
        (secret,) = common["tlsCertificateSdsSecretConfigs"]
        versions = common.get("tlsParams", {})
        found[routes] = {
            "names": chain.get("filterChainMatch", {}).get("serverNames", ["*"]),
            "certificate": secret["name"],
            "minimum": versions.get("tlsMinimumProtocolVersion", ""),
            "maximum": versions.get("tlsMaximumProtocolVersion", ""),
        }
    return found


def ordered(value: Any) -> Any:
    """The same with every list of conditions or of header changes in one order."""
    if isinstance(value, Mapping):
        return {
            key: sorted(map(ordered, one), key=json.dumps) if key in _UNORDERED else ordered(one)
            for key, one in value.items()
        }
    return [ordered(one) for one in value] if isinstance(value, list) else value


_UNORDERED = frozenset(
    {"headers", "queryParameters", "requestHeadersToAdd", "responseHeadersToAdd", "requestHeadersToRemove"}
)


def _dated(resource: Resource) -> dict[str, Any]:
    document: dict[str, Any] = _given(resource.document())
    if resource.kind == POD:
        document["metadata"]["labels"] = document.pop("spec")
    document["metadata"] = {
        **document["metadata"],
        "creationTimestamp": f"2026-01-01T00:00:{resource.created:02d}Z",
    }
    return document


def _given(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _given(one) for name, one in value.items() if one is not None}
    return [_given(one) for one in value] if isinstance(value, list | tuple) else value
