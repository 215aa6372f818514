"""One user, one version, as data."""

from __future__ import annotations

from fractions import Fraction

from platforms.resources import ISTIO, load
from scenarios.user_routing import rule, rule_on_slide, scenario, strangers

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
    """The anonymous, somebody else and the name in the other case get no share of v3, as on the slide's caption."""
    for as_on_slide in (False, True):
        chosen, *others = scenario("opennaru", MARGIN, as_on_slide=as_on_slide).steps[0].expectations

        assert ("opennaru", 1) == (chosen.end_user, chosen.shares["v3"])
        assert [("", 0), ("somebody", 0), ("OPENNARU", 0)] == [(one.end_user, one.shares["v3"]) for one in others]


def test_no_stranger_is_the_user() -> None:
    """Whoever is chosen, the others are others, each once."""
    for user in ("somebody", "SOMEBODY", "nobody", "홍길동", "a"):
        names = [user, *strangers(user)]

        assert len(names) == len(set(names))
