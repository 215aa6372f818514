"""The three episodes, and the services' contract, in a cluster: the same commands and the same suite as on local."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # for the type of a command
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests import commands
from tests.e2e.scenarios.test_local import EXPECTATIONS, RULES
from tests.e2e.scenarios.test_releases import TAIL, TIMES
from tests.kubernetes.deployed import ROOT, Bookinfo, Run

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())
SECONDS = 600


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return commands.run(*words, "--platform", "kind", seconds=SECONDS)


def document(*words: str) -> dict[str, Any]:
    ended = typed(*words, "--json")

    assert ended.stdout, ended.stderr

    found: dict[str, Any] = json.loads(ended.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


@pytest.mark.usefixtures("bookinfo")
@pytest.mark.parametrize(
    "words",
    [
        ("scenarios.fault_ratings",),
        ("scenarios.user_routing", "--user", "opennaru"),
        ("scenarios.canary", "--weights", "90,10,0"),
        pytest.param(
            ("scenarios.fault_ratings", "--fault", "outage", "--requests", "100"), marks=pytest.mark.exhaustive
        ),
        pytest.param(("scenarios.timeouts",), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.retries",), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.mirroring", "--to", "v3"), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.circuit_breaking",), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.rollout", "--steps", "50,100"), marks=pytest.mark.exhaustive),
    ],
    ids=" ".join,
)
def test_every_episode_holds(words: tuple[str, ...]) -> None:
    """And leaves the baseline; both witnesses agree."""
    found = document(*words)

    assert [] == found["reasons"]
    assert ("HOLDS", True, "kubernetes") == (found["verdict"], found["restored"], found["platform"])
    assert all(step["witnesses_agree"] for step in found["steps"])


@pytest.mark.usefixtures("bookinfo")
def test_the_slides_rule_fails() -> None:
    """The rule as on the slide, an older version of the API and all, lets others see v3."""
    found = document("scenarios.user_routing", "--as-on-slide", "--requests", "60")

    assert ("FAILS", True) == (found["verdict"], found["restored"])
    assert any("others saw v3" in reason for reason in found["reasons"])


@pytest.mark.exhaustive
@pytest.mark.usefixtures("bookinfo")
def test_without_detection_an_instance_that_hangs_is_still_asked() -> None:
    """And who met it is said."""
    found = document("scenarios.circuit_breaking", "--without-detection")

    assert ("FAILS", True) == (found["verdict"], found["restored"])
    assert any("was still asked after" in reason for reason in found["reasons"])


@pytest.mark.exhaustive
@pytest.mark.usefixtures("bookinfo")
@pytest.mark.parametrize(
    ("planted", "worse"),
    [
        ("v2=errors:20%", {"success"}),
        ("v2=slow:800ms", TIMES),
        ("v2=slow:2500ms@4%", TAIL),
    ],
    ids=["errors", "slow", "slow in the tail"],
)
def test_a_bad_release_is_rolled_back(planted: str, worse: set[str]) -> None:
    """While requests go on, by nothing but what it is bad in; then the baseline is back."""
    found = document("scenarios.rollout", "--steps", "50", "--break", planted)
    health = found["steps"][-1]["health"]

    assert ("FAILS", True) == (found["verdict"], found["restored"])
    assert set() < {name for name, one in health["measures"].items() if one["verdict"] == "FAILS"} <= worse
    assert health["rolled_back_ms"] is not None


@pytest.mark.exhaustive
@pytest.mark.usefixtures("bookinfo")
def test_rules_of_ones_own_are_proven(tmp_path: Path) -> None:
    """By end user, header, path and status, as on local; the same rules FAIL what they do not do."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "expect.yaml").write_text(EXPECTATIONS, encoding="utf-8")
    holds = document("scenarios.prove", "-f", str(tmp_path), "--margin", "50")
    (tmp_path / "expect.yaml").write_text("expectations: [{as: jason, never: [v2]}, {path: /nowhere, status: 200}]")
    fails = document("scenarios.prove", "-f", str(tmp_path))

    assert ([], "HOLDS", True) == (holds["reasons"], holds["verdict"], holds["restored"])
    assert ("FAILS", True) == (fails["verdict"], fails["restored"])
    assert all(any(said in why for why in fails["reasons"]) for said in ("jason: v2 ", "anonymous: HTTP 404 "))


def test_by_hand(cluster: Run) -> None:
    """A canary that somebody has put in force with kubectl is said, and the baseline follows it."""
    cluster("kubectl", "apply", "-f", ROOT / "istio" / "canary.yaml")
    found = typed("scenarios.canary", "--requests", "60")
    status = typed("platforms", "status")

    assert "a rule other than the baseline is in force" in found.stdout
    assert "the baseline\n" in status.stdout


@pytest.mark.usefixtures("bookinfo")
@pytest.mark.parametrize("part", ["not exhaustive", pytest.param("exhaustive", marks=pytest.mark.exhaustive)])
def test_the_contract_holds_behind_the_mesh(part: str) -> None:
    """What the services promise alone, the gateway's visitors get in a cluster too."""
    done = typed(
        "pytest", "tests/contract/http", "-m", part, "-n", "3", "--dist", "loadfile", "-q", "-p", "no:cacheprovider"
    )

    assert 0 == done.returncode, done.stdout


def callers_left(bookinfo: Bookinfo) -> list[str]:
    """What a trial makes in the cluster, and must take away again."""
    return [
        line
        for line in bookinfo.run("kubectl", "get", "jobs,pods,networkpolicies", "-A", "-o", "name").splitlines()
        if "caller" in line
    ]


def test_who_may_call_whom_holds(bookinfo: Bookinfo) -> None:
    """All ordered pairs of identities, plain text from outside the mesh, and a foreign certificate."""
    ended = typed("scenarios.zero_trust", "--json")

    assert 0 == ended.returncode, ended.stdout + ended.stderr
    found = json.loads(ended.stdout)
    assert ("kubernetes", 36) == (found["platform"], len(found["pairs"]))
    assert [] == callers_left(bookinfo)


@pytest.mark.exhaustive
def test_without_policies_21_arrows_open(bookinfo: Bookinfo) -> None:
    """And none is open to the trial that comes after it: connections of before are waited for."""
    ended = typed("scenarios.zero_trust", "--open", "--json")

    assert 1 == ended.returncode, ended.stdout + ended.stderr
    assert 21 == sum(pair["opened"] for pair in json.loads(ended.stdout)["pairs"])
    after = typed("scenarios.zero_trust", "--quiet")
    assert 0 == after.returncode, after.stdout + after.stderr
    assert [] == callers_left(bookinfo)
