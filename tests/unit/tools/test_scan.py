"""The scan accepts a finding by name and place, and finds what is planted."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from tools import scan
from tools.scan import ScanError, ScanFinding, judge

FOUND = ScanFinding(
    "kube-score", "container-resources: CPU limit is not set", "manifests/base", "Deployment details-v1"
)
ACCEPTED = {"kube-score": {FOUND.rule: {"why": "requests share it", "in": ["manifests/base"]}}}

built = pytest.mark.skipif(
    not (scan.FOLDER / scan.PROGRAMS["kubectl-validate"].replace("/", "-")).exists() or not shutil.which("go"),
    reason="`make scan` builds the scanners, with Go",
)


def test_accepted() -> None:
    """Nothing is said about a finding that is accepted where it is found."""
    assert [] == judge([FOUND, FOUND], ACCEPTED)


@pytest.mark.parametrize(
    "other",
    [
        ScanFinding(FOUND.scanner, FOUND.rule, "manifests/overlays/new", FOUND.text),
        ScanFinding(FOUND.scanner, "container-resources: Memory limit is not set", FOUND.place, FOUND.text),
        ScanFinding("hadolint", FOUND.rule, FOUND.place, FOUND.text),
    ],
    ids=["another overlay", "another thing of the same check", "another scanner"],
)
def test_not_accepted(other: ScanFinding) -> None:
    """An acceptance is for one thing in one place."""
    assert [str(other)] == judge([FOUND, other], ACCEPTED)


def test_no_longer_found() -> None:
    """An acceptance that nothing needs is to be removed."""
    (problem,) = judge([], ACCEPTED)

    assert (
        f"accepted-findings.toml: kube-score no longer finds {FOUND.rule} in manifests/base: remove it there" == problem
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hadolint", "accepted-findings.toml: Expected"),
        ('[hadolint.DL1]\nin = ["a"]', r"accepted-findings.toml: \[hadolint.DL1\] wants `why` and `in`"),
        ('[hadolint.DL1]\nwhy = "everywhere"', r"accepted-findings.toml: \[hadolint.DL1\] wants `why` and `in`"),
    ],
)
def test_a_wrong_acceptance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    """An acceptance has its reason and its places."""
    monkeypatch.setattr(scan, "ACCEPTED", tmp_path / "accepted-findings.toml")
    scan.ACCEPTED.write_text(text, encoding="utf-8")

    assert 3 == scan.main()
    assert re.search(said, capsys.readouterr().err)


def test_a_new_overlay_is_scanned(tmp_path: Path) -> None:
    """An overlay is scanned because it is there, not because a list has it."""
    new = tmp_path / "manifests" / "overlays" / "new" / "kustomization.yaml"
    new.parent.mkdir(parents=True)
    new.touch()

    assert ["manifests/base", "manifests/overlays/new", "manifests/traffic"] == scan.overlays(tmp_path)


def test_a_scanner_that_fails_is_no_clean_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner without an answer ends the scan with its last words."""
    python = tmp_path / "python"
    (tmp_path / "hadolint").write_text("#!/bin/sh\necho 'no such option' >&2\nexit 2\n", encoding="utf-8")
    (tmp_path / "hadolint").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))

    with pytest.raises(ScanError, match="hadolint did not scan: no such option"):
        list(scan.hadolint())


def test_without_go_the_skipped_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where Go is missing, what it builds is skipped by name, its acceptances stand, and the others scan."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert 0 == scan.main()
    assert (
        "scan: no Go here (https://go.dev/doc/install), so skipped: actionlint, kube-score, kubectl-validate\n"
        "scan: hadolint found nothing new\n"
    ) == capsys.readouterr().out


OF_KUBERNETES = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: planted}}\nspec: {}\n"
OF_ISTIO = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: planted}}\nspec: {}\n"
POD = "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: b}]}}"
SELECTOR = "selector: {matchLabels: {app: a}}"


@built
@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (
            OF_KUBERNETES.format(f"{{replica: 2, {SELECTOR}, {POD}}}"),
            "spec.replica: Invalid value: value provided for unknown",
        ),
        (
            OF_KUBERNETES.format(f"{{replicas: two, {SELECTOR}, {POD}}}"),
            "spec.replicas in body must be of type integer",
        ),
        (OF_KUBERNETES.format(f"{{{POD}}}"), "spec.selector: Required value"),
        (OF_ISTIO.format("{host: a, subset: []}"), "spec.subset: Invalid value: value provided for unknown"),
        (OF_ISTIO.format("{host: [a]}"), "spec.host in body must be of type string"),
        (OF_ISTIO.format("{subsets: []}"), "spec.host: Required value"),
        (
            OF_ISTIO.format("{host: a, trafficPolicy: {loadBalancer: {simple: ROUND}}}"),
            'spec.trafficPolicy.loadBalancer.simple: Unsupported value: "ROUND"',
        ),
        (OF_ISTIO.replace("DestinationRule", "DestinationRul").format("{host: a}"), "kind DestinationRul not found"),
    ],
)
def test_planted(tmp_path: Path, planted: str, said: str) -> None:
    """The schemas of Kubernetes and Istio know fields, types, what is required, and enumerations."""
    path = tmp_path / "planted.yaml"
    path.write_text(planted, encoding="utf-8")
    (finding,) = scan.schema_findings(str(path), places={str(path): "manifests/planted"})

    assert "manifests/planted" == finding.place
    assert said in finding.text
