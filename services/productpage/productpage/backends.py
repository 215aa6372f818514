"""The services behind the page, as Bookinfo's contract has them called."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal
from urllib.parse import quote

from productpage.connections import Exchange, Pool, Unanswered, get
from productpage.settings import Settings

log = logging.getLogger(__name__)

App = Literal["details", "reviews", "ratings"]

# One repetition, for reviews alone: the delay scenario counts on it (a page then takes twice the budget).
ATTEMPTS: Mapping[App, int] = {"details": 1, "reviews": 2, "ratings": 1}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend said: status 200 with its document, or an error status with none."""

    status: int
    document: dict[str, Any] | None = None


class Call:
    """A question on its way; `answer` waits for what comes back."""

    def __init__(self, ask: Callable[[], Exchange], app: App, count: Callable[[str, int], None]) -> None:
        self._ask = ask
        self._app = app
        self._count = count
        self._exchange = ask()

    def answer(self) -> Answer:
        """The first good answer, or the last bad one."""
        answer = self._read()
        for _ in range(ATTEMPTS[self._app] - 1):
            if answer.document is None:
                self._exchange = self._ask()
                answer = self._read()
        self._count(self._app, answer.status)
        return answer

    def _read(self) -> Answer:
        try:
            status, body = self._exchange.answer()
        except Unanswered as error:
            log.warning("%s: no answer: %s", self._app, error)
            return Answer(500)
        if status != 200:  # noqa: PLR2004  # the one status that carries a document
            log.warning("%s: answered %d", self._app, status)
            return Answer(status if status >= 400 else 502)  # noqa: PLR2004  # a redirection is no answer here
        return self._document(body)

    def _document(self, body: bytes) -> Answer:
        try:
            document = json.loads(body, parse_float=_finite, parse_constant=_finite)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            log.warning("%s: answered 200 without a JSON object", self._app)
            return Answer(502)
        return Answer(200, document)


def _finite(text: str) -> float:
    """A number; raises ValueError for one that JSON could not say again, such as 1e999 or NaN."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text}: not a finite number")
    return number


class Backends:
    """Details, reviews and ratings, over kept connections."""

    def __init__(self, settings: Settings, count: Callable[[str, int], None]) -> None:
        """`count` is told the app and the status of every result."""
        self._settings = settings
        self._count = count
        self._hosts = {app: str(address) for app, address in settings.backends.items()}
        # An HTTP proxy is asked for the whole URL, a server for the path.
        self._origins = {app: f"http://{host}" if app in settings.proxies else "" for app, host in self._hosts.items()}
        peers = {app: settings.proxies.get(app, address) for app, address in settings.backends.items()}
        pools = {peer: Pool(peer) for peer in peers.values()}
        self._pools = {app: pools[peer] for app, peer in peers.items()}

    def ask(self, app: App, product_id: str, headers: Mapping[str, str]) -> Call:
        """Send the question now; nothing waits before its answer is asked for."""
        target = f"{self._origins[app]}/{app}/{quote(product_id, safe='')}"
        request = get(target, {"host": self._hosts[app], **headers})
        pool, budget = self._pools[app], self._settings.budget
        return Call(lambda: Exchange(pool, request, budget), app, self._count)

    def flood(self, product_id: str, headers: Mapping[str, str]) -> None:
        """Call reviews FLOOD_FACTOR times for nothing, one after the other, to trip a rate limit."""
        for _ in range(self._settings.flood_factor):
            self.ask("reviews", product_id, headers).answer()

    def close(self) -> None:
        """Close the kept connections."""
        for pool in self._pools.values():
            pool.close()
