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
        up, down, taken, asked = [], [], [], []
        for _round in range(STARTS):
            with tempfile.TemporaryDirectory(prefix="bookinfo-bench-") as folder:
                with closing(StubMesh(Path(folder), Path(folder))) as stubs:
                    stubs.service("orders", [f"v{number}" for number in range(1, versions + 1)])
                    began = time.monotonic()
                    stubs.get("orders")
                    up.append(time.monotonic() - began)
                    began = time.monotonic()
                    stubs.expect("orders", status=200)
                    asked.append(time.monotonic() - began)
                    taken.append(pss([one.pid for one in psutil.Process().children(recursive=True)]))
                    began = time.monotonic()
                down.append(time.monotonic() - began)
        what = f"mesh of stubs, {versions} versions"
        yield Figure(f"{what}, to the first answer, median of {STARTS}", statistics.median(up), "s", within)
        yield Figure(f"{what}, an expectation of 459 requests", statistics.median(asked), "s")
        yield Figure(f"{what}, until it is gone", statistics.median(down), "s")
        yield Figure(f"{what}, memory", statistics.median(taken), "MB")
