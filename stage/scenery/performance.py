"""The stage on a demo that is up: its rule, its traffic, its pages and its runs, in one picture."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.choice import Choice
from platforms.demo.journal import DemoPlatform
from platforms.errors import Busy
from scenarios.enduser import ANONYMOUS
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from stage import rules, talk
from stage.episodes import Episode
from stage.frames.pages import Pages
from stage.parts import Changes, Check, LiveTraffic, ProxyRates, RuleStatus, Runs
from stage.picture import DemoView, Dot, Fault, Picture, ShowView
from stage.scenery.rule import RuleDrawing
from stage.show import Place, Show

BASELINE = State(baseline())
_ENDS_SECONDS = 5.0
"""How long a command that has said its verdict may take to end, before the next key is refused."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Those who do the work."""

    changes: Changes
    traffic: LiveTraffic
    rates: ProxyRates
    runs: Runs
    pages: Pages


class Performance:
    """Everything that a demo on the stage does, and what it looks like at a moment."""

    def __init__(self, platform: DemoPlatform, choice: Choice, cast: Cast, *, rate: float) -> None:
        self._platform, self._choice, self._cast, self._rate = platform, choice, cast, rate
        self._workloads = platform.workloads()
        self._lock = threading.Lock()
        self._paused = self._waits = False
        self._show: Show | None = None
        self._user = ""
        self._counted_from = -1
        self._proxies = 0
        self._rule = RuleDrawing()

    # What it looks like.

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        self._show = show
        self.settle()
        status, cast = self._cast.changes.status, self._cast
        traffic = cast.traffic.rolling()
        return Picture(
            now_ms=now_ms,
            mode="live",
            language=show.language.value,
            show=view,
            dark=show.dark,
            large=show.large,
            user=show.user,
            demo=self._demo(status),
            rule=self._rule.draw(cast.runs.rule() or status, show.language),
            traffic=replace(traffic, status="proof") if self._waits and traffic.status == "paused" else traffic,
            map=None if self._waits else cast.rates.latest(),
            frames=cast.pages.views(),
            reloads=cast.pages.reloads,
            run=cast.runs.view(show.language),
            notice=self._notice(status, show.language),
        )

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self._cast.traffic.dots(after)

    # What the keys do.

    def enter(self, place: Place, show: Show) -> None:
        """Put in force what the step is about, unless it is there; the last step of an episode proves it."""
        self._take_over(show)
        at_baseline = self._state == BASELINE
        step = show.episode.scenario_for(show.user).shown
        wanted = BASELINE if place.phase == "say" else step.state
        if place.phase == "prove":
            self._prove(show)
        elif wanted == BASELINE and not at_baseline:
            self._cast.changes.reset()
        elif wanted != BASELINE and (place.phase == "do" or at_baseline):
            self._cast.changes.apply(wanted, step.title)

    def looks_changed(self, show: Show) -> None:
        self._show = show
        self._cast.pages.want(show.user, show.language)

    def reload(self, show: Show, *, every: bool | None = None) -> None:
        """Fetch both pages anew; or begin, or stop, to do so every few seconds."""
        if every is not None:
            self._cast.pages.reloads = every
        self._cast.pages.want(show.user, show.language)

    def pause(self) -> None:
        """Stop the traffic, or let it go on."""
        self._paused = not self._paused

    def set_rate(self, rate: float) -> None:
        self._rate = rate
        self._user = ""  # the traffic begins anew

    def weights(self, show: Show, weights: Sequence[int]) -> None:
        self._apply(show, rules.weights(weights))

    def preset(self, show: Show, number: int) -> None:
        self._apply(show, rules.preset(number))

    def fault(self, show: Show, kind: Fault) -> None:
        self._apply(show, rules.fault(kind))

    def route_user(self, show: Show, *, on: bool) -> None:
        if on:
            self._apply(show, rules.user(show.user))
        else:
            self.reset(show)

    def reset(self, show: Show) -> None:
        self._take_over(show)
        self._cast.changes.reset()

    def undo(self, show: Show) -> None:
        self._take_over(show)
        self._cast.changes.undo()

    def check(self, text: str) -> Check:
        return rules.check(text, platform=self._platform.name, before=self._state)

    def apply(self, show: Show, text: str) -> Check:
        """Put in force what somebody typed, if it is not refused."""
        found = self.check(text)
        if found.state is not None:
            self._apply(show, found.state)
        return found

    def stop_proof(self) -> None:
        self._cast.changes.stop_proof()

    def close(self) -> None:
        """Put the baseline back, and let go of everything; raises what stands in the way."""
        cast = self._cast
        closing = [cast.traffic.close, cast.rates.close, cast.pages.close, cast.runs.close, self._platform.close]
        try:
            cast.changes.close()
        finally:
            for close in closing:
                close()

    # How it is kept together.

    @property
    def _state(self) -> State:
        return self._cast.changes.status.state

    def _apply(self, show: Show, state: State) -> None:
        self._take_over(show)
        self._cast.changes.apply(state, rules.title(state))

    def _prove(self, show: Show) -> None:
        """Run the scenario that proves what is in force; where that is the episode's own rule, or none, the episode's."""
        arguments = _proof(self._state, show.episode, show.user)
        self._cast.changes.prove([*arguments, *self._choice.options, "--lang", show.language.value])

    def _take_over(self, show: Show) -> None:
        """Raise Busy while a run has the demo: nothing must change under it; else its verdict has been seen, and goes."""
        run = self._cast.runs.view(show.language)
        if run and run.verdict:
            self._cast.changes.wait_for_proof(_ENDS_SECONDS)
        if self._cast.changes.status.proving:
            raise Busy(talk.notice(show.language, "wait_for_proof"))
        if (command := self._cast.runs.elsewhere()) is not None:
            raise Busy(talk.notice(show.language, "terminal_run", command=command))
        self._cast.runs.forget()

    def settle(self) -> None:
        """Let traffic and pages be as rule, proof and show want them.

        Called before a proof begins, and again with every picture: whatever happens in a terminal, nothing is forgotten.
        """
        with self._lock:
            cast, status, show = self._cast, self._cast.changes.status, self._show
            waits = status.proving or cast.runs.elsewhere() is not None
            if waits != self._waits:
                self._waits = waits
                cast.pages.wait(on=waits)
                (cast.rates.pause if waits else cast.rates.resume)()
            (cast.traffic.pause if waits or self._paused else cast.traffic.resume)()
            if show is None or waits:
                return
            if self._user != show.user:
                self._user = show.user
                cast.traffic.start(self._rate, (ANONYMOUS, show.user))
            if status.status != "applying" and status.since_ms != self._counted_from:
                self._counted_from = status.since_ms
                cast.rates.forget()
                cast.traffic.count_from(status.since_ms, rules.shares(status.state, self._workloads))
                cast.pages.want(show.user, show.language)

    def _demo(self, status: RuleStatus) -> DemoView:
        self._proxies = status.proxies or self._proxies
        error = self._cast.pages.error
        url = f"{self._platform.gateway_url}/productpage"
        return DemoView(self._platform.name, self._proxies, url, answers=not error, error=error)

    def _notice(self, status: RuleStatus, language: Language) -> str:
        if status.error:
            why = render(status.error, language)
            return talk.notice(language, "refused", why=why) if status.status == "refused" else why
        if (command := self._cast.runs.elsewhere()) is not None:
            return talk.notice(language, "terminal_run", command=command)
        if self._cast.pages.error:
            return talk.notice(language, "no_demo", why=self._cast.pages.error)
        if problem := self._cast.traffic.problem:
            return talk.notice(language, "traffic_failed", why=render(problem, language))
        return ""


def _proof(state: State, episode: Episode, user: str) -> tuple[str, ...]:
    """The command that proves what is in force."""
    if state not in (BASELINE, episode.scenario_for(user).shown.state):
        fault, weights = rules.fault_of(state), rules.weights_of(state)
        if fault:
            return ("scenarios.fault_ratings", "--fault", fault)
        if rules.routes_user(state):
            return ("scenarios.user_routing", "--user", user)
        if weights:
            return ("scenarios.canary", "--weights", ",".join(map(str, weights)))
    return episode.arguments(user)
