"""The record of what `up` made on Kubernetes, by which other commands find it in the run folder."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path

from platforms.demo import run_folder


def folder() -> Path:
    """The run folder of the Kubernetes platform."""
    return run_folder.part("kubernetes")


@dataclass(frozen=True, slots=True)
class KubernetesDemo:
    """One demo, from `up` to `down`."""

    context: str
    """The context in the kubeconfig."""
    namespace: str
    gateway_url: str
    """Without a path, such as `http://127.0.0.1:8080`."""
    cluster: str
    """The kind cluster's name; empty for a cluster that is not ours to delete."""
    https: str = ""
    """Where this machine reaches the gateway's port for HTTPS, such as `127.0.0.1:8443`; empty where it does not."""

    @property
    def key(self) -> str:
        """The name of this demo among all of this machine."""
        if self.cluster:  # the one that `up` makes
            return "kubernetes"
        return f"kubernetes-{self.context}-{self.namespace}".replace("/", "_")

    @property
    def authority(self) -> Path:
        """The certificates of whoever signed what the gateway shows, for callers; there while it shows such."""
        return folder() / ("authority.pem" if self.cluster else f"authority-{self.key}.pem")

    def write(self, folder: Path) -> None:
        run_folder.write(run_folder.demo_file(folder), asdict(self))


def read(folder: Path) -> KubernetesDemo | None:
    """The demo whose record stands in the folder, whether or not it still answers."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError, AttributeError):
        fields = run_folder.read(run_folder.demo_file(folder))
        if all(isinstance(value, str) and value.isprintable() for value in fields.values()):
            return KubernetesDemo(**fields)
    return None


def remove(folder: Path) -> None:
    """This demo is not up any more."""
    if demo := read(folder):
        demo.authority.unlink(missing_ok=True)
    run_folder.demo_file(folder).unlink(missing_ok=True)
