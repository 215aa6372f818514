"""The rollout of rules to all proxies: in force as a whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from platforms.envoy import reconnection
from platforms.envoy.reconnection import Assignments
from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot
from platforms.errors import NotApplied, Rejected
from platforms.istio.registry import Registry
from platforms.local.http_client import NoAnswer
from platforms.local.programs import envoy
from platforms.local.xds import files, hashes
from platforms.local.xds.files import CLUSTERS, LISTENERS, ProxyFiles, ResourceFile, Subscription
from platforms.local.xds.hashes import ExpectedHashes
from platforms.local.xds.publisher import XdsPublisher

ACKNOWLEDGE_SECONDS = 2.0
"""How long the others wait for a proxy before they go on without it; it follows when it can."""

log = logging.getLogger(__name__)


class Mesh:
    """All proxies of a demo, configured together."""

    def __init__(self, registry: Registry, topology: Topology, logs: Path) -> None:
        self._registry = registry
        self._gateway = registry.gateway.name
        self._logs = logs
        self._publishers = {proxy: self._publisher(proxy, topology) for proxy in topology.proxies}
        self._in_force: Mapping[str, ProxyFiles] = {}
        self._assignments: Mapping[str, Assignments] = {}
        """Of each namespace's proxies, with those of clusters that are on their way out."""
        self._revision = ""
        self._following: set[asyncio.Task[None]] = set()

    def prepare(self, snapshot: Snapshot, assignments: Mapping[str, Assignments], *, revision: str) -> None:
        """Write every file that the proxies read when they start."""
        self._in_force, self._assignments, self._revision = files.by_proxy(snapshot), assignments, revision
        for proxy, publisher in self._publishers.items():
            publisher.prepare(self._in_force[proxy], assignments[publisher.namespace], revision=revision)

    def add(self, proxies: Collection[str], snapshot: Snapshot, topology: Topology) -> None:
        """Write the files of proxies that are about to start, of a snapshot in which the others have what they have."""
        added = {proxy: one for proxy, one in files.by_proxy(snapshot).items() if proxy in proxies}
        for proxy, resource_files in added.items():
            publisher = self._publishers[proxy] = self._publisher(proxy, topology)
            publisher.prepare(resource_files, self._assignments[publisher.namespace], revision=self._revision)
        self._in_force = {**self._in_force, **added}

    async def wait_until_quiet(self, proxy: str, *, timeout: float) -> None:  # noqa: ASYNC109
        """Return when no call to the proxy's workload is under way any more, or after the time-out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._publishers[proxy].wait_until_quiet()

    def remove(self, proxies: Collection[str]) -> None:
        """Forget proxies that have ended."""
        for proxy in proxies:
            self._publishers.pop(proxy).close()
        self._in_force = {proxy: one for proxy, one in self._in_force.items() if proxy not in proxies}

    def expected_hashes(self, assignments: Mapping[str, Assignments]) -> ExpectedHashes:
        """The hashes of all that is published, with these endpoints in place of those of the moment."""
        namespaces = {proxy: publisher.namespace for proxy, publisher in self._publishers.items()}
        return hashes.published(self._in_force, namespaces, assignments)

    def on_proxy_restart(self, proxy: str) -> None:
        """Take note that a proxy was started anew; it reads its files by itself."""
        self._publishers[proxy].on_restart()

    def update_endpoints(self, assignments: Mapping[str, Assignments]) -> None:
        """Write who stands behind each cluster now; clusters that are not named keep what they had."""
        self._assignments = self._merged(assignments)
        for publisher in self._publishers.values():
            publisher.update_endpoints(self._assignments[publisher.namespace], revision=self._revision)

    async def wait_until_acked(self, proxy: str, *, timeout: float) -> None:  # noqa: ASYNC109
        """Return when a proxy that has just started serves its files; else raise Rejected or NotApplied."""
        try:
            async with asyncio.timeout(timeout):
                await self._publishers[proxy].wait_until_acked(self._in_force[proxy].keys(), log_start=0)
        except TimeoutError as error:
            raise NotApplied(f"the proxy of {proxy} does not serve its configuration after {timeout:g} s") from error

    async def wait_until_endpoints_acked(self) -> None:
        """Return when every proxy has read its clusters as they stand, or after a while."""
        await _all_within(
            (publisher.wait_until_acked((CLUSTERS,), log_start=None) for publisher in self._publishers.values()),
            ACKNOWLEDGE_SECONDS,
        )

    async def roll_out(
        self, snapshot: Snapshot, assignments: Mapping[str, Assignments], *, revision: str
    ) -> frozenset[str]:
        """Put the snapshot in force on every proxy; returns those that are late, which follow when they can.

        Raises Rejected, quoting Envoy, when a proxy refuses it; then what was in force still is, everywhere.
        """
        await _cancel(tuple(self._following))
        before, assigned, target = self._in_force, self._assignments, files.by_proxy(snapshot)
        self._assignments = self._merged(assignments)
        same_connections = {
            namespace: reconnection.marked_as_before(one, assigned[namespace])
            for namespace, one in self._assignments.items()
        }
        barriers = _Barrier(target), _Barrier(target), _Barrier(target)
        tasks = {
            proxy: asyncio.create_task(
                self._publish_in_order(
                    publisher,
                    before[proxy],
                    target[proxy],
                    revision,
                    barriers,
                    same_connections=same_connections[publisher.namespace],
                )
            )
            for proxy, publisher in self._publishers.items()
        }
        try:
            late: set[str] = set()
            for barrier in barriers:
                late |= await barrier.wait_until_open(tasks.values(), timeout=ACKNOWLEDGE_SECONDS)
            for proxy in tasks.keys() - late:
                await tasks[proxy]
        except Rejected:
            await _cancel(tasks.values())
            self._assignments = assigned
            await self._roll_back(before)
            raise
        self._in_force, self._assignments, self._revision = target, assignments, revision
        for proxy in late:
            self._follow(tasks[proxy])
        return frozenset(late)

    async def drain_gateway(self) -> None:
        """Accept no new connection at the gateway, and return when the requests under way are answered."""
        with contextlib.suppress(NoAnswer):
            await self._publishers[self._gateway].drain()

    def close(self) -> None:
        for publisher in self._publishers.values():
            publisher.close()

    def _publisher(self, proxy: str, topology: Topology) -> XdsPublisher:
        node = self._registry.proxy(topology.workload(proxy))
        return XdsPublisher(proxy, node, topology, envoy.log_file(self._logs, proxy))

    async def _publish_in_order(
        self,
        publisher: XdsPublisher,
        before: ProxyFiles,
        target: ProxyFiles,
        revision: str,
        barriers: tuple[_Barrier, _Barrier, _Barrier],
        *,
        same_connections: Assignments,
    ) -> None:
        """Add clusters before a route can name them, and remove them when no route does any more, on any proxy.

        Before that, listeners are opened to those who call as they will, beside those who call as they did. New
        connections are opened last, when every listener is the new one.
        """
        opened, added, routed = barriers
        both = files.open_to_both(before[LISTENERS], target[LISTENERS])
        await self._publish(publisher, {LISTENERS: both}, revision)
        await opened.wait(publisher.proxy)
        await publisher.add_clusters(target[CLUSTERS], same_connections, revision=revision)
        await added.wait(publisher.proxy)
        await self._publish(publisher, _without_clusters(target), revision)
        await routed.wait(publisher.proxy)
        await self._publish(publisher, {CLUSTERS: target[CLUSTERS]}, revision)
        publisher.remove(before.keys() - target.keys())

    async def _publish(self, publisher: XdsPublisher, resource_files: ProxyFiles, revision: str) -> None:
        await publisher.publish(resource_files, self._assignments[publisher.namespace], revision=revision)

    def _merged(self, assignments: Mapping[str, Assignments]) -> Mapping[str, Assignments]:
        return {namespace: {**self._assignments[namespace], **one} for namespace, one in assignments.items()}

    async def _roll_back(self, before: Mapping[str, ProxyFiles]) -> None:
        async def one(publisher: XdsPublisher) -> None:
            resource_files = before[publisher.proxy]
            await self._publish(publisher, _without_clusters(resource_files), self._revision)
            await self._publish(publisher, {CLUSTERS: resource_files[CLUSTERS]}, self._revision)

        await _all_within((one(publisher) for publisher in self._publishers.values()), ACKNOWLEDGE_SECONDS)

    def _follow(self, task: asyncio.Task[None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            self._following.discard(task)
            if not task.cancelled() and (error := task.exception()):
                log.warning("%s", error)

        self._following.add(task)
        task.add_done_callback(ended)


class _Barrier:
    """Holds back the proxies that have reached it until all have."""

    def __init__(self, expected: Iterable[str]) -> None:
        self._missing = set(expected)
        self._open = asyncio.Event()

    async def wait(self, proxy: str) -> None:
        self._missing.discard(proxy)
        if not self._missing:
            self._open.set()
        await self._open.wait()

    async def wait_until_open(self, tasks: Iterable[asyncio.Task[None]], *, timeout: float) -> set[str]:  # noqa: ASYNC109
        """Open when all have reached it or the time is over; returns who was missing, raises what a task raised."""
        opening = asyncio.create_task(self._open.wait())
        waiting: set[asyncio.Task[Any]] = {opening, *tasks}
        try:
            async with asyncio.timeout(timeout):
                while not self._open.is_set():
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        await task
        except TimeoutError:
            self._open.set()
        finally:
            opening.cancel()
        return set(self._missing)


def _without_clusters(resource_files: ProxyFiles) -> dict[Subscription, ResourceFile]:
    return {
        subscription: resource_file
        for subscription, resource_file in resource_files.items()
        if subscription != CLUSTERS
    }


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _all_within(waits: Iterable[Coroutine[Any, Any, None]], seconds: float) -> None:
    """Run them all; who has not finished after so many seconds is left behind."""
    _, late = await asyncio.wait([asyncio.ensure_future(wait) for wait in waits], timeout=seconds)
    await _cancel(late)
