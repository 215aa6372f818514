"""The stage, one key after the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platforms.errors import Busy, UsageError
from scenarios.messages.language import Language
from stage.picture import Dot, Picture, ShowView
from stage.presentation import Presentation
from stage.show import Place, Show
from tests.unit.stage.examples import picture


class Scenery:
    """Remembers what was done, and may refuse."""

    def __init__(self) -> None:
        self.entered: list[Place] = []
        self.looked: list[Show] = []
        self.busy = False

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:  # noqa: ARG002
        return picture()

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return after, ()

    def enter(self, place: Place, show: Show) -> None:
        assert place == show.place
        if self.busy:
            raise Busy("a proof is running")
        self.entered.append(place)

    def looks_changed(self, show: Show) -> None:
        self.looked.append(show)

    def close(self) -> None: ...


@pytest.fixture
def scenery() -> Scenery:
    return Scenery()


@pytest.fixture
def stage(scenery: Scenery) -> Presentation:
    return Presentation(scenery, Show(Language.ENGLISH, "opennaru"))


def test_one_key_through_the_talk_and_no_further(stage: Presentation, scenery: Scenery) -> None:
    """Each step is done once; at the end the key does nothing, and least of all another proof."""
    for _ in range(20):
        stage.move(1)

    assert 11 == len(scenery.entered) == len(set(scenery.entered))
    assert Place(3, "prove") == scenery.entered[-1] == stage.show.place


def test_back_is_no_proof(stage: Presentation, scenery: Scenery) -> None:
    """It goes to where the proof was; to any other step it does what that is about."""
    stage.go(Place(2, "do"))
    for _ in range(3):
        stage.move(-1)

    assert Place(1, "show") == stage.show.place
    assert [Place(2, "do"), Place(2, "say"), Place(1, "show")] == scenery.entered


def test_a_step_that_is_refused_is_not_gone(stage: Presentation, scenery: Scenery) -> None:
    """The talk stays where the demo is, and its clock too."""
    scenery.busy = True
    with pytest.raises(Busy):
        stage.move(1)

    assert (Place(), 0) == (stage.show.place, stage.show.talk_started_ms)


@pytest.mark.parametrize(
    ("change", "looks"),
    [
        (lambda stage: stage.look(language=Language.KOREAN), True),
        (lambda stage: stage.name_user("홍길동"), True),
        (lambda stage: stage.look(dark=True), False),
        (lambda stage: stage.look(large="anonymous"), False),
        (lambda stage: stage.look(language=Language.ENGLISH), False),
    ],
)
def test_pages_follow_language_and_user(
    change: Callable[[Presentation], None], stage: Presentation, scenery: Scenery, *, looks: bool
) -> None:
    """And nothing else of how it is looked at: another page costs a request."""
    change(stage)

    assert looks == bool(scenery.looked)


def test_a_name_that_cannot_sign_in(stage: Presentation, scenery: Scenery) -> None:
    """Is refused, and the one of before stays."""
    with pytest.raises(UsageError):
        stage.name_user("\n")

    assert "opennaru" == stage.show.user
    assert [] == scenery.looked
