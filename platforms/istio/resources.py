"""Istio objects as values: load, overlay, dump, revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from platforms.errors import UsageError
from platforms.istio.reading import files
from platforms.istio.reading.documents import Unreadable, documents

_LIST = "List"
_READ = ("apiVersion", "kind", "metadata", "spec")
SECRET = "Secret"  # noqa: S105  # the name of a kind
"""The kind whose objects have no `spec`: what they say stands beside their metadata."""
DRY_RUN = "istio.io/dry-run"
"""The annotation by which an AuthorizationPolicy is only to be tried: the only one that has a meaning."""
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
"""What Go reads as true."""

NOW = 2**53
"""The age of what is new. Of several new objects none is older: `kubectl` creates them within one second."""

GATEWAY_API = "gateway.networking.k8s.io"
"""The group of the objects that Kubernetes has for what Istio's own say."""

Key = tuple[str, str, str]
"""Collection, namespace and name: what makes two documents the same object."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One Istio object."""

    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    namespace: str
    source: str = field(default="", compare=False)
    """Where it was read: `istio/canary.yaml`."""
    created: int = field(default=NOW, compare=False)
    """When it came to be, in seconds, as istiod orders objects."""
    dry_run: str | None = None
    """The value of that annotation, as written; None without it."""
    is_baselines: bool = field(default=False, compare=False)
    """Whether the baseline says it."""
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What else its metadata says, and `more` the rest of its document: to be checked, then of no more use."""
    more: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    private_key: str = field(default="", compare=False, repr=False)
    """Of a Secret, what no document of it has: its certificate says which it is."""

    @property
    def collection(self) -> str:
        """Its kind, by the name that istiod has for it: the Gateway API's Gateway is a `KubernetesGateway`."""
        return collection(self.api_version.rpartition("/")[0], self.kind)

    @property
    def key(self) -> Key:
        return (self.collection, self.namespace, self.name)

    @property
    def is_dry_run(self) -> bool:
        """Tell whether it is to be tried only."""
        return self.dry_run in _TRUE

    def __str__(self) -> str:
        """The name in messages: `istio/canary.yaml: VirtualService reviews`."""
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.kind} {self.name}"

    def document(self) -> dict[str, Any]:
        """The object as it stands in YAML."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": {"name": self.name, "namespace": self.namespace, **self._annotations},
            **(self.spec if self.kind == SECRET else {"spec": self.spec}),
        }

    @property
    def _annotations(self) -> dict[str, Any]:
        return {} if self.dry_run is None else {"annotations": {DRY_RUN: self.dry_run}}


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """Several Istio objects, one per kind and name."""

    resources: tuple[Resource, ...] = ()

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if resource.collection == kind)

    def overlaid(self, over: ResourceSet) -> ResourceSet:
        """These objects with those of `over` in place of, or beside, them.

        One that is replaced is changed, not made anew, as `kubectl apply` changes it: it stays as old as it was, and
        the baseline's if it says the same.
        """
        merged = {resource.key: resource for resource in self}
        for resource in over:
            known = merged.get(resource.key, resource)
            merged[resource.key] = replace(
                resource,
                created=min(known.created, resource.created),
                is_baselines=known.is_baselines and known == resource,
            )
        return ResourceSet(tuple(merged[key] for key in sorted(merged)))

    @property
    def revision(self) -> str:
        """A short hash that changes when any object does."""
        documents = [resource.document() for resource in sorted(self.resources, key=lambda r: r.key)]
        return hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:7]

    def dump(self) -> str:
        """The objects as YAML documents."""
        return yaml.safe_dump_all([resource.document() for resource in self], sort_keys=False)


def load(*given: Path | str, namespace: str) -> ResourceSet:
    """The objects in files, or in all files of a folder that kubectl would take; `-` is standard input.

    One that names no namespace is in `namespace`.
    Raises UsageError, naming the file, for what cannot be read or is no Istio object.
    """
    return collected(
        resource for name, text in files.texts(given) for resource in parse(text, source=name, namespace=namespace)
    )


def collected(resources: Iterable[Resource]) -> ResourceSet:
    """The objects as one set; raises UsageError for one that is given twice."""
    found: dict[Key, Resource] = {}
    for resource in resources:
        if resource.key in found:
            raise UsageError(f"{resource}: given twice, also in {found[resource.key].source}")
        found[resource.key] = resource
    return ResourceSet(tuple(found[key] for key in sorted(found)))


def parse(text: str, *, source: str, namespace: str) -> Iterator[Resource]:
    """The objects in a text of YAML or JSON documents, as `load` has them; `source` names it in messages.

    A list is its items, as `kubectl get -o yaml` writes them and `kubectl apply` reads them.
    """
    try:
        found = documents(text)
    except Unreadable as error:
        raise UsageError(f"{source}: {error}") from error
    for number, document in enumerate(found, start=1):
        for where, one in _flattened(document, f"{source}: document {number}"):
            yield _resource(one, source=source, where=where, namespace=namespace)


def collection(group: str, kind: str) -> str:
    """The name that istiod has for a kind, which is no other kind's."""
    return "KubernetesGateway" if (group, kind) == (GATEWAY_API, "Gateway") else kind


