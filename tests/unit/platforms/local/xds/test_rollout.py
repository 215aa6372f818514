"""Seven real Envoys, without the workloads: rules go in force on all of them or on none."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
import os
import re
import signal
import subprocess  # noqa: TID251  # only for the type of a started process
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot, endpoints, translate
from platforms.errors import Rejected
from platforms.local import ports, processes
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.programs import envoy, runtimes
from platforms.local.xds.admin import Admins
from platforms.local.xds.rollout import Mesh
from platforms.loopback import free_port

BASELINE, CANARY = baseline(), baseline().overlaid(load(ISTIO / "canary.yaml"))


@dataclasses.dataclass
class Envoys:
    """The proxies of a mesh, without its workloads."""

    topology: Topology
    logs: Path
    started: dict[str, subprocess.Popen[bytes]] = dataclasses.field(default_factory=dict)

    def snapshot(self, resources: Any) -> Snapshot:
        return translate(resources, BOOKINFO, self.topology)

    def assignments(self, *ready: str) -> Any:
        return endpoints(self.snapshot(BASELINE), self.topology, ready)

    def run(self, story: Any) -> None:
        """Play a story with a mesh that has put the baseline in force."""

        async def play() -> None:
            mesh = Mesh(BOOKINFO, self.topology, self.logs)
            mesh.prepare(self.snapshot(BASELINE), self.assignments(), revision="base")
            if not self.started:
                authority = Authority(self.topology, timedelta(hours=1))
                authority.publish()
                for proxy in BOOKINFO.proxies:
                    authority.issue(proxy)
                self.start(*self.topology.proxies)
            await asyncio.gather(*(mesh.wait_until_acked(proxy, timeout=30) for proxy in self.topology.proxies))
            try:
                await story(mesh)
            finally:
                mesh.close()

        asyncio.run(play())

    def start(self, *proxies: str) -> None:
        program = runtimes.envoy()

        assert program is not None

        for proxy in proxies:
            launch = envoy.launch(proxy, self.topology, program)
            log = envoy.log_file(self.logs, proxy)
            self.started[proxy] = processes.start(launch, log=log, mark="test")

    def restart(self, proxy: str) -> None:
        self.started[proxy].kill()
        self.started[proxy].wait()
        self.start(proxy)

    def served(self, proxy: str, section: str) -> str:
        """The configuration in force at a proxy, as it says itself, without the times at which it got it."""
        admins = Admins(self.topology)
        answer = admins.ask(f"/config_dump?resource={section}", (proxy,))[proxy]
        admins.close()

        assert answer is not None

        return re.sub(r'"last_updated": ".*"', '"last_updated": ""', answer)

    def all_served(self) -> dict[tuple[str, str], str]:
        sections = ("dynamic_route_configs", "dynamic_active_clusters")
        return {
            (proxy, section): self.served(proxy, section) for proxy in self.topology.proxies for section in sections
        }


@pytest.fixture(scope="module")
def envoys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoys]:
    folder = tmp_path_factory.mktemp("mesh")
    (folder / "logs").mkdir()
    envoys = Envoys(ports.assign(folder, DEPLOYMENTS, free_port()), folder / "logs")
    yield envoys
    for process in envoys.started.values():
        process.kill()
        process.wait()


def with_bad_routes(snapshot: Snapshot, proxy: str) -> Snapshot:
    """The same, but this proxy is given routes that Envoy does not take."""
    config = snapshot.proxies[proxy]
    routes = copy.deepcopy(dict(config.routes))
    for configuration in routes.values():
        configuration["virtualHosts"] = [{"name": name, "domains": ["*"]} for name in ("one", "two")]
    return dataclasses.replace(
        snapshot, proxies={**snapshot.proxies, proxy: dataclasses.replace(config, routes=routes)}
    )


def with_bad_clusters(snapshot: Snapshot, proxy: str) -> Snapshot:
    config = snapshot.proxies[proxy]
    bad = {**config.clusters[0], "connectTimeout": "-1s"}
    return dataclasses.replace(
        snapshot,
        proxies={**snapshot.proxies, proxy: dataclasses.replace(config, clusters=(bad, *config.clusters[1:]))},
    )


def test_roll_out(envoys: Envoys) -> None:
    """A rollout returns when every proxy serves the new rules."""

    async def story(mesh: Mesh) -> None:
        late = await mesh.roll_out(envoys.snapshot(CANARY), envoys.assignments(), revision="canary")

        assert frozenset() == late
        for proxy in ("productpage-v1", "reviews-v2"):
            assert '"weight": 90' in envoys.served(proxy, "dynamic_route_configs")

    envoys.run(story)


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (with_bad_routes, "Only a single wildcard domain is permitted"),
        (with_bad_clusters, "Expected positive duration"),
    ],
)
def test_refusal(envoys: Envoys, spoilt: Any, reason: str) -> None:
    """One proxy's refusal, quoted, leaves all seven with what they served before."""

    async def story(mesh: Mesh) -> None:
        before = envoys.all_served()
        with pytest.raises(Rejected, match=rf"^details-v1: Envoy refuses it: .*({reason})"):
            await mesh.roll_out(spoilt(envoys.snapshot(CANARY), "details-v1"), envoys.assignments(), revision="bad")

        assert before == envoys.all_served()

    envoys.run(story)


