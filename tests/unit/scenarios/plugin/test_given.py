"""What a test gives to `apply` is told apart, and what is wrong is told with its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from platforms.errors import DemoError, UsageError
from scenarios.plugin.given import TEXT, GivenObjects, read

RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders}
spec:
  hosts: [orders]
  http:
  - route: [{destination: {host: orders}}]
"""
OTHERS = "".join(
    f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n"
    for version, kind in (
        ("v1", "Namespace"),
        ("v1", "ServiceAccount"),
        ("v1", "ConfigMap"),
        ("networking.k8s.io/v1", "Ingress"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
    )
)
DECLARING = "".join(
    f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n"
    for version, kind in (("v1", "Service"), ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"))
)


def given(*what: Any, root: Path = Path("/nowhere")) -> GivenObjects:
    return read(what, namespace="default", root=root)


def test_kinds() -> None:
    """Rules are applied, services and versions declared, and the rest is set aside with a note each."""
    found = given(RULE + DECLARING + OTHERS)

    assert ["VirtualService"] == [one.kind for one in found.rules]
    assert ["Deployment", "Service", "StatefulSet"] == sorted(one.kind for one in found.declaring)
    named = [note.removeprefix(f"{TEXT}: ").partition(" x: set aside: ")[0] for note in found.notes]
    assert {"Namespace", "ServiceAccount", "ConfigMap", "Ingress", "ServiceMonitor"} == set(named)


@pytest.mark.parametrize(
    ("was", "wrong", "line", "said"),
    [
        ("hosts: [orders]", "host: [orders]", 6, 'unknown field "spec.host"'),
        ("host: orders}", "hots: orders}", 8, 'unknown field "spec.http[0].route[0].destination.hots"'),
        ("hosts: [orders]", "hosts: [orders", 6, "not YAML"),
        ("kind: VirtualService", "kind: VirtualServise", 2, "VirtualServise"),
        ("hosts: [orders]", "hosts: [orders, orders]", 2, "duplicate hosts"),
    ],
)
def test_wrong(tmp_path: Path, was: str, wrong: str, line: int, said: str) -> None:
    """One line, that begins with file and line."""
    file = tmp_path / "rules.yaml"
    file.write_text(RULE.replace(was, wrong))

    with pytest.raises(DemoError) as refused:
        given(file)

    told = str(refused.value)
    assert told.startswith(f"{file}:{line}: ")
    assert said in told
    assert "\n" not in told


def test_texts_and_objects() -> None:
    """Each has a name of its own, so that what is wrong is looked for where it stands."""
    with pytest.raises(DemoError, match=r"^the YAML of this test \(2\):6: "):
        given({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}, RULE.replace("hosts", "host"))
    with pytest.raises(UsageError, match="7: no file, folder, YAML text or object"):
        given(7)


def test_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is taken from the working directory, or else from the root of the tests; messages name it from here."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "orders.yaml").write_text(RULE.replace("hosts", "host"))
    for here in (tmp_path, Path("/")):
        monkeypatch.chdir(here)
        with pytest.raises(DemoError, match=r"^\S*rules/orders.yaml:6: "):
            given("rules", root=tmp_path)
    with pytest.raises(UsageError, match=r"nosuch.yaml: cannot be read"):
        given("nosuch.yaml", root=tmp_path)
