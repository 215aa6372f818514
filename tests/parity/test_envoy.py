"""A real Envoy serves what istiod's Envoys served, and `served` reads it back."""

from __future__ import annotations

import asyncio
import json
import subprocess  # noqa: TID251  # the tests start their own Envoys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.config_dump import served
from platforms.envoy.topology import Topology
from platforms.envoy.translate import endpoints, translate
from platforms.istio.resources import ResourceSet
from platforms.local import ports
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.http_client import Connection
from platforms.local.programs import envoy, runtimes
from platforms.local.xds import files
from platforms.local.xds.publisher import XdsPublisher
from tests.parity.recordings import EXCEPTIONS, PROXIES, as_recorded, names, recording
from tests.unit.platforms.istio.rules import reviews

SECONDS = 30.0
ACCEPTED = [name for name in names() if name not in EXCEPTIONS and not recording(name).message]


HTTPS = "gw-tls"
"""Left out: it is recorded without its HTTPS, and an Envoy shows the routes of a listener for as long as that drains."""


def fields(served: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every value; of names, which have a dot or a bar, it does not matter which."""
    match served:
        case dict():
            for name, value in served.items():
                yield from fields(value, (*path, "" if {".", "|"} & set(name) else name))
        case list():
            for value in served:
                yield from fields(value, path)
        case _:
            yield path


def cases() -> Iterator[Any]:
    """Every rule; those that show no field which an earlier one does not show too are one more of a kind."""
    shown: set[tuple[str, ...]] = set()
    for name in (one for one in ACCEPTED if one != HTTPS):
        new = set(fields(recording(name).served)) - shown
        shown |= new
        yield pytest.param(name, marks=() if new else pytest.mark.exhaustive)


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Topology:
    return ports.assign(tmp_path_factory.mktemp("run"), DEPLOYMENTS, gateway_port=0)


@pytest.fixture(scope="module", autouse=True)
def proxies(topology: Topology) -> Iterator[None]:
    """The recorded proxies, serving the baseline."""
    binary = runtimes.envoy()
    if binary is None:
        pytest.skip("no Envoy is installed: `make setup` brings it")
    snapshot = translate(baseline(), BOOKINFO, topology)
    running = []
    authority = Authority(topology, timedelta(hours=1))
    authority.publish()
    for proxy in PROXIES:
        publisher = XdsPublisher(proxy, BOOKINFO.proxy(proxy), topology, _log(topology, proxy))
        publisher.prepare(files.proxy_files(snapshot.proxies[proxy]), _assignments(topology), revision="0")
        authority.issue(next(one for one in BOOKINFO.proxies if one.name == proxy))
        launch = envoy.launch(proxy, topology, binary)
        with _log(topology, proxy).open("wb") as log:
            running.append(subprocess.Popen(launch.command, cwd=launch.folder, stdout=log, stderr=log))
    yield
    for process in running:
        process.terminate()
    for process in running:
        process.wait(SECONDS)


@pytest.mark.parametrize("name", list(cases()))
def test_serves_what_istiods_envoys_served(name: str, topology: Topology) -> None:
    """What Envoy says it serves is what it was recorded to serve."""
    recorded = recording(name)
    snapshot = translate(recorded.resources, BOOKINFO, topology)

    for proxy in PROXIES:
        resource_files = files.proxy_files(snapshot.proxies[proxy])

        assert recorded.served[proxy] == as_recorded(asyncio.run(_serve(proxy, topology, resource_files)))


def test_takes_the_longest_expression(topology: Topology) -> None:
    """As Istio's proxies do, and an Envoy left to itself does not."""
    longest = f"/{'a' * 1023}"
    rule = reviews(f"[{{match: [{{uri: {{regex: '{longest}'}}}}], route: [{{destination: {{host: reviews}}}}]}}]")
    snapshot = translate(baseline().overlaid(ResourceSet((rule,))), BOOKINFO, topology)

    shown = asyncio.run(_serve("productpage-v1", topology, files.proxy_files(snapshot.proxies["productpage-v1"])))

    assert longest in json.dumps(shown)


async def _serve(proxy: str, topology: Topology, resource_files: files.ProxyFiles) -> dict[str, object]:
    """Give a proxy these files, and ask it what it serves."""
    publisher = XdsPublisher(proxy, BOOKINFO.proxy(proxy), topology, _log(topology, proxy))
    connection = Connection(topology.admin_socket(proxy))
    try:
        publisher.prepare(resource_files, _assignments(topology), revision="1")
        async with asyncio.timeout(SECONDS):
            await publisher.wait_until_acked(resource_files.keys(), log_start=None)
        return served(json.loads((await connection.get("/config_dump", timeout=SECONDS)).text), BOOKINFO)
    finally:
        publisher.close()
        connection.close()


def _assignments(topology: Topology) -> dict[str, dict[str, object]]:
    return dict(
        endpoints(
            translate(baseline(), BOOKINFO, topology), topology, [workload.name for workload in BOOKINFO.workloads]
        )
    )


def _log(topology: Topology, proxy: str) -> Path:
    return topology.folder / f"{proxy}.log"
