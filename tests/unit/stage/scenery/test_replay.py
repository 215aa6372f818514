"""A recording on the stage."""

from __future__ import annotations

import pytest

from scenarios.messages.language import Language
from stage.episodes import deck
from stage.picture import Picture
from stage.presentation import Presentation
from stage.recordings import files
from stage.scenery.rehearsal import Rehearsal
from stage.scenery.replay import Replay
from stage.show import Place, Show
from tests.unit.stage.recorded import BEGIN, STEP_SECONDS, canary_run


@pytest.fixture
def replay() -> Replay:
    replay = Replay(canary_run())
    replay.steer(paused=True)
    return replay


def _at(replay: Replay, second: float) -> Picture:
    """The picture at a second of the recording."""
    with replay._lock:
        replay._begin_at(BEGIN + second)
    return _picture(replay)


def _picture(replay: Replay) -> Picture:
    return Presentation(replay, Show(Language.ENGLISH, "opennaru")).picture(0)


def test_the_clock_is_the_recordings(replay: Replay) -> None:
    """Dots stand where they stood."""
    picture = _at(replay, 6.0)

    assert round((BEGIN + 6) * 1000) == picture.now_ms
    assert picture.replay
    assert (6.0, 13.0, True) == (picture.replay.at_s, picture.replay.of_s, picture.replay.paused)
    assert 10 == len(replay.dots(0)[1])
    assert (BEGIN + 1.5) * 1000 == replay.dots(0)[1][0].at_ms


def test_everything_that_was_seen_is_seen_again(replay: Replay) -> None:
    """The rule, the counts since it came into force, the run and its verdict."""
    begun = _at(replay, 0.0)
    applying = _at(replay, STEP_SECONDS + 0.75)
    weighted = _at(replay, 12.0)
    over = _at(replay, 13.0)

    assert ("baseline", "", 0) == (begun.rule.status, begun.rule.revision, begun.traffic.answers)
    assert ("applying", "90,10,0", (90, 10, 0)) == (applying.rule.status, applying.rule.title, applying.rule.weights)
    assert ("in_force", 7, 12.5) == (weighted.rule.status, weighted.rule.proxies, weighted.rule.after_ms)
    assert {"v1": 9, "v2": 1, "v3": 0} == {name: one.answers for name, one in weighted.traffic.versions.items()}
    assert {"v1": 0.9, "v2": 0.1, "v3": 0.0} == {name: one.asked for name, one in weighted.traffic.versions.items()}
    assert ("v1", "none") == (weighted.frames["anonymous"].version, weighted.frames["anonymous"].stars)
    assert weighted.map is None
    assert weighted.run
    assert ("90,10,0", 10, 10, "") == (weighted.run.step, weighted.run.answers, weighted.run.of, weighted.run.verdict)
    assert over.run
    assert ("baseline", "HOLDS", "recording") == (over.rule.status, over.run.verdict, over.run.origin)
    assert over.run.reasons


def test_the_proxies_rates_are_those_of_the_whole_step(replay: Replay) -> None:
    """While its requests are sent; they were counted once, at its end."""
    sending = _at(replay, STEP_SECONDS + 2.5)

    assert sending.map
    assert (2.25, 0.25, 0.0) == tuple(
        sending.map.arrows[f"productpage>reviews-{one}"].rate for one in ("v1", "v2", "v3")
    )
    assert 2.5 == sending.traffic.rate


def test_the_clocks_of_the_talk_go_on(replay: Replay) -> None:
    """Whatever time the recording has, and though it stands still."""
    stage = Presentation(replay, Show(Language.ENGLISH, "opennaru", talk_started_ms=5_000, step_started_ms=8_000))
    picture = stage.picture(60_000)

    assert (55_000, 52_000) == (
        picture.now_ms - picture.show.talk_started_ms,
        picture.now_ms - picture.show.step_started_ms,
    )


def test_from_its_end_it_begins_again(replay: Replay) -> None:
    """The key that goes on is the one that begins."""
    _at(replay, 13.0)
    replay.steer(paused=False)

    assert _picture(replay).traffic.answers == 0


def test_a_rehearsal_follows_the_talk() -> None:
    """Each step shows what it would show: the baseline, the rule under traffic, the proof from its beginning."""
    rehearsal = Rehearsal([canary_run()] * 3, canary_run())
    stage = Presentation(rehearsal, Show(Language.KOREAN, "opennaru"))

    def enter(phase: str) -> Picture:
        stage.go(stage.show.named(3, phase))
        rehearsal.steer(paused=True)
        return stage.picture(0)

    assert ("baseline", None) == (enter("say").rule.status, stage.picture(0).run)
    assert 7 == stage.picture(0).rule.proxies
    assert 0.33 < (stage.picture(0).traffic.versions["v1"].asked or 0.0) < 0.34
    done = enter("do")
    assert ("90,10,0", None, "rehearsal") == (done.rule.title, done.run, done.mode)
    with rehearsal._lock:
        rehearsal._begin_at(BEGIN + 60)
    assert 10 == enter("show").traffic.answers
    proof = enter("prove")
    assert proof.run
    assert ("", "baseline") == (proof.run.verdict, proof.rule.status)
    assert proof.replay
    assert 13 / 8 == proof.replay.speed


def test_an_end_user_whom_a_recording_does_not_have_sees_what_others_see() -> None:
    """While every call of ratings fails, no page has stars."""
    rehearsal = Rehearsal(files.rehearsal(deck()), canary_run())
    stage = Presentation(rehearsal, Show(Language.KOREAN, "opennaru"))
    stage.go(Place(1, "do"))
    with rehearsal._lock:
        rehearsal._player.seek(rehearsal._player.now + 5)
    frames = stage.picture(0).frames

    assert {("v3", "missing")} == {(frame.version, frame.stars) for frame in frames.values()}
