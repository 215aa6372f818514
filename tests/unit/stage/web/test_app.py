"""The routes of the stage, asked over HTTP as browsers, and others, ask."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import urllib3

from scenarios.messages.language import Language
from stage.picture import Dot, Picture, ShowView
from stage.presentation import Presentation
from stage.server import Listener
from stage.show import Place, Show
from stage.web.app import create_app
from stage.web.door import Door
from stage.web.publisher import Publisher
from tests.ask import ask
from tests.unit.stage.examples import picture

FRAMES = ("http://127.0.0.1:8091", "http://127.0.0.1:8092")


@dataclass
class Scenery:
    """A scenery that always looks the same, and remembers what it was asked for."""

    entered: list[Place] = field(default_factory=list)
    whole: str = ""

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        looks = {"language": show.language.value, "user": show.user, "dark": show.dark}
        rule = replace(picture().rule, since_ms=now_ms, whole=self.whole)
        return replace(picture(), show=view, now_ms=now_ms, rule=rule, **looks)

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return after, ()

    def enter(self, place: Place, show: Show) -> None:  # noqa: ARG002
        self.entered.append(place)

    def looks_changed(self, show: Show) -> None: ...

    def close(self) -> None: ...


@dataclass
class Running:
    """A stage that answers."""

    door: Door
    scenery: Scenery
    url: str

    def ask(self, name: str, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        """Ask as the page does; a header given replaces the page's, and an empty one leaves it out."""
        given = {"Origin": self.door.origins[0], "X-Stage-Token": self.door.token, **headers}
        return ask(
            "POST",
            f"{self.url}do/{name}",
            body=json.dumps(body or {}),
            headers={key.replace("_", "-"): value for key, value in given.items() if value}
            | {"Content-Type": "application/json"},
        )

    def pictures(self) -> Iterator[dict[str, Any]]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.door.port)) as connection:
            connection.request("GET", "/stream")
            stream = connection.getresponse()
            while line := stream.readline():
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))


def _running(guests: str = "") -> Iterator[Running]:
    scenery = Scenery()
    stage = Presentation(scenery, Show(Language.KOREAN, "opennaru"))
    publisher = Publisher(stage)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    with Listener("127.0.0.1", 0) as listener:
        door = Door(listener.port, guests=guests)
        listener.serve(create_app(stage, publisher, door, FRAMES))
        yield Running(door, scenery, f"http://127.0.0.1:{listener.port}/")
        publisher.close()
    thread.join()


@pytest.fixture
def running() -> Iterator[Running]:
    yield from _running()


@pytest.fixture
def guarded() -> Iterator[Running]:
    yield from _running(guests="a-token-in-the-url")


def _error(answer: urllib3.BaseHTTPResponse) -> str:
    return str(answer.json()["error"])


def test_a_change_of_the_page(running: Running) -> None:
    """What the page asks for is done, and said to every browser alike, a later one too."""
    first = running.pictures()
    next(first)
    assert 200 == running.ask("next").status
    assert [Place(1, "do")] == running.scenery.entered
    assert 200 == running.ask("language", {"language": "en"}).status

    seen = next(one for one in first if one["language"] == "en")
    assert "do" == seen["show"]["phase"]
    assert seen["show"] == next(running.pictures())["show"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Origin": "http://evil.example"}, "from the page of the stage only"),
        ({"Origin": "null"}, "from the page of the stage only"),
        ({"Origin": ""}, "from the page of the stage only"),
        ({"Origin": "http://127.0.0.1:9080"}, "from the page of the stage only"),
        ({"X-Stage-Token": "another"}, "load it again"),
        ({"X-Stage-Token": ""}, "load it again"),
        ({"Host": "evil.example"}, "not 'evil.example'"),
    ],
)
def test_changes_that_others_ask_for(running: Running, headers: dict[str, str], reason: str) -> None:
    """Another page, an older page, a name that was made to lead here: nothing happens, and the reason is told."""
    answer = running.ask("next", **headers)

    assert 403 == answer.status
    assert reason in _error(answer)
    assert [] == running.scenery.entered


