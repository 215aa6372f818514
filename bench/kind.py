"""The demo on a kind cluster of the bench's own, measured through the same commands as the local one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench import local, slow
from bench.figure import Figure, Target
from bench.services import Other
from platforms.choice import Choice
from platforms.loopback import free_port

_CLUSTER = "bookinfo-bench"


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of the page of a demo on a cluster that is made for the block, from images in the engine."""
    port = free_port()
    with local.set_aside():
        try:
            local.run("platforms", "up", "--platform", "kind", "--cluster", _CLUSTER, "--port", str(port))
            yield f"http://127.0.0.1:{port}/productpage"
        finally:
            local.run("platforms", "down", "--platform", "kind")


def demo(_: Other) -> Iterator[Figure]:
    """From nothing but images in the engine to a whole page; then rules, and the three scenarios."""
    began = time.monotonic()
    with cluster() as page:
        local.verify(page)
        yield Figure("kind up to the first whole page, images cached", time.monotonic() - began, "s", Target(90))
        yield from local.changed(page, Choice("kubernetes"), where="kind: ")
        yield from local.played(where="kind: ")


def slowed(_: Other) -> Iterator[Figure]:
    """A thousand slow connections through the cluster's gateway, for a minute."""
    with cluster() as page:
        local.verify(page)
        yield from slow.suffered(page, Choice("kubernetes"), where="kind: ")
