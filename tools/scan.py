"""Hold manifests, Dockerfiles and workflows to scanners that need no network once they are installed.

hadolint comes with the Python packages; Go builds the others in exact versions into `.scanners/` the first time.
What is left stands in `tools/accepted-findings.toml`, by file and with its reason: anything else fails, and so does an
acceptance that nothing needs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess  # noqa: TID251  # scanners are programs
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".scanners"
ACCEPTED = ROOT / "tools" / "accepted-findings.toml"
PROGRAMS = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7",
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
    "kubectl-validate": "sigs.k8s.io/kubectl-validate@v0.0.4",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1",
}
BESIDES = {"manifests/traffic": "job.yaml"}
"""What a run creates itself, so that no kustomization lists it."""

KUBERNETES = "1.30"
"""The oldest that the manifests are for."""

_WARNING = 5
"""kube-score's grades: 10 is all right, 5 and less are a warning and worse, 0 is a check that was not made."""


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """What a scanner says about a file or an overlay."""

    scanner: str
    rule: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text} [{self.scanner} {self.rule}]"


class ScanError(Exception):
    """A scanner that could not be had, or that did not do its work."""


def main() -> int:
    with_go = {"actionlint": actionlint, "kube-score": kube_score, "kubectl-validate": kubectl_validate}
    skipped = [] if shutil.which("go") else sorted(with_go)
    if skipped:
        print(f"scan: no Go here (https://go.dev/doc/install), so skipped: {', '.join(skipped)}")
    scanners = {"hadolint": hadolint} | ({} if skipped else with_go)
    try:
        accepted = _acceptances()
        found = [finding for scan in scanners.values() for finding in scan()]
    except ScanError as error:
        print(f"scan: {error}", file=sys.stderr)
        return 3
    problems = judge(found, {name: rules for name, rules in accepted.items() if name not in skipped})
    print(*(f"scan: {problem}" for problem in problems), sep="\n", end="\n" if problems else "")
    print(f"scan: {len(problems)} to mend" if problems else f"scan: {', '.join(scanners)} found nothing new")
    return 1 if problems else 0


