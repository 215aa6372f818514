"""A bad release, planted by an ordinary fault rule: `v2=errors:20%|slow:800ms`, for all or for some, at once or from a later step on.

A fault of Istio stands on a route, and a route is chosen before a version is drawn from its weights. So no rule for reviews can
break one of several weighted versions. What a version *asks* can be broken for it alone: its calls to ratings carry its labels,
which a match by `sourceLabels` tells from those of the others. To a visitor it is the version that is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from platforms.bookinfo import ISTIO, load
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet
from scenarios.enduser import header_form, parse_name
from scenarios.messages.errors import words
from scenarios.messages.message import Message
from scenarios.patch import select, with_value
from scenarios.release.stairs import ALL
from scenarios.versions import STARS

_LONGEST = 100
_FORM = re.compile(
    r"(?P<version>v[0-9])=(?:errors:(?P<errors>[0-9]{1,3}(?:\.[0-9]{1,2})?)%)?(?P<both>\|)?"
    r"(?:slow:(?P<slow>[0-9]{1,4})ms(?:@(?P<slow_share>[0-9]{1,3}(?:\.[0-9]{1,2})?)%)?)?"
    r"(?:\|user:(?P<user>[^|]+))?(?:\|from:(?P<start>[0-9]{1,3})%)?",
    re.ASCII,
)
_SLOWEST_MS = 5_000


@dataclass(frozen=True, slots=True)
class Breakage:
    """What is wrong with a version."""

    version: str
    errors: Fraction
    """The percentage of its calls to ratings that end in 500, so that its page lacks the stars."""
    slow_ms: int
    """How late the answers are that it gets."""
    slow_share: Fraction = Fraction(100)
    """The percentage of them that is late."""
    user: str = ""
    """The end user whose pages alone are broken; empty for everybody's."""
    start: int = 0
    """The percentage of the traffic from which on it is broken."""

    @classmethod
    def parse(cls, text: str, *, to: str) -> Self:
        """Parse `v2=errors:20%|slow:800ms@2%|user:opennaru|from:100%`, of which one of the first two must be there.

        Raises UsageError for anything else, or another version than `to`.
        """
        found = None if len(text) > _LONGEST else _FORM.fullmatch(text)
        if found is None or not (found["errors"] or found["slow"]):
            raise UsageError(words(Message("error.break_form", given=ascii(text[:_LONGEST]))))
        errors, slow_ms = Fraction(found["errors"] or 0), int(found["slow"] or 0)
        slow_share, start = Fraction(found["slow_share"] or ALL), int(found["start"] or 0)
        whole = bool(found["both"]) == bool(found["errors"] and found["slow"])
        possible = slow_ms <= _SLOWEST_MS and all(one <= ALL for one in (errors, slow_share, start))
        if not (whole and possible and slow_share and (errors or slow_ms)):
            raise UsageError(words(Message("error.break_form", given=ascii(text))))
        if found["version"] != to or to not in STARS:
            raise UsageError(words(Message("error.break_version", given=ascii(text), to=to, asking=list(STARS))))
        user = parse_name(found["user"], option="--break") if found["user"] else ""
        return cls(found["version"], errors, slow_ms, slow_share, user, start)

    def rule(self, percent: int) -> ResourceSet:
        """Return the rule for ratings in a step in which the version gets this percentage of the traffic; none if it is well.

        A route has the fault for this version's calls, and the usual one is for all others.
        """
        if percent < self.start:
            return ResourceSet(())
        ratings = select(load(ISTIO / "fault_ratings.yaml"), "ratings")
        route = [{"destination": {"host": "ratings", "subset": "v1"}}]
        match: dict[str, Any] = {"sourceLabels": {"app": "reviews", "version": self.version}}
        if self.user:
            match["headers"] = {"end-user": {"exact": header_form(self.user)}}
        own = {"match": [match], "fault": self._fault, "route": route}
        return with_value(ratings, "ratings", ("http",), [own, {"route": route}])

    @property
    def _fault(self) -> dict[str, Any]:
        fault: dict[str, Any] = {}
        if self.errors:
            fault["abort"] = {"httpStatus": 500, "percentage": {"value": float(self.errors)}}
        if self.slow_ms:
            fault["delay"] = {"fixedDelay": f"{self.slow_ms}ms", "percentage": {"value": float(self.slow_share)}}
        return fault
