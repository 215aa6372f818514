"""The episodes with several instances of each workload, and with a further version of reviews."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo import WORKLOADS, Demo, demo_of
from tests.e2e.scenarios.test_local import assert_holds, told

pytestmark = pytest.mark.exhaustive

OWN = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews, subsets: [{name: v4, labels: {version: v4}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v4}}]}]}
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with three instances of everything."""
    with demo_of(tmp_path_factory.mktemp("three"), replicas=[f"{name}=3" for name in WORKLOADS]) as demo:
        yield demo


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with more instances of one version than of the others, and with a version of one's own."""
    own = "reviews-v4=reviews:v4,STAR_COLOR=blue"
    with demo_of(tmp_path_factory.mktemp("uneven"), replicas=["reviews-v1=2"], workloads=[own]) as demo:
        yield demo


@pytest.mark.parametrize(
    "words",
    [
        ("scenarios.canary", "--weights", "90,10,0"),
        ("scenarios.user_routing", "--user", "opennaru"),
        ("scenarios.fault_ratings",),
        ("scenarios.fault_ratings", "--fault", "outage", "--reviews", "v2"),
    ],
    ids=" ".join,
)
def test_holds_with_three_of_each(three: Demo, words: tuple[str, ...]) -> None:
    """Every witness counts all instances of a workload as that workload."""
    assert_holds(told(three, *words))


def test_holds_with_uneven_numbers(uneven: Demo) -> None:
    """The even split is one of versions, whatever the number of their instances, and v4 is in none of the columns."""
    assert_holds(told(uneven, "scenarios.canary", "--weights", "90,10,0"))


def test_a_rule_for_a_version_of_ones_own(uneven: Demo, tmp_path: Path) -> None:
    """It leads there, and no remark says that nobody is there."""
    (tmp_path / "own.yaml").write_text(OWN)
    tried = uneven.run("apply", "--dry-run", "-f", str(tmp_path / "own.yaml"), "--json")
    applied = uneven.run("apply", "-f", str(tmp_path / "own.yaml"), "--json")
    pages = [uneven.page() for _ in range(5)]
    reset = uneven.run("reset")

    assert [] == json.loads(tried.stdout)["warnings"] == json.loads(applied.stdout)["warnings"]
    assert all('data-reviews-version="v4"' in page and 'data-star-color="blue"' in page for page in pages)
    assert 0 == reset.returncode
