"""One answer of the page, and its outcome."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scenarios.messages.message import Message, Text
from scenarios.statistics.claim import Aspect

_MAIN = re.compile(r'<main\b[^>]*\bid="bookinfo"[^>]*>')
_MARK = re.compile(r'\bdata-([a-z-]+)="([^"]*)"')

NO_PAGE = Message("outcome.no_page")
TOO_LATE = Message("outcome.too_late")
NO_RATINGS = Message("outcome.no_ratings")
NO_REVIEWS = Message("outcome.no_reviews")
NO_DETAILS = Message("outcome.no_details")
NO_STARS = Message("outcome.no_stars")
BLACK_STARS = Message("outcome.black_stars")
RED_STARS = Message("outcome.red_stars")
TRY_SECONDS = 3.0
"""How long productpage waits for reviews before it asks a second time, by the contract."""

WEARS: Mapping[Text, Message] = {"v1": NO_STARS, "v2": BLACK_STARS, "v3": RED_STARS}
"""The stars that a page of each version of reviews shows."""
_STARS = {"outcome.no_stars", "outcome.black_stars", "outcome.red_stars", "outcome.colourless_stars", "outcome.stars"}
_REVIEWS = "2"
"""The number of reviews of the book."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer, or the lack of one."""

    end_user: str
    """The name under which the page was requested."""
    status: int
    """The HTTP status; 0 if there was no answer."""
    milliseconds: float
    marks: Mapping[str, str] = field(default_factory=dict)
    """The `data-…` marks of the page, without `data-`."""
    error: str = ""
    """The reason why there is no answer."""
    timed_out: bool = False
    """There is no answer because it took too long."""
    number: int = 0
    """The number of the request among its end user's, in the order in which they were begun, from 0."""
    at: float = 0.0
    """The time at which the answer was complete or the request given up, in seconds since 1970, by the sender's clock."""

    @property
    def is_page(self) -> bool:
        """Return whether the answer is the page, for this end user."""
        return self.status == 200 and bool(self.marks) and self.marks.get("end-user", "") == self.end_user  # noqa: PLR2004  # OK

    @property
    def asked_twice(self) -> bool:
        """Return whether productpage may have asked reviews twice for this page, so that its version was drawn twice."""
        return self.is_page and self.milliseconds >= 1000 * TRY_SECONDS

    @property
    def fault(self) -> Text:
        """The reason why this is not the page that was requested."""
        if self.error:
            return Message("missing.time_out") if self.timed_out else self.error
        if self.status != 200:  # noqa: PLR2004  # OK
            return Message("missing.http", status=str(self.status))
        if not self.marks:
            return Message("missing.no_marks")
        if self.is_page:
            return shown_in(self.marks)
        if who := self.marks.get("end-user", ""):
            return Message("missing.signed_in_as", who=who)
        return Message("missing.signed_in_as_nobody")


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers of one load, counted by outcome."""

    outcomes: Mapping[Text, int]
    """By version of reviews, or by what the page shows."""
    missing: Mapping[Text, int]
    """Requests with an unknown outcome, by reason."""
    pages: int
    """Answers that are the page, whatever it shows."""
    milliseconds: tuple[float, ...] = ()
    """The duration of every answer, sorted."""
    twice: Mapping[Text, int] = field(default_factory=dict)
    """By outcome, the answers whose version may have been drawn twice."""

    @property
    def unknown(self) -> int:
        return sum(self.missing.values())

    @property
    def requests(self) -> int:
        return sum(self.outcomes.values()) + self.unknown

    def percentile(self, percent: int) -> float:
        """The time within which so many percent of the answers came."""
        if not self.milliseconds:
            return 0.0
        return self.milliseconds[min(len(self.milliseconds) - 1, len(self.milliseconds) * percent // 100)]


def marks(page: str) -> dict[str, str]:
    """Extract the marks of a page, by name without `data-`; empty if it has none."""
    main = _MAIN.search(page)
    return {name: html.unescape(text) for name, text in _MARK.findall(main.group())} if main else {}


def tally(observations: Iterable[Observation], aspect: Aspect, *, within: float | None) -> Tally:
    """Count the answers by outcome; after `within` seconds, a page counts as too late."""
    outcomes: Counter[Text] = Counter()
    missing: Counter[Text] = Counter()
    twice: Counter[Text] = Counter()
    times = []
    pages = 0
    for seen in observations:
        times.append(seen.milliseconds)
        pages += seen.is_page
        came = outcome(seen, aspect, within=within)
        if came is None:
            missing[seen.fault] += 1
        else:
            outcomes[came] += 1
            twice[came] += seen.asked_twice
    return Tally(dict(outcomes), dict(missing), pages, tuple(sorted(times)), dict(twice))


def is_of_stars(outcome: Text) -> bool:
    """Return whether the outcome is about the stars of a page."""
    return isinstance(outcome, Message) and outcome.key in _STARS


def outcome(seen: Observation, aspect: Aspect, *, within: float | None) -> Text | None:
    """Return the outcome of one answer; None if it is unknown."""
    match aspect:
        case Aspect.REVIEWS:
            return _version(seen)
        case Aspect.WHOLE:
            return _whole(seen)
        case Aspect.PAGE:
            return _page(seen, within)
        case Aspect.ANSWERED:
            return (seen.marks.get("reviews-version") or None) if seen.is_page else None
        case Aspect.STATUS:
            return _status(seen)


def _version(seen: Observation) -> Text | None:
    """The version of reviews that answered; unknown without a page."""
    if not seen.is_page:
        return None
    return seen.marks.get("reviews-version") or NO_REVIEWS


def _whole(seen: Observation) -> Text | None:
    """The version if the page is whole and has that version's stars, else what the page shows instead.

    Unknown without reviews, or without ratings for a version that needs them, and if the page lacks the details only after
    their time-out, which says nothing of the rule.
    """
    if not seen.is_page:
        return None
    version, shown = seen.marks.get("reviews-version", ""), shown_in(seen.marks)
    if shown == NO_REVIEWS or (shown == NO_DETAILS and seen.milliseconds >= 1000 * TRY_SECONDS):
        return None
    if shown == NO_RATINGS and WEARS.get(version) != NO_STARS:
        return None
    if shown == WEARS.get(version):
        return version
    return shown if shown in (NO_RATINGS, NO_DETAILS) else Message("outcome.of_version", version=version, shown=shown)


def _page(seen: Observation, within: float | None) -> Text | None:
    """Return what the page shows. An error page and a time-out are outcomes; after a broken connection, the outcome is unknown."""
    if not seen.is_page:
        return NO_PAGE if seen.timed_out or (seen.status and not seen.error) else None
    if within is not None and seen.milliseconds > within * 1000:
        return TOO_LATE
    return shown_in(seen.marks)


def _status(seen: Observation) -> Text | None:
    """Return the status, or that none came in time; after a broken connection it is unknown."""
    if seen.timed_out:
        return Message("missing.time_out")
    return status_outcome(seen.status) if seen.status and not seen.error else None


def status_outcome(status: int) -> Message:
    """Return the outcome of an answer with this status."""
    return Message("missing.http", status=str(status))


def shown_in(marks: Mapping[str, str]) -> Message:
    """Return the first part that the page lacks, or else its stars."""
    for part, missing in (("details", NO_DETAILS), ("reviews", NO_REVIEWS)):
        if marks.get(part) != "shown":
            return missing
    reviews, rated = (marks.get(count) or "0" for count in ("review-count", "rated-count"))
    if reviews != _REVIEWS:
        return Message("outcome.some_reviews", shown=reviews, reviews=_REVIEWS)
    if marks.get("ratings") != "shown":
        return NO_RATINGS if marks.get("ratings") == "unavailable" else NO_STARS
    if rated != reviews:
        return Message("outcome.some_stars", rated=rated, reviews=_REVIEWS)
    return _stars(marks.get("star-color", ""))


def _stars(colour: str) -> Message:
    match colour:
        case "black":
            return BLACK_STARS
        case "red":
            return RED_STARS
        case "":
            return Message("outcome.colourless_stars")
        case _:
            return Message("outcome.stars", colour=colour)
