"""Istio objects of somebody's own, put in force over the baseline and taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO, baseline, load, parse, with_workloads
from platforms.boundary import CONVERGENCE_SECONDS, Convergence, State
from platforms.cli import entry_notes, https_notes
from platforms.demo.applied_rules import AppliedRules
from platforms.demo.crash_recovery import print_restored
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.envoy.route import hidden
from platforms.envoy.topology import Ports, Topology
from platforms.errors import NotConverged, UsageError
from platforms.istio import secrets
from platforms.istio.analysis.analyze import analyze
from platforms.istio.analysis.hints import hints
from platforms.istio.analysis.message import Finding
from platforms.istio.gateway_api.own_services import hindrance
from platforms.istio.overlay import Overlay, lay_over
from platforms.istio.reading import files
from platforms.istio.registry import Registry
from platforms.istio.resources import GATEWAY_API, SECRET, Resource, ResourceSet, collected
from platforms.istio.schema import crds
from platforms.istio.validation.validate import validated
from platforms.kubernetes.snapshot import verifiable_routing
from platforms.local.snapshot import snapshot

_PROBE_SECONDS = 1.0
"""How long the proxies get to prove that they serve what was applied before."""
_ANYWHERE = Topology(Path("/"), {one.name: Ports(0, 0, 0) for one in BOOKINFO.workloads}, 0)
"""Where proxies listen makes no difference to what is refused."""
_OF_ITS_OWN = "Bookinfo has Services and workloads of its own"
CLUSTERS_OWN = {"Service": "a demo in a cluster changes no Services, and takes those that `kubectl apply` has made"}
"""What a cluster has without us, by kind."""


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The objects that somebody gives, as a cluster would take them."""

    resources: ResourceSet
    notes: tuple[str, ...]
    """What was read of each folder, and what is in the files that is no rule."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the author of rules should know of them."""

    notes: tuple[str, ...]
    warnings: tuple[Finding, ...]

    def document(self) -> dict[str, Any]:
        return {"notes": list(self.notes), "warnings": list(map(asdict, self.warnings))}


@dataclass(frozen=True, slots=True)
class Applied:
    """Own rules in force."""

    convergence: Convergence
    remarks: Remarks

    def document(self) -> dict[str, Any]:
        return {
            "revision": self.convergence.revision,
            "in_force_ms": round(self.convergence.milliseconds, 1),
            "proxies": self.convergence.proxies,
            **self.remarks.document(),
        }


def read(given: Sequence[str]) -> OwnRules:
    """Read files and folders of objects; raises UsageError or Rejected before anything is asked of a platform."""
    return of_texts(files.texts(given), given)


def of_texts(texts: Iterable[tuple[str, str]], given: Sequence[str]) -> OwnRules:
    """Read objects of texts that were found by `files.texts` in what was given; raises as `read` does."""
    found = collected(one for name, text in texts for one in parse(text, source=name))
    return _valid(found, given, tuple(told for one in given if (told := files.told(one))))


def parsed(text: str, source: str) -> OwnRules:
    """Read a text of objects, which messages call `source`; raises as `read` does."""
    return _valid(collected(parse(text, source=source)), (source,), ())


def apply(own: OwnRules, platform: DemoPlatform, who: str, *, add: bool = False) -> Applied:
    """Put the objects in force over the baseline, in place of what was applied before; or, with `add`, beside it.

    `who` is the command.
    """
    own = on(own, platform.name)
    print_restored(platform)
    with exclusive(platform.key, who):
        before = in_force(platform)
        wanted = before.overlaid(own.resources) if add else own.resources
        applied = _apply(wanted, platform)
    dropped = [] if add else _without(before, own.resources)
    told = (f"no longer in force: {_named(dropped)}; `apply --add` would have kept {'them' if dropped[1:] else 'it'}",)
    return Applied(applied.convergence, _preceded((*own.notes, *(told if dropped else ())), applied.remarks))


def dry_run(own: OwnRules, platform: str, demo: DemoPlatform | None = None) -> Remarks:
    """Say what `apply` would; raises what it would raise for what cannot be translated. Needs no demo.

    `demo` is the one that is up, if its workloads are to be looked at.
    """
    own = on(own, platform)
    laid = laid_over(own.resources)
    translate(laid.resources, platform)
    registry = with_workloads(demo.workloads()) if demo else BOOKINFO
    told = (
        *https_notes.notes(laid.resources, BOOKINFO, platform, demo.door if demo else None),
        *entry_notes.notes(laid.resources, BOOKINFO, platform),
    )
    return _preceded((*own.notes, *told), remarks(laid, registry))


def translate(resources: ResourceSet, platform: str) -> None:
    """Raise what `apply` raises on that platform for what cannot be translated."""
    if platform == "kubernetes":
        verifiable_routing(resources)
    else:
        snapshot(resources, BOOKINFO, _ANYWHERE)


def delete(given: Sequence[str], platform: DemoPlatform, who: str) -> Applied:
    """Take the objects of these files, as far as their kinds and names go, out of what was applied.

    Raises UsageError, with nothing changed, for one that is not in force.
    """
    unwanted = ResourceSet(tuple(one for one in load(*given) if aside(one, platform.name) is None))
    print_restored(platform)
    with exclusive(platform.key, who):
        before = in_force(platform)
        if missing := _without(unwanted, before):
            there = _named(before) or "nothing of your own is"
            raise UsageError(f"{_named(missing)}: not in force, so it cannot be deleted; in force: {there}")
        return _apply(ResourceSet(tuple(_without(before, unwanted))), platform)


