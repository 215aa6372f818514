"""The second witness: what the proxies counted, held against what the clients saw."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from platforms.counters import Counters
from scenarios.evidence.observation import NO_REVIEWS, Tally
from scenarios.messages.message import Message, Text

GIVEN_UP = NO_REVIEWS
_APPS = {app: Message(f"app.{app}") for app in ("productpage", "details", "reviews", "ratings")}
TRIES = 2
"""How often productpage asks reviews before it gives up, by the contract."""
_READINGS = 10
UNSEEN = Fraction(1, 100)
"""The share of the attempts at an app that may be repeated unseen, and shows as success of less than 100 %: no more than
the exceptions that a claim without exceptions promises to catch."""


@dataclass(frozen=True, slots=True)
class ProxyCounts:
    """The proxies' counts of one step, by version of reviews."""

    answered: Mapping[str, int]
    """Requests that got an answer."""
    failed: Mapping[str, int]
    retries: int
    ratings: int
    """Requests that ratings answered."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    """By app, how often it was asked."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """By app, how many of these failed and were, or could have been, repeated invisibly."""

    @property
    def asked(self) -> dict[str, int]:
        """The requests to each version of reviews, answered or not."""
        return {
            version: self.answered.get(version, 0) + self.failed.get(version, 0)
            for version in self.answered.keys() | self.failed.keys()
        }

    def success(self, version: str) -> float | None:
        """The share of the requests to a version that were answered; None if there were none."""
        requests = self.answered.get(version, 0) + self.failed.get(version, 0)
        return self.answered.get(version, 0) / requests if requests else None


@dataclass(frozen=True, slots=True)
class Surplus:
    """The proxies' counts beyond what the clients saw: an upper bound for what the missing answers can have been."""

    counts: Mapping[Text, int]
    """Requests sent to each version of reviews, answered or not, less the pages whose outcome is known."""
    strangers: int
    """Requests at the gateway that are not ours."""


@dataclass(frozen=True, slots=True)
class Allowances:
    """Reasons for which the proxies may have counted more answers than the clients saw."""

    strangers: int = 0
    """Requests at the gateway that are not ours."""
    twice: int = 0
    """Pages for which productpage may have asked reviews a second time."""
    tolerated: Fraction = UNSEEN
    """The share of our requests up to which strangers' requests explain surplus answers."""
    rightful: Mapping[str, int] = field(default_factory=dict)
    """By version that some end user must never see: pages that others are missing or requested twice."""
    rescued: str = ""
    """The app whose failures are meant to hide behind retries: a claim of their own counts them."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A reason why the two witnesses cannot both be relied on."""

    reason: Text
    contradicts: bool
    """The clients saw what the proxies deny, so that nothing the clients saw can be relied on."""


def read_settled(read: Callable[[], Counters]) -> Counters:
    """Read the counters until they stand still: the last answers may be counted a moment after they arrived."""
    last = read()
    for _ in range(_READINGS):
        counters = read()
        if counters == last:
            break
        last = counters
    return last


def summarise(counted: Counters) -> ProxyCounts:
    """Summarise a step's counters by version of reviews, over all callers."""
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
    return ProxyCounts(dict(answered), dict(failed), by_proxies, ratings, dict(attempts), dict(repeated))


def gateway_requests(counted: Counters) -> int:
    """Count the requests that the gateway forwarded to productpage."""
    return sum(n for hop, n in counted.requests.items() if (hop.caller, hop.app) == ("ingressgateway", "productpage"))


def find_disagreement(
    versions: Tally, counts: ProxyCounts, *, ratings: bool | None, stars: int, allowances: Allowances
) -> Disagreement | None:
    """Return the first reason why the clients' and the proxies' counts contradict each other; None if they agree.

    `versions` counts every answer of the step by version, `stars` the pages with stars. Strangers explain surplus
    answers only while they are few: behind each of them, one of our pages could be of another version than it says.
    """
    # Proxies retry failed requests, and productpage itself asks again when reviews answer too late or not at all.
    visible = TRIES * (versions.unknown + versions.outcomes.get(GIVEN_UP, 0))
    explained = counts.retries + visible + allowances.twice
    few = math.ceil(versions.requests * allowances.tolerated)
    strangers = TRIES * allowances.strangers if 0 < allowances.strangers <= few else 0
    seen = {version: n for version, n in versions.outcomes.items() if isinstance(version, str)}
    surplus = 0
    for version in sorted(seen.keys() | counts.answered.keys()):
        clients, proxies = seen.get(version, 0), counts.answered.get(version, 0)
        if clients > proxies:
            return Disagreement(
                Message("doubt.fewer_at_proxies", version=version, clients=clients, proxies=proxies),
                contradicts=True,
            )
        surplus += proxies - clients
    if surplus > explained + strangers:
        strange = allowances.strangers > 0
        why = Message("doubt.strangers", n=allowances.strangers) if strange else Message("doubt.no_retries")
        return Disagreement(Message("doubt.unseen", n=surplus, why=why), contradicts=False)
    return (
        _leaked(seen, counts, allowances)
        or _ratings_disagree(counts, ratings=ratings, stars=stars, explained=explained)
        or _hidden(counts, ratings=ratings, visible=visible, rescued=allowances.rescued)
    )


def _leaked(seen: Mapping[str, int], counts: ProxyCounts, allowances: Allowances) -> Disagreement | None:
    """A version that some end user must never see and that answered more often than the others can have asked it."""
    for version, rightful in sorted(allowances.rightful.items()):
        more = counts.answered.get(version, 0) - seen.get(version, 0)
        if more > TRIES * rightful + (counts.retries if seen.get(version) else 0):
            return Disagreement(Message("doubt.leaked", n=more, version=version), contradicts=False)
    return None


def _hidden(counts: ProxyCounts, *, ratings: bool | None, visible: int, rescued: str) -> Disagreement | None:
    """More failed attempts than the failed pages account for: visitors overestimate the success rate."""
    for app, repeated in sorted(counts.repeated.items()):
        if app == rescued or (app == "ratings" and not ratings):
            continue  # they are meant to fail, or it does not matter
        asked, unseen = counts.attempts.get(app, 0), repeated - visible
        if unseen > asked * UNSEEN:
            return Disagreement(
                Message("doubt.hidden", n=unseen, attempts=asked, app=_APPS.get(app, app)), contradicts=False
            )
    return None


def _ratings_disagree(counts: ProxyCounts, *, ratings: bool | None, stars: int, explained: int) -> Disagreement | None:
    if ratings is True and counts.ratings < stars:
        return Disagreement(Message("doubt.fewer_ratings", pages=stars, answers=counts.ratings), contradicts=True)
    if ratings is False and stars == 0 and counts.ratings > explained:
        return Disagreement(Message("doubt.ratings_unseen", answers=counts.ratings), contradicts=True)
    return None
