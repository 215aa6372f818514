"""The rates of calls on the map, as the proxies count them: the second witness, beside what clients see."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from platforms.bookinfo import BOOKINFO
from platforms.boundary import Platform
from platforms.counters import Calls, Counters, Hop
from platforms.errors import DemoError
from stage.picture import ArrowView, MapView

log = logging.getLogger(__name__)

WINDOW_SECONDS = 2.0
"""What a rate is about, mostly; a reading that is later than that is not."""
_SHORTEST_SECONDS = 1.0
_VERSIONED = "reviews"
"""The one app whose versions are told apart on the map."""
ARROWS = (
    "gateway>productpage",
    "productpage>details",
    "productpage>reviews-v1",
    "productpage>reviews-v2",
    "productpage>reviews-v3",
    "reviews-v2>ratings",
    "reviews-v3>ratings",
)
_CALLING_ONE = {"reviews-v2", "reviews-v3"}
_DOOR = "browser>gateway"
"""No proxy is before the gateway: what comes in there is what it sends on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What all proxies had counted at a moment."""

    at: float
    """By a clock that only goes forward."""
    counters: Counters
    calls: Mapping[str, Calls] = field(default_factory=dict)
    """By workload, what it has asked of others, whatever arrived there."""


def rates(earlier: Reading, later: Reading) -> dict[str, ArrowView]:
    """Compute the calls per second on every arrow between two readings, and the share of them that failed."""
    counted, seconds = later.counters.since(earlier.counters), later.at - earlier.at
    requests, failures = dict.fromkeys(ARROWS, 0), dict.fromkeys(ARROWS, 0)
    for hop, n in counted.requests.items():
        if (arrow := _arrow(hop)) in requests:
            requests[arrow] += n
            failures[arrow] += counted.failures.get(hop, 0)
    found = {
        arrow: ArrowView(n / seconds, min(1.0, failures[arrow] / n) if n else 0.0) for arrow, n in requests.items()
    }
    found |= dict(_own_calls(earlier, later, seconds))
    return {_DOOR: found[ARROWS[0]], **found}


def _own_calls(earlier: Reading, later: Reading, seconds: float) -> Iterator[tuple[str, ArrowView]]:
    """The arrows of workloads that call one app only, whose proxies so tell which calls never arrived there."""
    for caller in later.calls.keys() & earlier.calls.keys() & _CALLING_ONE:
        before, after = earlier.calls[caller], later.calls[caller]
        begun = after.begun - before.begun
        if begun < 0:  # the proxy was restarted
            continue
        failed = begun - (after.answered - before.answered) - (after.under_way - before.under_way)
        yield f"{caller}>ratings", ArrowView(begun / seconds, min(1.0, max(0.0, failed / begun)) if begun else 0.0)


class PolledRates:
    """A thread that asks the proxies every so often."""

    def __init__(self, connect: Callable[[], Platform], *, every: float) -> None:
        """`connect` gives a connection of its own: one is not for two threads."""
        self._connect = connect
        self._every = every
        self._readings: deque[Reading] = deque()
        self._lock = threading.Lock()
        self._forgotten = 0.0
        self._latest: MapView | None = None
        self._runs = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="proxy rates", daemon=True)
        self._runs.set()
        self._thread.start()

    def latest(self) -> MapView | None:
        """Return the newest rates; None where there are none that can be believed."""
        return self._latest

    def forget(self) -> None:
        """Begin anew: what has been counted so far was counted under another rule."""
        with self._lock:
            self._forgotten = time.monotonic()
            self._readings.clear()
            self._latest = None

    def pause(self) -> None:
        self._runs.clear()
        self.forget()

    def resume(self) -> None:
        self._runs.set()

    def close(self) -> None:
        self._over.set()
        self._runs.set()
        self._thread.join()

    def _work(self) -> None:
        platform: Platform | None = None
        while not self._over.wait(self._every):
            if not self._runs.is_set():
                self._runs.wait()
                continue
            try:
                platform = platform or self._connect()
                began = time.monotonic()
                self._add(platform.upstream_requests(), platform.calls(), began)
            except (DemoError, OSError) as error:
                log.info("the proxies' counts are unknown: %s", error)
                self.forget()
                if platform is not None:
                    platform.close()
                    platform = None
        if platform is not None:
            platform.close()

    def _add(self, counters: Counters, calls: Mapping[str, Calls], began: float) -> None:
        """Keep a reading, unless it was begun before the last `forget`, and compute the rates since an earlier one."""
        now = time.monotonic()
        reading = Reading((began + now) / 2, counters, calls)
        with self._lock:
            if began < self._forgotten or not self._runs.is_set():
                return
            self._readings.append(reading)
            while len(self._readings) > 1 and reading.at - self._readings[1].at >= WINDOW_SECONDS:
                self._readings.popleft()
            earlier = self._readings[0]
            known = _SHORTEST_SECONDS <= reading.at - earlier.at <= 2 * WINDOW_SECONDS
            self._latest = MapView(round(time.time() * 1000), rates(earlier, reading)) if known else None


def _arrow(hop: Hop) -> str:
    return f"{_shown(hop.caller)}>{hop.app}{f'-{hop.version}' if hop.app == _VERSIONED else ''}"


def _shown(caller: str) -> str:
    if caller == BOOKINFO.gateway.name:
        return "gateway"
    return caller if caller.startswith(_VERSIONED) else caller.partition("-")[0]
