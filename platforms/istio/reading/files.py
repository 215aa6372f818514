"""Files and folders with Istio objects, as kubectl takes them; no more is read than a cluster would take."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from platforms.environment import ROOT
from platforms.errors import UsageError
from platforms.istio.reading import urls

ENDINGS = (".json", ".yaml", ".yml")
"""Whose files of a folder are read."""
MOST_BYTES = 3 * 1024 * 1024
"""What an API server takes in one request."""
STANDARD_INPUT = "-"

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def texts(given: Iterable[str | Path]) -> Iterator[tuple[str, str]]:
    """Every file that is meant, as its name in messages and its text; `-` is standard input, and a URL what it has.

    Raises UsageError, naming the file, for what cannot be read, or is too much.
    """
    left = MOST_BYTES
    for one in given:
        for file in _files(one):
            name, data = _read(file)
            if len(data) > MOST_BYTES:
                raise UsageError(f"{name}: larger than 3 MB, which a cluster does not accept")
            left -= len(data)
            if left < 0:
                raise UsageError(f"{name}: with the files before it, larger than 3 MB: apply fewer at once")
            yield name, _text(name, data)


def told(given: str) -> str:
    """A sentence on what was read of a folder and what was not; empty for what is no folder."""
    if (inside := _inside(given)) is None:
        return ""
    taken, others = inside
    read = f"{given}: read {len(taken)} file{'s' if len(taken) > 1 else ''}: {', '.join(one.name for one in taken)}"
    return f"{read}; not read: {', '.join(others)}" if others else read


def _files(given: str | Path) -> Iterable[str | Path]:
    if (inside := _inside(given)) is None:
        return (given,)
    taken, others = inside
    if not taken:
        there = f"; there are {', '.join(others)}" if others else ", which is empty"
        raise UsageError(f"{given}: no file to read: of a folder, only *{', *'.join(ENDINGS)} are read{there}")
    return taken


def _inside(given: str | Path) -> tuple[list[Path], list[str]] | None:
    """The files of a folder that are read, and the names of what else is in it; None for what is no folder."""
    path = Path(given)
    try:
        if given == STANDARD_INPUT or _is_url(given) or not path.is_dir():
            return None
        inside = sorted(path.iterdir())
    except (OSError, ValueError) as error:
        raise UsageError(f"{given}: cannot be read: {_why(error)}") from error
    taken = [one for one in inside if one.suffix in ENDINGS and not one.is_dir()]
    return taken, [f"{one.name}/" if one.is_dir() else one.name for one in inside if one not in taken]


def _read(given: str | Path) -> tuple[str, bytes]:
    """The name for messages, and one byte more than may be at most."""
    if given == STANDARD_INPUT:
        if sys.stdin is None:
            raise UsageError("-: standard input is closed")
        return "-", _bytes("-", sys.stdin.buffer)
    if _is_url(given):
        return str(given), urls.read(str(given), MOST_BYTES)
    path = Path(given)
    try:
        with path.open("rb") as file:
            return _shown(path), _bytes(str(path), file)
    except (OSError, ValueError) as error:
        raise UsageError(f"{given}: cannot be read: {_why(error)}") from error


def _is_url(given: str | Path) -> bool:
    return str(given).startswith(urls.SCHEMES)


def _bytes(name: str, file: IO[bytes]) -> bytes:
    try:
        return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {_why(error)}") from error


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not valid UTF-8") from error


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _shown(path: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else str(path)
