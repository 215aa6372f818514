"""The routes of the stage: the page, the stream of its pictures, and what can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from platforms.errors import DemoError, UsageError, in_one_line
from scenarios.messages.errors import told
from scenarios.messages.language import Language
from stage.picture import encode
from stage.presentation import Presentation
from stage.talk import words
from stage.web.actions import ACTIONS
from stage.web.door import Door, guard
from stage.web.publisher import Publisher, Watcher

_FOLDER = Path(__file__).resolve().parent.parent
_LARGEST = 256 * 1024
"""Bytes of a request: a rule that somebody types."""


def create_app(stage: Presentation, publisher: Publisher, door: Door, frames: tuple[str, ...]) -> Flask:
    """The stage as a WSGI application; `frames` are the origins of the two pages."""
    app = Flask(
        "stage",
        root_path=str(_FOLDER),
        static_folder=str(_FOLDER / "static"),
        template_folder=str(_FOLDER / "templates"),
    )
    app.config.update(MAX_CONTENT_LENGTH=_LARGEST)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    @app.get("/")
    def page() -> str:
        return render_template(
            "stage.html",
            token=door.token,
            language=stage.show.language.value,
            words={language.value: words(language) for language in Language},
        )

    @app.get("/stream")
    def stream() -> Response:
        return Response(_events(publisher), content_type="text/event-stream; charset=utf-8")

    @app.post("/do/<name>")
    def do(name: str) -> Response:
        door.check_change()
        action = ACTIONS.get(name)
        if action is None:
            raise UsageError(f"{name!a}: no such action; there are {', '.join(sorted(ACTIONS))}")
        answer = action(stage, _body())
        return jsonify({"ok": True} if answer is None else answer)

    @app.errorhandler(DemoError)
    def refused(error: DemoError) -> tuple[Response, int]:
        return jsonify(error=in_one_line(stage.say(told(error)))), 422 if isinstance(error, UsageError) else 409

    @app.errorhandler(HTTPException)
    def problem(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description or error.name), error.code or 500

    @app.after_request
    def guarded(response: Response) -> Response:
        return guard(response, frames)

    app.before_request(door.check)
    return app


def _body() -> Mapping[str, Any]:
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise UsageError('the body must be one JSON object, such as {"number": 2}, and be sent as application/json')
    return body


def _events(publisher: Publisher) -> Iterator[str]:
    """Yield the pictures as server-sent events; a browser that lost them comes back within a second."""
    yield "retry: 1000\n\n"
    watcher = Watcher(publisher)
    while (picture := watcher.next()) is not None:
        yield f"event: picture\ndata: {encode(picture)}\n\n"
