"""A platform in memory that serves real pages over loopback HTTP, with switches for planted defects."""

from __future__ import annotations

import html
import random
import secrets
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, quote, unquote

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import Call, Convergence, RequestLog, State
from platforms.counters import Calls, Counters, Heard, Hop
from platforms.demo.https_door import HttpsDoor
from platforms.errors import NotApplied, NotConverged, Rejected
from platforms.istio.registry import Workload

VERSIONS = ("v1", "v2", "v3")
COLORS = {"v2": "black", "v3": "red"}
PROXIES = ("details-v1", "ingressgateway", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3")
_CALLER = "productpage-v1"
_FIRST = 50  # the page under each state at which what happens once begins
_TOLERATED = 3.0  # what productpage waits for reviews, twice; reviews v3 waits 2.5 s for ratings, v2 10 s


@dataclass
class Defects:
    """The defects of this mesh; by default, none."""

    weights: Mapping[str, int] | None = None
    """What the split really is."""
    leak: float = 0.0
    """The share of all requests that goes to v3 whatever the rule says."""
    drops_end_user: bool = False
    """productpage does not pass the end user on."""
    taken_for_user: str = ""
    """Another end user whom rules for one take for that one."""
    ignores_faults: bool = False
    """Faults are accepted and not injected."""
    stale: bool = False
    """Every rule is called converged, none is ever served."""
    lagging: str = ""
    """A proxy that never takes a new state over."""
    restore_fails: bool = False
    """The baseline is accepted and never served."""
    broken_pages: float = 0.0
    """The share of pages that are answered by a 503."""
    cut_connections: float = 0.0
    """The share of pages during which the connection breaks."""
    uncounted: int = 0
    """Requests to reviews that the proxies lose count of, of every 100."""
    strangers: int = 0
    """Requests of somebody else, for each of ours."""
    passers_by: int = 0
    """Pages that somebody else looks at under each state, in all."""
    passers_by_see: str = ""
    """The version that they are led to; by default, the one that the rule draws for the anonymous."""
    lost: int = 0
    """Pages under each state that break when reviews have answered, as if productpage had been killed."""
    loses_leaks: bool = False
    """Every page of what leaks is lost."""
    stuck: int = 0
    """Pages under each state whose first answer of reviews takes longer than productpage waits."""
    without_reviews: int = 0
    """Pages under each state of which both answers of reviews take longer than that."""
    mislabelled: float = 0.0
    """The share of pages of v1 that say v2, and wear its stars."""
    cached: float = 0.0
    """The share of pages for which reviews are not asked."""
    refuses_logins: bool = False
    logs_calls: bool = False
    """Not a defect: the proxies log marked calls, as a real mesh may."""
    replaced_after: int = 0
    """After so many pages under one state, reviews v1 is another instance; 0 is never."""
    overtaken_after: int = 0
    """After so many pages under one state, somebody puts the baseline in force; 0 is never."""
    overtaken_for: int = 0
    """For so many pages only: then what was in force before is back; 0 is for ever."""
    never_ends: bool = False
    """A call of somebody else is always under way."""
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What pages say of themselves otherwise than they should, by version of reviews."""
    marked: float = 1.0
    """The share of the pages that do."""
    sick: Callable[[State, str, int], float] | None = None
    """The share of v2's pages that lack their ratings, by the state, the end user, and how many pages were asked for so far."""
    cannot_call: bool = False
    """Not a defect: there is no way to call as a workload."""
    open_to: frozenset[str] = frozenset()
    """Proxies that no policy refuses."""
    miscounts: bool = False
    """The apps' proxies count one call too many that was let through."""
    keeps_calls: bool = True
    """The proxies keep the counts of what became of calls; they need not."""
    copies: float | None = None
    """The percentage of the requests to reviews that is really mirrored."""
    gateway_forgets: int = 0
    """Requests that the gateway loses count of, of every 100."""


class _Log(list[Call]):
    """The marked calls, as a platform's log has them."""

    MARK: ClassVar[str] = "mesh=fake-"

    def mark(self) -> str:
        return f"{self.MARK}{secrets.token_hex(8)}"

    def calls(self) -> list[Call]:
        return list(self)

    def failed(self, mark: str) -> None:
        """The gateway answered the request with this mark by an error."""
        self[:] = [
            replace(one, status=503) if (one.mark, one.hop.caller) == (mark, "ingressgateway") else one for one in self
        ]


class FakeCallers:
    """Calls to apps that obey the AuthorizationPolicies in force, each known by its selector and the ends of its principals."""

    def __init__(self, platform: FakePlatform) -> None:
        self._platform = platform
        self._heard: dict[str, Heard] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to let go of."""

    def as_proxy(self, name: str, app: str, path: str, times: int) -> list[int | None]:
        assert path.startswith(f"/{app}")
        taken = name in self._platform.defects.open_to or self._allows(BOOKINFO.proxy(name).service_account, app)
        return self._answered(app, 200 if taken else 403, times)

    def as_impostor(self, name: str, app: str, path: str, times: int) -> list[int | None]:
        assert self._allows(BOOKINFO.proxy(name).service_account, app), "an impostor pretends to be somebody who may"
        return self.in_plain_text(app, path, times)

    def in_plain_text(self, app: str, path: str, times: int) -> list[int | None]:
        assert path.startswith(f"/{app}")
        return self._answered(app, None, times)

    def heard(self, app: str) -> Heard:
        return self._heard.get(app, Heard(0, 0, 0))

    def _allows(self, account: str, app: str) -> bool:
        policies = list(self._platform.in_force.resources.of_kind("AuthorizationPolicy"))
        principals = (
            principal
            for policy in policies
            if policy.spec.get("selector", {}).get("matchLabels", {}).get("app") == app
            for rule in policy.spec["rules"]
            for source in rule["from"]
            for principal in source["source"]["principals"]
        )
        return not policies or any(one.endswith(f"/sa/{account}") for one in principals)

    def _answered(self, app: str, status: int | None, times: int) -> list[int | None]:
        seen = self.heard(app)
        self._heard[app] = Heard(
            seen.taken + (status == 200) * times + self._platform.defects.miscounts,  # OK
            seen.denied + (status == 403) * times,  # forbidden
            seen.cut + (status is None) * times,
        )
        return [status] * times


class FakeScaler:
    """Instances that are there as soon as the state is."""

    has_autoscaler = False

    def __init__(self, platform: FakePlatform) -> None:
        self._platform = platform

    def knows_load(self) -> bool:
        return False

    def ready(self, workload: str) -> dict[str, int]:
        return {name: self._platform.sent[name] for name in self.belong(workload)}

    def belong(self, workload: str) -> list[str]:
        asked = {one.workload: one.instances for one in self._platform.in_force.scaled}
        return [workload, *(f"{workload}-{number}" for number in range(2, asked.get(workload, 1) + 1))]


@dataclass
class FakePlatform:
    """Obeys a State as a right platform would, but for its defects."""

    name: ClassVar[str] = "local"
    key: ClassVar[str] = "local"
    door: ClassVar[HttpsDoor] = HttpsDoor(0, Path("authority.pem"))
    load_generator: ClassVar[None] = None
    seed: int = 1
    """Of its chance: a run meets the same with the same seed, so that a test never fails once in a thousand times."""
    lag: float = 0.005
    """Seconds from accepted to in force."""
    second: float = 0.01
    """How long a second of an injected delay takes here."""
    work: float = 0.25
    """The same of the work that a rule gives ratings."""
    defects: Defects = field(default_factory=Defects)
    applied: list[State] = field(default_factory=list)
    """Everything that was ever applied."""
    asked_for_page: int = 0
    """How often anybody asked for the page, whatever came of it."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[Hop] = Counter()
        self._failures: Counter[Hop] = Counter()
        self._repeated: Counter[str] = Counter()
        """How often reviews were asked again, a retry helped, or a time-out ended a call."""
        self.sent: Counter[str] = Counter()
        """The calls that each instance of ratings got."""
        self._busy: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._log = _Log()
        self._bad: Counter[str] = Counter()
        self._out: dict[str, float] = {}
        self._served = self._asked = State(baseline())
        self._changed = time.monotonic()
        self._states = 0
        self._visits: Counter[str] = Counter()
        self._under_way = 0
        self._begun: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._updates = 0
        fake = self

        class Handler(_Handler):
            platform = fake

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def in_force(self) -> State:
        """The state that requests meet now."""
        with self._lock:
            if self._asked is not self._served and time.monotonic() >= self._changed + self.lag and self._takes():
                self._served = self._asked
            return self._served

    def workloads(self) -> Mapping[Workload, int]:
        return dict.fromkeys(BOOKINFO.workloads, 1)

    def apply(self, state: State) -> None:
        if unknown := {*state.stopped, *(one.workload for one in state.scaled)} - set(PROXIES):
            raise NotApplied(f"no such workload: {', '.join(sorted(unknown))}")
        for resource in state.resources.of_kind("VirtualService"):
            for http in resource.spec["http"]:
                if any(destination.get("weight", 0) < 0 for destination in http["route"]):
                    raise Rejected(f"{resource}: weight must not be negative")
        served = self.in_force
        with self._lock:
            self._served, self._asked, self._changed = served, state, time.monotonic()
            self._states += 1
            self._visits.clear()
            self._updates += state != served
        self.applied.append(state)

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        start = self._changed
        deadline = time.monotonic() + timeout
        while not (self.defects.stale or self.in_force == state):
            if time.monotonic() >= deadline or self._stuck(state):
                late = self.defects.lagging or "productpage-v1"
                raise NotConverged(f"{late} does not serve {state.resources.revision}")
            time.sleep(0.001)
        return Convergence(state.resources.revision, (time.monotonic() - start) * 1000, len(PROXIES))

    def upstream_requests(self) -> Counters:
        with self._lock:
            calls = [{(_CALLER, "reviews"): self._repeated[kind]} for kind in ("retries", "rescued", "timeouts")]
            kept = calls if self.defects.keeps_calls else [calls[0], {}, {}]
            out = {Hop(_CALLER, "reviews", version): 1 for version in self._kept_out(self._served)}
            return Counters(dict(self._requests), {hop: self._failures[hop] for hop in self._requests}, *kept, out)

    def under_way(self) -> int:
        with self._lock:
            return self._under_way + self.defects.never_ends

    def calls(self) -> Mapping[str, Calls]:
        with self._lock:
            return {
                caller: Calls(
                    self._begun[caller], self._answered[caller], self._under_way if caller == "reviews-v2" else 0
                )
                for caller in ("reviews-v1", "reviews-v2", "reviews-v3")
            }

    def updates(self) -> Mapping[str, Mapping[str, str]]:
        return {proxy: {"rules": f"{self._updates} updates"} for proxy in PROXIES}

    def instances(self) -> Mapping[str, str]:
        replaced = self.defects.replaced_after and self._visits.total() >= self.defects.replaced_after
        names = {*PROXIES, *self.scaler.belong("ratings-v1")}
        return {name: "second" if replaced and name == "reviews-v1" else "first" for name in names}

    @property
    def scaler(self) -> FakeScaler:
        return FakeScaler(self)

    def close(self) -> None:
        """There is nothing to let go of."""

    @property
    def callers(self) -> FakeCallers | None:
        return None if self.defects.cannot_call else FakeCallers(self)

    @property
    def request_log(self) -> RequestLog | None:
        return self._log if self.defects.logs_calls else None

    def page(self, end_user: str, mark: str = "") -> str | None:
        """The page that this end user sees now; None if it breaks."""
        state = self.in_force
        with self._lock:
            chance = self._chance(end_user)
            breaks, version = chance.random() < self.defects.broken_pages, self._version(state, end_user, chance)
            self._meanwhile(state, chance)
            for stranger in range(1 + self.defects.strangers):
                if chance.random() * 100 >= self.defects.gateway_forgets:
                    self._count("ingressgateway", "productpage", mark="" if stranger else mark)
            if breaks:
                self._log.failed(mark)
                return None
            for stranger in range(1 + self.defects.strangers):
                self._count("productpage-v1", "details", mark="" if stranger else mark)
                if chance.random() * 100 >= self.defects.uncounted and chance.random() >= self.defects.cached:
                    self._count("productpage-v1", "reviews", version, mark="" if stranger else mark)
                    self._copy(state, end_user)
            stuck, without = self._among(self.defects.stuck), self._among(self.defects.without_reviews)
            if self._among(self.defects.lost) or (self.defects.loses_leaks and version == "v3"):
                self._log.failed(mark)
                return None
            if stuck or without:
                version = self._version(state, end_user, chance)
                self._count("productpage-v1", "reviews", version, mark=mark)
            if version == "v1" and chance.random() < self.defects.mislabelled:
                version = "v2"
        if stuck or without:
            time.sleep(_TOLERATED + 0.1)
        ratings, seconds = ("unknown", 0.0) if without else self._reviews(state, end_user, version, mark)
        ratings = self._sick(state, version, end_user, ratings)
        time.sleep(seconds * self.second)
        otherwise = self.defects.marks.get(version, {}) if chance.random() < self.defects.marked else {}
        return _page(end_user, version, ratings, otherwise)

    def _reviews(self, state: State, end_user: str, version: str, mark: str) -> tuple[str, float]:
        """Return what becomes of a call of reviews and of ratings behind it, with the seconds that it takes."""
        http, hop = self._route(state, end_user), Hop(_CALLER, "reviews", version)
        ratings, seconds = self._ratings(state, version, mark)
        with self._lock:
            if "timeout" in http and seconds > _seconds(http["timeout"]):
                self._requests[hop] += 1  # productpage asks once more
                self._failures[hop] += 2
                self._repeated["timeouts"] += 2
                self._fails_twice(state, version)
                return "unknown", 2 * _seconds(http["timeout"])
        retries, waited = http.get("retries", {}), 0.0
        for _ in range(retries.get("attempts", 0)):
            if seconds <= _seconds(retries["perTryTimeout"]):
                break
            waited += _seconds(retries["perTryTimeout"])
            with self._lock:
                self._requests[hop] += 1
                self._failures[hop] += 1
                self._repeated["retries"] += 1
            ratings, seconds = self._ratings(state, version, mark)
        with self._lock:
            self._repeated["rescued"] += waited > 0
        return ratings, waited + seconds

    def _fails_twice(self, state: State, version: str) -> None:
        """Keep out what has failed too often; here nothing succeeds in between."""
        self._bad[version] += 2
        if (detection := _outlier_detection(state)) and self._bad[version] >= detection["consecutive5xxErrors"]:
            self._out.setdefault(version, time.monotonic())

    def _kept_out(self, state: State) -> set[str]:
        """The versions that outlier detection keeps out; one that hangs is not taken back here, however late its time is over."""
        detection = _outlier_detection(state)
        for version, since in list(self._out.items()):
            over = (
                time.monotonic() > since + _seconds(detection["baseEjectionTime"]) * self.second if detection else True
            )
            if over and not _fault(state, version):
                del self._out[version]
                self._bad.clear()
        return set(self._out) if detection else set()

    def _copy(self, state: State, end_user: str) -> None:
        """Send a copy of a call of reviews to whoever gets some, and drop the answer."""
        if "mirror" in (http := self._route(state, end_user)):
            percent = http["mirrorPercentage"]["value"] if self.defects.copies is None else self.defects.copies
            copied = random.random() * 100 < percent  # noqa: S311  # chance
            self._requests[Hop(_CALLER, "reviews", http["mirror"]["subset"])] += copied

    def _route(self, state: State, end_user: str) -> Mapping[str, Any]:
        routes = _virtual_service(state, "reviews")["http"]
        header = "" if self.defects.drops_end_user else _header(end_user)
        return next(http for http in routes if _matches(http, header))

    def _sick(self, state: State, version: str, end_user: str, ratings: str) -> str:
        """Return the ratings as a bad release has them."""
        if version != "v2" or self.defects.sick is None:
            return ratings
        chance = random.Random(f"{self.seed}, sick {self.asked_for_page}")  # noqa: S311  # chance, not secrecy
        return "unavailable" if chance.random() < self.defects.sick(state, end_user, self.asked_for_page) else ratings

    def _chance(self, end_user: str) -> random.Random:
        """The chance of a visit: that of an end user's n-th under a state is the same in every run, whoever comes before."""
        self._visits[end_user] += 1
        visit = f"{self.seed}, state {self._states}, {end_user!r}: {self._visits[end_user]}"
        return random.Random(visit)  # noqa: S311  # chance, not secrecy

    def _meanwhile(self, state: State, chance: random.Random) -> None:
        """Let somebody else act while this page is requested."""
        if self._among(self.defects.passers_by):
            self._count("ingressgateway", "productpage")
            self._count("productpage-v1", "reviews", self.defects.passers_by_see or self._version(state, "", chance))
        pages = self._visits.total()
        if pages == self.defects.overtaken_after:
            self._asked = self._served = State(baseline())
            self._updates += 1
        if self.defects.overtaken_for and pages == self.defects.overtaken_after + self.defects.overtaken_for:
            self._asked = self._served = self.applied[-1]
            self._updates += 1

    def _among(self, pages: int) -> bool:
        """Return whether this is one of so many pages."""
        return _FIRST <= self._visits.total() < _FIRST + pages

    def signs_in(self, mark: str) -> None:
        """Somebody does, through the gateway."""
        with self._lock:
            self._count("ingressgateway", "productpage", mark=mark)

    def cuts_connection(self) -> bool:
        with self._lock:
            self.asked_for_page += 1
            chance = random.Random(f"{self.seed}, connection {self.asked_for_page}")  # noqa: S311  # chance, not secrecy
            return chance.random() < self.defects.cut_connections

    def _takes(self) -> bool:
        if self.defects.stale or self.defects.lagging:
            return False
        return not (self.defects.restore_fails and self._asked.resources == baseline())

    def _stuck(self, state: State) -> bool:
        """Nothing that is waited for can come any more."""
        return self._asked != state or not self._takes()

    def _count(self, caller: str, app: str, version: str = "v1", *, mark: str = "") -> None:
        self._requests[Hop(caller, app, version)] += 1
        if mark.startswith(self._log.MARK):
            self._log.append(Call(mark, Hop(caller, app, version), 200))

    def _version(self, state: State, end_user: str, chance: random.Random) -> str:
        if chance.random() < self.defects.leak:
            return "v3"
        header = "" if self.defects.drops_end_user else _header(end_user)
        self._kept_out(state)
        for http in _virtual_service(state, "reviews")["http"]:
            if http.get("match") and end_user and end_user == self.defects.taken_for_user:
                return self._drawn(http["route"], chance)
            if _matches(http, header):
                return self._drawn(http["route"], chance)
        raise AssertionError("a rule without a fallback")

    def _drawn(self, route: list[dict[str, Any]], chance: random.Random) -> str:
        weights: Counter[str] = Counter()
        for destination in route:
            subset, weight = destination["destination"].get("subset"), destination.get("weight", 0)
            weights.update({subset: weight or 1} if subset else {one: 1 for one in VERSIONS if one not in self._out})
            if subset and len(route) > 1:
                weights[subset] = weight
        if self.defects.weights and len(route) > 1:
            weights = Counter(self.defects.weights)
        return chance.choices(list(weights), list(weights.values()))[0]

    def _ratings(self, state: State, version: str, mark: str) -> tuple[str, float]:
        """Return the page's `data-ratings`, and the seconds until it is known."""
        if version == "v1":
            return "not-asked", 0.0
        with self._lock:
            self._begun[f"reviews-{version}"] += 1
        fault = _fault(state, version)
        if self.defects.ignores_faults:
            fault, state = {}, State(state.resources)
        aborted = "abort" in fault and random.random() * 100 < fault["abort"]["percentage"]["value"]  # noqa: S311  # chance
        if "ratings-v1" in state.stopped or aborted:
            return "unavailable", 0.0
        delay = _seconds(fault["delay"]["fixedDelay"]) if "delay" in fault else 0.0
        if delay and random.random() * 100 >= fault["delay"]["percentage"]["value"]:  # noqa: S311  # chance
            delay = 0.0
        if version == "v2" and delay > _TOLERATED:
            with self._lock:
                self._under_way += 1
            threading.Timer(delay * self.second, self._answered_late).start()
            return "unknown", 2 * _TOLERATED
        if version == "v3" and delay > 2.5:
            return "unavailable", 2.5
        with self._lock:
            self._count(f"reviews-{version}", "ratings", mark=mark)
            self._answered[f"reviews-{version}"] += 1
        self._work(state)
        return "shown", delay

    def _work(self, state: State) -> None:
        """Have an instance of ratings do the work that a rule gives it, one call after the other."""
        routes = _virtual_service(state, "ratings").get("http", [{}])
        asked = routes[0].get("headers", {}).get("request", {}).get("set", {}).get("work-ms", "0")
        there = self.scaler.belong("ratings-v1")
        with self._lock:
            instance = there[self.sent.total() % len(there)]
            self.sent[instance] += 1
        with self._busy[instance]:
            time.sleep(int(asked) / 1000 * self.work)

    def _answered_late(self) -> None:
        with self._lock:
            self._count("reviews-v2", "ratings")
            self._answered["reviews-v2"] += 1
            self._under_way -= 1


def _page(end_user: str, version: str, ratings: str, otherwise: Mapping[str, str]) -> str:
    marks = {
        "end-user": end_user,
        "details": "shown",
        "reviews": "unavailable" if ratings == "unknown" else "shown",
        "reviews-version": "" if ratings == "unknown" else version,
        "reviews-pod": "" if ratings == "unknown" else f"reviews-{version}-fake",
        "review-count": "" if ratings == "unknown" else "2",
        "rated-count": "" if ratings == "unknown" else "2" if ratings == "shown" else "0",
        "ratings": ratings,
        "star-color": COLORS.get(version, "") if ratings == "shown" else "",
        **otherwise,
    }
    written = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in marks.items())
    return f'<!doctype html><title>Simple Bookstore App</title><main id="bookinfo" {written}></main>'


