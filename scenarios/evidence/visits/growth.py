"""A workload that gets more instances: visitors come meanwhile, and go on until all of its instances may be called.

Who may be called is read from the proxies of the callers, and so is how many calls each instance got later. Nobody but that workload is to be
touched: the others' instances are compared with those of before.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from platforms.boundary import Platform
from platforms.wait import wait_while
from scenarios.evidence.changes import instance_changes
from scenarios.evidence.observation import WEARS, shown_in
from scenarios.evidence.visits.visitors import Visit, Visitors
from scenarios.messages.message import Message
from scenarios.scenario import Scaling

_EVERY: Mapping[str, float] = {"hpa": 0.05, "replicas": 0.1}
"""Seconds between two visitors; an autoscaler has to see one instance of ratings busy, for four fifths of the time."""
_BEFORE = 0.3
"""Seconds of visitors before instances are asked for, so that some are under way when they come."""
_POLL_SECONDS: Mapping[str, float] = {"hpa": 1.0, "replicas": 0.05}
PATIENCE: Mapping[str, float] = {"hpa": 300.0, "replicas": 60.0}
"""How long instances are waited for, in seconds: an autoscaler is told of the load every quarter of a minute, and looks as often."""


@dataclass(frozen=True, slots=True)
class GrowthRecord:
    """What was observed until all instances could be called, or that was given up."""

    at: float | None
    """When they could, in wall-clock seconds; None if that was given up."""
    after_ms: float | None
    """From asking for them until then."""
    ready: int
    """How many could be called in the end."""
    pages: int
    """The pages that visitors asked for meanwhile."""
    lacking: int
    """Those that were not whole."""


class GrowthProbe:
    """Visitors who come while the block scales a workload, and until its instances may be called."""

    def __init__(self, platform: Platform, wanted: Scaling) -> None:
        self.wanted = wanted
        self._platform = platform
        self._visitors = Visitors(platform.gateway_url, _EVERY[wanted.by])
        self._before: Mapping[str, str] = {}
        self._sent: Mapping[str, int] = {}
        self._began = 0.0
        self._at: float | None = None

    def __enter__(self) -> Self:
        self._before = self._platform.instances()
        self._visitors.__enter__()
        time.sleep(_BEFORE)
        self._began = time.time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not wait_while(
                self._is_pending, PATIENCE[self.wanted.by], every=_POLL_SECONDS[self.wanted.by]
            ):
                self._at = time.time()
        except BaseException as failure:
            self._visitors.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._visitors.__exit__(kind, error, trace)

    @property
    def record(self) -> GrowthRecord:
        """The observations; complete once the block has been left."""
        return GrowthRecord(
            self._at,
            None if self._at is None else 1000 * (self._at - self._began),
            len(self._ready()),
            pages=len(self._visitors.visits),
            lacking=sum(map(_lacks, self._visitors.visits)),
        )

    def count_from_here(self) -> None:
        """Take note of the calls that each instance has got so far."""
        self._sent = self._ready()

    def sent(self) -> dict[str, int]:
        """Return the calls that each instance has got since."""
        return {name: n - self._sent.get(name, 0) for name, n in sorted(self._ready().items())}

    def touched(self) -> tuple[Message, ...]:
        """Name the instances of before that are others now, and those of other workloads that were not there."""
        after, ours = self._platform.instances(), self._ours()
        new = after.keys() - self._before.keys()
        return (
            *instance_changes(self._before, after),
            *(Message("change.came", name=name) for name in sorted(new.difference(ours))),
        )

    def _is_pending(self) -> bool:
        return len(self._ready()) != self.wanted.instances

    def _ready(self) -> Mapping[str, int]:
        scaler = self._platform.scaler
        return scaler.ready(self.wanted.workload) if scaler else {}

    def _ours(self) -> set[str]:
        scaler = self._platform.scaler
        return set(scaler.belong(self.wanted.workload)) if scaler else set()


def _lacks(visit: Visit) -> bool:
    return shown_in(visit.marks) not in WEARS.values()
