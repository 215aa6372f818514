"""Every image in one archive, for a machine that reaches no registry.

It is what `docker save` writes, with one file more at its end: a manifest that names the images and the checksum of
every other file. So `docker load` reads it by itself too, and what was cut off or altered is found out before.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from platforms.errors import NotApplied, UsageError
from platforms.kubernetes.commandline import Commands, ask
from platforms.kubernetes.images import Image, save

_MANIFEST = "bookinfo-bundle.json"
_FORMAT = 1
_LOAD_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle holds."""

    node: str
    """The name of the node image."""
    istio: tuple[str, ...]
    bookinfo: Mapping[str, str]
    """The services' images, by service."""
    images: tuple[Image, ...]
    """All of them."""
    layers: Mapping[str, tuple[str, ...]]
    """By image: what an engine still says of it that gives it another id."""


def describe(node: str, istio: Iterable[str], bookinfo: Mapping[str, str]) -> Contents:
    """What a bundle of these images would hold; the engine has to have them."""
    istio = tuple(istio)
    names = (node, *istio, *bookinfo.values())
    return Contents(
        node=node,
        istio=istio,
        bookinfo=dict(bookinfo),
        images=tuple(Image(name, _inspect(name)["Id"]) for name in names),
        layers={name: _layers(name) for name in names},
    )


def write(commands: Commands, path: Path, contents: Contents) -> None:
    """Save the images into one file, which appears when it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        save(commands, part, (image.name for image in contents.images))
        document = {"format": _FORMAT, **asdict(contents), "files": _checksums(part)}
        text = json.dumps(document, indent=2).encode()
        member = tarfile.TarInfo(_MANIFEST)
        member.size = len(text)
        with tarfile.open(part, "a:") as archive:
            archive.addfile(member, io.BytesIO(text))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def verify(path: Path) -> Contents:
    """What the bundle holds, when it is exactly what was written; raises UsageError otherwise."""
    try:
        with tarfile.open(path, "r:") as archive:
            document = _manifest(archive, path)
            wanted = document.pop("files")
            if (found := _checksums(path)) != wanted:
                differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
                raise UsageError(f"{path}: altered since it was written, {len(differing)} files, as {differing[0]}")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except tarfile.TarError as error:
        raise UsageError(f"{path}: cut off, or no bundle ({error})") from error
    return Contents(
        node=document["node"],
        istio=tuple(document["istio"]),
        bookinfo=document["bookinfo"],
        images=tuple(Image(**image) for image in document["images"]),
        layers={name: tuple(layers) for name, layers in document["layers"].items()},
    )


def load(commands: Commands, path: Path, contents: Contents) -> None:
    """Have the bundle's images in the engine, under their names; what is there already is not loaded again."""
    if not _differing(contents):
        return
    commands.run("docker", "load", "--input", str(path), seconds=_LOAD_SECONDS, log="docker-load")
    if differing := _differing(contents):
        raise NotApplied(f"{path} was loaded, but the engine has another {', '.join(differing)}")


def _differing(contents: Contents) -> list[str]:
    return [name for name, layers in contents.layers.items() if _layers(name) != layers]


def _inspect(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask("docker", "image", "inspect", image))[0]
    return found


def _layers(image: str) -> tuple[str, ...]:
    try:
        return tuple(_inspect(image)["RootFS"]["Layers"])
    except NotApplied:
        return ()


def _manifest(archive: tarfile.TarFile, path: Path) -> dict[str, Any]:
    try:
        file = archive.extractfile(_MANIFEST)
        document: dict[str, Any] = json.loads(file.read() if file else b"")
    except (KeyError, ValueError) as error:
        raise UsageError(f"{path}: cut off, or not written by `make bundle`: no {_MANIFEST} in it") from error
    if document.pop("format", None) != _FORMAT:
        raise UsageError(f"{path}: written by another version of this project")
    return document


def _checksums(path: Path) -> dict[str, str]:
    """The SHA-256 of every file in the archive but the manifest."""
    with tarfile.open(path, "r:") as archive:
        return {
            member.name: _checksum(file)
            for member in archive
            if member.name != _MANIFEST and (file := archive.extractfile(member) if member.isreg() else None)
        }


def _checksum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
