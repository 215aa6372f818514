"""The keywords of a CRD's schema as an API server reads them, for the library that walks through an object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import create

from platforms.istio import durations
from platforms.istio.schema import expressions, service_entry_rules
from platforms.istio.schema.crds import DECODING, LIST_TYPE, RULES, Schema

Errors = Iterator[ValidationError]

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_INT32 = 2**31
_INTEGER = re.compile("[+-]?[0-9]{1,18}")
_HIGHEST_PORT = 65535
_IDENTITIES = frozenset({"principals", "notPrincipals", "namespaces", "notNamespaces"})
_MILLISECOND = 10**6


def _properties(validator: Any, fields: Mapping[str, Schema], value: Any, _: Schema) -> Errors:
    """In the order of the object, which the library does not keep."""
    for name, one in value.items() if isinstance(value, dict) else ():
        if name in fields:
            yield from validator.descend(one, fields[name], path=name, schema_path=name)


def _required(_: Any, names: Sequence[str], value: Any, __: Schema) -> Errors:
    if isinstance(value, dict):
        yield from (ValidationError("", path=(name,)) for name in names if name not in value)


def _enum(_: Any, choices: Sequence[str], value: Any, __: Schema) -> Errors:
    if isinstance(value, str) and value not in choices:
        yield ValidationError("")


def _one_of(validator: Any, alternatives: Sequence[Schema], value: Any, _: Schema) -> Errors:
    if isinstance(value, dict):
        valid = sum(validator.evolve(schema=one).is_valid(value) for one in alternatives)
        if valid != 1:
            yield ValidationError(str(valid))


def _all_of(validator: Any, parts: Sequence[Schema], value: Any, _: Schema) -> Errors:
    errors = [error for part in parts for error in validator.descend(value, part)]
    yield from errors
    if errors:
        yield ValidationError("")


def _format(_: Any, named: str, value: Any, __: Schema) -> Errors:
    """Of the formats Kubernetes 1.34 looks at `byte` alone; of the others Istio's webhook reads some."""
    match named, value:
        case "byte", str() if not _BASE64.fullmatch(value):
            yield ValidationError("")
        case "int32", int() | float() if not -_INT32 <= value < _INT32:
            reason = f"json: cannot unmarshal number {value} into Go value of type int32"
            yield ValidationError(reason, validator=DECODING)
        case "duration", str() if wrong := durations.complaint(value):
            yield ValidationError(f"bad Duration: {wrong}", validator=DECODING)


def _rules(validator: Any, rules: Sequence[Mapping[str, str]], value: Any, schema: Schema) -> Errors:
    if validator.is_type(value, schema["type"]):
        for rule in rules:
            ours = EXPRESSIONS.get(rule["rule"])
            wrong = ours(value) if ours else expressions.complaint(rule["rule"], value)
            if wrong is not None:
                yield ValidationError(wrong + rule["message"])


def _list_type(validator: Any, kind: str, value: Any, schema: Schema) -> Errors:
    """Of a `set` no item comes twice, of a `map` no value of its keys; the first time is right."""
    if kind not in ("set", "map") or not validator.is_type(value, "array"):
        return
    keys, seen = schema.get("x-kubernetes-list-map-keys", ()), []
    for number, item in enumerate(value):
        name = {key: item.get(key) for key in keys} if kind == "map" and isinstance(item, dict) else item
        if name in seen:
            yield ValidationError(json.dumps(name, separators=(",", ":")), path=(number,))
        seen.append(name)


def _one_at_most(*fields: str) -> Callable[[Any], str | None]:
    return lambda value: "" if len({*fields} & {*value}) > 1 else None


def _duration(value: str) -> str | None:
    length = durations.nanoseconds(value)
    if length is None:
        return "type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule: "
    return "" if length < _MILLISECOND else None


def _ports(value: Mapping[str, Any]) -> str | None:
    """As `all` has it: what is false counts for more than what cannot be read."""
    readable = [int(key) for key in value if _INTEGER.fullmatch(key)]
    if not all(0 < port <= _HIGHEST_PORT for port in readable):
        return ""
    return None if len(readable) == len(value) else "type conversion error from 'string' to 'int' evaluating rule: "


def _port_level(value: Mapping[str, Any]) -> str | None:
    return "" if "portLevelMtls" in value and not value.get("selector", {}).get("matchLabels") else None


def _web(value: str) -> str | None:
    scheme, colon, _ = value.partition(":")
    if not colon and not value.startswith("/"):
        return (
            f'URL parse error during conversion from string: parse "{value}": invalid URI for request evaluating rule: '
        )
    return None if scheme.lower() in ("http", "https") else ""


EXPRESSIONS: Mapping[str, Callable[[Any], str | None]] = {
    "duration(self) >= duration('1ms')": _duration,
    'self.all(key, !key.contains("*"))': lambda value: "" if any("*" in key for key in value) else None,
    "self.all(key, key.size() != 0)": lambda value: "" if "" in value else None,
    '!self.contains("*")': lambda value: "" if "*" in value else None,
    "(has(self.tlsCertificates) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1": _one_at_most(
        "tlsCertificates", "credentialNames"
    ),
    "(has(self.credentialName) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1": _one_at_most(
        "credentialName", "credentialNames"
    ),
    "(has(self.credentialNames) ? 1 : 0) + (has(self.tlsCertificates) ? 1 : 0) <= 1": _one_at_most(
        "credentialNames", "tlsCertificates"
    ),
    "(has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1": _one_at_most(
        "selector", "targetRef", "targetRefs"
    ),
    "(has(self.jwksUri) ? 1 : 0) + (has(self.jwks_uri) ? 1 : 0) + (has(self.jwks) ? 1 : 0) <= 1": _one_at_most(
        "jwksUri", "jwks_uri", "jwks"
    ),
    "self.size() == 0": lambda value: "" if value else None,
    "(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) &&\n"
    "!has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true": lambda value: (
        "" if {"serviceAccounts", "notServiceAccounts"} & {*value} and _IDENTITIES & {*value} else None
    ),
    "has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? "
    "self.selector.matchLabels : {}).size() > 0) : true": _port_level,
    "self.all(key, 0 < int(key) && int(key) <= 65535)": _ports,
    'url(self).getScheme() in ["http", "https"]': _web,
    **service_entry_rules.RULES,
}
"""The rules of Istio's CRDs in Python, so that nothing is loaded for them: what goes before the message of one that is
broken, and None for one that is not."""

_OF_THE_LIBRARY = (
    "additionalProperties",
    "anyOf",
    "items",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "not",
    "pattern",
    "type",
)
KEYWORDS = {
    **{name: Draft202012Validator.VALIDATORS[name] for name in _OF_THE_LIBRARY},
    "allOf": _all_of,
    "enum": _enum,
    "format": _format,
    LIST_TYPE: _list_type,
    "oneOf": _one_of,
    "properties": _properties,
    "required": _required,
    RULES: _rules,
}

ShapeValidator = create(meta_schema={}, validators=KEYWORDS)
