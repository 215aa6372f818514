"""One proxy's files, and what the proxy makes of them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from platforms.envoy.topology import Topology
from platforms.errors import Rejected
from platforms.local import envoy
from platforms.local.http_client import Answer, Connection, NoAnswer
from platforms.local.xds import files
from platforms.local.xds.files import CLUSTERS, Content, Contents, Files, Subject

Assignments = Mapping[str, Mapping[str, Any]]
"""Who stands behind each cluster."""

_FIRST_LOOK = 0.001
_LOOK_EVERY = 0.002
_LOOK_AT_MOST_EVERY = 0.05
_ANSWER_SECONDS = 1.0
# As Envoy's log says why: `[warning][config] [….cc:81] Filesystem config update rejected: REASON`.
_REASON = re.compile(r"Filesystem config update (?:rejected|failure): (.+)")


class Delivery:
    """The way from this process to one Envoy and back."""

    def __init__(self, proxy: str, topology: Topology, log: Path) -> None:
        self.proxy = proxy
        self._topology = topology
        self._log = log
        self._files = Files()
        self._admin = Connection(topology.admin_socket(proxy))
        self._refused = 0
        self._clusters = Content(())
        """What its file says, without the endpoints."""
        self._placed: tuple[Content, Assignments, Content] | None = None

    def prepare(self, contents: Contents, assignments: Assignments, *, revision: str) -> None:
        """Write everything that the proxy reads when it starts."""
        folder = self._topology.proxy_folder(self.proxy)
        (folder / "routes").mkdir(parents=True, exist_ok=True)
        files.write_text(folder / "bootstrap.json", json.dumps(envoy.bootstrap(self.proxy, self._topology)))
        self._write(contents, assignments, revision)

    def restarted(self) -> None:
        """The proxy was started anew: it has refused nothing yet."""
        self._refused = 0

    def place(self, assignments: Assignments, *, revision: str) -> None:
        """Say anew who stands behind its clusters."""
        self._write({CLUSTERS: self._clusters}, assignments, revision)

    async def put(self, contents: Contents, assignments: Assignments, *, revision: str) -> None:
        """Write what changed, and return when the proxy serves it; raises Rejected when it refuses."""
        log_start = self._log_size()
        if changed := self._write(contents, assignments, revision):
            await self.serves(changed, log_start=log_start)

    async def add_clusters(self, clusters: Content, assignments: Assignments, *, revision: str) -> None:
        """Put these clusters beside, or in place of, those that are there."""
        await self.put({CLUSTERS: clusters.with_those_of(self._clusters)}, assignments, revision=revision)

    def remove(self, subjects: Collection[Subject]) -> None:
        """Remove the files of route configurations that no listener names any more."""
        for subject in subjects:
            self._files.remove(self._path(subject))

    async def serves(self, subjects: Collection[Subject], *, log_start: int | None) -> None:
        """Look until the proxy serves what stands in its files; raises Rejected if it refuses any of that.

        Without the place where its log stood before, refusals are not looked for.
        """
        pause, looks = _FIRST_LOOK, 0
        while True:
            await asyncio.sleep(pause)
            looks += 1
            pause = min(_LOOK_EVERY * 1.1**looks, _LOOK_AT_MOST_EVERY)
            try:
                served = files.versions((await self._ask(files.VERSIONS_PATH)).text)
                # The files are looked up each time: who is ready may have changed meanwhile.
                if all(served.get(subject) == self._files.version(self._path(subject)) for subject in subjects):
                    if CLUSTERS not in subjects or await self._warm():
                        return
                elif log_start is not None and looks > 1:
                    await self._raise_refusal(log_start)
            except NoAnswer:
                pause = _LOOK_AT_MOST_EVERY

    async def close_the_door(self) -> None:
        """Take no new connection, and return when the requests under way are answered."""
        await self._admin.get("/drain_listeners", timeout=_ANSWER_SECONDS, method="POST")
        while await self._busy():  # noqa: ASYNC110  # Envoy tells only who asks
            await asyncio.sleep(_LOOK_EVERY)

    def close(self) -> None:
        self._admin.close()

    def _write(self, contents: Contents, assignments: Assignments, revision: str) -> set[Subject]:
        """Which files had to be written."""
        changed = set()
        for subject, content in contents.items():
            if subject == CLUSTERS:
                self._clusters = content
                content = self._with_endpoints(content, assignments)  # noqa: PLW2901
            path = self._path(subject)
            before = self._files.version(path)
            if self._files.write(path, content, revision=revision) != before:
                changed.add(subject)
        return changed

    def _with_endpoints(self, clusters: Content, assignments: Assignments) -> Content:
        """The same object for the same: its hash is known, and most changes leave the clusters alone."""
        if self._placed is None or self._placed[:2] != (clusters, assignments):
            self._placed = clusters, assignments, files.placed(clusters, assignments)
        return self._placed[2]

    async def _warm(self) -> bool:
        """Whether every cluster is ready to be used."""
        return (await self._ask("/stats?filter=^cluster_manager.warming_clusters$")).text.strip().endswith(": 0")

    async def _busy(self) -> bool:
        """Whether a request is under way."""
        answer = await self._ask(r"/stats?filter=^http\.outbound_.*downstream_rq_active$")
        return not answer.text.strip().endswith(": 0")

    async def _raise_refusal(self, log_start: int) -> None:
        refused = files.refusals((await self._ask(files.REFUSALS_PATH)).text)
        known, self._refused = self._refused, refused
        if refused > known:
            raise Rejected(f"{self.proxy}: Envoy refuses it: {self._reason(log_start)}")

    def _reason(self, log_start: int) -> str:
        """What Envoy wrote to its log since."""
        with self._log.open("rb") as file:
            file.seek(log_start)
            reasons = _REASON.findall(file.read().decode("utf-8", errors="replace"))
        return str(reasons[-1]).strip() if reasons else f"it gave no reason in {self._log}"

    async def _ask(self, path: str) -> Answer:
        return await self._admin.get(path, timeout=_ANSWER_SECONDS)

    def _path(self, subject: Subject) -> Path:
        match subject.kind:
            case "rds":
                return self._topology.routes_file(self.proxy, subject.name)
            case "lds":
                return self._topology.proxy_folder(self.proxy) / "listeners.json"
            case _:
                return self._topology.proxy_folder(self.proxy) / "clusters.json"

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0
