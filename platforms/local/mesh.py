"""Seven proxies made to serve the same rules: in force as a whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from platforms.errors import NotApplied, Rejected
from platforms.local import discovery, envoy
from platforms.local.asking import Answer, Connection, NoAnswer
from platforms.local.discovery import CLUSTERS, LISTENERS, Files, Subject
from platforms.local.topology import Topology
from platforms.local.translate import ProxyConfig, Snapshot

ACKNOWLEDGE_SECONDS = 2.0
"""How long the others wait for a proxy before they go on without it; it follows when it can."""

log = logging.getLogger(__name__)

_FIRST_LOOK = 0.001
_LOOK_EVERY = 0.002
_LOOK_AT_MOST_EVERY = 0.05
_ANSWER_SECONDS = 1.0
_REASON = re.compile(r"(?:Filesystem config update (?:rejected|failure)|rejected|Error adding[^:]*): (.+)")

Content = list[dict[str, Any]]
Contents = Mapping[Subject, Content]


class Mesh:
    """The proxies' files, and what the proxies make of them."""

    def __init__(self, topology: Topology, logs: Path) -> None:
        self._topology = topology
        self._logs = logs
        self._files = Files()
        self._admin = {proxy: Connection(topology.admin_port(proxy)) for proxy in topology.proxies}
        self._refused = dict.fromkeys(topology.proxies, 0)
        self._in_force: dict[str, Contents] = {proxy: {} for proxy in topology.proxies}
        # What the file says now: a proxy that was late may still stand before the removal of clusters.
        self._clusters: dict[str, Content] = {proxy: [] for proxy in topology.proxies}
        self._behind: set[str] = set()
        self._following: set[asyncio.Task[None]] = set()

    def prepare(self, snapshot: Snapshot, *, revision: str) -> None:
        """Write every file that the proxies read when they start; the endpoints must stand there already."""
        for proxy, config in snapshot.proxies.items():
            folder = self._topology.proxy_folder(proxy)
            (folder / "routes").mkdir(parents=True, exist_ok=True)
            discovery.write_text(folder / "bootstrap.json", json.dumps(envoy.bootstrap(proxy, self._topology)))
            self._in_force[proxy] = _contents(config)
            self._clusters[proxy] = self._in_force[proxy][CLUSTERS]
            for subject, content in self._in_force[proxy].items():
                self._files.write(self._path(proxy, subject), content, revision=revision)

    def write_endpoints(self, assignments: Mapping[str, Mapping[str, Any]], *, revision: str) -> None:
        """Say who stands behind each cluster; clusters that are not named keep what they had."""
        for cluster, assignment in assignments.items():
            subject = discovery.endpoints(cluster)
            content = discovery.response(subject, [assignment])
            self._files.write(self._topology.endpoints_file(cluster), content, revision=revision)
        self._behind.update(assignments)

    def keep_endpoints(self, assignments: Mapping[str, Mapping[str, Any]]) -> None:
        """Remove the endpoints of every other cluster: no proxy names it any more."""
        for cluster in self._behind - assignments.keys():
            self._files.remove(self._topology.endpoints_file(cluster))
        self._behind = set(assignments)

    async def serves_its_files(self, proxy: str, *, timeout: float) -> None:  # noqa: ASYNC109
        """Return when a proxy that has just started serves what stands in its files; else raise Rejected or NotApplied."""
        try:
            async with asyncio.timeout(timeout):
                self._refused[proxy] = 0
                await self._acknowledged(proxy, self._wanted(proxy, self._in_force[proxy]), log_start=0)
        except TimeoutError as error:
            raise NotApplied(f"{proxy} does not serve its configuration after {timeout:g} s") from error

    async def withdrawn(self, callers: Collection[str], clusters: Collection[str]) -> None:
        """Return when the callers have read the endpoints of the clusters as they stand, or after a while."""
        looks = []
        for caller in callers:
            named = {str(cluster["name"]) for cluster in self._in_force[caller].get(CLUSTERS, ())}
            wanted = {
                discovery.endpoints(cluster): self._files.version(self._topology.endpoints_file(cluster))
                for cluster in clusters
                if cluster in named
            }
            looks.append(self._acknowledged(caller, wanted, log_start=None))
        await _all_within(looks, ACKNOWLEDGE_SECONDS)

    async def push(self, snapshot: Snapshot, *, revision: str) -> frozenset[str]:
        """Put the snapshot in force on every proxy; returns those that are late, which follow when they can.

        Raises Rejected, quoting Envoy, when a proxy refuses it; then what was in force still is, everywhere.
        """
        await self._stop_following()
        before, target = self._in_force, {proxy: _contents(config) for proxy, config in snapshot.proxies.items()}
        gates = _Gate(target), _Gate(target)
        deliveries = {
            proxy: asyncio.create_task(self._deliver(proxy, before[proxy], target[proxy], revision, gates))
            for proxy in target
        }
        self._in_force = target
        try:
            late: set[str] = set()
            for gate in gates:
                late |= await gate.opened(deliveries, timeout=ACKNOWLEDGE_SECONDS)
            await _finished([task for proxy, task in deliveries.items() if proxy not in late])
        except Rejected:
            await _cancelled(deliveries.values())
            self._in_force = before
            await self._put_back(before, revision)
            raise
        for proxy in late:
            self._follow(deliveries[proxy])
        return frozenset(late)

    async def close_the_door(self, proxy: str) -> None:
        """Take no new connection, and return when the requests under way are answered."""
        with contextlib.suppress(NoAnswer):
            await self._admin[proxy].get("/drain_listeners", timeout=_ANSWER_SECONDS, method="POST")
            while await self._busy(proxy):  # noqa: ASYNC110  # Envoy tells only who asks
                await asyncio.sleep(_LOOK_EVERY)

    def close(self) -> None:
        for admin in self._admin.values():
            admin.close()

    async def _deliver(
        self, proxy: str, before: Contents, target: Contents, revision: str, gates: tuple[_Gate, _Gate]
    ) -> None:
        """Clusters are added before a route can name them, and go when no route does any more, on any proxy."""
        added, routed = gates
        await self._put(proxy, {CLUSTERS: _united(self._clusters[proxy], target[CLUSTERS])}, revision)
        await added.passed(proxy)
        await self._put(proxy, _without_clusters(target), revision)
        await routed.passed(proxy)
        await self._put(proxy, {CLUSTERS: target[CLUSTERS]}, revision)
        for subject in before.keys() - target.keys():
            self._files.remove(self._path(proxy, subject))

    async def _put_back(self, before: Mapping[str, Contents], revision: str) -> None:
        async def one(proxy: str) -> None:
            await self._put(proxy, _without_clusters(before[proxy]), revision)
            await self._put(proxy, {CLUSTERS: before[proxy][CLUSTERS]}, revision)

        await _all_within([one(proxy) for proxy in before], ACKNOWLEDGE_SECONDS)

    async def _put(self, proxy: str, contents: Contents, revision: str) -> None:
        """Write what changed, and return when the proxy serves it."""
        log_start = self._log_size(proxy)
        self._clusters[proxy] = contents.get(CLUSTERS, self._clusters[proxy])
        changed: dict[Subject, str] = {}
        for subject, content in contents.items():
            path = self._path(proxy, subject)
            old = self._files.version(path)
            version = self._files.write(path, content, revision=revision)
            if version != old:
                changed[subject] = version
        if changed:
            await self._acknowledged(proxy, changed, log_start=log_start)

    async def _acknowledged(self, proxy: str, wanted: Mapping[Subject, str], *, log_start: int | None) -> None:
        """Look until the proxy serves the wanted versions; raises Rejected if it refuses one.

        Without the place where its log stood before, refusals are not looked for.
        """
        pause, looks = _FIRST_LOOK, 0
        while True:
            await asyncio.sleep(pause)
            looks += 1
            try:
                served = discovery.versions((await self._ask(proxy, discovery.VERSIONS_PATH)).text)
                if all(_same(served.get(subject), version) for subject, version in wanted.items()):
                    if CLUSTERS not in wanted or await self._warm(proxy):
                        return
                elif log_start is not None and looks > 1:
                    await self._raise_refusal(proxy, log_start)
            except NoAnswer:
                pause = _LOOK_AT_MOST_EVERY
                continue
            pause = min(_LOOK_EVERY * 1.1**looks, _LOOK_AT_MOST_EVERY)

    async def _warm(self, proxy: str) -> bool:
        """Whether every cluster has its endpoints."""
        answer = await self._ask(proxy, "/stats?filter=^cluster_manager.warming_clusters$")
        return answer.text.strip().endswith(": 0")

    async def _busy(self, proxy: str) -> bool:
        """Whether a request is under way."""
        answer = await self._ask(proxy, r"/stats?filter=^http\.outbound_.*downstream_rq_active$")
        return not answer.text.strip().endswith(": 0")

    async def _raise_refusal(self, proxy: str, log_start: int) -> None:
        refused = discovery.refusals((await self._ask(proxy, discovery.REFUSALS_PATH)).text)
        known, self._refused[proxy] = self._refused[proxy], refused
        if refused > known:
            raise Rejected(f"{proxy}: Envoy refuses it: {self._reason(proxy, log_start)}")

    def _reason(self, proxy: str, log_start: int) -> str:
        """What Envoy wrote to its log since."""
        with self._log(proxy).open("rb") as file:
            file.seek(log_start)
            text = file.read().decode("utf-8", errors="replace")
        reasons = _REASON.findall(text)
        return str(reasons[-1]).strip() if reasons else "it gave no reason in its log"

    async def _ask(self, proxy: str, path: str) -> Answer:
        return await self._admin[proxy].get(path, timeout=_ANSWER_SECONDS)

    def _wanted(self, proxy: str, contents: Contents) -> dict[Subject, str]:
        return {subject: self._files.version(self._path(proxy, subject)) for subject in contents}

    def _path(self, proxy: str, subject: Subject) -> Path:
        match subject.kind:
            case "rds":
                return self._topology.routes_file(proxy, subject.name)
            case "lds":
                return self._topology.proxy_folder(proxy) / "listeners.json"
            case _:
                return self._topology.proxy_folder(proxy) / "clusters.json"

    def _log(self, proxy: str) -> Path:
        return envoy.log_file(self._logs, proxy)

    def _log_size(self, proxy: str) -> int:
        try:
            return self._log(proxy).stat().st_size
        except OSError:
            return 0

    def _follow(self, task: asyncio.Task[None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            self._following.discard(task)
            if not task.cancelled() and (error := task.exception()):
                log.warning("%s", error)

        self._following.add(task)
        task.add_done_callback(ended)

    async def _stop_following(self) -> None:
        await _cancelled(list(self._following))


class _Gate:
    """Holds back the proxies that have come to it until all have."""

    def __init__(self, expected: Collection[str]) -> None:
        self._missing = set(expected)
        self._open = asyncio.Event()
        self._arrival = asyncio.Event()

    async def passed(self, proxy: str) -> None:
        self._missing.discard(proxy)
        if not self._missing:
            self._open.set()
        await self._open.wait()

    async def opened(self, deliveries: Mapping[str, asyncio.Task[None]], *, timeout: float) -> set[str]:  # noqa: ASYNC109
        """Open when all have come or the time is over; returns who was missing, raises what a delivery raised."""
        opening = asyncio.create_task(self._open.wait())
        try:
            waiting: set[asyncio.Task[Any]] = {opening, *deliveries.values()}
            async with asyncio.timeout(timeout):
                while not self._open.is_set():
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    await _finished(list(done))
        except TimeoutError:
            self._open.set()
        finally:
            opening.cancel()
        return set(self._missing)


def _contents(config: ProxyConfig) -> Contents:
    """What a proxy should serve, by subject; routes come before the listeners that name them."""
    found = {
        discovery.routes(name): discovery.response(discovery.routes(name), [r]) for name, r in config.routes.items()
    }
    found[LISTENERS] = discovery.response(LISTENERS, config.listeners)
    found[CLUSTERS] = discovery.response(CLUSTERS, config.clusters)
    return found


def _without_clusters(contents: Contents) -> dict[Subject, Content]:
    return {subject: content for subject, content in contents.items() if subject != CLUSTERS}


def _united(before: Content, target: Content) -> Content:
    """The clusters of both, as `target` says them where both do."""
    merged = {str(cluster["name"]): cluster for cluster in (*before, *target)}
    return [merged[name] for name in sorted(merged)]


def _same(served: str | None, wanted: str) -> bool:
    return served is not None and discovery.hash_of(served) == discovery.hash_of(wanted)


async def _finished(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        await task


async def _cancelled(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _all_within(looks: Sequence[Any], seconds: float) -> None:
    """Run them all; who has not finished after so many seconds is left behind."""
    if looks:
        _, late = await asyncio.wait([asyncio.ensure_future(look) for look in looks], timeout=seconds)
        await _cancelled(late)
