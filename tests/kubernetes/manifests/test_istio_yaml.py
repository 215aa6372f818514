"""The Istio YAML is ordinary Istio YAML: a real API server and Istio's own webhook take it as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubernetes.deployed import ROOT, Run

ISTIO = ROOT / "istio"
FILES = sorted(ISTIO.rglob("*.yaml"))


@pytest.fixture(scope="module")
def baseline(cluster: Run) -> Run:
    cluster("kubectl", "apply", "-f", ISTIO / "baseline")
    return cluster


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ISTIO)))
def test_every_file_is_accepted(path: Path, baseline: Run) -> None:
    """The API server's schema and Istio's webhook accept the file without a change."""
    applied = baseline("kubectl", "apply", "--dry-run=server", "-f", path)

    assert path.read_text().count("\nkind: ") == len(applied.splitlines())


@pytest.mark.parametrize("stem", ["canary", "fault_ratings", "user_routing"])
def test_a_rule_works_on_its_own(stem: str, baseline: Run) -> None:
    """`kubectl apply -f istio/<scenario>.yaml` over the baseline is all that a hand-written demo needs."""
    path = ISTIO / f"{stem}.yaml"
    baseline("kubectl", "apply", "-f", path)
    try:
        names = baseline("kubectl", "get", "virtualservices", "-n", "bookinfo", "-o", "name")

        assert "virtualservice.networking.istio.io/reviews" in names.split()
    finally:
        baseline("kubectl", "delete", "-f", path)
        baseline("kubectl", "apply", "-f", ISTIO / "baseline")
