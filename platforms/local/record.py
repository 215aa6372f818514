"""What a running demo writes into its run folder, so that other commands find it, and what it left behind if it died."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platforms.local import processes
from platforms.local.discovery import write_text
from platforms.local.processes import Identity
from platforms.run_folder import run_folder
from platforms.translation.topology import LOOPBACK, Ports, Topology

_SWEEP_SECONDS = 5.0
_MEMORY = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a name of its own there
_PREFIX = "bookinfo-"


def local_folder() -> Path:
    """The run folder of the local platform."""
    return run_folder() / "local"


def private_folder() -> Path:
    """A new folder that is ours alone, in memory where there is such a thing.

    On a disk, replacing a file by renaming takes milliseconds (2.4 on a busy ext4); and a Unix socket's path may be no
    longer than 107 bytes, which a run folder's may be.
    """
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))


def _remove_private(folder: Path) -> None:
    """Remove a folder that `private_folder` made, and no other, whatever a record says."""
    with contextlib.suppress(FileNotFoundError):
        made = folder.parent in (_MEMORY, Path(tempfile.gettempdir())) and folder.name.startswith(_PREFIX)
        if made and not folder.is_symlink() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo, from `up` to `down`."""

    supervisor: Identity
    mark: str
    """What every process of it carries in its environment."""
    folder: Path
    """Its run folder: the logs, and this record."""
    topology: Topology
    """Its folder is private and in memory: it holds the proxies' files and the control socket."""
    since: float

    @property
    def gateway_url(self) -> str:
        return f"http://{LOOPBACK}:{self.topology.gateway_port}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def socket(self) -> Path:
        return self.topology.folder / "control"

    def write(self) -> None:
        write_text(_demo_file(self.folder), json.dumps(asdict(self), indent=2, default=str))

    def write_children(self, children: Iterable[Identity]) -> None:
        """Remember the leaders of the children's process groups; written before anybody could need it."""
        write_text(_children_file(self.folder), json.dumps([asdict(child) for child in children]))

    def leftovers(self) -> tuple[int, ...]:
        """Processes of this demo that are alive, the supervisor aside."""
        return processes.leftovers(_children(self.folder), mark=self.mark)

    def sweep(self) -> int:
        """End what a dead supervisor left, and forget the demo; returns how many processes that were."""
        swept: set[int] = set()
        deadline = time.monotonic() + _SWEEP_SECONDS
        while killed := processes.sweep(_children(self.folder), mark=self.mark):
            swept.update(killed)
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)  # for the kernel to take them away
        self.forget()
        return len(swept)

    def is_recorded(self) -> bool:
        """Whether other commands can still find this demo."""
        found = read(self.folder)
        return found is not None and found.mark == self.mark

    def forget(self) -> None:
        """This demo is not up any more; the logs stay."""
        _remove_private(self.topology.folder)
        if self.is_recorded():
            for path in (_demo_file(self.folder), _children_file(self.folder)):
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
        folder=Path(document["folder"]),
        topology=Topology(
            folder=Path(topology["folder"]),
            ports={name: Ports(**ports) for name, ports in topology["ports"].items()},
            gateway_port=topology["gateway_port"],
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
