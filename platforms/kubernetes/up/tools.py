"""kind, kubectl and istioctl: found, or downloaded in a pinned release whose checksum is known."""

from __future__ import annotations

import contextlib
import hashlib
import platform as machine
import shutil
import tarfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from platforms.demo import doctor
from platforms.demo.doctor import Program, ProgramCheck
from platforms.demo.run_folder import part
from platforms.errors import NotApplied, NotReachable, Unsupported
from platforms.kubernetes.up import settings
from platforms.kubernetes.up.subprocesses import Say

INSTALL = "make tools"

_PINS = Path(__file__).with_name("tools.toml")
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_ANSWER_SECONDS = 30.0
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Release:
    """One tool in the release that is pinned, for one operating system and processor."""

    name: str
    version: str
    url: str
    checksum: str
    """SHA-256 of the download; empty where only the publisher's own file says it."""
    published: str
    """Where the publisher itself says the checksum, also where the download comes from a mirror."""
    oldest: tuple[int, ...]

    @property
    def path(self) -> Path:
        """The place for it once it was downloaded and its checksum was right."""
        return part("tools") / f"{self.name}-{self.version}" / self.name

    @property
    def archive(self) -> Path | None:
        """The download beside it, where that is an archive: what stands in the run folder is what came out of it."""
        return self.path.with_suffix(".tar.gz") if self.url.endswith(".tar.gz") else None


def release(name: str) -> Release:
    """The pinned release for this machine; raises Unsupported where there is none."""
    system, processor = machine.system().lower(), _ARCHITECTURES.get(machine.machine().lower(), "")
    if system not in ("linux", "darwin") or not processor:
        raise Unsupported(f"no release of {name} is pinned for {machine.system()} on {machine.machine()}")
    pin = _pins()[name]
    url = pin["url"].format(version=pin["version"], os=pin.get(system, system), arch=processor)
    return Release(
        name=name,
        version=pin["version"],
        url=_mirrored(url),
        checksum=pin["sha256"].get(f"{system}-{processor}", ""),
        published=pin["published"].format(url=url),  # not from the mirror, which would vouch for itself
        oldest=tuple(map(int, pin["oldest"].split("."))),
    )


def node_image() -> str:
    """The node image that belongs to the pinned kind."""
    image: str = _pins()["kind"]["node_image"]
    return image


def find(name: str) -> str | None:
    """The downloaded release, or what is on PATH."""
    wanted = release(name)
    return str(wanted.path) if _is_installed(wanted) else shutil.which(name)


def examine() -> tuple[ProgramCheck, ...]:
    """Look for docker and the three tools."""
    return doctor.examine(
        (
            Program(
                "docker",
                lambda: shutil.which("docker"),
                ask=("version", "--format", "{{.Server.Version}}"),
                install="install Docker, or start it",
            ),
            _program("kind", "version"),
            _program("kubectl", "version", "--client"),
            _program("istioctl", "version", "--remote=false"),
        ),
        environment=lambda _program: None,
    )


def require() -> Mapping[str, str]:
    """The path of every tool, by name; raises NotReachable, naming the command that installs what is missing."""
    checks = examine()
    if missing := [one for one in checks if not one.found]:
        told = "; ".join(f"{one.name}: {one.problem} ({one.install})" for one in missing)
        raise NotReachable(f"nothing was started; missing: {told}")
    return {one.name: one.path for one in checks}


def download(name: str, say: Say) -> Path:
    """The tool's pinned release in the run folder; nothing is there that its checksum does not fit.

    Raises NotReachable when it cannot be had, NotApplied when the checksum is another.
    """
    wanted = release(name)
    if _is_installed(wanted):
        return wanted.path
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    expected = wanted.checksum or _published(wanted)
    whose = "" if wanted.checksum else f", by the checksum that is published at {wanted.published}"
    part = wanted.path.with_suffix(".part")
    say(f"{name} {wanted.version} from {wanted.url}{whose}")
    if not part.exists() or _checksum(part) != expected:  # the last download may have ended just before this check
        _fetch(wanted.url, part)
    if (found := _checksum(part)) != expected:
        part.unlink()
        raise NotApplied(
            f"{wanted.url}: its SHA-256 is {found}, not {expected}: not what was published, or truncated; "
            "nothing was installed, try again"
        )
    _install(part, wanted)
    return wanted.path


