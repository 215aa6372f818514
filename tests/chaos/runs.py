"""Runs that are cut off, or that lose what they need."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platforms.wait import wait_while
from tests.chaos.fault import Fault, Outcome
from tests.chaos.running_demo import RunningDemo
from tests.commands import Typed, output

_HEALS = 60.0
_RUNS = 120.0
_GONE = 20.0
_HEALED = "was cut off before it could restore"
_SLOW = ("--rate", "20", "--duration", "8")
_QUICK = ("--requests", "60")


def _killed_when(name: str, words: str, *, heals: bool = True) -> Fault:
    """The runner is killed once it has said so; then comes `status`."""

    def inject(demo: RunningDemo) -> Outcome:
        outcome = Outcome()
        run = demo.scenario("canary", *_SLOW)
        run.wait_for(words)
        run.send(signal.SIGKILL)
        run.end()
        left = wait_while(run.leftovers, _GONE)
        outcome.expect(not left, f"processes {left} of the run are left")
        outcome.check(demo.platforms("status"), codes=(0,), words=(_HEALED,) if heals else (), within=_HEALS)
        return outcome

    return Fault(
        name,
        f"the runner is killed once it has said `{words}`",
        "kill -9, then `python -m platforms status`",
        inject,
    )


def _killed_on_the_way_back(demo: RunningDemo) -> Outcome:
    """Stopped, so that it restores, and then killed while it does."""
    outcome = Outcome()
    run = demo.scenario("canary", *_SLOW)
    run.wait_for("90,10,0 · in force")
    run.send(signal.SIGINT, group=True)
    run.wait_for("restoring the baseline")
    run.send(signal.SIGKILL)
    run.end()
    outcome.check(demo.scenario("canary", *_QUICK).end(), codes=(0, 4), words=(_HEALED,), within=_RUNS)
    return outcome


def _ctrl_c(demo: RunningDemo) -> Outcome:
    outcome = Outcome()
    run = demo.scenario("canary", *_SLOW)
    run.wait_for("90,10,0 · in force")
    run.send(signal.SIGINT, group=True)
    outcome.check(run.end(), codes=(130,), words=("stopped by Ctrl-C; the baseline is back",), within=_RUNS)
    return outcome


def _ctrl_c_twice(demo: RunningDemo) -> Outcome:
    """The second one gives up: it says what is still off, and the next command heals it."""
    outcome = Outcome()
    run = demo.scenario("canary", *_SLOW)
    run.wait_for("90,10,0 · in force")
    run.send(signal.SIGINT, group=True)
    run.wait_for("restoring the baseline")
    run.send(signal.SIGINT, group=True)
    outcome.check(run.end(), codes=(130,), words=("may still be in force", "python -m platforms reset"), within=_RUNS)
    outcome.check(demo.platforms("reset"), codes=(0,), words=(_HEALED,), within=_HEALS)
    return outcome


def _two_at_once(demo: RunningDemo) -> Outcome:
    """The second one is told who is at it; once the first one is killed, a third gets the lock."""
    outcome = Outcome()
    first = demo.scenario("canary", *_SLOW)
    first.wait_for("even split · in force")
    second = demo.scenario("user_routing", *_QUICK).end()
    outcome.check(second, codes=(3,), words=("is changing this demo", "scenarios.canary"), within=_RUNS)
    first.send(signal.SIGKILL)
    first.end()
    said = outcome.said
    outcome.check(demo.scenario("canary", *_QUICK).end(), codes=(0, 4), words=(_HEALED,), within=_RUNS)
    outcome.said = said
    return outcome


@contextmanager
def _own_kubeconfig() -> Iterator[Path]:
    """A copy of the kubeconfig, which may be spoiled."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        path = Path(folder) / "config"
        path.write_text(output("kubectl", "config", "view", "--raw"), encoding="utf-8")
        yield path


def _kubeconfig_gone(demo: RunningDemo) -> Outcome:
    """In the middle of a run it is not needed any more; the next command says that it is not there."""
    outcome = Outcome()
    with _own_kubeconfig() as path:
        run = _with(demo, path)
        run.wait_for("even split · in force")
        path.unlink()
        outcome.check(run.end(), codes=(0, 4), words=("baseline restored",), within=_RUNS)
        outcome.check(_with(demo, path).end(), codes=(2, 3), words=("canary: ",), within=_RUNS)
    return outcome


def _context_gone(demo: RunningDemo) -> Outcome:
    outcome = Outcome()
    with _own_kubeconfig() as path:
        run = _with(demo, path)
        run.wait_for("even split · in force")
        context = demo.platform.demo.context
        output("kubectl", "config", "delete-context", context, "--kubeconfig", str(path))
        outcome.check(run.end(), codes=(0, 4), words=("baseline restored",), within=_RUNS)
        outcome.check(_with(demo, path).end(), codes=(2, 3), words=(context,), within=_RUNS)
    return outcome


def _with(demo: RunningDemo, kubeconfig: Path) -> Typed:
    return demo.scenario("canary", *_QUICK, environment={"KUBECONFIG": str(kubeconfig)})


FAULTS = (
    _killed_when("killed-at-first", "claim", heals=False),
    _killed_when("killed-in-step-1", "even split · in force"),
    _killed_when("killed-in-step-2", "90,10,0 · in force"),
    Fault("killed-on-the-way-back", "the runner is killed while it restores", "kill -9", _killed_on_the_way_back),
    Fault("ctrl-c", "Ctrl-C in the middle", "SIGINT to the group, as a terminal does", _ctrl_c),
    Fault("ctrl-c-twice", "Ctrl-C, and again while it restores; then `reset`", "the same, twice", _ctrl_c_twice),
    Fault("two-at-once", "two scenarios at once", "a second one while the first runs", _two_at_once),
    Fault("kubeconfig-gone", "the kubeconfig is gone under a run, and before the next", "`rm`", _kubeconfig_gone),
    Fault("context-gone", "its context is gone", "`kubectl config delete-context`", _context_gone),
)
