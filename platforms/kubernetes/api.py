"""One Kubernetes cluster, as its API shows it: objects read, applied, deleted, scaled; ports of pods reached."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Any, TypeVar

import urllib3
import websocket
from kubernetes import client, config, dynamic
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from kubernetes.dynamic.exceptions import ResourceNotFoundError
from kubernetes.stream import portforward
from websocket import WebSocketException

from platforms.errors import Interrupted, NotApplied, NotReachable, Rejected, Unsupported, UsageError

FIELD_MANAGER = "bookinfo"
"""Whose fields are ours, in every object that we apply."""

_ANSWER_SECONDS = 10.0
_GLANCE_SECONDS = 2.0
_PATIENCE_SECONDS = 60.0
"""An API server, or an istiod, that restarts is away for half a minute; what a run has changed must be restored after that."""
_AGAIN_SECONDS = 0.5
_AWAY = (urllib3.exceptions.HTTPError, OSError, WebSocketException)
_REFUSED = frozenset({400, 422})
_FORBIDDEN = 403
_SCHEMA = "failed to create typed patch object"  # the API server answers 500 to a field that its schema lacks
_FORWARDS = "Kubernetes port forward proxy"
_UNCHECKED = "failed calling webhook"
"""What the API server says when it finds nobody to check an Istio object: istiod restarts."""

T = TypeVar("T")

Document = Mapping[str, Any]


class Forbidden(NotApplied):
    """The API server knows who we are, and does not let us."""


class _Patience(urllib3.Retry):
    """Try again until it was long enough, whether the server refuses connections, says nothing, or is not ready."""

    until: float | None = None

    def new(self, **changed: Any) -> _Patience:
        again = super().new(**changed)
        again.until = self.until or time.monotonic() + _PATIENCE_SECONDS
        return again

    def is_exhausted(self) -> bool:
        return self.until is not None and time.monotonic() > self.until


class Cluster:
    """The cluster of a kubeconfig's context. An API server that is away for a while is waited for."""

    def __init__(self, context: str, folder: Path) -> None:
        """`folder` keeps what the API server offers, so that it is asked once; raises UsageError for an unknown context."""
        self.context = context
        settings = client.Configuration()
        settings.retries = _Patience(
            total=None,
            connect=None,
            read=None,
            backoff_factor=0.1,
            backoff_max=2.0,
            allowed_methods=None,
            status_forcelist=(429, 502, 503, 504),
            raise_on_status=False,
        )
        try:
            # The client would read KUBECONFIG once, when it is imported.
            config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=os.environ.get("KUBECONFIG"), context=context, client_configuration=settings
            )
        except ConfigException as error:
            raise UsageError(f"--context {context}: {_reason(error)}") from error
        self.server: str = settings.host
        self._client = client.ApiClient(settings)
        self._core = client.CoreV1Api(self._client)
        self._folder = folder
        self._offered: dynamic.DynamicClient | None = None

    def answers(self) -> bool:
        """Whether the API server answers within moments, as whom it knows; nothing is waited for."""
        url = f"{self.server}/version"
        pool = self._client.rest_client.pool_manager
        try:
            answer = pool.request("GET", url, timeout=_GLANCE_SECONDS, retries=False)
        except _AWAY:
            return False
        return bool(answer.status < 500)  # noqa: PLR2004  # it is there, whatever it thinks of us

    def objects(
        self, api_version: str, kind: str, namespace: str | None = None, *, labels: str | None = None
    ) -> list[dict[str, Any]]:
        """The objects of a kind, in one namespace or in all."""
        with _words(f"{kind} of namespace {namespace or 'any'}"):
            found = self._kind(api_version, kind).get(
                namespace=namespace, label_selector=labels, _request_timeout=_ANSWER_SECONDS
            )
            items: list[dict[str, Any]] = found.to_dict()["items"]
            return items

    def offers(self, api_version: str, kind: str) -> bool:
        """Whether the cluster knows this kind."""
        try:
            self._kind(api_version, kind)
        except Unsupported:
            return False
        return True

    def apply(self, document: Document, *, where: str, dry_run: bool = False) -> dict[str, Any]:
        """Server-side apply as our field manager; what somebody else said of the same fields gives way.

        `where` names the object in messages. Raises Rejected for what the API server or a webhook refuses.
        """
        metadata = document["metadata"]
        with _words(where):
            made = self._patiently(
                lambda: self._kind(document["apiVersion"], document["kind"]).server_side_apply(
                    body=document,
                    name=metadata["name"],
                    namespace=metadata["namespace"],
                    field_manager=FIELD_MANAGER,
                    force_conflicts=True,
                    dry_run="All" if dry_run else None,
                    _request_timeout=_ANSWER_SECONDS,
                )
            )
            result: dict[str, Any] = made.to_dict()
            return result

    def replace(self, document: Document, *, where: str) -> None:
        """Make the object exactly this, whoever said what of it before."""
        with _words(where):
            self._patiently(
                lambda: self._kind(document["apiVersion"], document["kind"]).replace(
                    body=document,
                    namespace=document["metadata"]["namespace"],
                    field_manager=FIELD_MANAGER,
                    _request_timeout=_ANSWER_SECONDS,
                )
            )

    def delete(self, document: Document) -> None:
        """Delete the object; one that is gone already is no error."""
        metadata = document["metadata"]
        with _words(f"{document['kind']} {metadata['name']}"):
            try:
                self._kind(document["apiVersion"], document["kind"]).delete(
                    name=metadata["name"], namespace=metadata["namespace"], _request_timeout=_ANSWER_SECONDS
                )
            except ApiException as error:
                if error.status != 404:  # noqa: PLR2004  # not found
                    raise

    def patch(self, document: Document) -> None:
        """Change what the document says of a Deployment, and nothing else."""
        metadata = document["metadata"]
        with _words(f"Deployment {metadata['name']}"):
            self._kind("apps/v1", "Deployment").patch(
                body=document,
                name=metadata["name"],
                namespace=metadata["namespace"],
                content_type="application/merge-patch+json",
                field_manager=FIELD_MANAGER,
                _request_timeout=_ANSWER_SECONDS,
            )

    def log(
        self, pod: str, namespace: str, container: str, *, seconds: int | None = None, lines: int | None = None
    ) -> list[str]:
        """What a container wrote, in the last `seconds` or its last `lines`."""
        with _words(f"the log of {pod}"):
            text: str = self._core.read_namespaced_pod_log(
                pod,
                namespace,
                container=container,
                since_seconds=seconds,
                tail_lines=lines,
                _request_timeout=_ANSWER_SECONDS,
            )
            return text.splitlines()

    def forward(self, pod: str, namespace: str, port: int) -> socket:
        """A connection to a port that a pod may offer on its loopback only."""
        with _words(f"port {port} of {pod}"):
            way = self._patiently(
                lambda: portforward(self._core.connect_get_namespaced_pod_portforward, pod, namespace, ports=str(port))
            )
            connection: socket = way.socket(port)
            return connection

    def _patiently(self, ask: Callable[[], T]) -> T:
        """The answer; while the API server, or the webhook that it asks, is away, ask again for a while."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return ask()
            except ApiException as error:
                cause = error.__context__  # a port's forwarding takes whatever happens on its way for a failure
                if isinstance(cause, Interrupted | KeyboardInterrupt | SystemExit):
                    raise cause from None
                is_away = _UNCHECKED in _message(error) or (not error.status and not self.answers())
                if not is_away or time.monotonic() > deadline:
                    raise
            time.sleep(_AGAIN_SECONDS)

    def _kind(self, api_version: str, kind: str) -> Any:
        try:
            if self._offered is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                cache = self._folder / f"offered-{self.context.replace('/', '_')}.json"
                self._offered = dynamic.DynamicClient(  # type: ignore[no-untyped-call]
                    self._client, cache_file=str(cache)
                )
            return self._offered.resources.get(api_version=api_version, kind=kind)
        except ResourceNotFoundError as error:
            raise Unsupported(f"the cluster of context {self.context} knows no {kind} of {api_version}") from error


@contextmanager
def _words(what: str) -> Iterator[None]:
    """What the client raises, in words of ours; `what` names the object."""
    try:
        yield
    except ApiException as error:
        message = _message(error)
        if error.status == _FORBIDDEN:
            raise Forbidden(f"{what}: {message}") from error
        if error.status in _REFUSED or _SCHEMA in message:
            raise Rejected(f"{what}: {message}") from error
        if error.status in (401, None, 0):
            raise NotReachable(f"{what}: {message}") from error
        raise NotApplied(f"{what}: {message}") from error
    except _AWAY as error:
        raise NotReachable(f"{what}: the API server does not answer ({type(error).__name__})") from error


def _message(error: ApiException) -> str:
    """The reason that the API server gives, without the HTTP around it."""
    try:
        message = json.loads(error.body or "")["message"]
    except (TypeError, ValueError, KeyError):
        message = error.reason or "no reason given"
    return str(message).strip()


def _reason(error: ConfigException) -> str:
    """What is wrong with the kubeconfig; the client's own words name a structure of its own."""
    if "No configuration found" in str(error):
        return "there is no kubeconfig, neither where KUBECONFIG says nor in ~/.kube/config"
    if "Expected object with name" in str(error):
        return "the kubeconfig has no such context; `kubectl config get-contexts` lists them"
    return str(error).removeprefix("Invalid kube-config file. ").rstrip(".")


def _quietly(broken: threading.ExceptHookArgs) -> None:
    """A forwarded port that breaks is noticed by whoever reads from it; its thread need not print a traceback."""
    if broken.thread is None or not broken.thread.name.startswith(_FORWARDS):
        threading.__excepthook__(broken)


threading.excepthook = _quietly
websocket.setdefaulttimeout(_ANSWER_SECONDS)  # or a forwarding could wait for ever for a server that says nothing
