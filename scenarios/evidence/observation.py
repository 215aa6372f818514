"""One answer of the page, and what is looked at in it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scenarios.messages.message import Message, Text
from scenarios.statistics.claim import Looks

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
"""What a page of each version of reviews shows beside them."""
_STARS = {"outcome.no_stars", "outcome.black_stars", "outcome.red_stars", "outcome.colourless_stars", "outcome.stars"}
_REVIEWS = "2"
"""How many reviews the book has."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer, or the lack of one."""

    end_user: str
    """As whom the page was asked."""
    status: int
    """The HTTP status; 0 if there was no answer."""
    milliseconds: float
    marks: Mapping[str, str] = field(default_factory=dict)
    """The `data-…` marks of the page, without `data-`."""
    error: str = ""
    """Why there is no answer."""
    timed_out: bool = False
    """There is no answer because it took too long."""
    number: int = 0
    """Which request of its end user it was, in the order in which they were begun, from 0."""
    at: float = 0.0
    """When the answer was complete, or the request given up: seconds since 1970, by the clock of whoever sent it."""

    @property
    def is_page(self) -> bool:
        """The page came, and as this end user."""
        return self.status == 200 and bool(self.marks) and self.marks.get("end-user", "") == self.end_user  # noqa: PLR2004  # OK

    @property
    def asked_twice(self) -> bool:
        """Whether productpage may have asked reviews a second time for this page, so that it was drawn for twice."""
        return self.is_page and self.milliseconds >= 1000 * TRY_SECONDS

    @property
    def fault(self) -> Text:
        """Why this is not the page that was asked for."""
        if self.error:
            return Message("missing.time_out") if self.timed_out else self.error
        if self.status != 200:  # noqa: PLR2004  # OK
            return Message("missing.http", status=str(self.status))
        if not self.marks:
            return Message("missing.no_marks")
        if self.is_page:
            return _shown(self.marks)
        if who := self.marks.get("end-user", ""):
            return Message("missing.signed_in_as", who=who)
        return Message("missing.signed_in_as_nobody")


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers of one load, counted by outcome."""

    outcomes: Mapping[Text, int]
    """By the version of reviews, or by what was seen."""
    missing: Mapping[Text, int]
    """Requests whose outcome nobody knows, by reason."""
    pages: int
    """Answers that are the page, whatever it shows."""
    milliseconds: tuple[float, ...] = ()
    """How long every answer took, sorted."""
    twice: Mapping[Text, int] = field(default_factory=dict)
    """How many of each outcome may have been drawn for twice."""

    @property
    def unknown(self) -> int:
        return sum(self.missing.values())

    @property
    def requests(self) -> int:
        return sum(self.outcomes.values()) + self.unknown

    def percentile(self, percent: int) -> float:
        """The time within which so many of the answers came."""
        if not self.milliseconds:
            return 0.0
        return self.milliseconds[min(len(self.milliseconds) - 1, len(self.milliseconds) * percent // 100)]


def marks(page: str) -> dict[str, str]:
    """The marks of a page, by name without `data-`; empty if it has none."""
    main = _MAIN.search(page)
    return {name: html.unescape(text) for name, text in _MARK.findall(main.group())} if main else {}


def tally(observations: Iterable[Observation], looks: Looks, *, within: float | None) -> Tally:
    """Count what was looked at; `within` is the time budget of a page in seconds."""
    outcomes: Counter[Text] = Counter()
    missing: Counter[Text] = Counter()
    twice: Counter[Text] = Counter()
    times = []
    pages = 0
    for seen in observations:
        times.append(seen.milliseconds)
        pages += seen.is_page
        came = outcome(seen, looks, within=within)
        if came is None:
            missing[seen.fault] += 1
        else:
            outcomes[came] += 1
            twice[came] += seen.asked_twice
    return Tally(dict(outcomes), dict(missing), pages, tuple(sorted(times)), dict(twice))


def is_of_stars(outcome: Text) -> bool:
    """Whether it says which stars a page shows."""
    return isinstance(outcome, Message) and outcome.key in _STARS


def outcome(seen: Observation, looks: Looks, *, within: float | None) -> Text | None:
    """What was looked at in one answer; None if it does not say."""
    match looks:
        case Looks.REVIEWS:
            return _version(seen)
        case Looks.WHOLE:
            return _whole(seen)
        case Looks.PAGE:
            return _page(seen, within)


def _version(seen: Observation) -> Text | None:
    """Which version of reviews answered; a page that did not come does not say."""
    if not seen.is_page:
        return None
    return seen.marks.get("reviews-version") or NO_REVIEWS


def _whole(seen: Observation) -> Text | None:
    """The version if it wears its stars on a whole page, else what the page shows instead.

    If ratings did not answer whoever asks them, nobody knows what it wears; without reviews, nor whose page it was to be.
    Details that were given up after all the time that they get are no news of the rule.
    """
    if not seen.is_page:
        return None
    version, shown = seen.marks.get("reviews-version", ""), _shown(seen.marks)
    if shown == NO_REVIEWS or (shown == NO_DETAILS and seen.milliseconds >= 1000 * TRY_SECONDS):
        return None
    if shown == NO_RATINGS and WEARS.get(version) != NO_STARS:
        return None
    if shown == WEARS.get(version):
        return version
    return shown if shown in (NO_RATINGS, NO_DETAILS) else Message("outcome.of_version", version=version, shown=shown)


def _page(seen: Observation, within: float | None) -> Text | None:
    """What the visitor saw. An error page, or waiting in vain, is seen; a broken connection tells nothing."""
    if not seen.is_page:
        return NO_PAGE if seen.timed_out or (seen.status and not seen.error) else None
    if within is not None and seen.milliseconds > within * 1000:
        return TOO_LATE
    return _shown(seen.marks)


def _shown(marks: Mapping[str, str]) -> Message:
    """What a page shows: what is not there, or else the stars."""
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
