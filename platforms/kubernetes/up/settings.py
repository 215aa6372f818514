"""The variables that say where images and tools come from, for a private registry."""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "BOOKINFO_HUB": "pull the services' images from HUB/<service> instead of building them",
    "BOOKINFO_TAG": "their tag, built or pulled (default: of manifests/base/kustomization.yaml)",
    "BOOKINFO_BASE_HUB": "build upon the base images at HUB, such as HUB/python:3.13-slim",
    "BOOKINFO_NODE_IMAGE": "kind's node image (default: the one of the pinned kind)",
    "BOOKINFO_TOOLS_URL": "download kind, kubectl and istioctl from this mirror, which keeps host and path",
    "ISTIO_HUB": "pull Istio's images from HUB/pilot and so on (default: istioctl's own)",
    "ISTIO_TAG": "their tag (default: istioctl's own)",
}


def get(name: str) -> str:
    """The value that the caller set, or nothing."""
    if name not in VARIABLES:
        raise KeyError(name)
    return os.environ.get(name, "")


def in_force() -> dict[str, str]:
    """The variables that are set."""
    return {name: value for name in VARIABLES if (value := get(name))}


def described() -> str:
    """Every variable, what it does and what it is."""
    width = max(map(len, VARIABLES))
    return "\n".join(f"{name:{width}}  {get(name) or '-'}  {what}" for name, what in VARIABLES.items())
