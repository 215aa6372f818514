"""Rules and expectations as a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.errors import Unsupported, UsageError
from scenarios.prove.proof import fitted, scenario
from scenarios.scenario import Scenario
from tests.fakes import FakePlatform
from tests.unit.scenarios.prove.files import MARGIN

RULE = str(ISTIO / "canary.yaml")


def of(folder: Path, *expected: str) -> Scenario:
    path = folder / "expect.yaml"
    path.write_text("\n".join(["expectations:", *(f"  - {one}" for one in expected)]), encoding="utf-8")
    return scenario([RULE, str(path)], MARGIN)


def test_the_rules_are_laid_over_the_baseline(tmp_path: Path) -> None:
    """In every step."""
    with FakePlatform() as platform:
        made = fitted(of(tmp_path, "{status: 200}", "{shares: {v1: 90, v2: 10}}"), platform)

    assert [baseline().overlaid(load(RULE))] * 2 == [step.state.resources for step in made.steps]


def test_what_differs_by_its_end_user_is_asked_at_the_same_time(tmp_path: Path) -> None:
    """All else one after the other, since answers are told apart by their end user alone; each step has a title of its own."""
    made = of(
        tmp_path,
        "{as: jason, shares: {v1: 90, v2: 10}}",
        "{never: [v3]}",
        "{status: 200}",
        "{status: 200, path: /health}",
        "{never: [v3], headers: {x-a: '1'}}",
        "{as: jason, never: [v3]}",
    )

    assert [
        ("/productpage", ["jason", ""]),
        ("/productpage · 2", [""]),
        ("/health", [""]),
        ("/productpage with x-a: 1", [""]),
        ("/productpage · 3", ["jason"]),
    ] == [(step.title, [one.end_user for one in step.expectations]) for step in made.steps]


def test_what_the_author_should_know_is_noted(tmp_path: Path) -> None:
    """What a folder holds, what steps aside, and what istioctl would warn of."""
    rules = tmp_path / "rules"
    rules.mkdir()
    text = Path(RULE).read_text(encoding="utf-8")
    (rules / "a.yaml").write_text(text.replace("name: reviews\n", "name: mine\n").replace("subset: v3", "subset: v9"))
    (rules / "expect.yaml").write_text("expectations: [{status: 200}]")

    with FakePlatform() as platform:
        notes = " ".join(map(str, fitted(scenario([str(rules)], MARGIN), platform).notes))

    assert "read 2 files: a.yaml, expect.yaml" in notes
    assert "IST0101" in notes


@pytest.mark.parametrize("expected", ["{shares: {v1: 50, v4: 50}}", "{never: [v3, v4]}"])
def test_a_version_that_the_demo_has_not_is_refused(tmp_path: Path, expected: str) -> None:
    """Before anything is put in force; those that it has are named."""
    path = tmp_path / "expect.yaml"
    with (
        FakePlatform() as platform,
        pytest.raises(UsageError, match=rf"^{path}:2: v4: no version of reviews; there are v1, v2, v3$"),
    ):
        fitted(of(tmp_path, expected), platform)
    assert [] == platform.applied


def test_a_rule_that_the_platform_does_not_take_is_refused(tmp_path: Path) -> None:
    """As by `apply`, before anything is put in force."""
    sidecar = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: mine}\nspec: {egress: [{hosts: ['*/*']}]}\n"
    (tmp_path / "rules.yaml").write_text(sidecar)
    (tmp_path / "expect.yaml").write_text("expectations: [{status: 200}]")
    with FakePlatform() as platform, pytest.raises(Unsupported, match="Sidecar mine"):
        fitted(scenario([str(tmp_path)], MARGIN), platform)


def test_no_rules_are_refused(tmp_path: Path) -> None:
    """There is nothing to prove then."""
    path = tmp_path / "expect.yaml"
    path.write_text("expectations: [{status: 200}]")

    with pytest.raises(UsageError, match="no Istio object in there"):
        scenario([str(path)], MARGIN)
