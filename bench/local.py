"""The local platform: a demo of the bench's own, measured through the platforms' boundary and commands."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess  # noqa: TID251  # what is measured are the commands as a presenter types them
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import urllib3

from bench.figure import Figure, Target
from bench.instruments import wrk
from bench.instruments.memory import pss
from bench.services import Reference
from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice
from platforms.errors import NotReachable
from platforms.loopback import free_port
from platforms.selection import connect
from scenarios.registry import EPISODES

ROOT = Path(__file__).resolve().parent.parent
STARTS = 3
CHANGES = 100
"""The number of rule changes under load: so many that the worst case is likely to be among them."""
_SHOWN = ('data-details="shown"', 'data-reviews="shown"')


class IncompletePage(NotReachable):
    """The demo is up, but its page is incomplete."""


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """Start a demo in a run folder and on a port of its own, with these further options of `up`, and return the URL of its page; a running demo is left alone."""
    port = free_port()
    with isolated():
        try:
            run("platforms", "up", "--platform", "local", "--port", str(port), *options)
            yield f"http://127.0.0.1:{port}/productpage"
        finally:
            run("platforms", "down", "--platform", "local")


@contextmanager
def isolated() -> Iterator[None]:
    """Hide the demos and clusters outside the block from the commands in it."""
    names = ("BOOKINFO_RUN", "KUBECONFIG")
    before = {name: os.environ[name] for name in names if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="bookinfo-bench-") as folder:
        os.environ |= {"BOOKINFO_RUN": folder, "KUBECONFIG": str(Path(folder) / "kubeconfig")}
        try:
            yield
        finally:
            for name in names:
                del os.environ[name]
            os.environ |= before


def up(_: Reference) -> Iterator[Figure]:
    """Measure the time from the command to a page that shows details and reviews."""
    seconds = []
    for _round in range(STARTS):
        began = time.monotonic()
        with demo() as page:
            verify(page)
            seconds.append(time.monotonic() - began)
    yield Figure(f"local up to the first whole page, median of {STARTS}", statistics.median(seconds), "s", Target(3))


def memory(_: Reference) -> Iterator[Figure]:
    """Measure six services, seven Envoys and the supervisor, after they have served pages."""
    with demo() as page:
        load_met = wrk.interleaved({"mesh": page})["mesh"]
        status = json.loads(run("platforms", "status", "--json"))
        children = (*status["workloads"].values(), *status["proxies"].values())
        taken = pss([status["supervisor"]["pid"], *(child["pid"] for child in children)])
    yield Figure("local mesh in all, memory", taken, "MB", Target(450))
    yield Figure("whole page through the mesh", load_met.per_second, "rps")
    yield Figure("whole page through the mesh, p99", load_met.p99, "ms")
    yield Figure("whole page through the mesh, failed", load_met.failed, "requests", Target(0))


def rule(_: Reference) -> Iterator[Figure]:
    """Measure the time until every proxy serves a rule, a hundred times, while ten browsers request the page."""
    with demo() as page:
        yield from measure_rule_changes(page, Choice("local"), Target(20), Target(250))


def measure_rule_changes(
    page: str, choice: Choice, usual: Target | None = None, worst: Target | None = None, *, where: str = ""
) -> Iterator[Figure]:
    """Measure rule changes on the demo that is up; `where` goes before the figures' names."""
    states = (State(baseline().overlaid(load(ISTIO / "canary.yaml"))), State(baseline()))
    with closing(connect(choice)) as platform, wrk.paced(page) as traffic:
        milliseconds = []
        for change in range(CHANGES):
            state = states[change % len(states)]
            platform.apply(state)
            milliseconds.append(platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS).milliseconds)
    met = traffic.load
    yield Figure(f"{where}rule in force, median of {CHANGES}", statistics.median(milliseconds), "ms", usual)
    yield Figure(f"{where}rule in force, p95", statistics.quantiles(milliseconds, n=20)[-1], "ms")
    yield Figure(f"{where}rule in force, worst", max(milliseconds), "ms", worst)
    yield Figure(f"{where}requests a second meanwhile", met.per_second, "rps")
    yield Figure(f"{where}requests failed meanwhile", met.failed, "requests", Target(0))


def scenarios(_: Reference) -> Iterator[Figure]:
    """Measure the three episodes, one after the other, verdicts included."""
    with demo():
        yield from measure_scenarios(Target(30))


def measure_scenarios(within: Target | None = None, *, where: str = "") -> Iterator[Figure]:
    """Measure the three episodes on the demo that is up."""
    began = time.monotonic()
    verdicts = [json.loads(run(f"scenarios.{one.name}", "--json"))["verdict"] for one in EPISODES]
    seconds = time.monotonic() - began
    yield Figure(f"{where}all three episodes", seconds, "s", within)
    yield Figure(
        f"{where}episodes that hold",
        verdicts.count("HOLDS"),
        f"of {len(EPISODES)}",
        Target(len(EPISODES), at_most=False),
    )


def run(module: str, *arguments: str) -> str:
    """Run a command of the project and return its output; raises NotReachable with its last line when it fails."""
    command = (sys.executable, "-m", module, *arguments)
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode > 1 and not done.stdout.startswith("{"):  # 1 and 4 are verdicts
        raise NotReachable(f"python -m {module} {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def verify(page: str) -> None:
    """Raises NotWhole unless the page shows everything."""
    answer = urllib3.request("GET", page, timeout=30)  # noqa: TID251  # with patience of its own
    found = re.findall(r'data-\w+="\w+"', answer.data.decode())
    if missing := [mark for mark in _SHOWN if mark not in found]:
        raise IncompletePage(f"{page}: the first page lacks {' and '.join(missing)}")
