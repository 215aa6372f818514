"""A bundle is exactly what was written, or it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.errors import NotApplied, UsageError
from platforms.kubernetes.up import bundle
from platforms.kubernetes.up.subprocesses import Commands
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put

BOOKINFO = {"details": "localhost/bookinfo/details:0.1.0"}


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """A docker that has every image, with the layers in the file `layers`, and saves what stands in the file `saved`."""
    first_on_path(tmp_path, monkeypatch)
    with tarfile.open(tmp_path / "saved", "w") as archive:
        for name, text in {"manifest.json": b"[]", "layer.tar": b"layer" * 5000}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    (tmp_path / "layers").write_text('["sha256:1"]')
    put(
        tmp_path,
        "docker",
        f"""case $1 in
        info) echo '{{"DriverStatus": [], "Architecture": "x86_64"}}';;
        image) echo '[{{"Id": "sha256:aa", "RootFS": {{"Layers": '$(cat {tmp_path}/layers)'}}}}]';;
        save) cp {tmp_path}/saved $3;;
        load) echo loaded >> {tmp_path}/loaded; test ! -e {tmp_path}/brings || cp {tmp_path}/brings {tmp_path}/layers;;
        esac""",
    )
    with Commands(tmp_path, {}, lambda _step: None) as some:
        yield some


@pytest.fixture
def written(commands: Commands, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.tar"
    bundle.write(commands, path, bundle.describe("kindest/node:v1", ["docker.io/istio/pilot:1"], BOOKINFO))
    return path


def test_it_is_what_was_written(written: Path) -> None:
    """Its list is what it was made of, and nothing half-written is left beside it."""
    found = bundle.verify(written)

    assert ("kindest/node:v1", ("docker.io/istio/pilot:1",), BOOKINFO) == (found.node, found.istio, found.bookinfo)
    assert ["sha256:aa"] * 3 == [image.id for image in found.images]
    assert not written.with_name("bundle.tar.part").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_cut_off(written: Path, share: float) -> None:
    """One that was cut off anywhere is refused."""
    written.write_bytes(written.read_bytes()[: int(written.stat().st_size * share)])

    with pytest.raises(UsageError, match=r"bundle\.tar: truncated"):
        bundle.verify(written)


def test_altered(written: Path) -> None:
    """One byte that is another is found, and the file it is in is named."""
    content = bytearray(written.read_bytes())
    content[content.index(b"layerlayer")] ^= 1
    written.write_bytes(content)

    with pytest.raises(UsageError, match=r"altered since it was written: 1 files, such as layer\.tar"):
        bundle.verify(written)


def tagging(tmp_path: Path, name: str, document: object, *, listed: str = BOOKINFO["details"]) -> Path:
    """A bundle, whole by its own checksums, that has one more file with names of images in it."""
    files = {name: json.dumps(document).encode()}
    if name != "manifest.json":
        files["manifest.json"] = b"[]"
    manifest = {
        "format": bundle._FORMAT,
        "node": "kindest/node:v1",
        "istio": [],
        "bookinfo": BOOKINFO,
        "images": [{"name": listed, "id": "sha256:aa"}],
        "layers": {},
        "files": {one: hashlib.sha256(text).hexdigest() for one, text in files.items()},
    }
    path = tmp_path / "tagging.tar"
    with tarfile.open(path, "w") as archive:
        for one, text in (files | {"bookinfo-bundle.json": json.dumps(manifest).encode()}).items():
            member = tarfile.TarInfo(one)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return path


NAMING = {
    "manifest.json": lambda image, tag: [{"RepoTags": [f"{image}:{tag}"]}],
    "repositories": lambda image, tag: {image: {tag: "aa"}},
    "index.json": lambda image, tag: {"manifests": [{"annotations": {"io.containerd.image.name": f"{image}:{tag}"}}]},
}


@pytest.mark.parametrize("file", NAMING)
def test_it_gives_no_name_that_it_does_not_say(tmp_path: Path, file: str) -> None:
    """An archive that would have the engine call something else python is refused, wherever it says so."""
    bundle.verify(tagging(tmp_path, file, NAMING[file]("localhost/bookinfo/details", "0.1.0")))

    with pytest.raises(UsageError, match=r"it would also tag an image python:3\.13-slim"):
        bundle.verify(tagging(tmp_path, file, NAMING[file]("python", "3.13-slim")))


def test_no_file_is_there_twice(written: Path) -> None:
    """Of two files of one name, one would be checked and perhaps the other one read."""
    with tarfile.open(written, "a:") as archive:
        member = tarfile.TarInfo("manifest.json")
        archive.addfile(member, io.BytesIO())

    with pytest.raises(UsageError, match=r"two files manifest\.json"):
        bundle.verify(written)


@pytest.mark.parametrize("name", ["./manifest.json", "a/../manifest.json", "/manifest.json", "../manifest.json"])
def test_no_file_is_another_one_when_it_is_unpacked(tmp_path: Path, name: str) -> None:
    """An engine unpacks the archive before it looks for the names; the one that it finds is the one that was read."""
    with pytest.raises(UsageError, match="which unpacks to another path"):
        bundle.verify(tagging(tmp_path, name, NAMING["manifest.json"]("python", "3.13-slim")))


@pytest.mark.parametrize(("link", "leads_to"), [("manifest.json", "layer.tar"), ("a", "."), ("a/b", "..")])
def test_no_link_leads_to_another_file(written: Path, link: str, leads_to: str) -> None:
    """Names are read from files, and no folder of the archive is a link to another."""
    with tarfile.open(written.with_name("linked.tar"), "w") as archive:
        for name in ("a/b/manifest.json", "layer.tar", bundle._MANIFEST):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        member = tarfile.TarInfo(link)
        member.type, member.linkname = tarfile.SYMTYPE, leads_to
        archive.addfile(member)

    with pytest.raises(UsageError, match="is a link, or is behind one"):
        bundle._checksums(written.with_name("linked.tar"))


def test_it_declares_no_image_beside_those_of_the_demo(tmp_path: Path) -> None:
    """An image that is only listed is none that the demo asks for."""
    path = tagging(tmp_path, "manifest.json", NAMING["manifest.json"]("python", "3.13-slim"), listed="python:3.13-slim")

    with pytest.raises(UsageError, match=r"it would also tag an image python:3\.13-slim"):
        bundle.verify(path)


@pytest.mark.parametrize("document", ["[" * 100_000, "null", "5", '{"format": 2}', '{"format": 2, "files": {}}'])
def test_one_that_is_none_is_said_to_be_none(tmp_path: Path, document: str) -> None:
    """Whatever its manifest is, the reason is one of ours."""
    path = tmp_path / "none.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo(bundle._MANIFEST)
        member.size = len(document)
        archive.addfile(member, io.BytesIO(document.encode()))

    with pytest.raises(UsageError, match="not written by `make bundle`"):
        bundle.verify(path)


def test_not_there(tmp_path: Path) -> None:
    """A file that is not there is said not to be there."""
    with pytest.raises(UsageError, match=r"none\.tar: No such file"):
        bundle.verify(tmp_path / "none.tar")


@pytest.mark.usefixtures("commands")
def test_another_archive(tmp_path: Path) -> None:
    """An archive that `docker save` alone wrote is no bundle."""
    with pytest.raises(UsageError, match="not written by `make bundle`"):
        bundle.verify(tmp_path / "saved")


def test_loaded_when_it_must_be(commands: Commands, written: Path, tmp_path: Path) -> None:
    """It is loaded when the engine has another image under one of the names, and not again after that."""
    contents = bundle.verify(written)
    bundle.load(commands, written, contents)

    assert not (tmp_path / "loaded").exists()

    (tmp_path / "brings").write_text('["sha256:1"]')
    (tmp_path / "layers").write_text('["sha256:2"]')
    bundle.load(commands, written, contents)
    bundle.load(commands, written, contents)

    assert "loaded\n" == (tmp_path / "loaded").read_text()


def test_loaded_and_still_another(commands: Commands, written: Path, tmp_path: Path) -> None:
    """An engine that has another image afterwards is not used."""
    contents = bundle.verify(written)
    (tmp_path / "layers").write_text(json.dumps(["sha256:2"]))

    with pytest.raises(NotApplied, match="the engine has another"):
        bundle.load(commands, written, contents)
