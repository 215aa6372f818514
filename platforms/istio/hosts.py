"""Host names: short and fully qualified, wildcards, and the names of Envoy clusters made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeVar

T = TypeVar("T")

DOMAIN = "svc.cluster.local"
"""The part of a Service's name that is the same for all Services of a Kubernetes cluster."""


def fqdn(host: str, namespace: str) -> str:
    """The fully qualified name of `host` as an object in `namespace` means it."""
    if not host or host == "*" or "." in host or is_address(host):
        return host
    return f"{host}.{namespace}.{DOMAIN}"


def service(name: str, namespace: str) -> str:
    """The fully qualified name of a Service."""
    return f"{name}.{namespace}.{DOMAIN}"


def is_wildcard(host: str) -> bool:
    return host.startswith("*")


def matches(pattern: str, host: str) -> bool:
    """Tell whether every name of `host` is also one of `pattern`."""
    if is_wildcard(host):
        return is_wildcard(pattern) and len(host) >= len(pattern) and host[1:].endswith(pattern[1:])
    return host.endswith(pattern[1:]) if is_wildcard(pattern) else host == pattern


def overlap(one: str, other: str) -> bool:
    return matches(one, other) or matches(other, one)


def intersection(hosts: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The narrower of each two names, one of either side, of which one matches the other."""
    narrower: dict[str, None] = {}
    others = tuple(others)
    for host in hosts:
        for other in others:
            if matches(other, host):
                narrower[host] = None
            elif matches(host, other):
                narrower[other] = None
    return tuple(narrower)


def most_specific(host: str, by_host: Mapping[str, T]) -> T | None:
    """The entry of `host` itself, else of the longest wildcard that matches it."""
    if host in by_host:
        return by_host[host]
    wildcards = sorted((h for h in by_host if is_wildcard(h) and matches(h, host)), key=lambda h: (-len(h), h))
    return by_host[wildcards[0]] if wildcards else None


def cluster(host: str, *, port: int, subset: str = "") -> str:
    """The name of the cluster behind a destination, as istiod gives it."""
    return f"outbound|{port}|{subset}|{host}"


def sni(host: str, *, port: int, subset: str = "") -> str:
    """The name by which a client of mutual TLS says which cluster it means, as istiod gives it."""
    return f"outbound_.{port}_.{subset}_.{host}"


def aliases(host: str, address: str) -> tuple[str, ...]:
    """Every name under which a workload of the same namespace may call a Service, and its virtual address."""
    namespace = host.removesuffix(f".{DOMAIN}").partition(".")[2]
    return (host, f"{host}.", *shortened(host, namespace), address)


def shortened(host: str, namespace: str) -> tuple[str, ...]:
    """The shorter names by which a workload of a namespace may call a Service; none for a host that is none."""
    name, dot, rest = host.removesuffix(f".{DOMAIN}").partition(".")
    if not dot or not host.endswith(f".{DOMAIN}"):
        return ()
    svc = DOMAIN.split(".", maxsplit=1)[0]
    within, across = f"{name}.{rest}", f"{name}.{rest}.{svc}"
    return (name, across, within) if rest == namespace else (within, across)


@lru_cache(maxsize=1024)  # asked for the same few hosts, thousands of times per translation
def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
