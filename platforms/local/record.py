"""What a running demo writes into its run folder, so that other commands find it, and what it left behind if it died."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platforms.environment import run_folder
from platforms.local import processes
from platforms.local.discovery import write_text
from platforms.local.processes import Identity
from platforms.local.topology import LOOPBACK, Ports, Topology

_SWEEP_SECONDS = 5.0


def local_folder() -> Path:
    """The run folder of the local platform."""
    return run_folder() / "local"


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo, from `up` to `down`."""

    supervisor: Identity
    mark: str
    """What every process of it carries in its environment."""
    socket: Path
    topology: Topology
    since: float

    @property
    def gateway_url(self) -> str:
        return f"http://{LOOPBACK}:{self.topology.gateway_port}"

    @property
    def logs(self) -> Path:
        return self.topology.folder / "logs"

    def write(self) -> None:
        document = asdict(self)
        document["socket"] = str(self.socket)
        document["topology"]["folder"] = str(self.topology.folder)
        write_text(_demo_file(self.topology.folder), json.dumps(document, indent=2))

    def write_children(self, children: Iterable[Identity]) -> None:
        """Remember the leaders of the children's process groups; written before anybody could need it."""
        write_text(_children_file(self.topology.folder), json.dumps([asdict(child) for child in children]))

    def leftovers(self) -> tuple[int, ...]:
        """Processes of this demo that are alive, the supervisor aside."""
        return processes.leftovers(_children(self.topology.folder), mark=self.mark)

    def sweep(self) -> int:
        """End what a dead supervisor left, and forget the demo; returns how many processes that were."""
        swept: set[int] = set()
        deadline = time.monotonic() + _SWEEP_SECONDS
        while killed := processes.sweep(_children(self.topology.folder), mark=self.mark):
            swept.update(killed)
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)  # for the kernel to take them away
        self.forget()
        return len(swept)

    def forget(self) -> None:
        """No demo is up any more; the logs stay."""
        shutil.rmtree(self.socket.parent, ignore_errors=True)
        for path in (_demo_file(self.topology.folder), _children_file(self.topology.folder)):
            path.unlink(missing_ok=True)


def read(folder: Path) -> Demo | None:
    """The demo whose record stands in the folder, dead or alive."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        return _demo(json.loads(_demo_file(folder).read_text(encoding="utf-8")))
    return None


def _demo(document: dict[str, Any]) -> Demo:
    topology = document["topology"]
    return Demo(
        supervisor=Identity(**document["supervisor"]),
        mark=document["mark"],
        socket=Path(document["socket"]),
        topology=Topology(
            folder=Path(topology["folder"]),
            ports={name: Ports(**ports) for name, ports in topology["ports"].items()},
            gateway_port=topology["gateway_port"],
            gateway_admin=topology["gateway_admin"],
        ),
        since=document["since"],
    )


def _children(folder: Path) -> tuple[Identity, ...]:
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        return tuple(Identity(**child) for child in json.loads(_children_file(folder).read_text(encoding="utf-8")))
    return ()


def _demo_file(folder: Path) -> Path:
    return folder / "demo.json"


def _children_file(folder: Path) -> Path:
    return folder / "children.json"
