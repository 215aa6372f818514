"""Regular expressions are refused as Go refuses them for Istio's webhook, and where Envoy could not read them."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # asks Envoy
from pathlib import Path
from typing import Any

import pytest

from platforms.istio.validation import regex
from platforms.local.programs import envoy, runtimes
from tests.parity.regex.sample import ANSWERS, differs

RECORDED: list[tuple[str, str]] = [(text, answer) for text, answer in json.loads(ANSWERS.read_text(encoding="utf-8"))]
TAKEN_BY_GO = [expression for expression, answer in RECORDED if not answer]
UNREADABLE = list(filter(regex.unreadable, TAKEN_BY_GO))
MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def refusal(expressions: list[str], folder: Path) -> str:
    """Why Envoy refuses to match headers by one of these, or nothing."""
    binary = runtimes.envoy()
    if binary is None:
        pytest.skip("no Envoy is installed: `make setup` brings it")
    bootstrap = folder / "bootstrap.json"
    bootstrap.write_text(json.dumps(matching(expressions)), encoding="utf-8")
    command = (binary, "--mode", "validate", "--log-level", "error", "-c", str(bootstrap))
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stderr if answer.returncode else ""


def matching(expressions: list[str]) -> dict[str, Any]:
    """A bootstrap with a route for each."""
    routes = [
        {
            "match": {"prefix": "/", "headers": [{"name": "x", "stringMatch": {"safeRegex": {"regex": one}}}]},
            "directResponse": {"status": 200},
        }
        for one in expressions
    ]
    manager = {
        "@type": MANAGER,
        "statPrefix": "x",
        "routeConfig": {"virtualHosts": [{"name": "x", "domains": ["*"], "routes": routes}]},
        "httpFilters": [{"name": "router", "typedConfig": {"@type": ROUTER}}],
    }
    listener = {
        "name": "x",
        "address": {"pipe": {"path": "@x"}},
        "filterChains": [{"filters": [{"name": "x", "typedConfig": manager}]}],
    }
    return {"layeredRuntime": envoy.RUNTIME, "staticResources": {"listeners": [listener]}}


def test_there_are_answers() -> None:
    """The sample has all kinds."""
    assert 400 < len(TAKEN_BY_GO) < len(RECORDED) - 400
    assert 20 < len(UNREADABLE) < len(TAKEN_BY_GO) - 300


@pytest.mark.exhaustive
def test_ours_says_what_go_says() -> None:
    """Word for word; only of what Envoy cannot read anyway is it not asked."""
    assert [] == [(text, answer, regex.complaint(text, "uri")) for text, answer in RECORDED if differs(text, answer)]


def test_envoy_reads_what_is_readable(tmp_path: Path) -> None:
    """All at once."""
    assert refusal([one for one in TAKEN_BY_GO if one not in UNREADABLE], tmp_path) == ""


@pytest.mark.parametrize("expression", [one for one in UNREADABLE if len(one) < 13])
def test_envoy_does_not_read_what_is_unreadable(expression: str, tmp_path: Path) -> None:
    """Istio's webhook takes each, and Envoy none."""
    assert refusal([expression], tmp_path)