def test_a_slow_browser_slows_nobody(running: Running) -> None:
    """One that does not read gets the newest picture when it does again, with the number of those it missed."""
    running.scenery.whole = "x" * 200_000
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        slow.connect(("127.0.0.1", running.door.port))
        slow.sendall(f"GET /stream HTTP/1.1\r\nHost: {running.door.hosts[0]}\r\n\r\n".encode())
        slow.recv(1)
        quick = running.pictures()
        first = next(quick)["number"]
        last = next(one for one in quick if one["number"] >= first + 5)
        running.scenery.whole = ""
        with slow.makefile("rb") as stream:
            seen = (json.loads(line.removeprefix(b"data: ")) for line in stream if line.startswith(b"data: "))
            late = next(one for one in seen if one["skipped"])

    assert 0 == last["skipped"]
    assert late["skipped"] >= 3
    assert late["number"] >= last["number"]


@pytest.mark.parametrize("path", ["", "stream", "static/styles/stage.css"])
def test_another_name_cannot_even_look(running: Running, path: str) -> None:
    """A page whose name was made to lead to this machine would read the token."""
    assert 403 == ask("GET", f"{running.url}{path}", headers={"Host": "rebound.example:80"}).status


def test_what_the_page_may_do(running: Running) -> None:
    """No script but the stage's files, no frame but the two pages, and nobody frames the stage."""
    answer = ask("GET", running.url)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))

    assert "'none'" == policy["default-src"]
    assert "'self'" == policy["script-src"] == policy["style-src"] == policy["connect-src"]
    assert " ".join(FRAMES) == policy["frame-src"]
    assert "'none'" == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_nothing_that_somebody_typed_stands_in_the_page(running: Running) -> None:
    """A name travels in pictures, which are JSON, and never in HTML."""
    name = "</script><img src=x onerror=alert(1)>"
    assert 200 == running.ask("user", {"name": name}).status

    assert name == next(one for one in running.pictures() if one["user"] != "opennaru")["user"]
    page = ask("GET", running.url).data.decode()
    assert "onerror" not in page
    assert running.door.token in page


@pytest.mark.parametrize(
    ("name", "body", "status", "reason"),
    [
        ("sing", {}, 422, "no such action"),
        ("goto", {"episode": 9, "phase": "say"}, 422, "no step of the talk"),
        ("dark", {"on": "yes"}, 422, "true or false"),
        ("large", {"who": "both"}, 422, "give one of"),
        ("language", {"language": "fr"}, 422, "give one of"),
        ("user", {"name": "  "}, 422, "user '  '"),
        ("user", {"name": 3}, 422, "give a text"),
        ("user", [1], 422, "one JSON object"),
        ("weights", {"weights": [90, 10, 0]}, 409, "규칙을 바꿀 수 없습니다"),
    ],
)
def test_what_makes_no_sense(running: Running, name: str, body: Any, status: int, reason: str) -> None:
    """Refused in one line, with what was given."""
    answer = running.ask(name, body)

    assert (status, True) == (answer.status, reason in _error(answer)), _error(answer)


def test_a_body_without_end(running: Running) -> None:
    """A rule is a page of text."""
    assert 413 == running.ask("check", {"yaml": "x" * 300_000}).status


def test_a_guest_needs_the_token_and_keeps_a_cookie(guarded: Running) -> None:
    """From another machine: the token once, then the cookie; without either nothing, not even a file."""
    token = f"{guarded.url}?token={guarded.door.guests}"
    let_in = ask("GET", token, redirect=False)
    cookie, *attributes = let_in.headers["Set-Cookie"].split("; ")

    assert guarded.door.url == token
    assert (303, "/") == (let_in.status, let_in.headers["Location"])
    assert {"HttpOnly", "SameSite=Strict"} <= set(attributes)
    assert guarded.door.guests not in cookie
    assert 200 == ask("GET", guarded.url, headers={"Cookie": cookie}).status
    assert 200 == guarded.ask("next", Cookie=cookie).status
    for path in ("", "?token=wrong", f"stream?token={guarded.door.guests}", "static/styles/stage.css"):
        assert 403 == ask("GET", f"{guarded.url}{path}", redirect=False).status
    assert 403 == guarded.ask("next").status