def in_force(platform: DemoPlatform) -> ResourceSet:
    """Return what was applied, if the proxies still serve it: a scenario, or `reset`, puts the baseline in its place."""
    own = AppliedRules.of(platform.key).read()
    if own.resources:
        try:
            platform.wait_until_converged(State(laid_over(own).resources), timeout=_PROBE_SECONDS)
        except NotConverged:
            return ResourceSet()
    return own


def _apply(own: ResourceSet, platform: DemoPlatform) -> Applied:
    laid = laid_over(own)
    convergence = _put_in_force(platform, State(laid.resources))
    AppliedRules.of(platform.key).write(own)
    found = remarks(laid, with_workloads(platform.workloads()))
    told = (
        *https_notes.notes(laid.resources, BOOKINFO, platform.name, platform.door),
        *entry_notes.notes(laid.resources, BOOKINFO, platform.name),
    )
    return Applied(convergence, _preceded(told, found))


def remarks(laid: Overlay, registry: Registry) -> Remarks:
    """Say what the author of these objects should know of them, in a demo with these workloads."""
    return Remarks(notes(laid), analyze(laid.resources, registry))


def _preceded(notes: tuple[str, ...], remarks: Remarks) -> Remarks:
    return replace(remarks, notes=(*notes, *remarks.notes))


def laid_over(own: ResourceSet) -> Overlay:
    """Lay the objects over the baseline."""
    return lay_over(baseline(), own, BOOKINFO)


def _without(resources: ResourceSet, others: ResourceSet) -> list[Resource]:
    keys = {one.key for one in others}
    return [one for one in resources if one.key not in keys]


def _named(resources: Iterable[Resource]) -> str:
    return ", ".join(map(str, resources))


def notes(laid: Overlay) -> tuple[str, ...]:
    """Tell what steps aside in the overlay, what never acts, and what is likely not meant."""
    return (*laid.notes, *hidden.notes(laid.resources, BOOKINFO), *hints(laid.resources, BOOKINFO))


def reset(platform: DemoPlatform, who: str) -> Convergence:
    """Put exactly the baseline in force, with every workload started."""
    print_restored(platform)
    with exclusive(platform.key, who):
        convergence = _put_in_force(platform, State(baseline()))
        AppliedRules.of(platform.key).remove()
        Journal.of(platform.key).close()
    return convergence


def is_rule(resource: Resource) -> bool:
    """Tell a rule, also a misspelt one, from what decides nothing about requests, such as a Deployment.

    A Service that is none of Bookinfo's and selects some of its workloads is one: routes may lead to it; and so is a
    Secret with a certificate, which a Gateway may name.
    """
    return is_of_istio(resource) or hindrance(resource, BOOKINFO) is None or secrets.hindrance(resource) is None


def is_of_istio(resource: Resource) -> bool:
    """Tell an object of Istio's or of the Gateway API's, also a misspelt one; a class of Gateways is the cluster's."""
    group = resource.api_version.rpartition("/")[0]
    of_istio = "istio.io" in group or group == GATEWAY_API or resource.kind in crds.kinds()
    return of_istio and not _is_class(resource)


def _is_class(resource: Resource) -> bool:
    return resource.kind == "GatewayClass" and resource.api_version.startswith(f"{GATEWAY_API}/")


def aside(resource: Resource, platform: str | None = None) -> str | None:
    """Return why an object beside rules is left out, on any platform or on that one; None for what is not."""
    if is_rule(resource):
        return CLUSTERS_OWN.get(resource.kind) if platform == "kubernetes" else None
    if _is_class(resource):
        return "Istio brings its classes of Gateways along"
    if resource.kind == "Service" and resource.name not in BOOKINFO.services:
        return f"{_OF_ITS_OWN}, and this one adds none: {hindrance(resource, BOOKINFO)}"
    return (
        f"{_OF_ITS_OWN}, and in this {resource.kind} {secrets.hindrance(resource)}"
        if resource.kind == SECRET
        else _OF_ITS_OWN
    )


def on(own: OwnRules, platform: str) -> OwnRules:
    """Return the objects that a demo of that platform takes over, and in the notes why others are not."""
    left = [one for one in own.resources if aside(one, platform)]
    if not left:
        return own
    kept = ResourceSet(tuple(one for one in own.resources if one not in left))
    if not kept.resources:
        raise UsageError(f"{_named(left)}: nothing to do on platform {platform}: {aside(left[0], platform)}")
    told = (f"set aside, since {aside(one, platform)}: {one}" for one in left)
    return OwnRules(kept, (*own.notes, *told))


def _valid(found: ResourceSet, given: Sequence[str], notes: tuple[str, ...]) -> OwnRules:
    """Leave aside what stands beside rules in people's files, and check the rules."""
    rules = tuple(one for one in found if is_rule(one))
    others: dict[str, list[str]] = {}
    for one in found:
        if why := aside(one):
            others.setdefault(why, []).append(f"{one.kind} {one.name}")
    if not rules:
        only = f", only {', '.join(name for names in others.values() for name in names)}" if others else ""
        raise UsageError(f"{' '.join(given)}: no Istio object in there{only}")
    told = (f"set aside, since {why}: {', '.join(names)}" for why, names in others.items())
    return OwnRules(validated(ResourceSet(rules)), (*notes, *told))


def _put_in_force(platform: DemoPlatform, state: State) -> Convergence:
    platform.apply(state)
    return platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
