"""Bookinfo as every platform shows it: its Services, its workloads, and its page."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import NAMESPACE

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
        Workload("details", "v1"),
        Workload("productpage", "v1"),
        Workload("ratings", "v1"),
        Workload("reviews", "v1"),
        Workload("reviews", "v2"),
        Workload("reviews", "v3"),
    ),
)

PATH = "/productpage"

# What the page says of itself when everything behind it answered.
_MARKS = ('id="bookinfo"', 'data-details="shown"', 'data-reviews="shown"')
_ANSWER_SECONDS = 5.0


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
