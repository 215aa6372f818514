"""The cost of the log of a run's calls: marked requests and others, in turns, on one demo."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing

from bench import local
from bench.figure import Figure, Target
from bench.instruments import wrk
from bench.services import Reference
from platforms.choice import Choice
from platforms.selection import connect

PAIRS = 30
SECONDS = 2
WARM_SECONDS = 10


def cost(_: Reference) -> Iterator[Figure]:
    """Measure many pairs of rounds; other programs on this machine affect both halves of a pair alike."""
    with local.demo() as page, closing(connect(Choice("local"))) as platform:
        log = platform.request_log
        if log is None:
            return
        wrk.run_load(page, seconds=WARM_SECONDS)
        rates: dict[str, list[float]] = {"mesh=nobody.0.": [], f"{log.mark()}.0.": []}
        for pair in range(PAIRS):
            for mark in sorted(rates, reverse=pair % 2 == 1):
                rates[mark].append(wrk.run_load(page, seconds=SECONDS, headers={"tracestate": mark}).per_second)
            log.clear()
    unlogged, logged = rates.values()
    yield Figure("page, its calls not logged", statistics.median(unlogged), "rps")
    yield Figure("page, its calls logged", statistics.median(logged), "rps")
    lost = [100 * (1 - with_log / without) for without, with_log in zip(unlogged, logged, strict=True)]
    lower, middle, upper = statistics.quantiles(lost, n=4)
    yield Figure("share of them that the log costs", middle, "%", Target(3))
    yield Figure("half of the pairs lie within", (upper - lower) / 2, "% of it")
