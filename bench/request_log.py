"""What the log of a run's calls costs a page: marked requests and others, in turns, on one demo."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing

from bench import local
from bench.figure import Figure, Target
from bench.instruments import wrk
from bench.services import Other
from platforms.choice import Choice
from platforms.selection import connect

PAIRS = 30
SECONDS = 2
WARM_SECONDS = 10


def cost(_: Other) -> Iterator[Figure]:
    """The median of many pairs of rounds side by side: whatever else runs here meets both halves of a pair."""
    with local.demo() as page, closing(connect(Choice("local"))) as platform:
        log = platform.request_log
        if log is None:
            return
        wrk.fire(page, seconds=WARM_SECONDS)
        rates: dict[str, list[float]] = {"bookinfo=nobody.0.": [], f"{log.mark()}.0.": []}
        for pair in range(PAIRS):
            for mark in sorted(rates, reverse=pair % 2 == 1):
                rates[mark].append(wrk.fire(page, seconds=SECONDS, headers={"tracestate": mark}).per_second)
            log.clear()
    unlogged, logged = rates.values()
    yield Figure("page, its calls not logged", statistics.median(unlogged), "rps")
    yield Figure("page, its calls logged", statistics.median(logged), "rps")
    lost = [100 * (1 - with_log / without) for without, with_log in zip(unlogged, logged, strict=True)]
    lower, middle, upper = statistics.quantiles(lost, n=4)
    yield Figure("what the log costs of them", middle, "%", Target(3))
    yield Figure("half of the pairs within", (upper - lower) / 2, "% of it")
