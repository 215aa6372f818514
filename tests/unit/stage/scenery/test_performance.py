"""A demo on the stage: what the keys ask of those who do the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import State
from platforms.choice import Choice
from platforms.errors import Busy
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from stage import rules
from stage.episodes import talk
from stage.parts import RuleStatus
from stage.picture import TrafficView
from stage.presentation import Presentation
from stage.scenery.performance import Cast, Performance
from stage.show import Place, Show
from stage.web.actions import ACTIONS

BREAK = "--break v2=errors:20%"
AT_BASELINE = RuleStatus("baseline", Message("run.baseline"), State(baseline()), since_ms=1)


@dataclass
class Work:
    """Everybody who works for the stage, in one: what was asked of them, in order."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    status: RuleStatus = AT_BASELINE
    running: str | None = None
    """The command of a run in a terminal."""
    held: bool = False
    problem: Text = ""
    error: str = ""
    reloads: bool = False

    def apply(self, state: State, title: Text) -> None:
        self.asked.append(("apply", title, state.resources.revision))

    def prove(self, arguments: Sequence[str]) -> None:
        self.asked.append(("prove", *arguments))

    def start(self, rate: float, users: Sequence[str]) -> None:
        self.asked.append(("start", rate, *users))

    def pause(self) -> None:
        self.held = True

    def resume(self) -> None:
        self.held = False

    def count_from(self, at_ms: int, asked: Mapping[str, float | None]) -> None:
        self.asked.append(("count_from", at_ms, *asked.values()))

    def wait(self, *, on: bool) -> None:
        self.asked.append(("wait", on))

    def want(self, user: str, language: Language) -> None:
        self.asked.append(("want", user, language.value))

    def reset(self) -> None:
        self.asked.append(("reset",))

    def rolling(self) -> TrafficView:
        return TrafficView(status="paused" if self.held else "running")

    def elsewhere(self) -> str | None:
        return self.running

    def forget(self) -> None: ...

    def view(self, language: Language) -> None: ...

    def rule(self) -> None: ...

    def latest(self) -> None: ...

    def views(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        self.asked.append(("close",))

    def taken(self) -> list[tuple[Any, ...]]:
        """What was asked since this was asked last."""
        found, self.asked = self.asked, []
        return found


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def stage(work: Work) -> Presentation:
    platform = SimpleNamespace(
        name="local",
        gateway_url="http://127.0.0.1:9080",
        workloads=lambda: dict.fromkeys(BOOKINFO.workloads, 1),
        close=lambda: None,
    )
    everybody = cast(Any, work)
    scenery = Performance(
        cast(Any, platform),
        Choice(platform="local"),
        Cast(everybody, everybody, everybody, everybody, everybody),
        rate=15.0,
    )
    stage = Presentation(scenery, Show(Language.KOREAN, "opennaru"))
    stage.picture(0)
    work.taken()
    return stage


def _at(work: Work, state: State, since_ms: int) -> None:
    """The rule is in force."""
    work.status = RuleStatus("in_force", rules.title(state), state, since_ms=since_ms)


@pytest.mark.parametrize(
    ("episode", "state"), [(1, rules.fault("abort")), (2, rules.user("opennaru")), (3, rules.weights((90, 10, 0)))]
)
def test_steps(episode: int, state: State, stage: Presentation, work: Work) -> None:
    """Saying has the baseline, doing puts the rule in force, showing leaves it, proving runs the command."""
    stage.go(Place(episode, "say"))
    assert [] == work.taken()
    stage.go(Place(episode, "do"))
    assert [("apply", rules.title(state), state.resources.revision)] == work.taken()
    _at(work, state, 2)
    stage.go(Place(episode, "show"))
    assert [] == work.taken()
    stage.go(Place(episode, "prove"))
    name = ("fault_ratings", "user_routing", "canary")[episode - 1]
    assert [("prove", f"scenarios.{name}")] == [found[:2] for found in work.taken()]
    stage.go(Place(episode, "say"))
    assert [("reset",)] == work.taken()


@pytest.mark.parametrize(
    ("given", "do", "command"),
    [
        ("zero_trust", None, "scenarios.zero_trust"),
        ("zero_trust --open", "zero_trust.without_policies", "scenarios.zero_trust --open"),
        (f"rollout {BREAK}", "step.share", f"scenarios.rollout {BREAK}"),
        ("timeouts", "step.timed_out", "scenarios.timeouts"),
        ("user_routing --others v1", "step.only_user", "scenarios.user_routing --user opennaru --others v1"),
    ],
)
def test_further_episodes(given: str, do: str | None, command: str, stage: Presentation, work: Work) -> None:
    """Each is entered as those of the deck; a rollout's first step is shown, and the baseline is not applied to itself."""
    stage = Presentation(stage.scenery, replace(stage.show, talk=talk(None, [given])))
    step = stage.show.talk[3].scenario.shown
    stage.go(Place(4, "do"))
    applied = work.taken()
    _at(work, step.state, 2)
    stage.go(Place(4, "show"))
    shown = work.taken()
    stage.go(Place(4, "prove"))

    assert ([] if do is None else [("apply", step.title, step.state.resources.revision)]) == applied
    assert do is None or do == cast(Message, step.title).key
    assert [] == shown
    assert [("prove", *command.split(), "--platform", "local", "--lang", "ko")] == work.taken()


def test_an_episode_about_the_baseline_has_it(stage: Presentation, work: Work) -> None:
    """Whatever was in force before."""
    stage = Presentation(stage.scenery, replace(stage.show, talk=talk(None, ["zero_trust"])))
    _at(work, rules.fault("abort"), 2)
    stage.go(Place(4, "do"))

    assert [("reset",)] == work.taken()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (rules.fault("delay"), "scenarios.fault_ratings --fault delay"),
        (rules.user("opennaru"), "scenarios.user_routing --user opennaru"),
        (rules.weights((50, 50, 0)), "scenarios.canary --weights 50,50,0"),
        (State(baseline()), "scenarios.user_routing --user opennaru"),
    ],
)
def test_a_proof_is_of_what_is_in_force(state: State, words: str, stage: Presentation, work: Work) -> None:
    """In the language of the show, on this demo; at the baseline, that of the episode."""
    _at(work, state, 2)
    stage.go(Place(2, "prove"))

    assert [("prove", *words.split(), "--platform", "local", "--lang", "ko")] == work.taken()