def judge(found: Iterable[ScanFinding], accepted: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The findings that nobody accepted, and the acceptances of what is no longer found."""
    seen, problems = set(), []
    allowed = {
        (scanner, rule, place)
        for scanner, rules in accepted.items()
        for rule, one in rules.items()
        for place in one["in"]
    }
    for finding in found:
        seen.add(key := (finding.scanner, finding.rule, finding.place))
        if key not in allowed:
            problems.append(str(finding))
    return problems + [
        f"{ACCEPTED.name}: {scanner} no longer finds {rule} in {place}: remove it there"
        for scanner, rule, place in sorted(allowed - seen)
    ]


def _acceptances() -> dict[str, dict[str, dict[str, Any]]]:
    try:
        accepted = tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ScanError(f"{ACCEPTED.name}: {error}") from None
    for scanner, rules in accepted.items():
        for rule, one in rules.items():
            if not (one.get("why") and one.get("in")):
                raise ScanError(f"{ACCEPTED.name}: [{scanner}.{rule}] wants `why` and `in`")
    return accepted


def overlays(root: Path = ROOT) -> list[str]:
    """Return the folders that somebody may apply: the base, the traffic, and each overlay that there is."""
    found = (root / "manifests").glob("overlays/*/kustomization.yaml")
    return ["manifests/base", *sorted(path.parent.relative_to(root).as_posix() for path in found), "manifests/traffic"]


def hadolint() -> Iterator[ScanFinding]:
    files = sorted(
        path.relative_to(ROOT) for folder in ("scenarios", "services") for path in ROOT.glob(f"{folder}/*/Dockerfile")
    )
    for one in _answer([Path(sys.executable).parent / "hadolint", "--no-color", "--format", "json", *files]):
        yield ScanFinding("hadolint", one["code"], one["file"], f"line {one['line']}: {one['message']}")


def actionlint() -> Iterator[ScanFinding]:
    folders = (".github", "examples/*/.github")
    workflows = sorted(path.relative_to(ROOT) for one in folders for path in ROOT.glob(f"{one}/workflows/*.y*ml"))
    for one in _answer([_program("actionlint"), "-format", "{{json .}}", *workflows]):
        yield ScanFinding("actionlint", one["kind"], one["filepath"], f"line {one['line']}: {one['message']}")


def kube_score() -> Iterator[ScanFinding]:
    for overlay in overlays():
        for scored in _answer([_program("kube-score"), "score", "--output-format", "json", "-"], _rendered(overlay)):
            kind, name = scored["type_meta"]["kind"], scored["object_meta"]["name"]
            for one in scored["checks"]:
                if not one["skipped"] and one["grade"] <= _WARNING:
                    for comment in one["comments"] or [{"summary": one["check"]["name"]}]:
                        # One check finds several things, of which one may be accepted: no CPU limit, no memory limit.
                        rule = f"{one['check']['id']}: {comment['summary']}"
                        yield ScanFinding("kube-score", rule, overlay, f"{kind} {name}")


def kubectl_validate() -> Iterator[ScanFinding]:
    """Kubernetes's own schemas, and Istio's CRDs, for what kustomize makes of the manifests and for the rules."""
    with tempfile.TemporaryDirectory() as folder:
        places = {}
        for overlay in overlays():
            path = Path(folder, f"{overlay.replace('/', '-')}.yaml")
            path.write_bytes(_rendered(overlay))
            places[str(path)] = overlay
        yield from schema_findings(*places, "istio", places=places)


def schema_findings(*paths: str, places: Mapping[str, str]) -> Iterator[ScanFinding]:
    options: list[str | Path] = ["--version", KUBERNETES, "--local-crds", _crds(), "--output", "json"]
    for path, objects in _answer([_program("kubectl-validate"), *options, *paths]).items():
        for one in objects:
            if one["status"] != "Success":
                yield ScanFinding("kubectl-validate", one["reason"], places.get(path, path), one["message"].strip())


def _answer(command: list[str | Path], given: bytes | None = None) -> Any:
    """Return the JSON that a scanner prints; its exit code only repeats that there are findings."""
    try:
        done = subprocess.run(command, cwd=ROOT, input=given, check=False, capture_output=True)
        return json.loads(done.stdout)
    except OSError as error:
        raise ScanError(f"{command[0]}: {error.strerror}") from None
    except ValueError:
        raise ScanError(f"{Path(command[0]).name} did not scan: {_last_line(done.stderr)}") from None


def _rendered(overlay: str) -> bytes:
    rendered = _output(_program("kustomize"), "build", overlay)
    if besides := BESIDES.get(overlay):
        return rendered + b"\n---\n" + (ROOT / overlay / besides).read_bytes()
    return rendered


def _program(name: str) -> Path:
    """A scanner in exactly this version, built unless it is there."""
    source = PROGRAMS[name]
    program = FOLDER / source.replace("/", "-") / name
    if not program.exists():
        print(f"scan: building {source}", flush=True)
        _output("go", "install", source, GOBIN=str(program.parent))
    return program


def _crds() -> Path:
    """Istio's CRDs, in the version of the istioctl that the project installs."""
    tools = tomllib.loads((ROOT / "platforms" / "kubernetes" / "up" / "tools.toml").read_text(encoding="utf-8"))
    module = f"istio.io/api@v{tools['istioctl']['version']}"
    folder = FOLDER / module.replace("/", "-")
    if not folder.exists():
        print(f"scan: downloading {module}", flush=True)
        source = Path(json.loads(_output("go", "mod", "download", "-json", module))["Dir"], "kubernetes")
        with tempfile.TemporaryDirectory(dir=FOLDER) as beside:
            shutil.copy(source / "customresourcedefinitions.gen.yaml", beside)
            shutil.copytree(beside, folder)
    return folder


def _output(program: str | Path, *arguments: str, **environment: str) -> bytes:
    """Return the output of a command that goes well; raises ScanError otherwise."""
    command = (program, *arguments)
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, env={**os.environ, **environment})
    if done.returncode:
        raise ScanError(f"{Path(program).name} {' '.join(arguments)}: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(said: bytes) -> str:
    return (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]


if __name__ == "__main__":
    sys.exit(main())
