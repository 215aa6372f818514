"""Bookinfo as every platform shows it: its Services and workloads, its rules, and its page."""

from __future__ import annotations

import functools
import http.client
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from platforms.environment import DATA
from platforms.istio import resources
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import Resource, ResourceSet

NAMESPACE = "bookinfo"

BOOKINFO = Registry(
    namespace=NAMESPACE,
    port=9080,
    services={
        "details": "127.0.80.1",
        "productpage": "127.0.80.2",
        "ratings": "127.0.80.3",
        "reviews": "127.0.80.4",
    },
    workloads=(
        Workload("details", "v1", "bookinfo-details"),
        Workload("productpage", "v1", "bookinfo-productpage"),
        Workload("ratings", "v1", "bookinfo-ratings"),
        Workload("reviews", "v1", "bookinfo-reviews"),
        Workload("reviews", "v2", "bookinfo-reviews"),
        Workload("reviews", "v3", "bookinfo-reviews"),
    ),
)


def with_workloads(workloads: Iterable[Workload]) -> Registry:
    """Bookinfo's Services, with these workloads behind them."""
    return replace(BOOKINFO, workloads=tuple(workloads))


ISTIO = DATA / "istio"
"""The rules of Bookinfo: the baseline, and those of the episodes."""

PATH = "/productpage"

# What the page says of itself when everything behind it answered.
_MARKS = ('id="bookinfo"', 'data-details="shown"', 'data-reviews="shown"')
_ANSWER_SECONDS = 5.0


def load(*given: Path | str) -> ResourceSet:
    """The Istio objects in files and folders; one that names no namespace is in Bookinfo's.

    Raises UsageError, naming the file, for what cannot be read or is no Istio object.
    """
    return resources.load(*given, namespace=NAMESPACE)


def parse(text: str, *, source: str) -> Iterator[Resource]:
    """The Istio objects in a text, as `load` has them; `source` names it in messages."""
    return resources.parse(text, source=source, namespace=NAMESPACE)


@functools.cache  # four files, asked for many times in a run
def baseline() -> ResourceSet:
    """The resources of `istio/baseline/`, which are there before any other."""
    return ResourceSet(tuple(replace(one, created=0, is_baselines=True) for one in load(ISTIO / "baseline")))


def is_whole(gateway_url: str) -> bool:
    """Tell whether the page comes through the gateway with everything on it."""
    connection = http.client.HTTPConnection(urlsplit(gateway_url).netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return answer.status == http.HTTPStatus.OK and all(mark in page for mark in _MARKS)
