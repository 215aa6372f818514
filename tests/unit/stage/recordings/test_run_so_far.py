"""A trial of who may call whom, as far as it has come."""

from __future__ import annotations

from scenarios.events.event import Ended, InForce, RolledBack
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.pair import Pair
from scenarios.messages.catalogue import english
from scenarios.messages.language import Language
from stage.picture import RunView, TriedView
from stage.recordings.run_so_far import RunSoFar
from tests.unit.scenarios.reporting.trial.trials import CLOSED, DOUBTED, OPENED, RIGHT, events, trial
from tests.unit.stage.recordings.test_stairs import SERVED, begun


def seen(*pairs: Pair, ended: bool = False) -> RunView:
    first, *others = events(*pairs)
    run = RunSoFar.begun(first)
    for event in [*others, *([trial(*pairs).ended] if ended else [])]:
        run = run.after(event)
    return run.view(Language.ENGLISH, "stage")


def test_the_arrows_are_those_that_were_tried() -> None:
    """The worst comes last, so that it is drawn on top; of the versions of reviews, there is one arrow."""
    view = seen(*RIGHT, OPENED, DOUBTED, CLOSED)

    assert (
        TriedView("ingressgateway", "productpage", "taken"),
        TriedView("reviews", "ratings", "closed"),
        TriedView("reviews", "details", "opened"),
    ) == view.tried
    assert ("", ()) == (view.verdict, view.stairs)


def test_what_is_drawn_is_not_said_again() -> None:
    """The arrows that opened are red beside their number."""
    assert ("1 arrow opened that must be closed",) == seen(*RIGHT, OPENED, ended=True).reasons


def test_a_rollout_that_is_taken_back() -> None:
    """What is in force then is said at once, and before the reasons of its verdict."""
    run = RunSoFar.begun(begun())
    for event in (InForce(0, SERVED, at=11.0), RolledBack(0, SERVED, 3, at=14.0)):
        run = run.after(event)
    at_once = run.view(Language.ENGLISH, "stage")
    ended = run.after(Ended(Verdict.FAILS, ("v2 is worse",), 1)).view(Language.ENGLISH, "stage")

    assert ("rolled back", 14_000) == (english(run.rule.title), run.rule.since_ms)
    assert begun().scenario.fallback == run.rule.state
    assert ("10 % v2 rolled back: v1 for everybody after 12 ms",) == at_once.facts == ended.facts
    assert [(), ("v2 is worse",)] == [at_once.reasons, ended.reasons]


def test_a_trial_that_holds_says_what_it_has_shown() -> None:
    """And what it claims is said from its beginning."""
    view = seen(*RIGHT, ended=True)

    assert isinstance(trial(*RIGHT).ended, Ended)
    assert Verdict.HOLDS.name == view.verdict
    assert view.reasons[0].startswith("1 arrow was answered, 1 other pair got 403")
    assert "the arrows of the picture: answered" == view.claims[0]
    assert 3 == len(view.claims)
