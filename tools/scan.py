"""Run the scanners that need no network but the Go module proxy: kube-score over the manifests, actionlint over the workflows.

Exact versions, built by Go into `.scanners/` the first time. Findings that are left stand with their reasons in
`tools/accepted-findings.toml`; anything else fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251  # scanners are programs
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".scanners"
SCANNERS = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7",
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1",
}
OVERLAYS = ("base", "overlays/kind", "overlays/without-cni", "overlays/scaled", "overlays/observability")


def main() -> int:
    if not shutil.which("go"):
        print("scan: skipped, for there is no Go here to build the scanners with")
        return 0
    for name, source in SCANNERS.items():
        _have(name, source)
    accepted = tomllib.loads((ROOT / "tools" / "accepted-findings.toml").read_text(encoding="utf-8"))
    failed = [overlay for overlay in OVERLAYS if _score(overlay, accepted["kube-score"])]
    if subprocess.run([FOLDER / "actionlint", "-color"], cwd=ROOT, check=False).returncode:
        failed.append(".github/workflows")
    print(f"scan: findings in {', '.join(failed)}" if failed else "scan: nothing found that is not accepted")
    return 1 if failed else 0


def _have(name: str, source: str) -> None:
    """Build a scanner in exactly this version, unless it is there."""
    stamp = FOLDER / f"{name}.version"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == source:
        return
    print(f"scan: building {source}", flush=True)
    FOLDER.mkdir(exist_ok=True)
    subprocess.run(["go", "install", source], check=True, env={**os.environ, "GOBIN": str(FOLDER)})  # noqa: S607
    stamp.write_text(source, encoding="utf-8")


def _score(overlay: str, accepted: dict[str, str]) -> bool:
    """Whether kube-score finds something critical, or worth a warning, that is not accepted."""
    manifests = subprocess.run(
        [FOLDER / "kustomize", "build", str(ROOT / "manifests" / overlay)], check=True, capture_output=True
    ).stdout
    ignored = [part for test in accepted for part in ("--ignore-test", test)]
    scored = subprocess.run(
        [FOLDER / "kube-score", "score", "--exit-one-on-warning", "--output-format", "ci", *ignored, "-"],
        input=manifests,
        check=False,
        capture_output=True,
    )
    if scored.returncode:
        found = [line for line in scored.stdout.decode().splitlines() if not line.startswith(("[OK]", "[SKIPPED]"))]
        print(*(f"{overlay}: {line}" for line in found), sep="\n")
    return scored.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
