"""What each command of `python -m platforms` does."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess  # noqa: TID251  # `build` runs Maven
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from platforms import State, journal, show, standing
from platforms.environment import ROOT
from platforms.errors import Busy, NotApplied, NotReachable, PlatformError, Unsupported, UsageError
from platforms.local import bringup, logfiles, runtimes
from platforms.local.platform import LocalPlatform
from platforms.overlay import lay_over
from platforms.resources import Resource, ResourceSet, baseline, load, parse
from platforms.translation.analyze import analyze

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
        platform = LocalPlatform(running)
        if bringup.unready(platform):
            with show.progress("Bookinfo is coming up") as say:
                bringup.wait_until_ready(platform, say)
        return platform, f"Bookinfo is already up{told}"
    began = time.monotonic()
    with show.progress("bringing Bookinfo up") as say:
        platform = bringup.up(port, say)
    return platform, f"Bookinfo is up after {time.monotonic() - began:.1f} s"


def down(_options: Options) -> int:
    """Take the demo down."""
    _clear_away()
    demo = bringup.running()
    if demo is None:
        with journal.exclusive("local", "python -m platforms down"):  # or an `up` is at it
            print("no demo is up; nothing to stop")
        return 0
    began = time.monotonic()
    killed = bringup.down(demo)
    journal.Journal.of("local").close()  # what it speaks of is gone
    told = f"Bookinfo is down after {time.monotonic() - began:.1f} s, nothing is left running"
    print(f"{told} ({killed} processes had to be killed)" if killed else told)
    return 0


def status(options: Options) -> int:
    """Show the demo."""
    platform = LocalPlatform.connect()
    try:
        _heal(platform)
        healed = True
    except PlatformError as error:
        print(f"platforms: {error}", file=sys.stderr)
        healed = False
    document = standing.document(platform, healed=healed)
    print(json.dumps(document, indent=2) if options.json else show.status(document))
    return 0


def reset(_options: Options) -> int:
    """The baseline, all of it and nothing else."""
    platform, state = LocalPlatform.connect(), State(baseline())
    _heal(platform)
    with journal.exclusive("local", "python -m platforms reset"):
        platform.apply(state)
        convergence = platform.wait_until_converged(state, timeout=CONVERGE_SECONDS)
        journal.Journal.of("local").close()
    print(f"the baseline is {show.in_force(convergence)}")
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
            "warnings": [asdict(one) for one in findings],
        }
        print(json.dumps(document, indent=2))
        return 0
    for note in laid.notes:
        print(note)
    for one in findings:
        print(one)
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


def _clear_away() -> None:
    if told := bringup.clear_away():
        print(told, file=sys.stderr)


def _heal(platform: LocalPlatform) -> None:
    if healed := journal.heal(platform):
        print(healed, file=sys.stderr)


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("-: standard input is closed")
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise UsageError("-: cannot be read: it is no text in UTF-8") from error


def _read(files: list[str]) -> ResourceSet:
    """The objects in the files; standard input for `-`."""
    found: dict[tuple[str, str, str], Resource] = {}
    for file in files:
        for resource in parse(_standard_input(), source="-") if file == "-" else load(Path(file)):
            if resource.key in found:
                raise UsageError(f"{resource}: given twice, also in {found[resource.key].source}")
            found[resource.key] = resource
    if not found:
        raise UsageError(f"{' '.join(files)}: no Istio object in there")
    return ResourceSet(tuple(found[key] for key in sorted(found)))
