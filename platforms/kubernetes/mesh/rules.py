"""The Istio objects of a namespace made exactly those of a state, and never somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from platforms.bookinfo import NAMESPACE
from platforms.errors import NotApplied, UsageError
from platforms.istio.overlay import mesh_hosts, ruled_host
from platforms.istio.resources import DRY_RUN, Resource, ResourceSet, created
from platforms.kubernetes.client.cluster import FIELD_MANAGER, Cluster
from platforms.kubernetes.client.together import together
from platforms.kubernetes.mesh.objects import HTTP_ROUTE, KINDS, Live, in_namespace, said, value

OURS = ("app.kubernetes.io/part-of", "bookinfo")
"""The label of every object that we may change or remove."""

_ORDER = tuple(KINDS)
_MESH_HOST = "VirtualService"
"""Of a VirtualService and an HTTPRoute for one host, one alone acts."""


@dataclass(frozen=True, slots=True)
class Change:
    """The writes and removals from the live objects to those of a state."""

    write: tuple[tuple[Resource, dict[str, Any]], ...]
    """Each with the document to apply."""
    remove: tuple[dict[str, Any], ...]

    def around(self, inner: Change) -> Change:
        """Both: what the inner one needs is there before it, and goes after it."""
        return Change((*self.write, *inner.write), (*inner.remove, *self.remove))


def plan(resources: ResourceSet, found: Live, namespace: str) -> Change:
    """The writes and removals that make the live objects `resources`.

    Raises NotApplied for an object of another owner that stands in the way, UsageError for one of another namespace.
    """
    for resource in resources:
        if resource.kind not in KINDS:
            raise UsageError(f"{resource}: a demo in a cluster changes no {resource.kind}: `kubectl apply` it")
        if resource.namespace != NAMESPACE:
            raise UsageError(f"{resource}: namespace {resource.namespace}: a demo changes nothing but {NAMESPACE}")
        one = found.get((resource.kind, resource.name))
        if one is not None and not _may_change(one) and said(one) != said(document(resource, namespace)):
            raise NotApplied(
                f"{resource}: an object of this name is there and not ours (written by {_owner(one)}, without the label "
                f"{'='.join(OURS)}): remove it, or give it the label to have it replaced"
            )
    wanted = {(resource.kind, resource.name) for resource in resources}
    write = [
        (one, made)
        for one in sorted(resources, key=lambda one: _ORDER.index(one.kind))
        for made in [document(one, namespace)]
        if said(found.get((one.kind, one.name), {})) != said(made)
    ]
    gone = [one for key, one in found.items() if key not in wanted and is_ours(one)]
    return Change(
        tuple(write),
        tuple(sorted(gone, key=lambda one: -_ORDER.index(one["kind"]))),
    )


def is_restore(change: Change, found: Live, base: ResourceSet) -> bool:
    """Tell whether all that is written brings an object of ours back to the baseline: that is never refused."""
    known = {one.key: one for one in base}
    return all(
        known.get(resource.key) == resource and (resource.kind, resource.name) in found for resource, _ in change.write
    )


def conflicting_rules(resources: ResourceSet, others: Iterable[dict[str, Any]], namespace: str) -> Iterator[str]:
    """One message for each rule of somebody else that claims a host that one of `resources` claims.

    Istio takes one of the two, or merges them, without a word; `others` may be of any namespace.
    """
    claimed = {(kind, host): one for one in resources for kind, host in _claims(one)}
    own = {(one.kind, one.name, namespace) for one in resources}
    for document in others:
        if is_ours(document) or _is_private(document, namespace) or _place(document) in own:
            continue
        rival = value(in_namespace(document, namespace, NAMESPACE))
        for kind, host in _claims(rival):
            if (kind, host) in claimed:
                yield (
                    f"{claimed[kind, host]}: {rival.kind} {rival.name} in namespace {document['metadata']['namespace']} "
                    f"claims the same host, {host}, and is not ours (written by {_owner(document)}): remove it first"
                )


def write(cluster: Cluster, change: Change) -> Live:
    """Have everything checked first, then write it and return it: what is refused leaves all as it was.

    Raises Rejected for what the API server or Istio's webhook refuses.
    """
    if len(change.write) > 1:  # one alone is checked as it is written
        together([partial(cluster.apply, made, where=str(resource), dry_run=True) for resource, made in change.write])
    found = {}
    for resource, made in change.write:
        written = found[resource.kind, resource.name] = cluster.apply(made, where=str(resource))
        if said(written) != said(made):  # a field that somebody else has put there
            cluster.replace(_saying(made, written), where=str(resource))
    for one in change.remove:
        cluster.delete(one)
    return found


def with_age(resources: ResourceSet, found: Live) -> ResourceSet:
    """The same objects, each as old as the API server says: istiod orders them by that, and a file says nothing of it."""
    return ResourceSet(
        tuple(
            replace(one, created=created(found[one.kind, one.name]["metadata"]))
            if (one.kind, one.name) in found
            else one
            for one in resources
        )
    )


def inverse(change: Change, found: Live) -> Change:
    """The change back to what was found."""
    back = []
    for resource, made in change.write:
        if one := found.get((resource.kind, resource.name)):
            back.append((resource, _saying(one, made)))
    for one in change.remove:
        made = {field: one[field] for field in ("apiVersion", "kind", "spec")}
        made["metadata"] = {field: one["metadata"][field] for field in ("name", "namespace", "labels")}
        back.append((value(one), _saying(one, made)))
    added = [made for resource, made in change.write if (resource.kind, resource.name) not in found]
    return Change(tuple(back), tuple(added))


def document(resource: Resource, namespace: str) -> dict[str, Any]:
    """The object as it is applied: with our label, and for the namespace that the demo is in."""
    made = resource.document()
    if namespace != NAMESPACE and resource.namespace == NAMESPACE:
        made = in_namespace(made, NAMESPACE, namespace)
    made["metadata"]["labels"] = dict([OURS])
    return made


def is_ours(one: Mapping[str, Any]) -> bool:
    return (one["metadata"].get("labels") or {}).get(OURS[0]) == OURS[1]


def _claims(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.kind in ("VirtualService", HTTP_ROUTE):
        for host in mesh_hosts(resource):
            yield (_MESH_HOST, host)
    elif resource.kind == "DestinationRule":
        yield (resource.kind, ruled_host(resource)[1])
    elif resource.kind == "ServiceEntry":
        for host in resource.spec["hosts"]:
            yield (resource.kind, host.lower())


def _saying(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """`other`, made to say what `one` does."""
    spec, dry_run = said(one)
    metadata = {field: value for field, value in other["metadata"].items() if field != "annotations"}
    annotations = {key: value for key, value in (other["metadata"].get("annotations") or {}).items() if key != DRY_RUN}
    if dry_run is not None:
        annotations[DRY_RUN] = dry_run
    return {**other, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}, "spec": spec}


def _is_private(one: Mapping[str, Any], namespace: str) -> bool:
    """Tell whether a rule of another namespace rules that one only."""
    return bool(one["metadata"]["namespace"] != namespace and one.get("spec", {}).get("exportTo") == ["."])


def _may_change(one: Mapping[str, Any]) -> bool:
    """Tell whether an object is ours, or was until somebody applied a file of their own over it, without the label."""
    return is_ours(one) or FIELD_MANAGER in _writers(one)


def _place(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return (one["kind"], one["metadata"]["name"], one["metadata"]["namespace"])


def _owner(one: Mapping[str, Any]) -> str:
    """The writers of the object's spec, as far as the API server knows them."""
    return ", ".join(_writers(one)) or "nobody known"


def _writers(one: Mapping[str, Any]) -> list[str]:
    """The field managers of the object's spec."""
    managers = [
        entry["manager"] for entry in one["metadata"].get("managedFields", ()) if "f:spec" in entry.get("fieldsV1", {})
    ]
    return list(dict.fromkeys(managers))
