"""The three episodes on the local platform: real services, real Envoys, real Locust."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.environment import ROOT
from scenarios import canary
from scenarios.canary import Weights
from scenarios.evidence.proxy_counts import gateway_requests as pages
from tests.e2e.demo import Demo, until

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())


def told(demo: Demo, *words: str) -> dict[str, Any]:
    """What a scenario says of its run."""
    ended = demo.typed(*words, "--json")
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def assert_holds(document: dict[str, Any]) -> None:
    assert [] == document["reasons"]
    assert ("HOLDS", True) == (document["verdict"], document["restored"])
    assert all(step["witnesses_agree"] for step in document["steps"])


def revision(demo: Demo) -> str:
    with demo.platform() as platform:
        return str(platform.status()["revision"])


def under_way(demo: Demo) -> int:
    with demo.platform() as platform:
        return platform.under_way()


@pytest.mark.parametrize(
    "words",
    [
        ("scenarios.canary", "--weights", "90,10,0"),
        ("scenarios.user_routing", "--user", "opennaru"),
        pytest.param(("scenarios.user_routing", "--user", "홍길동", "--others", "v1"), marks=pytest.mark.exhaustive),
        ("scenarios.fault_ratings",),
        pytest.param(("scenarios.fault_ratings", "--fault", "outage", "--reviews", "v2"), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.fault_ratings", "--fault", "delay"), marks=pytest.mark.exhaustive),
    ],
)
def test_every_episode_holds(words: tuple[str, ...], demo: Demo) -> None:
    """And leaves the baseline; both witnesses agree."""
    assert_holds(told(demo, *words, "--requests", "32" if "delay" in words else "100"))


def test_the_slides_rule_fails(demo: Demo) -> None:
    """Others saw v3 too, and the verdict counts them."""
    document = told(demo, "scenarios.user_routing", "--as-on-slide", "--requests", "100")

    assert "FAILS" == document["verdict"]
    assert any("of 500 others saw v3" in reason for reason in document["reasons"])


RULES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine}
spec:
  hosts: [reviews]
  http:
    - match: [{headers: {end-user: {exact: jason}}}]
      route: [{destination: {host: reviews, subset: v2}}]
    - match: [{headers: {user-agent: {prefix: canary}}}]
      route: [{destination: {host: reviews, subset: v3}}]
    - route: [{destination: {host: reviews, subset: v1}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ratings}
spec:
  hosts: [ratings]
  http:
    - fault: {abort: {httpStatus: 418, percentage: {value: 50}}}
      route: [{destination: {host: ratings, subset: v1}}]
"""
EXPECTATIONS = """
expectations:
  - {as: jason, requests: 50, shares: {v2: 100}, within: 9s}
  - {requests: 50, never: [v2, v3]}
  - {requests: 50, shares: {v3: 100}, headers: {user-agent: canary/1}}
  - {requests: 60, path: /api/v1/products/0/ratings, status: {200: 50, 418: 50}}
"""


