"""The demo that a command is about, found: the one that its options name, or the one that is up."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from platforms.choice import Choice
from platforms.demo import run_folder
from platforms.demo.journal import DemoPlatform
from platforms.errors import UsageError
from platforms.provider import Provider

_PLATFORMS = ("local", "kubernetes")


def provider(name: str) -> Provider:
    """Return the provider of a platform; the other one is not loaded, for the client of Kubernetes takes a while."""
    if name == "local":
        from platforms.local.provider import LocalProvider  # noqa: PLC0415

        return LocalProvider()
    from platforms.kubernetes.provider import KubernetesProvider  # noqa: PLC0415

    return KubernetesProvider()


def provider_of(choice: Choice) -> Provider:
    """Return the provider of the demo that is meant."""
    return provider(choice.platform) if choice.platform else running()


def connect(choice: Choice | None = None) -> DemoPlatform:
    """Connect to the demo that is meant.

    Raises NotReachable when it is not up, UsageError when several are and none is named.
    """
    choice = choice or Choice()
    return provider_of(choice).connect(choice)


def running() -> Provider:
    """Return the platform that commands mean when nobody names one; raises UsageError when a demo is up on both."""
    found = list(_up())
    if len(found) > 1:
        raise UsageError(f"a demo is up on {' and on '.join(one.name for one in found)}: say which with --platform")
    if found:
        return found[0]
    # Nothing answers; whoever was up last says best what became of it.
    return provider(next(filter(run_folder.has_demo, reversed(_PLATFORMS)), "local"))


def default() -> Provider:
    """Return the platform that is up, else kind where a Docker engine answers, else the one that needs none."""
    if found := next(_up(), None):
        return found
    from platforms.kubernetes.up import docker  # noqa: PLC0415  # only when nobody says where

    if docker.answers():
        return provider("kubernetes")
    print("no Docker engine answers: bringing up platform local, which needs none", file=sys.stderr)
    return provider("local")


def _up() -> Iterator[Provider]:
    """Yield the platforms on which a demo is up."""
    for name in filter(run_folder.has_demo, _PLATFORMS):
        if (found := provider(name)).is_up():
            yield found
