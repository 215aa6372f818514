"""The demo that somebody means, as far as it is named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A demo, as far as it was named."""

    platform: str | None = None
    """`local` or `kubernetes`; None for the one that is up."""
    context: str | None = None
    """A context of the kubeconfig; None for the demo that `up` made."""
    namespace: str | None = None
    gateway_url: str | None = None
    yes: bool = False
    """Whether a cluster that is not ours need not be confirmed."""

    @property
    def options(self) -> tuple[str, ...]:
        """The options that name this demo to another command."""
        values = {"platform": self.platform, "context": self.context, "namespace": self.namespace}
        named = {**values, "gateway-url": self.gateway_url}
        words = (word for name, value in named.items() if value for word in (f"--{name}", value))
        return (*words, *(("--yes",) if self.yes else ()))
