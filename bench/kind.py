"""The demo on a kind cluster of the bench's own, measured through the same commands as the local one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench import local, slow_connections
from bench.figure import Figure, Target
from bench.services import Reference
from platforms.choice import Choice
from platforms.loopback import free_port

_CLUSTER = "bookinfo-bench"


@contextmanager
def cluster() -> Iterator[str]:
    """Create a cluster for the block, from images in the engine, and return the URL of the demo's page."""
    port = free_port()
    with local.isolated():
        try:
            local.run("platforms", "up", "--platform", "kind", "--cluster", _CLUSTER, "--port", str(port))
            yield f"http://127.0.0.1:{port}/productpage"
        finally:
            local.run("platforms", "down", "--platform", "kind")


def demo(_: Reference) -> Iterator[Figure]:
    """Measure the way from images in the engine to a whole page; then rule changes, and the scenarios."""
    began = time.monotonic()
    with cluster() as page:
        local.verify(page)
        yield Figure("kind up to the first whole page, images cached", time.monotonic() - began, "s", Target(90))
        yield from local.measure_rule_changes(page, Choice("kubernetes"), Target(250), where="kind: ")
        yield from local.measure_scenarios(where="kind: ")


def slowed(_: Reference) -> Iterator[Figure]:
    """Measure a thousand slow connections through the cluster's gateway, for a minute."""
    with cluster() as page:
        local.verify(page)
        yield from slow_connections.measure_slow_connections(page, Choice("kubernetes"), where="kind: ")
