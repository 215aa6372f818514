"""The director: changes in order, under lock and journal, and every failure a status in one line."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.journal import Journal, exclusive
from platforms.errors import Busy, NotReachable
from scenarios.messages.catalogue import english
from stage import rules
from stage.changes import rule_in_force as module
from stage.changes.director import Director
from stage.parts import RuleStatus
from stage.picture import RuleState
from tests.fakes import FakePlatform

BASELINE = State(baseline())
CANARY, HALVES, ALL = rules.preset(2), rules.preset(3), rules.preset(4)


class Told:
    """What a director says, in order."""

    def __init__(self) -> None:
        self.statuses: list[RuleStatus] = []
        self._queue: queue.Queue[RuleStatus] = queue.Queue()

    def __call__(self, status: RuleStatus) -> None:
        self._queue.put(status)

    def next(self, kind: RuleState, state: State | None = None) -> RuleStatus:
        """Wait for a status of this kind, of this state if one is named; keeps those before it."""
        while True:
            status = self._queue.get(timeout=20)
            self.statuses.append(status)
            if status.status == kind and state in (None, status.state):
                return status


@contextlib.contextmanager
def directing(
    platform: FakePlatform, hold_traffic: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext
) -> Iterator[tuple[Director, Told]]:
    """A director that has looked around."""
    told = Told()
    director = Director(lambda: platform, told, hold_traffic=hold_traffic)
    try:
        yield director, told
    finally:
        with contextlib.suppress(Exception):
            director.close()


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as fake:
        yield fake


def is_free() -> bool:
    """Tell whether another command could change the demo, and has nothing to undo before."""
    try:
        with exclusive("local", "a test"):
            return Journal.of("local").read() is None
    except Busy:
        return False


def test_a_rule_is_put_in_force_and_taken_back(platform: FakePlatform) -> None:
    """With what became of it at every step; the demo is ours from the first change until the baseline is back."""
    with directing(platform) as (director, told):
        assert told.next("baseline").proxies == 7
        assert is_free()
        director.apply(CANARY, "90,10,0")
        assert told.next("applying").state == CANARY
        status = told.next("in_force")

        assert ("90,10,0", CANARY, CANARY.resources.revision, 7) == (
            status.title,
            status.state,
            status.revision,
            status.proxies,
        )
        assert 0 <= status.since_ms - time.time() * 1000 + 60_000
        assert status.undo
        assert platform.in_force == CANARY
        with pytest.raises(Busy, match="`python -m stage` is changing this demo"), exclusive("local", "a test"):
            pass
        entry = Journal.of("local").read()
        assert entry is not None
        assert ("python -m stage", ["90,10,0"]) == (entry.who, [one["title"] for one in entry.will])

        director.reset()
        told.next("baseline")
        assert platform.in_force == BASELINE
        assert is_free()


def test_closing_puts_the_baseline_back(platform: FakePlatform) -> None:
    """And gives up lock and journal; nothing can be wished for after it."""
    with directing(platform) as (director, told):
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        director.close()

        assert platform.in_force == BASELINE
        assert is_free()
        with pytest.raises(Busy, match="ending"):
            director.apply(CANARY, "90,10,0")
        director.close()


def test_closing_says_what_stands_in_the_way(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry stays open, so that the next command heals it."""
    monkeypatch.setattr(module, "CONVERGENCE_SECONDS", 0.0)
    with directing(platform) as (director, told):
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        platform.defects.restore_fails = True
        with pytest.raises(Exception, match="does not serve"):
            director.close()

        assert Journal.of("local").read() is not None
        with exclusive("local", "a test"):
            pass


def test_the_newest_wish_wins() -> None:
    """Of rules that wait for their turn only the last is put in force: a slider makes many."""
    with FakePlatform(lag=0.5) as platform, directing(platform) as (director, told):
        director.apply(CANARY, "first")
        told.next("applying")
        for state in (HALVES, CANARY, HALVES, ALL):
            director.apply(state, "later")
        told.next("in_force", ALL)

        assert HALVES not in platform.applied
        assert ALL == platform.in_force


