"""Load from inside the cluster: as exact as on this machine, kept in its place, and gone with its runner."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess  # noqa: TID251  # a runner that is killed
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
import yaml

from platforms.errors import Busy, TrafficError
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.traffic_job import GATEWAY_URL, NAMESPACE, TrafficJob
from platforms.wait import wait_until
from scenarios.evidence.observation import Observation
from scenarios.run.traffic import Traffic, UserLoad
from tests.kubernetes.deployed import DEADLINE, ROOT, Bookinfo

# The Kubernetes client leaves a connection that broke to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IMAGE = "localhost/bookinfo/traffic:0.1.0"
LOADGEN = ROOT / "scenarios" / "loadgen"


class Way:
    """The way to the API server, which can be cut."""

    def __init__(self, context: str, host: str, port: int) -> None:
        self.context = context
        self._target = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and take no new one."""
        for end in (self._server, *self._ends):
            _shut(end)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    _shut(source)
    _shut(sink)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@pytest.fixture(scope="session")
def place(bookinfo: Bookinfo) -> Bookinfo:
    """The cluster with everything that a Job of visitors needs."""
    name = os.environ.get("KIND_CLUSTER_NAME")
    bookinfo.run("docker", "build", "-q", "-t", IMAGE, LOADGEN, seconds=1200)
    bookinfo.run("kind", "load", "docker-image", IMAGE, *(("--name", name) if name else ()))
    bookinfo.run("kubectl", "apply", "--warnings-as-errors", "-k", ROOT / "manifests" / "traffic")
    return bookinfo


@pytest.fixture
def way(place: Bookinfo, tmp_path: Path) -> Iterator[Way]:
    """Leads to the API server; a kubeconfig in the test's folder takes it."""
    config = yaml.safe_load(place.run("kubectl", "config", "view", "--raw", "--minify", "--flatten"))
    server = urlparse(config["clusters"][0]["cluster"]["server"])
    way = Way(config["current-context"], str(server.hostname), server.port or 443)
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{way.port}"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    yield way
    way.cut()


@pytest.fixture
def cluster_of_run(way: Way, tmp_path: Path) -> Cluster:
    """The cluster as a run sees it: behind the way that can be cut."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        return Cluster(way.context, tmp_path)


@pytest.fixture
def job(cluster_of_run: Cluster) -> Callable[[], TrafficJob]:
    """Makes the Job of one run, with two workers."""
    return lambda: TrafficJob(cluster_of_run, workers=2, image=IMAGE, loaded=True)


@pytest.fixture
def traffic(job: Callable[[], TrafficJob]) -> Iterator[Traffic]:
    with Traffic(job()) as visitors:
        yield visitors


def pods(place: Bookinfo) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(place.run("kubectl", "get", "pods", "-n", NAMESPACE, "-o", "json"))[
        "items"
    ]
    return found


def worker(place: Bookinfo) -> str:
    """The name of a worker's pod; one of the Job before may not have gone yet."""
    there = [one["metadata"] for one in pods(place)]
    return next(pod["name"] for pod in there if pod["name"].startswith("traffic-1-") and "deletionTimestamp" not in pod)


def until(fact: Callable[[], bool]) -> None:
    assert wait_until(fact, DEADLINE, every=0.2)


def active(place: Bookinfo) -> str:
    """How many pods of the Job run; empty if it has ended, or is gone."""
    return place.run(
        "kubectl", "get", "job", "traffic", "-n", NAMESPACE, "--ignore-not-found", "-o", "jsonpath={.status.active}"
    )


def test_every_load_is_sent_exactly(traffic: Traffic) -> None:
    """Each end user gets as many pages as asked for, signed in under the name, step after step."""
    for loads in (
        [UserLoad("", 60, 3), UserLoad("opennaru", 40, 2), UserLoad("홍길동 & Söhne", 10, 1)],
        [UserLoad("", 30, 2)],
    ):
        sent = traffic.send(GATEWAY_URL, loads, rate=None)

        assert {load.end_user: load.requests for load in loads} == Counter(
            seen.marks["end-user"] for seen in sent.observations if seen.is_page
        )
        assert sum(load.users for load in loads if load.end_user) == sent.logins


