"""The complaints of Istio's webhook about a PeerAuthentication, in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PORT = re.compile("[1-9][0-9]*")


def complaints(spec: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with the spec that its schema, which bounds the ports, lets pass."""
    for port in spec.get("portLevelMtls", {}):
        if not _PORT.fullmatch(port):
            yield f'portLevelMtls: "{port}" is not written as a number is in JSON'
