"""The two versions of a rollout, and the rules that lead from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from platforms.bookinfo import ISTIO, load
from platforms.istio.resources import ResourceSet
from scenarios.patch import with_value
from scenarios.release.breakage import Breakage
from scenarios.release.stairs import ALL

CONTROL = "rollout-control"
"""The end user who keeps the old version when everybody else has the new one, so that there is something to compare with."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The two versions, and how the new one must not differ from the old one."""

    new: str
    old: str
    worse: Fraction = Fraction(1, 100)
    slower_ms: int = 200
    breakage: Breakage | None = None


def rule(upgrade: Upgrade, percent: int) -> ResourceSet:
    """Return the rule of a step: by weight or, when all get the new version, the old one for the control visitor alone."""
    new, old = (_destination(version) for version in (upgrade.new, upgrade.old))
    if percent == ALL:
        control = {"match": [{"headers": {"end-user": {"exact": CONTROL}}}], "route": [old]}
        return _routes([control, {"route": [new]}])
    return _routes([{"route": [{**old, "weight": ALL - percent}, {**new, "weight": percent}]}])


def rule_before(upgrade: Upgrade) -> ResourceSet:
    """Return the rule that a rollout goes back to: the old version for everybody."""
    return _routes([{"route": [_destination(upgrade.old)]}])


def _destination(version: str) -> dict[str, Any]:
    return {"destination": {"host": "reviews", "subset": version}}


def _routes(http: list[dict[str, Any]]) -> ResourceSet:
    return with_value(load(ISTIO / "canary.yaml"), "reviews", ("http",), http)
