"""What is counted, for Prometheus: one counter, right across all workers."""

from __future__ import annotations

import os
from functools import cache

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

_registry = CollectorRegistry()
_results = Counter(
    "request_result",
    "Results of the calls of backends",
    ["destination_app", "response_code"],
    registry=_registry,
)


def count(app: str, status: int) -> None:
    """Count one result of a backend."""
    _of(app, status).inc()


@cache
def _of(app: str, status: int) -> Counter:
    return _results.labels(destination_app=app, response_code=status)


def exposition(accept: str) -> tuple[bytes, str]:
    """All counts, and their content type, in the format that the `Accept` header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(_all_workers()), content_type


def _all_workers() -> CollectorRegistry:
    # Under gunicorn each worker counts in a file of its own, in the folder that gunicorn.conf.py makes.
    # Whichever worker is asked adds them all up, so the sum never falls.
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _registry
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
