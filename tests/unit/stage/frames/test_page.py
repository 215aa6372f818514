"""The page that the stage holds, and the frame in which browsers get it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scenarios.messages.language import Language
from stage.frames.listener import create_frame
from stage.frames.page import HeldPage
from stage.server import Listener
from stage.web.door import Door
from tests.ask import ask

_POLICY = "default-src 'none'; frame-ancestors 'self'; form-action 'self'"


@dataclass
class Gateway:
    """A gateway whose page says who asks for it, by the session that it gave."""

    asked: list[str] = field(default_factory=list)
    version: str = "v1"
    forgets: bool = False
    """It knows none of its sessions any more."""

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(f"{handler.command} {handler.path}")
        if handler.command == "POST":
            form = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
            self.forgets = False
            self._send(handler, 302, "", [("Set-Cookie", f"session={form.split('&')[0]}; HttpOnly"), ("Location", "/")])
            return
        who = "" if self.forgets else (handler.headers.get("Cookie") or "").partition("username=")[2]
        main = (
            f'<main id="bookinfo" data-end-user="{who}" data-reviews-version="{self.version}" data-ratings="not-asked">'
        )
        self._send(handler, 200, main, [("Set-Cookie", "tracking=1"), ("Content-Security-Policy", _POLICY)])

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: str, headers: list[tuple[str, str]]) -> None:
        handler.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body))), ("Content-Type", "text/html")]:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode())


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def url(gateway: Gateway) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gateway.respond(self)

        do_POST = do_GET  # noqa: N815  # the name that the standard library looks for

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Fetched:
    """A held page, and a way to wait for its next news."""

    def __init__(self, gateway: str) -> None:
        self.news = threading.Semaphore(0)
        self.page = HeldPage(gateway, self.news.release)
        self._thread = threading.Thread(target=self.page.run)
        self._thread.start()

    def want(self, user: str) -> None:
        self.page.want(user, Language.KOREAN)
        self.news.acquire()

    def close(self) -> None:
        self.page.close()
        self._thread.join()


@pytest.fixture
def fetched(url: str) -> Iterator[Fetched]:
    fetched = Fetched(url)
    yield fetched
    fetched.close()


def test_each_page_has_its_own_session(fetched: Fetched, gateway: Gateway) -> None:
    """The end user's page is signed in by the form, once, and the anonymous one is not."""
    fetched.want("")
    anonymous = fetched.page.held
    fetched.want("opennaru")
    fetched.want("opennaru")

    assert anonymous
    assert "" == anonymous.marks["end-user"]
    assert fetched.page.held
    assert "opennaru" == fetched.page.held.marks["end-user"]
    assert 1 == gateway.asked.count("POST /login")


def test_a_demo_that_is_another_one_since_knows_nobody(fetched: Fetched, gateway: Gateway) -> None:
    """The session is renewed when the page is somebody else's."""
    fetched.want("opennaru")
    gateway.forgets = True
    fetched.want("opennaru")

    assert fetched.page.held
    assert "opennaru" == fetched.page.held.marks["end-user"]
    assert 2 == gateway.asked.count("POST /login")


def test_nothing_is_asked_while_it_waits(fetched: Fetched, gateway: Gateway) -> None:
    """During a proof the last page stays, and what is wanted meanwhile comes afterwards."""
    fetched.want("")
    fetched.page.wait(on=True)
    gateway.version = "v2"
    fetched.page.want("", Language.KOREAN)

    assert "v1" == fetched.page.view("").version
    assert fetched.page.view("").waits
    assert 1 == len(gateway.asked)

    fetched.page.wait(on=False)
    fetched.news.acquire()
    assert "v2" == fetched.page.view("").version


def test_the_last_page_stays_when_the_demo_is_gone(fetched: Fetched) -> None:
    """And the reason is there to be told."""
    fetched.want("")
    fetched.page._gateway = "http://127.0.0.1:9"
    fetched.want("")

    assert "v1" == fetched.page.view("").version
    assert fetched.page.error


def test_a_frame_shows_the_held_page_without_cookies(fetched: Fetched, gateway: Gateway) -> None:
    """Every browser gets the same page, however often it asks; the stage alone may frame it."""
    fetched.want("opennaru")
    asked = len(gateway.asked)
    with Listener("127.0.0.1", 0) as listener:
        stage = Door(8090)
        listener.serve(create_frame(fetched.page, stage.origins, stage.at(listener.port).check))
        own = f"http://127.0.0.1:{listener.port}"
        answers = [ask("GET", fetched.page.view(own).url, headers={"Cookie": "a=b"}) for _ in range(3)]
        links = [
            ask(method, f"{own}{path}", redirect=False)
            for method, path in (("GET", "/"), ("GET", "/logout"), ("POST", "/login"), ("GET", "/productpage?lang=en"))
        ]
        stranger = ask("GET", fetched.page.view(own).url, headers={"Host": f"evil.example:{listener.port}"})

    assert {200} == {answer.status for answer in answers}
    assert asked == len(gateway.asked)
    assert "Set-Cookie" not in answers[0].headers
    policy = answers[0].headers["Content-Security-Policy"]
    assert (
        "default-src 'none'; form-action 'self'; frame-ancestors http://127.0.0.1:8090 http://localhost:8090" == policy
    )
    assert {(303, "/productpage?page=1")} == {(one.status, one.headers["Location"]) for one in links}
    assert 403 == stranger.status
