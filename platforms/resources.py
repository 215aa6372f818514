"""Istio objects as values: load, overlay, dump, revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from platforms.environment import ROOT
from platforms.errors import UsageError

ISTIO = ROOT / "istio"
NAMESPACE = "bookinfo"

_BASELINE = "istio/baseline/"

# Kubernetes speaks JSON.
_YAML_ONLY = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("binary", "omap", "pairs", "set"))
# A megabyte of YAML, which is what a cluster accepts, has fewer.
_MOST_VALUES = 100_000

Key = tuple[str, str, str]
"""Kind, namespace and name: what makes two documents the same object."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One Istio object."""

    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    namespace: str = NAMESPACE
    source: str = field(default="", compare=False)
    """Where it was read: `istio/canary.yaml`."""
    created: int = field(default=1, compare=False)
    """When it came to be, as istiod orders objects: the baseline's are there first (0), what is laid over them follows."""

    @property
    def key(self) -> Key:
        return (self.kind, self.namespace, self.name)

    @property
    def is_baselines(self) -> bool:
        """Whether it was read from `istio/baseline/`."""
        return self.source.startswith(_BASELINE)

    def __str__(self) -> str:
        """As a message names it: `istio/canary.yaml: VirtualService reviews`."""
        where = f"{self.source}: " if self.source else ""
        return f"{where}{self.kind} {self.name}"

    def document(self) -> dict[str, Any]:
        """The object as it stands in YAML."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": self.spec,
        }


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """Several Istio objects, one per kind and name."""

    resources: tuple[Resource, ...] = ()

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if resource.kind == kind)

    def overlaid(self, over: ResourceSet) -> ResourceSet:
        """These objects with those of `over` in place of, or beside, them.

        One that is replaced is changed, not made anew, as `kubectl apply` changes it: it stays as old as it was.
        """
        merged = {resource.key: resource for resource in self}
        for resource in over:
            known = merged.get(resource.key, resource)
            merged[resource.key] = replace(resource, created=min(known.created, resource.created))
        return ResourceSet(tuple(merged[key] for key in sorted(merged)))

    @property
    def revision(self) -> str:
        """A short hash that changes when any object does."""
        documents = [resource.document() for resource in sorted(self.resources, key=lambda r: r.key)]
        return hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:7]

    def dump(self) -> str:
        """The objects as YAML documents."""
        return yaml.safe_dump_all([resource.document() for resource in self], sort_keys=False)


def load(*paths: Path) -> ResourceSet:
    """The objects in YAML files, or in all `*.yaml` files of a folder.

    Raises UsageError, naming the file, for what cannot be read or is no Istio object.
    """
    found: dict[Key, Resource] = {}
    for path in _files(paths):
        for resource in parse(_read(path), source=_shown(path)):
            if resource.key in found:
                raise UsageError(f"{resource}: given twice, also in {found[resource.key].source}")
            found[resource.key] = resource
    return ResourceSet(tuple(found[key] for key in sorted(found)))


def parse(text: str, *, source: str) -> Iterator[Resource]:
    """The objects in a text of YAML documents; `source` names it in messages."""
    try:
        documents = [document for document in yaml.load_all(text, _Loader) if document is not None]
    except yaml.YAMLError as error:
        why = " ".join(str(error).replace('in "<unicode string>",', "at").split())
        raise UsageError(f"{source}: not YAML: {why}") from error
    except RecursionError as error:
        raise UsageError(f"{source}: nested too deeply") from error
    for number, document in enumerate(documents, start=1):
        yield _resource(document, source=source, number=number)


class _Loader(yaml.SafeLoader):
    """Reads YAML as a cluster does: a date and every name is a text, and a field given twice is an error.

    What JSON has no form for is an error too, and so are aliases that make much of little.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  # declared so by PyYAML
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    yaml_constructors = {  # noqa: RUF012  # declared so by PyYAML
        tag: make for tag, make in yaml.SafeLoader.yaml_constructors.items() if tag not in _YAML_ONLY
    }

    def construct_document(self, node: yaml.Node) -> Any:
        if (values := _size(node, {})) > _MOST_VALUES:
            problem = f"its aliases unfold to {values:,} values, {_MOST_VALUES:,} are allowed"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # as PyYAML calls it
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f'key "{key.value}" already set in map', problem_mark=key.start_mark)
            seen.add(key.value)
        mapping = super().construct_mapping(node, deep)
        return {key if isinstance(key, str) else json.dumps(key): value for key, value in mapping.items()}


def _size(node: yaml.Node, known: dict[yaml.Node, int | None]) -> int:
    """How many values a node stands for once every alias is replaced by what it names."""
    if node not in known:
        known[node] = None  # being counted
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        inner = (part for entry in parts for part in (entry if isinstance(entry, tuple) else (entry,)))
        known[node] = 1 + sum(_size(part, known) for part in inner)
    size = known[node]
    if size is None:
        raise yaml.MarkedYAMLError(problem="an alias stands inside what it names", problem_mark=node.start_mark)
    return size


def baseline() -> ResourceSet:
    """What `istio/baseline/` says."""
    return load(ISTIO / "baseline")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else (path,)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: cannot be read: it is no text in UTF-8") from error


def _shown(path: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else str(path)


def _resource(document: object, *, source: str, number: int) -> Resource:
    where = f"{source}: document {number}"
    if not isinstance(document, dict):
        raise UsageError(f"{where}: not an object with apiVersion, kind, metadata and spec")
    kind = document.get("kind")
    if isinstance(kind, str) and kind.endswith("List"):
        raise UsageError(f"{where}: {kind}: give its items one by one, as documents between lines of ---")
    given = document.get("metadata")
    metadata = given if isinstance(given, dict) else {}
    texts = {
        "apiVersion": document.get("apiVersion"),
        "kind": kind,
        "metadata.name": metadata.get("name"),
        "metadata.namespace": metadata.get("namespace") or NAMESPACE,
    }
    for field_name, value in texts.items():
        if value in (None, ""):
            raise UsageError(f"{where}: {field_name} is missing")
        if not isinstance(value, str):
            raise UsageError(f"{where}: {field_name}: {json.dumps(value)} is no text")
    api_version, kind, name, namespace = map(str, texts.values())
    spec = document.get("spec")
    if not isinstance(spec, dict | None):
        raise UsageError(f"{where}: {kind} {name}: spec is no object")
    # An object without a spec is for the platform to judge: an AuthorizationPolicy needs none.
    created = 0 if source.startswith(_BASELINE) else 1
    return Resource(api_version, kind, name, spec or {}, namespace=namespace, source=source, created=created)
