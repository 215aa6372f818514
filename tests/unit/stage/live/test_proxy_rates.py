"""The rates of the map: differences between the proxies' counts, and nothing where there are none to believe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from platforms.counters import Calls, Counters, Hop
from platforms.errors import NotReachable
from platforms.wait import wait_until
from stage.live import proxy_rates as module
from stage.live.proxy_rates import ARROWS, PolledRates, Reading, rates
from stage.picture import MapView
from tests.ask import ask
from tests.fakes import FakePlatform

GATEWAY = Hop("ingressgateway", "productpage", "v1")
V2 = Hop("productpage-v1", "reviews", "v2")
RATINGS = Hop("reviews-v2", "ratings", "v1")


def test_rates_are_differences() -> None:
    """Per second, and with the share that failed; what nobody calls has a rate too, and it is 0."""
    earlier = Reading(10.0, Counters({GATEWAY: 1000, V2: 50}, {V2: 7}))
    later = Reading(12.0, Counters({GATEWAY: 1030, V2: 60, RATINGS: 4}, {V2: 9, RATINGS: 4}))
    found = rates(earlier, later)

    assert {"browser>gateway", *ARROWS} == set(found)
    assert (15.0, 0.0) == (found["gateway>productpage"].rate, found["gateway>productpage"].failed)
    assert found["browser>gateway"] == found["gateway>productpage"]
    assert (5.0, 0.2) == (found["productpage>reviews-v2"].rate, found["productpage>reviews-v2"].failed)
    assert (2.0, 1.0) == (found["reviews-v2>ratings"].rate, found["reviews-v2>ratings"].failed)
    assert (0.0, 0.0) == (found["productpage>reviews-v3"].rate, found["productpage>reviews-v3"].failed)


def test_a_call_that_never_arrives_is_on_the_map() -> None:
    """Its caller's proxy refuses it, or holds it back until nobody waits: ratings never count it, and it has failed."""
    earlier = Reading(10.0, Counters(), {"reviews-v2": Calls(100, 90, 0), "reviews-v3": Calls(50, 50, 0)})
    later = Reading(12.0, Counters(), {"reviews-v2": Calls(120, 95, 5), "reviews-v3": Calls(3, 3, 0)})
    found = rates(earlier, later)

    assert (10.0, 0.5) == (found["reviews-v2>ratings"].rate, found["reviews-v2>ratings"].failed)
    assert (0.0, 0.0) == (found["reviews-v3>ratings"].rate, found["reviews-v3>ratings"].failed)


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as fake:
        yield fake


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHORTEST_SECONDS", 0.05)


def until(rated: PolledRates, fact: Callable[[MapView | None], bool]) -> None:
    assert wait_until(lambda: fact(rated.latest()), 30, every=0.005)


def get_page(platform: FakePlatform) -> None:
    ask("GET", f"{platform.gateway_url}/productpage", retries=False)


def test_proxies_are_polled(platform: FakePlatform) -> None:
    """Until two readings are far enough apart there is nothing; then what they counted."""
    rated = PolledRates(lambda: platform, every=0.01)
    try:
        until(rated, lambda shown: shown is not None)
        get_page(platform)
        until(rated, lambda shown: shown is not None and shown.arrows["gateway>productpage"].rate > 0)
        rated.forget()
        until(rated, lambda shown: shown is not None and shown.arrows["gateway>productpage"].rate == 0)
    finally:
        rated.close()


def test_a_pause_forgets(platform: FakePlatform) -> None:
    """What is counted during a proof is the proof's."""
    rated = PolledRates(lambda: platform, every=0.01)
    try:
        until(rated, lambda shown: shown is not None)
        rated.pause()
        assert rated.latest() is None
        get_page(platform)
        rated.resume()
        until(rated, lambda shown: shown is not None)
        assert 0 == rated.latest().arrows["gateway>productpage"].rate  # type: ignore[union-attr]
    finally:
        rated.close()


def test_what_was_asked_for_before_is_forgotten_too(platform: FakePlatform) -> None:
    """An answer of the proxies that was under way belongs to what was."""
    rated = PolledRates(lambda: platform, every=60)
    try:
        began = time.monotonic()
        rated.forget()
        rated._add(Counters(), {}, began)
        assert not rated._readings
        rated._add(Counters(), {}, time.monotonic())
        assert rated._readings
    finally:
        rated.close()


def test_a_demo_that_is_gone_shows_nothing(platform: FakePlatform) -> None:
    """It is connected to again as soon as it is back."""
    gone = [True]

    def connect() -> FakePlatform:
        if gone:
            gone.clear()
            raise NotReachable("no demo is up")
        return platform

    rated = PolledRates(connect, every=0.01)
    try:
        assert rated.latest() is None
        until(rated, lambda shown: shown is not None)
    finally:
        rated.close()


def test_readings_that_are_far_apart_say_nothing(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate of long ago is none of now."""
    monkeypatch.setattr(module, "WINDOW_SECONDS", 0.001)
    rated = PolledRates(lambda: platform, every=0.01)
    try:
        assert wait_until(lambda: len(rated._readings) > 1, 30, every=0.005)
        assert rated.latest() is None
    finally:
        rated.close()
