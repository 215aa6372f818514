"""What the log of a run's calls costs a page: marked requests and others, in turns, on one demo."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing

from bench import local, wrk
from bench.figure import Figure, Target
from bench.services import Other
from platforms.calls import PREFIX
from platforms.target import Choice, connect

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
        rates: dict[str, list[float]] = {f"{PREFIX}nobody.0.": [], f"{PREFIX}{log.mark()}.0.": []}
        for pair in range(PAIRS):
            for mark in sorted(rates, reverse=pair % 2 == 1):
                rates[mark].append(wrk.fire(page, seconds=SECONDS, headers={"tracestate": mark}).per_second)
            log.clear()
    unlogged, logged = rates.values()
    yield Figure("page, its calls not logged", statistics.median(unlogged), "rps")
    yield Figure("page, its calls logged", statistics.median(logged), "rps")
    lost = [100 * (1 - with_log / without) for without, with_log in zip(unlogged, logged, strict=True)]
    yield Figure("what the log costs of them", statistics.median(lost), "%", Target(3))
    first, _, third = statistics.quantiles(lost, n=4)
    yield Figure("half of the pairs within", (third - first) / 2, "% of it")
