"""One expectation of a file, as a claim can be made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from platforms.bookinfo import PATH
from platforms.errors import UsageError
from scenarios.enduser import ANONYMOUS, parse_name
from scenarios.prove.expected_answers import ExpectedAnswers, Senseless
from scenarios.prove.reading import FIELD, ExpectationFile
from scenarios.run.traffic import PAGE_SECONDS
from scenarios.statistics.claim import Expectation
from scenarios.versions import VERSIONS

_OF_ANSWERS = frozenset({"shares", "status", "within", "never"})
"""The fields that say what is expected; the others say what is asked for."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_HEADER_TEXT = re.compile(r"[\x20-\x7e]*")
_OF_THE_RUN = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "te", "tracestate", "transfer-encoding", "upgrade"}
)
"""Headers by which requests are sent and counted."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One expectation as it is written."""

    file: ExpectationFile
    number: int
    written: Mapping[str, Any]

    def wrong(self, why: str, *place: str | int) -> UsageError:
        """Make the error that says why what stands at a place of it is wrong."""
        return self.file.wrong((FIELD, self.number, *place), why)


def expectations(file: ExpectationFile, margin: Fraction) -> list[Expectation]:
    """Return what the file expects, in its order; raises UsageError, with the line, for what makes no sense."""
    return [_expectation(_Item(file, number, item), margin) for number, item in enumerate(file.items)]


def _expectation(item: _Item, margin: Fraction) -> Expectation:
    written = item.written
    if not written.keys() & _OF_ANSWERS:
        raise item.wrong("expects nothing: give shares, status, within or never")
    answers = ExpectedAnswers(**{name: written[name] for name in written.keys() & _OF_ANSWERS})
    path = written.get("path", PATH)
    if answers.tells_versions and path != PATH:
        raise item.wrong(f"versions are read from the page, {PATH}: for {path} expect a status", "path")
    end_user = _end_user(item)
    asked = {"end_user": end_user, "path": path, "headers": _headers(item, end_user)}
    try:
        return answers.expectation(
            margin=margin, longest=PAGE_SECONDS, versions=VERSIONS, requests=written.get("requests"), **asked
        )
    except Senseless as error:
        raise item.wrong(error.why, error.field) from error


def _end_user(item: _Item) -> str:
    if "as" not in item.written:
        return ANONYMOUS
    try:
        return parse_name(item.written["as"], option="as")
    except UsageError as error:
        raise item.wrong(str(error), "as") from error


def is_header(name: str, value: str) -> bool:
    """Tell whether a request can be sent with this header."""
    return bool(_HEADER.fullmatch(name) and _HEADER_TEXT.fullmatch(value))


def _headers(item: _Item, end_user: str) -> Mapping[str, str]:
    headers: Mapping[str, str] = item.written.get("headers", {})
    for name, value in headers.items():
        if not is_header(name, value):
            raise item.wrong(f"{name!a}: {value!a:.100} cannot be sent as a header", "headers")
        if name.lower() == "end-user":
            raise item.wrong(f"{name}: productpage sets it for whoever has signed in: give `as: {value}`", "headers")
        if name.lower() == "cookie" and end_user:
            raise item.wrong(f"{name}: {end_user} signs in by a cookie: leave out one of the two", "headers")
        if name.lower() in _OF_THE_RUN:
            raise item.wrong(f"{name}: the run sets this header itself", "headers")
    return headers
