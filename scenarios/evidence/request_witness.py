"""The second witness request by request: which version answered each of ours, as the proxy of productpage logged it.

Counters cannot tell our calls from a stranger's, nor one page from another. Where the platform logs marked calls, every
page's version is compared with the log, and the calls of others are left out of the counts.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from platforms.boundary import Call, RequestLog
from platforms.counters import Counters, Hop
from scenarios.enduser import shown
from scenarios.evidence.observation import Observation
from scenarios.evidence.proxy_counts import gateway_requests
from scenarios.messages.message import Message, Text

_LOGGED_SECONDS = 2.0
"""How long the log gets to show every page's call: proxies write it several times a second."""
_POLL_SECONDS = 0.02
_FAILURE = 500
_GATEWAY = "ingressgateway"

Key = tuple[str, int]
"""The end user, and which of their requests it was."""


@dataclass(frozen=True, slots=True)
class LoggedCalls:
    """The calls of one step's requests."""

    calls: tuple[Call, ...]
    answered: dict[Key, frozenset[str]]
    """The versions of reviews that answered for each request."""
    rated: frozenset[Key]
    """The requests for which ratings were asked."""
    passed: Mapping[Key, int]
    """The requests that came through the gateway, with the status that its proxy logged."""


def read_log(log: RequestLog | None, mark: str, observations: Sequence[Observation]) -> LoggedCalls | None:
    """Read the logged calls with this mark, once every page's call is there or the time is up; None without a log."""
    if log is None:
        return None
    pages = {_key(seen) for seen in observations if seen.is_page}
    wanted = {_key(seen) for seen in observations if _version(seen)}
    rated = {_key(seen) for seen in observations if _version(seen) and seen.marks.get("ratings") == "shown"}
    deadline = time.monotonic() + _LOGGED_SECONDS
    while True:
        found = _read(log.calls(), mark)
        whole = wanted <= found.answered.keys() and rated <= found.rated and pages <= found.passed.keys()
        if whole or time.monotonic() >= deadline:
            return found
        time.sleep(_POLL_SECONDS)


def find_contradiction(found: LoggedCalls | None, observations: Iterable[Observation]) -> Text:
    """Name the first answer that says otherwise than the log; empty if none does.

    That is a page that names another version than the one that answered for it, or another status than the gateway's.
    """
    if found is None:
        return ""
    for seen in observations:
        logged = found.passed.get(_key(seen), 0)
        if logged and seen.status and not seen.error and logged != seen.status:
            number, who = seen.number + 1, shown(seen.end_user)
            status, other = str(seen.status), str(logged)
            return Message("doubt.status_contradicted", number=number, who=who, status=status, other=other)
        version = _version(seen)
        answered = found.answered.get(_key(seen), frozenset())
        if version and version not in answered:
            number, who = seen.number + 1, shown(seen.end_user)
            if not answered:
                return Message("doubt.page_unanswered", number=number, who=who, version=version)
            others = [Message("doubt.reviews", version=one) for one in sorted(answered)]
            return Message("doubt.page_contradicted", number=number, who=who, version=version, others=others)
    return ""


def without_strangers(counted: Counters, found: LoggedCalls | None, requests: int, *, busy: bool = False) -> Counters:
    """Count our `requests` alone, if the gateway counted more, or others' calls were under way."""
    if found is None or (gateway_requests(counted) <= requests and not busy):
        return counted
    asked, failed, repeated = Counter[Hop](), Counter[Hop](), Counter[tuple[str, str]]()
    for call in found.calls:
        asked[call.hop] += 1
        failed[call.hop] += call.status == 0 or call.status >= _FAILURE
        repeated[call.hop.caller, call.hop.app] += call.attempts - 1
    return Counters(asked, failed, repeated, ejected=counted.ejected)


def _read(calls: Iterable[Call], mark: str) -> LoggedCalls:
    own = tuple(call for call in calls if call.mark.startswith(f"{mark}."))
    answered: dict[Key, set[str]] = {}
    rated: set[Key] = set()
    passed: dict[Key, int] = {}
    for call in own:
        _, number, end_user = call.mark.split(".", 2)
        if not number.isdecimal():
            continue
        if call.hop.caller == _GATEWAY:
            passed[end_user, int(number)] = call.status
        elif call.hop.app == "ratings":
            rated.add((end_user, int(number)))
        elif call.hop.app == "reviews" and 0 < call.status < _FAILURE:
            answered.setdefault((end_user, int(number)), set()).add(call.hop.version)
    return LoggedCalls(own, {key: frozenset(versions) for key, versions in answered.items()}, frozenset(rated), passed)


def _key(seen: Observation) -> Key:
    return (quote(seen.end_user, safe=""), seen.number)


def _version(seen: Observation) -> str:
    return seen.marks.get("reviews-version", "") if seen.is_page else ""