def test_after_a_refusal(envoys: Envoys) -> None:
    """A refusal is over: the next rule goes in force as if nothing had been."""

    async def story(mesh: Mesh) -> None:
        bad = with_bad_routes(envoys.snapshot(CANARY), "ratings-v1")
        with pytest.raises(Rejected):
            await mesh.roll_out(bad, envoys.assignments(), revision="bad")
        await mesh.roll_out(envoys.snapshot(CANARY), envoys.assignments(), revision="canary")

        assert '"weight": 90' in envoys.served("ratings-v1", "dynamic_route_configs")

    envoys.run(story)


def test_refusal_after_a_restart(envoys: Envoys) -> None:
    """A restarted proxy counts its refusals from nought; its next one is noticed too."""

    async def story(mesh: Mesh) -> None:
        bad = with_bad_routes(envoys.snapshot(CANARY), "details-v1")
        for _ in range(2):
            with pytest.raises(Rejected):
                await mesh.roll_out(bad, envoys.assignments(), revision="bad")
        envoys.restart("details-v1")
        mesh.on_proxy_restart("details-v1")
        await mesh.wait_until_acked("details-v1", timeout=30)
        with pytest.raises(Rejected):
            await mesh.roll_out(bad, envoys.assignments(), revision="bad")

    envoys.run(story)


def test_who_is_ready(envoys: Envoys) -> None:
    """Every proxy calls those that are ready, and nobody else."""

    async def story(mesh: Mesh) -> None:
        mesh.update_endpoints(envoys.assignments("reviews-v1", "reviews-v3"))
        await mesh.wait_until_endpoints_acked()
        clusters = json.loads(envoys.served("productpage-v1", "dynamic_active_clusters"))["configs"]
        (reviews,) = (
            one["cluster"] for one in clusters if one["cluster"]["name"].startswith("outbound|9080||reviews.")
        )
        called = {
            endpoint["endpoint"]["address"]["socket_address"]["port_value"]
            for locality in reviews["load_assignment"]["endpoints"]
            for endpoint in locality["lb_endpoints"]
        }

        assert {envoys.topology.ports[name].inbound for name in ("reviews-v1", "reviews-v3")} == called

    envoys.run(story)


def test_late(envoys: Envoys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for a proxy that hangs; when it goes on, it follows."""
    monkeypatch.setattr("platforms.local.xds.rollout.ACKNOWLEDGE_SECONDS", 3.0)

    async def story(mesh: Mesh) -> None:
        os.kill(envoys.started["reviews-v1"].pid, signal.SIGSTOP)
        try:
            late = await mesh.roll_out(envoys.snapshot(CANARY), envoys.assignments(), revision="canary")
        finally:
            os.kill(envoys.started["reviews-v1"].pid, signal.SIGCONT)

        assert {"reviews-v1"} == late
        assert '"weight": 90' in envoys.served("productpage-v1", "dynamic_route_configs")

        await mesh.wait_until_acked("reviews-v1", timeout=30)

        assert '"weight": 90' in envoys.served("reviews-v1", "dynamic_route_configs")

    envoys.run(story)
