"""A download is what was published, or it is not there at all."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from platforms.errors import NotApplied, NotReachable, Unsupported
from platforms.kubernetes.up import tools
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put

KIND = b"#!/bin/sh\necho kind v0.30.0\n" + b"# long\n" * 20_000


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves what `files` has, a part of it where asked for; `cut` says after how many bytes it hangs up."""

    files: ClassVar[dict[str, bytes]] = {}
    cut: ClassVar[list[int]] = []
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append((self.path.rpartition("/")[2], wanted))
        body = self.files.get(self.path)
        if body is None:
            self.send_error(404, "Not Found")
            return
        rest = body[int(wanted.removeprefix("bytes=").removesuffix("-")) :] if wanted else body
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.cut.pop()] if self.cut else rest)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mirror]]:
    """A mirror that has kind and istioctl as they are pinned, for a Linux on amd64."""
    monkeypatch.setattr(tools.machine, "system", lambda: "Linux")
    monkeypatch.setattr(tools.machine, "machine", lambda: "x86_64")
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    Mirror.files, Mirror.cut, Mirror.asked = {}, [], []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("BOOKINFO_TOOLS_URL", f"http://127.0.0.1:{server.server_address[1]}")
        try:
            yield Mirror
        finally:
            server.shutdown()
            thread.join()


def publish(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch, name: str, body: bytes, checksum: str) -> None:
    """Put a download on the mirror, and a checksum into the table; an empty one is published beside the download."""
    publisher = f"{os.environ['BOOKINFO_TOOLS_URL']}/publisher/{name}.sha256"
    pin = {**tools._pins()[name], "sha256": {"linux-amd64": checksum}, "published": publisher}
    pins: dict[str, Any] = {**tools._pins(), name: pin}
    monkeypatch.setattr(tools, "_pins", lambda: pins)
    path = "/" + tools.release(name).url.split("/", 3)[3]
    mirror.files[path] = body
    if not checksum:
        mirror.files[f"/publisher/{name}.sha256"] = f"{sha256(body)}  {name}.tar.gz\n".encode()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def say(_step: str) -> None:
    """Nothing."""


