"""The kind cluster that is ours: created, found again, started again, deleted; never somebody else's."""

from __future__ import annotations

import contextlib
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from platforms.demo import run_folder
from platforms.environment import DATA
from platforms.errors import NotApplied, UsageError
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands, ask
from platforms.loopback import LOOPBACK, is_free

CLUSTER = "bookinfo"
GATEWAY_PORT = 8080
HTTPS_PORT = 8443

CREATE_SECONDS = 600.0
"""With the node image still to be pulled."""
_DELETE_SECONDS = 120.0
_START_SECONDS = 60.0
_TRIED = 1000
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,40}[a-z0-9])?")
_CONFIG = DATA / "kind-config.yaml"


@dataclass(frozen=True, slots=True)
class KindCluster:
    """The record of the cluster that `up` created, so that nothing else is ever deleted."""

    cluster: str
    port: int
    node: str = ""
    """The id of its control plane's container; empty until kind has come to its end."""
    mesh: str = ""
    """The mesh in which everything was up once: the rules in it may then be somebody's."""
    https_port: int = 0
    """The port for HTTPS; 0 in a cluster that was made without one."""

    def write(self, folder: Path) -> None:
        run_folder.write(folder / "kind.json", asdict(self))


@dataclass(frozen=True, slots=True)
class Node:
    """One container of a kind cluster."""

    id: str
    name: str
    running: bool
    control_plane: bool


def context(cluster: str) -> str:
    """The name that kind gives the cluster's context in the kubeconfig."""
    return f"kind-{cluster}"


def recorded(folder: Path) -> KindCluster | None:
    """The cluster that was created last and not deleted."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        found = KindCluster(**run_folder.read(folder / "kind.json"))
        ports = (found.port, found.https_port)
        if (
            _NAME.fullmatch(found.cluster)
            and isinstance(found.node, str)
            and all(isinstance(one, int) for one in ports)
        ):
            return found
    return None


def nodes(cluster: str) -> tuple[Node, ...]:
    """The containers of the cluster, running or not."""
    listed = ask(
        *("docker", "ps", "--all", "--no-trunc", "--filter", f"label=io.x-k8s.kind.cluster={cluster}"),
        *("--format", '{{.ID}} {{.Names}} {{.State}} {{.Label "io.x-k8s.kind.role"}}'),
    )
    return tuple(
        Node(id=identity, name=name, running=state == "running", control_plane=role == "control-plane")
        for identity, name, state, role in (line.split() for line in listed.splitlines())
    )


def https_port(gateway_port: int) -> int:
    """A free port for HTTPS: 8443, or the next one."""
    return next(one for one in range(HTTPS_PORT, HTTPS_PORT + _TRIED) if one != gateway_port and is_free(one))


def check(folder: Path, wanted: KindCluster) -> None:
    """Raise UsageError or NotApplied, before anything is created, for what would stand in its way."""
    cluster, port = wanted.cluster, wanted.port
    if not _NAME.fullmatch(cluster):
        raise UsageError(
            f"--cluster {cluster}: a cluster's name has small letters, digits, - and ., and at most 42 of them"
        )
    ours, found = recorded(folder), nodes(cluster)
    if ours and ours.cluster != cluster and nodes(ours.cluster):
        raise UsageError(f"--cluster {cluster}: the demo is up in cluster {ours.cluster}; `down` it first")
    if found and not _is_ours(found, ours, cluster):
        raise NotApplied(
            f"there is a kind cluster {cluster} that this demo did not make, and it is left alone: choose another "
            f"name (--cluster), or delete it: `kind delete cluster --name {cluster}`"
        )
    if not found and not is_free(port):
        raise NotApplied(
            f"port {port} on {LOOPBACK} is taken by another program; free it, or choose another: "
            f"`python -m platforms up --platform kind --port {port + 1}`"
        )


def ensure(commands: Commands, wanted: KindCluster, image: str) -> tuple[Node, ...]:
    """The cluster's nodes, running: as they are, started again, or made."""
    ours, found = recorded(commands.folder), nodes(wanted.cluster)
    if found and not (ours and ours.node):
        commands.say(f"deleting cluster {wanted.cluster}, which was not finished")
        _delete(commands, wanted.cluster)
        found = ()
    if not found:
        commands.say(f"creating cluster {wanted.cluster}")
        return _create(commands, wanted, image)
    stopped = [node.id for node in found if not node.running]
    if stopped:
        commands.say(f"starting cluster {wanted.cluster} again")
        commands.run("docker", "start", *stopped, seconds=_START_SECONDS, log="docker-start")
    _export_context(commands, wanted.cluster)
    return nodes(wanted.cluster)


def complete(folder: Path, mesh: str) -> None:
    """Note that everything in the cluster is up, with this mesh."""
    if ours := recorded(folder):
        replace(ours, mesh=mesh).write(folder)


def delete(commands: Commands) -> bool:
    """Delete the cluster that was made, if it is there; another one of its name is left alone."""
    ours = recorded(commands.folder)
    if ours is None:
        return False
    found = nodes(ours.cluster)
    mine = bool(found) and _is_ours(found, ours, ours.cluster)
    if mine:
        _delete(commands, ours.cluster)
    (commands.folder / "kind.json").unlink()
    return mine


def _create(commands: Commands, wanted: KindCluster, image: str) -> tuple[Node, ...]:
    wanted.write(commands.folder)  # before there is anything, so that `down` finds it whatever happens
    try:
        commands.run(
            *("kind", "create", "cluster", "--config", "-", "--image", image),
            seconds=CREATE_SECONDS,
            stdin=yaml.safe_dump(_config(wanted)),
            log="kind-create-cluster",
        )
    except CommandFailed:
        if not nodes(wanted.cluster):
            (commands.folder / "kind.json").unlink()
        raise
    found = nodes(wanted.cluster)
    (node,) = (node.id for node in found if node.control_plane)
    replace(wanted, node=node).write(commands.folder)
    return found


def _config(wanted: KindCluster) -> dict[str, Any]:
    """The repository's configuration, with the name and the ports that were asked for."""
    config: dict[str, Any] = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
    config["name"] = wanted.cluster
    plain, https = config["nodes"][0]["extraPortMappings"]
    plain["hostPort"], https["hostPort"] = wanted.port, wanted.https_port
    return config


def _export_context(commands: Commands, cluster: str) -> None:
    """Have the cluster's context in the kubeconfig; another KUBECONFIG than last time may lack it."""
    commands.run(
        "kind", "export", "kubeconfig", "--name", cluster, seconds=_START_SECONDS, log="kind-export-kubeconfig"
    )


def _delete(commands: Commands, cluster: str) -> None:
    commands.run("kind", "delete", "cluster", "--name", cluster, seconds=_DELETE_SECONDS, log="kind-delete-cluster")


def _is_ours(found: tuple[Node, ...], ours: KindCluster | None, cluster: str) -> bool:
    return ours is not None and ours.cluster == cluster and (not ours.node or ours.node in {node.id for node in found})
