"""The canary as data."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.bookinfo import ISTIO, baseline, load
from platforms.errors import UsageError
from platforms.istio.registry import Workload
from scenarios.canary import MOST, Weights, rule, scenario
from scenarios.messages.catalogue import english

MARGIN = Fraction(5, 100)
WEIGHTS = st.tuples(*[st.integers(0, MOST)] * 3).filter(any)


@given(WEIGHTS)
def test_plain_whole_numbers_with_a_positive_sum_are_weights(weights: tuple[int, int, int]) -> None:
    """Their shares add up to one and keep their proportion, exactly."""
    parsed = Weights.parse(",".join(map(str, weights)))

    assert weights == parsed.of
    assert 1 == sum(parsed.shares.values())
    assert parsed.shares["v1"] * sum(weights) == weights[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90,10",
        "90,10,0,0",
        "a,b,c",
        "0,0,0",
        "-1,101,0",
        "nan,1,1",
        "inf,1,1",
        "1e400,0,0",
        "90.0,10,0",
        "+90,10,0",
        " 90,10,0",
        "90, 10,0",
        "9_0,10,0",
        "٩,1,0",
        "\uff19\uff10,10,0",
        "90,10,0\n",
        "99999999999999999999,1,0",
        "1000001,0,0",
        ",,",
        "1" * 5000 + ",1,1",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    """The message names the option and shows what would be right."""
    with pytest.raises(UsageError, match=r"--weights.*as in 90,10,0") as refused:
        Weights.parse(text)

    assert len(str(refused.value).splitlines()) == 1


@given(WEIGHTS)
def test_the_numbers_are_replaced_in_the_valid_yaml(weights: tuple[int, int, int]) -> None:
    """Everything but the weights is as it stands in istio/canary.yaml."""
    (resource,) = rule(Weights(weights))
    route = resource.spec["http"][0]["route"]

    assert list(weights) == [destination.pop("weight") for destination in route]
    assert ["v1", "v2", "v3"] == [destination["destination"]["subset"] for destination in route]


def test_the_yaml_as_it_stands_is_the_slides_canary() -> None:
    """90:10:0, so that it can be applied by hand."""
    assert load(ISTIO / "canary.yaml") == rule(Weights((90, 10, 0)))


def test_both_columns_of_the_slide_are_shown() -> None:
    """The even split first, then the weights, which the episode is about."""
    canary = scenario(Weights((90, 10, 0)), MARGIN)

    assert ["even split", "90,10,0"] == [english(step.title) for step in canary.steps]
    assert {Fraction(1, 3)} == set(canary.steps[0].expectations[0].shares.values())
    assert canary.steps[canary.point].expectations[0].shares == Weights((90, 10, 0)).shares


def test_a_share_too_small_to_be_noticed_is_said() -> None:
    """One in a thousand cannot be told from none with the usual number of requests."""
    assert scenario(Weights((999, 1, 0)), MARGIN).notes
    assert not scenario(Weights((90, 10, 0)), MARGIN).notes


@pytest.mark.parametrize(
    ("more", "noted"),
    [
        ({}, []),
        ({"v1": 3, "v2": 3, "v3": 3}, []),
        ({"v1": 3}, ["v1: 3, v2: 1, v3: 1"]),
        ({"v4": 1}, ["v1: 1, v2: 1, v3: 1, v4: 1"]),
    ],
)
def test_the_even_split_is_one_of_versions(more: dict[str, int], noted: list[str]) -> None:
    """Where instances do not make it by themselves, weights do, and a note says so; the other steps stay as they are."""
    numbers = {"v1": 1, "v2": 1, "v3": 1, **more}
    workloads = {Workload("reviews", version): n for version, n in numbers.items()} | {Workload("ratings", "v1"): 5}
    made = scenario(Weights((90, 10, 0)), MARGIN)
    found = made.on(workloads)
    even = baseline().overlaid(rule(Weights((1, 1, 1)))) if noted else baseline()

    assert even == found.steps[0].state.resources
    assert made.steps[1:] == found.steps[1:]
    assert all(numbers in english(note) for numbers, note in zip(noted, found.notes, strict=True))