def test_a_download(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tool stands in the run folder, can be run, and is found there before any on PATH; it is fetched once."""
    publish(mirror, monkeypatch, "kind", KIND, sha256(KIND))
    put(tmp_path, "kind", "echo another")
    first_on_path(tmp_path, monkeypatch)
    path = tools.download("kind", say)
    tools.download("kind", say)

    assert (KIND, 0o755, str(path)) == (path.read_bytes(), path.stat().st_mode & 0o777, tools.find("kind"))
    assert 1 == len(mirror.asked)


def test_an_archive(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is taken out of its archive; without a pinned checksum the one that is published beside it counts."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        member = tarfile.TarInfo("istioctl")
        member.size = 4
        file.addfile(member, io.BytesIO(b"mesh"))
    publish(mirror, monkeypatch, "istioctl", archive.getvalue(), "")
    said: list[str] = []

    assert b"mesh" == tools.download("istioctl", said.append).read_bytes()
    assert "by the checksum that is published at http://127.0.0.1" in said[0]


def test_a_planted_tool_is_not_run(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file in the run folder under a tool's name is used only if it is what was pinned; a download replaces it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        member = tarfile.TarInfo("istioctl")
        member.size = 4
        file.addfile(member, io.BytesIO(b"mesh"))
    for name, body, program in (("kind", KIND, KIND), ("istioctl", archive.getvalue(), b"mesh")):
        put(tmp_path, name, "echo another")
        publish(mirror, monkeypatch, name, body, sha256(body))
        path = tools.release(name).path
        path.parent.mkdir(parents=True)
        path.write_bytes(b"evil")
        with monkeypatch.context() as patched:
            first_on_path(tmp_path, patched)

            assert tools.find(name) not in {None, str(path)}

        tools.download(name, say)

        assert (str(path), program) == (tools.find(name), path.read_bytes())

        path.write_bytes(b"evil")

        assert str(path) != tools.find(name)


def test_another_checksum(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that is not what was published is thrown away, with both checksums in the message."""
    publish(mirror, monkeypatch, "kind", KIND + b"rm -rf", sha256(KIND))
    with pytest.raises(NotApplied, match=f"{sha256(KIND + b'rm -rf')}, not {sha256(KIND)}"):
        tools.download("kind", say)

    assert not tools.release("kind").path.exists()
    assert [] == list(tools.release("kind").path.parent.iterdir())


def test_not_there(mirror: type[Mirror]) -> None:
    """An address that nobody serves is named with its answer."""
    with pytest.raises(NotReachable, match=r"kind-linux-amd64: 404 Not Found"):
        tools.download("kind", say)

    assert 1 == len(mirror.asked)


def test_a_mirror_does_not_vouch_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may bring the download; the checksum comes from whoever made it."""
    monkeypatch.setenv("BOOKINFO_TOOLS_URL", "http://mirror.example")
    release = tools.release("istioctl")

    assert release.url.startswith("http://mirror.example/github.com/")
    assert release.published.startswith("https://github.com/")


def test_a_checksum_that_is_none(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says something else is no checksum."""
    publish(mirror, monkeypatch, "istioctl", b"", "")
    mirror.files = dict.fromkeys(mirror.files, b"<html>Sign in</html>")

    with pytest.raises(NotReachable, match="it contains no SHA-256"):
        tools.download("istioctl", say)


def test_cut_off(mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that is cut off says how much is missing, and the next one goes on from there."""
    publish(mirror, monkeypatch, "kind", KIND, sha256(KIND))
    mirror.cut.append(1000)
    with pytest.raises(NotReachable, match=f"{len(KIND) - 1000} bytes are missing; try again"):
        tools.download("kind", say)

    assert not tools.release("kind").path.exists()
    assert KIND == tools.download("kind", say).read_bytes()
    assert [("kind-linux-amd64", None), ("kind-linux-amd64", "bytes=1000-")] == mirror.asked


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mirror that does not answer is named."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))
    monkeypatch.setenv("BOOKINFO_TOOLS_URL", "http://127.0.0.1:1")

    with pytest.raises(NotReachable, match=r"http://127\.0\.0\.1:1/.*: .*refused"):
        tools.download("kind", say)


@pytest.mark.parametrize("name", ["kind", "kubectl", "istioctl"])
@pytest.mark.parametrize(("system", "processor"), [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")])
def test_every_release_is_published(monkeypatch: pytest.MonkeyPatch, name: str, system: str, processor: str) -> None:
    """Each tool has an address by https for every machine, and a SHA-256, known or published beside it."""
    monkeypatch.delenv("BOOKINFO_TOOLS_URL", raising=False)
    monkeypatch.setattr(tools.machine, "system", lambda: system)
    monkeypatch.setattr(tools.machine, "machine", lambda: processor)
    release = tools.release(name)

    assert release.url.startswith("https://")
    assert release.published.startswith(release.url)
    assert len(release.checksum) in (0, 64)


def test_no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that nothing is pinned for is told so."""
    monkeypatch.setattr(tools.machine, "machine", lambda: "riscv64")

    with pytest.raises(Unsupported, match=r"no release of kind is pinned for .* on riscv64"):
        tools.release("kind")


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is made, every missing or outdated tool is named with the command that brings it."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    put(tmp_path, "docker", "echo 28.0.1")
    put(tmp_path, "kind", "echo kind v0.20.0 go1.20 linux/amd64")
    put(tmp_path, "kubectl", "echo Client Version: v1.34.1")
    put(tmp_path, "istioctl", "exit 1")

    with pytest.raises(NotReachable) as missing:
        tools.require()
    told = str(missing.value)

    assert "kind: version 0.20.0 is too old, 0.24 is needed (make tools)" in told
    assert "istioctl: does not work" in told
    assert "kubectl" not in told
