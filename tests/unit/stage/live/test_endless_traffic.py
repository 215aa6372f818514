"""Traffic without end: as whom it is told, at its rate, stopped at once and started again if it dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from platforms.counters import Hop
from platforms.wait import wait_until
from scenarios.messages.catalogue import english
from stage import rules
from stage.live import endless_traffic as module
from stage.live.endless_traffic import EndlessTraffic
from stage.picture import TrafficView
from tests.fakes import Defects, FakePlatform

RATE = 200.0


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as fake:
        yield fake


@pytest.fixture
def traffic(platform: FakePlatform, tmp_path: Path) -> Iterator[EndlessTraffic]:
    live = EndlessTraffic(platform.gateway_url, tmp_path / "locust.log")
    yield live
    live.close()


def until(fact: Callable[[], bool]) -> None:
    assert wait_until(fact, 60, every=0.01)


def answers(traffic: EndlessTraffic) -> int:
    return traffic.rolling().answers


def test_both_users_are_sent(traffic: EndlessTraffic, platform: FakePlatform) -> None:
    """Half each, so that a rule about one of them shows; and every page that was asked for is counted."""
    assert "stopped" == traffic.rolling().status
    traffic.start(RATE, ("", "opennaru"))
    until(lambda: answers(traffic) >= 100)
    users = Counter(dot.user for dot in traffic.dots(0)[1])

    assert {"", "opennaru"} == set(users)
    assert abs(users[""] - users["opennaru"]) <= users.total() / 10
    assert ("running", RATE) == (traffic.rolling().status, traffic.rolling().rate)
    with traffic.held():
        assert platform.asked_for_page == answers(traffic)


def test_it_is_held_while_something_is_proved(traffic: EndlessTraffic, platform: FakePlatform) -> None:
    """Nothing is under way in the block, whatever is asked for meanwhile; after it all goes on."""
    traffic.start(RATE, ("",))
    until(lambda: answers(traffic) > 0)
    with traffic.held():
        asked = platform.asked_for_page
        traffic.resume()
        assert "proof" == traffic.rolling().status
        assert asked == answers(traffic)
        assert asked == platform.asked_for_page
    until(lambda: answers(traffic) > asked)


def test_slow_pages_are_waited_for(tmp_path: Path) -> None:
    """Whoever keeps our requests away does so from those that have begun, too."""
    with FakePlatform(second=0.2) as platform:
        platform.apply(rules.fault("delay"))
        traffic = EndlessTraffic(platform.gateway_url, tmp_path / "locust.log")
        try:
            traffic.start(RATE, ("",))
            until(lambda: platform.asked_for_page >= 20)
            with traffic.held():
                assert platform.asked_for_page == answers(traffic)
        finally:
            traffic.close()


def test_it_pauses_and_goes_on(traffic: EndlessTraffic) -> None:
    """Also when it is told to pause before it has begun."""
    traffic.start(RATE, ("",))
    traffic.pause()
    assert "paused" == traffic.rolling().status
    with traffic.held():
        paused = answers(traffic)
    assert "paused" == traffic.rolling().status
    traffic.resume()
    until(lambda: answers(traffic) > paused)


def test_it_can_be_told_otherwise(traffic: EndlessTraffic) -> None:
    """Another rate and other users replace the first."""
    traffic.start(RATE, ("",))
    until(lambda: answers(traffic) > 0)
    traffic.start(2 * RATE, ("somebody",))
    until(lambda: "somebody" in {dot.user for dot in traffic.dots(0)[1]})
    newest = traffic.dots(0)[0]
    until(lambda: traffic.dots(newest)[0] > newest + 20)

    assert {"somebody"} == {dot.user for dot in traffic.dots(newest)[1]}
    assert 2 * RATE == traffic.rolling().rate


def test_it_is_started_again_if_it_dies(traffic: EndlessTraffic) -> None:
    """The reason is told until it sends again, and what was counted stays."""
    others = psutil.Process().children()
    traffic.start(RATE, ("",))
    until(lambda: answers(traffic) > 0)
    (locust,) = (child for child in psutil.Process().children() if child not in others)
    os.kill(locust.pid, signal.SIGKILL)
    until(lambda: traffic.rolling().status == "failed")
    before = answers(traffic)

    assert "Locust ended in the middle" in english(traffic.problem)
    until(lambda: traffic.rolling().status == "running" and answers(traffic) > before)


def test_a_login_that_is_refused_is_told(tmp_path: Path) -> None:
    """There is no traffic of a user who cannot sign in; it is tried again."""
    with FakePlatform(defects=Defects(refuses_logins=True)) as platform:
        traffic = EndlessTraffic(platform.gateway_url, tmp_path / "locust.log")
        try:
            traffic.start(RATE, ("", "opennaru"))
            until(lambda: "POST /login as opennaru" in english(traffic.problem))
            platform.defects.refuses_logins = False
            until(lambda: answers(traffic) > 0)
        finally:
            traffic.close()


def test_users_who_are_forgotten_sign_in_again(
    traffic: EndlessTraffic, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demo that is brought up anew knows no session of the one before."""
    monkeypatch.setattr(module, "_SESSION_SECONDS", 0.0)
    traffic.start(RATE, ("opennaru",))
    until(lambda: answers(traffic) > 20)
    first = logins(platform)
    platform.defects.marks = {version: {"end-user": ""} for version in ("v1", "v2", "v3")}
    until(lambda: logins(platform) >= 2 * first)
    platform.defects.marks = {}
    newest = traffic.dots(0)[0]
    until(lambda: any(dot.kind == "whole" for dot in traffic.dots(newest)[1]))


def logins(platform: FakePlatform) -> int:
    """Requests at the gateway that are no pages."""
    at_gateway = platform.upstream_requests().requests[Hop("ingressgateway", "productpage", "v1")]
    return at_gateway - platform.asked_for_page


def test_failures_are_answers(tmp_path: Path) -> None:
    """A page that breaks is counted as failed."""
    with FakePlatform(defects=Defects(broken_pages=0.5)) as platform:
        traffic = EndlessTraffic(platform.gateway_url, tmp_path / "locust.log")
        try:
            traffic.start(RATE, ("",))
            until(lambda: answers(traffic) >= 50)
        finally:
            traffic.close()
        view: TrafficView = traffic.rolling()

    assert 0 < view.failed < view.answers
    assert view.whole.success == pytest.approx(1 - view.failed / view.answers)


def test_it_ends(traffic: EndlessTraffic, platform: FakePlatform) -> None:
    """With its Locust, and without a request under way."""
    others = psutil.Process().children()
    traffic.start(RATE, ("",))
    until(lambda: answers(traffic) > 0)
    children = [child for child in psutil.Process().children() if child not in others]
    traffic.close()

    assert "stopped" == traffic.rolling().status
    assert [] == psutil.wait_procs(children, timeout=30)[1]
    assert platform.asked_for_page == answers(traffic)
    assert traffic.dots(0)[1][-1].at_ms <= time.time() * 1000
