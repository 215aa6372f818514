"""The visitors: exactly what they are told, as whom they are told, and never longer than their parent."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess  # noqa: TID251  # a parent that is killed
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from platforms.environment import ROOT
from platforms.errors import TrafficError
from scenarios.evidence.observation import Observation
from scenarios.messages.catalogue import english
from scenarios.run import traffic as module
from scenarios.run.locust_process import LocustProcess
from scenarios.run.traffic import Traffic, UserLoad
from tests.fakes import Defects, FakePlatform
from tests.traffic import SharedTraffic


@pytest.fixture(
    scope="module", params=[pytest.param(None, marks=pytest.mark.exhaustive), 2], ids=["one process", "two workers"]
)
def workers(request: pytest.FixtureRequest) -> int | None:
    """The number of processes does not show in the answers."""
    return request.param


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory, workers: int | None) -> LocustProcess:
    return LocustProcess(tmp_path_factory.mktemp("traffic") / "locust.log", workers)


@pytest.fixture(scope="module")
def traffic(child: LocustProcess) -> Iterator[Traffic]:
    with SharedTraffic(child) as visitors:
        yield visitors


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as fake:
        yield fake


def test_every_load_is_sent_exactly(traffic: Traffic, platform: FakePlatform) -> None:
    """Each end user gets as many pages as asked for, signed in under the name, and the gateway saw no more."""
    loads = [UserLoad("", 40, 3), UserLoad("opennaru", 25, 2), UserLoad("홍길동 & Söhne", 10, 1)]
    sent = traffic.send(platform.gateway_url, loads, rate=None)

    assert {load.end_user: load.requests for load in loads} == Counter(
        seen.marks["end-user"] for seen in sent.observations if seen.is_page
    )
    assert sum(platform.upstream_requests().requests.values()) > 0
    assert 3 == sent.logins


def test_one_child_sends_step_after_step(traffic: Traffic, platform: FakePlatform) -> None:
    """A second order is as good as the first."""
    for requests in (7, 11):
        sent = traffic.send(platform.gateway_url, [UserLoad("", requests, 4)], rate=None)

        assert requests == len(sent.observations)


def test_orders_are_logged(traffic: Traffic, platform: FakePlatform, caplog: pytest.LogCaptureFixture) -> None:
    """What is asked for, when it is enough, and what came of it."""
    with caplog.at_level("INFO", logger="scenarios"):
        traffic.send(platform.gateway_url, [UserLoad("", 2, 1)], rate=None, stop_when=lambda seen: seen.number == 1)
    order, enough, ended = caplog.messages

    assert f"Locust: 2 requests as nobody to {platform.gateway_url}, as fast as it answers" == order
    assert "Locust: enough as nobody, after 2 answers in all" == enough
    assert ended.startswith("Locust: 2 answers in ")


def test_a_rate_is_kept(traffic: Traffic, platform: FakePlatform) -> None:
    """Twenty requests at 40 per second are begun over 475 ms, not at once."""
    sent = traffic.send(platform.gateway_url, [UserLoad("", 20, 4)], rate=40.0)

    assert sent.seconds >= 19 / 40


def test_what_is_no_page_is_observed(traffic: Traffic) -> None:
    """Error pages and broken connections are answers like others, each counted once and never repeated in silence."""
    with FakePlatform(defects=Defects(broken_pages=0.3, cut_connections=0.3)) as platform:
        sent = traffic.send(platform.gateway_url, [UserLoad("", 100, 4)], rate=None)
    faults = Counter(english(seen.fault) for seen in sent.observations if not seen.is_page)

    assert 100 == len(sent.observations) == platform.asked_for_page
    assert {"HTTP 503", "connection closed"} == set(faults)


class _Elsewhere(BaseHTTPRequestHandler):
    """Leads every path elsewhere, and there says with which path and header it was asked."""

    def do_GET(self) -> None:
        if self.path == "/there":
            self.send_response(418 if self.headers.get("X-Canary") == "1" else 404)
        else:
            self.send_response(302)
            self.send_header("Location", "/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("follow", "status"), [(True, 418), (False, 302)])
def test_a_load_has_its_own_path_and_headers(traffic: Traffic, *, follow: bool, status: int) -> None:
    """An answer that leads elsewhere is followed where that is wanted."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        load = UserLoad("", 4, 2, path="/here", headers={"x-canary": "1"}, follow=follow)
        sent = traffic.send(url, [load], rate=None)
        server.shutdown()

    assert [status] * 4 == [seen.status for seen in sent.observations]


