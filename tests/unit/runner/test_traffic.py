"""The Locust child process: exactly what it is told, as whom it is told, and never longer than its parent."""

from __future__ import annotations

import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.errors import TrafficError
from scenarios.runner import traffic as module
from scenarios.runner.observation import Observation
from scenarios.runner.traffic import Load, Traffic
from tests.fakes import Defects, FakePlatform


@pytest.fixture
def traffic(tmp_path: Path) -> Iterator[Traffic]:
    with Traffic(tmp_path / "locust.log") as child:
        yield child


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as fake:
        yield fake


def ignore(_: Observation) -> None:
    pass


def test_every_load_is_sent_exactly(traffic: Traffic, platform: FakePlatform) -> None:
    """Each end user gets as many pages as asked for, signed in under the name, and the gateway saw no more."""
    loads = [Load("", 40, 3), Load("opennaru", 25, 2), Load("홍길동 & Söhne", 10, 1)]
    sent = traffic.send(platform.gateway_url, loads, rate=None, answered=ignore)

    assert {load.end_user: load.requests for load in loads} == Counter(
        seen.marks["end-user"] for seen in sent.observations if seen.is_page
    )
    assert sum(platform.upstream_requests().requests.values()) > 0
    assert 3 == sent.logins


def test_one_child_sends_step_after_step(traffic: Traffic, platform: FakePlatform) -> None:
    """A second order is as good as the first."""
    for requests in (7, 11):
        sent = traffic.send(platform.gateway_url, [Load("", requests, 4)], rate=None, answered=ignore)

        assert requests == len(sent.observations)


def test_a_rate_is_kept(traffic: Traffic, platform: FakePlatform) -> None:
    """Twenty requests at 40 per second are begun over 475 ms, not at once."""
    sent = traffic.send(platform.gateway_url, [Load("", 20, 4)], rate=40.0, answered=ignore)

    assert sent.seconds >= 19 / 40


def test_what_is_no_page_is_observed(traffic: Traffic) -> None:
    """Error pages and broken connections are answers like others, each counted once and never repeated in silence."""
    with FakePlatform(defects=Defects(broken_pages=0.3, cut_connections=0.3)) as platform:
        sent = traffic.send(platform.gateway_url, [Load("", 100, 4)], rate=None, answered=ignore)
    faults = Counter(seen.fault for seen in sent.observations if not seen.is_page)

    assert 100 == len(sent.observations) == platform.asked_for_page
    assert {"HTTP 503", "connection closed"} == set(faults)


def test_a_closed_port_is_observed(traffic: Traffic) -> None:
    """Nobody there: no answer, and it says why."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        sent = traffic.send(url, [Load("", 3, 1)], rate=None, answered=ignore)

    assert {"connection refused"} == {seen.fault for seen in sent.observations}


def test_a_page_that_does_not_come_is_a_time_out(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting ends, and is told apart from a broken connection."""
    monkeypatch.setattr(module, "PAGE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sent = traffic.send(url, [Load("", 2, 2)], rate=None, answered=ignore)

    assert [("time-out", True)] * 2 == [(seen.error, seen.timed_out) for seen in sent.observations]


def test_a_refused_login_is_an_error(traffic: Traffic) -> None:
    """Nobody can be observed as an end user who cannot sign in."""
    with (
        FakePlatform(defects=Defects(refuses_logins=True)) as platform,
        pytest.raises(TrafficError, match=r"POST /login as opennaru.*500"),
    ):
        traffic.send(platform.gateway_url, [Load("opennaru", 3, 1)], rate=None, answered=ignore)


def test_a_child_that_dies_is_an_error(traffic: Traffic, platform: FakePlatform) -> None:
    """What it had not sent is not made up."""

    def kill(_: Observation) -> None:
        os.kill(traffic.pid, signal.SIGKILL)

    with pytest.raises(TrafficError, match="Locust ended in the middle"):
        traffic.send(platform.gateway_url, [Load("", 10_000, 2)], rate=None, answered=kill)


def test_the_child_ends_when_its_stdin_does(tmp_path: Path) -> None:
    """However its parent ends, no traffic outlives it."""
    with Traffic(tmp_path / "locust.log") as child:
        assert child._child.stdin is not None
        child._child.stdin.close()

        assert 0 == child._child.wait(timeout=30)
