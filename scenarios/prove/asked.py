"""One expectation of a file, as a claim can be made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from platforms.bookinfo import PATH
from platforms.errors import UsageError
from platforms.istio.durations import nanoseconds
from scenarios.enduser import ANONYMOUS, parse_name
from scenarios.evidence.observation import status_outcome
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text
from scenarios.prove.reading import FIELD, ExpectationFile
from scenarios.run.traffic import PAGE_SECONDS
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.versions import VERSIONS

_OK = 200
_WHOLE = 100
_SHORTEST = 10**6
"""In nanoseconds: a report tells no shorter times apart."""
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
    if not written.keys() & {"shares", "status", "within", "never"}:
        raise item.wrong("expects nothing: give shares, status, within or never")
    path = written.get("path", PATH)
    end_user = _end_user(item)
    aspect, shares = _shares(item, path)
    return Expectation(
        end_user,
        shares,
        margin=margin,
        aspect=aspect,
        leak=min(margin, Fraction(1, 100)),
        budget=_budget(item),
        others_may_come=not written.keys() & {"shares", "status"} and "never" in written,
        path=path,
        headers=_headers(item, end_user),
        requests=written.get("requests"),
    )


def _end_user(item: _Item) -> str:
    if "as" not in item.written:
        return ANONYMOUS
    try:
        return parse_name(item.written["as"], option="as")
    except UsageError as error:
        raise item.wrong(str(error), "as") from error


def _headers(item: _Item, end_user: str) -> Mapping[str, str]:
    headers: Mapping[str, str] = item.written.get("headers", {})
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not _HEADER_TEXT.fullmatch(value):
            raise item.wrong(f"{name!a}: {value!a:.100} cannot be sent as a header", "headers")
        if name.lower() == "end-user":
            raise item.wrong(f"{name}: productpage sets it for whoever has signed in: give `as: {value}`", "headers")
        if name.lower() == "cookie" and end_user:
            raise item.wrong(f"{name}: {end_user} signs in by a cookie: leave out one of the two", "headers")
        if name.lower() in _OF_THE_RUN:
            raise item.wrong(f"{name}: the run sets this header itself", "headers")
    return headers


def _shares(item: _Item, path: str) -> tuple[Aspect, dict[Text, Fraction]]:
    """Return what of an answer counts, and the share of each outcome; every answer is 200 where nothing else is said."""
    written = item.written
    never = written.get("never", [])
    if "shares" in written and "status" in written:
        raise item.wrong("a page with a version has status 200: give shares or status", "status")
    if "shares" in written or any(isinstance(one, str) for one in never):
        return Aspect.REVIEWS, _of_versions(item, path)
    return Aspect.STATUS, _of_statuses(item)


def _of_versions(item: _Item, path: str) -> dict[Text, Fraction]:
    if "status" in item.written:
        raise item.wrong("status is expected, and never names a version: make two expectations of it", "never")
    if path != PATH:
        raise item.wrong(f"versions are read from the page, {PATH}: for {path} expect a status", "path")
    shares: Mapping[str, Any] = item.written.get("shares", {})
    never = item.written.get("never", [])
    for one in never:
        if not isinstance(one, str):
            raise item.wrong(f"{one}: no version of reviews; expect statuses on their own", "never")
    asked: dict[Text, Fraction] = {name: _share(share) for name, share in shares.items()}
    if "shares" not in item.written:
        return dict.fromkeys(never, Fraction(0))
    _require_whole(item, "shares", asked)
    return _without(
        item, {version: asked.get(version, Fraction(0)) for version in sorted({*asked, *VERSIONS}, key=english)}, never
    )


def _of_statuses(item: _Item) -> dict[Text, Fraction]:
    status = item.written.get("status")
    for one in item.written.get("never", []):
        if not 200 <= one <= 599:  # noqa: PLR2004  # what an answer can have
            raise item.wrong(f"{one}: no status of an answer; there are 200 to 599", "never")
    never = [status_outcome(one) for one in item.written.get("never", [])]
    if status is None and never:
        return dict.fromkeys(never, Fraction(0))
    if isinstance(status, Mapping):
        asked: dict[Text, Fraction] = {status_outcome(int(name)): _share(share) for name, share in status.items()}
        _require_whole(item, "status", asked)
    else:
        asked = {status_outcome(_OK if status is None else status): Fraction(1)}
    return _without(item, asked, never)


def _require_whole(item: _Item, field: str, asked: Mapping[Text, Fraction]) -> None:
    if (found := sum(asked.values()) * _WHOLE) != _WHOLE:
        raise item.wrong(f"add up to {float(found):g}, and not to {_WHOLE}", field)


def _without(item: _Item, asked: dict[Text, Fraction], never: Iterable[Text]) -> dict[Text, Fraction]:
    """Add what must never come, which cannot be asked for too."""
    for outcome in never:
        if share := asked.get(outcome):
            raise item.wrong(
                f"{english(outcome)} is to come in {float(share) * _WHOLE:g} of {_WHOLE} answers too", "never"
            )
    return {**asked, **dict.fromkeys(never, Fraction(0))}


def _share(percent: float) -> Fraction:
    """The share as it was written: 0.1 is a tenth."""
    return Fraction(str(percent)) / _WHOLE


def _budget(item: _Item) -> float | None:
    if (text := item.written.get("within")) is None:
        return None
    length = nanoseconds(text)
    if length is None or not _SHORTEST <= length < PAGE_SECONDS * 1e9:
        raise item.wrong(f"{text!a}: no duration from 1ms to below {PAGE_SECONDS:g}s, such as 500ms or 1.5s", "within")
    return length / 1e9