def test_a_closed_port_is_observed(traffic: Traffic) -> None:
    """Nobody there: no answer, and it says why."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        sent = traffic.send(url, [UserLoad("", 3, 1)], rate=None)

    assert {"connection refused"} == {english(seen.fault) for seen in sent.observations}


def test_a_page_that_does_not_come_is_a_time_out(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting ends, and is told apart from a broken connection."""
    monkeypatch.setattr(module, "PAGE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sent = traffic.send(url, [UserLoad("", 2, 2)], rate=None)

    assert [("time-out", True)] * 2 == [(seen.error, seen.timed_out) for seen in sent.observations]


def test_a_refused_login_is_an_error(traffic: Traffic) -> None:
    """Nobody can be observed as an end user who cannot sign in."""
    with (
        FakePlatform(defects=Defects(refuses_logins=True)) as platform,
        pytest.raises(TrafficError, match=r"POST /login as opennaru.*500"),
    ):
        traffic.send(platform.gateway_url, [UserLoad("opennaru", 3, 1)], rate=None)


def test_every_answer_has_its_time(traffic: Traffic, platform: FakePlatform) -> None:
    """The clock of an answer is the wall's."""
    before = time.time()
    sent = traffic.send(platform.gateway_url, [UserLoad("", 10, 2)], rate=None)

    assert all(before <= seen.at <= time.time() for seen in sent.observations)


def test_enough_ends_one_load(traffic: Traffic, platform: FakePlatform) -> None:
    """No more is asked for that end user, what is under way is observed, and the other load is sent in full."""
    seen_of: Counter[str] = Counter()

    def enough(seen: Observation) -> bool:
        seen_of[seen.end_user] += 1
        return seen.end_user == "opennaru" and seen_of["opennaru"] == 20

    loads = [UserLoad("opennaru", 50_000, 4), UserLoad("", 100, 2)]
    sent = traffic.send(platform.gateway_url, loads, rate=None, stop_when=enough)
    came = Counter(seen.end_user for seen in sent.observations)

    assert 100 == came[""]
    assert 20 <= came["opennaru"] < 50_000
    assert platform.asked_for_page == len(sent.observations)


def test_enough_ends_a_step_that_waits_for_its_turn(traffic: Traffic, platform: FakePlatform) -> None:
    """At a rate, nobody waits for requests that will not be sent, and the next step is as good as the first."""
    sent = traffic.send(platform.gateway_url, [UserLoad("", 600, 8)], rate=1.0, stop_when=lambda _: True)

    assert platform.asked_for_page == len(sent.observations) <= 2
    assert 7 == len(traffic.send(platform.gateway_url, [UserLoad("", 7, 2)], rate=None).observations)


@pytest.mark.parametrize("workers", [None], ids=["one process"], scope="module")
def test_an_order_can_be_stopped_at_once(traffic: Traffic, platform: FakePlatform) -> None:
    """Also while its users sign in, and by somebody who does not wait for its first answer."""
    answers = traffic.begin(platform.gateway_url, [UserLoad("opennaru", 50_000, 4)], rate=100.0)
    answers.stop("opennaru")

    received = len(list(answers))  # only once they have ended is it known for how many pages the platform was asked
    assert platform.asked_for_page == received < 50_000
    assert answers.logins == 4
    assert 3 == len(traffic.send(platform.gateway_url, [UserLoad("", 3, 2)], rate=None).observations)


@pytest.mark.parametrize("workers", [None], ids=["one process"], scope="module")
def test_a_steady_rate_does_not_catch_up(traffic: Traffic) -> None:
    """After a page that has held up its user, requests follow at the rate again, and not all that are late at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=_answer_late, args=(server, 1.5), daemon=True).start()
        seen = list(traffic.begin(url, [UserLoad("", 8, 1)], rate=10.0, steady=True))
    begun = [one.at - one.milliseconds / 1000 for one in seen]

    assert [200] * 8 == [one.status for one in seen]
    assert begun[-1] - begun[1] >= 0.55


@pytest.mark.parametrize("workers", [None], ids=["one process"], scope="module")
def test_steady_users_take_turns(traffic: Traffic, platform: FakePlatform) -> None:
    """However many pages each may ask for at the same time."""
    loads = [UserLoad("", 30, 10), UserLoad("opennaru", 30, 10)]
    seen = traffic.begin(platform.gateway_url, loads, rate=50.0, steady=True)
    users = [one.end_user for one in sorted(seen, key=lambda one: one.at - one.milliseconds / 1000)]

    assert [30, 30] == [users.count(""), users.count("opennaru")]
    assert abs(users[:20].count("") - users[:20].count("opennaru")) <= 6


def _answer_late(server: socket.socket, seconds: float) -> None:
    """Answer on one connection, the first time late."""
    connection, _ = server.accept()
    with connection:
        for number in itertools.count():
            if not connection.recv(65536):
                return
            time.sleep(0 if number else seconds)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


def test_a_child_that_dies_is_an_error(traffic: Traffic, child: LocustProcess, platform: FakePlatform) -> None:
    """Requests that it had not sent are not made up."""

    def kill(_: Observation) -> None:
        os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(TrafficError, match="Locust ended in the middle"):
        traffic.send(platform.gateway_url, [UserLoad("", 10_000, 2)], rate=None, on_answer=kill)


@pytest.mark.parametrize("workers", [2], ids=["two workers"], scope="module")
def test_a_worker_that_dies_is_an_error(traffic: Traffic, child: LocustProcess, platform: FakePlatform) -> None:
    """Its part is not missing in silence: the error names it."""
    victims: list[int] = []

    def kill(_: Observation) -> None:
        if not victims:
            victims.append(psutil.Process(child.pid).children()[0].pid)
            os.kill(victims[0], signal.SIGKILL)

    with pytest.raises(TrafficError, match="worker") as error:
        traffic.send(platform.gateway_url, [UserLoad("", 10_000, 2)], rate=None, on_answer=kill)

    assert f"no traffic: worker {victims[0]} was ended by SIGKILL" == str(error.value)


def test_the_visitors_end_when_their_orders_do(workers: int | None, tmp_path: Path, platform: FakePlatform) -> None:
    """However the parent ends, no traffic outlives it."""
    child = LocustProcess(tmp_path / "locust.log", workers)
    with Traffic(child) as traffic:
        traffic.send(platform.gateway_url, [UserLoad("", 2, 2)], rate=None)
        process = psutil.Process(child.pid)
        all_of_them = [process, *process.children()]
        assert child._process.stdin is not None
        child._process.stdin.close()

        assert [] == psutil.wait_procs(all_of_them, timeout=30)[1]


def test_a_killed_parent_takes_the_visitors_along(workers: int | None, tmp_path: Path) -> None:
    """A run that is killed in the middle of a step sends nothing more."""
    program = (
        "import sys; from pathlib import Path; from scenarios.run.locust_process import LocustProcess\n"
        "from scenarios.run.traffic import Traffic, UserLoad\n"
        "with Traffic(LocustProcess(Path(sys.argv[1]), int(sys.argv[3]) or None)) as traffic:\n"
        "    traffic.send(sys.argv[2], [UserLoad('', 100_000, 4)], rate=None, on_answer=lambda _: print(flush=True))\n"
    )
    with FakePlatform() as platform:
        run = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "log"), platform.gateway_url, str(workers or 0)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        with run:
            assert run.stdout is not None
            run.stdout.readline()
            family = psutil.Process(run.pid).children(recursive=True)
            run.kill()

        assert (workers or 0) + 1 == len(family)
        assert [] == psutil.wait_procs(family, timeout=30)[1]