def test_rules_of_ones_own_are_proven(demo: Demo, tmp_path: Path) -> None:
    """By end user, by header and by path; the same rules FAIL what they do not do, and leave the baseline too."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "expect.yaml").write_text(EXPECTATIONS, encoding="utf-8")

    assert_holds(told(demo, "scenarios.prove", "-f", str(tmp_path), "--margin", "50"))
    (tmp_path / "expect.yaml").write_text("expectations: [{as: jason, never: [v2]}, {path: /nowhere, status: 200}]")
    failed = told(demo, "scenarios.prove", "-f", str(tmp_path))
    assert ("FAILS", True) == (failed["verdict"], failed["restored"])
    assert all(any(said in why for why in failed["reasons"]) for said in ("jason: v2 ", "anonymous: HTTP 404 "))


@pytest.mark.parametrize(
    ("workload", "seconds"),
    [
        pytest.param("productpage-v1", 0.0, id="killed"),
        pytest.param("reviews-v1", 3.2, id="standing still", marks=pytest.mark.exhaustive),
    ],
)
def test_what_befalls_a_right_mesh_accuses_nobody(workload: str, seconds: float, demo: Demo) -> None:
    """Every worker of productpage is killed, or reviews v1 answer later than productpage waits: the split is still right."""
    workloads = json.loads(demo.typed("platforms", "status", "--json").stdout)["workloads"]
    pid = workloads[workload]["pid"]
    with demo.start("scenarios.canary") as run:
        assert run.stdout is not None
        assert any("90,10,0 · in force" in line for line in run.stdout)
        if seconds:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)  # how long it stands still is what is tried
            os.kill(pid, signal.SIGCONT)
        else:
            for worker in psutil.Process(pid).children():
                worker.kill()
        said = run.stdout.read()

    assert (0, True) == (run.wait(), "HOLDS" in said), said


def test_a_run_killed_in_the_middle_is_healed_by_the_next_command(demo: Demo) -> None:
    """After kill -9, it says what happened, and the baseline is back before anything else is done."""
    with demo.start("scenarios.canary", "--weights", "0,0,1", "--rate", "20", "--duration", "60") as run:
        assert run.stdout is not None
        assert any("0,0,1 · in force" in line or "even split · in force" in line for line in run.stdout)
        run.send_signal(signal.SIGKILL)
    after = demo.typed("scenarios.fault_ratings", "--requests", "60")

    assert 0 == after.returncode
    assert "was cut off before it could restore: the baseline is back" in after.stdout
    assert "a rule other than the baseline" not in after.stdout


@pytest.mark.exhaustive
def test_what_a_killed_run_left_under_way_is_not_counted(demo: Demo) -> None:
    """Calls that the fault held back for 7 s are answered before the next run counts."""
    with demo.start("scenarios.fault_ratings", "--fault", "delay", "--reviews", "v2", "--requests", "60") as run:
        assert run.stdout is not None
        assert any("ratings answer 7 s late · in force" in line for line in run.stdout)
        until(lambda: under_way(demo) > 0, what="the calls of the delayed pages")
        run.send_signal(signal.SIGKILL)
    after = told(demo, "scenarios.fault_ratings", "--requests", "60", "--rate", "15")

    assert [] == after["reasons"]
    assert [60, 0, 60] == [step["proxies"]["ratings_answered"] for step in after["steps"]]


@pytest.mark.exhaustive
def test_a_run_after_late_answers_is_its_own(demo: Demo) -> None:
    """The last of the episodes holds too; pages that gave up leave calls behind, which end with their own step."""
    late = told(demo, "scenarios.fault_ratings", "--fault", "delay", "--reviews", "v2", "--requests", "32")
    after = told(demo, "scenarios.fault_ratings", "--requests", "60")

    assert_holds(late)
    assert_holds(after)
    assert [60, 0, 60] == [step["proxies"]["ratings_answered"] for step in after["steps"]]


@pytest.mark.exhaustive
def test_a_rule_that_is_in_force_for_a_moment_is_told(demo: Demo) -> None:
    """Somebody applies 80,20,0 in the middle and takes it back: every proxy serves the right rule before and after."""
    rule = State(baseline().overlaid(canary.rule(Weights((90, 10, 0)))))
    with (
        demo.start("scenarios.canary", "--rate", "60", "--duration", "8", "--json") as run,
        demo.platform() as platform,
    ):
        until(lambda: revision(demo) == rule.resources.revision, what="the canary's rule")
        platform.wait_until_converged(rule, timeout=30)
        before = platform.upstream_requests()
        until(lambda: bool(pages(platform.upstream_requests().since(before))), what="the canary's requests")
        for state in (State(baseline().overlaid(canary.rule(Weights((80, 20, 0))))), rule):
            platform.apply(state)
            platform.wait_until_converged(state, timeout=30)
        document = json.loads(run.communicate()[0])

    assert "INCONCLUSIVE" == document["verdict"]
    assert ["the rule did not stay in force while the requests were sent: another one was in force in between, on"] == [
        reason.partition(" 7 proxies")[0] for reason in document["reasons"]
    ]


@pytest.mark.exhaustive
def test_a_kept_rule_is_undone_by_reset(demo: Demo) -> None:
    """The next run says what it found; after reset there is nothing to say."""
    kept = demo.typed("scenarios.canary", "--weights", "50,50,0", "--requests", "100", "--keep")
    found = demo.typed("scenarios.canary", "--requests", "100", "--keep")
    reset = demo.typed("platforms", "reset")
    clean = demo.typed("scenarios.canary", "--requests", "100")

    assert (0, 0) == (kept.returncode, reset.returncode)
    assert "a rule other than the baseline is in force" in found.stdout
    assert "a rule other than the baseline is in force" not in clean.stdout