def said(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec of an object, from its document."""
    if document["kind"] == SECRET:
        return {field: document[field] for field in ("type", "data")}
    spec: Mapping[str, Any] = document["spec"]
    return spec


def created(metadata: Mapping[str, Any]) -> int:
    """The seconds of a `creationTimestamp`; without a readable one the object is new."""
    try:
        return int(datetime.fromisoformat(metadata["creationTimestamp"]).timestamp())
    except (KeyError, TypeError, ValueError, OverflowError):
        return NOW


def dry_run(metadata: Mapping[str, Any]) -> str | None:
    """The annotation, if it is there; a value that is no text is for the platform to refuse."""
    annotations = metadata.get("annotations")
    if not isinstance(annotations, dict) or DRY_RUN not in annotations:
        return None
    given = annotations[DRY_RUN]
    return given if isinstance(given, str) else ""


def _flattened(document: object, where: str) -> Iterator[tuple[str, object]]:
    """The document, or what is in it if it is a list, each with its place."""
    kind = document.get("kind") if isinstance(document, dict) else None
    if not (isinstance(document, dict) and isinstance(kind, str) and kind.endswith(_LIST) and "items" in document):
        yield where, document
        return
    items = [] if document["items"] is None else document["items"]
    if not isinstance(items, list):
        raise UsageError(f"{where}: {kind}: items must be a list")
    # A VirtualServiceList need not say of each item what it is.
    implied = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix(_LIST)} if kind != _LIST else {}
    for number, item in enumerate(items, start=1):
        one = {**implied, **item} if isinstance(item, dict) and not item.get("kind") else item
        yield from _flattened(one, f"{where}, item {number}")


def _resource(document: object, *, source: str, where: str, namespace: str) -> Resource:
    if not isinstance(document, dict):
        raise UsageError(f"{where}: not an object with apiVersion, kind, metadata and spec")
    kind = document.get("kind")
    given = document.get("metadata")
    metadata = given if isinstance(given, dict) else {}
    texts = {
        "apiVersion": document.get("apiVersion"),
        "kind": kind,
        "metadata.name": metadata.get("name"),
        "metadata.namespace": metadata.get("namespace") or namespace,
    }
    for field_name, value in texts.items():
        if value in (None, ""):
            raise UsageError(f"{where}: {field_name} is missing")
        if not isinstance(value, str):
            raise UsageError(f"{where}: {field_name} must be a string, not {json.dumps(value)}")
    api_version, kind, name, namespace = map(str, texts.values())
    spec = document.get("spec")
    if not isinstance(spec, dict | None):
        raise UsageError(f"{where}: {kind} {name}: spec must be an object")
    # An object without a spec is for the platform to judge: an AuthorizationPolicy needs none.
    return Resource(
        api_version,
        kind,
        name,
        spec or {},
        namespace=namespace,
        source=source,
        created=created(metadata),
        dry_run=dry_run(metadata),
        metadata={field: value for field, value in metadata.items() if field not in ("name", "namespace")},
        more={field: value for field, value in document.items() if field not in _READ},
    )
