"""Data are made of CRDs without a word of their descriptions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.crds import ISTIO, written

PORT = {
    "type": "object",
    "description": "Where.",
    "properties": {"number": {"type": "integer", "description": "Which."}},
}
SPEC = {
    "type": "object",
    "description": "What.",
    "properties": {
        "port": PORT,
        "ports": {"type": "array", "items": {"type": "object", "properties": {"port": PORT}}},
        "description": {"type": "string", "description": "A field of this name."},
    },
}


def crds(*specs: Any) -> str:
    """A file of CRDs in which every kind has these specs, one for each version."""
    return "\n---\n".join(
        json.dumps(
            {
                "spec": {
                    "group": "networking.istio.io",
                    "names": {"kind": kind},
                    "versions": [
                        {
                            "name": f"v{number}",
                            "served": number < 3,
                            "schema": {"openAPIV3Schema": {"properties": {"spec": spec}}},
                        }
                        for number, spec in enumerate(specs, 1)
                    ],
                }
            }
        )
        for kind in ("Sidecar", *ISTIO.kinds)
    )


def test_data() -> None:
    """Where they come from, the versions that are served, and each schema with what comes twice in one place."""
    text = written(crds(SPEC, SPEC, SPEC), "istio.io/istio v1.2.3")
    document = json.loads(text)

    assert ("istio.io/istio v1.2.3", "Apache-2.0, Istio Authors") == (document["source"], document["licence"])
    assert ["v1", "v2"] == document["versions"]["networking.istio.io/Sidecar"]
    assert list(ISTIO.kinds) == list(document["specs"])
    assert {
        "type": "object",
        "properties": {
            "port": {"$ref": "#/$defs/port"},
            "ports": {"type": "array", "items": {"type": "object", "properties": {"port": {"$ref": "#/$defs/port"}}}},
            "description": {"type": "string"},
        },
        "$defs": {"port": {"type": "object", "properties": {"number": {"type": "integer"}}}},
    } == document["specs"]["Gateway"]
    assert text.endswith("}\n")


def test_versions_that_differ() -> None:
    """One schema is kept for all, so they must not."""
    with pytest.raises(SystemExit, match="the versions of AuthorizationPolicy differ"):
        written(crds(SPEC, {"type": "object"}), "")


def test_two_fields_of_one_name() -> None:
    """Each would be the other's."""
    other = {"type": "object", "properties": {"name": {"type": "string"}}}
    pairs = [
        {"type": "object", "properties": {"port": port, "x": {"type": "string"}}} for port in (PORT, PORT, other, other)
    ]
    spec = {"type": "object", "properties": {f"f{number}": pair for number, pair in enumerate(pairs)}}
    with pytest.raises(SystemExit, match="have one name: port"):
        written(crds(spec), "")
