"""The two platforms as the commands of `python -m platforms` use them: a demo brought up, looked at, taken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from platforms.choice import Choice
from platforms.demo.doctor import Diagnosis
from platforms.demo.journal import DemoPlatform
from platforms.demo.status import StatusReport


@dataclass(frozen=True, slots=True)
class UpOptions:
    """The demo to be brought up; what is not named is the platform's default."""

    port: int | None = None
    """The port of the gateway on 127.0.0.1."""
    cluster: str | None = None
    """The name of the kind cluster."""
    bundle: Path | None = None
    """The archive that all images are taken from."""
    certificate_lifetime: timedelta | None = None
    """How long the certificates of the proxies are good, before which they are replaced."""
    replicas: tuple[str, ...] = ()
    """How many instances of a workload, each as `reviews-v1=3`."""
    workloads: tuple[str, ...] = ()
    """Further versions of apps, each as `reviews-v4=reviews:v4`."""


class Provider(Protocol):
    """One kind of platform: it makes a demo and takes it away, and knows the demos that there are."""

    @property
    def name(self) -> str:
        """The platform's name, which is also the key of the demo that `up` makes."""

    def is_up(self) -> bool:
        """Tell whether the demo that `up` made answers."""

    def up(self, options: UpOptions) -> tuple[DemoPlatform, str]:
        """Bring the demo up unless it is, and return it with a sentence on what was done.

        Raises NotReachable for missing programs, NotApplied for what does not start.
        """

    def down(self) -> str:
        """Take away all that `up` made, and return a sentence on what was done."""

    def connect(self, choice: Choice) -> DemoPlatform:
        """Connect to the demo that is meant, to change it; raises NotReachable, Interrupted without consent."""

    def status(self, choice: Choice) -> StatusReport:
        """Look at the demo; what a killed run left is undone first."""

    def config(self, choice: Choice, workload: str) -> Mapping[str, Any]:
        """Return what the proxies of a workload serve; raises UsageError for an unknown one."""

    def logs(self, choice: Choice, workload: str, *, lines: int, follow: bool) -> Iterator[str]:
        """Return the last lines of a workload's or a proxy's log, and those that follow; raises UsageError."""

    def doctor(self) -> Diagnosis:
        """Look for everything that `up` needs."""
