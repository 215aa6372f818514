"""What `python -m platforms` does on platform local."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from argparse import Namespace
from typing import Any

from platforms import bookinfo
from platforms.demo import console, journal
from platforms.demo.crash_recovery import is_restored, print_restored
from platforms.errors import Busy, NotApplied, NotReachable
from platforms.local import bringup, building, runtimes, workloads
from platforms.local.platform import LocalPlatform
from platforms.local.status import status_document
from platforms.local.supervisor.logs import follow, last_lines

Options = Namespace


def up(options: Options) -> int:
    """Bring the demo up unless it is."""
    try:
        with journal.exclusive("local", "python -m platforms up"):
            platform, told = _brought_up(options.port or bringup.GATEWAY_PORT)
    except Busy:
        # Whoever holds the lock may be a scenario on a demo that is up, or another `up` that has not finished.
        running = bringup.running()
        if running is None or not bookinfo.is_whole(running.gateway_url):
            raise
        platform, told = LocalPlatform(running), "Bookinfo is already up"
    print_restored(platform)
    print(f"{told}: {platform.gateway_url}{bookinfo.PATH}")
    for caveat in platform.caveats:
        print(f"note: {caveat}")
    return 0


def _brought_up(port: int) -> tuple[LocalPlatform, str]:
    _clear_away()
    if running := bringup.running():
        moved = port not in (running.topology.gateway_port, bringup.GATEWAY_PORT)
        told = f", on port {running.topology.gateway_port}; `down` first to move it" if moved else ""
        platform = LocalPlatform(running)
        if bringup.unready(platform):
            with console.progress("Bookinfo is coming up") as say:
                bringup.wait_until_ready(platform, say)
        return platform, f"Bookinfo is already up{told}"
    began = time.monotonic()
    with console.progress("bringing Bookinfo up") as say:
        platform = bringup.up(port, say)
    given = sorted({name for app in workloads.CONFIGURATION for name in workloads.configured(app)})
    configured = f", with your {', '.join(given)}" if given else ""
    return platform, f"Bookinfo is up after {time.monotonic() - began:.1f} s{configured}"


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
    document = status_document(platform, restored=is_restored(platform))
    if options.json:
        print(json.dumps(document, indent=2))
        return 0
    workloads: list[tuple[str, ...]] = [("workload", "state", "pid", "restarts", "since", "port")]
    workloads += [_row(name, child, child["ports"]["app"]) for name, child in document["workloads"].items()]
    proxies: list[tuple[str, ...]] = [("proxy", "state", "pid", "restarts", "since", "admin")]
    proxies += [_row(name, child, child["admin"]) for name, child in document["proxies"].items()]
    print(console.status(document, "; ".join(platform.caveats), workloads, proxies))
    return 0


def doctor(options: Options) -> int:
    """Say what is there and what is missing."""
    found, built = runtimes.examine(), (runtimes.reviews_jar(),)
    if options.json:
        document = {"runtimes": [one.document() for one in found], "built": [one.document() for one in built]}
        print(json.dumps(document, indent=2))
    else:
        print(console.findings((*found, *built)))
    return 0 if all(one.found for one in (*found, *built)) else NotReachable.exit_code


def build(_options: Options) -> int:
    """Build reviews unless its sources are older than what was built."""
    if building.is_built():
        print("reviews is built already")
        return 0
    missing = [one for one in runtimes.examine() if one.name in ("javac", "maven") and not one.found]
    if missing:
        raise NotReachable("; ".join(f"{one.name}: {one.problem} ({one.install})" for one in missing))
    with console.progress("building reviews") as say, building.Build() as build:
        say("Maven compiles, packs and rehearses it")
        complaint = build.complaint()
    if complaint:
        print(complaint, file=sys.stderr)
        raise NotApplied("Maven could not build reviews, and says why above")
    return 0


def config(options: Options) -> int:
    """What a proxy serves."""
    print(json.dumps(LocalPlatform.connect().served(options.workload), indent=2))
    return 0


def logs(options: Options) -> int:
    """The end of a log, and what follows."""
    path = LocalPlatform.connect().log_file(options.workload)
    for line in last_lines(path, options.lines):
        print(line)
    if options.follow:
        with contextlib.suppress(KeyboardInterrupt):  # the way to stop it
            for line in follow(path):
                print(line, flush=True)
    return 0


def _clear_away() -> None:
    if told := bringup.clear_away():
        print(told, file=sys.stderr)


def _row(name: str, child: dict[str, Any], port: int) -> tuple[str, ...]:
    since = time.strftime("%H:%M:%S", time.localtime(child["since"]))
    state = f"{child['phase']} ({child['last_exit']})" if child["phase"] == "backing off" else child["phase"]
    return (name, state, str(child["pid"] or "-"), str(child["restarts"]), since, str(port))
