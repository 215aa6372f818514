"""Istio objects of somebody's own, put in force over the baseline and taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from platforms.bookinfo import BOOKINFO, baseline, load, parse
from platforms.boundary import CONVERGENCE_SECONDS, Convergence, State
from platforms.demo.crash_recovery import print_restored
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.envoy.route import hidden
from platforms.errors import UsageError
from platforms.istio import files, security
from platforms.istio.analysis.analyze import analyze
from platforms.istio.analysis.message import Finding
from platforms.istio.overlay import Overlay, lay_over
from platforms.istio.resources import ResourceSet, collected
from platforms.istio.validation.validate import validated


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The objects that somebody gives, as a cluster would take them."""

    resources: ResourceSet
    notes: tuple[str, ...]
    """What was read of each folder."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Own rules in force, with what their author should know."""

    convergence: Convergence
    notes: tuple[str, ...]
    warnings: tuple[Finding, ...]

    def document(self) -> dict[str, Any]:
        return {
            "revision": self.convergence.revision,
            "in_force_ms": round(self.convergence.milliseconds, 1),
            "proxies": self.convergence.proxies,
            "notes": list(self.notes),
            "warnings": list(map(asdict, self.warnings)),
        }


def read(given: Sequence[str]) -> OwnRules:
    """Read files and folders of objects; raises UsageError or Rejected before anything is asked of a platform."""
    return OwnRules(_valid(load(*given), given), tuple(told for one in given if (told := files.told(one))))


def parsed(text: str, source: str) -> OwnRules:
    """Read a text of objects, which messages call `source`; raises as `read` does."""
    return OwnRules(_valid(collected(parse(text, source=source)), (source,)), ())


def apply(own: OwnRules, platform: DemoPlatform, who: str) -> Applied:
    """Put the objects in force over the baseline; a second time replaces the first. `who` is the command."""
    print_restored(platform)
    laid = lay_over(baseline(), own.resources, BOOKINFO)
    with exclusive(platform.key, who):
        convergence = _put_in_force(platform, State(laid.resources))
    caveats = platform.caveats if any(one.kind in security.KINDS for one in own.resources) else ()
    return Applied(convergence, (*own.notes, *notes(laid), *caveats), analyze(laid.resources, BOOKINFO))


def notes(laid: Overlay) -> tuple[str, ...]:
    """Tell what steps aside in the overlay, and what never acts."""
    return (*laid.notes, *hidden.notes(laid.resources, BOOKINFO))


def reset(platform: DemoPlatform, who: str) -> Convergence:
    """Put exactly the baseline in force, with every workload started."""
    print_restored(platform)
    with exclusive(platform.key, who):
        convergence = _put_in_force(platform, State(baseline()))
        Journal.of(platform.key).close()
    return convergence


def _valid(resources: ResourceSet, given: Sequence[str]) -> ResourceSet:
    if not resources.resources:
        raise UsageError(f"{' '.join(given)}: no Istio object in there")
    return validated(resources)


def _put_in_force(platform: DemoPlatform, state: State) -> Convergence:
    platform.apply(state)
    return platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
