"""The metadata of a Kubernetes object, checked as kubectl and an API server check it, in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platforms.istio.schema.check import Problem

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_NAME = 253
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    f"end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{NAME.pattern}')"
)
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_CHARACTERS = (
    "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_VALUE_RULE = (
    f"a valid label must be an empty string or {_CHARACTERS} "
    f"(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{_VALUE.pattern}')"
)
_KEY = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_KEY_RULE = (
    f"must {_CHARACTERS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_KEY.pattern}')"
)
_LONGEST = 63
_MOST_ANNOTATIONS = 262144
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[-+]\d{2}:\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Struct:
    """Fields by name, of a type as Go has it: `[]` before it for a list, `map[string]` for free names."""

    name: str
    fields: Mapping[str, str]


_STRUCTS = {
    "v1.OwnerReference": _Struct(
        "OwnerReference",
        {
            **dict.fromkeys(("apiVersion", "kind", "name"), "string"),
            "uid": "types.UID",
            **dict.fromkeys(("controller", "blockOwnerDeletion"), "bool"),
        },
    ),
    "v1.ManagedFieldsEntry": _Struct(
        "ManagedFieldsEntry",
        {
            **dict.fromkeys(("manager", "apiVersion", "fieldsType", "subresource"), "string"),
            "operation": "v1.ManagedFieldsOperationType",
            "time": "time",
            "fieldsV1": "any",
        },
    ),
}
_OBJECT_META = _Struct(
    "ObjectMeta",
    {
        **dict.fromkeys(("name", "generateName", "namespace", "selfLink", "resourceVersion"), "string"),
        "uid": "types.UID",
        **dict.fromkeys(("generation", "deletionGracePeriodSeconds"), "int64"),
        **dict.fromkeys(("creationTimestamp", "deletionTimestamp"), "time"),
        **dict.fromkeys(("labels", "annotations"), "map[string]string"),
        "finalizers": "[]string",
        "ownerReferences": "[]v1.OwnerReference",
        "managedFields": "[]v1.ManagedFieldsEntry",
    },
)
_IN_JSON: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "int64": (int,)}
"""The scalars that are no text."""


def malformed(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Values of another type than their field's, which no cluster can read."""
    for path, message in _walk(metadata, _OBJECT_META, "metadata", ""):
        if message:
            yield f"{message} ({path})"


def unknown(metadata: Mapping[str, Any]) -> Iterator[str]:
    """The paths of fields that there are none of."""
    for path, message in _walk(metadata, _OBJECT_META, "metadata", ""):
        if not message:
            yield path


def problems(metadata: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems with the values of well-formed metadata."""
    name, labels, annotations = metadata["name"], metadata.get("labels") or {}, metadata.get("annotations") or {}
    if not NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        yield _invalid("metadata.name", name, _NAME_RULE)
    for key, given in labels.items():
        yield from _key("metadata.labels", key, key)
        value = given or ""
        if len(value) > _LONGEST:
            yield _invalid("metadata.labels", value, f"must be no more than {_LONGEST} characters")
        if not _VALUE.fullmatch(value):
            yield _invalid("metadata.labels", value, _VALUE_RULE)
    for key in annotations:
        yield from _key("metadata.annotations", key, key.lower())
    if sum(len(f"{key}{value or ''}".encode()) for key, value in annotations.items()) > _MOST_ANNOTATIONS:
        yield Problem("metadata.annotations", f"Too long: may not be more than {_MOST_ANNOTATIONS} bytes")


def _key(path: str, shown: str, key: str) -> Iterator[Problem]:
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        more = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        yield _invalid(path, shown, f"a qualified name {_KEY_RULE} {more}")
        return
    if slash and not prefix:
        yield _invalid(path, shown, "prefix part must be non-empty")
    elif slash and (not NAME.fullmatch(prefix) or len(prefix) > _LONGEST_NAME):
        yield _invalid(path, shown, f"prefix part {_NAME_RULE}")
    if not name:
        yield _invalid(path, shown, "name part must be non-empty")
    elif len(name) > _LONGEST:
        yield _invalid(path, shown, f"name part must be no more than {_LONGEST} characters")
    if not _KEY.fullmatch(name):
        yield _invalid(path, shown, f"name part {_KEY_RULE}")


def _invalid(path: str, value: str, rule: str) -> Problem:
    return Problem(path, f'Invalid value: "{value}": {rule}')


def _walk(value: Mapping[str, Any], struct: _Struct, path: str, above: str) -> Iterator[tuple[str, str]]:
    """Every path at which something is wrong, with Go's message, which is empty for an unknown field."""
    for name in sorted(value):
        if name not in struct.fields:
            yield f"{path}.{name}", ""
        else:
            field = f"{above or 'metadata'}.{name}"
            yield from _check(value[name], struct.fields[name], f"{path}.{name}", struct.name, field)


def _check(value: Any, kind: str, path: str, struct: str, field: str) -> Iterator[tuple[str, str]]:
    if value is None or kind == "any":
        return
    if (listed := kind.startswith("[]")) and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _check(one, kind.removeprefix("[]"), f"{path}[{number}]", struct, field)
    elif (named := kind.startswith("map[string]")) and isinstance(value, Mapping):
        for name in sorted(value):
            yield from _check(value[name], kind.removeprefix("map[string]"), f"{path}.{name}", struct, field)
    elif kind in _STRUCTS and isinstance(value, Mapping):
        yield from _walk(value, _STRUCTS[kind], path, field)
    elif listed or named or kind in _STRUCTS or type(value) not in _IN_JSON.get(kind, (str,)):
        exactly = f" {value}" if kind == "int64" and isinstance(value, float) else ""
        said = "string" if kind == "time" else kind
        yield (
            path,
            f"json: cannot unmarshal {_json_type(value)}{exactly} into Go struct field {struct}.{field} of type {said}",
        )
    elif kind == "time" and not _is_time(value):
        yield path, f'parsing time "{value}" as "2006-01-02T15:04:05Z07:00"'


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _json_type(value: Any) -> str:
    names: tuple[tuple[type, str], ...] = (
        (bool, "bool"),
        (int, "number"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "object")
