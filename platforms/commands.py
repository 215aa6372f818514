"""What each command of `python -m platforms` does."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess  # noqa: TID251  # `build` runs Maven
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from platforms import State, journal, show
from platforms.environment import ROOT
from platforms.errors import Busy, NotApplied, NotReachable, Unsupported, UsageError
from platforms.local import bringup, logfiles, runtimes
from platforms.local.analyze import analyze
from platforms.local.platform import LocalPlatform
from platforms.overlay import lay_over
from platforms.resources import Resource, ResourceSet, baseline, load, parse

Options = argparse.Namespace
Command = Callable[[Options], int]

CONVERGE_SECONDS = 30.0


def unsupported(platform: str) -> Unsupported:
    """What a platform says that is planned but not here."""
    return Unsupported(f"--platform {platform}: not in this release; local is")


def up(options: Options) -> int:
    """Bring the demo up unless it is."""
    try:
        with journal.exclusive("local", "python -m platforms up"):
            platform, told = _brought_up(options.port)
    except Busy:
        # Whoever holds the lock may be a scenario on a demo that is up, or another `up` that has not finished.
        running = bringup.running()
        if running is None or not bringup.page_is_whole(running.topology.gateway_port):
            raise
        platform, told = LocalPlatform(running), "Bookinfo is already up"
    _heal(platform)
    print(f"{told}: {platform.gateway_url}{bringup.PAGE}")
    return 0


def _brought_up(port: int) -> tuple[LocalPlatform, str]:
    _clear_away()
    if running := bringup.running():
        moved = port not in (running.topology.gateway_port, bringup.GATEWAY_PORT)
        told = f", on port {running.topology.gateway_port}; `down` first to move it" if moved else ""
        return LocalPlatform(running), f"Bookinfo is already up{told}"
    began = time.monotonic()
    with show.progress("bringing Bookinfo up") as say:
        platform = bringup.up(port, say)
    return platform, f"Bookinfo is up after {time.monotonic() - began:.1f} s"


def down(_options: Options) -> int:
    """Take the demo down."""
    _clear_away()
    demo = bringup.running()
    if demo is None:
        print("no demo is up; nothing to stop")
        return 0
    began = time.monotonic()
    killed = bringup.down(demo)
    told = f"Bookinfo is down after {time.monotonic() - began:.1f} s, nothing is left running"
    print(f"{told} ({killed} processes had to be killed)" if killed else told)
    return 0


def status(options: Options) -> int:
    """Show the demo."""
    platform = LocalPlatform.connect()
    document = _status_document(platform)
    print(json.dumps(document, indent=2) if options.json else show.status(document))
    return 0


def reset(_options: Options) -> int:
    """The baseline, all of it and nothing else."""
    platform = LocalPlatform.connect()
    with journal.exclusive("local", "python -m platforms reset"):
        in_force = _put_in_force(platform, State(baseline()))
        journal.Journal.of("local").close()
    print(f"the baseline {in_force}")
    return 0


def doctor(options: Options) -> int:
    """Say what is there and what is missing."""
    found, built = runtimes.examine(), (runtimes.reviews_jar(),)
    if options.json:
        document = {"runtimes": [one.document() for one in found], "built": [one.document() for one in built]}
        print(json.dumps(document, indent=2))
    else:
        print(show.findings((*found, *built)))
    return 0 if all(one.found for one in (*found, *built)) else NotReachable.exit_code


def build(_options: Options) -> int:
    """Build reviews unless its sources are older than what was built."""
    if runtimes.is_built():
        print("reviews is built already")
        return 0
    missing = [one for one in runtimes.examine() if one.name in ("javac", "maven") and not one.found]
    if missing:
        raise NotReachable("; ".join(f"{one.name}: {one.problem} ({one.install})" for one in missing))
    print("building reviews (Java)", flush=True)
    command = ("mvn", "-q", "-B", "-ntp", "-DskipTests", "package")
    with show.progress("building reviews") as say:
        say("Maven compiles, packs and rehearses it")
        done = subprocess.run(command, cwd=ROOT / "services" / "reviews", check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotApplied(f"Maven could not build reviews:\n{(done.stdout + done.stderr).strip()}")
    return 0


def url(_options: Options) -> int:
    """Where the page is."""
    print(f"{LocalPlatform.connect().gateway_url}{bringup.PAGE}")
    return 0


def apply(options: Options) -> int:
    """Put own objects in force over the baseline."""
    own = _read(options.files)
    platform = LocalPlatform.connect()
    _heal(platform)
    laid = lay_over(baseline(), own)
    state = State(laid.resources)
    with journal.exclusive("local", f"python -m platforms apply -f {' '.join(options.files)}"):
        platform.apply(state)
        convergence = platform.wait_until_converged(state, timeout=CONVERGE_SECONDS)
    findings = analyze(state.resources)
    if options.json:
        document = {
            "revision": convergence.revision,
            "in_force_ms": round(convergence.milliseconds, 1),
            "proxies": convergence.proxies,
            "notes": list(laid.notes),
            "warnings": [{"code": one.code, "message": one.message, "resource": one.resource} for one in findings],
        }
        print(json.dumps(document, indent=2))
        return 0
    for note in laid.notes:
        print(note)
    for one in findings:
        print(f"warning {one.code}: {one.resource}: {one.message}")
    print(show.in_force(convergence))
    return 0


def config(options: Options) -> int:
    """What a proxy serves."""
    print(json.dumps(LocalPlatform.connect().served(options.workload), indent=2))
    return 0


def logs(options: Options) -> int:
    """The end of a log, and what follows."""
    path = LocalPlatform.connect().log_file(options.workload)
    for line in logfiles.last_lines(path, options.lines):
        print(line)
    if options.follow:
        with contextlib.suppress(KeyboardInterrupt):  # the way to stop it
            for line in logfiles.follow(path):
                print(line, flush=True)
    return 0


def _put_in_force(platform: LocalPlatform, state: State) -> str:
    platform.apply(state)
    return show.in_force(platform.wait_until_converged(state, timeout=CONVERGE_SECONDS))


def _clear_away() -> None:
    if told := bringup.clear_away():
        print(told, file=sys.stderr)


def _heal(platform: LocalPlatform) -> None:
    if healed := journal.heal(platform):
        print(healed, file=sys.stderr)


def _read(files: list[str]) -> ResourceSet:
    """The objects in the files; standard input for `-`."""
    found: dict[tuple[str, str, str], Resource] = {}
    for file in files:
        own = tuple(parse(sys.stdin.read(), source="-")) if file == "-" else tuple(load(Path(file)))
        for resource in own:
            if resource.key in found:
                raise UsageError(f"{resource}: given twice, also in {found[resource.key].source}")
            found[resource.key] = resource
    if not found:
        raise UsageError(f"{' '.join(files)}: no Istio object in there")
    return ResourceSet(tuple(found[key] for key in sorted(found)))


def _status_document(platform: LocalPlatform) -> dict[str, Any]:
    told = platform.status()
    topology, base = platform.demo.topology, baseline()
    in_force = {_name(one): one for one in told["state"]["resources"]}
    wanted = {_name(one.document()): {**one.document(), "source": one.source} for one in base}
    entry = journal.Journal.of("local").read()
    ports = {name: {"app": p.app, "inbound": p.inbound, "outbound": p.outbound} for name, p in topology.ports.items()}
    return {
        "platform": "local",
        "url": f"{platform.gateway_url}{bringup.PAGE}",
        "revision": told["revision"],
        "baseline": told["revision"] == base.revision and not told["state"]["stopped"],
        "differs": {
            "added": sorted(in_force.keys() - wanted.keys()),
            "changed": sorted(
                name for name in in_force.keys() & wanted.keys() if _changed(in_force[name], wanted[name])
            ),
            "removed": sorted(wanted.keys() - in_force.keys()),
            "stopped": told["state"]["stopped"],
        },
        "unrestored": entry.who if entry else None,
        "supervisor": {"pid": told["supervisor"], "since": told["since"]},
        "workloads": {name: {**child, "ports": ports[name]} for name, child in told["workloads"].items()},
        "proxies": {name: {**child, "admin": topology.admin_port(name)} for name, child in told["proxies"].items()},
    }


def _name(document: dict[str, Any]) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def _changed(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return any(one[field] != other[field] for field in ("apiVersion", "spec"))
