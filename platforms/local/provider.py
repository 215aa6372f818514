"""Platform local for the commands of `python -m platforms`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from platforms.choice import Choice
from platforms.demo import console, journal
from platforms.demo.crash_recovery import is_restored
from platforms.demo.doctor import Diagnosis
from platforms.demo.status import StatusReport
from platforms.demo.typed import as_typed
from platforms.errors import NotApplied, NotReachable, UsageError
from platforms.local import bringup
from platforms.local.deployments import wanted
from platforms.local.deployments.deployment import CONFIGURATION
from platforms.local.platform import LocalPlatform
from platforms.local.programs import building, runtimes, workloads
from platforms.local.status import status_document
from platforms.local.supervisor.logs import follow as new_lines
from platforms.local.supervisor.logs import last_lines
from platforms.provider import UpOptions


class LocalProvider:
    """The one demo of processes on this machine; it needs no choice among several."""

    name = "local"

    def is_up(self) -> bool:
        return bringup.running() is not None

    def up(self, options: UpOptions) -> tuple[LocalPlatform, str]:
        if options.cluster or options.bundle:
            raise UsageError("--cluster and --bundle: only with --platform kind; platform local needs no image")
        asked_for = wanted.deployments(options.replicas, options.workloads)
        _clear_away()
        port = options.port or bringup.GATEWAY_PORT
        if running := bringup.running():
            platform = _ready(LocalPlatform(running))
            others = bool(options.replicas or options.workloads) and asked_for != running.deployments
            return platform, _already_up(platform, port, options.certificate_lifetime, others=others)
        began = time.monotonic()
        with console.progress("bringing Bookinfo up") as say:
            platform = bringup.up(
                port, asked_for, say, certificate_lifetime=options.certificate_lifetime or bringup.CERTIFICATE_LIFETIME
            )
        given = sorted({name for app in CONFIGURATION for name in workloads.configured(app)})
        configured = f", with your {', '.join(given)}" if given else ""
        told = f"(HTTPS, once a Gateway asks for it, at {platform.demo.https})"
        return platform, f"Bookinfo is up after {time.monotonic() - began:.1f} s{configured} {told}"

    def down(self) -> str:
        _clear_away()
        demo = bringup.running()
        if demo is None:
            with journal.exclusive(self.name, as_typed("python -m platforms down")):  # or an `up` is at it
                return "no demo is up; nothing to stop"
        began = time.monotonic()
        killed = bringup.down(demo)
        journal.Journal.of(self.name).close()  # what it speaks of is gone
        told = f"Bookinfo is down after {time.monotonic() - began:.1f} s, nothing is left running"
        return f"{told} ({killed} processes had to be killed)" if killed else told

    def connect(self, _choice: Choice) -> LocalPlatform:
        return LocalPlatform.connect()

    def status(self, _choice: Choice) -> StatusReport:
        platform = LocalPlatform.connect()
        document = status_document(platform, restored=is_restored(platform))
        rows: list[tuple[str, ...]] = [("workload", "state", "pid", "restarts", "since", "port")]
        rows += [_row(name, child, child["ports"]["app"]) for name, child in document["workloads"].items()]
        proxies: list[tuple[str, ...]] = [("proxy", "state", "pid", "restarts", "since", "admin")]
        proxies += [_row(name, child, child["admin"]) for name, child in document["proxies"].items()]
        demo = platform.demo
        security = f"{document['security']}; {_certificates(document)}"
        return StatusReport(
            document,
            security,
            (rows, proxies),
            page=f"; HTTPS at {demo.https} if a Gateway asks for it, CA {demo.authority}",
        )

    def config(self, _choice: Choice, workload: str) -> Mapping[str, Any]:
        return LocalPlatform.connect().served(workload)

    def logs(self, _choice: Choice, workload: str, *, lines: int, follow: bool) -> Iterator[str]:
        path = LocalPlatform.connect().log_file(workload)
        yield from last_lines(path, lines)
        if follow:
            yield from new_lines(path)

    def doctor(self) -> Diagnosis:
        return Diagnosis({"runtimes": runtimes.examine(), "built": (runtimes.reviews_jar(),)})


def build() -> str:
    """Build reviews unless its sources are older than what was built; returns a sentence on what was done."""
    if building.is_built():
        return "reviews is built already"
    missing = [one for one in runtimes.examine() if one.name in ("javac", "maven") and not one.found]
    if missing:
        raise NotReachable("; ".join(f"{one.name}: {one.problem} ({one.install})" for one in missing))
    with console.progress("building reviews") as say, building.Build() as running:
        say("Maven compiles, packs and rehearses it")
        complaint = running.complaint()
    if complaint:
        print(complaint, file=sys.stderr)
        raise NotApplied("Maven could not build reviews, and says why above")
    return "reviews is built"


def _clear_away() -> None:
    """End what a killed supervisor left, and tell whoever typed the command."""
    if told := bringup.clear_away():
        print(told, file=sys.stderr)


def _ready(platform: LocalPlatform) -> LocalPlatform:
    """Return the platform once everything that should run is ready."""
    if bringup.unready(platform):
        with console.progress("Bookinfo is coming up") as say:
            bringup.wait_until_ready(platform, say)
    return platform


def _already_up(platform: LocalPlatform, port: int, lifetime: timedelta | None, *, others: bool) -> str:
    told, up_on = "Bookinfo is already up", platform.demo.topology.gateway_port
    if port not in (up_on, bringup.GATEWAY_PORT):
        told += f", on port {up_on}; `down` first to move it"
    if others:
        told += ", with other instances; `down` first to change them"
    if lifetime and lifetime.total_seconds() != platform.status()["certificates"]["lifetime"]:
        told += ", with certificates of another lifetime; `down` first to change it"
    return told


def _certificates(document: Mapping[str, Any]) -> str:
    told = document["certificates"]
    until = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(told["expires"]))
    return f"certificates good for {told['lifetime']:g} s, until {until} and renewed before"


def _row(name: str, child: Mapping[str, Any], port: object) -> tuple[str, ...]:
    since = time.strftime("%H:%M:%S", time.localtime(child["since"]))
    state = f"{child['phase']} ({child['last_exit']})" if child["phase"] == "backing off" else child["phase"]
    return (name, state, str(child["pid"] or "-"), str(child["restarts"]), since, str(port))
