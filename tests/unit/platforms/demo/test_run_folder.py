"""Nobody else can say, through the run folder, what a command does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess  # noqa: TID251  # a process that is no demo's
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from platforms.__main__ import main
from platforms.bookinfo import BOOKINFO
from platforms.demo import journal
from platforms.demo.run_folder import part, run_folder
from platforms.errors import NotReachable
from platforms.kubernetes import record as kubernetes
from platforms.kubernetes.up.subprocesses import Commands
from platforms.local import ports, record
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.deployments.wanted import deployments
from platforms.local.processes import Identity
from scenarios.run.locust_process import LocustProcess


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "run"
    monkeypatch.setenv("BOOKINFO_RUN", str(path))
    return path


def test_it_is_made_for_its_owner_alone(folder: Path) -> None:
    """Whatever the umask allows to others."""
    before = os.umask(0)
    try:
        run_folder()
    finally:
        os.umask(before)

    assert 0o700 == folder.stat().st_mode & 0o777


@pytest.mark.parametrize("mode", [0o770, 0o722, 0o777, 0o1777])
@pytest.mark.parametrize("command", ["status", "down", "up", "reset"])
def test_one_that_others_can_write_is_refused(
    folder: Path, mode: int, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command says so, and how to mend it."""
    folder.mkdir()
    folder.chmod(mode)

    assert 3 == main([command])
    assert f"`chmod go-w {folder}`" in capsys.readouterr().err


def test_one_that_others_can_replace_is_refused(folder: Path) -> None:
    """It is no safer than the folder that it stands in."""
    folder.parent.chmod(0o777)
    with pytest.raises(NotReachable, match="everybody can replace"):
        run_folder()
    folder.parent.chmod(0o1777)

    assert folder == run_folder()


def test_one_of_somebody_elses_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner could write anything there."""
    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(NotReachable, match="belongs to user"):
        run_folder()


def test_a_forged_record_removes_nothing(folder: Path, tmp_path: Path) -> None:
    """Only folders that this project made go with a demo: not any folder that a record names."""
    precious = [tmp_path / "home", tmp_path / "bookinfo-home", Path("/dev/shm") / f"bookinfo-{os.getpid()}-link"]  # noqa: S108
    precious[0].mkdir()
    precious[1].mkdir()
    precious[2].symlink_to(precious[0])
    try:
        for target in precious:
            (folder / "local").mkdir(parents=True, exist_ok=True)
            document = {
                "supervisor": {"pid": 999999, "started": 1},
                "mark": "x",
                "folder": str(folder / "local"),
                "deployments": [],
                "topology": {"folder": str(target), "ports": {}, "gateway_port": 9080},
                "since": 0.0,
            }
            (folder / "local" / "demo.json").write_text(json.dumps(document))

            assert main(["down", "--platform", "local"]) in {0, 3}
            assert record.read(folder / "local") is None

        assert all(path.exists() for path in precious)
    finally:
        precious[2].unlink()


def forged(folder: Path, /, **fields: object) -> None:
    """A record as `up` writes it, of a demo whose supervisor is dead, but for these fields."""
    ports = {workload.name: {"app": 1, "inbound": 2, "outbound": 3} for workload in BOOKINFO.workloads}
    private = f"/dev/shm/bookinfo-{os.getpid()}-none"  # noqa: S108
    topology = {"folder": private, "ports": ports, "gateway_port": 9080}
    document = {
        "supervisor": {"pid": 2**30, "started": 1},
        "mark": "x",
        "folder": "/",
        "deployments": list(map(asdict, DEPLOYMENTS)),
        "topology": topology,
        "since": 0,
    }
    (folder / "local").mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "local" / "demo.json").write_text(json.dumps(document | fields))


def test_a_record_is_read_as_it_was_written(folder: Path) -> None:
    """With further versions and several instances too: all that other commands know of a demo stands there."""
    wanted = deployments(["reviews-v4=2"], ["reviews-v4=reviews:v4,STAR_COLOR=blue"])
    nobody = Identity(pid=2**30, started=1)
    private = Path(f"/dev/shm/bookinfo-{os.getpid()}-none")  # noqa: S108
    topology = ports.assign(private, wanted, 9080)
    written = record.LocalDemo(nobody, "x", folder / "local", wanted, topology, since=1.0)
    (folder / "local").mkdir(mode=0o700, parents=True)
    written.write()

    assert written == record.read(folder / "local")


@pytest.fixture
def somebody() -> Iterator[Identity]:
    """A process of this user's that has nothing to do with any demo."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        identity = Identity.of(process.pid)

        assert identity is not None

        yield identity
        process.kill()


