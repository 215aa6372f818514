"""One HTTP request of a test."""

from __future__ import annotations

from typing import Any

import urllib3


def ask(method: str, url: str, **given: Any) -> urllib3.BaseHTTPResponse:
    """Ask once and wait as long as a busy machine may take: by itself urllib3 gives up after 3 s, and hides three failures."""
    patient = {"timeout": 60.0, "retries": urllib3.Retry(connect=0, read=0)}
    return urllib3.request(method, url, **{**patient, **given})  # noqa: TID251  # this is where it is patient
