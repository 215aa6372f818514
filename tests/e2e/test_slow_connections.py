"""Slow connections through the gateway cost the other visitors nothing."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from bench.instruments.slow_senders import ConnectionResult, SlowConnections
from platforms.local.xds.admin import Admins
from tests.e2e.demo import Demo, until

CONNECTIONS = 300
"""More than productpage has threads, twice."""
HELD = r"/stats?format=json&filter=^http\.(outbound_8080\.downstream_cx|(outbound_8080|inbound_9080)\.downstream_rq)_active$"


@pytest.mark.exhaustive
def test_slow_connections_cost_nobody_anything(demo: Demo) -> None:
    """While they are open, and refused, and opened again, every page is whole, by the same processes; nothing of them stays."""
    processes = running(demo)
    with SlowConnections(("127.0.0.1", demo.port), CONNECTIONS) as senders:
        until(lambda: held(senders).most_open == CONNECTIONS, what="all slow connections are open")
        while_open = [demo.page() for _ in range(20)]
        until(lambda: "408" in held(senders).ended, what="one of them is refused")
        while_refused = [demo.page() for _ in range(20)]

        assert open_at(demo) > CONNECTIONS / 2

    assert [] == [page for page in while_open + while_refused if not is_whole(page)]
    assert processes == running(demo)
    until(lambda: open_at(demo) == 0, what="the proxies hold nothing")


def held(senders: SlowConnections) -> ConnectionResult:
    """What became of the slow connections, a moment later."""
    senders.hold(0.1)
    return senders.sent


def running(demo: Demo) -> dict[str, int]:
    status = demo.status()
    return {name: child["pid"] for kind in ("workloads", "proxies") for name, child in status[kind].items()}


def open_at(demo: Demo) -> int:
    """The gateway's connections, and the requests under way at it and at every sidecar's door."""
    with closing(Admins(demo.record().topology)) as admins:
        answers = admins.ask(HELD).values()
    assert None not in answers

    return sum(int(stat["value"]) for answer in answers for stat in json.loads(str(answer))["stats"])


def is_whole(page: str) -> bool:
    """Whether it shows details and reviews, of whichever version."""
    return 'data-details="shown"' in page and 'data-reviews="shown"' in page
