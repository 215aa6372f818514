"""More instances of ratings on the local platform: what they do for the page, and that they go again, however a run ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.demo import Demo, kill, until

pytestmark = pytest.mark.exhaustive


def told(demo: Demo, *words: str) -> dict[str, Any]:
    """What a run says of itself."""
    ended = demo.typed("scenarios.scale_out", *words, "--json")
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def instances(demo: Demo) -> list[str]:
    """The instances of ratings that the demo says it has."""
    return [name for name in demo.status()["workloads"] if name.startswith("ratings-v1")]


def test_it_holds(demo: Demo) -> None:
    """Everybody else is who he was, and there is one instance again."""
    before = demo.status()
    document = told(demo)
    scaled = document["steps"][1]["scaled"]
    after = demo.status()

    assert ([], "HOLDS", True) == (document["reasons"], document["verdict"], document["restored"])
    assert (3, 0, []) == (scaled["ready"], scaled["lacking"], scaled["touched"])
    assert scaled["p95_after_ms"] < 0.75 * scaled["p95_before_ms"]
    assert [one["pid"] for one in before["workloads"].values()] == [one["pid"] for one in after["workloads"].values()]


def test_without_scaling_it_fails(demo: Demo) -> None:
    """The page is as late as it was."""
    document = told(demo, "--without-scaling")

    assert ("FAILS", True) == (document["verdict"], document["restored"])
    assert "95 of 100 pages took up to" in " ".join(document["reasons"])


def test_a_run_that_is_killed_leaves_nobody(demo: Demo) -> None:
    """The next command takes the instances back that it had asked for."""
    run = demo.start("scenarios.scale_out", "--json")
    until(lambda: len(instances_now(demo)) == 3, what="three instances")
    kill(run.pid)
    run.communicate(timeout=60)

    assert ["ratings-v1"] == instances(demo)


def instances_now(demo: Demo) -> tuple[str, ...]:
    """The same by the demo's record, without a command, which would wait for the run or undo it."""
    return demo.record().topology.instances(("ratings-v1",))
