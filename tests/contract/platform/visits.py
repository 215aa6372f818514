"""Asking the page through the gateway, the way any platform's visitors do."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import urllib3

from scenarios.evidence.observation import marks


class Visitor:
    """Somebody with a browser: signed in, or anonymous."""

    def __init__(self, url: str, end_user: str = "") -> None:
        self._url = url
        self._pool = urllib3.PoolManager(timeout=15.0, retries=False)
        self._headers: dict[str, str] = {}
        if end_user:
            answer = self._pool.request(
                "POST",
                f"{url}/login",
                body=f"username={quote(end_user)}&passwd=x",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                redirect=False,
            )
            self._headers = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}

    def page(self, *, mark: str = "") -> dict[str, str]:
        """The marks of one page, asked for with a mark of its own if one is given."""
        headers = self._headers | ({"tracestate": mark} if mark else {})
        answer = self._pool.request("GET", f"{self._url}/productpage", headers=headers)
        assert answer.status == 200
        return marks(answer.data.decode())

    def seen(self, mark: str, *, pages: int) -> Counter[str]:
        """How often each value of a mark came."""
        return Counter(self.page()[mark] for _ in range(pages))

    def close(self) -> None:
        self._pool.clear()
