"""Which objects of people's files are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.parity.files.asked import ask_of_files, files, rules
from tests.parity.oracle import PROGRAM

RULES = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: reviews}
spec: {parentRefs: [{group: "", kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews, port: 9080}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door}
spec: {gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}]}
---
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "text.yml").write_text("- no: object", encoding="utf-8")
    (tmp_path / "notes.md").write_text("kind: VirtualService", encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    return tmp_path


def test_what_both_are_asked(folder: Path) -> None:
    """In the version in which the API server stores it; no Gateway with proxies of its own, and nothing but rules."""
    (asked,) = rules(folder / "rules.yaml")

    assert ("gateway.networking.k8s.io/v1", "HTTPRoute") == (asked.api_version, asked.kind)
    assert ["rules.yaml", "text.yml"] == [one.name for one in files((folder,))]


@pytest.mark.skipif(not PROGRAM.exists(), reason="istiod's code is not built here: `make oracle` builds it, with Go")
def test_a_folder(folder: Path) -> None:
    told = CliRunner().invoke(ask_of_files, [str(folder)], standalone_mode=False)

    assert 0 == told.return_value, told.output
    assert "text.yml: document 1: not an object" in told.output
    assert told.output.endswith("1 questions, 1 accepted, 0 unsupported, 0 known, 0 differ\n1 files not read\n")
