"""The second witness: what the proxies counted, held against what the clients saw."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from platforms.counters import Counters
from scenarios.evidence.observation import NO_REVIEWS, Tally

GIVEN_UP = NO_REVIEWS
TRIES = 2
"""How often productpage asks reviews before it gives up: once more than it should have to, as in the contract."""
_READINGS = 10
UNSEEN = Fraction(1, 100)
"""Of the attempts at an app, the share that may be repeated unseen, and is told as success of less than 100 %: no more
than the exceptions that a claim without exceptions promises to catch."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the proxies say of one step, by version of reviews."""

    answered: Mapping[str, int]
    """Requests that got an answer."""
    failed: Mapping[str, int]
    retries: int
    ratings: int
    """Requests that ratings answered."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    """By app, how often it was asked."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """By app, how many of these came to nothing and were, or could be, repeated without anybody seeing it."""

    @property
    def asked(self) -> dict[str, int]:
        """How often each version of reviews was asked, whatever came of it."""
        return {
            version: self.answered.get(version, 0) + self.failed.get(version, 0)
            for version in self.answered.keys() | self.failed.keys()
        }

    def success(self, version: str) -> float | None:
        """The share of the requests to a version that were answered; None if there were none."""
        requests = self.answered.get(version, 0) + self.failed.get(version, 0)
        return self.answered.get(version, 0) / requests if requests else None


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the proxies counted beyond what the clients saw: no more than that can have become of missing answers."""

    counts: Mapping[str, int]
    """Requests sent to each version of reviews, whatever came of them, less the pages whose outcome is known."""
    strangers: int
    """Requests at the gateway that are not ours."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who else was there, and who of ours may have been answered more often than was seen."""

    strangers: int = 0
    """How many more requests than ours passed the gateway."""
    twice: int = 0
    """Pages for which productpage may have asked reviews a second time."""
    tolerated: Fraction = UNSEEN
    """How many strangers explain what they were given, as a share of our requests."""
    rightful: Mapping[str, int] = field(default_factory=dict)
    """By version that some load must never see: pages that other loads are missing or had to ask for twice."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The two witnesses cannot both be right, or somebody else was there too."""

    reason: str
    contradicts: bool
    """The clients saw what the proxies deny: then nothing that the clients saw can be relied on."""


def settled(read: Callable[[], Counters]) -> Counters:
    """The counters once they stand still: the last answers may be counted a moment after they arrived."""
    last = read()
    for _ in range(_READINGS):
        counters = read()
        if counters == last:
            break
        last = counters
    return last


def hear(counted: Counters) -> Testimony:
    """What a step's counters say of reviews and ratings, whoever called them."""
    answered: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    attempts: Counter[str] = Counter()
    ratings = 0
    for hop, requests in counted.requests.items():
        attempts[hop.app] += requests
        failures = counted.failures.get(hop, 0)
        if hop.app == "reviews":
            answered[hop.version] += requests - failures
            failed[hop.version] += failures
        elif hop.app == "ratings":
            ratings += requests - failures
    repeated: Counter[str] = Counter()
    for (_, app), retries in counted.retries.items():
        repeated[app] += retries
    by_proxies = repeated["reviews"]
    # productpage itself asks reviews again, which no proxy counts as a retry.
    repeated["reviews"] = max(by_proxies, failed.total())
    return Testimony(dict(answered), dict(failed), by_proxies, ratings, dict(attempts), dict(repeated))


def gateway_requests(counted: Counters) -> int:
    """How many requests the gateway sent on to productpage."""
    return sum(n for hop, n in counted.requests.items() if (hop.caller, hop.app) == ("ingressgateway", "productpage"))


def disagreement(
    versions: Tally, said: Testimony, *, ratings: bool | None, stars: int, company: Company
) -> Disagreement | None:
    """Why the clients' and the proxies' counts do not fit together, if they do not.

    `versions` counts every answer of the step by version, `stars` the pages with stars. Strangers explain more answers
    while they are few: behind each of them, one of our pages could be of another version than it says.
    """
    # A retry repeats a request that came to nothing, and so does productpage when reviews gave it nothing, or too late.
    visible = TRIES * (versions.unknown + versions.outcomes.get(GIVEN_UP, 0))
    explained = said.retries + visible + company.twice
    few = math.ceil(versions.requests * company.tolerated)
    strangers = TRIES * company.strangers if 0 < company.strangers <= few else 0
    seen = {version: n for version, n in versions.outcomes.items() if version != GIVEN_UP}
    surplus = 0
    for version in sorted(seen.keys() | said.answered.keys()):
        clients, proxies = seen.get(version, 0), said.answered.get(version, 0)
        if clients > proxies:
            return Disagreement(
                f"the witnesses disagree: clients saw reviews {version} {clients:,} times, "
                f"the proxies count {proxies:,} answers from it (what restarts meanwhile is counted anew)",
                contradicts=True,
            )
        surplus += proxies - clients
    if surplus > explained + strangers:
        who = (
            f"somebody else used the demo meanwhile ({number(company.strangers, 'request')} at the gateway not ours)"
            if company.strangers > 0
            else "and no retries explain them"
        )
        return Disagreement(
            f"the proxies count {number(surplus, 'answer')} from reviews that this run's clients never saw: {who}",
            contradicts=False,
        )
    return (
        _leaked(seen, said, company)
        or _ratings_disagree(said, ratings=ratings, stars=stars, explained=explained)
        or _hidden(said, ratings=ratings, visible=visible)
    )


def _leaked(seen: Mapping[str, int], said: Testimony, company: Company) -> Disagreement | None:
    """A version that some load must never see has answered more often than the other loads can have asked it."""
    for version, rightful in sorted(company.rightful.items()):
        more = said.answered.get(version, 0) - seen.get(version, 0)
        if more > TRIES * rightful + (said.retries if seen.get(version) else 0):
            return Disagreement(
                f"the proxies count {number(more, 'answer')} from reviews {version} that nobody saw who was to see it",
                contradicts=False,
            )
    return None


def _hidden(said: Testimony, *, ratings: bool | None, visible: int) -> Disagreement | None:
    """More attempts came to nothing than the pages that did could tell: success is not what visitors take it for."""
    for app, repeated in sorted(said.repeated.items()):
        if app == "ratings" and not ratings:
            continue  # they are to fail, or it does not matter whether they do
        asked, unseen = said.attempts.get(app, 0), repeated - visible
        if unseen > asked * UNSEEN:
            return Disagreement(
                f"{unseen:,} of {number(asked, 'attempt')} at {app} failed and were repeated behind pages that look "
                "whole: what visitors saw is not what a request gets",
                contradicts=False,
            )
    return None


def number(count: int, noun: str) -> str:
    """So many of them, in words: `1 request`, `2 requests`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _ratings_disagree(said: Testimony, *, ratings: bool | None, stars: int, explained: int) -> Disagreement | None:
    if ratings is True and said.ratings < stars:
        return Disagreement(
            f"the witnesses disagree: {stars:,} pages show stars, the proxies count {said.ratings:,} answers of ratings",
            contradicts=True,
        )
    if ratings is False and stars == 0 and said.ratings > explained:
        return Disagreement(
            f"the witnesses disagree: no page shows stars, yet the proxies count {said.ratings:,} answers of ratings",
            contradicts=True,
        )
    return None
