"""The door of a cluster's gateway: at a mapped port or a forwarded one, with a file of whom to believe while it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from platforms.istio.servers import Termination
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.gateway_door import GatewayDoor
from platforms.kubernetes.mesh import server_secrets
from platforms.kubernetes.mesh.server_secrets import ServerSecrets
from platforms.kubernetes.record import KubernetesDemo

SERVERS = (Termination("https.443.a.door.bookinfo", "shop", "edge", None, ("a.example.com",)),)


class _Server:
    """The API server's one pod of the gateway."""

    def objects(self, _version: str, _kind: str, *, labels: str) -> list[dict[str, Any]]:
        assert "istio=ingressgateway" in labels
        return [{"metadata": {"namespace": "edge", "name": "gateway-x"}}]


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))


def door(https: str, cluster: str) -> GatewayDoor:
    return GatewayDoor(
        KubernetesDemo("kind-x", "bookinfo", "http://127.0.0.1:8080", cluster, https), cast("Cluster", _Server())
    )


def test_a_mapped_port() -> None:
    there = door("127.0.0.1:8443", "x").on_this_machine()

    assert (8443, "") == (there.port, there.way)


def test_a_forwarded_port() -> None:
    """The command names the pod where the gateway is."""
    there = door("", "").on_this_machine()

    assert "kubectl --context kind-x port-forward -n edge pod/gateway-x 8443:8443" == there.way
    assert "edge" == door("", "").namespace


def test_whom_to_believe() -> None:
    """The file is there while something is signed for want of a Secret; a cluster that is not ours has one of its own."""
    for one in (door("127.0.0.1:8443", "x"), door("", "")):
        made = server_secrets.wanted(SERVERS, ServerSecrets(), one.namespace)
        file = one.on_this_machine().authority

        one.keep(made)
        assert made.authorities == file.read_text(encoding="ascii")
        one.keep(ServerSecrets())
        assert not file.exists()
    assert door("", "").on_this_machine().authority != door("", "x").on_this_machine().authority
