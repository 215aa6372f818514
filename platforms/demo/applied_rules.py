"""The objects of somebody's own that were put in force last: `apply --add`, `delete` and `get` start from them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from platforms.boundary import State
from platforms.demo import run_folder
from platforms.istio.resources import ResourceSet


@dataclass(frozen=True, slots=True)
class AppliedRules:
    """The file that names them; whether they are still in force only the proxies know."""

    path: Path

    @classmethod
    def of(cls, key: str) -> AppliedRules:
        return cls(run_folder.part(key) / "applied-rules.json")

    def write(self, resources: ResourceSet) -> None:
        """Replace what was written; what is new in it is as old as this moment."""
        now = int(time.time())
        aged = ResourceSet(tuple(replace(one, created=min(one.created, now)) for one in resources))
        run_folder.write(self.path, State(aged).document())

    def read(self) -> ResourceSet:
        """Return what was written; nothing where nobody has, or it cannot be read."""
        try:
            return State.of(run_folder.read(self.path)).resources
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return ResourceSet()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
