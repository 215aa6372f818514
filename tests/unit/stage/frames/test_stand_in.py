"""The real page without a demo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from platforms.wait import wait_until
from scenarios.evidence.observation import marks
from scenarios.messages.language import Language
from stage.frames.pages import Pages
from stage.frames.stand_in import Marks, StandIn, productpage
from tests.ask import ask
from tests.unit.stage.recorded import seen

_PATIENCE = 60.0


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, dict[str, Marks]]]:
    with productpage() as found:
        yield found


def test_it_shows_what_was_seen(running: tuple[str, dict[str, Marks]]) -> None:
    """Each end user's page has the marks of the page that was recorded, and is signed in."""
    url, shown = running
    pages = Pages(url, ("http://one", "http://two"))
    try:
        stand_in = StandIn(pages, shown)
        wanted = {"": seen("v2", 0.0).marks, "홍길동": seen("v3", 0.0).marks}

        def both() -> list[tuple[str, str]]:
            views = stand_in.show(wanted, "홍길동", Language.KOREAN)
            return [(view.version, view.stars) for view in views.values()]

        assert wait_until(lambda: both() == [("v2", "black"), ("v3", "red")], _PATIENCE)
        assert wait_until(lambda: all(page.held for page in pages.held), _PATIENCE)
        assert ["", "홍길동"] == [page.held.marks["end-user"] for page in pages.held if page.held]

        held = stand_in.show({}, "홍길동", Language.KOREAN)
        assert ["v2", "v3"] == [view.version for view in held.values()]
    finally:
        pages.close()


def test_stars_can_be_missing(running: tuple[str, dict[str, Marks]]) -> None:
    """As while ratings fail."""
    url, shown = running
    shown[""] = {"reviews-version": "v3", "ratings": "unavailable"}
    found = marks(ask("GET", f"{url}/productpage").data.decode())

    assert ("v3", "unavailable", "shown") == (found["reviews-version"], found["ratings"], found["details"])


def test_reviews_can_be_missing(running: tuple[str, dict[str, Marks]]) -> None:
    """As where a time-out ends every call of them."""
    url, shown = running
    shown[""] = {"reviews": "unavailable"}
    found = marks(ask("GET", f"{url}/productpage").data.decode())

    assert ("", "unavailable", "shown") == (found["reviews-version"], found["reviews"], found["details"])