def _is_installed(wanted: Release) -> bool:
    """Tell a tool in the run folder that is the pinned one; without a pin, it was what was published when it was downloaded."""
    if not wanted.path.is_file() or not wanted.checksum:
        return wanted.path.is_file()
    if wanted.archive is None:
        return _checksum(wanted.path) == wanted.checksum
    if not wanted.archive.is_file() or _checksum(wanted.archive) != wanted.checksum:
        return False
    with _unpacked(wanted.archive, wanted) as tool:
        return hashlib.file_digest(tool, "sha256").hexdigest() == _checksum(wanted.path)


def _program(name: str, *asked: str) -> Program:
    return Program(name, lambda: find(name), ask=asked, install=INSTALL, oldest=release(name).oldest)


@cache
def _pins() -> dict[str, Any]:
    return tomllib.loads(_PINS.read_text(encoding="utf-8"))


def _mirrored(url: str) -> str:
    """The same below `BOOKINFO_TOOLS_URL`, a mirror that keeps host and path."""
    mirror = settings.get("BOOKINFO_TOOLS_URL")
    return f"{mirror.rstrip('/')}/{url.removeprefix('https://')}" if mirror else url


def _published(wanted: Release) -> str:
    with _open(urllib.request.Request(wanted.published)) as answer:  # noqa: S310  # https, or the mirror that was named
        words: list[str] = answer.read(_CHUNK).decode("ascii", errors="replace").split()
    if not words or len(words[0]) != hashlib.sha256().digest_size * 2:
        raise NotReachable(f"{wanted.published}: it contains no SHA-256")
    return words[0].lower()


def _fetch(url: str, part: Path) -> None:
    """Download into `part`, going on where an earlier download was cut off."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310  # as above
    try:
        with _open(request) as answer, part.open("ab" if answer.status == 206 else "wb") as file:  # noqa: PLR2004
            shutil.copyfileobj(answer, file, _CHUNK)
            missing = int(answer.headers.get("Content-Length") or 0) and answer.length
    except (OSError, urllib.error.ContentTooShortError) as error:
        raise NotReachable(f"{url}: download interrupted ({error}); try again, it resumes from there") from error
    if missing:
        raise NotReachable(
            f"{url}: download interrupted, {missing} bytes are missing; try again, it resumes from there"
        )


def _open(request: urllib.request.Request) -> Any:
    try:
        return urllib.request.urlopen(request, timeout=_ANSWER_SECONDS)  # noqa: S310  # as above
    except urllib.error.HTTPError as error:
        error.close()
        raise NotReachable(f"{request.full_url}: {error.code} {error.reason}") from error
    except (urllib.error.URLError, OSError) as error:
        raise NotReachable(f"{request.full_url}: {getattr(error, 'reason', error)}") from error


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _install(part: Path, wanted: Release) -> None:
    tool = part
    if wanted.archive:
        tool = part.with_suffix(".new")
        with _unpacked(part, wanted) as member, tool.open("wb") as file:
            shutil.copyfileobj(member, file)
        part.replace(wanted.archive)
    tool.chmod(0o755)
    tool.replace(wanted.path)


@contextlib.contextmanager
def _unpacked(archive: Path, wanted: Release) -> Iterator[tarfile.ExFileObject]:
    with tarfile.open(archive) as files:
        member = files.extractfile(wanted.name)
        if not isinstance(member, tarfile.ExFileObject):
            raise NotApplied(f"{wanted.url}: no file {wanted.name} in it")
        yield member
