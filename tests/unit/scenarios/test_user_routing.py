"""One user, one version, as data."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from platforms.bookinfo import ISTIO, load
from scenarios.user_routing import rule, rule_on_slide, scenario

MARGIN = Fraction(5, 100)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """Opennaru on v3, the others evenly on v1 and v2."""
    assert load(ISTIO / "user_routing.yaml") == rule("opennaru", "even")


def test_the_slides_rule_is_applied_verbatim() -> None:
    """Its apiVersion too."""
    (resource,) = rule_on_slide("opennaru")

    assert load(ISTIO / "as-on-slide" / "user_routing.yaml") == rule_on_slide("opennaru")
    assert "networking.istio.io/v1beta1" == resource.api_version


def test_a_hangul_name_is_matched_in_its_header_form() -> None:
    """The rule must say what the header carries."""
    (resource,) = rule("홍길동", "even")

    assert {"exact": "%ED%99%8D%EA%B8%B8%EB%8F%99"} == resource.spec["http"][0]["match"][0]["headers"]["end-user"]


def test_the_others_can_be_pinned() -> None:
    """--others v1 sends them all to v1."""
    pinned = scenario("opennaru", MARGIN, others="v1").steps[0].expectations[1:]

    assert {1} == {expectation.shares["v1"] for expectation in pinned}


def test_nobody_else_may_see_v3() -> None:
    """The anonymous, somebody else and names almost the same get no share of v3, as on the slide's caption."""
    for as_on_slide in (False, True):
        chosen, *others = scenario("opennaru", MARGIN, as_on_slide=as_on_slide).steps[0].expectations

        assert ("opennaru", 1) == (chosen.end_user, chosen.shares["v3"])
        assert ["", "somebody", "OPENNARU", "opennaru2", "Opennaru"] == [one.end_user for one in others]
        assert {0} == {one.shares["v3"] for one in others}


def test_no_stranger_is_the_user() -> None:
    """The others differ from any chosen user, and from each other."""
    for user in ("somebody", "SOMEBODY", "Somebody", "nobody", "홍길동", "a", "ß", "1", "x" * 256):
        names = [one.end_user for one in scenario(user, MARGIN).steps[0].expectations]

        assert user == names[0]
        assert len(names) == len(set(names))


def test_a_leak_to_names_alike_takes_as_many_pages_as_one_to_a_stranger() -> None:
    """Those share them; the user, the anonymous and somebody have theirs each."""
    for user, parts in (("opennaru", [153] * 3), ("홍길동", [459]), ("a", [230] * 2)):
        expectations = scenario(user, MARGIN).steps[0].expectations

        assert [459] * 3 + parts == [one.requests_to_exclude for one in expectations]


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any))
def test_names_alike_that_leak_as_much_on_average_are_caught_as_surely(parts: list[int]) -> None:
    """Exactly: 1 in 100 of their pages is missed once in 100 runs at most, however it falls to them."""
    leaks = [0.03 * part / sum(parts) for part in parts]
    (pages,) = {
        one.requests_to_exclude for one in scenario("opennaru", MARGIN).steps[0].expectations if one.leak_shared_by > 1
    }

    assert 0.01 >= math.prod((1 - leak) ** pages for leak in leaks)
