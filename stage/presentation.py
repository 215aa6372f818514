"""The stage: what all browsers show alike, and what is shown there, be it a demo or a recording."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Literal, Protocol

from scenarios.enduser import parse_name
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Text
from stage import talk
from stage.picture import Dot, Picture, ShowView, Who
from stage.show import Place, Show


class Scenery(Protocol):
    """What the stage shows, and what the keys do there."""

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture: ...

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]: ...

    def enter(self, place: Place, show: Show) -> None:
        """Do what the step of the talk is about."""

    def looks_changed(self, show: Show) -> None:
        """Show the pages of another user, or in another language."""

    def close(self) -> None: ...


class Presentation:
    """The show, changed by one key at a time, and its scenery."""

    def __init__(self, scenery: Scenery, show: Show) -> None:
        self.scenery = scenery
        self._show = show
        self._lock = threading.Lock()

    @property
    def show(self) -> Show:
        return self._show

    def picture(self, now_ms: int) -> Picture:
        show = self._show
        number, phase = show.place.number, show.place.phase
        titles = talk.titles(show.language, show.talk)
        line, following = talk.sentence(show.language, show.talk, number, phase, user=show.user)
        view = ShowView(titles, number, phase, line, following, show.talk_started_ms, show.step_started_ms)
        return self.scenery.draw(show, view, now_ms)

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self.scenery.dots(after)

    def say(self, text: Text) -> str:
        """Put a message into the language of the show."""
        return render(text, self._show.language)

    def move(self, by: Literal[1, -1]) -> None:
        """Go one step on, or back, in the talk, and do what it is about; whoever goes back wants no proof."""
        place = self._show.moved(by)
        if place != self._show.place:
            self.go(place, acts=by == 1 or place.phase != "prove")

    def go(self, place: Place, *, acts: bool = True) -> None:
        """Go to a step of the talk, and do what it is about; raises what stands in the way, and stays."""
        with self._lock:
            show = self._show.at(place, time.time_ns() // 1_000_000)
            if acts:
                self.scenery.enter(place, show)
            self._show = show

    def look(self, **changes: Language | bool | Who) -> None:
        """Change how it is looked at: language, dark, large."""
        with self._lock:
            before, self._show = self._show, replace(self._show, **changes)  # type: ignore[arg-type]
        if before.language != self._show.language:
            self.scenery.looks_changed(self._show)

    def name_user(self, name: str) -> None:
        """Make somebody else the end user of the second page; raises UsageError for a name that cannot sign in."""
        with self._lock:
            self._show = replace(self._show, user=parse_name(name, option="user"))
        self.scenery.looks_changed(self._show)
