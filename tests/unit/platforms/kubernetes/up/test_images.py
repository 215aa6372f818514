"""The names of images, their sources, and those that a node lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platforms.environment import ROOT
from platforms.kubernetes.up import images
from platforms.kubernetes.up.subprocesses import Commands
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put

SERVICES = ("details", "productpage", "ratings", "reviews")


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("bookinfo/details:0.1.0", "docker.io/bookinfo/details:0.1.0"),
        ("localhost/bookinfo/details:0.1.0", "localhost/bookinfo/details:0.1.0"),
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

    assert (True, {one: f"localhost/bookinfo/{one}:0.1.0" for one in SERVICES}) == (wanted.built, dict(wanted.names))


def test_from_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a registry of one's own they are pulled from there."""
    monkeypatch.setenv("BOOKINFO_HUB", "registry.example/books")
    monkeypatch.setenv("BOOKINFO_TAG", "7")
    wanted = images.bookinfo()

    assert (False, {one: f"registry.example/books/{one}:7" for one in SERVICES}) == (wanted.built, dict(wanted.names))


@pytest.mark.parametrize("hub", ["", "registry.example/docker"])
def test_base_images_from_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: str) -> None:
    """Every base of a Dockerfile, and none of its stages, comes from the registry that was named."""
    monkeypatch.setenv("BOOKINFO_BASE_HUB", hub)
    first_on_path(tmp_path, monkeypatch)
    put(tmp_path, "docker", f"cat > {tmp_path}/Dockerfile")
    with Commands(tmp_path, {}, lambda _step: None) as commands:
        images.build(commands, "ratings", "localhost/bookinfo/ratings:0.1.0")
    before = (ROOT / "services" / "ratings" / "Dockerfile").read_text()
    prefix = f"{hub}/" if hub else ""
    after = before.replace("FROM node:", f"FROM {prefix}node:").replace("FROM debian:", f"FROM {prefix}debian:")

    assert after == (tmp_path / "Dockerfile").read_text()


def test_a_stage_is_no_base() -> None:
    """An image that is built upon an earlier stage needs no registry."""
    dockerfile = "FROM ruby:3 AS gems\nRUN true\nFROM gems\n"

    assert "FROM hub/ruby:3 AS gems\nRUN true\nFROM gems\n" == images._based(dockerfile, "hub")


ENGINE = {"Id": "sha256:aa", "RootFS": {"Layers": ["sha256:1"]}, "Config": {"Cmd": ["node"], "User": "1000"}}
CONTENTS = {"rootfs": {"diff_ids": ["sha256:1"]}, "config": {"Cmd": ["node"], "User": "1000"}}


@pytest.mark.parametrize(
    ("node_has", "loaded"),
    [
        ({"status": {"id": "sha256:aa"}}, False),
        ({"status": {"id": "sha256:cc"}, "info": {"imageSpec": CONTENTS}}, False),
        ({"status": {"id": "sha256:cc"}}, True),
        ({"status": {"id": "sha256:cc"}, "info": {"imageSpec": {**CONTENTS, "config": {"Cmd": ["sh"]}}}}, True),
        ({"status": {"id": "sha256:cc"}, "info": {"imageSpec": {**CONTENTS, "rootfs": {"diff_ids": []}}}}, True),
        (None, True),
    ],
    ids=["the same id", "the same contents", "another id", "another command", "other layers", "not there"],
)
def test_only_what_differs_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node_has: object, *, loaded: bool
) -> None:
    """An image that the node has already is not loaded again."""
    docker(tmp_path, monkeypatch, driver="overlay2")
    if node_has:
        (tmp_path / "node").write_text(json.dumps(node_has))
    with Commands(tmp_path, {}, lambda _step: None) as commands:
        images.load(commands, "bookinfo", ["node"], ["localhost/bookinfo/details:0.1.0"])

    assert loaded == (tmp_path / "loaded").exists()
    assert not list(tmp_path.glob("*.tar"))


@pytest.mark.parametrize(
    ("driver", "asked"),
    [("overlay2", "save --output"), ("io.containerd.snapshotter.v1", "save --platform linux/arm64 --output")],
)
def test_one_platform_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, asked: str) -> None:
    """Of an engine that knows images of several platforms, only its own is taken."""
    docker(tmp_path, monkeypatch, driver=driver)
    with Commands(tmp_path, {}, lambda _step: None) as commands:
        images.save(commands, tmp_path / "some.tar", ["localhost/bookinfo/details:0.1.0"])

    assert f"{asked} {tmp_path}/some.tar localhost/bookinfo/details:0.1.0\n" == (tmp_path / "saved").read_text()


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, *, driver: str) -> None:
    """An engine with one image, and a kind whose node has what stands in the file `node`."""
    first_on_path(folder, monkeypatch)
    told = {"DriverStatus": [["driver-type", driver]], "Architecture": "aarch64"}
    put(
        folder,
        "docker",
        f"""case $1 in
        info) echo '{json.dumps(told)}';;
        image) echo '{json.dumps([ENGINE])}';;
        exec) cat {folder}/node;;
        save) echo "$*" > {folder}/saved;;
        esac""",
    )
    put(folder, "kind", f"touch {folder}/loaded")