@pytest.mark.parametrize("command", ["down", "status", "reset"])
def test_a_forged_record_ends_nobody(folder: Path, somebody: Identity, command: str) -> None:
    """A process that is no supervisor is not the demo's, even if its number and its start are right."""
    forged(folder, supervisor=asdict(somebody))
    main([command, "--platform", "local"])

    assert somebody.alive


def test_a_record_speaks_of_its_own_folder(folder: Path, tmp_path: Path) -> None:
    """The record of another demo, which a forged one names, stays."""
    forged(folder, folder=str(tmp_path / "other" / "local"))
    forged(tmp_path / "other", folder=str(tmp_path / "other" / "local"))
    main(["down", "--platform", "local"])

    assert (tmp_path / "other" / "local" / "demo.json").exists()


RUBBISH = {
    "nothing": "",
    "null": "null",
    "list": "[]",
    "deep": "[" * 100_000,
    "other fields": '{"a": 1}',
    "no text": "\0\ufffd",
    "types": json.dumps({"context": 5, "namespace": [], "gateway_url": {}, "cluster": "b", "port": "x", "node": []}),
    "no path": json.dumps({"context": "a\0b", "namespace": "b", "gateway_url": "", "cluster": ""}),
}


@pytest.mark.parametrize("text", RUBBISH.values(), ids=RUBBISH)
@pytest.mark.parametrize(
    "file", ["local/demo.json", "local/journal.json", "local/lock", "kubernetes/demo.json", "kubernetes/kind.json"]
)
@pytest.mark.parametrize("command", ["down --platform local", "down --platform kubernetes", "status"])
def test_rubbish_is_no_record(
    folder: Path, file: str, text: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a file of it holds, a command says one line and ends."""
    (folder / file).parent.mkdir(mode=0o700, parents=True)
    (folder / file).write_text(text)

    assert main(command.split()) in {0, 3}
    assert 1 == len("".join(capsys.readouterr()).splitlines())


@pytest.mark.parametrize(
    "fields",
    [
        {"supervisor": {"pid": "\0", "started": 1}},
        {"supervisor": {"pid": 1e400, "started": 1}},
        {"topology": {"folder": "/dev/shm/bookinfo-\0", "ports": [], "gateway_port": 1}},  # noqa: S108
        {"topology": []},
        {"deployments": None},
        {"deployments": [{"workload": {"app": "reviews"}, "environment": {}}]},
        {"deployments": [{**asdict(DEPLOYMENTS[0]), "environment": {"SEED": 5}}]},
        {"mark": "\ud800"},
        {"mark": 5},
        {"since": "yesterday"},
    ],
)
def test_a_record_of_other_types_is_none(folder: Path, fields: dict[str, object]) -> None:
    """A record that no supervisor writes is not taken for a demo."""
    forged(folder, **fields)

    assert record.read(folder / "local") is None


@pytest.mark.parametrize(
    "file",
    ["lock", "demo.json", "journal.json", ".journal.json.new", ".demo.json.new", "locust.log", "logs/kubectl.log"],
)
def test_no_link_is_followed(folder: Path, tmp_path: Path, file: str) -> None:
    """The target of a link is neither read nor written, whoever put the link there."""
    letter = tmp_path / "letter"
    letter.write_text("{}")
    (folder / "local").mkdir(mode=0o700, parents=True)
    (folder / "local" / file).parent.mkdir(exist_ok=True)
    (folder / "local" / file).symlink_to(letter)
    with contextlib.suppress(NotReachable), journal.exclusive("local", "a test"):
        journal.Journal.of("local").open(who="a test", was="", will={})
    with contextlib.suppress(NotReachable):
        record.read(folder / "local")
    with contextlib.suppress(NotReachable), LocustProcess(folder / "local" / "locust.log"):
        pass
    with contextlib.suppress(NotReachable), Commands(folder / "local", {}, print) as commands:
        commands.run("true", seconds=60, log="kubectl")
    kubernetes.KubernetesDemo("c", "n", "u", "").write(folder / "local")

    assert "{}" == letter.read_text()


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
@pytest.mark.parametrize("file", ["local/demo.json", "local/lock", "kubernetes/demo.json"])
def test_only_plain_files_are_opened(folder: Path, file: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe does not keep a command waiting: whatever is no file is named in one line."""
    path = folder / file
    path.parent.mkdir(mode=0o700, parents=True)
    {"pipe": os.mkfifo, "folder": os.mkdir, "link": lambda one: one.symlink_to("/etc/passwd")}[kind](path)

    assert 3 == main(["down", "--platform", path.parent.name])
    assert f"platforms: {path}: not a plain file in a folder of the demo's; remove it, and try again\n" == (
        capsys.readouterr().err
    )


def test_no_log_in_a_linked_folder(folder: Path, tmp_path: Path) -> None:
    """Logs go into a folder of the demo's, not to where a link leads."""
    (tmp_path / "mine").mkdir()
    (folder / "kubernetes").mkdir(mode=0o700, parents=True)
    (folder / "kubernetes" / "logs").symlink_to(tmp_path / "mine")
    with Commands(folder / "kubernetes", {}, print) as commands, pytest.raises(NotReachable, match="not a plain file"):
        commands.run("true", seconds=60, log="kubectl")

    assert [] == list((tmp_path / "mine").iterdir())


def test_a_folder_in_it_is_no_link(folder: Path, tmp_path: Path) -> None:
    """Logs are removed in a folder of ours only."""
    (tmp_path / "mine" / "logs").mkdir(parents=True)
    folder.mkdir(mode=0o700)
    (folder / "local").symlink_to(tmp_path / "mine")

    assert 3 == main(["up", "--platform", "local"])
    assert (tmp_path / "mine" / "logs").exists()


@pytest.mark.usefixtures("folder")
def test_logs_are_no_link(tmp_path: Path) -> None:
    """A demo starts with logs of its own."""
    part("local").joinpath("logs").symlink_to(tmp_path)

    with pytest.raises(NotReachable, match="logs: a link to another folder: remove it"):
        part("local/logs")


@pytest.mark.parametrize("name", ["local", "kubernetes", "tools"])
def test_a_folder_in_it_that_others_can_write_is_refused(folder: Path, name: str) -> None:
    """A demo.json there, or a tool, would be theirs."""
    (folder / name).mkdir(parents=True)
    (folder / name).chmod(0o777)

    with pytest.raises(NotReachable, match=f"`chmod go-w {folder / name}`"):
        part(name)


def test_nobody_else_reads_it(folder: Path) -> None:
    """Files are made for their owner alone, and so are folders."""
    before = os.umask(0)
    try:
        with journal.exclusive("local", "a test"):
            journal.Journal.of("local").open(who="a test", was="", will={})
            kubernetes.KubernetesDemo("c", "n", "u", "").write(part("kubernetes"))
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}

    assert {0o700} == {modes.pop(name) for name in ("local", "kubernetes")}
    assert {0o600} == set(modes.values())