def _virtual_service(state: State, name: str) -> Mapping[str, Any]:
    found = [resource.spec for resource in state.resources.of_kind("VirtualService") if resource.name == name]
    return found[0] if found else {}


def _outlier_detection(state: State) -> Mapping[str, Any]:
    """That of the DestinationRule for reviews."""
    (found,) = (one.spec for one in state.resources.of_kind("DestinationRule") if one.name == "reviews")
    return found.get("trafficPolicy", {}).get("outlierDetection", {})


def _fault(state: State, version: str) -> Mapping[str, Any]:
    """The fault on the calls of this version of reviews to ratings."""
    for http in _virtual_service(state, "ratings").get("http", []):
        callers = [match["sourceLabels"] for match in http.get("match", [])]
        if not callers or {"app": "reviews", "version": version} in callers:
            found: Mapping[str, Any] = http.get("fault", {})
            return found
    return {}


def _seconds(text: str) -> float:
    return float(text.removesuffix("ms")) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))


def _matches(http: Mapping[str, Any], header: str) -> bool:
    wanted = [match["headers"]["end-user"]["exact"] for match in http.get("match", [])]
    return not wanted or header in wanted


def _header(end_user: str) -> str:
    return quote(end_user, safe="".join(map(chr, range(0x20, 0x7F))))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a visitor who finds the queue full comes back a second later

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor that goes away in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    platform: FakePlatform
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or Nagle's algorithm makes every page 40 ms slower

    def do_GET(self) -> None:
        if self.path != "/productpage":
            return self._answer(404, "")
        if self.platform.cuts_connection():
            self.close_connection = True
            return None
        cookie = self.headers.get("Cookie", "").partition("session=")[2].partition(";")[0]
        page = self.platform.page(unquote(cookie), self._mark())
        return self._answer(503, "upstream connect error") if page is None else self._answer(200, page)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.platform.signs_in(self._mark())
        if self.platform.defects.refuses_logins:
            return self._answer(500, "")
        return self._answer(
            302, "", {"Set-Cookie": f"session={quote(form['username'][0])}", "Location": "/productpage"}
        )

    def _mark(self) -> str:
        return self.headers.get("tracestate", "")

    def _answer(self, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""
