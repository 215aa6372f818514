"""The files that proxies watch: each takes one inotify instance, of which Linux grants a user so many and no more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.envoy.topology import Ports, Topology
from platforms.errors import NotApplied
from platforms.istio.registry import Registry
from platforms.local.deployments.deployment import Deployment, registry, replicas, rules_at_first
from platforms.local.programs import envoy
from platforms.local.snapshot import snapshot

LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
_SOURCES = ("path_config_source", "pathConfigSource")


def check(
    wanted: Sequence[Deployment], services: Registry = BOOKINFO, *, running: Sequence[Deployment] | None = None
) -> None:
    """Raise NotApplied, with the command that helps, if the proxies of these workloads would watch more files than they may.

    Those of what is `running` already watch theirs.
    """
    try:
        limit = int(LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not Linux
        return
    watched, used = needed(wanted, services), in_use()
    there = needed(running, services) if running else []
    files = sum(watched) - sum(there)
    if files > limit - used:
        enough = 1 << (files + used).bit_length()
        raise NotApplied(
            f"nothing was started: {len(watched) - len(there)} proxies watch {files} files, each by one of the {limit} inotify "
            f"instances that Linux grants you, and {max(0, limit - used)} are left; "
            f"`sudo sysctl fs.inotify.max_user_instances={enough}` grants more"
        )


def needed(wanted: Sequence[Deployment], services: Registry = BOOKINFO) -> list[int]:
    """The number of files that each proxy of these workloads watches."""
    known = registry(wanted, services)
    ports = {name: Ports(0, 0, 0) for one in wanted for name in one.instances}
    topology = Topology(Path("/"), ports, 0, replicas(wanted))
    configs = snapshot(rules_at_first(wanted), known, topology).proxies
    bootstraps = {name: envoy.bootstrap(name, known.proxy(topology.workload(name)), topology) for name in configs}
    return [
        len({*_watched([config.listeners, config.clusters]), *_watched(bootstraps[name])})
        for name, config in configs.items()
    ]


def in_use() -> int:
    """The number of inotify instances that this user's processes hold."""
    return sum(map(_instances, Path("/proc").glob("[0-9]*")))


def _instances(process: Path) -> int:
    found = 0
    with contextlib.suppress(OSError):  # it has ended, or is none of ours to look into
        if process.stat().st_uid != os.geteuid():
            return 0
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found += str(descriptor.readlink()) == "anon_inode:inotify"
    return found


def _watched(document: Any) -> Iterator[str]:
    """The path of every file in a configuration that Envoy watches; it watches one once, however often that is named."""
    match document:
        case dict():
            for name, value in document.items():
                if name in _SOURCES:
                    yield value["path"]
                else:
                    yield from _watched(value)
        case list() | tuple():
            for one in document:
                yield from _watched(one)
