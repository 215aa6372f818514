"""The page that every platform shows, and whether it is whole."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

PATH = "/productpage"

# What the page says of itself when everything behind it answered.
_MARKS = ('id="bookinfo"', 'data-details="shown"', 'data-reviews="shown"')
_ANSWER_SECONDS = 5.0


def is_whole(gateway_url: str) -> bool:
    """Whether the page comes through the gateway with everything on it."""
    connection = http.client.HTTPConnection(urlsplit(gateway_url).netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return answer.status == http.HTTPStatus.OK and all(mark in page for mark in _MARKS)
