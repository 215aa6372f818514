"""One page as the stage holds it: fetched from the gateway as one end user, and the same for every browser.

Browsers ask for it as often as they like; the demo is asked only when the stage wants another one. So nobody's reload is
traffic in a proof, and the version that is named is the version that every browser shows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import urllib3

from scenarios.evidence.observation import marks
from scenarios.messages.language import Language
from scenarios.run.traffic import PAGE_SECONDS
from stage.picture import FrameView, Stars

PAGE = "/productpage"
_ASSET = re.compile(r"/static/[A-Za-z0-9._-]{1,80}")
_MOST_ASSETS = 32
_LARGEST = 2 * 1024 * 1024
_OK = 200
_KEPT_HEADERS = ("content-type", "content-language", "content-security-policy", "x-content-type-options")
_STARS: Mapping[str, Stars] = {"unavailable": "missing", "not-asked": "none"}


@dataclass(frozen=True, slots=True)
class Held:
    """One answer of the gateway, without its cookies."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    number: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return self.marks.get("reviews-version", "")

    @property
    def stars(self) -> Stars:
        return shown_stars(self.marks)


def shown_stars(marked: Mapping[str, str]) -> Stars:
    """Return the stars that a page with these marks shows; empty where it shows no reviews."""
    if not marked.get("reviews-version"):
        return ""
    coloured: Stars = "red" if marked.get("star-color") == "red" else "black"
    return _STARS.get(marked.get("ratings", ""), coloured)


class HeldPage:
    """The page of one end user, and the session under which it is asked for."""

    def __init__(self, gateway: str, on_change: Callable[[], None] = lambda: None) -> None:
        self._gateway, self._on_change = gateway, on_change
        self._pool = urllib3.PoolManager(timeout=PAGE_SECONDS, retries=False, maxsize=2)
        self._wanted = threading.Condition()
        self._want: tuple[str, Language] | None = None
        self._waits = self._closed = False
        self._user, self._session = "", ""
        self._assets: dict[str, Held] = {}
        self.held: Held | None = None
        self.error = ""
        """Why there is no newer page; empty once there is."""

    def want(self, user: str, language: Language) -> None:
        """Ask for a new page as this end user; while the page waits, only once it no longer does."""
        with self._wanted:
            self._want = (user, language)
            self._wanted.notify_all()

    def wait(self, *, on: bool) -> None:
        """Hold the page and ask the demo for nothing, or no longer."""
        with self._wanted:
            self._waits = on
            self._wanted.notify_all()

    def view(self, url: str) -> FrameView:
        held = self.held
        if held is None:
            return FrameView(waits=self._waits)
        return FrameView(f"{url}{PAGE}?page={held.number}", held.version, held.stars, self._waits)

    def asset(self, path: str) -> Held | None:
        """Return a file that the page names, asked for once; None where there is none, or none can be had now."""
        if not _ASSET.fullmatch(path):
            return None
        if path not in self._assets and len(self._assets) < _MOST_ASSETS and not self._waits:
            try:
                self._assets[path] = self._get(path)
            except urllib3.exceptions.HTTPError:
                return None
        return self._assets.get(path)

    def run(self) -> None:
        """Fetch whatever is wanted, until the end; the work of a thread of its own."""
        while True:
            with self._wanted:
                self._wanted.wait_for(lambda: self._closed or (self._want and not self._waits))
                if self._closed:
                    return
                wanted, self._want = self._want, None
            if wanted:
                self._fetch(*wanted)
                self._on_change()

    def close(self) -> None:
        with self._wanted:
            self._closed = True
            self._wanted.notify_all()

    def _fetch(self, user: str, language: Language) -> None:
        number = self.held.number + 1 if self.held else 1
        try:
            page = self._page(user, language, number)
            if page.status == _OK and page.marks.get("end-user", "") != user:  # the demo is another one since
                self._session = ""
                page = self._page(user, language, number)
        except urllib3.exceptions.HTTPError as error:
            self.error = type(error).__name__
            return
        self.held, self.error = page, ""

    def _page(self, user: str, language: Language, number: int) -> Held:
        if user != self._user or (user and not self._session):
            self._session = self._sign_in(user) if user else ""
            self._user = user
        return self._get(f"{PAGE}?lang={language.value}", number)

    def _sign_in(self, user: str) -> str:
        """Sign in as a visitor does, with the form, and return the session's cookie."""
        form = urlencode({"username": user, "passwd": ""})
        answer = self._pool.request(
            "POST",
            f"{self._gateway}/login",
            body=form,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            redirect=False,
        )
        return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.getlist("Set-Cookie"))

    def _get(self, path: str, number: int = 0) -> Held:
        headers = {"Accept-Encoding": "identity", **({"Cookie": self._session} if self._session else {})}
        answer = self._pool.request(
            "GET", f"{self._gateway}{path}", headers=headers, redirect=False, preload_content=False
        )
        try:
            body = answer.read(_LARGEST)
        finally:
            answer.release_conn()
        kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        return Held(answer.status, kept, body, number, marks(body.decode(errors="replace")))
