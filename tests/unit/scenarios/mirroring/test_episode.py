"""Mirroring as data."""

from __future__ import annotations

from fractions import Fraction

from platforms.bookinfo import ISTIO, baseline, load
from scenarios.mirroring import COMMAND
from scenarios.run.run import LoadProfile, plan_steps
from scenarios.scenario import Scenario

MARGIN = Fraction(5, 100)


def built(*words: str, margin: Fraction = MARGIN) -> Scenario:
    return COMMAND.scenario(words, margin)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """Over the baseline."""
    assert baseline().overlaid(load(ISTIO / "mirroring.yaml")) == built().steps[0].state.resources


def test_the_options_are_values_of_the_rule_and_of_the_claim() -> None:
    """The version that gets copies, and how many."""
    (step,) = built("--to", "v3", "--percent", "50").steps
    (reviews,) = [one for one in step.state.resources.of_kind("VirtualService") if one.name == "reviews"]
    (http,) = reviews.spec["http"]

    assert ("v3", 50) == (http["mirror"]["subset"], http["mirrorPercentage"]["value"])
    assert step.counting is not None
    assert ("v3", Fraction(1, 2)) == (step.counting.version, step.counting.share)


def test_nobody_sees_a_copy() -> None:
    """Every page is of v1, whoever gets copies."""
    (expectation,) = built("--to", "v3").steps[0].expectations

    assert {"v1": 1, "v2": 0, "v3": 0} == expectation.shares


def test_the_mirror_can_be_left_out_of_a_state_for_which_the_same_is_claimed() -> None:
    """The control."""
    control, right = built("--no-mirror").steps[0], built().steps[0]

    assert "mirror" not in control.state.resources.dump()
    assert (control.expectations, control.counting) == (right.expectations, right.counting)


def test_all_requests_are_sent_that_the_count_takes() -> None:
    """The pages alone would be sure earlier; fewer are enough for a larger margin, and for all requests copied."""
    requests = [
        plan_steps(scenario, LoadProfile())[0][0]
        for scenario in (built(), built(margin=2 * MARGIN), built("--percent", "100"))
    ]

    assert [2498, 673, 459] == [claim.requests for claim in requests]
    assert all(claim.sequential_alpha is None for claim in requests)
