"""What proxies count of calls between services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """One arrow of the picture: a caller's proxy to one version of an app."""

    caller: str
    """The calling workload, such as `productpage-v1`, or `ingressgateway`."""
    app: str
    version: str


@dataclass(frozen=True, slots=True)
class Counters:
    """What the callers' proxies counted upstream since they started."""

    requests: Mapping[Hop, int] = field(default_factory=dict)
    """Attempts sent to an instance, retries included."""
    failures: Mapping[Hop, int] = field(default_factory=dict)
    """Attempts answered with a 5xx, or not at all."""
    retries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attempts that repeat an earlier one, by caller and app (a proxy does not count them per version)."""

    def since(self, earlier: Counters) -> Counters:
        """What was counted between the two readings."""
        return Counters(
            requests={hop: n - earlier.requests.get(hop, 0) for hop, n in self.requests.items()},
            failures={hop: n - earlier.failures.get(hop, 0) for hop, n in self.failures.items()},
            retries={call: n - earlier.retries.get(call, 0) for call, n in self.retries.items()},
        )
