"""The images of the demo: what they are called, and how they get into the engine and into the cluster's node."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from platforms.bookinfo import BOOKINFO
from platforms.environment import DATA, ROOT
from platforms.kubernetes.up import settings
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands, ask

BUILD_SECONDS = 1800.0
"""A build with nothing cached fetches its base and its packages."""
PULL_SECONDS = 900.0
LOAD_SECONDS = 300.0
SAVE_SECONDS = 900.0

LOADGEN = "traffic"
"""The image of Locust and its workers."""

_BASE = re.compile(r"^(FROM\s+)(\S+)", re.MULTILINE)
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_STAGE = re.compile(r"^FROM\s+\S+\s+AS\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the engine has."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Bookinfo:
    """Images of ours."""

    names: Mapping[str, str]
    """By service."""
    built: bool
    """Built here; otherwise they come from a registry."""


def bookinfo() -> Bookinfo:
    """The services' images: `BOOKINFO_HUB` is where they are pulled from, `BOOKINFO_TAG` their tag."""
    return _named(BOOKINFO.services)


def load_generator() -> Bookinfo:
    """The image of the load generator inside the cluster, named as the services' are."""
    return _named((LOADGEN,))


def build(commands: Commands, service: str, image: str) -> None:
    """Build one image; the engine's cache answers in 0.2 s when nothing changed."""
    folder = ROOT / "scenarios" / "loadgen" if service == LOADGEN else ROOT / "services" / service
    dockerfile = _based((folder / "Dockerfile").read_text(encoding="utf-8"), settings.get("BOOKINFO_BASE_HUB"))
    commands.run(
        *("docker", "build", "--tag", image, "--file", "-", str(folder)),
        stdin=dockerfile,
        seconds=BUILD_SECONDS,
        log=f"docker-build-{service}",
    )


def identity(image: str) -> str | None:
    """The engine's id of an image, if it has it."""
    try:
        return ask("docker", "image", "inspect", "--format", "{{.Id}}", image).strip()
    except CommandFailed:
        return None


def gather(commands: Commands, wanted: Bookinfo, others: Iterable[str]) -> None:
    """Have every image in the engine: the services' built or pulled, the others pulled unless they are there."""
    pulled = [*others, *(() if wanted.built else wanted.names.values())]
    missing = [image for image in pulled if identity(image) is None]
    if missing:
        commands.say(f"pulling {', '.join(missing)}")
    jobs = [partial(_pull, commands, image) for image in missing]
    if wanted.built:
        jobs += [partial(build, commands, *named) for named in wanted.names.items()]
    commands.together(*jobs)


def load(commands: Commands, cluster: str, nodes: Iterable[str], images: Iterable[str]) -> None:
    """Have the engine's images in every node of the cluster; only what differs is loaded."""
    nodes = tuple(nodes)
    differing = [image for image in images if any(not _same(image, node) for node in nodes)]
    if not differing:
        return
    commands.say(f"loading {len(differing)} images into the cluster")
    try:
        save(commands, _archive(commands), differing)
        commands.run(
            *("kind", "load", "image-archive", str(_archive(commands)), "--name", cluster),
            seconds=LOAD_SECONDS,
            log="kind-load-images",
        )
    finally:
        forget(commands)


def forget(commands: Commands) -> None:
    """Remove what a loading that was killed left on the disk."""
    _archive(commands).unlink(missing_ok=True)


def _archive(commands: Commands) -> Path:
    return commands.folder / "images.tar"


def save(commands: Commands, archive: Path, images: Iterable[str]) -> None:
    """Write images of the engine into one file.

    An engine that keeps images in containerd, as Docker Desktop does, names in the file all platforms of a pulled image
    and adds only its own, which kind refuses (kubernetes-sigs/kind#3795): it is asked for its own alone.
    """
    told = json.loads(ask("docker", "info", "--format", "{{json .}}"))
    shared = "io.containerd.snapshotter" in json.dumps(told.get("DriverStatus"))
    only = ("--platform", f"linux/{_ARCHITECTURES.get(told['Architecture'], told['Architecture'])}") if shared else ()
    commands.run("docker", "save", *only, "--output", str(archive), *images, seconds=SAVE_SECONDS, log="docker-save")


def full_name(image: str) -> str:
    """The name with its registry, as a node lists it."""
    first, _, rest = image.partition("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if rest else f"docker.io/library/{image}"


def _pull(commands: Commands, image: str) -> None:
    commands.run(
        "docker", "pull", image, seconds=PULL_SECONDS, log=f"docker-pull-{re.sub(r'[^a-zA-Z0-9.]+', '-', image)}"
    )


def _same(image: str, node: str) -> bool:
    """Tell whether the node has what the engine has.

    An engine that keeps images in containerd has ids that a node never shows: then the contents are compared.
    """
    try:
        wanted = json.loads(ask("docker", "image", "inspect", image))[0]
        found = json.loads(ask("docker", "exec", node, "crictl", "inspecti", "-o", "json", full_name(image)))
    except CommandFailed:
        return False
    spec = found.get("info", {}).get("imageSpec", {})
    return bool(
        wanted["Id"] == found["status"]["id"]
        or (
            wanted["RootFS"]["Layers"] == spec.get("rootfs", {}).get("diff_ids")
            and _settings(wanted.get("Config")) == _settings(spec.get("config"))
        )
    )


def _settings(config: Mapping[str, object] | None) -> dict[str, object]:
    """The settings with which an image is started, as far as engine and node both tell."""
    return {name: (config or {}).get(name) or None for name in ("Cmd", "Entrypoint", "Env", "User", "WorkingDir")}


def _named(services: Iterable[str]) -> Bookinfo:
    hub = settings.get("BOOKINFO_HUB")
    tag = settings.get("BOOKINFO_TAG") or _tag()
    return Bookinfo({one: f"{hub or 'localhost/bookinfo'}/{one}:{tag}" for one in services}, built=not hub)


def _tag() -> str:
    document = yaml.safe_load((DATA / "manifests" / "base" / "kustomization.yaml").read_text(encoding="utf-8"))
    (tag,) = {str(one["newTag"]) for one in document["images"]}
    return tag


def _based(dockerfile: str, hub: str) -> str:
    """The Dockerfile with its base images from `hub`, if one is named; the names of its stages stay."""
    stages = set(_STAGE.findall(dockerfile))
    return _BASE.sub(
        lambda found: found[0] if not hub or found[2] in stages else f"{found[1]}{hub}/{found[2]}", dockerfile
    )
