"""One browser: it keeps its cookies and follows no redirect unless asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import requests

from tests.contract.http.harness import page

PATIENCE = 20.0
"""Seconds before a call counts as hanging: well beyond the longest time budget, the 6 s of two tries of reviews."""
SLACK = 3.0
"""Seconds that a busy machine may add to a time budget before we call it broken; the contract's own is 0.5."""
AT_ONCE = 3.0
"""Seconds in which an answer comes for which no time budget was waited: less than the shortest of the page's."""


class Visitor:
    """A visitor of one site, the one at `base`."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of this machine has no part in a contract

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def ask(self, method: str, path: str, *, follow: bool = False, **kwargs: Any) -> requests.Response:
        """Send one request to this site."""
        return self._session.request(
            method, urljoin(f"{self.base}/", path), allow_redirects=follow, timeout=PATIENCE, **kwargs
        )

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> requests.Response:
        return self.ask("GET", path, headers=headers)

    def json(self, path: str) -> Any:
        """The JSON document at `path`; any other answer than 200 raises."""
        answer = self.get(path)
        answer.raise_for_status()
        return answer.json()

    def page(self, path: str = "/productpage") -> page.Page:
        return page.read(self.get(path).text)

    def sign_in(self, name: str) -> requests.Response:
        """Log in from the product page, as its form does."""
        return self.ask(
            "POST",
            "/login",
            data={"username": name, "passwd": "any"},
            headers={"Referer": f"{self.base}/productpage"},
        )
