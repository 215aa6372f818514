"""The one process behind a demo: it owns the workloads, the proxies and the proxies' files."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import shutil
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from platforms.boundary import State
from platforms.envoy import culprits
from platforms.envoy.reconnection import Assignments
from platforms.envoy.topology import Ports, Topology
from platforms.envoy.translate import Snapshot, endpoints
from platforms.errors import DemoError, NotApplied, Rejected, UsageError
from platforms.istio.resources import ResourceSet
from platforms.local import file_watches, ports
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import Deployment
from platforms.local.deployments.scaled import scaled
from platforms.local.processes import Identity
from platforms.local.record import LocalDemo
from platforms.local.snapshot import snapshot
from platforms.local.supervisor import control
from platforms.local.supervisor.fleet import Fleet
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
        self._fleet = Fleet(
            demo, runtimes, authority, changed=self._readiness_changed, restarting=self._proxy_restarting
        )
        self._deployments = demo.deployments
        """With as many instances of each as there are now."""
        self._known_ports: dict[str, Ports] = {}
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
            self._fleet.start()
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
                for proxy in self._demo.topology.proxies:
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
            await self._fleet.run(self._demo.topology.instances(state.stopped), drained=self._withdraw_endpoints)
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
            self._fleet.add(deployments, added, self._demo.topology)
        if gone := there.ports.keys() - target.ports.keys():
            await self._fleet.remove(gone, drained=self._drained)
            self._mesh.remove(gone)
            self._know(target)
            for name in gone:
                await asyncio.to_thread(shutil.rmtree, target.proxy_folder(name), ignore_errors=True)

    def _know(self, topology: Topology) -> None:
        """Have everybody know the instances that there are: the record is what commands go by."""
        self._demo = replace(self._demo, topology=topology)
        self._snapshot = self._snapshot_of(self._state.resources)
        self._demo.write()

    async def _drained(self, name: str) -> None:
        """Have an instance called by nobody any more."""
        await self._withdraw_endpoints()
        await self._mesh.wait_until_quiet(name, timeout=QUIET_SECONDS)

    def _proxy_restarting(self, proxy: str) -> None:
        self._servers.replace_lost()
        self._mesh.on_proxy_restart(proxy)

    def _readiness_changed(self) -> None:
        if not self._pending_update and not self._done.is_set():  # several at once, as at the start, are written once
            self._pending_update = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._update_endpoints)

    def _update_endpoints(self) -> None:
        """Tell the proxies who is ready now."""
        if self._pending_update:
            self._pending_update.cancel()
            self._pending_update = None
        if not self._done.is_set():  # a demo that goes down has drained its gateway already
            self._mesh.update_endpoints(self._assignments(self._snapshot))

    async def _withdraw_endpoints(self) -> None:
        self._update_endpoints()
        await self._mesh.wait_until_endpoints_acked()

    def _assignments(self, target: Snapshot) -> Mapping[str, Assignments]:
        return endpoints(target, self._demo.topology, self._fleet.ready)

    def _expected_hashes(self) -> dict[str, Any]:
        """The hashes of what the proxies should serve, once everything that should run is ready."""
        should_run = self._fleet.names - self._demo.topology.instances(self._state.stopped)
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
            **self._fleet.document(),
        }

    async def _take_down(self) -> None:
        """Drain the gateway first, unless its owner is its only client; then everything else can stop in parallel."""
        async with self._changing:
            if self._owner is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN_SECONDS):
                        await self._mesh.drain_gateway()
            await self._fleet.stop()
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
        """Replace every proxy's certificate when half its time is over."""
        while True:
            await asyncio.sleep(self._authority.pause.total_seconds())
            await self._fleet.renew_certificates()
