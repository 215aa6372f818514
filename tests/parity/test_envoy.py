"""A real Envoy serves what istiod's Envoys served, and `served` reads it back."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess  # noqa: TID251  # the tests start their own Envoys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy import tls
from platforms.envoy.config_dump import served
from platforms.envoy.reconnection import Assignments
from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot, endpoints, translate
from platforms.istio.resources import ResourceSet
from platforms.local import ports
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.http_client import Connection
from platforms.local.programs import envoy, runtimes
from platforms.local.supervisor.server_certificates import ServerCertificates
from platforms.local.xds import files
from platforms.local.xds.publisher import XdsPublisher
from platforms.loopback import LOOPBACK
from tests.parity.recordings import EXCEPTIONS, PROXIES, as_recorded, names, recording
from tests.unit.platforms.istio.rules import reviews

SECONDS = 30.0
ACCEPTED = [name for name in names() if name not in EXCEPTIONS and not recording(name).message]


HTTPS = "gw-tls"
"""Has an Envoy of its own: one that had another door before shows the routes of that one for as long as it drains."""


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
    with running(PROXIES, translate(baseline(), BOOKINFO, topology), topology, binary):
        yield


@contextmanager
def running(names: Iterable[str], snapshot: Snapshot, topology: Topology, binary: str) -> Iterator[None]:
    """These proxies, each with its certificate, and the gateway with those that it shows to its callers."""
    authority = Authority(topology, timedelta(hours=1))
    authority.publish()
    ServerCertificates(authority, topology).publish(snapshot.terminations)
    with ExitStack() as started:
        for name in names:
            publisher = XdsPublisher(name, BOOKINFO.proxy(name), topology, _log(topology, name))
            publisher.prepare(
                files.proxy_files(snapshot.proxies[name]),
                _assignments(topology)[BOOKINFO.proxy(name).namespace],
                revision="0",
            )
            authority.issue(BOOKINFO.proxy(name))
            launch = envoy.launch(name, topology, binary)
            log = started.enter_context(_log(topology, name).open("wb"))
            process = subprocess.Popen(launch.command, cwd=launch.folder, stdout=log, stderr=log)
            started.callback(process.wait, SECONDS)
            started.callback(process.terminate)
        yield


@pytest.mark.parametrize("name", list(cases()))
def test_serves_what_istiods_envoys_served(name: str, topology: Topology) -> None:
    """What Envoy says it serves is what it was recorded to serve."""
    recorded = recording(name)
    snapshot = translate(recorded.resources, BOOKINFO, topology)

    for proxy in PROXIES:
        resource_files = files.proxy_files(snapshot.proxies[proxy])

        assert recorded.served[proxy] == as_recorded(asyncio.run(_serve(proxy, topology, resource_files)))


@pytest.mark.exhaustive
def test_serves_https_as_istiods_gateway_does(tmp_path: Path) -> None:
    """There is no door for plain text any more, and whoever comes by the other is shown a certificate."""
    recorded, name = recording(HTTPS), BOOKINFO.gateway.name
    own = ports.assign(tmp_path, DEPLOYMENTS, gateway_port=0)
    snapshot = translate(recorded.resources, BOOKINFO, own)
    resource_files = files.proxy_files(snapshot.proxies[name])
    with running([name], snapshot, own, str(runtimes.envoy())):
        shown = as_recorded(asyncio.run(_serve(name, own, resource_files)))
        trusting = ssl.create_default_context(cafile=own.folder / Path(tls.AUTHORITY_FILE).name)
        with (
            socket.create_connection((LOOPBACK, own.gateway_https_port), SECONDS) as plain,
            trusting.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            assert secured.version() in ("TLSv1.2", "TLSv1.3")

    (routes,) = {one.split()[0] for one in shown["routes"]}  # recorded without them
    assert routes == "https.443.https.bookinfo-gateway.bookinfo"
    assert recorded.served[name] == {**shown, "routes": {}}


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
        publisher.prepare(resource_files, _assignments(topology)[BOOKINFO.proxy(proxy).namespace], revision="1")
        async with asyncio.timeout(SECONDS):
            await publisher.wait_until_acked(resource_files.keys(), log_start=None)
        return served(json.loads((await connection.get("/config_dump", timeout=SECONDS)).text), BOOKINFO)
    finally:
        publisher.close()
        connection.close()


def _assignments(topology: Topology) -> Mapping[str, Assignments]:
    return endpoints(
        translate(baseline(), BOOKINFO, topology), topology, [workload.name for workload in BOOKINFO.workloads]
    )


def _log(topology: Topology, proxy: str) -> Path:
    return topology.folder / f"{proxy}.log"