def test_enough_ends_a_load(traffic: Traffic) -> None:
    """The word that no more is needed reaches every worker."""
    sent = traffic.send(GATEWAY_URL, [UserLoad("", 100_000, 4)], rate=None, stop_when=lambda _: True)

    assert 0 < len(sent.observations) < 100_000


@pytest.mark.usefixtures("traffic")
def test_visitors_reach_the_gateway_and_nothing_else(place: Bookinfo) -> None:
    """Neither the API server, nor a service behind the gateway, nor anything outside."""
    program = (
        "import socket, sys\n"
        "for host, port in (one.split(':') for one in sys.argv[1:]):\n"
        "    try: socket.create_connection((host, int(port)), 2).close(); print(host)\n"
        "    except OSError: pass\n"
    )
    address = pods(place)[0]["status"]["hostIP"]
    targets = ("istio-ingressgateway.istio-system:80", "productpage.bookinfo:9080", "istiod.istio-system:15012")
    reached = place.run(
        *("kubectl", "exec", "-n", NAMESPACE, worker(place), "--", "python", "-c", program),
        *(*targets, "traffic:5557", f"{address}:10250", "192.0.2.1:80"),
    )

    assert {"istio-ingressgateway.istio-system", "traffic"} == set(reached.split()) - {address}


def test_a_worker_that_goes_is_an_error(traffic: Traffic, place: Bookinfo) -> None:
    """Its part is not missing in silence: the error names the pod."""
    victims: list[str] = []

    def remove(_: Observation) -> None:
        if not victims:
            victims.append(worker(place))
            place.run("kubectl", "delete", "pod", "-n", NAMESPACE, victims[0], "--now", "--wait=false")

    with pytest.raises(TrafficError) as error:
        traffic.send(GATEWAY_URL, [UserLoad("", 100_000, 4)], rate=50.0, on_answer=remove)

    assert victims[0] in str(error.value)


def test_a_broken_connection_is_an_error(traffic: Traffic, way: Way, place: Bookinfo) -> None:
    """What did not come home is not made up, and the visitors end by themselves."""
    with pytest.raises(TrafficError, match=r"the API server of context .* does not answer any more"):
        traffic.send(GATEWAY_URL, [UserLoad("", 100_000, 4)], rate=50.0, on_answer=lambda _: way.cut())

    until(lambda: not active(place))


def test_a_killed_runner_leaves_no_traffic(job: Callable[[], TrafficJob], way: Way, tmp_path: Path) -> None:
    """The Job ends by itself, and the next run is not kept waiting for it to be removed."""
    program = (
        "import sys; from pathlib import Path; from scenarios.run.traffic import Traffic, UserLoad\n"
        "from platforms.kubernetes.client.cluster import Cluster; from platforms.kubernetes.traffic_job import GATEWAY_URL, TrafficJob\n"
        "folder = Path(sys.argv[1]); cluster = Cluster(sys.argv[2], folder)\n"
        f"job = TrafficJob(cluster, workers=1, image={IMAGE!r}, loaded=True)\n"
        "with Traffic(job) as traffic:\n"
        "    traffic.send(GATEWAY_URL, [UserLoad('', 100_000, 4)], rate=50.0, on_answer=lambda _: print(flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), way.context], cwd=ROOT, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert b"\n" == run.stdout.readline()
        run.kill()
    with Traffic(job()) as next_run:
        sent = next_run.send(GATEWAY_URL, [UserLoad("", 20, 2)], rate=None)

    assert 20 == len(sent.observations)


def test_one_run_at_a_time(traffic: Traffic, job: Callable[[], TrafficJob]) -> None:
    """A second run is told of the first, which goes on."""
    with pytest.raises(Busy, match="another run has been sending traffic since"):
        Traffic(job()).__enter__()

    assert 20 == len(traffic.send(GATEWAY_URL, [UserLoad("", 20, 2)], rate=None).observations)


def test_an_image_that_is_not_there_is_named(cluster_of_run: Cluster) -> None:
    """The reason comes from the kubelet, and no Job is left."""
    absent = TrafficJob(cluster_of_run, workers=1, image="localhost/bookinfo/traffic:absent", loaded=True)
    with pytest.raises(TrafficError, match=r"0 of 2 pods run.*ErrImageNeverPull.*localhost/bookinfo/traffic:absent"):
        Traffic(absent).__enter__()

    until(lambda: not cluster_of_run.objects("batch/v1", "Job", NAMESPACE))
