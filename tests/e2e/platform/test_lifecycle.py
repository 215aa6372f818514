"""The local demo comes up, survives what happens to its parts, and goes without a trace."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.e2e.demo import Demo, alive, demo_up, group, kill, until


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose parts may be killed."""
    with demo_up(tmp_path_factory.mktemp("run")) as demo:
        yield demo


def whole(demo: Demo) -> bool:
    page = demo.page()
    return 'data-details="shown"' in page and 'data-reviews="shown"' in page


def processes(demo: Demo) -> set[int]:
    """Every process of a demo that is up."""
    status = demo.status()
    leaders = {child["pid"] for kind in ("workloads", "proxies") for child in status[kind].values()}
    return {status["supervisor"]["pid"], *(pid for leader in leaders for pid in group(leader))}


def test_up(demo: Demo) -> None:
    """A demo that is up shows the whole page at the URL it prints."""
    assert f"http://127.0.0.1:{demo.port}/productpage\n" == demo.run("url").stdout
    assert whole(demo)


def test_status(demo: Demo) -> None:
    """Status shows every workload and proxy, and that the baseline is in force."""
    done = demo.run("status")
    status = demo.status()

    assert 0 == done.returncode
    assert status["baseline"]
    assert (6, 7) == (len(status["workloads"]), len(status["proxies"]))
    assert {"ready"} == {child["phase"] for kind in ("workloads", "proxies") for child in status[kind].values()}
    assert "mTLS STRICT, 6 authorization policies; certificates good for 86400 s" in done.stdout


def test_up_twice(demo: Demo) -> None:
    """A second `up` changes nothing and says where the first one is."""
    before = processes(demo)
    done = demo.run("up", "--platform", "local", "--port", str(demo.port))

    assert (0, f"Bookinfo is already up: http://127.0.0.1:{demo.port}/productpage") == (
        done.returncode,
        done.stdout.splitlines()[0],
    )
    assert before == processes(demo)


@pytest.mark.parametrize(
    "workload",
    [
        "ratings-v1",
        *(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("details-v1", "productpage-v1", "reviews-v2")),
    ],
)
def test_killed_workload(demo: Demo, workload: str) -> None:
    """A killed workload is started again, with nothing left of its last life."""
    before = demo.status()["workloads"][workload]
    members = group(before["pid"])
    kill(before["pid"])
    until(lambda: not any(map(alive, members)), what=f"every process of {workload} is gone")
    until(lambda: demo.status()["workloads"][workload]["phase"] == "ready", what=f"{workload} is ready again")
    until(lambda: whole(demo), what="the page is whole again")

    assert before["restarts"] + 1 == demo.status()["workloads"][workload]["restarts"]


@pytest.mark.parametrize("proxy", ["productpage-v1", "ingressgateway"])
def test_killed_proxy(demo: Demo, proxy: str) -> None:
    """A killed Envoy is started again and serves the rules in force."""
    before = demo.status()["proxies"][proxy]
    kill(before["pid"])
    until(lambda: demo.status()["proxies"][proxy]["restarts"] > before["restarts"], what=f"{proxy} is started again")
    until(lambda: whole(demo), what="the page is whole again")


def test_port_in_use(down: Demo) -> None:
    """A taken port is named, with the way to choose another, and nothing is left running."""
    with socket.create_server(("127.0.0.1", down.port)):
        done = down.run("up", "--platform", "local", "--port", str(down.port))

    assert 3 == done.returncode
    assert f"port {down.port}" in done.stderr
    assert "--port" in done.stderr
    assert 1 == done.stderr.count("\n")
    assert not (down.folder / "local" / "demo.json").exists()


@pytest.mark.exhaustive
def test_two_ups(down: Demo) -> None:
    """Of two `up` at the same moment one wins, and the other one says so."""
    both = [down.start("platforms", "up", "--platform", "local", "--port", str(down.port)) for _ in range(2)]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in both]
    (_, _, _), (said, complaint, code) = sorted(ended, key=lambda one: "is up after" not in one[0])

    assert 1 == sum("is up after" in out for out, _, _ in ended)
    assert (code, "is changing this demo" in complaint) == (3, True) or (code, "already up" in said) == (0, True)


def test_down(down: Demo) -> None:
    """Nothing of a demo is left after `down`, and a second `down` says that there is nothing."""
    down.up()
    before, private = processes(down), down.record().topology.folder
    first, second = down.run("down"), down.run("down")

    assert (0, 0) == (first.returncode, second.returncode)
    assert not [pid for pid in before if alive(pid)]
    assert not private.exists()
    assert "no demo is up; nothing to stop\n" == second.stdout


def test_killed_supervisor(down: Demo) -> None:
    """Everything goes with a killed supervisor; the next command says so, and `up` works again."""
    down.up()
    before, supervisor, private = processes(down), down.status()["supervisor"]["pid"], down.record().topology.folder
    kill(supervisor)
    done = down.run("status")
    until(lambda: not any(map(alive, before)), what="every process of the demo is gone")

    assert 3 == done.returncode
    assert f"supervisor (pid {supervisor}) was killed" in done.stderr
    assert not private.exists()

    down.up()

    assert whole(down)


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("reset",),
        *(
            pytest.param(one, marks=pytest.mark.exhaustive)
            for one in (("url",), ("config", "reviews-v1"), ("logs", "reviews-v1"))
        ),
    ],
)
def test_no_demo(down: Demo, command: tuple[str, ...]) -> None:
    """Without a demo, a command names the one that brings it up."""
    done = down.run(*command)

    assert (3, "") == (done.returncode, done.stdout)
    assert "platforms: no demo is up; `make demo-up` (or `python -m platforms up`) brings it up\n" == done.stderr
