"""Istio in the cluster, as manifests/overlays/kind/istio.yaml asks for it."""

from __future__ import annotations

import hashlib
import re
import time

from platforms.environment import DATA
from platforms.errors import NotApplied
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.up import settings
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands

INSTALL_SECONDS = 300.0
_RESTART_SECONDS = 90.0
_POLL_SECONDS = 1.0

_CONFIG = DATA / "manifests" / "overlays" / "kind" / "istio.yaml"
_IMAGE = re.compile(r'^\s*image: "?(\S+/(?:pilot|proxyv2|install-cni):[^\s"]+)"?$', re.MULTILINE)


def images(commands: Commands) -> tuple[str, ...]:
    """The images that istioctl would install; `ISTIO_HUB` and `ISTIO_TAG` are instead of its own."""
    found = sorted(
        set(_IMAGE.findall(commands.ask("istioctl", "manifest", "generate", "-f", str(_CONFIG), *_overrides())))
    )
    if not found:
        raise NotApplied(f"`istioctl manifest generate -f {_CONFIG}` names no image of Istio")
    return tuple(found)


def install(commands: Commands, context: str) -> None:
    """Have Istio in the cluster and ready; where it is already, that takes 2 s."""
    deadline = time.monotonic() + _RESTART_SECONDS
    while True:
        try:
            return _install(commands, context)
        except CommandFailed as error:
            # An istiod that was there before is asked to check what is installed; one that just starts refuses.
            if "failed calling webhook" not in str(error) or time.monotonic() > deadline:
                raise
            commands.say("waiting for istiod")
            time.sleep(_POLL_SECONDS)


def identity(cluster: Cluster) -> str:
    """The identity of the mesh: one that was installed anew has new certificates, and those of the sidecars are void."""
    (istiod,) = (
        one for one in cluster.objects("apps/v1", "Deployment", "istio-system") if one["metadata"]["name"] == "istiod"
    )
    image = istiod["spec"]["template"]["spec"]["containers"][0]["image"]
    return hashlib.sha256(f"{istiod['metadata']['uid']} {image}".encode()).hexdigest()[:12]


def _install(commands: Commands, context: str) -> None:
    commands.run(
        *("istioctl", "install", "--skip-confirmation", "--context", context, "-f", str(_CONFIG), *_overrides()),
        *("--readiness-timeout", f"{INSTALL_SECONDS:g}s"),
        seconds=INSTALL_SECONDS + 30,
        log="istioctl-install",
    )


def _overrides() -> tuple[str, ...]:
    given = {"hub": settings.get("ISTIO_HUB"), "tag": settings.get("ISTIO_TAG")}
    return tuple(word for name, value in given.items() if value for word in ("--set", f"{name}={value}"))
