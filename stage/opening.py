"""The stage set up: a demo with all that works on it, a recording, or a rehearsal."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from platforms.choice import Choice
from platforms.demo.crash_recovery import print_restored
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.selection import connect
from stage.changes.director import Director
from stage.frames.listener import create_frame
from stage.frames.pages import Pages
from stage.frames.stand_in import StandIn, productpage
from stage.live.endless_traffic import EndlessTraffic
from stage.live.proxy_rates import PolledRates
from stage.recordings.watch import RunWatch
from stage.scenery.performance import Cast, Performance
from stage.server import Listener
from stage.web.door import Door

_POLL_SECONDS = {"local": 0.4, "kubernetes": 1.0}
"""How often the proxies are asked for their counts: in a cluster, each through a forwarded port."""


def demo(choice: Choice, door: Door, frames: Sequence[Listener], *, rate: float) -> Performance:
    """Set up the demo that is meant; raises NotReachable where none is up."""
    platform = connect(choice)
    print_restored(platform)

    def connect_again() -> DemoPlatform:  # each part has a connection of its own, which is not for two threads
        return connect(replace(choice, yes=True))

    pages = _pages(platform.gateway_url, door, frames)
    traffic = EndlessTraffic(platform.gateway_url, part(platform.key) / "stage-locust.log")
    rates = PolledRates(connect_again, every=_POLL_SECONDS[platform.name])
    command = shlex.join(["python", "-m", "stage", *sys.argv[1:]])
    director = Director(connect_again, command=command, hold_traffic=traffic.held)
    runs = RunWatch(platform.key, lambda: director.status.proving)
    performance = Performance(platform, choice, Cast(director, traffic, rates, runs, pages), rate=rate)
    director.on_change = lambda _: performance.settle()
    return performance


@contextmanager
def stand_in(door: Door, frames: Sequence[Listener]) -> Iterator[StandIn]:
    """Set up the two pages for the block, without a demo."""
    with productpage() as (url, shown):
        pages = _pages(url, door, frames)
        try:
            yield StandIn(pages, shown)
        finally:
            pages.close()


def _pages(gateway: str, door: Door, frames: Sequence[Listener]) -> Pages:
    pages = Pages(gateway, [door.at(listener.port).origins[0] for listener in frames])
    for listener, page in zip(frames, pages.held, strict=True):
        listener.serve(create_frame(page, door.origins, door.at(listener.port).check))
    return pages
