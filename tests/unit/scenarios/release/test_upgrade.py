"""The rules of a rollout."""

from __future__ import annotations

from scenarios.release.upgrade import CONTROL, Upgrade, rule, rule_before

UPGRADE = Upgrade("v2", "v1")


def test_a_step_is_by_weight() -> None:
    """The two versions get all of it."""
    (found,) = rule(UPGRADE, 10)
    ((first, second),) = (http["route"] for http in found.spec["http"])

    assert ("v1", 90) == (first["destination"]["subset"], first["weight"])
    assert ("v2", 10) == (second["destination"]["subset"], second["weight"])


def test_the_last_step_leaves_the_control_visitor_on_the_old_version() -> None:
    """And nobody else."""
    (found,) = rule(UPGRADE, 100)
    control, others = found.spec["http"]

    assert [{"headers": {"end-user": {"exact": CONTROL}}}] == control["match"]
    assert "v1" == control["route"][0]["destination"]["subset"]
    assert "match" not in others
    assert ["v2"] == [one["destination"]["subset"] for one in others["route"]]


def test_what_a_rollout_goes_back_to_is_the_old_version_for_everybody() -> None:
    """Without a match or a weight."""
    (found,) = rule_before(UPGRADE)

    assert [{"route": [{"destination": {"host": "reviews", "subset": "v1"}}]}] == found.spec["http"]
