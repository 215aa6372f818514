"""The demo on a kind cluster of the bench's own, measured through the same commands as the local one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench import local
from bench.alone import free_port
from bench.figure import Figure, Target
from bench.services import Other
from platforms.target import Choice

_CLUSTER = "bookinfo-bench"


def demo(_: Other) -> Iterator[Figure]:
    """From nothing but images in the engine to a whole page; then rules, and the three scenarios."""
    port = free_port()
    with local.set_aside():
        try:
            began = time.monotonic()
            local.run("platforms", "up", "--platform", "kind", "--cluster", _CLUSTER, "--port", str(port))
            page = f"http://127.0.0.1:{port}/productpage"
            local.verify(page)
            yield Figure("kind up to the first whole page, images cached", time.monotonic() - began, "s", Target(90))
            yield from local.changed(page, Choice("kubernetes"), where="kind: ")
            yield from local.played(where="kind: ")
        finally:
            local.run("platforms", "down", "--platform", "kind")
