"""The page's own files, under names that change when they do, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort

_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    content_type: str


def _hashed(path: Path) -> tuple[str, str, _Asset]:
    content = path.read_bytes()
    name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
    return path.name, name, _Asset(content, f"{mimetypes.guess_type(path.name)[0]}; charset=utf-8")


# A few KB in all, read once before the workers fork.
_found = [_hashed(path) for path in sorted(_FOLDER.iterdir())]
_hashed_names = {plain: hashed for plain, hashed, _ in _found}
_assets = {hashed: asset for _, hashed, asset in _found}

blueprint = Blueprint("assets", __name__, url_prefix="/static")


def url(plain: str) -> str:
    """The path under which the file called `plain` is served."""
    return f"/static/{_hashed_names[plain]}"


@blueprint.get("/<name>")
def asset(name: str) -> Response:
    """One file, by its hashed name."""
    found = _assets.get(name) or abort(404)
    response = Response(found.content, content_type=found.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
