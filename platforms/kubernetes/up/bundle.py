"""Every image in one archive, for a machine that reaches no registry.

It is what `docker save` writes, with one file more at its end: a manifest that names the images and the checksum of
every other file. So `docker load` reads it by itself too, and what was cut off or altered is found out before.

Whoever made the archive made the checksums too: they prove that it is whole, not whose it is. An engine gives the images
whatever names the archive says, and runs the node image with all privileges.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from platforms.errors import NotApplied, UsageError
from platforms.kubernetes.up.images import Image, save
from platforms.kubernetes.up.subprocesses import Commands, ask

_MANIFEST = "bookinfo-bundle.json"
_NAMES = ("manifest.json", "repositories", "index.json")  # where an engine finds the names to give
_FORMAT = 2
_LOAD_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a bundle."""

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
    """The content of a bundle of these images; the engine has to have them."""
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
    """The content of the bundle, when it is exactly what was written; raises UsageError otherwise."""
    try:
        with tarfile.open(path, "r:") as archive:
            document = _manifest(archive, path)
            wanted = document.pop("files")
            if (found := _checksums(path)) != wanted:
                differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
                raise UsageError(
                    f"{path}: altered since it was written: {len(differing)} files, such as {differing[0]}"
                )
            known = {_short(name) for name in (document["node"], *document["istio"], *document["bookinfo"].values())}
            if strangers := sorted(name for name in _tagged(archive) if _short(name) not in known):
                raise UsageError(f"{path}: it would also tag an image {strangers[0]}, which its {_MANIFEST} does not")
            return Contents(
                node=document["node"],
                istio=tuple(document["istio"]),
                bookinfo=document["bookinfo"],
                images=tuple(Image(**image) for image in document["images"]),
                layers={name: tuple(layers) for name, layers in document["layers"].items()},
            )
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (AttributeError, TypeError, ValueError, KeyError, RecursionError) as error:
        raise UsageError(f"{path}: not written by `make bundle`: {error}") from error
    except tarfile.TarError as error:
        raise UsageError(f"{path}: truncated, or not a bundle ({error})") from error


def checksum(path: Path) -> str:
    """The SHA-256 of the whole archive, to be compared with what its maker said."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        raise UsageError(f"{path}: truncated, or not written by `make bundle`: no {_MANIFEST} in it") from error
    if document.pop("format", None) != _FORMAT:
        raise UsageError(f"{path}: written by another version of this project")
    return document


def _checksums(path: Path) -> dict[str, str]:
    """The SHA-256 of every file in the archive but the manifest.

    Raises UsageError where an engine that unpacks it may find something else under a name than is read here.
    """
    found: dict[str, str] = {}
    links = set()
    with tarfile.open(path, "r:") as archive:
        for member in archive:
            if member.name in found:
                raise UsageError(f"{path}: it contains two files {member.name}")  # an engine may read the other one
            if member.name != posixpath.normpath(member.name) or member.name.startswith(("/", "..")):
                raise UsageError(f"{path}: it contains a file {member.name!a}, which unpacks to another path")
            if file := archive.extractfile(member) if member.isreg() else None:
                found[member.name] = _checksum(file)
            elif not member.isdir():
                found[member.name] = f"-> {member.linkname}"
                links.add(member.name)
    for name in sorted(found):
        if name in links.intersection(_NAMES) or not links.isdisjoint(map(str, PurePosixPath(name).parents)):
            raise UsageError(
                f"{path}: {name} is a link, or is behind one, and so may be another file when it is unpacked"
            )
    found.pop(_MANIFEST, None)
    return found


def _tagged(archive: tarfile.TarFile) -> Iterator[str]:
    """Every name that an engine would give to an image of the archive."""
    documents = {}
    for name in _NAMES:
        with contextlib.suppress(KeyError):
            file = archive.extractfile(name)
            documents[name] = json.loads(file.read() if file else b"null")
    for image in documents.get("manifest.json") or ():
        yield from image.get("RepoTags") or ()
    for repository, tags in (documents.get("repositories") or {}).items():
        yield from (f"{repository}:{tag}" for tag in tags)
    for image in (documents.get("index.json") or {}).get("manifests", ()):
        if named := (image.get("annotations") or {}).get("io.containerd.image.name"):
            yield str(named)


def _short(name: str) -> str:
    """An image's name as an engine shows it: without the registry that goes without saying, and without a digest."""
    return name.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")


def _checksum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
