"""The two pages as browsers get them: from ports of their own, without cookies, in frames of the stage alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from stage.frames.page import PAGE, Held, HeldPage

_ANCESTORS = re.compile(r"\s*frame-ancestors\b[^;]*;?", re.IGNORECASE)


def create_frame(page: HeldPage, origins: tuple[str, ...], check: Callable[[], AnyResponse | None]) -> Flask:
    """The page as a WSGI application, for frames of these origins; `check` says who may ask."""
    app = Flask("frame", static_folder=None)
    app.before_request(check)

    @app.get(PAGE)
    def held() -> AnyResponse:
        newest = page.held or abort(503, "there is no page yet")
        if request.args.get("page") != str(newest.number):
            return _to_newest(newest)
        return _answer(newest, origins)

    @app.get("/static/<name>")
    def asset(name: str) -> AnyResponse:
        found = page.asset(f"/static/{name}") or abort(404)
        response = _answer(found, origins)
        response.headers["Cache-Control"] = "max-age=3600"
        return response

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def elsewhere(path: str) -> AnyResponse:  # noqa: ARG001  # any
        """Lead every link and form of the page back to it: who is signed in here is for the stage to say."""
        return _to_newest(page.held or abort(503, "there is no page yet"))

    return app


def _to_newest(held: Held) -> AnyResponse:
    return redirect(f"{PAGE}?page={held.number}", 303)


def _answer(held: Held, origins: tuple[str, ...]) -> Response:
    response = Response(held.body, held.status)
    response.headers.update(held.headers)
    policy = _ANCESTORS.sub("", held.headers.get("content-security-policy", "default-src 'none'")).rstrip("; ")
    response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {' '.join(origins)}"
    response.headers["Cache-Control"] = "no-store"
    return response
