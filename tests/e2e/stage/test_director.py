"""The director on a real demo: others are refused while its rule is in force, and heal what a killed one leaves."""

from __future__ import annotations

import queue
import subprocess  # noqa: TID251  # only for the type of a started process
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.journal import Journal, exclusive
from platforms.errors import Busy
from platforms.selection import connect
from scenarios.messages.catalogue import english
from stage import rules
from stage.changes.director import Director
from stage.live.endless_traffic import EndlessTraffic
from stage.live.proxy_rates import PolledRates
from stage.parts import RuleStatus
from stage.picture import RuleState
from tests.e2e.demo import Demo, until

CANARY = rules.preset(2)


@pytest.fixture(autouse=True)
def _same_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(demo.folder))


@contextmanager
def stage(demo: Demo) -> Iterator[subprocess.Popen[str]]:
    """A stage in a process of its own, its rule in force."""
    with demo.start("tests.e2e.stage.play") as process:
        try:
            assert process.stdout is not None
            assert any(line.startswith("in_force") for line in process.stdout)
            yield process
        finally:
            process.kill()


class Told:
    """What a director says, in order."""

    def __init__(self) -> None:
        self._queue: queue.Queue[RuleStatus] = queue.Queue()

    def __call__(self, status: RuleStatus) -> None:
        self._queue.put(status)

    def next(self, kind: RuleState) -> RuleStatus:
        while (status := self._queue.get(timeout=120)).status != kind:
            pass
        return status


@pytest.mark.exhaustive
def test_another_terminal_is_refused(demo: Demo) -> None:
    """Both a scenario and `apply` are told who has the demo; looking is allowed."""
    with stage(demo):
        for words in (("scenarios.canary",), ("platforms", "apply", "-f", "istio/canary.yaml")):
            refused = demo.typed(*words)

            assert 3 == refused.returncode
            assert "`python -m stage` is changing this demo (pid " in refused.stderr
        assert CANARY.resources.revision == demo.status()["revision"]


def test_a_killed_stage_is_healed(demo: Demo) -> None:
    """By kill -9 it leaves its rule, and the next command, whatever it is, puts the baseline back and says why."""
    with stage(demo) as process:
        process.kill()
        process.wait()
    status = demo.run("status")

    assert "`python -m stage` (pid " in status.stderr
    assert "the baseline is back" in status.stderr
    assert baseline().revision == demo.status()["revision"]


@pytest.mark.exhaustive
def test_a_demo_that_is_taken_down_is_let_go(down: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever brings it up again is not kept waiting by a rule that went with it; then the stage goes on."""
    monkeypatch.setenv("BOOKINFO_RUN", str(down.folder))
    down.up()
    told = Told()
    with closing(Director(connect, told)) as director:
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        down.run("down")
        assert "brings" in english(told.next("baseline").error)
        down.up()
        while told.next("baseline").error:  # what is still missing, as long as it is coming up
            pass
        director.apply(CANARY, "90,10,0")
        told.next("in_force")
        with down.platform() as platform:
            platform.wait_until_converged(CANARY, timeout=30)
        director.reset()
        told.next("baseline")
    assert Journal.of("local").read() is None


def test_traffic_and_proxies_see_the_rule(demo: Demo) -> None:
    """Dots from clients and arrows from proxies: v3 gets nothing under 90,10,0, and after the rule a third."""
    told = Told()
    with (
        demo.platform() as platform,
        closing(EndlessTraffic(platform.gateway_url, demo.folder / "stage-locust.log")) as traffic,
        closing(PolledRates(connect, every=0.2)) as rates,
        closing(Director(connect, told, hold_traffic=traffic.held)) as director,
    ):
        traffic.start(60, ("", "opennaru"))
        director.apply(CANARY, "90,10,0")
        status = told.next("in_force")
        rates.forget()
        traffic.count_from(status.since_ms, rules.shares(CANARY))
        until(lambda: traffic.rolling().answers >= 100 and rates.latest() is not None, what="answers under the rule")
        view, arrows = traffic.rolling(), rates.latest()

        assert arrows is not None
        assert ["v1", "v2"] == [version for version, seen in view.versions.items() if seen.answers]
        assert 0 == view.failed == arrows.arrows["productpage>reviews-v3"].rate
        assert arrows.arrows["productpage>reviews-v1"].rate > arrows.arrows["productpage>reviews-v2"].rate > 0
        director.prove(["scenarios.canary", "--requests", "20", "--platform", "local"])
        while director.status.proving or director.status.state != State(baseline()):
            told.next("baseline")
        assert "" == director.status.error
        traffic.count_from(director.status.since_ms, rules.shares(State(baseline())))
        until(lambda: all(seen.answers for seen in traffic.rolling().versions.values()), what="all versions again")


def test_a_killed_stage_takes_its_proof_along(demo: Demo) -> None:
    """The run is ended by SIGTERM, and puts the baseline back before it goes."""
    journal = Journal.of("local")
    with demo.start("tests.e2e.stage.play", "scenarios.canary", "--rate", "20", "--duration", "600") as process:
        until(lambda: journal.read() is not None, what="the proof has begun")
        process.kill()
        until(lambda: journal.read() is None, what="the baseline is back")
    until(_is_unlocked, what="the proof has ended")
    assert baseline().revision == demo.status()["revision"]


def _is_unlocked() -> bool:
    """Tell whether the demo could be changed now."""
    try:
        with exclusive("local", "a test"):
            return True
    except Busy:
        return False
