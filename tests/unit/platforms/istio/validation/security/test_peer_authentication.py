"""PeerAuthentications that Istio's webhook or the API server refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.istio.resources import ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import access, refusal

SELECTED = "selector: {matchLabels: {app: details}}"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{portLevelMtls: {}}", "spec.portLevelMtls in body should have at least 1 properties"),
        ("{portLevelMtls: {'80': {mode: STRICT}}}", "portLevelMtls requires selector"),
        ("{selector: {}, portLevelMtls: {'80': {mode: STRICT}}}", "portLevelMtls requires selector"),
        (f"{{{SELECTED}, portLevelMtls: {{'0': {{}}}}}}", "port must be between 1-65535"),
        (f"{{{SELECTED}, portLevelMtls: {{'x': {{}}, '65536': {{}}}}}}", "port must be between 1-65535"),
        (
            f"{{{SELECTED}, portLevelMtls: {{'x': {{}}}}}}",
            "type conversion error from 'string' to 'int' evaluating rule",
        ),
        (
            f"{{{SELECTED}, portLevelMtls: {{'080': {{}}}}}}",
            'portLevelMtls: "080" is not written as a number is in JSON',
        ),
        ("{mtls: {mode: strict}}", 'supported values: "UNSET", "DISABLE", "PERMISSIVE", "STRICT"'),
    ],
)
def test_refused(spec: str, message: str) -> None:
    """Ports are numbers, as names of a mapping."""
    assert message in refusal(access(spec, kind="PeerAuthentication"))


def test_what_cannot_be_read_is_told_before_its_annotation() -> None:
    """Istio reads an object's JSON first."""
    unread = access(f"{{{SELECTED}, portLevelMtls: {{'080': {{}}}}}}", kind="PeerAuthentication")

    assert "is not written as a number" in refusal(replace(unread, dry_run="true"))


@pytest.mark.parametrize(
    "spec",
    [{}, "{mtls: {}}", "{selector: {}}", f"{{{SELECTED}, portLevelMtls: {{'9080': {{mode: DISABLE}}, '1': {{}}}}}}"],
)
def test_what_istio_takes(spec: str) -> None:
    """Every mode at every place."""
    one = access(spec, kind="PeerAuthentication")

    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
