"""Seven proxies made to serve the same rules: in force as a whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot
from platforms.errors import NotApplied, Rejected
from platforms.istio.registry import GATEWAY
from platforms.local import envoy
from platforms.local.http_client import NoAnswer
from platforms.local.xds import files
from platforms.local.xds.files import CLUSTERS, Content, Contents, Subject
from platforms.local.xds.publisher import Assignments, Delivery

ACKNOWLEDGE_SECONDS = 2.0
"""How long the others wait for a proxy before they go on without it; it follows when it can."""

log = logging.getLogger(__name__)


class Mesh:
    """All proxies, as one."""

    def __init__(self, topology: Topology, logs: Path) -> None:
        self._deliveries = {proxy: Delivery(proxy, topology, envoy.log_file(logs, proxy)) for proxy in topology.proxies}
        self._in_force: Mapping[str, Contents] = {}
        self._assignments: Assignments = {}
        self._revision = ""
        self._following: set[asyncio.Task[None]] = set()

    def prepare(self, snapshot: Snapshot, assignments: Assignments, *, revision: str) -> None:
        """Write every file that the proxies read when they start."""
        self._in_force, self._assignments, self._revision = _contents(snapshot), assignments, revision
        for proxy, delivery in self._deliveries.items():
            delivery.prepare(self._in_force[proxy], assignments, revision=revision)

    def restarted(self, proxy: str) -> None:
        """A proxy was started anew; it reads its files by itself."""
        self._deliveries[proxy].restarted()

    def place(self, assignments: Assignments) -> None:
        """Say who stands behind each cluster now; clusters that are not named keep what they had."""
        self._assignments = {**self._assignments, **assignments}
        for delivery in self._deliveries.values():
            delivery.place(self._assignments, revision=self._revision)

    async def serves_its_files(self, proxy: str, *, timeout: float) -> None:  # noqa: ASYNC109
        """Return when a proxy that has just started serves its files; else raise Rejected or NotApplied."""
        try:
            async with asyncio.timeout(timeout):
                await self._deliveries[proxy].serves(self._in_force[proxy].keys(), log_start=0)
        except TimeoutError as error:
            raise NotApplied(f"the proxy of {proxy} does not serve its configuration after {timeout:g} s") from error

    async def has_seen_who_is_ready(self) -> None:
        """Return when every proxy has read its clusters as they stand, or after a while."""
        await _all_within(
            (delivery.serves((CLUSTERS,), log_start=None) for delivery in self._deliveries.values()),
            ACKNOWLEDGE_SECONDS,
        )

    async def push(self, snapshot: Snapshot, assignments: Assignments, *, revision: str) -> frozenset[str]:
        """Put the snapshot in force on every proxy; returns those that are late, which follow when they can.

        Raises Rejected, quoting Envoy, when a proxy refuses it; then what was in force still is, everywhere.
        """
        await _cancelled(tuple(self._following))
        before, behind, target = self._in_force, self._assignments, _contents(snapshot)
        self._assignments = {**behind, **assignments}
        gates = _Gate(target), _Gate(target)
        tasks = {
            proxy: asyncio.create_task(self._deliver(delivery, before[proxy], target[proxy], revision, gates))
            for proxy, delivery in self._deliveries.items()
        }
        try:
            late: set[str] = set()
            for gate in gates:
                late |= await gate.opened(tasks.values(), timeout=ACKNOWLEDGE_SECONDS)
            for proxy in tasks.keys() - late:
                await tasks[proxy]
        except Rejected:
            await _cancelled(tasks.values())
            self._assignments = behind
            await self._put_back(before)
            raise
        self._in_force, self._assignments, self._revision = target, assignments, revision
        for proxy in late:
            self._follow(tasks[proxy])
        return frozenset(late)

    async def close_the_door(self) -> None:
        """Take no new connection at the gateway, and return when the requests under way are answered."""
        with contextlib.suppress(NoAnswer):
            await self._deliveries[GATEWAY].close_the_door()

    def close(self) -> None:
        for delivery in self._deliveries.values():
            delivery.close()

    async def _deliver(
        self, delivery: Delivery, before: Contents, target: Contents, revision: str, gates: tuple[_Gate, _Gate]
    ) -> None:
        """Clusters are added before a route can name them, and go when no route does any more, on any proxy."""
        added, routed = gates
        await delivery.add_clusters(target[CLUSTERS], self._assignments, revision=revision)
        await added.passed(delivery.proxy)
        await delivery.put(_without_clusters(target), self._assignments, revision=revision)
        await routed.passed(delivery.proxy)
        await delivery.put({CLUSTERS: target[CLUSTERS]}, self._assignments, revision=revision)
        delivery.remove(before.keys() - target.keys())

    async def _put_back(self, before: Mapping[str, Contents]) -> None:
        async def one(delivery: Delivery) -> None:
            contents = before[delivery.proxy]
            await delivery.put(_without_clusters(contents), self._assignments, revision=self._revision)
            await delivery.put({CLUSTERS: contents[CLUSTERS]}, self._assignments, revision=self._revision)

        await _all_within((one(delivery) for delivery in self._deliveries.values()), ACKNOWLEDGE_SECONDS)

    def _follow(self, task: asyncio.Task[None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            self._following.discard(task)
            if not task.cancelled() and (error := task.exception()):
                log.warning("%s", error)

        self._following.add(task)
        task.add_done_callback(ended)


class _Gate:
    """Holds back the proxies that have come to it until all have."""

    def __init__(self, expected: Iterable[str]) -> None:
        self._missing = set(expected)
        self._open = asyncio.Event()

    async def passed(self, proxy: str) -> None:
        self._missing.discard(proxy)
        if not self._missing:
            self._open.set()
        await self._open.wait()

    async def opened(self, tasks: Iterable[asyncio.Task[None]], *, timeout: float) -> set[str]:  # noqa: ASYNC109
        """Open when all have come or the time is over; returns who was missing, raises what a task raised."""
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


def _contents(snapshot: Snapshot) -> dict[str, Contents]:
    return {proxy: files.contents(config) for proxy, config in snapshot.proxies.items()}


def _without_clusters(contents: Contents) -> dict[Subject, Content]:
    return {subject: content for subject, content in contents.items() if subject != CLUSTERS}


async def _cancelled(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _all_within(looks: Iterable[Coroutine[Any, Any, None]], seconds: float) -> None:
    """Run them all; who has not finished after so many seconds is left behind."""
    _, late = await asyncio.wait([asyncio.ensure_future(look) for look in looks], timeout=seconds)
    await _cancelled(late)
