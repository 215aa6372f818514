"""Files of the web, as `kubectl apply -f URL` takes them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from platforms.errors import UsageError

SCHEMES = ("http://", "https://")

_SILENT_SECONDS = 10.0
"""How long a server may say nothing."""
_LONGEST_SECONDS = 60.0
"""How long it may take with all of it."""
_CHUNK = 65536
_OK = 200


def read(url: str, most: int) -> bytes:
    """Return what the URL has, `most` bytes and one more at the longest; raises UsageError, with the reason, where it has nothing."""
    import requests  # noqa: PLC0415  # rarely asked for, and it takes long to import

    try:
        with requests.get(url, timeout=_SILENT_SECONDS, stream=True) as answer:
            if answer.status_code != _OK:
                raise UsageError(f"{url}: cannot be read: HTTP {answer.status_code} {answer.reason}".rstrip())
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                raise UsageError(f"{url}: a web page and no file; on GitHub, take the address of its button Raw")
            return b"".join(_chunks(url, answer.iter_content(_CHUNK), most))
    except requests.RequestException as error:
        raise UsageError(f"{url}: cannot be read: {_why(error)}") from error


def _chunks(url: str, chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    deadline, left = time.monotonic() + _LONGEST_SECONDS, most + 1
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return
        if time.monotonic() > deadline:
            raise UsageError(f"{url}: cannot be read: not all of it came within {_LONGEST_SECONDS:g} s")


def _why(error: Exception) -> str:
    """Return the reason in a few words: those of the system, where it is its own."""
    import requests  # noqa: PLC0415

    if isinstance(error, requests.Timeout):
        return f"no answer within {_SILENT_SECONDS:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.TooManyRedirects):
        return "it leads round in circles"
    if isinstance(error, ValueError):  # what requests has for a URL that is none
        return "not a URL"
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return "the connection broke"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what led to an error, the innermost first; libraries give it as an argument, as a reason, or as its context."""
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    for one in inner:
        if isinstance(one, BaseException):
            yield from _causes(one)
    yield error
