"""What ends the requests of a step: its claims are sure, or a rollout's new version is worse, and then it is taken back at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from platforms.boundary import CONVERGENCE_SECONDS, Platform, State
from scenarios.events.event import Compared, Decided, Event, RolledBack
from scenarios.evidence.health import HealthTest
from scenarios.evidence.observation import Observation, outcome
from scenarios.statistics.claim import Claim
from scenarios.statistics.comparison import Standing
from scenarios.statistics.sequential import SequentialTest


def decided(number: int, claims: Sequence[Claim], publish: Callable[[Event], None]) -> Callable[[Observation], bool]:
    """A function that adds an answer to its end user's test, and tells whether that test is decided."""
    by_user = {claim.expectation.end_user: (place, SequentialTest(claim)) for place, claim in enumerate(claims)}

    def is_decided(seen: Observation) -> bool:
        place, test = by_user[seen.end_user]
        expectation = claims[place].expectation
        found = outcome(seen, expectation.aspect, within=expectation.within)
        if decision := test.observe(seen.number, found, twice=seen.asked_twice):
            publish(Decided(number, place, decision))
        return decision is not None

    return is_decided


class Gate:
    """What decides on one step of a rollout: it hears every answer while requests are sent.

    No end user's requests end before every split is sure and the new version is as good: until then both are under test.
    """

    def __init__(  # noqa: PLR0917  # each another kind of thing
        self,
        number: int,
        health: HealthTest,
        claims: Sequence[Claim],
        platform: Platform,
        fallback: State,
        publish: Callable[[Event], None],
    ) -> None:
        self.rolled_back = False
        self._number = number
        self._health = health
        self._claims = claims
        self._platform = platform
        self._fallback = fallback
        self._publish = publish
        self._open = {claim.expectation.end_user for claim in claims}
        """Whose split is not sure yet."""
        self._refuted = False
        self._over = False
        self._came = 0
        self._split = decided(number, claims, self._hear)

    def __call__(self, seen: Observation) -> bool:
        """Add an answer; return whether nothing is to be asked any more."""
        if self._over:
            return True
        self._came += 1
        if seen.end_user in self._open:
            self._split(seen)
        standing = self._health.observe(seen)
        sick = standing is Standing.WORSE or self._refuted
        self._over = sick or (standing is Standing.AS_GOOD and not self._open)
        if self._over:
            self._publish(Compared(self._number, self._health.heard))
        if sick:
            self.roll_back()
        return self._over

    def roll_back(self) -> None:
        """Put in force what was there before the rollout, unless that has been done; requests go on meanwhile."""
        if self.rolled_back:
            return
        applied_at = time.time()
        self._platform.apply(self._fallback)
        convergence = self._platform.wait_until_converged(self._fallback, timeout=CONVERGENCE_SECONDS)
        self.rolled_back = True
        self._publish(RolledBack(self._number, convergence, self._came, at=applied_at))

    def _hear(self, event: Event) -> None:
        self._publish(event)
        if isinstance(event, Decided):
            self._open.discard(self._claims[event.claim].expectation.end_user)
            self._refuted = self._refuted or not event.decision.holds