def test_a_rule_that_does_not_come_into_force_gives_way(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next wish does not wait until the proxies' time is over."""
    monkeypatch.setattr(FakePlatform, "_takes", lambda fake: fake._asked != CANARY)
    with directing(platform) as (director, told):
        told.next("baseline")
        director.apply(CANARY, "90,10,0")
        told.next("applying")
        director.reset()
        told.next("baseline")

        assert is_free()


def test_a_refused_rule_changes_nothing(platform: FakePlatform) -> None:
    """The reason is told, what was in force still is, and it can be improved upon."""
    bad = State(baseline().overlaid(_with_weight(-1)))
    with directing(platform) as (director, told):
        director.apply(bad, "bad")
        failed = told.next("refused")

        assert (BASELINE, False) == (failed.state, failed.undo)
        assert "weight must not be negative" in english(failed.error)
        assert is_free()
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        director.apply(bad, "bad")
        failed = told.next("refused")

        assert ("90,10,0", CANARY) == (failed.title, failed.state)
        assert platform.in_force == CANARY
        assert not is_free()


def test_a_rule_that_proxies_never_serve_is_taken_back(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that lags is named, and what was in force before is again."""
    monkeypatch.setattr(module, "CONVERGENCE_SECONDS", 0.0)
    monkeypatch.setattr(FakePlatform, "_takes", lambda fake: fake._asked != CANARY)
    platform.defects.lagging = "reviews-v2"
    with directing(platform) as (director, told):
        director.apply(CANARY, "90,10,0")
        failed = told.next("refused")

        assert "reviews-v2 does not serve" in english(failed.error)
        assert [CANARY, BASELINE] == platform.applied
        assert BASELINE == failed.state == platform.in_force
        assert is_free()


def test_somebody_else_is_not_disturbed(platform: FakePlatform) -> None:
    """A wish while another command has the demo is refused with its name."""
    with directing(platform) as (director, told):
        told.next("baseline")
        with exclusive("local", "python -m scenarios.canary"):
            director.apply(CANARY, "90,10,0")

            assert "`python -m scenarios.canary` is changing this demo" in english(told.next("refused").error)
        assert BASELINE not in platform.applied
        assert CANARY not in platform.applied


def test_changes_are_undone_one_by_one(platform: FakePlatform) -> None:
    """Until the baseline is back, and the demo is nobody's again; a reset can be undone as well."""
    with directing(platform) as (director, told):
        told.next("baseline")
        director.apply(CANARY, "90,10,0")
        director.undo()
        told.next("baseline")
        for state in (CANARY, HALVES):
            director.apply(state, english(rules.title(state)))
            told.next("in_force")
        director.undo()
        assert told.next("in_force").undo
        assert platform.in_force == CANARY
        director.undo()
        assert not told.next("baseline").undo
        assert is_free()
        director.undo()
        director.apply(HALVES, "50,50,0")
        told.next("in_force")
        director.reset()
        assert told.next("baseline").undo
        director.undo()
        told.next("in_force")
        assert platform.in_force == HALVES


def test_what_is_on_its_way_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in force is put back before it came to be something else."""
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.05)
    with FakePlatform(lag=2.0) as platform, directing(platform) as (director, told):
        told.next("baseline")
        director.apply(CANARY, "90,10,0")
        told.next("applying")
        director.undo()
        assert not told.next("baseline").undo

        assert [CANARY, BASELINE] == platform.applied
        assert is_free()


def test_what_a_killed_command_left_is_undone_first(platform: FakePlatform) -> None:
    """The stage heals as every command does, and begins with the baseline."""
    platform.apply(CANARY)
    Journal.of("local").open(who="python -m stage", was="the baseline", will={"90,10,0": CANARY})
    with directing(platform) as (_, told):
        told.next("baseline")

        assert platform.in_force == BASELINE
        assert is_free()


def test_another_rule_is_found(platform: FakePlatform) -> None:
    """What `platforms apply` has put in force is told and not touched; that it is gone is told too, and a reset takes it away."""
    platform.apply(CANARY)
    platform.wait_until_converged(CANARY, timeout=5)
    with directing(platform) as (director, told):
        status = told.next("baseline")
        assert "the baseline is not in force" in english(status.error)
        assert 0 == status.proxies
        assert [CANARY] == platform.applied
        platform.apply(BASELINE)
        assert "" == told.next("baseline").error
        platform.apply(CANARY)
        director.reset()
        told.next("baseline")
        assert platform.in_force == BASELINE


class Mortal(FakePlatform):
    """A demo that can be taken down."""

    is_down = False

    def instances(self) -> Mapping[str, str]:
        if self.is_down:
            raise NotReachable("it is gone")
        return super().instances()


def test_a_demo_that_goes_while_nothing_is_asked_of_it_is_missed() -> None:
    """At the baseline as under a rule, and the next one is found: no screen goes on saying that proxies serve it."""
    running: list[Mortal] = []

    def connect() -> Mortal:
        if not running:
            raise NotReachable("no demo is up")
        return running[0]

    with Mortal() as first, Mortal() as second:
        running.append(first)
        told = Told()
        director = Director(connect, told)
        try:
            assert "" == told.next("baseline").error
            running.clear()
            first.is_down = True
            missed = told.next("baseline")
            assert ("no demo is up", 0) == (missed.error, missed.proxies)
            running.append(second)
            assert "" == told.next("baseline").error
        finally:
            director.close()


def test_without_a_demo_nothing_happens(platform: FakePlatform) -> None:
    """The way to bring one up is told; as soon as it is there, it is found."""
    found: list[FakePlatform] = []

    def connect() -> FakePlatform:
        if not found:
            raise NotReachable("no demo is up")
        return found[0]

    told = Told()
    director = Director(connect, told)
    try:
        assert "no demo is up" == told.next("baseline").error
        director.apply(CANARY, "90,10,0")
        told.next("applying")
        assert "no demo is up" == told.next("baseline").error  # and not that it was refused
        found.append(platform)
        assert "" == told.next("baseline").error
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
    finally:
        director.close()


def test_a_proof_has_the_demo_for_itself(platform: FakePlatform) -> None:
    """The baseline is back, the lock is free and our own requests are away while it runs; nothing else is taken on."""
    seen: list[tuple[bool, State]] = []

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        seen.append((is_free(), platform.in_force))
        with pytest.raises(Busy, match="a proof is running"):
            director.apply(HALVES, "50,50,0")
        yield

    with directing(platform, hold) as (director, told):
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        director.prove(["scenarios.canary", "--help"])
        assert told.next("in_force").proving
        while told.next("baseline").proving:
            continue

        assert [(True, BASELINE)] == seen
        assert director.status.undo
        assert "" == director.status.error


def test_a_proof_that_cannot_be_given_says_so(platform: FakePlatform) -> None:
    """In the last words of the command."""
    with directing(platform) as (director, told):
        told.next("baseline")
        director.prove(["scenarios.canary", "--weights", "x"])
        while not (status := told.next("baseline")).error:
            pass

        assert "canary: --weights" in english(status.error)
        assert not status.proving


def test_a_proof_is_stopped_as_by_ctrl_c(platform: FakePlatform) -> None:
    """It puts the baseline back by itself; that it did not end is no error then."""
    with directing(platform) as (director, told):
        told.next("baseline")
        director.prove(["tests.e2e.play", "canary", "--rate", "20", "--duration", "600"])
        while not Journal.of("local").read():
            pass
        director.stop_proof()
        while told.next("baseline").proving:
            pass

        assert "" == director.status.error
        assert is_free()


def test_closing_ends_a_proof(platform: FakePlatform) -> None:
    """With its baseline back."""
    with directing(platform) as (director, told):
        told.next("baseline")
        director.prove(["tests.e2e.play", "canary", "--rate", "20", "--duration", "600"])
        while not Journal.of("local").read():
            pass
        director.close()

        assert is_free()


def _with_weight(weight: int):  # noqa: ANN202
    return rules.canary.rule(rules.canary.Weights((weight, 101, 0)))
