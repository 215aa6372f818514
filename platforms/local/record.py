"""The record of a running demo in the run folder, by which other commands find it, and what it left behind if it died."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.demo import run_folder
from platforms.envoy import tls
from platforms.envoy.topology import Ports, Topology
from platforms.errors import NotReachable
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import ResourceSet
from platforms.local import processes
from platforms.local.deployments.deployment import Deployment, registry, rules_at_first
from platforms.local.processes import Identity
from platforms.loopback import LOOPBACK
from platforms.wait import wait_while

_SWEEP_SECONDS = 5.0
_MEMORY = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a name of its own there
_PREFIX = "bookinfo-"
SERVICES = replace(BOOKINFO, workloads=())
"""Bookinfo's, which stand there whatever runs."""
SUPERVISOR = "platforms.local.supervisor"
"""The module that runs a demo."""


def local_folder() -> Path:
    """The run folder of the local platform."""
    return run_folder.part("local")


def private_folder() -> Path:
    """A new folder that is ours alone, in memory where there is such a thing.

    On a disk, replacing a file by renaming takes milliseconds (2.4 on a busy ext4); and a Unix socket's path may be no
    longer than 107 bytes, which a run folder's may be.
    """
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))


def _remove_private(folder: Path) -> None:
    """Remove a folder that `private_folder` made, and no other, whatever a record says."""
    if _is_private(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _is_private(folder: Path) -> bool:
    """Tell a folder that `private_folder` made, or may have made before it was removed."""
    if folder.parent not in (_MEMORY, Path(tempfile.gettempdir())) or not folder.name.startswith(_PREFIX):
        return False
    return not os.path.lexists(folder) or (folder.lstat().st_uid == os.geteuid() and not folder.is_symlink())


@dataclass(frozen=True, slots=True)
class LocalDemo:
    """One demo, from `up` to `down`."""

    supervisor: Identity
    mark: str
    """What every process of it carries in its environment."""
    folder: Path
    """Where its logs and this record are."""
    deployments: tuple[Deployment, ...]
    """What runs in it, with the usual numbers of instances."""
    topology: Topology
    """The instances that there are now. Its folder is private and in memory: it holds the proxies' files and the control socket."""
    since: float
    services: Registry = SERVICES
    """Its Services; what stands behind them is what runs in it."""

    @property
    def gateway_url(self) -> str:
        return f"http://{LOOPBACK}:{self.topology.gateway_port}"

    @property
    def https(self) -> str:
        """The address at which the gateway speaks HTTPS, once a Gateway asks for it."""
        return f"{LOOPBACK}:{self.topology.gateway_https_port}"

    @property
    def authority(self) -> Path:
        """The certificate of whoever signs for this demo, for callers of its gateway."""
        return self.topology.folder / Path(tls.AUTHORITY_FILE).name

    @property
    def registry(self) -> Registry:
        """The Services and workloads that its rules are about."""
        return registry(self.deployments, self.services)

    @property
    def baseline(self) -> ResourceSet:
        """The rules that are in force at first: Bookinfo's, and none in a mesh of somebody's own."""
        return rules_at_first(self.deployments)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def socket(self) -> Path:
        return self.topology.folder / "control"

    def write(self) -> None:
        run_folder.write(run_folder.demo_file(self.folder), asdict(self))

    def leftovers(self) -> tuple[int, ...]:
        """Processes of this demo that are alive, the supervisor aside."""
        return processes.leftovers(self.mark)

    def sweep(self) -> int:
        """End what a dead supervisor left, and forget the demo; returns how many processes that were."""
        swept: set[int] = set()

        def sweep() -> bool:
            killed = processes.sweep(self.mark)
            swept.update(killed)
            return bool(killed)

        wait_while(sweep, _SWEEP_SECONDS, every=0.01)  # until the kernel has taken them away
        self.forget()
        return len(swept)

    def is_recorded(self) -> bool:
        """Tell whether other commands can still find this demo."""
        with contextlib.suppress(NotReachable):
            found = read(self.folder)
            return found is not None and found.mark == self.mark
        return False

    def forget(self) -> None:
        """This demo is not up any more; the logs stay."""
        _remove_private(self.topology.folder)
        if self.is_recorded():
            run_folder.demo_file(self.folder).unlink(missing_ok=True)


def read(folder: Path) -> LocalDemo | None:
    """The demo whose record stands in the folder, dead or alive; none where the record is not as a supervisor writes it."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        demo = _demo(folder, run_folder.read(run_folder.demo_file(folder)))
        if _is_private(demo.topology.folder) and (not demo.supervisor.alive or demo.supervisor.runs(SUPERVISOR)):
            return demo
    return None


def _demo(folder: Path, document: dict[str, Any]) -> LocalDemo:
    topology, supervisor = document["topology"], document["supervisor"]
    found = tuple(map(deployment, document["deployments"]))
    return LocalDemo(
        supervisor=Identity(pid=_number(supervisor["pid"]), started=_number(supervisor["started"])),
        mark=_text(document["mark"]),
        folder=folder,
        deployments=found,
        topology=Topology(
            folder=Path(_text(topology["folder"])),
            ports={_text(name): _ports(ports) for name, ports in topology["ports"].items()},
            gateway_port=_number(topology["gateway_port"]),
            replicas={_text(name): _text(of) for name, of in topology["replicas"].items()},
            gateway_https_port=_number(topology["gateway_https_port"]),
        ),
        since=float(document["since"]),
        services=services(document["services"]),
    )


def deployment(document: dict[str, Any]) -> Deployment:
    workload = document["workload"]
    return Deployment(
        Workload(*(_text(workload[name]) for name in ("app", "version", "service_account"))),
        {_text(name): _text(value) for name, value in document["environment"].items()},
        _number(document["replicas"]),
        document["is_stub"] is True,
    )


def services(document: dict[str, Any]) -> Registry:
    """The Services of a mesh, without what stands behind them."""
    return Registry(
        namespace=_text(document["namespace"]),
        port=_number(document["port"]),
        services={_text(name): _text(address) for name, address in document["services"].items()},
        workloads=(),
        selectors={
            _text(name): {_text(label): _text(value) for label, value in labels.items()}
            for name, labels in document["selectors"].items()
        },
    )


def _ports(document: dict[str, Any]) -> Ports:
    return Ports(*(_number(document[name]) for name in ("app", "inbound", "outbound")))


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value}: not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(f"{value!a}: not a string")
    return value
