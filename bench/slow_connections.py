"""The cost of slow connections for other visitors: the same paced load before, during and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from bench import local
from bench.figure import Figure, Target
from bench.instruments import slow_senders, wrk
from bench.services import Reference
from platforms.choice import Choice
from platforms.selection import connect

CONNECTIONS = 1000
SECONDS = 60
QUIET_SECONDS = 30


def on_local(_: Reference) -> Iterator[Figure]:
    """Measure a thousand slow connections through the local gateway for a minute."""
    with local.demo() as page:
        yield from measure_slow_connections(page, Choice("local"))


def measure_slow_connections(page: str, choice: Choice, *, where: str = "") -> Iterator[Figure]:
    """Measure slow connections on the demo that is up; `where` goes before the figures' names."""
    wrk.run_load(page, seconds=QUIET_SECONDS, paced=True)  # right after the start, the demo is still busy
    with closing(connect(choice)) as platform:
        instances = platform.instances()
        before = wrk.run_load(page, seconds=QUIET_SECONDS, paced=True)
        with wrk.paced(page) as traffic:
            sent = slow_senders.send(page, CONNECTIONS, SECONDS)
        after = wrk.run_load(page, seconds=QUIET_SECONDS, paced=True)
        replaced = instances.items() ^ platform.instances().items()
    during = traffic.load
    for when, load in (("before", before), ("meanwhile", during), ("after", after)):
        yield Figure(f"{where}{when}: page, p50", load.p50, "ms")
        yield Figure(f"{where}{when}: page, p99", load.p99, "ms")
        yield Figure(f"{where}{when}: pages a second", load.per_second, "rps")
        yield Figure(f"{where}{when}: pages failed", load.failed, "requests", Target(0))
    yield Figure(f"{where}slow connections at once", sent.most_open, "connections", Target(CONNECTIONS, at_most=False))
    yield Figure(f"{where}opened in all", sent.opened, "connections")
    for end, count in sorted(sent.ended.items()):
        yield Figure(f"{where}of them {end}", count, "connections")
    yield Figure(f"{where}p99 meanwhile, of that before", during.p99 / before.p99, "x", Target(2))
    yield Figure(f"{where}processes replaced", len({name for name, _ in replaced}), "", Target(0))
