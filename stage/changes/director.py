"""The director: every change that the stage makes to the demo, one after the other, under lock and journal."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from platforms.boundary import State
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.errors import (
    Busy,
    DemoError,
    NotApplied,
    NotConverged,
    NotReachable,
    PlatformError,
    Rejected,
    Silent,
    Unsupported,
    UsageError,
)
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message, Text
from stage.changes.hold import Hold
from stage.changes.proof import Proof
from stage.changes.rule_in_force import RuleInForce, Superseded
from stage.parts import RuleStatus

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
"""How often, while there is nothing to do, the demo is asked whether it is still there."""
_VERDICTS = (0, 1, 4)
"""The exit codes of a run that came to its end: it holds, fails, or is inconclusive."""
_REFUSALS = (UsageError, Rejected, NotApplied, Unsupported, Busy)
"""The errors after which everything is as it was."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something to do."""

    do: Callable[[], None]
    about_rule: bool = False
    """A newer wish for a rule makes it pointless."""
    is_ours: bool = False
    """Nobody has wished for it: it only finds out how things are."""


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
        self._rule = RuleInForce(self._hold, self._tell, lambda: bool(self._wishes))
        self._status = self._rule.status
        self._waiting = threading.Condition()
        self._wishes: deque[_Wish] = deque([_Wish(self._rule.look, is_ours=True)])
        self._proving = self._stopping = self._closed = self._ended = False
        self._proof: Proof | None = None
        self._error: DemoError | OSError | None = None
        self._thread = threading.Thread(target=self._work, name="director", daemon=True)
        self._thread.start()

    @property
    def status(self) -> RuleStatus:
        return self._status

    def apply(self, state: State, title: Text) -> None:
        self._wish(_Wish(lambda: self._rule.put(state, title), about_rule=True))

    def undo(self) -> None:
        self._wish(_Wish(self._rule.undo))

    def reset(self) -> None:
        self._wish(_Wish(self._rule.reset), alone=True)

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

    def wait_for_proof(self, seconds: float) -> None:
        """Wait until a proof has ended, as one that has said its verdict does in a moment; no longer than so many seconds."""
        with self._waiting:
            self._waiting.wait_for(lambda: not self._status.proving, seconds)

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
                raise Busy(words(Message("stage.ending") if self._closed else Message("stage.proof_runs")))
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
                    self._waiting.wait(_LOOK_SECONDS)
                wish = self._wishes.popleft() if self._wishes else _Wish(self._rule.look_after, is_ours=True)
            try:
                wish.do()
            except Superseded:
                pass
            except (DemoError, OSError) as error:
                self._fail(wish, error, told(error))
            except Exception as error:  # a fault of ours must not end the talk
                log.exception("the stage could not do it")
                self._fail(wish, error, f"{type(error).__name__}: {error}")

    def _tell(self, status: RuleStatus) -> None:
        with self._waiting:
            self._status = replace(status, undo=self._rule.can_be_undone, proving=self._proving)
            self._waiting.notify_all()
        try:
            self.on_change(self._status)
        except Exception:
            log.exception("a status could not be told")

    def _fail(self, wish: _Wish, error: Exception, why: Text) -> None:
        """Tell the reason; what we find out by ourselves again and again, once."""
        status = replace(self._rule.status, error=why)
        if not wish.is_ours:
            if isinstance(error, _REFUSALS):
                status = replace(status, status="refused")
            elif isinstance(error, NotConverged | Silent) or not isinstance(error, DemoError):
                status = replace(status, proxies=0)  # nobody knows what they serve
            self._tell(status)
        elif self._status.error != why:
            self._tell(status)

    def _prove(self, arguments: Sequence[str]) -> None:
        try:
            self._tell(self._rule.status)
            if self._hold.is_held:
                self._rule.reset()
            with self._hold_traffic():
                code, said = self._run(arguments)
        finally:
            with self._waiting:
                self._proving = False
        self._rule.look()
        if code not in _VERDICTS and not self._stopping:
            ended = Message("stage.proof_ended", command=f"python -m {arguments[0]}", code=code)
            raise PlatformError(said or words(ended))

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
                self._rule.reset()
        except (DemoError, OSError) as error:
            # Without a demo there is no rule either.
            if isinstance(error, Silent) or not isinstance(error, NotReachable):
                self._error = error
        finally:
            self._hold.let_go()
