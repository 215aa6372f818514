"""What the stage needs of its parts: who changes rules, who sends requests, who makes rules.

The parts keep facts and say `Text`; what is said in which language is the stage's matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from platforms.boundary import State
from scenarios.messages.language import Language
from scenarios.messages.message import Text
from stage.picture import Dot, MapView, RuleLine, RuleState, RunView, TrafficView


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """The rule that the stage has put in force, or is about to."""

    status: RuleState
    title: Text
    state: State
    """The one in force; while another is applied, that one."""
    revision: str = ""
    proxies: int = 0
    after_ms: float = 0.0
    since_ms: int = 0
    """The moment when the last proxy served it; 0 while it is applied."""
    undo: bool = False
    proving: bool = False
    """A run of its own has the demo: from before the baseline is back for it until it has ended."""
    error: Text = ""
    """Why the last wish was refused, if it has failed; what was in force still is. Else why nobody knows what is."""


class Changes(Protocol):
    """Who changes the demo: one wish after the other, in a thread of its own, under lock and journal.

    A wish returns at once; what became of it is told by a new status. Of wishes that wait, the newest wins.
    """

    @property
    def status(self) -> RuleStatus: ...

    def apply(self, state: State, title: Text) -> None: ...

    def undo(self) -> None: ...

    def reset(self) -> None: ...

    def prove(self, arguments: Sequence[str]) -> None:
        """Put the baseline back, give up the lock, and run `python -m` with these arguments."""

    def stop_proof(self) -> None:
        """Interrupt that run, which restores the baseline by itself."""

    def wait_for_proof(self, seconds: float) -> None:
        """Wait until a proof has ended, as one that has said its verdict does in a moment; no longer than so many seconds."""

    def close(self) -> None:
        """Stop a proof, put the baseline back and give up the lock; raises the error that stands in the way."""


class LiveTraffic(Protocol):
    """Requests without end, and what their answers say."""

    @property
    def problem(self) -> Text:
        """The reason why none are sent although they are wanted, until they are again; empty if there is none."""

    def start(self, rate: float, users: Sequence[str]) -> None:
        """Send so many requests a second, of these end users in turn; again with others replaces those."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def count_from(self, at_ms: int, asked: Mapping[str, float | None]) -> None:
        """Count anew the requests that were begun after this moment: another rule is in force, which asks for these shares."""

    def rolling(self) -> TrafficView:
        """Return the counts since then, with intervals."""

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        """Return the answers that came after this number, as far as they are kept, and the number of the newest."""

    def close(self) -> None: ...


class ProxyRates(Protocol):
    """The rates of calls as the proxies count them, asked for in a thread of its own."""

    def latest(self) -> MapView | None:
        """Return the newest rates; None where there are none that can be believed."""

    def forget(self) -> None:
        """Begin anew: another rule is in force."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def close(self) -> None: ...


class Runs(Protocol):
    """The runs of scenarios, of any terminal, as their recordings tell them while they happen."""

    def view(self, language: Language) -> RunView | None:
        """Return the run that is under way, or the one that ended last while the stage was there to see it."""

    def rule(self) -> RuleStatus | None:
        """Return the rule of a run that holds the demo; None where none does."""

    def elsewhere(self) -> str | None:
        """Return the command of a run under way that is not the stage's own."""

    def forget(self) -> None:
        """Show the last run no more; one that is under way stays."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Mistake:
    """A reason why a rule is refused, or a remark on one that is not, with its line from 1; 0 where it is about none."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """What somebody typed, checked as the platform would."""

    mistakes: tuple[Mistake, ...]
    lines: tuple[RuleLine, ...]
    """How it differs from what is in force; empty where it cannot be read."""
    state: State | None
    """None where it is refused."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A state beside the baseline."""

    lines: tuple[RuleLine, ...]
    yaml: str
    """What differs, as objects to edit."""
    whole: str
