"""The director: every change that the stage makes to the demo, one after the other, under lock and journal."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, Convergence, State
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.errors import Busy, DemoError, NotApplied, NotConverged, NotReachable, Silent
from scenarios.messages.errors import told
from scenarios.messages.message import Message, Text
from stage.hold import Hold
from stage.parts import RuleStatus
from stage.proof import Proof

log = logging.getLogger(__name__)

_BASELINE = State(baseline())
_TITLE = Message("run.baseline")
_UNDONE = 50
"""How many changes can be undone."""
_LOOK_SECONDS = 1.0
"""How often, while a rule is in force, the demo is asked whether it is still there."""
_PROBE_SECONDS = 1.0
"""How long the proxies get to prove that they serve the baseline."""
_PATIENCE_SECONDS = 0.5
"""How long the proxies are waited for before somebody may have thought better of it."""
_VERDICTS = (0, 1, 4)
"""The exit codes of a run that came to its end: it holds, fails, or is inconclusive."""
_NOTHING_KNOWN = RuleStatus("baseline", _TITLE, _BASELINE, revision=_BASELINE.resources.revision)


class _Superseded(Exception):
    """Something else is wished for before this came into force."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something to do."""

    do: Callable[[], None]
    about_rule: bool = False
    """A newer wish for a rule makes it pointless."""


