"""What images are called, where they come from, and which of them a node lacks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from platforms.kubernetes import images
from platforms.kubernetes.commandline import Commands
from tests.unit.kubernetes.programs import first_on_path, put

SERVICES = ("details", "productpage", "ratings", "reviews")


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("bookinfo/details:0.1.0", "docker.io/bookinfo/details:0.1.0"),
        ("debian:12", "docker.io/library/debian:12"),
        ("docker.io/istio/pilot:1", "docker.io/istio/pilot:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("registry:5000/a/b:1", "registry:5000/a/b:1"),
    ],
)
def test_full_name(name: str, full: str) -> None:
    """A node lists images by registry, a person does not."""
    assert full == images.full_name(name)


def test_built_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a registry the images are built, under the names that the manifests have."""
    monkeypatch.delenv("BOOKINFO_HUB", raising=False)
    monkeypatch.delenv("BOOKINFO_TAG", raising=False)
    wanted = images.bookinfo()

    assert (True, {one: f"bookinfo/{one}:0.1.0" for one in SERVICES}) == (wanted.built, dict(wanted.names))


def test_from_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a registry of one's own they are pulled from there."""
    monkeypatch.setenv("BOOKINFO_HUB", "registry.example/books")
    monkeypatch.setenv("BOOKINFO_TAG", "7")
    wanted = images.bookinfo()

    assert (False, {one: f"registry.example/books/{one}:7" for one in SERVICES}) == (wanted.built, dict(wanted.names))


def test_base_images_from_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every base of a Dockerfile, and none of its stages, comes from the registry that was named."""
    monkeypatch.setenv("BOOKINFO_BASE_HUB", "registry.example/docker")
    first_on_path(tmp_path, monkeypatch)
    put(tmp_path, "docker", f'echo "$*" > {tmp_path}/asked')
    with Commands(tmp_path, {}, lambda _step: None) as commands:
        images.build(commands, "ratings", "bookinfo/ratings:0.1.0")
    words = (tmp_path / "asked").read_text().split()

    assert [
        "debian:bookworm-slim=docker-image://registry.example/docker/debian:bookworm-slim",
        "node:22-slim=docker-image://registry.example/docker/node:22-slim",
    ] == [after for word, after in pairwise(words) if word == "--build-context"]


@pytest.mark.parametrize(
    ("node_says", "loaded"),
    [
        ('{"status": {"id": "sha256:aa"}}', False),
        ('{"status": {"id": "sha256:cc", "repoDigests": ["import@sha256:aa"]}}', False),
        ('{"status": {"id": "sha256:cc", "repoDigests": []}}', True),
        ("", True),
    ],
    ids=["the same", "the same, by its manifest", "another", "not there"],
)
def test_only_what_differs_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node_says: str, *, loaded: bool
) -> None:
    """An image that the node has already is not loaded again."""
    first_on_path(tmp_path, monkeypatch)
    put(
        tmp_path,
        "docker",
        f"case $1 in image) echo sha256:aa;; exec) test -n '{node_says}' && echo '{node_says}';; esac",
    )
    put(tmp_path, "kind", f'echo "$*" > {tmp_path}/asked')
    with Commands(tmp_path, {}, lambda _step: None) as commands:
        images.load(commands, "bookinfo", ["node"], ["bookinfo/details:0.1.0"])

    assert loaded == (tmp_path / "asked").exists()
