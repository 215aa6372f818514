"""Istio in the cluster, as manifests/overlays/kind/istio.yaml asks for it."""

from __future__ import annotations

import re

from platforms.environment import ROOT
from platforms.errors import NotApplied
from platforms.kubernetes import settings
from platforms.kubernetes.commandline import Commands

INSTALL_SECONDS = 300.0

_CONFIG = ROOT / "manifests" / "overlays" / "kind" / "istio.yaml"
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
    commands.run(
        *("istioctl", "install", "--skip-confirmation", "--context", context, "-f", str(_CONFIG), *_overrides()),
        *("--readiness-timeout", f"{INSTALL_SECONDS:g}s"),
        seconds=INSTALL_SECONDS + 30,
        log="istioctl-install",
    )


def _overrides() -> tuple[str, ...]:
    given = {"hub": settings.get("ISTIO_HUB"), "tag": settings.get("ISTIO_TAG")}
    return tuple(word for name, value in given.items() if value for word in ("--set", f"{name}={value}"))
