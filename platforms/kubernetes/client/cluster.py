"""One Kubernetes cluster, as its API shows it: objects read, applied, deleted, scaled; ports of pods reached."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any, TypeVar

import websocket
from kubernetes import client, config, dynamic, watch
from kubernetes.config.config_exception import ConfigException
from kubernetes.dynamic.exceptions import ResourceNotFoundError
from kubernetes.stream import portforward, stream

from platforms.errors import Unsupported, UsageError
from platforms.kubernetes.client import retry
from platforms.kubernetes.client.api_errors import NotFound, translated, why_unknown

log = logging.getLogger(__name__)

FIELD_MANAGER = "bookinfo"
"""Whose fields are ours, in every object that we apply."""

_ANSWER_SECONDS = 10.0
_RUN_SECONDS = 90.0
_PROBE_TIMEOUT = 2.0
_MISSING_SECONDS = 60.0
_OK = 200
_BROKEN = 500
_FORWARDS = "Kubernetes port forward proxy"

T = TypeVar("T")

Document = Mapping[str, Any]


class Cluster:
    """The cluster of a kubeconfig's context. An API server that is away for a while is waited for."""

    def __init__(self, context: str, folder: Path) -> None:
        """`folder` keeps what the API server offers, so that it is asked once; raises UsageError for an unknown context."""
        self.context = context
        settings = client.Configuration()
        settings.retries = retry.retries()
        try:
            # The client would read KUBECONFIG once, when it is imported.
            config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=os.environ.get("KUBECONFIG"), context=context, client_configuration=settings
            )
        except ConfigException as error:
            raise UsageError(f"--context {context}: {why_unknown(error)}") from error
        self.server: str = settings.host
        self._settings = settings
        self._client = client.ApiClient(settings)
        self._core = client.CoreV1Api(self._client)
        self._folder = folder
        self._offered: dynamic.DynamicClient | None = None
        self._discovery = threading.Lock()
        self._missing: dict[tuple[str, str], float] = {}

    def answers(self) -> bool:
        """Tell whether the API server answers within 2 s, with any status below 500."""
        return 0 < self._probe("/version") < _BROKEN  # it is there, whatever it thinks of us

    def objects(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        *,
        labels: str | None = None,
        name: str | None = None,
    ) -> list[dict[str, Any]]:
        """The objects of a kind, in one namespace or in all; with a name, the one that has it, if there is one."""

        def ask() -> list[dict[str, Any]]:
            found = self._kind(api_version, kind).get(
                namespace=namespace,
                label_selector=labels,
                field_selector=f"metadata.name={name}" if name else None,
                serialize=False,
                _request_timeout=_ANSWER_SECONDS,
            )
            return [{"apiVersion": api_version, "kind": kind, **one} for one in json.loads(found.data)["items"]]

        return self._answer(f"{kind} of namespace {namespace or 'any'}", ask)

    def changes(
        self, api_version: str, kind: str, namespace: str, *, labels: str, since: str, seconds: int
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The changes of objects since a version of one of them, in their order, and those of the next `seconds`.

        Raises NotApplied if the API server does not remember so far back.
        """
        with translated(f"changes of {kind}s of namespace {namespace}"):
            for event in watch.Watch().stream(  # type: ignore[no-untyped-call]
                self._kind(api_version, kind).get,
                namespace=namespace,
                label_selector=labels,
                resource_version=since,
                timeout_seconds=seconds,
                serialize=False,
                _request_timeout=seconds + _ANSWER_SECONDS,
            ):
                yield event["type"], event["raw_object"]

    def offers(self, api_version: str, kind: str) -> bool:
        """Tell whether the cluster knows this kind; that it does not is known for a minute, for it takes long to find out."""
        missed = self._missing.get((api_version, kind))
        if missed is not None and time.monotonic() < missed + _MISSING_SECONDS:
            return False
        try:
            self._kind(api_version, kind)
        except Unsupported:
            self._missing[api_version, kind] = time.monotonic()
            return False
        return True

    def apply(self, document: Document, *, where: str, dry_run: bool = False) -> dict[str, Any]:
        """Apply on the server's side as our field manager; what somebody else said of the same fields gives way.

        `where` names the object in messages. Raises Rejected for what the API server or a webhook refuses.
        """
        metadata = document["metadata"]

        def ask() -> dict[str, Any]:
            made = self._kind(document["apiVersion"], document["kind"]).server_side_apply(
                body=document,
                name=metadata["name"],
                namespace=metadata["namespace"],
                field_manager=FIELD_MANAGER,
                force_conflicts=True,
                dry_run="All" if dry_run else None,
                _request_timeout=_ANSWER_SECONDS,
            )
            result: dict[str, Any] = made.to_dict()
            return result

        return self._answer(where, ask)

    def replace(self, document: Document, *, where: str) -> None:
        """Make the object exactly this, whoever said what of it before."""
        self._answer(
            where,
            lambda: self._kind(document["apiVersion"], document["kind"]).replace(
                body=document,
                namespace=document["metadata"]["namespace"],
                field_manager=FIELD_MANAGER,
                _request_timeout=_ANSWER_SECONDS,
            ),
        )

    def delete(self, document: Document) -> None:
        """Delete the object; one that is gone already is no error."""
        metadata = document["metadata"]
        with suppress(NotFound):
            self._answer(
                f"{document['kind']} {metadata['name']}",
                lambda: self._kind(document["apiVersion"], document["kind"]).delete(
                    name=metadata["name"], namespace=metadata["namespace"], _request_timeout=_ANSWER_SECONDS
                ),
            )

    def patch(self, document: Document) -> None:
        """Change what the document says of a Deployment, and nothing else."""
        metadata = document["metadata"]
        self._answer(
            f"Deployment {metadata['name']}",
            lambda: self._kind("apps/v1", "Deployment").patch(
                body=document,
                name=metadata["name"],
                namespace=metadata["namespace"],
                content_type="application/merge-patch+json",
                field_manager=FIELD_MANAGER,
                _request_timeout=_ANSWER_SECONDS,
            ),
        )

    def log(
        self, pod: str, namespace: str, container: str, *, seconds: int | None = None, lines: int | None = None
    ) -> list[str]:
        """The lines that a container wrote in the last `seconds` or its last `lines`."""
        text: str = self._answer(
            f"the log of {pod}",
            lambda: self._core.read_namespaced_pod_log(
                pod,
                namespace,
                container=container,
                since_seconds=seconds,
                tail_lines=lines,
                _request_timeout=_ANSWER_SECONDS,
            ),
        )
        return text.splitlines()

    def run(self, pod: str, namespace: str, container: str, command: list[str]) -> list[str]:
        """Run a command in a container, and return the lines that it writes."""
        with translated(f"a command in {pod}"):
            text: str = stream(
                self._streams().connect_get_namespaced_pod_exec,
                pod,
                namespace,
                container=container,
                command=command,
                stdin=False,
                stdout=True,
                stderr=False,
                tty=False,
                _request_timeout=_RUN_SECONDS,
            )
        return text.splitlines()

    def forward(self, pod: str, namespace: str, port: int) -> socket:
        """A connection to a port that a pod may offer on its loopback only."""
        way = self._answer(
            f"port {port} of {pod}",
            lambda: portforward(
                self._streams().connect_get_namespaced_pod_portforward, pod, namespace, ports=str(port)
            ),
        )
        connection: socket = way.socket(port)
        return connection

    def _streams(self) -> client.CoreV1Api:
        """A client of its own for a connection that stays open: while one is made, whatever its client is asked for goes by WebSocket."""
        return client.CoreV1Api(client.ApiClient(self._settings))

    def _answer(self, what: str, ask: Callable[[], T]) -> T:
        """The API server's answer, however long it was away; its errors in words of ours, about `what`."""
        began = time.monotonic()
        with translated(what):
            answer = retry.retry_while_unavailable(ask, is_ready=lambda: self._probe("/readyz") == _OK)
        log.info("API server: %s, after %.0f ms", what, (time.monotonic() - began) * 1000)
        return answer

    def _probe(self, path: str) -> int:
        """The status of an answer that comes within moments; 0 if none does."""
        headers: dict[str, str] = {}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, "GET", None)
        pool = self._client.rest_client.pool_manager
        try:
            answer = pool.request("GET", f"{self.server}{path}", headers=headers, timeout=_PROBE_TIMEOUT, retries=False)
            return int(answer.status)
        except retry.CONNECTION_ERRORS:
            return 0

    def _kind(self, api_version: str, kind: str) -> Any:
        try:
            with self._discovery:
                if self._offered is None:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    cache = self._folder / f"offered-{self.context.replace('/', '_')}.json"
                    self._offered = dynamic.DynamicClient(  # type: ignore[no-untyped-call]
                        self._client, cache_file=str(cache)
                    )
                return self._offered.resources.get(api_version=api_version, kind=kind)
        except ResourceNotFoundError as error:
            raise Unsupported(f"the cluster of context {self.context} has no kind {kind} in {api_version}") from error


def _quietly(broken: threading.ExceptHookArgs) -> None:
    """Print no traceback for a forwarded port that breaks: whoever reads from it notices."""
    if broken.thread is None or not broken.thread.name.startswith(_FORWARDS):
        threading.__excepthook__(broken)


threading.excepthook = _quietly
websocket.setdefaulttimeout(_ANSWER_SECONDS)  # or a forwarding could wait for ever for a server that says nothing
