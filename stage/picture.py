"""The picture: everything that a browser shows at one moment, as values, and as the JSON that it is sent.

Browsers draw; they know nothing that does not stand here. Every sentence is in the language of the picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, NamedTuple

VERSIONS = ("v1", "v2", "v3")

Mode = Literal["live", "replay", "rehearsal"]
Phase = Literal["say", "do", "show", "prove"]
Who = Literal["", "anonymous", "end_user"]
RuleState = Literal["baseline", "applying", "in_force", "refused"]
Change = Literal["", "+", "-"]
Fault = Literal["", "abort", "delay", "outage"]
Flow = Literal["running", "paused", "proof", "stopped", "failed"]
Stars = Literal["", "none", "black", "red", "missing"]
Origin = Literal["stage", "terminal", "recording"]
Verdict = Literal["", "HOLDS", "FAILS", "INCONCLUSIVE"]


@dataclass(frozen=True, slots=True)
class DemoView:
    """The demo that the stage is about."""

    platform: str = ""
    proxies: int = 0
    url: str = ""
    """The page, as somebody would open it beside the stage."""
    answers: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShowView:
    """The place in the talk."""

    episodes: tuple[str, ...]
    """The titles of all, with their numbers."""
    episode: int
    """From 1."""
    phase: Phase
    line: str
    """What to say now."""
    next: str
    """What the next key does."""
    talk_started_ms: int
    """0 until the clock runs."""
    step_started_ms: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of the rule, and whether the baseline has it."""

    text: str
    change: Change = ""


@dataclass(frozen=True, slots=True)
class RuleView:
    """The rule in force, or on its way there."""

    status: RuleState = "baseline"
    title: str = ""
    revision: str = ""
    proxies: int = 0
    after_ms: float = 0.0
    since_ms: int = 0
    """When the last proxy served it; 0 where nobody knows."""
    lines: tuple[RuleLine, ...] = ()
    yaml: str = ""
    """What differs from the baseline, as text to edit."""
    whole: str = ""
    """The whole state, as YAML."""
    weights: tuple[int, ...] | None = None
    """Per version; None where the rule is not about weights."""
    user: bool = False
    """One user is routed by name."""
    fault: Fault = ""
    undo: bool = False
    """There is a rule to go back to."""


@dataclass(frozen=True, slots=True)
class WholeView:
    """All answers of late."""

    rps: float | None = None
    success: float | None = None


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of reviews, as clients have seen it since the rule came into force."""

    asked: float | None = None
    """The share that the rule asks for; None where it asks for none."""
    answers: int = 0
    share: float | None = None
    low: float | None = None
    """The 95 % interval of the share begins here, and ends at `high`."""
    high: float | None = None
    rps: float | None = None
    success: float | None = None
    """None where there was nothing that could succeed."""
    without_stars: int = 0


def _no_versions() -> Mapping[str, VersionView]:
    return {version: VersionView() for version in VERSIONS}


@dataclass(frozen=True, slots=True)
class TrafficView:
    """The traffic between the proofs, as its clients count it: live, and not judged."""

    status: Flow = "stopped"
    rate: float = 0.0
    answers: int = 0
    failed: int = 0
    whole: WholeView = field(default_factory=WholeView)
    versions: Mapping[str, VersionView] = field(default_factory=_no_versions)


class Dot(NamedTuple):
    """One answer."""

    at_ms: int
    version: str
    """`v1`, or empty where no version answered."""
    kind: Literal["whole", "no_stars", "failed"]
    user: str
    """The end user; empty for the anonymous."""


@dataclass(frozen=True, slots=True)
class ArrowView:
    """The calls of one caller to one service, as its proxy counts them."""

    rate: float
    failed: float
    """The share that failed, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class MapView:
    """Who calls whom, at one moment."""

    at_ms: int
    arrows: Mapping[str, ArrowView]
    """By `caller>service`, such as `productpage>reviews-v1`."""


@dataclass(frozen=True, slots=True)
class FrameView:
    """The page for one end user."""

    url: str = ""
    """Empty where there is no page to show."""
    version: str = ""
    stars: Stars = ""
    waits: bool = False
    """It holds its last page, so that a proof is not disturbed."""


@dataclass(frozen=True, slots=True)
class TriedView:
    """One arrow of a trial, between two boxes: `reviews` and `ratings`, or `impostor` and `details`."""

    caller: str
    app: str
    state: str
    """`taken`, `opened`, `closed` or `doubted`."""


@dataclass(frozen=True, slots=True)
class StairView:
    """One step of a rollout, as far as it has come."""

    share: float
    """Of everybody's requests, for the new version."""
    began_ms: int
    ended_ms: int
    """0 while it lasts."""
    answers: Mapping[str, int]
    """Pages by version."""
    verdict: Verdict
    """Empty as long as nobody knows."""
    rolled_back: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """A run of a scenario, as its recording tells it."""

    origin: Origin
    scenario: str
    title: str
    command: str = ""
    claims: tuple[str, ...] = ()
    step: str = ""
    answers: int = 0
    of: int = 0
    """How many answers it takes at most."""
    verdict: Verdict = ""
    """Empty while it runs."""
    facts: tuple[str, ...] = ()
    """What it has found out beside that, as soon as it is known."""
    reasons: tuple[str, ...] = ()
    error: str = ""
    tried: tuple[TriedView, ...] = ()
    """Who may call whom, of a run that tries it."""
    stairs: tuple[StairView, ...] = ()
    """The staircase of a rollout."""


@dataclass(frozen=True, slots=True)
class ReplayView:
    """The place in a recording that is played again."""

    speed: float
    paused: bool
    at_s: float
    of_s: float


def _no_frames() -> Mapping[str, FrameView]:
    return {"anonymous": FrameView(), "end_user": FrameView()}


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything at one moment."""

    now_ms: int
    mode: Mode
    language: Literal["en", "ko"]
    show: ShowView
    number: int = 0
    skipped: int = 0
    """How many pictures this browser was too slow for."""
    dark: bool = False
    large: Who = ""
    """The page that fills the place of both."""
    user: str = ""
    """The end user of the second page."""
    demo: DemoView = field(default_factory=DemoView)
    rule: RuleView = field(default_factory=RuleView)
    traffic: TrafficView = field(default_factory=TrafficView)
    dots: tuple[Dot, ...] = ()
    """The answers since this browser's last picture."""
    map: MapView | None = None
    """None where the proxies' counts cannot say anything yet."""
    frames: Mapping[str, FrameView] = field(default_factory=_no_frames)
    reloads: bool = False
    """The pages are fetched anew every few seconds."""
    run: RunView | None = None
    replay: ReplayView | None = None
    notice: str = ""
    """What somebody must know at once, in one line."""


def encode(picture: Picture) -> str:
    """Write the picture as one line of JSON."""
    return json.dumps(picture, default=_fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_NAMES = {"origin": "from"}
"""Fields whose name in JSON is a keyword of Python."""


def _fields(value: Any) -> dict[str, Any]:
    if is_dataclass(value):
        return {_NAMES.get(one.name, one.name): getattr(value, one.name) for one in fields(value)}
    raise TypeError(f"{value!a} cannot stand in a picture")
