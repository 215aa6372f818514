"""The rule in force: put there under lock and journal, taken back if the proxies do not serve it, undone, looked after."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, Convergence, State
from platforms.demo.journal import DemoPlatform
from platforms.errors import DemoError, NotApplied, NotConverged, NotReachable, Silent
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message, Text
from stage.changes.hold import Hold
from stage.parts import RuleStatus

BASELINE = State(baseline())
_TITLE = Message("run.baseline")
_UNDONE = 50
"""How many changes can be undone."""
_PROBE_SECONDS = 5.0
"""How long the proxies get to prove that they serve the baseline."""
_PATIENCE_SECONDS = 3.0
"""How long the proxies are waited for before somebody may have thought better of it; a cluster's are all asked anew then."""
_NOTHING_KNOWN = RuleStatus("baseline", _TITLE, BASELINE, revision=BASELINE.resources.revision)


class Superseded(Exception):
    """Something else is wished for before this came into force."""


class RuleInForce:
    """What is in force, as far as is known; for one thread."""

    def __init__(self, hold: Hold, tell: Callable[[RuleStatus], None], is_superseded: Callable[[], bool]) -> None:
        """`tell` is given every status; `is_superseded` says whether something else is wished for meanwhile."""
        self.status = _NOTHING_KNOWN
        self.is_unclear = False
        """No demo answers, or it is under another rule than the baseline: it is looked at again."""
        self._hold = hold
        self._tell = tell
        self._is_superseded = is_superseded
        self._before: deque[RuleStatus] = deque(maxlen=_UNDONE)
        self._is_unfinished = False
        """Another rule was on its way when something else was wished for."""

    @property
    def can_be_undone(self) -> bool:
        return bool(self._before)

    def look(self, timeout: float = _PROBE_SECONDS) -> None:
        """Tell what is in force, once what a killed command left is undone."""
        self.is_unclear = True
        platform = self._hold.in_peace()
        if platform is None:  # another command is at it, and puts the baseline back by itself
            return
        try:
            convergence = platform.wait_until_converged(BASELINE, timeout=timeout)
        except NotConverged as error:
            raise NotApplied(words(Message("stage.not_baseline", why=told(error)))) from error
        # How long it took is for whoever put it in force to say.
        self._now_in_force(BASELINE, _TITLE, replace(convergence, milliseconds=0.0))

    def look_after(self) -> None:
        """Let go of a demo that has been taken down, or find out about the one that is up since."""
        if self.is_unclear:
            self.look(timeout=0.0)
            return
        try:
            platform = self._hold.platform()
            if self._hold.is_held:
                platform.instances()
        except Silent:
            pass
        except NotReachable:
            self._lose()
            self._hold.platform()  # says better what became of it
            raise

    def undo(self) -> None:
        """Go back to the rule before, or to the one that is in force, if another is only on its way."""
        if self._is_unfinished:
            self.put(self.status.state, self.status.title)
            return
        if not self._before:
            return
        before = self._before.pop()
        try:
            self.put(before.state, before.title, remember=False)
        except BaseException:
            self._before.append(before)
            raise

    def reset(self) -> None:
        self.put(BASELINE, _TITLE)

    def put(self, state: State, title: Text, *, remember: bool = True) -> None:
        """Put a state in force; raises the reason why what was in force before still is."""
        before = self.status
        self._tell(RuleStatus("applying", title, state, revision=state.resources.revision))
        try:
            platform = self._hold.take(title, state, was=before.title)
            convergence = self._converge(platform, state, before.state)
        except NotReachable as error:
            if not isinstance(error, Silent):
                self._lose()
            raise
        except NotConverged:  # nobody knows what is in force: the entry stays open
            raise
        except (DemoError, OSError):
            if before.state == BASELINE:
                self._hold.give_up()
            raise
        if remember and before.state != state:
            self._before.append(before)
        self._now_in_force(state, title, convergence)

    def _converge(self, platform: DemoPlatform, state: State, before: State) -> Convergence:
        platform.apply(state)
        deadline = time.monotonic() + CONVERGENCE_SECONDS
        while True:
            try:
                return platform.wait_until_converged(state, timeout=_PATIENCE_SECONDS)
            except NotConverged as error:
                if self._is_superseded():
                    self._is_unfinished = True
                    raise Superseded from error
                if time.monotonic() >= deadline:
                    platform.apply(before)
                    platform.wait_until_converged(before, timeout=CONVERGENCE_SECONDS)
                    raise NotApplied(words(Message("stage.put_back", why=told(error)))) from error

    def _now_in_force(self, state: State, title: Text, convergence: Convergence) -> None:
        if state == BASELINE:
            self._hold.give_up()
        self.is_unclear = self._is_unfinished = False
        self.status = RuleStatus(
            "baseline" if state == BASELINE else "in_force",
            title,
            state,
            revision=convergence.revision,
            proxies=convergence.proxies,
            after_ms=convergence.milliseconds,
            since_ms=math.ceil(time.time() * 1000),
        )
        self._tell(self.status)

    def _lose(self) -> None:
        """Forget a demo that is gone, and its rule with it: nobody could bring it up again while we hold its lock."""
        self.is_unclear = True
        self._hold.let_go()
        self.status = _NOTHING_KNOWN
