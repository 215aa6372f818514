"""Short ways to write a ServiceEntry in a test."""

from __future__ import annotations

from platforms.istio.resources import Resource
from tests.unit.platforms.istio.rules import rule

HOST = "reviews.example.com"
HTTP = "[{number: 80, name: http, protocol: HTTP}]"


def entry(
    more: str = "", *, name: str = "own", host: str = HOST, ports: str = HTTP, namespace: str = "bookinfo"
) -> Resource:
    """A ServiceEntry for one host, `more` of its spec as YAML."""
    return rule("ServiceEntry", name, f"{{hosts: ['{host}'], ports: {ports}, {more}}}", namespace=namespace)


def static(endpoints: str = "[{address: 127.0.0.1, labels: {version: v9}}]", more: str = "", **others: str) -> Resource:
    """One whose endpoints stand in it."""
    return entry(f"resolution: STATIC, endpoints: {endpoints}, {more}", **others)
