"""The services behind the page, as Bookinfo's contract has them called."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any, Literal
from urllib.parse import quote

from productpage.backends.transfers import Client, Reply
from productpage.settings import Settings

log = logging.getLogger(__name__)

App = Literal["details", "reviews", "ratings"]

MOST_KEPT = 16
"""Answers that are not read anew: an instance says the same again and again, and here are four that are asked for a page."""
LARGEST_KEPT = 16 * 1024
"""Bytes of such an answer."""

# One repetition, for reviews alone: the delay scenario counts on it (a page then takes twice the budget).
ATTEMPTS: Mapping[App, int] = {"details": 1, "reviews": 2, "ratings": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a backend said: status 200 with its document, or an error status with none; the same bytes are one answer."""

    status: int
    document: dict[str, Any] | None = None


class Backends:
    """Details, reviews and ratings, over kept connections."""

    def __init__(self, settings: Settings, count: Callable[[str, int], None]) -> None:
        """`count` is told the app and the status of every result."""
        self._settings = settings
        self._count = count
        self._proxies = {app: settings.proxies.get(app) for app in settings.backends}
        self._idle: list[Client] = []

    def ask(self, apps: Collection[App], product_id: str, headers: Mapping[str, str]) -> list[Answer]:
        """Each app's first good answer, or the last bad one; all are asked at the same time."""
        path = quote(product_id, safe="")
        urls = {app: f"http://{self._settings.backends[app]}/{app}/{path}" for app in apps}
        client = self._client()
        for app in apps:
            client.begin(app, urls[app], headers)
        attempts = {app: ATTEMPTS[app] for app in apps}
        answers: dict[App, Answer] = {}
        while len(answers) < len(apps):
            for app, reply in client.ended():
                answer = _answer(app, reply)
                attempts[app] -= 1
                if answer.document is None and attempts[app]:
                    client.begin(app, urls[app], headers)
                else:
                    answers[app] = answer
        self._idle.append(client)
        for app in apps:
            self._count(app, answers[app].status)
        return [answers[app] for app in apps]

    def flood(self, product_id: str, headers: Mapping[str, str]) -> None:
        """Call reviews FLOOD_FACTOR times for nothing, one after the other, to trip a rate limit."""
        for _ in range(self._settings.flood_factor):
            self.ask(["reviews"], product_id, headers)

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().close()

    def _client(self) -> Client:
        """The one that ended last, for its connections are the freshest; a new one if all are busy."""
        with suppress(IndexError):
            while not (client := self._idle.pop()).sound:
                client.close()
            return client
        return Client(self._proxies, self._settings.budget)


def _answer(app: App, reply: Reply) -> Answer:
    if reply.failure:
        log.warning("%s: no answer: %s", app, reply.failure)
        return Answer(500)
    if reply.status != 200:  # noqa: PLR2004  # the one status that carries a document
        log.warning("%s: answered %d", app, reply.status)
        return Answer(reply.status if reply.status >= 400 else 502)  # noqa: PLR2004  # a redirection is no answer here
    answer = _read(reply.body) if len(reply.body) <= LARGEST_KEPT else _read.__wrapped__(reply.body)
    if answer is None:
        log.warning("%s: answered 200 without a JSON object", app)
        return Answer(502)
    return answer


@lru_cache(maxsize=MOST_KEPT)
def _read(body: bytes) -> Answer | None:
    """The answer with this JSON object; none with anything else."""
    try:
        document = _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return Answer(200, document) if isinstance(document, dict) else None


def _finite(text: str) -> float:
    """A number; raises ValueError for one that JSON could not say again, such as 1e999 or NaN."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text}: not a finite number")
    return number


# As `json.loads` reads bytes; told of numbers, that would make a decoder for every answer.
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
