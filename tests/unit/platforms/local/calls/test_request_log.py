"""The marked calls, read from what proxies write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.boundary import Call
from platforms.counters import Hop
from platforms.envoy.topology import Topology
from platforms.local.calls.request_log import LocalRequestLog
from tests.golden.validation import topology


@pytest.fixture
def here(tmp_path: Path) -> Topology:
    found = replace(topology(), folder=tmp_path / "bookinfo")
    for proxy in found.proxies:
        found.proxy_folder(proxy).mkdir(parents=True)
    return found


def test_calls(here: Topology) -> None:
    """Each whole line is a call; what is being written, or led nowhere of ours, is none."""
    v2, ratings, page = (here.ports[name].inbound for name in ("reviews-v2", "ratings-v1", "productpage-v1"))
    lines = [
        f"mesh=bookinfo-5e1.7.kim 127.0.0.1:{v2} 200 1",
        f"mesh=bookinfo-5e1.8. 127.0.0.1:{ratings} 0 3",
        "mesh=bookinfo-5e1.9. - 503 0",
        "nonsense",
        f"mesh=other-5e1.7.kim 127.0.0.1:{v2} 200 1",
        f"mesh=bookinfo-5e1.7.kim 127.0.0.1:{v2} 200",
        f"mesh=bookinfo-5e1.7.kim 127.0.0.1:{v2} 200 -",
        "mesh=bookinfo-5e1.10. 127.0.0.1:",
    ]
    here.request_log("productpage-v1").write_text("\n".join(lines))
    here.request_log("ingressgateway").write_text(f"mesh=bookinfo-5e1.7.kim 127.0.0.1:{page} 200 1\n")
    log = LocalRequestLog(BOOKINFO, here)

    assert [
        Call("mesh=bookinfo-5e1.7.kim", Hop("productpage-v1", "reviews", "v2"), 200),
        Call("mesh=bookinfo-5e1.8.", Hop("productpage-v1", "ratings", "v1"), 0, attempts=3),
        Call("mesh=bookinfo-5e1.7.kim", Hop("ingressgateway", "productpage", "v1"), 200),
    ] == list(log.calls())

    log.clear()

    assert [] == list(log.calls())


def test_what_is_being_written(here: Topology) -> None:
    """A line counts once it is whole, and once only, however often it is looked for."""
    file = here.request_log("productpage-v1")
    line = f"mesh=bookinfo-5e1.7.kim 127.0.0.1:{here.ports['reviews-v2'].inbound} 200 1\n"
    log = LocalRequestLog(BOOKINFO, here)
    seen = []
    for more in (line[:20], line[20:], line[:-1], "\n", line):
        with file.open("a") as end:
            end.write(more)
        seen.append(len(log.calls()))

    assert [0, 1, 1, 2, 3] == seen


def test_nobody_outside_knows_the_mark(here: Topology) -> None:
    """Every run has its own, and they begin as the proxies' filter has it."""
    log = LocalRequestLog(BOOKINFO, here)
    first, second = log.mark(), log.mark()

    assert first != second
    assert first.startswith(here.request_mark)
    assert second.startswith(here.request_mark)
