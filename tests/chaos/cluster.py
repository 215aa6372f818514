"""Faults of Kubernetes: pods, istiod and the API server go away in the middle of a run."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from tests.chaos.fault import Fault, Outcome
from tests.chaos.running_demo import RunningDemo
from tests.commands import Ended

_RUNS = 240.0
_AWAY_SECONDS = 20
_SLOW = ("--rate", "20", "--duration", "10")
_MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def _pod_killed(demo: RunningDemo) -> Outcome:
    """The page must go on, and the run must say that an instance was replaced."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        run = demo.scenario("canary", *_SLOW, "--report", folder)
        run.wait_for("90,10,0 · in force")
        demo.kubectl("delete", "pod", "-n", demo.namespace, "-l", "app=reviews,version=v1", "--wait=false")
        ended = run.end()
        outcome.check(ended, codes=(4,), words=("INCONCLUSIVE", "the platform changed", "reviews-v1"), within=_RUNS)
        outcome.expect("baseline restored" in ended.said, f"it does not say that the baseline is back: {ended.said}")
        report = Path(folder) / "report.json"
        outcome.said += f" / pages that came: {_success(report)}"
    _settle(demo)
    return outcome


def _success(report: Path) -> str:
    document = json.loads(report.read_text(encoding="utf-8"))
    claims = document["claims"]
    return ", ".join(f"{claim['pages']:,} of {claim['requests']:,}" for claim in claims)


def _istiod_restarted(demo: RunningDemo) -> Outcome:
    """Meanwhile nobody checks a rule, and nobody brings it to the proxies."""
    outcome = Outcome()
    run = demo.scenario("canary", *_SLOW)
    run.wait_for("even split · in force")
    demo.kubectl("delete", "pod", "-n", "istio-system", "-l", "app=istiod", "--wait=false", "--grace-period=1")
    outcome.check(run.end(), codes=(0,), words=("HOLDS", "baseline restored"), within=_RUNS)
    return outcome


def _istiod_away(demo: RunningDemo) -> Outcome:
    """It is away for longer, while the next rule is written."""
    outcome = Outcome()
    scale = ("scale", "deployment", "istiod", "-n", "istio-system")
    run = demo.scenario("canary", "--requests", "300")
    run.wait_for("even split · in force")
    try:
        demo.kubectl(*scale, "--replicas=0")
        time.sleep(_AWAY_SECONDS)
    finally:
        demo.kubectl(*scale, "--replicas=1")
    outcome.check(run.end(), codes=(0, 4), words=("baseline restored",), within=_RUNS)
    return outcome


def _stopped(demo: RunningDemo) -> Outcome:
    """It keeps its connections and says nothing."""
    return _away(
        demo,
        f"pid=$(pgrep -x kube-apiserver) && kill -STOP $pid && sleep {_AWAY_SECONDS}; kill -CONT $pid",
        "even split · in force",
    )


def _moved(demo: RunningDemo) -> Outcome:
    """It ends, and its port is closed until the kubelet starts it again."""
    return _away(
        demo,
        f"mv {_MANIFEST} /tmp/ && sleep {_AWAY_SECONDS}; mv /tmp/kube-apiserver.yaml {_MANIFEST}",
        "90,10,0 · in force",
    )


def _away(demo: RunningDemo, script: str, words: str) -> Outcome:
    outcome = Outcome()
    run = demo.scenario("canary", "--requests", "300")
    run.wait_for(words)
    demo.on_node(script)
    ended = run.end(seconds=_RUNS)
    outcome.check(ended, codes=(0, 3, 4), words=(), within=_RUNS)
    _restored(outcome, ended)
    _settle(demo)
    return outcome


def _restored(outcome: Outcome, ended: Ended) -> None:
    restored = "baseline restored" in ended.said or "baseline · in force" in ended.said
    outcome.expect(restored, f"it does not say that the baseline is back: {ended.said}")


def _settle(demo: RunningDemo) -> None:
    """Wait until every pod is ready again, as the next fault expects."""
    deadline = time.monotonic() + _RUNS
    while True:
        try:
            demo.kubectl(
                *("wait", "deployment", "--all", "-n", demo.namespace), "--for=condition=Available", "--timeout=60s"
            )
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            return


FAULTS = (
    Fault("pod-killed", "a pod of reviews v1 is killed under a run", "`kubectl delete pod`", _pod_killed),
    Fault("istiod-restarted", "istiod is restarted under a run", "`kubectl delete pod`", _istiod_restarted),
    Fault(
        "istiod-away",
        f"istiod is away for {_AWAY_SECONDS} s while a rule is to be written",
        "`kubectl scale --replicas=0`",
        _istiod_away,
    ),
    Fault(
        "api-silent",
        f"the API server says nothing for {_AWAY_SECONDS} s in the middle of a run",
        "SIGSTOP to kube-apiserver",
        _stopped,
    ),
    Fault(
        "api-away",
        f"the API server is away for {_AWAY_SECONDS} s and more in the middle of a run",
        "its manifest moved out of the node's folder, and back",
        _moved,
    ),
)
