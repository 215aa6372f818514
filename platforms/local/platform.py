"""The local demo as a Platform: rules go to its supervisor, facts come from its proxies."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platforms.boundary import Convergence, State
from platforms.counters import Calls, Counters, MonotonicCounters
from platforms.demo import run_folder
from platforms.demo.https_door import HttpsDoor
from platforms.envoy import config_dump, stats
from platforms.envoy.stats import Endpoint
from platforms.envoy.topology import Topology
from platforms.errors import NotConverged, NotReachable, UsageError
from platforms.istio import secrets
from platforms.istio.registry import Workload
from platforms.local import record
from platforms.local.calls.callers import LocalCallers
from platforms.local.calls.request_log import LocalRequestLog
from platforms.local.calls.scaler import LocalScaler
from platforms.local.record import LocalDemo
from platforms.local.supervisor import control
from platforms.local.xds import admin, files, hashes
from platforms.local.xds.hashes import ExpectedHashes
from platforms.loopback import LOOPBACK, is_answered
from platforms.wait import wait_while

APPLY_SECONDS = 30.0
"""How long the supervisor may take: two waits for a proxy that hangs, and a workload that does not want to end."""
STATUS_SECONDS = 10.0
"""How long it may take to say how things are; it waits for nobody to do so."""

_POLL_SECONDS = 0.002
_LONGEST_POLL_SECONDS = 0.05
_COUNTED_SECONDS = 5.0
"""How long proxies get to say what they counted: on a busy machine one may miss a question, or be starting again."""
_BRING_UP = "`make demo-up` (or `python -m platforms up`) brings it up"


def _all_proxies(topology: Topology) -> Collection[str]:
    return topology.proxies


def _sidecars(topology: Topology) -> Collection[str]:
    return topology.ports


@dataclass(frozen=True, slots=True)
class _Applied:
    """The state that was applied last, and since when it is on its way."""

    state: State
    expected: ExpectedHashes
    began: float


class LocalPlatform:
    """The demo of this machine, with a proxy beside every workload."""

    name = "local"
    key = "local"
    load_generator = None  # this machine is where the demo is

    def __init__(self, demo: LocalDemo) -> None:
        self._registry = demo.registry
        self._applied: _Applied | None = None
        self._counters = MonotonicCounters()
        self._record: tuple[int, int] | None = None
        self._know(demo)

    @classmethod
    def connect(cls) -> LocalPlatform:
        """The demo that is up; raises NotReachable with the command that brings one up."""
        demo = record.read(record.local_folder())
        if demo is None:
            raise NotReachable(f"no demo is up; {_BRING_UP}")
        if not demo.supervisor.alive:
            demo.sweep()  # its children die with it; what they started may need help
            raise NotReachable(f"the demo's supervisor (pid {demo.supervisor.pid}) was killed; {_BRING_UP} again")
        return cls(demo)

    def _know(self, demo: LocalDemo) -> None:
        """Go by what the record of the demo says of its instances."""
        self._demo, self._topology = demo, demo.topology
        self._admins = admin.Admins(demo.topology)
        self._by_port = demo.topology.workloads_by_port(self._registry)
        self.request_log = LocalRequestLog(self._registry, demo.topology)
        self.callers = LocalCallers(self._registry, demo.topology, self._all_answers)
        self.scaler = LocalScaler(demo.topology, self._all_answers)

    def _look_again(self) -> None:
        """Take note of instances that have come or gone, by whomever the demo was scaled."""
        version = _version(self._demo)
        if version == self._record:
            return
        self._record = version
        found = record.read(self._demo.folder)
        if found and found.mark == self._demo.mark:
            self._admins.close()
            self._know(found)

    @property
    def demo(self) -> LocalDemo:
        self._look_again()
        return self._demo

    @property
    def gateway_url(self) -> str:
        return self._demo.gateway_url

    @property
    def door(self) -> HttpsDoor:
        return HttpsDoor(self._topology.gateway_https_port, self._demo.authority)

    def workloads(self) -> Mapping[Workload, int]:
        return {one.workload: one.replicas for one in self._demo.deployments}

    def apply(self, state: State) -> None:
        began = time.monotonic()
        keys = {secrets.fingerprint(one): one.private_key for one in state.resources if one.private_key}
        with self._question("apply", state=state.document(), keys=keys) as question:
            reply = question.reply(timeout=APPLY_SECONDS)
        self._look_again()
        self._applied = _Applied(state, self._told(reply.get("expected"), state), began)

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        deadline = time.monotonic() + timeout
        self._look_again()
        if self._applied is None or self._applied.state != state:
            self._applied = self._already_applied(state)
        expected, began = self._applied.expected, self._applied.began
        pause = 0.0
        while laggards := self._laggards(state, expected):
            if time.monotonic() >= deadline:
                raise NotConverged("; ".join(laggards))
            time.sleep(pause)
            pause = min(pause + _POLL_SECONDS, _LONGEST_POLL_SECONDS)
        milliseconds = (time.monotonic() - began) * 1000
        return Convergence(state.resources.revision, milliseconds, proxies=len(expected))

    def upstream_requests(self) -> Counters:
        clusters, attempts = (self._all_answers(path) for path in (stats.CLUSTERS_PATH, stats.ATTEMPTS_PATH))
        return self._counters.total(
            {
                proxy: stats.counters(
                    self._topology.workload(proxy), json.loads(answer), json.loads(attempts[proxy]), self._workload_at
                )
                for proxy, answer in clusters.items()
                if proxy in attempts
            }
        )

    def under_way(self) -> int:
        # A request that somebody never finishes to send would keep the gateway busy, and is no call.
        answers = self._all_answers(stats.ACTIVE_REQUESTS_PATH, _sidecars)
        return sum(stats.active_requests(json.loads(answer)) for answer in answers.values())

    def calls(self) -> Mapping[str, Calls]:
        answers = self._all_answers(stats.CALLS_PATH, _sidecars)
        sums: dict[str, Calls] = {}
        for name, answer in answers.items():
            if calls := stats.calls(json.loads(answer)):
                workload = self._topology.workload(name)
                sums[workload] = sums[workload] + calls if workload in sums else calls
        return sums

    def updates(self) -> Mapping[str, Mapping[str, str]]:
        # Clusters are given to the proxies with their endpoints, so their times do not tell who is ready from a rule.
        applied = {"states applied": str(self.status()["applied"])}
        return {
            proxy: applied | config_dump.route_updates(json.loads(answer))
            for proxy, answer in self._all_answers(config_dump.ROUTES_PATH).items()
        }

    def instances(self) -> Mapping[str, str]:
        told = self.status()
        return {
            name: f"pid {child['pid']}"
            for kind, prefix in (("workloads", ""), ("proxies", "envoy-"))
            for name, child in ((f"{prefix}{name}", child) for name, child in told[kind].items())
            if child["pid"]
        }

    def status(self) -> dict[str, Any]:
        """The supervisor's answer about its children and the state in force."""
        with self._question("status") as question:
            return question.reply(timeout=STATUS_SECONDS)

    def served(self, proxy: str) -> Mapping[str, Any]:
        """The configuration that a proxy serves now, in the form of istiod's recorded answers."""
        self._look_again()
        if proxy not in self._topology.proxies:
            raise UsageError(f"{proxy}: no such workload; there are {', '.join(self._topology.proxies)}")
        answer = self._admins.ask(config_dump.EVERYTHING_PATH, (proxy,))[proxy]
        if answer is None:
            raise NotReachable(f"the proxy of {proxy} does not answer; `python -m platforms status` says more")
        dump = json.loads(answer)
        access = config_dump.served_access(dump, self._registry)
        return {**config_dump.served(dump, self._registry), "access": access}

    def log_file(self, name: str) -> Path:
        """The log of a workload or of `ingressgateway`, or of a sidecar: `envoy-reviews-v2`."""
        logs = {path.stem: path for path in sorted(self._demo.logs.glob("*.log"))}
        if name not in logs:
            raise UsageError(f"{name}: no such log; there are {', '.join(logs)}")
        return logs[name]

    def close(self) -> None:
        self._admins.close()

    def _already_applied(self, state: State) -> _Applied:
        """A state that somebody else applied, or that may not be in force at all."""
        began, status = time.monotonic(), self.status()
        expected = status.get("expected") if State.of(status["state"]) == state else None
        return _Applied(state, self._told(expected, state), began)

    @contextlib.contextmanager
    def _question(self, verb: str, **arguments: Any) -> Iterator[control.Question]:
        try:
            with control.Question(self._demo.socket, verb, **arguments) as question:
                yield question
        except NotReachable as error:
            if self._demo.supervisor.alive:
                raise NotReachable(f"{error}; `python -m platforms down` ends the demo all the same") from error
            gone = f"the demo's supervisor (pid {self._demo.supervisor.pid}) is gone; {_BRING_UP} again"
            raise NotReachable(gone) from error

    def _all_answers(self, path: str, of: Callable[[Topology], Collection[str]] = _all_proxies) -> dict[str, str]:
        answers: dict[str, str] = {}

        def silent() -> list[str]:
            self._look_again()  # one that goes is waited for no longer
            left = [proxy for proxy in of(self._topology) if proxy not in answers]
            answers.update(
                {proxy: answer for proxy, answer in self._admins.ask(path, left).items() if answer is not None}
            )
            return [proxy for proxy in left if proxy not in answers]

        if late := wait_while(silent, _COUNTED_SECONDS):
            raise NotReachable(f"the proxies of {', '.join(late)} do not answer: their counts are unknown")
        return {proxy: answers[proxy] for proxy in of(self._topology)}

    def _told(self, expected: Any, state: State) -> ExpectedHashes:
        return hashes.told(expected, state, self._registry, self._topology)

    def _workload_at(self, endpoint: Endpoint) -> Workload | None:
        return self._by_port.get(endpoint.port)

    def _laggards(self, state: State, expected: ExpectedHashes) -> list[str]:
        """The proxies that do not serve the state yet, each with a reason; nobody's word but their own is taken.

        A proxy or workload that does not answer is named alone: without it the others' endpoints are others.
        """
        if wrong := self._miscounted(state):
            return wrong
        found, silent = [], []
        for proxy, answer in self._admins.ask(files.VERSIONS_PATH).items():
            if answer is None:
                silent.append(f"the proxy of {proxy} does not answer")
                continue
            versions = {str(one): version for one, version in files.accepted_versions(answer).items()}
            stale = [
                version
                for subscription, hashed in expected.get(proxy, {}).items()
                for version in [versions.get(subscription, "")]
                if files.hash_of(version) != hashed
            ]
            if stale:
                found.append(_describe_stale(proxy, stale, state.resources.revision))
        stopped = self._topology.instances(state.stopped)
        if found or silent:
            missing = [name for name in self._topology.ports if name not in stopped and not self._listens(name)]
            return [*(f"{name} is not ready" for name in missing), *silent] or found
        return [f"{name} still runs" for name in stopped if self._listens(name)]

    def _miscounted(self, state: State) -> list[str]:
        """The workloads with another number of instances than the state has."""
        asked = {one.workload.name: one.replicas for one in self._demo.deployments}
        asked |= {one.workload: one.instances for one in state.scaled}
        there = {name: len(self._topology.instances((name,))) for name in asked}
        return [f"{name} has {there[name]} instances, not {n}" for name, n in asked.items() if there[name] != n]

    def _listens(self, instance: str) -> bool:
        return is_answered(LOOPBACK, self._topology.ports[instance].app)


def _version(demo: LocalDemo) -> tuple[int, int]:
    """A value that changes when the record of the demo is written anew."""
    try:
        found = run_folder.demo_file(demo.folder).stat()
    except OSError:  # it is going down
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _describe_stale(proxy: str, stale: Iterable[str], revision: str) -> str:
    """A sentence on what a proxy serves instead, from the versions of what is stale."""
    if older := sorted({files.revision_of(version) for version in stale} - {revision}):
        return f"{proxy} still serves {older[0] or 'nothing'}, not {revision}"
    return f"{proxy} has not seen yet which workloads are ready"
