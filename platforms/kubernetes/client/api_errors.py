"""The errors of the API's client, in words and kinds of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from platforms.errors import NotApplied, NotReachable, Rejected, Silent
from platforms.kubernetes.client import retry

_REFUSED = frozenset({400, 422})
_FORBIDDEN = 403
_NOT_FOUND = 404
_SCHEMA = "failed to create typed patch object"  # the API server answers 500 to a field that its schema lacks


class Forbidden(NotApplied):
    """The API server knows who we are, and does not let us."""


class NotFound(NotApplied):
    """The API server has no such object."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Translate the errors of the client into ours; `what` names the object."""
    try:
        yield
    except ApiException as error:
        message = retry.message(error)
        if error.status == _FORBIDDEN:
            raise Forbidden(f"{what}: {message}") from error
        if error.status == _NOT_FOUND:
            raise NotFound(f"{what}: {message}") from error
        if error.status in _REFUSED or _SCHEMA in message:
            raise Rejected(f"{what}: {message}") from error
        if error.status in (401, None, 0):
            raise NotReachable(f"{what}: {message}") from error
        raise NotApplied(f"{what}: {message}") from error
    except retry.CONNECTION_ERRORS as error:
        raise Silent(f"{what}: the API server has not answered for {retry.SECONDS:g} s") from error


def why_unknown(error: ConfigException) -> str:
    """The fault of the kubeconfig; the client's own words name a structure of its own."""
    if "No configuration found" in str(error):
        return "there is no kubeconfig, neither where KUBECONFIG says nor in ~/.kube/config"
    if "Expected object with name" in str(error):
        return "the kubeconfig has no such context; `kubectl config get-contexts` lists them"
    return str(error).removeprefix("Invalid kube-config file. ").rstrip(".")
