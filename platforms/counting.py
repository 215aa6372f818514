"""Counts of proxies that start anew, as counts that do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

_Key = TypeVar("_Key")


class Growing:
    """Counts that never start anew, although a proxy's do when it restarts or when a cluster is replaced."""

    def __init__(self) -> None:
        self._last: dict[Any, int] = {}
        self._before: dict[Any, int] = {}

    def __call__(self, counted: Mapping[_Key, int]) -> dict[_Key, int]:
        """All that was counted since the first reading, on top of what that one said."""
        for key, last in self._last.items():
            if counted.get(key, 0) < last:
                self._before[key] = self._before.get(key, 0) + last
        self._last = dict(counted)
        return {key: self._before.get(key, 0) + counted.get(key, 0) for key in self._before.keys() | counted.keys()}
