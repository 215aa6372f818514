"""Runs of any terminal, as the stage sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from platforms.wait import wait_until
from scenarios.events.event import InForce, Restored
from scenarios.events.recording import Recording
from scenarios.messages.catalogue import english
from scenarios.messages.language import Language
from stage.parts import RuleStatus
from stage.picture import RunView
from stage.recordings.watch import RunWatch
from tests.unit.stage.recorded import canary_run

_PATIENCE = 60.0


class Watched:
    """A watch, and whether the stage says that it runs a proof."""

    def __init__(self) -> None:
        self.proving = False
        self.watch = RunWatch("local", lambda: self.proving)

    def seen(self, wanted: Callable[[RunView], object]) -> RunView:
        """Wait for a view of the run like this."""

        def found() -> RunView | None:
            view = self.watch.view(Language.ENGLISH)
            return view if view and wanted(view) else None

        view = wait_until(found, _PATIENCE)
        assert view
        return view


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.watch.close()


def test_a_run_in_a_terminal_is_seen_while_it_happens(watched: Watched) -> None:
    """Its claims first, then how far it is, then its verdict; and until that somebody else has the demo."""
    events = canary_run()
    with Recording() as record:
        for event in events[:6]:
            record(event)
        half = watched.seen(lambda view: view.answers)
        command = watched.watch.elsewhere()
        for event in events[6:]:
            record(event)
        over = watched.seen(lambda view: view.verdict)

    assert ("terminal", "canary", "even split", 10, "") == (
        half.origin,
        half.scenario,
        half.step,
        half.answers,
        half.verdict,
    )
    assert any("v1 no stars 90 %" in claim for claim in half.claims)
    assert "python -m scenarios.canary --weights 90,10,0" == command
    assert "HOLDS" == over.verdict
    assert watched.watch.elsewhere() is None


def test_its_rule_is_the_one_in_force(watched: Watched) -> None:
    """Step by step while it holds the demo, and no more once it is over."""
    events = canary_run()
    rules = []
    with Recording() as record:
        for event in events:
            record(event)
            if isinstance(event, InForce | Restored):
                at = round(event.at * 1000)
                rules.append(wait_until(lambda at=at: _since(watched.watch.rule(), at), _PATIENCE))
        watched.seen(lambda view: view.verdict)

    assert ["baseline", "in_force", "baseline"] == [rule.status for rule in rules if rule]
    assert ["even split", "90,10,0", "baseline"] == [english(rule.title) for rule in rules if rule]
    assert watched.watch.rule() is None


def _since(rule: RuleStatus | None, at_ms: int) -> RuleStatus | None:
    return rule if rule and rule.since_ms == at_ms else None


def test_the_stages_own_proof_is_told_apart(watched: Watched) -> None:
    """Nobody else can have the demo while it proves."""
    watched.proving = True
    with Recording() as record:
        for event in canary_run()[:5]:
            record(event)
        assert "stage" == watched.seen(lambda view: view.step).origin
        assert watched.watch.elsewhere() is None


def test_a_run_that_was_cut_off_holds_nothing_up(watched: Watched) -> None:
    """Its recording has no end, and says so."""
    with Recording() as record:
        for event in canary_run()[:5]:
            record(event)
        watched.seen(lambda view: view.step)

    assert "cut off" in watched.seen(lambda view: view.error).error
    assert watched.watch.elsewhere() is None


def test_runs_of_before_are_not_shown(watched: Watched) -> None:
    """A stage begins with what it sees itself."""
    with Recording() as record:
        for event in canary_run():
            record(event)
    watched.seen(lambda view: view.verdict)
    later = RunWatch("local", lambda: False)
    later.close()

    assert later.view(Language.ENGLISH) is None
