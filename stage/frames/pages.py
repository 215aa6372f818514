"""Both pages, one above the other: the anonymous visitor's and the end user's, fetched side by side."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from scenarios.enduser import ANONYMOUS
from scenarios.messages.language import Language
from stage.frames.page import HeldPage
from stage.picture import FrameView

WHO = ("anonymous", "end_user")
_RELOAD_SECONDS = 3.0


class Pages:
    """The two pages, each with a thread that fetches it; `urls` are where browsers find them, in the order of `WHO`."""

    def __init__(self, gateway: str, urls: Sequence[str]) -> None:
        self.held = tuple(HeldPage(gateway) for _ in WHO)
        self.reloads = False
        """Fetch them anew every few seconds."""
        self._urls = urls
        self._wanted: tuple[str, Language] | None = None
        self._closed = threading.Event()
        for page in self.held:
            threading.Thread(target=page.run, name="page", daemon=True).start()
        threading.Thread(target=self._reload, name="reload", daemon=True).start()

    def want(self, user: str, language: Language) -> None:
        """Fetch both anew, the second as this end user."""
        self._wanted = (user, language)
        for page, end_user in zip(self.held, (ANONYMOUS, user), strict=True):
            page.want(end_user, language)

    def wait(self, *, on: bool) -> None:
        """Ask the demo for nothing, or no longer."""
        for page in self.held:
            page.wait(on=on)

    def views(self) -> Mapping[str, FrameView]:
        return {who: page.view(url) for who, page, url in zip(WHO, self.held, self._urls, strict=True)}

    @property
    def error(self) -> str:
        """The reason why there is no newer page; empty where there is one."""
        return next((page.error for page in self.held if page.error), "")

    def close(self) -> None:
        self._closed.set()
        for page in self.held:
            page.close()

    def _reload(self) -> None:
        while not self._closed.wait(_RELOAD_SECONDS):
            if self._wanted and (self.reloads or self.error):  # a demo that is back is to be seen by itself
                self.want(*self._wanted)
