"""A scenario as data: its steps, the state of each, and the expectations of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from platforms.boundary import State
from platforms.istio.registry import Workload
from scenarios.messages.message import Message, Text
from scenarios.statistics.claim import Expectation
from scenarios.statistics.counting import Counting
from scenarios.statistics.health import Health


@dataclass(frozen=True, slots=True)
class Ejection:
    """What outlier detection is to do with the instances of a version of reviews."""

    version: str
    out: bool
    """Its callers are to keep it out; or else nobody is to be out."""
    seconds: float
    """How long it is kept out."""
    late_ms: int
    """How long its callers wait for it: a page that takes longer met it."""
    awaited: bool = True
    """Visitors come until it is out, or back, before the requests of the step are sent; or else it has to be so anyway."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """More instances of a workload, and what they are to do for the page."""

    workload: str
    instances: int
    """How many there are to be; 0 for as many as usual, until that is known."""
    quicker: Fraction
    """The part of the time in the step before within which 95 of 100 pages are to come."""
    queue_ms: int = 0
    """The time that a page of the step before waits for the usual instances alone; where it took twice as long or more, something else is slow."""
    by: str = ""
    """How they come: by an autoscaler, `hpa`, or by being asked for, `replicas`; empty until it is known what the demo can do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the platform and the expectations while it is in force."""

    title: Text
    state: State
    expectations: tuple[Expectation, ...]
    """One load per expectation, sent as its end user; all of a step are sent at the same time."""
    ratings: bool | None = None
    """True if ratings must have answered, False if they must not have; None if either is possible."""
    users: int = 8
    """How many pages are asked for at the same time; on 2 cores, more bring no more pages: 4 260, 8 310, 16 310 a second."""
    where_uneven: State | None = None
    """The state in place of the other where the versions of reviews have not one number of instances, and no others are there."""
    health: Health | None = None
    """The versions that are compared meanwhile, if any are: all end users of the step ask for both."""
    counting: Counting | None = None
    """What the proxies are to count meanwhile, if no page can show it."""
    ejection: Ejection | None = None
    """Which instance has to be kept out while its requests are sent, or that none has to be."""
    scaling: Scaling | None = None
    """Which instances come when its state is put in force, and what is claimed of the page since; visitors come meanwhile."""

    def on(self, reviews: Mapping[str, int]) -> Step:
        """Return the step for so many instances of each version of reviews."""
        expected = {version for expectation in self.expectations for version in expectation.shares}
        if self.where_uneven is None or (reviews.keys() == expected and len(set(reviews.values())) == 1):
            return self
        return replace(self, state=self.where_uneven)


@dataclass(frozen=True, slots=True)
class Scenario:
    """An episode: its steps, and the one that it is about."""

    name: str
    title: Text
    """What is shown, in a few words, such as `90,10,0`."""
    steps: tuple[Step, ...]
    point: int
    """The index of the step that the episode is about: its revision, its time until in force, its rule to keep."""
    outcomes: Mapping[Text, Message]
    """What a report calls an outcome, where its own name does not say enough: `v2` is `v2 black stars`."""
    healed: int | None = None
    """The index of the step that undoes a fault, if one does: how long that took is the time to recover."""
    fallback: State | None = None
    """What a rollout goes back to: each of its steps must hold before the next one is taken."""
    notes: tuple[Text, ...] = ()
    """What the audience must know to read the result."""

    def on(self, workloads: Mapping[Workload, int]) -> Scenario:
        """Return the scenario for a Bookinfo of these workloads, each with the number of its instances.

        What is drawn among all instances of reviews is no even split of versions where these differ in their number.
        """
        reviews = {one.version: n for one, n in workloads.items() if one.app == "reviews"}
        steps = tuple(step.on(reviews) for step in self.steps)
        if steps == self.steps:
            return self
        told = [f"{version}: {n}" for version, n in reviews.items()]
        return replace(self, steps=steps, notes=(*self.notes, Message("note.uneven", instances=told)))

    @property
    def shown(self) -> Step:
        """The step that a talk shows before the proof: the first of a rollout, and before more instances, for these come with the proof."""
        return self.steps[0 if self.fallback or self.steps[self.point].scaling else self.point]

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        return tuple(expectation for step in self.steps for expectation in step.expectations)
