"""The xDS files of one Envoy: written, then acknowledged or refused."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Collection
from pathlib import Path

from platforms.atomic_files import write_atomically
from platforms.envoy import stats
from platforms.envoy.reconnection import Assignments
from platforms.envoy.topology import Topology
from platforms.errors import Rejected
from platforms.istio.registry import Proxy
from platforms.local.http_client import Answer, Connection, NoAnswer
from platforms.local.programs import envoy
from platforms.local.xds import files
from platforms.local.xds.files import CLUSTERS, FileWriter, ProxyFiles, ResourceFile, Subscription

_FIRST_POLL = 0.001
_POLL_INTERVAL = 0.002
_LONGEST_POLL_INTERVAL = 0.05
_ANSWER_SECONDS = 1.0
# As Envoy's log says why: `[warning][config] [….cc:81] Filesystem config update rejected: REASON`.
_REASON = re.compile(r"Filesystem config update (?:rejected|failure): (.+)")


class EnvoyRefusal(Rejected):
    """An Envoy does not take what it was given; which object is behind that, it does not know."""

    def __init__(self, proxy: str, reason: str) -> None:
        super().__init__(f"{proxy}: Envoy refuses it: {reason}")
        self.proxy = proxy
        self.reason = reason


class XdsPublisher:
    """Writes one Envoy's xDS files and waits for ACK or NACK."""

    def __init__(self, proxy: str, node: Proxy, topology: Topology, log: Path) -> None:
        self.proxy = proxy
        self._node = node
        self._topology = topology
        self._log = log
        self._files = FileWriter()
        self._admin = Connection(topology.admin_socket(proxy))
        self._rejections = 0
        self._clusters = ResourceFile(())
        """The clusters in its file, without their endpoints."""
        self._filled: tuple[ResourceFile, Assignments, ResourceFile] | None = None

    @property
    def namespace(self) -> str:
        """The namespace that its proxy is in."""
        return self._node.namespace

    def prepare(self, resource_files: ProxyFiles, assignments: Assignments, *, revision: str) -> None:
        """Write everything that the proxy reads when it starts."""
        folder = self._topology.proxy_folder(self.proxy)
        (folder / "routes").mkdir(parents=True, exist_ok=True)
        write_atomically(folder / "bootstrap.json", json.dumps(envoy.bootstrap(self.proxy, self._node, self._topology)))
        self._write(resource_files, assignments, revision)

    def on_restart(self) -> None:
        """Forget what the proxy refused before it was started anew."""
        self._rejections = 0

    def update_endpoints(self, assignments: Assignments, *, revision: str) -> None:
        """Write the clusters with these endpoints inside."""
        self._write({CLUSTERS: self._clusters}, assignments, revision)

    async def publish(self, resource_files: ProxyFiles, assignments: Assignments, *, revision: str) -> None:
        """Write what changed, and return when the proxy serves it; raises Rejected when it refuses."""
        log_start = self._log_size()
        if changed := self._write(resource_files, assignments, revision):
            await self.wait_until_acked(changed, log_start=log_start)

    async def add_clusters(self, clusters: ResourceFile, assignments: Assignments, *, revision: str) -> None:
        """Publish these clusters beside, or in place of, those that are there."""
        await self.publish({CLUSTERS: clusters.with_missing_from(self._clusters)}, assignments, revision=revision)

    def remove(self, subscriptions: Collection[Subscription]) -> None:
        """Remove the files of route configurations that no listener names any more."""
        for subscription in subscriptions:
            self._files.remove(self._path(subscription))

    async def wait_until_acked(self, subscriptions: Collection[Subscription], *, log_start: int | None) -> None:
        """Poll until the proxy serves what stands in its files; raises Rejected if it refuses any of that.

        Without the size that its log had before, refusals are not looked for.
        """
        pause, polls = _FIRST_POLL, 0
        while True:
            await asyncio.sleep(pause)
            polls += 1
            pause = min(_POLL_INTERVAL * 1.1**polls, _LONGEST_POLL_INTERVAL)
            try:
                served = files.accepted_versions((await self._ask(files.VERSIONS_PATH)).text)
                # The files are looked up each time: who is ready may have changed meanwhile.
                if all(
                    served.get(subscription) == self._files.version(self._path(subscription))
                    for subscription in subscriptions
                ):
                    if CLUSTERS not in subscriptions or await self._clusters_are_warm():
                        return
                elif log_start is not None and polls > 1:
                    await self._raise_rejection(log_start)
            except NoAnswer:
                pause = _LONGEST_POLL_INTERVAL

    async def drain(self) -> None:
        """Accept no new connection, and return when the requests under way are answered."""
        await self._admin.get("/drain_listeners", timeout=_ANSWER_SECONDS, method="POST")
        while await self._has_active_requests():  # noqa: ASYNC110  # Envoy tells only who asks
            await asyncio.sleep(_POLL_INTERVAL)

    async def wait_until_quiet(self) -> None:
        """Return when the calls that came to the proxy's own workload are answered, or it does not answer itself."""
        with contextlib.suppress(NoAnswer):
            while stats.active_requests(json.loads((await self._ask(stats.HEARD_NOW_PATH)).text)):  # noqa: ASYNC110  # Envoy tells only who asks
                await asyncio.sleep(_LONGEST_POLL_INTERVAL)

    def close(self) -> None:
        self._admin.close()

    def _write(self, resource_files: ProxyFiles, assignments: Assignments, revision: str) -> set[Subscription]:
        """Write what changed; returns the subscriptions whose files had to be written."""
        changed = set()
        for subscription, resource_file in resource_files.items():
            if subscription == CLUSTERS:
                self._clusters = resource_file
                resource_file = self._with_endpoints(resource_file, assignments)  # noqa: PLW2901
            path = self._path(subscription)
            before = self._files.version(path)
            if self._files.write(path, resource_file, revision=revision) != before:
                changed.add(subscription)
        return changed

    def _with_endpoints(self, clusters: ResourceFile, assignments: Assignments) -> ResourceFile:
        """The clusters with their endpoints; the same object for the same, whose hash is then known already."""
        if self._filled is None or self._filled[:2] != (clusters, assignments):
            self._filled = clusters, assignments, files.with_endpoints(clusters, assignments)
        return self._filled[2]

    async def _clusters_are_warm(self) -> bool:
        """Ask whether every cluster is ready to be used."""
        return (await self._ask("/stats?filter=^cluster_manager.warming_clusters$")).text.strip().endswith(": 0")

    async def _has_active_requests(self) -> bool:
        """Ask whether a request is under way."""
        answer = await self._ask(r"/stats?filter=^http\.outbound_.*downstream_rq_active$")
        return not answer.text.strip().endswith(": 0")

    async def _raise_rejection(self, log_start: int) -> None:
        rejections = files.rejected_updates((await self._ask(files.REJECTIONS_PATH)).text)
        known, self._rejections = self._rejections, rejections
        if rejections > known:
            raise EnvoyRefusal(self.proxy, self._reason(log_start))

    def _reason(self, log_start: int) -> str:
        """The reason that Envoy wrote to its log since."""
        with self._log.open("rb") as file:
            file.seek(log_start)
            reasons = _REASON.findall(file.read().decode("utf-8", errors="replace"))
        return str(reasons[-1]).strip() if reasons else f"it gave no reason in {self._log}"

    async def _ask(self, path: str) -> Answer:
        return await self._admin.get(path, timeout=_ANSWER_SECONDS)

    def _path(self, subscription: Subscription) -> Path:
        match subscription.kind:
            case "rds":
                return self._topology.routes_file(self.proxy, subscription.name)
            case "lds":
                return self._topology.proxy_folder(self.proxy) / "listeners.json"
            case _:
                return self._topology.proxy_folder(self.proxy) / "clusters.json"

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0
