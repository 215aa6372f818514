"""Whether an Envoy serves what it should, in the fields that decide what becomes of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.envoy.config_dump import shown
from platforms.envoy.translate import ProxyConfig

_ABSENT = ("outlierDetection",)
"""Fields of a cluster that matter when they are there unasked."""
_DEFAULT_RETRIES = "2"


def wanted(config: ProxyConfig) -> dict[str, Any]:
    """What a proxy should serve, in the form of what it is found to serve."""
    return shown(config.routes.values(), config.clusters, BOOKINFO)


def differences(want: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    """What is served otherwise than wanted: names of virtual hosts and of clusters.

    A proxy serves more than Bookinfo, and a cluster has settings that no rule of ours says anything of, such as its
    certificates. Those are left alone.
    """
    for name, virtual_host in want["routes"].items():
        if not _same_routes(virtual_host, got["routes"].get(name)):
            yield name
    for name, cluster in want["clusters"].items():
        if not _covers(cluster, got["clusters"].get(name)):
            yield name


def _same_routes(want: Mapping[str, Any], got: Mapping[str, Any] | None) -> bool:
    if got is None or len(want["routes"]) != len(got["routes"]):
        return False
    return all(_plain(one) == _plain(other) for one, other in zip(want["routes"], got["routes"], strict=True))


def _plain(route: Mapping[str, Any]) -> dict[str, Any]:
    """A route without its name, and without the retries that Istio gives every route: these differ between its versions."""
    action = dict(route.get("route", {}))
    retries = action.get("retryPolicy")
    if retries and "retriableStatusCodes" not in retries and str(retries.get("numRetries")) == _DEFAULT_RETRIES:
        action["retryPolicy"] = "default" if "perTryTimeout" not in retries else retries
    return {**route, "name": "", "route": action}


def _covers(want: Mapping[str, Any], got: Mapping[str, Any] | None) -> bool:
    if got is None or any(field in got and field not in want for field in _ABSENT):
        return False
    return all(_within(value, got.get(field)) for field, value in want.items())


def _within(want: Any, got: Any) -> bool:
    """Whether everything that is wanted is there."""
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        return all(_within(value, got.get(field)) for field, value in want.items())
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(_within, want, got))
    return bool(want == got)
