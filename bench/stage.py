"""The stage beside busy traffic: what it counts, how old what it shows is, and what it costs."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import psutil

from bench import local
from bench.figure import Figure, Target
from bench.instruments import tab
from bench.instruments.memory import own_pss, pss
from bench.services import Reference
from platforms.boundary import Platform
from platforms.choice import Choice
from platforms.counters import Counters
from platforms.errors import NotReachable
from platforms.selection import connect
from platforms.wait import wait_until
from scenarios.evidence.proxy_counts import read_settled
from tools.staged import Picture, Staged, staged

RATE = 50
SECONDS = 30
"""How long it is watched, unless told otherwise; a talk is half an hour."""
WARM_SECONDS = (10, 120)
"""So long at least, and a fifth of the time but no longer than that, nothing is measured: what is filled once is no growth."""
_PATIENCE = 60.0
_GROWING = (
    ("its process", "MB", 5),
    ("its process and its traffic's", "MB", 10),
    ("the tab's scripts", "MB", 5),
    ("the tab's document", "nodes", 500),
)
"""What must not grow, and by how much it may seem to."""


@dataclass
class _Watched:
    """What one browser was sent."""

    ages: list[float] = field(default_factory=list)
    """How old each picture had become when the next one took its place, in milliseconds."""
    dots: int = 0
    skipped: int = 0
    newest: Picture | None = None

    def take(self, moment: int, picture: Picture) -> None:
        if self.newest is not None:
            self.ages.append(moment - self.newest["now_ms"])
        self.newest = picture
        self.dots += len(picture["dots"])
        self.skipped += picture["skipped"]


def live(_: Reference, *, seconds: int = SECONDS) -> Iterator[Figure]:
    """Measure a stage with a browser and a reader of its stream, while fifty requests a second go through the demo."""
    with (
        local.demo(),
        closing(connect(Choice("local"))) as platform,
        staged("--platform", "local", "--rate", str(RATE)) as stage,
        tab.opened(stage.url) as page,
    ):
        stage.ask("reload", every=False)  # the pages' own requests are not the traffic's
        watched = _Watched()
        threading.Thread(target=_watch, args=(stage, watched), daemon=True).start()
        time.sleep(sorted((seconds // 5, *WARM_SECONDS))[1])
        counted, asked = _at_rest(stage, platform)
        seen = watched.dots
        watched.ages.clear()
        stage.ask("pause")
        process = psutil.Process(stage.process.pid)
        before = _sizes(process.pid, page)
        used, began = _computed(process), time.monotonic()
        time.sleep(seconds)
        used, took = _computed(process) - used, time.monotonic() - began
        after = _sizes(process.pid, page)
        ages = statistics.quantiles(watched.ages, n=100)
        counted_after, asked_after = _at_rest(stage, platform)
        wait_until(lambda: watched.dots - seen >= counted_after - counted, _PATIENCE, every=0.2)
    sent, counts = asked_after - asked, counted_after - counted
    yield Figure("stage: pages that the proxies counted", sent, "pages", Target(0.9 * RATE * seconds, at_most=False))
    yield Figure("stage: of them not counted", abs(sent - counts), "pages", Target(0))
    yield Figure("stage: of them without a dot", abs(sent - (watched.dots - seen)), "pages", Target(0))
    yield Figure("stage: age of the picture, p50", ages[49], "ms")
    yield Figure("stage: age of the picture, p99", ages[98], "ms", Target(500))
    yield Figure("stage: pictures skipped", watched.skipped, "pictures")
    for (what, unit, limit), smaller, larger in zip(_GROWING, before, after, strict=True):
        yield Figure(f"stage: growth in {seconds} s of {what}", larger - smaller, unit, Target(limit))
    yield Figure("stage: processor besides the traffic", 100 * used / took, "% of a core", Target(15))


def _sizes(process: int, page: tab.Tab) -> tuple[float, ...]:
    """Return the sizes of what must not grow."""
    return own_pss(process), pss([process]), page.megabytes(), page.nodes()


def _watch(stage: Staged, watched: _Watched) -> None:
    """Read as a browser does, to the end of the stage."""
    for moment, picture in stage.pictures():
        watched.take(moment, picture)


def _at_rest(stage: Staged, platform: Platform) -> tuple[int, int]:
    """Pause the traffic, and return the pages that the stage has counted and that the proxies have, once both stand still."""
    stage.ask("pause")
    last: list[tuple[int, int]] = []

    def still() -> bool:
        picture = stage.picture()
        pages = _pages(read_settled(platform.upstream_requests))
        last.append((picture["traffic"]["answers"], pages))
        paused = picture["traffic"]["status"] == "paused"
        return paused and len(last) > 1 and last[-1] == last[-2]

    if not wait_until(still, _PATIENCE, every=0.5):
        raise NotReachable(f"the traffic of {stage.url} does not come to rest")
    return last[-1]


def _pages(counted: Counters) -> int:
    """Count the pages by the calls that each of them makes once; signing in makes none."""
    return sum(n for hop, n in counted.requests.items() if hop.app == "details")


def _computed(process: psutil.Process) -> float:
    """Return the seconds that the stage has computed, without the program that sends the requests."""
    times = process.cpu_times()
    return float(times.user + times.system)
