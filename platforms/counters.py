"""The counts that proxies keep of calls between services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """One arrow of the picture: a caller's proxy to one version of an app."""

    caller: str
    """The calling workload, such as `productpage-v1`, or `ingressgateway`."""
    app: str
    version: str


@dataclass(frozen=True, slots=True)
class Counters:
    """The upstream calls that the callers' proxies counted since they started."""

    requests: Mapping[Hop, int] = field(default_factory=dict)
    """Attempts sent to an instance, retries included."""
    failures: Mapping[Hop, int] = field(default_factory=dict)
    """Attempts answered with a 5xx, or not at all."""
    retries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attempts that repeat an earlier one, by caller and app (a proxy does not count them per version)."""
    rescued: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Calls that got their answer by a retry; like the next, only by caller and app of which a proxy keeps that count."""
    timeouts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Calls that their route's time-out ended."""
    ejected: Mapping[Hop, int] = field(default_factory=dict)
    """Instances that outlier detection keeps out now; one that two of the caller's proxies keep out counts twice."""

    def since(self, earlier: Counters) -> Counters:
        """The counts between the two readings; what is kept out is as in this one."""
        return Counters(
            requests={hop: n - earlier.requests.get(hop, 0) for hop, n in self.requests.items()},
            failures={hop: n - earlier.failures.get(hop, 0) for hop, n in self.failures.items()},
            retries={call: n - earlier.retries.get(call, 0) for call, n in self.retries.items()},
            rescued={call: n - earlier.rescued.get(call, 0) for call, n in self.rescued.items()},
            timeouts={call: n - earlier.timeouts.get(call, 0) for call, n in self.timeouts.items()},
            ejected=self.ejected,
        )


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls that one workload has made through its proxy, since that started, whatever became of them there."""

    begun: int
    answered: int
    """Those with a status of success; one that its proxy refused, or held back until nobody waited, is none of them."""
    under_way: int

    def __add__(self, other: Calls) -> Calls:
        return Calls(self.begun + other.begun, self.answered + other.answered, self.under_way + other.under_way)


class MonotonicCounters:
    """Proxy counters made monotonic across restarts."""

    def __init__(self) -> None:
        self._requests = MonotonicCounts()
        self._failures = MonotonicCounts()
        self._retries = MonotonicCounts()
        self._rescued = MonotonicCounts()
        self._timeouts = MonotonicCounts()

    def total(self, by_proxy: Mapping[str, Counters]) -> Counters:
        """The sum over all proxies, those included that are gone by now."""
        return Counters(
            requests=_sum(self._requests.update(_flat({name: one.requests for name, one in by_proxy.items()}))),
            failures=_sum(self._failures.update(_flat({name: one.failures for name, one in by_proxy.items()}))),
            retries=_sum(self._retries.update(_flat({name: one.retries for name, one in by_proxy.items()}))),
            rescued=_sum(self._rescued.update(_flat({name: one.rescued for name, one in by_proxy.items()}))),
            timeouts=_sum(self._timeouts.update(_flat({name: one.timeouts for name, one in by_proxy.items()}))),
            ejected=_sum(_flat({name: one.ejected for name, one in by_proxy.items()})),
        )


class MonotonicCounts:
    """Counts that never start anew, although a proxy's do when it restarts or when a cluster is replaced."""

    def __init__(self) -> None:
        self._last: dict[Any, int] = {}
        self._before: dict[Any, int] = {}

    def update(self, counted: Mapping[_Key, int]) -> dict[_Key, int]:
        """All that was counted since the first reading, on top of what that one said."""
        for key, last in self._last.items():
            if counted.get(key, 0) < last:
                self._before[key] = self._before.get(key, 0) + last
        self._last = dict(counted)
        return {key: self._before.get(key, 0) + counted.get(key, 0) for key in self._before.keys() | counted.keys()}


def _flat(by_proxy: Mapping[str, Mapping[_Key, int]]) -> dict[tuple[str, _Key], int]:
    return {(name, key): count for name, counted in by_proxy.items() for key, count in counted.items()}


def _sum(counted: Mapping[tuple[str, _Key], int]) -> dict[_Key, int]:
    total: dict[_Key, int] = {}
    for (_, key), count in counted.items():
        total[key] = total.get(key, 0) + count
    return total


@dataclass(frozen=True, slots=True)
class Heard:
    """The calls that came to an app, as its own proxies counted them."""

    taken: int
    """Those that were let through to the app."""
    denied: int
    """Those that a policy refused."""
    cut: int
    """Connections that were closed before anything was asked: in plain text, or with a certificate that is not believed."""

    def __sub__(self, before: Heard) -> Heard:
        return Heard(self.taken - before.taken, self.denied - before.denied, self.cut - before.cut)
