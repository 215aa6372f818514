"""Only the cluster that was made is started again or deleted; what stands in its way is said before."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from platforms.errors import NotApplied, UsageError
from platforms.kubernetes.up import kind
from platforms.kubernetes.up.kind import KindCluster
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put

NODE = "a1b2"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker that lists what stands in the file `nodes`, and a kind that writes down what it is asked."""
    first_on_path(tmp_path, monkeypatch)
    put(tmp_path, "docker", f'echo "docker $*" >> {tmp_path}/asked; test "$1" != ps || cat {tmp_path}/nodes')
    put(tmp_path, "kind", f'echo "kind $*" >> {tmp_path}/asked; cat > {tmp_path}/config')
    there(tmp_path)
    return tmp_path


@pytest.fixture
def commands(stand_in: Path) -> Iterator[Commands]:
    with Commands(stand_in, {}, lambda _step: None) as some:
        yield some


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free: int = server.getsockname()[1]
        return free


def there(folder: Path, *nodes: str) -> None:
    """The lines of `docker ps`: id, name, state, role."""
    (folder / "nodes").write_text("".join(f"{node}\n" for node in nodes))


def asked(folder: Path) -> list[str]:
    """The commands to docker and kind that change something."""
    path = folder / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    return [" ".join(line.split()[:3]) for line in lines if not line.startswith("docker ps")]


def test_nothing_stands_in_the_way(stand_in: Path, port: int) -> None:
    """A name that is free and a port that is free."""
    kind.check(stand_in, KindCluster("bookinfo", port))


@pytest.mark.parametrize("name", ["", "Book", "book info", "-b", "b" * 60, "b;rm"])
def test_a_bad_name(stand_in: Path, name: str, port: int) -> None:
    """The rules of kind for names are told before anything else."""
    with pytest.raises(UsageError, match="a cluster's name has small letters"):
        kind.check(stand_in, KindCluster(name, port))


def test_somebody_elses_cluster(stand_in: Path, port: int) -> None:
    """A cluster of the same name that was not made here is neither used nor deleted."""
    there(stand_in, "ffff bookinfo-control-plane running control-plane")
    with pytest.raises(NotApplied, match="did not make, and it is left alone"):
        kind.check(stand_in, KindCluster("bookinfo", port))
    KindCluster("bookinfo", port, NODE).write(stand_in)  # it was deleted by hand, and made again by hand

    with pytest.raises(NotApplied, match="did not make, and it is left alone"):
        kind.check(stand_in, KindCluster("bookinfo", port))


def test_another_demo_of_ours(stand_in: Path, port: int) -> None:
    """There is one demo per run folder: the first one is named."""
    KindCluster("first", port, NODE).write(stand_in)
    there(stand_in, f"{NODE} first-control-plane running control-plane")

    with pytest.raises(UsageError, match="the demo is up in cluster first; `down` it first"):
        kind.check(stand_in, KindCluster("second", port))


def test_a_port_that_is_taken(stand_in: Path) -> None:
    """The message names the port, and a command with another."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(NotApplied, match=f"port {taken} on 127.0.0.1 is taken.*--port {taken + 1}"):
            kind.check(stand_in, KindCluster("bookinfo", taken))


def test_our_own_cluster_holds_its_port(stand_in: Path) -> None:
    """The port of a cluster that is up is its own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = KindCluster("bookinfo", server.getsockname()[1], NODE)
        made.write(stand_in)
        there(stand_in, f"{NODE} bookinfo-control-plane running control-plane")

        kind.check(stand_in, made)


def test_the_config_is_the_repositorys(stand_in: Path, commands: Commands) -> None:
    """kind-config.yaml with another name and another port; what was made is known afterwards."""
    put(
        stand_in,
        "kind",
        f'cat > {stand_in}/config; echo "{NODE} other-control-plane running control-plane" > {stand_in}/nodes',
    )
    kind.ensure(commands, KindCluster("other", 8123, https_port=8124), "kindest/node:v1")
    config = yaml.safe_load((stand_in / "config").read_text())

    ports = [one["hostPort"] for one in config["nodes"][0]["extraPortMappings"]]
    assert ("other", [8123, 8124]) == (config["name"], ports)
    assert KindCluster("other", 8123, NODE, https_port=8124) == kind.recorded(stand_in)


def test_a_stopped_cluster_is_started(stand_in: Path, commands: Commands) -> None:
    """After a reboot the cluster is started, not made again."""
    made = KindCluster("bookinfo", 8080, NODE)
    made.write(stand_in)
    there(stand_in, f"{NODE} bookinfo-control-plane exited control-plane")
    kind.ensure(commands, made, "kindest/node:v1")

    assert [f"docker start {NODE}", "kind export kubeconfig"] == asked(stand_in)


def test_an_unfinished_cluster_is_made_again(stand_in: Path, commands: Commands) -> None:
    """One that kind did not come to the end with cannot be trusted."""
    KindCluster("bookinfo", 8080).write(stand_in)
    there(stand_in, f"{NODE} bookinfo-control-plane running control-plane")
    kind.ensure(commands, KindCluster("bookinfo", 8080), "kindest/node:v1")

    assert ["kind delete cluster", "kind create cluster"] == asked(stand_in)


def test_a_cluster_that_cannot_be_made(stand_in: Path, commands: Commands) -> None:
    """Nothing is remembered of a cluster of which nothing is there; what kind said is quoted."""
    put(stand_in, "kind", "cat > /dev/null; echo 'no such image' >&2; exit 1")
    with pytest.raises(CommandFailed, match=r"`kind create cluster --config` failed .* no such image"):
        kind.ensure(commands, KindCluster("bookinfo", 8080), "kindest/node:v1")

    assert kind.recorded(stand_in) is None


@pytest.mark.parametrize(
    ("ours", "deleted"),
    [
        (KindCluster("bookinfo", 8080, NODE), True),
        (KindCluster("bookinfo", 8080), True),
        (KindCluster("bookinfo", 8080, "else"), False),
    ],
    ids=["ours", "ours, unfinished", "of another making"],
)
def test_only_ours_is_deleted(stand_in: Path, commands: Commands, ours: KindCluster, *, deleted: bool) -> None:
    """`down` deletes the cluster that was made, finished or not, and no other of its name; then it is forgotten."""
    ours.write(stand_in)
    there(stand_in, f"{NODE} bookinfo-control-plane running control-plane")

    assert deleted == kind.delete(commands)
    assert (["kind delete cluster"] if deleted else []) == asked(stand_in)
    assert kind.recorded(stand_in) is None


def test_the_port_for_https_is_the_next_free_one() -> None:
    """And never the gateway's own."""
    first = kind.https_port(0)
    with socket.create_server(("127.0.0.1", first)):
        assert first < kind.https_port(0)
    assert first < kind.https_port(first)