def test_the_key_for_a_proof_goes_to_its_step(stage: Presentation, work: Work) -> None:
    """What comes next is then the next episode, and not the same proof once more; pressed again, it proves anew."""
    stage.go(Place(1, "show"))
    work.taken()
    ACTIONS["prove"](stage, {})
    ACTIONS["prove"](stage, {})

    assert Place(1, "prove") == stage.show.place
    assert ["prove", "prove"] == [found[0] for found in work.taken()]


def test_while_it_proves_nothing_else_happens(stage: Presentation, work: Work) -> None:
    """Traffic and pages wait, and no key changes the demo; afterwards all goes on."""
    work.status = replace(AT_BASELINE, proving=True)
    assert "proof" == stage.picture(0).traffic.status
    assert [("wait", True)] == work.taken()
    with pytest.raises(Busy, match="S 키"):
        stage.move(1)

    work.status = AT_BASELINE
    assert "running" == stage.picture(0).traffic.status
    assert [("wait", False)] == work.taken()


def test_a_run_in_a_terminal_is_left_alone(stage: Presentation, work: Work) -> None:
    """As a proof of the stage's own, and said."""
    work.running = "python -m scenarios.canary"
    picture = stage.picture(0)

    assert "proof" == picture.traffic.status
    assert [("wait", True)] == work.taken()
    assert "python -m scenarios.canary" in picture.notice
    with pytest.raises(Busy, match="canary"):
        stage.move(1)
    assert [] == work.taken()


def test_who_pauses_the_traffic_lets_it_go_on(stage: Presentation, work: Work) -> None:
    """The end of a proof does not."""
    cast(Performance, stage.scenery).pause()
    assert "paused" == stage.picture(0).traffic.status
    work.status = replace(AT_BASELINE, proving=True)
    stage.picture(0)
    work.status = AT_BASELINE
    assert "paused" == stage.picture(0).traffic.status
    cast(Performance, stage.scenery).pause()
    assert "running" == stage.picture(0).traffic.status


def test_each_rule_is_counted_once_from_its_beginning(stage: Presentation, work: Work) -> None:
    """With the shares that it asks for, and with pages of its own."""
    _at(work, rules.weights((90, 10, 0)), 7)
    stage.picture(0)
    stage.picture(0)

    assert [("count_from", 7, 0.9, 0.1, 0.0), ("want", "opennaru", "ko")] == work.taken()


def test_another_user_has_traffic_and_a_page(stage: Presentation, work: Work) -> None:
    """Half of the requests are that user's."""
    stage.name_user("홍길동")
    stage.picture(0)

    assert [("want", "홍길동", "ko"), ("start", 15.0, "", "홍길동")] == work.taken()


def test_the_end(stage: Presentation, work: Work) -> None:
    """Everybody is let go: changes, traffic, rates, pages, runs."""
    stage.scenery.close()

    assert [("close",)] * 5 == work.taken()
