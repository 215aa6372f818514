"""The real page without a demo: productpage itself, before backends that answer what a recording says."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGTERM
from subprocess import Popen  # noqa: TID251  # for a type; processes starts it
from typing import Any
from urllib.parse import unquote

import urllib3
from flask import Flask, abort, request

from platforms.local import processes
from platforms.local.processes import Launch
from platforms.local.programs.workloads import SERVICES_FOLDER, command, passed_on
from platforms.loopback import LOOPBACK, free_port
from platforms.wait import wait_until
from scenarios.enduser import ANONYMOUS
from scenarios.messages.language import Language
from stage.frames.pages import Pages
from stage.picture import FrameView
from stage.server import Listener

_PATIENCE_SECONDS = 30.0
_OK = 200
DETAILS = {
    "id": 0,
    "author": "William Shakespeare",
    "year": 1595,
    "type": "paperback",
    "pages": 200,
    "publisher": "PublisherA",
    "language": "English",
    "ISBN-10": "1234567890",
    "ISBN-13": "123-1234567890",
}
_REVIEWS = (
    ("Reviewer1", "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!", 5),
    (
        "Reviewer2",
        "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.",
        4,
    ),
)

Marks = Mapping[str, str]
"""The marks of a page that was seen."""


class StandIn:
    """What the two pages show now."""

    def __init__(self, pages: Pages, shown: dict[str, Marks]) -> None:
        self._pages, self._shown = pages, shown
        self._last: object = None

    def show(self, seen: Mapping[str, Marks], user: str, language: Language) -> Mapping[str, FrameView]:
        """Return the pages of the anonymous visitor and of this end user; another one is fetched when it looks different."""
        # Until a page was seen under another rule, the one of before stays.
        wanted = ({who: seen.get(who) or self._shown.get(who, {}) for who in (ANONYMOUS, user)}, language)
        if wanted != self._last:
            self._last = wanted
            self._shown.update(wanted[0])
            self._pages.want(user, language)
        return self._pages.views()


@contextmanager
def productpage() -> Iterator[tuple[str, dict[str, Marks]]]:
    """Run productpage for the block; returns its URL, and what its backends answer, by end user."""
    shown: dict[str, Marks] = {}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bookinfo-stage-"))
        backends = stack.enter_context(Listener(LOOPBACK, 0)).serve(_backends(shown))
        port = free_port()
        process = processes.start(_launch(port, backends.port, folder), log=Path(folder) / "log", mark=folder)
        stack.callback(_end, process)
        url = f"http://{LOOPBACK}:{port}"
        wait_until(lambda: _answers(f"{url}/health"), _PATIENCE_SECONDS, every=0.05)
        yield url, shown


def _launch(port: int, backends: int, folder: str) -> Launch:
    names = {f"{app}_{what}": value for app in ("DETAILS", "REVIEWS") for what, value in _at(backends).items()}
    environment = {"LANG": "C.UTF-8", "TMPDIR": folder, "PORT": str(port), "BIND_HOST": LOOPBACK}
    return Launch(
        command("productpage", {"python": sys.executable}),
        {**passed_on(), **environment, **names, "HOSTNAME": "productpage-v1-stage"},
        SERVICES_FOLDER / "productpage",
    )


def _at(port: int) -> dict[str, str]:
    return {"HOSTNAME": LOOPBACK, "SERVICE_PORT": str(port)}


def _backends(shown: Mapping[str, Marks]) -> Flask:
    app = Flask("backends", static_folder=None)

    @app.get("/details/0")
    def details() -> dict[str, Any]:
        return DETAILS

    @app.get("/reviews/0")
    def reviews() -> dict[str, Any]:
        marks = shown.get(unquote(request.headers.get("end-user", ANONYMOUS)), {})
        if marks.get("reviews") == "unavailable":
            abort(503)
        return _reviews(marks)

    return app


def _reviews(marks: Marks) -> dict[str, Any]:
    """Answer as the version that the marks name, with or without its stars."""
    rated = marks.get("ratings", "not-asked")
    return {
        "id": "0",
        "podname": f"reviews-{marks.get('reviews-version') or 'v1'}-stage",
        "clustername": "null",
        "reviews": [
            {"reviewer": reviewer, "text": text, **_rating(rated, stars, marks.get("star-color", ""))}
            for reviewer, text, stars in _REVIEWS
        ],
    }


def _rating(rated: str, stars: int, colour: str) -> dict[str, Any]:
    match rated:
        case "shown":
            return {"rating": {"stars": stars, "color": colour}}
        case "unavailable":
            return {"rating": {"error": "Ratings service is currently unavailable"}}
    return {}


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=1.0, retries=False).status == _OK  # noqa: TID251  # once, and no longer
    except urllib3.exceptions.HTTPError:
        return False


def _end(process: Popen[bytes]) -> None:
    processes.signal_group(process.pid, SIGTERM)
    process.wait()