class Director:
    """One thread that changes the demo; what became of a wish is told by a new status, and never raised.

    From the first change until the baseline is back it holds the demo's lock and an open entry of its journal.
    """

    def __init__(
        self,
        connect: Callable[[], DemoPlatform],
        on_change: Callable[[RuleStatus], None] = lambda _: None,
        *,
        command: str = "python -m stage",
        hold_traffic: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`hold_traffic` keeps our own requests away for as long as its block; `command` is what others are told."""
        self.on_change = on_change
        """Called in the director's thread with every new status, before anything else is done."""
        self._hold = Hold(connect, command)
        self._hold_traffic = hold_traffic
        self._status = self._in_force = _NOTHING_KNOWN
        """`_in_force` is that of the rule which is, as far as is known."""
        self._before: deque[RuleStatus] = deque(maxlen=_UNDONE)
        self._waiting = threading.Condition()
        self._wishes: deque[_Wish] = deque([_Wish(self._look)])
        self._proving = self._stopping = self._closed = self._ended = False
        self._lost = False
        """There is no demo that answers; one that comes is looked for."""
        self._proof: Proof | None = None
        self._error: DemoError | OSError | None = None
        self._thread = threading.Thread(target=self._work, name="director", daemon=True)
        self._thread.start()

    @property
    def status(self) -> RuleStatus:
        return self._status

    def apply(self, state: State, title: Text) -> None:
        self._wish(_Wish(lambda: self._put(state, title), about_rule=True))

    def undo(self) -> None:
        self._wish(_Wish(self._undo))

    def reset(self) -> None:
        self._wish(_Wish(self._reset), alone=True)

    def prove(self, arguments: Sequence[str]) -> None:
        """Put the baseline back, give up the lock, and run `python -m` with these arguments."""
        words = tuple(arguments)
        self._wish(_Wish(lambda: self._prove(words)), alone=True, proves=True)

    def stop_proof(self) -> None:
        """Interrupt that run, which restores the baseline by itself."""
        with self._waiting:
            self._stopping = self._proving
            if self._proof:
                self._proof.stop()

    def close(self) -> None:
        """Stop a proof, put the baseline back and give up the lock; raises the error that stands in the way."""
        with self._waiting:
            if not self._closed:
                self._closed = self._stopping = True
                self._wishes = deque([_Wish(self._end)])
                self._waiting.notify()
            proof = self._proof
        if proof:
            proof.end()
        self._thread.join()
        if self._error:
            raise self._error

    def _wish(self, wish: _Wish, *, alone: bool = False, proves: bool = False) -> None:
        with self._waiting:
            if self._closed or self._proving:
                why = "the stage is ending" if self._closed else "a proof is running: wait until it ends, or stop it"
                raise Busy(why)
            if alone:
                self._wishes.clear()
            elif wish.about_rule and self._wishes and self._wishes[-1].about_rule:
                self._wishes.pop()
            self._proving, self._stopping = proves, False
            self._wishes.append(wish)
            self._waiting.notify()

    def _work(self) -> None:
        while not self._ended:
            with self._waiting:
                if not self._wishes:
                    self._waiting.wait(_LOOK_SECONDS if self._hold.is_held or self._lost else None)
                wish = self._wishes.popleft() if self._wishes else _Wish(self._look_after)
            try:
                wish.do()
            except _Superseded:
                pass
            except (DemoError, OSError) as error:
                self._fail(told(error))
            except Exception as error:  # a fault of ours must not end the talk
                log.exception("the stage could not do it")
                self._fail(f"{type(error).__name__}: {error}")

    def _tell(self, status: RuleStatus) -> None:
        self._status = replace(status, undo=bool(self._before), proving=self._proving)
        try:
            self.on_change(self._status)
        except Exception:
            log.exception("a status could not be told")

    def _fail(self, why: Text) -> None:
        self._tell(replace(self._in_force, status="failed", error=why))

    def _look(self) -> None:
        """Tell what is in force, once what a killed command left is undone."""
        try:
            platform = self._hold.in_peace()
        except NotReachable:
            self._lost = True
            raise
        if platform is None:  # another command is at it, and puts the baseline back by itself
            return
        try:
            convergence = platform.wait_until_converged(_BASELINE, timeout=_PROBE_SECONDS)
        except NotConverged as error:
            raise NotApplied("a rule other than the baseline is in force: reset puts the baseline back") from error
        # How long it took is for whoever put it in force to say.
        self._now_in_force(_BASELINE, _TITLE, replace(convergence, milliseconds=0.0))

    def _look_after(self) -> None:
        """Let go of a demo that has been taken down, or find the one that has been brought up since."""
        try:
            if self._hold.is_held:
                self._hold.platform().instances()
            else:
                self._look()
        except Silent:
            pass
        except NotReachable:
            if not self._lost:
                self._lose()
                self._hold.platform()  # says better what became of it
                raise

    def _undo(self) -> None:
        if not self._before:
            return
        before = self._before.pop()
        try:
            self._put(before.state, before.title, remember=False)
        except BaseException:
            self._before.append(before)
            raise

    def _reset(self) -> None:
        self._put(_BASELINE, _TITLE)

    def _put(self, state: State, title: Text, *, remember: bool = True) -> None:
        """Put a state in force; raises the reason why what was in force before still is."""
        before = self._in_force
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
            if before.state == _BASELINE:
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
                if self._wishes:
                    raise _Superseded from error
                if time.monotonic() >= deadline:
                    platform.apply(before)
                    platform.wait_until_converged(before, timeout=CONVERGENCE_SECONDS)
                    raise NotApplied(f"{error}; what was in force before is back") from error

    def _now_in_force(self, state: State, title: Text, convergence: Convergence) -> None:
        if state == _BASELINE:
            self._hold.give_up()
        self._lost = False
        self._in_force = RuleStatus(
            "baseline" if state == _BASELINE else "in_force",
            title,
            state,
            revision=convergence.revision,
            proxies=convergence.proxies,
            after_ms=convergence.milliseconds,
            since_ms=math.ceil(time.time() * 1000),
        )
        self._tell(self._in_force)

    def _lose(self) -> None:
        """Forget a demo that is gone, and its rule with it: nobody could bring it up again while we hold its lock."""
        self._lost = True
        self._hold.let_go()
        self._in_force = _NOTHING_KNOWN

    def _prove(self, arguments: Sequence[str]) -> None:
        try:
            self._tell(self._in_force)
            if self._hold.is_held:
                self._put(_BASELINE, _TITLE)
            with self._hold_traffic():
                code, said = self._run(arguments)
        finally:
            with self._waiting:
                self._proving = False
        self._look()
        if code not in _VERDICTS and not self._stopping:
            raise NotApplied(said or f"python -m {arguments[0]} ended with exit code {code}")

    def _run(self, arguments: Sequence[str]) -> tuple[int, str]:
        """Run the command to its end; returns its exit code and the last thing that it said."""
        output = part(self._hold.platform().key) / "proof.log"
        with self._waiting:
            if self._stopping:
                return 0, ""
            proof = self._proof = Proof(arguments, output)
        try:
            return proof.wait(), proof.last_line
        finally:
            with self._waiting:
                self._proof = None

    def _end(self) -> None:
        self._ended = True
        try:
            if self._hold.is_held:
                self._put(_BASELINE, _TITLE)
        except (DemoError, OSError) as error:
            # Without a demo there is no rule either.
            if isinstance(error, Silent) or not isinstance(error, NotReachable):
                self._error = error
        finally:
            self._hold.let_go()
