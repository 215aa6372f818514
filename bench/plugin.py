"""The pytest plugin's mesh: how soon it answers, how soon it is gone, and what it takes."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil

from bench.figure import Figure, Target
from bench.instruments.memory import pss
from bench.services import Reference
from scenarios.plugin.mesh import StubMesh

STARTS = 7
SIZES = {2: Target(1), 10: Target(3)}
"""By the number of versions of one service, the most seconds that the first answer may take."""


def mesh(_: Reference) -> Iterator[Figure]:
    """Measure meshes of stubs, from the first request of a test to its answer."""
    for versions, within in SIZES.items():
        rounds = zip(*(_round(versions) for _ in range(STARTS)), strict=True)
        up, processor, asked, taken, down = map(statistics.median, rounds)
        what = f"mesh of stubs, {versions} versions"
        yield Figure(f"{what}, to the first answer, median of {STARTS}", up, "s", within)
        yield Figure(f"{what}, processor time until then", processor, "s")
        yield Figure(f"{what}, an expectation of 459 requests", asked, "s")
        yield Figure(f"{what}, until it is gone", down, "s")
        yield Figure(f"{what}, memory", taken, "MB")


def _round(versions: int) -> tuple[float, ...]:
    """Bring a mesh up, ask it, and take it down: what `mesh` measures, in its order."""
    with tempfile.TemporaryDirectory(prefix="bookinfo-bench-") as folder:
        with closing(StubMesh(Path(folder), Path(folder))) as stubs:
            stubs.service("orders", [f"v{number}" for number in range(1, versions + 1)])
            began, before = time.monotonic(), time.process_time()
            stubs.get("orders")
            up, own = time.monotonic() - began, time.process_time() - before
            started: list[psutil.Process] = psutil.Process().children(recursive=True)  # nothing else is started here
            processor = own + sum(sum(one.cpu_times()[:2]) for one in started)
            began = time.monotonic()
            stubs.expect("orders", status=200)
            asked = time.monotonic() - began
            taken = pss([one.pid for one in started])
            began = time.monotonic()
        return up, processor, asked, taken, time.monotonic() - began
