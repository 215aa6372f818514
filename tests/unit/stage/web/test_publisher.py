"""Pictures for browsers, one of which is slow."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from stage.picture import Dot, Picture
from stage.web.publisher import Publisher, Watcher
from tests.unit.stage.examples import NOW, picture


class Moving:
    """A scene that looks different every time, with one more answer."""

    def __init__(self) -> None:
        self.drawn = 0
        self.fails_at = 0

    def picture(self, now_ms: int) -> Picture:
        self.drawn += 1
        if self.drawn == self.fails_at:
            raise RuntimeError("no picture")
        return replace(picture(), now_ms=now_ms, notice=str(self.drawn))

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self.drawn, tuple(Dot(NOW, "v1", "whole", "") for _ in range(after, self.drawn))


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher(Moving())
    thread = threading.Thread(target=publisher.run)
    thread.start()
    yield publisher
    publisher.close()
    thread.join()


def _next(watcher: Watcher) -> Picture:
    found = watcher.next()
    assert found
    return found


def test_every_picture_once_in_order(publisher: Publisher) -> None:
    """A browser that keeps up misses nothing, and gets every answer once."""
    watcher = Watcher(publisher)
    first, *others = [_next(watcher) for _ in range(4)]

    assert [first.number + 1, first.number + 2, first.number + 3] == [one.number for one in others]
    assert [0] * 3 == [one.skipped for one in others]
    assert (
        int(others[-1].notice) <= len(first.dots) + sum(len(one.dots) for one in others) <= int(others[-1].notice) + 1
    )


def test_a_slow_browser_gets_the_newest_and_is_told(publisher: Publisher) -> None:
    """While it does nothing, others get their pictures; then it has the newest, and no answer is lost to it."""
    slow, quick = Watcher(publisher), Watcher(publisher)
    seen = _next(slow)
    while _next(quick).number < seen.number + 3:
        pass
    late = _next(slow)

    assert late.number - seen.number - 1 == late.skipped >= 2
    assert (
        len(late.dots) == late.skipped + 1 or len(late.dots) == late.skipped + 2
    )  # drawn, and perhaps not yet published


def test_five_a_second_at_most(publisher: Publisher) -> None:
    """However often something changes."""
    watcher = Watcher(publisher)
    moments = [_next(watcher).now_ms for _ in range(6)]

    assert all(after - before >= 190 for before, after in itertools.pairwise(moments))


def test_a_picture_that_cannot_be_drawn(caplog: pytest.LogCaptureFixture) -> None:
    """It is told to whoever reads the terminal, and the next one comes all the same."""
    scene = Moving()
    scene.fails_at = 2
    publisher = Publisher(scene)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    watcher = Watcher(publisher)
    seen = [_next(watcher).notice for _ in range(2)]
    publisher.close()
    thread.join()

    assert ["1", "3"] == seen
    assert "a picture could not be drawn" in caplog.text


def test_the_end(publisher: Publisher) -> None:
    """A browser that waits is let go."""
    watcher = Watcher(publisher)
    _next(watcher)
    publisher.close()

    assert watcher.next() is None
