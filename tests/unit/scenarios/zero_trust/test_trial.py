"""Who is tried at what, and under which rules."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO, baseline
from scenarios.evidence.pair import Outcome
from scenarios.zero_trust.trial import APPS, pairs_of, tried, without_policies
from tests.fakes import FakePlatform


def test_everybody_is_tried_at_every_app() -> None:
    """The gateway, six workloads, a foreign certificate and plain text; the arrows of the picture are seven."""
    pairs = pairs_of(BOOKINFO.workloads)

    assert 9 * len(APPS) == len(pairs) == len(set(pairs))
    assert 7 == sum(caller.should_get(app) is Outcome.TAKEN for caller, app in pairs)


def test_pairs_are_tried_in_their_order() -> None:
    """One after the other, so that the counts are of one alone."""
    with FakePlatform() as platform:
        assert platform.callers
        pairs = [(pair.caller, pair.app) for pair in tried(platform.callers, BOOKINFO.workloads)]

    assert pairs_of(BOOKINFO.workloads) == pairs


def test_nothing_but_the_policies_is_taken_out() -> None:
    kept = {one.key for one in without_policies().resources}
    gone = [one for one in baseline() if one.key not in kept]

    assert {"AuthorizationPolicy"} == {one.kind for one in gone}
    assert len(kept) + len(gone) == len(list(baseline()))
