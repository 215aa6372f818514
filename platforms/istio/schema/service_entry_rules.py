"""The rules of a ServiceEntry's schema in Python: what goes before the message of one that is broken, and None for one that is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_HIGHEST_PORT = 65535
_PORT_NAME = re.compile("[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?")
_SHORTER_THAN = 63
_SOCKET = "unix://"


def _broken(is_broken: bool) -> str | None:  # noqa: FBT001  # the only thing to say of a rule
    return "" if is_broken else None


def _port(value: float) -> str | None:
    return _broken(not 0 < value <= _HIGHEST_PORT)


def _port_names(value: Mapping[str, Any]) -> str | None:
    return _broken(not all(len(one) < _SHORTER_THAN and _PORT_NAME.fullmatch(one) for one in value))


def _numbers(value: list[Any]) -> str | None:
    numbers = [one.get("number") for one in value if isinstance(one, dict)]
    return _broken(any(numbers.count(one) > 1 for one in numbers))


def _absolute(value: str) -> str | None:
    if value == _SOCKET:
        return "index out of range: 8 evaluating rule: "
    return _broken(value.startswith(_SOCKET) and value[len(_SOCKET)] not in "/@")


def _no_folder(value: str) -> str | None:
    return _broken(value.startswith(_SOCKET) and value.endswith("/"))


def _socket_without_ports(value: Mapping[str, Any]) -> str | None:
    return _broken(str(value.get("address", "")).startswith(_SOCKET) and "ports" in value)


def _networks(value: Mapping[str, Any]) -> str | None:
    networks = [one for one in _items(value, "addresses") if isinstance(one, str) and "/" in one]
    return _broken(bool(networks) and value.get("resolution", "NONE") not in ("STATIC", "NONE"))


def _no_endpoints(value: Mapping[str, Any]) -> str | None:
    return _broken(value.get("resolution", "NONE") == "NONE" and "endpoints" in value)


def _one_endpoint(value: Mapping[str, Any]) -> str | None:
    return _broken(value.get("resolution") == "DNS_ROUND_ROBIN" and len(_items(value, "endpoints")) > 1)


def _items(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


RULES: Mapping[str, Callable[[Any], str | None]] = {
    "0 < self && self <= 65535": _port,
    'self.all(key, size(key) < 63 && key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))': _port_names,
    "self.all(l1, self.exists_one(l2, l1.number == l2.number))": _numbers,
    'self != "*"': lambda value: _broken(value == "*"),
    'self.startsWith("unix://") ? (self.substring(7, 8) == "/" || self.substring(7, 8) == "@") : true': _absolute,
    'self.startsWith("unix://") ? !self.endsWith("/") : true': _no_folder,
    "has(self.address) || has(self.network)": lambda value: _broken(not {"address", "network"} & {*value}),
    '(has(self.address) ? self.address : "").startsWith("unix://") ? !has(self.ports) : true': _socket_without_ports,
    "(has(self.workloadSelector) ? 1 : 0) + (has(self.endpoints) ? 1 : 0) <= 1": lambda value: _broken(
        {"workloadSelector", "endpoints"} <= {*value}
    ),
    '!((has(self.addresses) ? self.addresses : []).exists(k, k.contains("/")) && '
    '!((has(self.resolution) ? self.resolution : "NONE") in ["STATIC", "NONE"]))': _networks,
    '((has(self.resolution) ? self.resolution : "NONE") == "NONE") ? !has(self.endpoints) : true': _no_endpoints,
    '((has(self.resolution) ? self.resolution : "") == "DNS_ROUND_ROBIN") ? '
    "((has(self.endpoints) ? self.endpoints : []).size() <= 1) : true": _one_endpoint,
}
