"""A recording on the stage: the same picture as of a demo, with the clock of the recording, and no demo."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from platforms.counters import Counters
from scenarios.enduser import ANONYMOUS
from scenarios.events.event import Counted, Event, InForce, Opened, Restored, Sending, Sent
from scenarios.evidence.observation import Observation
from stage import rules
from stage.frames.page import shown_stars
from stage.frames.pages import WHO
from stage.frames.stand_in import StandIn
from stage.live.counts import AnswerCounts
from stage.live.proxy_rates import Reading, rates
from stage.parts import RuleStatus
from stage.picture import ArrowView, DemoView, Dot, Flow, FrameView, MapView, Mode, Picture, ShowView
from stage.recordings.player import Moment, Player, moments
from stage.recordings.run_so_far import BASELINE, RunSoFar
from stage.scenery.rule import RuleDrawing
from stage.show import Place, Show


@dataclass(frozen=True, slots=True)
class _Measured:
    """A step as a whole, which is known beforehand: its requests a second, and those that the proxies counted."""

    rate: float = 0.0
    arrows: Mapping[str, ArrowView] = field(default_factory=dict)


_NOTHING = _Measured()
_QUIET: Flow = "paused"


class Replay:
    """One recording, played from its beginning."""

    mode: Mode = "replay"

    def __init__(self, events: Sequence[Event], stand_in: StandIn | None = None) -> None:
        """`stand_in` shows the pages; without it, they are told by their versions alone."""
        self._stand_in = stand_in
        self._lock = threading.Lock()
        self._drawing = RuleDrawing()
        self.play(moments(events))

    def play(self, played: Sequence[Moment], *, at: float = 0.0, end: int | None = None) -> None:
        """Play these moments, or so many of them, from then on, in seconds since 1970."""
        with self._lock:
            self._measured = _measured(played)
            self._baseline = _baseline(played)
            self._player = Player(played[:end])
            self._begin_at(at)

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        with self._lock:
            self._catch_up()
            run = self._run
            status = run.rule if run and run.rule is not BASELINE else self._baseline
            traffic = self._counts.view(self._flow, self._now.rate)
            frames = self._frames(show)
            recorded_ms = round(self._player.now * 1000)
        opened = run.opened if run else None
        return Picture(
            now_ms=recorded_ms,
            mode=self.mode,
            language=show.language.value,
            show=_shifted(view, recorded_ms - now_ms),
            dark=show.dark,
            large=show.large,
            user=show.user,
            demo=DemoView(opened.platform, status.proxies, opened.url, answers=True) if opened else DemoView(),
            rule=self._drawing.draw(status, show.language),
            traffic=traffic,
            map=MapView(recorded_ms, self._now.arrows) if self._flow == "running" and self._now.arrows else None,
            frames=frames,
            run=run.view(show.language, "recording") if run else None,
            replay=self._player.view(),
        )

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self._counts.dots(after)

    def enter(self, place: Place, show: Show) -> None:
        """Leave the recording alone: what is said is another matter than what is played."""

    def looks_changed(self, show: Show) -> None:
        """Leave the recording alone: every picture is drawn in the language of the show."""

    def steer(self, *, paused: bool | None = None, speed: float | None = None, step: bool = False) -> None:
        """Pause or go on, faster or slower, or go to the next thing that happened; from its end it begins again."""
        with self._lock:
            if paused is False and self._player.is_over:
                self._begin_at(0.0)
            self._player.set(paused=paused, speed=speed)
            if step:
                self._player.step()

    def close(self) -> None: ...

    def _begin_at(self, at: float) -> None:
        self._player.seek(at)
        self._counts = AnswerCounts(clock=lambda: self._player.now)
        self._flow, self._now = _QUIET, _NOTHING
        self._run: RunSoFar | None = None
        self._first: dict[str, Mapping[str, str]] = {}
        """The marks of the first page of each end user under the rule: the one that the stage would have fetched."""
        self._second: Mapping[str, str] = {}
        """Those of another anonymous page, for an end user of whom there is none."""

    def _catch_up(self) -> None:
        for moment in self._player.taken():
            if isinstance(moment.what, Observation):
                self._see(moment.what)
            else:
                self._follow(moment.what)

    def _see(self, seen: Observation) -> None:
        self._counts.add(seen)
        if self._run:
            self._run = self._run.answered(seen)
        if not seen.is_page:
            return
        if seen.end_user not in self._first:
            self._first[seen.end_user] = seen.marks
        elif seen.end_user == ANONYMOUS:
            self._second = self._second or seen.marks

    def _frames(self, show: Show) -> Mapping[str, FrameView]:
        seen = {ANONYMOUS: self._first.get(ANONYMOUS, {}), show.user: self._first.get(show.user, self._second)}
        if self._stand_in:
            return self._stand_in.show(seen, show.user, show.language)
        views = (FrameView(version=one.get("reviews-version", ""), stars=shown_stars(one)) for one in seen.values())
        return dict(zip(WHO, views, strict=True))

    def _follow(self, event: Event) -> None:
        self._run = self._run.after(event) if self._run else RunSoFar(event) if isinstance(event, Opened) else None
        if self._run is None:
            return
        match event:
            case InForce() | Restored():
                self._counts.count_from(self._run.rule.since_ms, rules.shares(self._run.rule.state))
                self._first, self._second = {}, {}
            case Sending():
                self._flow, self._now = "running", self._measured.get(event.step, _NOTHING)
            case Sent():
                self._flow = _QUIET


def _shifted(view: ShowView, by_ms: int) -> ShowView:
    """The clocks of the talk go on while that of the recording has another time, or stands still."""
    if not view.talk_started_ms:
        return view
    return replace(view, talk_started_ms=view.talk_started_ms + by_ms, step_started_ms=view.step_started_ms + by_ms)


def _measured(played: Sequence[Moment]) -> Mapping[int, _Measured]:
    """Return every step's figures; none for one that was cut off before the proxies were asked."""
    events = [one.what for one in played]
    sent = {one.step: one for one in events if isinstance(one, Sent) and one.seconds > 0}
    return {
        one.step: _Measured(
            rate=sent[one.step].answers / sent[one.step].seconds,
            arrows=rates(Reading(0.0, Counters()), Reading(sent[one.step].seconds, one.counters)),
        )
        for one in events
        if isinstance(one, Counted) and one.step in sent
    }


def _baseline(played: Sequence[Moment]) -> RuleStatus:
    """Return what was in force before: the baseline, on as many proxies as there were."""
    found = (one.what.convergence.proxies for one in played if isinstance(one.what, InForce))
    return replace(BASELINE, proxies=next(found, 0))
