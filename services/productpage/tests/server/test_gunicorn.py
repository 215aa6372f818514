"""The whole service as it runs: gunicorn, two workers, one set of counts, a graceful end."""

from __future__ import annotations

import os
import re
import subprocess  # noqa: TID251  # this test owns the process that it starts
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import gettempdir
from threading import Thread

import pytest
from serving import FOLDER, free_port, get, serving
from stub import Backend


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def service(backend: Backend, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Productpage on that port."""
    with serving(backend, tmp_path, port) as process:
        yield process


def total(metrics: str) -> int:
    return round(sum(float(n) for n in re.findall(r"request_result_total\{[^}]*\} (\S+)", metrics)))


@pytest.mark.usefixtures("service")
def test_counts_are_those_of_all_workers(port: int) -> None:
    """Over 20 scrapes no count falls, whichever worker answers, and in the end all results are there."""
    seen = []
    for _ in range(20):
        get(port, "/productpage")
        status, content_type, metrics = get(port, "/metrics")
        assert (200, "text/plain") == (status, content_type.partition(";")[0])
        seen.append(total(metrics))

    assert list(range(2, 42, 2)) == seen
    assert 'request_result_total{destination_app="details",response_code="200"} 20.0' in metrics


@pytest.mark.usefixtures("service")
def test_session_is_good_in_every_worker(port: int) -> None:
    """The generated secret is one for all: it is made before the workers fork."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/login", "username=jason", {"Content-Type": "application/x-www-form-urlencoded"})
    cookie = connection.getresponse().getheader("Set-Cookie").partition(";")[0]
    connection.close()

    greeted = []
    for _ in range(20):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/productpage", headers={"Cookie": cookie})
        greeted.append('data-end-user="jason"' in connection.getresponse().read().decode())
        connection.close()

    assert [True] * 20 == greeted


@pytest.mark.usefixtures("service")
def test_headers_cannot_move_the_application(port: int) -> None:
    """Gunicorn's own defaults would let a neighbour say which path was asked for."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/productpage", headers={"SCRIPT_NAME": "/productpage", "PATH_INFO": "/metrics"})
    response = connection.getresponse()
    title = "<title>Simple Bookstore App</title>" in response.read().decode()
    connection.close()

    assert (200, True) == (response.status, title)


@pytest.mark.usefixtures("service")
def test_every_worker_has_a_listener_of_its_own(port: int) -> None:
    """Whoever is quicker would take all connections of a common one, and serve them alone for as long as they are kept."""
    table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
    listening = "0A"

    assert 2 == sum(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == listening for line in table)


@pytest.mark.parametrize("address", ["127.0.0.1:taken", "127.0.0.1:70000", "192.0.2.1:9080"])
def test_a_port_that_cannot_be_had(address: str, port: int, request: pytest.FixtureRequest) -> None:
    """Two productpages on one port would share its requests, so the second one ends at once and says why."""
    request.getfixturevalue("service")
    host, _, asked = address.replace("taken", str(port)).partition(":")
    second = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
        cwd=FOLDER,
        env=os.environ | {"BIND_HOST": host, "PORT": asked},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == second.returncode
    assert f"productpage: {host}:{asked}: " in second.stderr
    assert "Traceback" not in second.stderr


def test_request_under_way_is_answered_before_the_end(
    service: subprocess.Popen[str], port: int, backend: Backend
) -> None:
    """SIGTERM drains: the page that waits for reviews still comes, and the exit is clean."""
    backend.hanging = {"reviews"}
    answers = []
    waiting = Thread(target=lambda: answers.append(get(port, "/productpage")))
    waiting.start()
    while not backend.asked_for("reviews"):
        waiting.join(0.01)

    service.terminate()
    backend.release()
    waiting.join()

    assert [200] == [status for status, _, _ in answers]
    assert 0 == service.wait(timeout=60)


def test_nonsense_in_the_environment_is_one_line(port: int) -> None:
    """It says which variable, and does not start."""
    environment = os.environ | {"PORT": str(port), "FLOOD_FACTOR": "many"}

    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 0 != ended.returncode
    assert "productpage: FLOOD_FACTOR=many: not a whole number from 0 to 1000" in ended.stderr
    assert "Traceback" not in ended.stderr


def counts_of(pid: int) -> list[Path]:
    memories = ("/dev/shm", gettempdir())  # noqa: S108  # only looked into
    return [left for memory in memories for left in Path(memory).glob(f"productpage-counts-{pid}-*")]


def test_nothing_is_left_behind(service: subprocess.Popen[str]) -> None:
    """The folder of counts goes with the service."""
    while_up = counts_of(service.pid)
    service.terminate()
    service.stderr.read()
    service.wait()

    assert (1, []) == (len(while_up), counts_of(service.pid))


def test_what_a_killed_one_left_goes_with_the_next_start(backend: Backend, tmp_path: Path) -> None:
    """Also after kill -9."""
    with serving(backend, tmp_path) as killed:
        killed.kill()
        killed.stderr.read()
    left = counts_of(killed.pid)
    with serving(backend, tmp_path):
        assert (1, []) == (len(left), counts_of(killed.pid))
