"""The one process behind a demo: it owns the workloads, the proxies and the proxies' files."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from platforms.boundary import State
from platforms.envoy import culprits
from platforms.envoy.topology import Ports, Topology
from platforms.envoy.translate import Snapshot, endpoints
from platforms.errors import DemoError, NotApplied, Rejected, UsageError
from platforms.istio.resources import ResourceSet
from platforms.local import file_watches, ports
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import Deployment
from platforms.local.deployments.scaled import scaled
from platforms.local.processes import Identity
from platforms.local.programs import envoy, workloads
from platforms.local.record import LocalDemo
from platforms.local.snapshot import snapshot
from platforms.local.supervisor import control
from platforms.local.supervisor.child import Child, Phase, Probe
from platforms.local.supervisor.logs import bound
from platforms.local.supervisor.server_certificates import ServerCertificates
from platforms.local.xds import hashes
from platforms.local.xds.publisher import EnvoyRefusal
from platforms.local.xds.rollout import Mesh

log = logging.getLogger(__name__)

READY_SECONDS = 30.0
"""How long the proxies get to serve their first configuration."""
DRAIN_SECONDS = 2.0
"""How long requests under way may take when the whole demo goes down."""
BATCH_SECONDS = 0.005
"""How long changes of readiness are collected before the proxies are told of them."""
QUIET_SECONDS = 5.0
"""How long calls to an instance that goes may take when nobody calls it any more."""
OWNER_SECONDS = 0.5
"""How often it is looked whether the owner of the demo still lives."""
HOUSEKEEPING_SECONDS = 5.0
"""How often the run folder is looked at."""


class Supervisor:
    """A demo from its first process to its last."""

    def __init__(
        self, demo: LocalDemo, runtimes: Mapping[str, str], authority: Authority, owner: Identity | None = None
    ) -> None:
        self._demo = demo
        self._authority = authority
        self._servers = ServerCertificates(authority, demo.topology)
        self._owner = owner
        """The process that the demo goes with; none for one that stays."""
        self._state = State(demo.baseline)
        self._registry = demo.registry
        self._snapshot = self._snapshot_of(self._state.resources)
        self._mesh = Mesh(self._registry, demo.topology, demo.logs)
        self._nodes = {
            name: replace(self._registry.proxy(demo.topology.workload(name)), name=name)
            for name in demo.topology.proxies
        }
        self._session_secret = secrets.token_hex()
        self._runtimes = runtimes
        self._deployments = demo.deployments
        """With as many instances of each as there are now."""
        self._known_ports: dict[str, Ports] = {}
        self._proxies = {proxy: self._proxy(proxy) for proxy in demo.topology.proxies}
        self._instances = {name: self._instance(name, one) for one in demo.deployments for name in one.instances}
        self._pending_update: asyncio.TimerHandle | None = None
        self._late: frozenset[str] = frozenset()
        self._applied = 0
        """How many other states than the one before were put in force, or tried."""
        self._failure: DemoError | None = None
        self._changing = asyncio.Lock()
        self._done = asyncio.Event()

    async def run(self) -> int:
        """Start everything, answer commands, and leave nothing behind; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._done.set)
        server = await control.serve(self._demo.socket, self._answer)
        chores = [
            asyncio.create_task(one) for one in (self._keep_house(), self._keep_certificates(), self._watch_owner())
        ]
        try:
            self._mesh.prepare(
                self._snapshot, self._assignments(self._snapshot), revision=self._state.resources.revision
            )
            self._authority.publish()
            for node in self._nodes.values():
                self._authority.issue(node)
            for child in self._children():
                child.start()
            watching = asyncio.create_task(self._watch_start())
            await self._done.wait()
            watching.cancel()
        finally:
            for chore in chores:
                chore.cancel()
            await self._take_down()
            server.close()
            self._demo.forget()
        return 3 if self._failure else 0

    async def _watch_start(self) -> None:
        """Note what a proxy refuses at the very start as the failure of the demo: there is nothing to fall back to."""
        try:
            async with asyncio.TaskGroup() as group:
                for proxy in self._proxies:
                    group.create_task(self._mesh.wait_until_acked(proxy, timeout=READY_SECONDS))
        except* DemoError as errors:
            self._failure = next(error for error in errors.exceptions if isinstance(error, DemoError))
            log.error("%s", self._failure)  # noqa: TRY400  # a sentence for a person, no traceback

    async def _answer(self, request: control.Request) -> control.Reply:
        match request.get("verb"):
            case "apply":
                self._servers.learn(request["keys"])
                return await self._apply(State.of(request["state"]))
            case "status":
                return self._status()
            case "stop":
                self._done.set()
                return {}
            case verb:
                raise UsageError(f"the supervisor has no command {verb!r}")

    async def _apply(self, state: State) -> control.Reply:
        async with self._changing:
            if self._done.is_set():
                raise NotApplied("the demo is going down")
            known = [one.name for one in self._registry.workloads]
            if unknown := state.stopped.difference(known):
                raise UsageError(f"{', '.join(sorted(unknown))}: no such workload; there are {', '.join(known)}")
            deployments = scaled(self._demo.deployments, state.scaled)
            topology = await self._topology_for(deployments)
            resources = state.resources
            target = self._snapshot_of(resources)
            self._servers.publish(target.terminations)
            self._applied += state != self._state
            try:
                self._late = await self._mesh.roll_out(target, self._assignments(target), revision=resources.revision)
            except EnvoyRefusal as refusal:
                told = await asyncio.to_thread(
                    culprits.blamed, refusal.proxy, refusal.reason, resources, self._snapshot_of
                )
                self._servers.keep_only(self._snapshot.terminations)
                raise Rejected(told) from refusal
            self._servers.keep_only(target.terminations)
            self._state, self._snapshot = state, target
            await self._scale(deployments, topology)
            await self._start_and_stop(state.stopped)
            log.info(
                "revision %s applied, stopped: %s, scaled: %s",
                state.resources.revision,
                ", ".join(sorted(state.stopped)) or "-",
                ", ".join(f"{one.workload}={one.instances}" for one in state.scaled) or "-",
            )
            return {
                "revision": state.resources.revision,
                "late": sorted(self._late),
                "expected": self._expected_hashes(),
            }

    def _snapshot_of(self, resources: ResourceSet) -> Snapshot:
        return snapshot(resources, self._registry, self._demo.topology)

    async def _topology_for(self, deployments: tuple[Deployment, ...]) -> Topology:
        """The ports of these instances; raises NotApplied where there is no room for them."""
        topology = ports.assign_again(self._demo.topology, deployments, self._known_ports)
        if topology.ports.keys() - self._demo.topology.ports.keys():
            check = functools.partial(file_watches.check, running=self._deployments)
            await asyncio.to_thread(check, deployments, self._demo.services)
        return topology

    async def _scale(self, deployments: tuple[Deployment, ...], target: Topology) -> None:
        """Start the instances that are new, and end those that are not asked for any more; nobody else is touched."""
        there, self._deployments = self._demo.topology, deployments
        if added := target.ports.keys() - there.ports.keys():
            self._know(
                replace(target, ports={**there.ports, **target.ports}, replicas={**there.replicas, **target.replicas})
            )
            self._mesh.add(added, self._snapshot, self._demo.topology)
            for one in deployments:
                for name in (name for name in one.instances if name in added):
                    self._nodes[name] = replace(self._registry.proxy(one.workload.name), name=name)
                    self._authority.issue(self._nodes[name])
                    self._proxies[name], self._instances[name] = self._proxy(name), self._instance(name, one)
                    self._proxies[name].start()
        if gone := there.ports.keys() - target.ports.keys():
            await asyncio.gather(*map(self._end, gone))
            for known in (self._nodes, self._proxies, self._instances):
                for name in gone:
                    del known[name]
            self._mesh.remove(gone)
            self._know(target)

    def _know(self, topology: Topology) -> None:
        """Have everybody know the instances that there are: the record is what commands go by."""
        self._demo = replace(self._demo, topology=topology)
        self._snapshot = self._snapshot_of(self._state.resources)
        self._demo.write()

    async def _end(self, name: str) -> None:
        """End an instance and its proxy once nobody calls it any more."""

        async def drained() -> None:
            await self._withdraw_endpoints()
            await self._mesh.wait_until_quiet(name, timeout=QUIET_SECONDS)

        await self._instances[name].stop(drained=drained)
        await self._proxies[name].stop()
        await asyncio.to_thread(shutil.rmtree, self._demo.topology.proxy_folder(name), ignore_errors=True)

    async def _start_and_stop(self, stopped: frozenset[str]) -> None:
        gone = self._demo.topology.instances(stopped)
        for name in self._instances.keys() - gone:
            self._instances[name].start()
        async with asyncio.TaskGroup() as group:
            for name in gone:
                group.create_task(self._instances[name].stop(drained=self._withdraw_endpoints))

    def _proxy_changed(self, proxy: str, child: Child) -> None:
        if child.phase is Phase.STARTING:
            self._authority.replace_if_lost(self._nodes[proxy])
            self._servers.replace_lost()
            self._mesh.on_proxy_restart(proxy)
        self._child_changed(child)

    def _child_changed(self, _child: Child) -> None:
        if not self._pending_update and not self._done.is_set():  # several at once, as at the start, are written once
            self._pending_update = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._update_endpoints)

    def _update_endpoints(self) -> None:
        """Tell the proxies who is ready now; as in Kubernetes, an instance is ready when it and its proxy are."""
        if self._pending_update:
            self._pending_update.cancel()
            self._pending_update = None
        if not self._done.is_set():  # a demo that goes down has drained its gateway already
            self._mesh.update_endpoints(self._assignments(self._snapshot))

    async def _withdraw_endpoints(self) -> None:
        self._update_endpoints()
        await self._mesh.wait_until_endpoints_acked()

    def _assignments(self, target: Snapshot) -> Mapping[str, Mapping[str, Any]]:
        ready = {name for name, child in self._instances.items() if child.ready and self._proxies[name].ready}
        return endpoints(target, self._demo.topology, ready)

    def _expected_hashes(self) -> dict[str, Any]:
        """The hashes of what the proxies should serve, once everything that should run is ready."""
        should_run = self._instances.keys() - self._demo.topology.instances(self._state.stopped)
        return hashes.document(self._mesh.expected_hashes(endpoints(self._snapshot, self._demo.topology, should_run)))

    def _status(self) -> control.Reply:
        return {
            "revision": self._state.resources.revision,
            "state": self._state.document(),
            "expected": self._expected_hashes(),
            "applied": self._applied,
            "late": sorted(self._late),
            "failure": str(self._failure) if self._failure else None,
            "supervisor": self._demo.supervisor.pid,
            "since": self._demo.since,
            "certificates": self._authority.document(),
            "workloads": {name: _child_document(child) for name, child in self._instances.items()},
            "proxies": {name: _child_document(child) for name, child in self._proxies.items()},
        }

    def _children(self) -> tuple[Child, ...]:
        return (*self._instances.values(), *self._proxies.values())

    def _instance(self, name: str, deployment: Deployment) -> Child:
        topology, secret = self._demo.topology, self._session_secret
        return Child(
            name,
            lambda: workloads.launch(name, deployment, topology, self._runtimes, session_secret=secret),
            Probe(topology.ports[name].app, "/health"),
            log_file=self._demo.logs / f"{name}.log",
            mark=self._demo.mark,
            changed=self._child_changed,
        )

    def _proxy(self, proxy: str) -> Child:
        topology, log_file = self._demo.topology, envoy.log_file(self._demo.logs, proxy)
        return Child(
            log_file.stem,
            lambda: envoy.launch(proxy, topology, self._runtimes["envoy"]),
            Probe(topology.admin_socket(proxy), "/ready"),
            log_file=log_file,
            mark=self._demo.mark,
            changed=functools.partial(self._proxy_changed, proxy),
        )

    async def _take_down(self) -> None:
        """Drain the gateway first, unless its owner is its only client; then everything else can stop in parallel."""
        async with self._changing:
            if self._owner is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN_SECONDS):
                        await self._mesh.drain_gateway()
            await asyncio.gather(*(child.stop() for child in self._children()))
            self._mesh.close()

    async def _keep_house(self) -> None:
        """Bound the logs, and end a demo that no command can find any more because its run folder was removed."""
        while self._demo.is_recorded():
            bound(self._demo.logs)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
        self._done.set()

    async def _watch_owner(self) -> None:
        """End a demo whose owner has ended, however it did."""
        while self._owner:
            if not self._owner.alive:
                self._done.set()
                return
            await asyncio.sleep(OWNER_SECONDS)

    async def _keep_certificates(self) -> None:
        """Replace every proxy's certificate when half its time is over; one after the other, so that nobody waits for it."""
        while True:
            await asyncio.sleep(self._authority.pause.total_seconds())
            for node in tuple(self._nodes.values()):
                if node.name in self._nodes:  # it may have gone meanwhile
                    self._authority.issue(node)
                await asyncio.sleep(0)


def _child_document(child: Child) -> dict[str, Any]:
    return {
        "phase": child.phase.value,
        "pid": child.identity.pid if child.identity else None,
        "restarts": child.restarts,
        "since": child.since,
        "last_exit": child.last_exit,
        "log": str(child.log_file),
    }
