"""Random objects with fields that no strategy written by hand sets: any field of the CRDs' schemas, at any depth, with values at the edges."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from platforms.istio.resources import Resource
from platforms.istio.schema import crds
from platforms.istio.schema.crds import Schema

_HOSTS = ("reviews", "reviews.bookinfo.svc.cluster.local", "ratings", "details", "*", "shop.example.com", "10.0.0.1")
_TEXTS = ("", "x", "a-b", "X y", "v1", "/a", "é", "10.0.0.0/8", "%", "a" * 64)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "host": _HOSTS,
    "hosts": _HOSTS,
    "subset": ("v1", "v2", "v3", "canary", ""),
    "gateways": ("mesh", "bookinfo-gateway", "bookinfo/bookinfo-gateway", "door.bookinfo", "door", ""),
    "exportTo": ("*", ".", "bookinfo", "~", ""),
    "regex": ("a.*", "[", "(?i)x", "", "a{1001}", "(?<=a)b", "(?<n>a)(?<n>b)", r"\C", r"\p{Letter}", r"\x{100}"),
    "protocol": ("HTTP", "HTTPS", "TCP", "TLS", "GRPC", "http", "x", ""),
    "retryOn": ("5xx", "reset,503", "connect-failure", "x", ""),
    "credentialName": ("shop", "configmap://shop", "configmap://bookinfo/shop", "configmap:///", ""),
}
_PLAIN_TEXTS: Mapping[str, tuple[str, ...]] = {
    "host": ("reviews", "ratings.bookinfo.svc.cluster.local", "details"),
    "hosts": ("shop.example.com", "reviews", "ratings"),
    "subset": ("v1", "v2", "canary"),
    "gateways": ("mesh", "bookinfo-gateway", "door"),
    "exportTo": ("*", ".", "bookinfo"),
    "prefix": ("/", "/reviews", "/re"),
    "uri": ("/a", "/"),
    "regex": ("a.*", ".*", "/reviews/[0-9]+"),
    "allowMethods": ("GET", "POST", "*"),
    "retryOn": ("5xx", "reset,503", "connect-failure"),
    "protocol": ("HTTP", "GRPC", "HTTP2"),
    "scheme": ("http", "https"),
    "grpcStatus": ("UNAVAILABLE", "NOT_FOUND"),
    "idleTimeout": ("1s", "1.5s", "1h"),
    "budgetInterval": ("1s", "250ms"),
    "ttl": ("1s", "0s", "1h"),
    "bytes": ("YQ==", "AAAA"),
}
_PLAIN_NUMBERS = (1, 2, 10, 80, 100, 200, 301, 503, 9080)
_DURATIONS = ("1s", "1.5s", "250ms", "1h", "1ms", "0s", "", "-1s", "1us", "5", "876000h", "9999999h")
_INTEGERS = (0, 1, 2, 10, 80, 100, 101, 200, 503, 9080, 65535, 65536, -1, 2**31 - 1, 2**31, 2**32 - 1, 2**32)
_NUMBERS = (0, 0.01, 1, 50, 99.99, 100, 100.1, -1, 1e9)


def widened(objects: list[Resource], by: Mapping[str, Schema], random: Random) -> list[Resource]:
    """The objects with one to three fields more, or other ones; half of them with plain values, which more often have an effect."""
    plain = random.random() < 0.5
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(objects))
        spec = deepcopy(dict(objects[at].spec))
        _graft(spec, by.get(objects[at].collection, {}), random, plain=plain)
        objects = [*objects[:at], replace(objects[at], spec=spec), *objects[at + 1 :]]
    return objects


def wide(objects: st.SearchStrategy[list[Resource]]) -> st.SearchStrategy[list[Resource]]:
    """These objects, widened."""
    by = crds.specs()
    return st.builds(lambda some, number: widened(some, by, Random(number)), objects, st.integers(0, 2**64))  # noqa: S311  # for tests


def _graft(value: dict[str, Any], schema: Schema, random: Random, *, plain: bool) -> None:
    fields = schema.get("properties", {})
    deeper = [(one, fields[name]) for name in value if name in fields for one in _objects(value[name], fields[name])]
    if deeper and random.random() < 0.7:
        one, below = random.choice(deeper)
        _graft(one, below.get("items", below), random, plain=plain)
    elif fields:
        name = random.choice(sorted(fields))
        value[name] = (_plain_value if plain else _value)(name, fields[name], random)


def _objects(value: Any, schema: Schema) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict) and "properties" in schema.get("items", {})]
    return [value] if isinstance(value, dict) and "properties" in schema else []


def _plain_value(name: str, schema: Schema, random: Random) -> Any:  # noqa: PLR0911  # one for every type
    """A value that is probably taken: the first of those that lie at no edge."""
    match schema.get("type"):
        case "object" if "properties" in schema:
            fields = schema["properties"]
            chosen = {*schema.get("required", ()), *random.sample(sorted(fields), min(len(fields), 2))}
            return {one: _plain_value(one, fields[one], random) for one in sorted(chosen)}
        case "object":
            of = schema.get("additionalProperties") or {"type": "string"}
            return {key: _plain_value(name, of, random) for key in random.sample(("version", "x-a", "end-user"), 1)}
        case "array":
            return [_plain_value(name, schema["items"], random)]
        case "boolean":
            return random.random() < 0.5
        case "integer" | "number":
            inside = [one for one in _PLAIN_NUMBERS if schema.get("minimum", 0) <= one <= schema.get("maximum", 9080)]
            return random.choice(inside)
    if "enum" in schema:
        return random.choice(schema["enum"])
    if any("duration" in rule["rule"] for rule in schema.get("x-kubernetes-validations", ())):
        return random.choice(_DURATIONS[:5])
    return random.choice(_PLAIN_TEXTS.get(name, ("x", "a-b", "v1")))


def _value(name: str, schema: Schema, random: Random) -> Any:  # noqa: PLR0911  # one for every type
    if random.random() < 0.02:
        return random.choice((None, "", 0, [], {}, True))
    match schema.get("type"):
        case "object" if "properties" in schema:
            fields = schema["properties"]
            chosen = {
                *schema.get("required", ()),
                *random.sample(sorted(fields), min(len(fields), random.randint(0, 2))),
            }
            return {one: _value(one, fields[one], random) for one in sorted(chosen)}
        case "object":
            of = schema.get("additionalProperties") or {"type": "string"}
            return {
                key: _value(name, of, random)
                for key in random.sample(("version", "x-a", "end-user", ""), random.randint(0, 2))
            }
        case "array":
            return [_value(name, schema["items"], random) for _ in range(random.choice((0, 1, 1, 1, 2)))]
        case "boolean":
            return random.random() < 0.5
        case "integer" | "number" as kind:
            least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
            inside = [one for one in (_INTEGERS if kind == "integer" else _NUMBERS) if least <= one <= most]
            return random.choice(inside if inside and random.random() < 0.9 else _INTEGERS)
        case _:
            if "enum" in schema:
                return random.choice(schema["enum"]) if random.random() < 0.95 else "UNKNOWN"
            if any("duration" in rule["rule"] for rule in schema.get("x-kubernetes-validations", ())):
                return random.choice(_DURATIONS[:5] if random.random() < 0.7 else _DURATIONS)
            return random.choice(_WORDS.get(name, _TEXTS))
