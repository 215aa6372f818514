"""`python -m scenarios.controls`: defects that are planted by rules must be caught, and what is not is said."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import Convergence, State
from platforms.demo.journal import Journal
from platforms.envoy.translate import routing
from platforms.errors import NotConverged
from scenarios import controls
from scenarios.defects.catalogue import defects
from scenarios.defects.defect import Defect
from scenarios.evidence.judgement import Verdict
from tests.controls import drive
from tests.fakes import Defects, FakePlatform


def played(platform: FakePlatform, capsys: pytest.CaptureFixture[str], *names: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what became of the named defects."""
    only = [word for name in names for word in ("--only", name)]
    code = controls.main([*only, "--json"], to=lambda _: platform, source=drive.source)
    return code, json.loads(capsys.readouterr().out)["controls"]


@pytest.mark.parametrize(
    "name",
    [
        "nothing-canary",
        "weights",
        "leak",
        "wrong-user",
        "fault-missing",
        "miscounted",
        "strangers",
        "stars-swapped",
        "stars-missing",
        "round-the-gateway",
        "overtaken-briefly",
        "overtaken",
        "restore",
        "copies-missing",
        pytest.param("nothing-user_routing", marks=pytest.mark.exhaustive),
        pytest.param("timeout-missing", marks=pytest.mark.exhaustive),
        pytest.param("retries-missing", marks=pytest.mark.exhaustive),
        pytest.param("detection-missing", marks=pytest.mark.exhaustive),
        pytest.param("nothing-rollout", marks=pytest.mark.exhaustive),
        "bad-release",
        pytest.param("split-of-release", marks=pytest.mark.exhaustive),
    ],
)
def test_what_is_planted_is_caught(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By the answer and for the reason that it should be; exit 0, and the baseline is in force again."""
    with FakePlatform() as platform:
        code, (control,) = played(platform, capsys, name)

        assert State(baseline()) == platform.in_force
    assert (0, True) == (code, control["caught"]), control
    assert control["expected"].startswith(control["answer"])
    assert Journal.of("local").read() is None


def test_a_defect_that_is_not_caught_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    """On a mesh that makes 90/10 of whatever it is told, 80/20 is not seen."""
    with FakePlatform(defects=Defects(weights={"v1": 90, "v2": 10})) as platform:
        code, (control,) = played(platform, capsys, "weights")

    assert (1, False, "HOLDS", "FAILS") == (code, control["caught"], control["answer"], control["expected"])


def test_the_right_answer_for_another_reason_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """A mesh that fails anyhow has caught no leak."""
    with FakePlatform(defects=Defects(weights={"v1": 100})) as platform:
        code, (control,) = played(platform, capsys, "leak")

    assert (1, False, "FAILS") == (code, control["caught"], control["answer"])


def test_a_right_mesh_that_is_accused_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario that fails always would catch every defect."""
    with FakePlatform(defects=Defects(leak=0.5)) as platform:
        code, (control,) = played(platform, capsys, "nothing-canary")

    assert (1, False) == (code, control["caught"])


def test_what_a_killed_run_left_is_healed_first(capsys: pytest.CaptureFixture[str]) -> None:
    """And said."""
    with FakePlatform() as platform:
        Journal.of("local").open(who="python -m scenarios.controls", was="the baseline", will={})
        code = controls.main(["--only", "strangers"], to=lambda _: platform, source=drive.source)

    assert 0 == code
    assert "was cut off before it could restore: the baseline is back" in capsys.readouterr().out


def test_a_mesh_that_is_not_at_its_baseline_is_not_played_with(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, with the command that helps: a defect beside another proves nothing."""

    class Off(FakePlatform):
        def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
            raise NotConverged(f"reviews-v2 does not serve {state.resources.revision} within {timeout:.0f} s")

    with Off() as platform:
        code = controls.main([], to=lambda _: platform, source=drive.source)

    assert 3 == code
    assert "`python -m platforms reset` brings the baseline back" in capsys.readouterr().err


def test_a_name_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with those that there are; nothing is touched."""
    with FakePlatform() as platform:
        code = controls.main(["--only", "wieghts"], to=lambda _: platform, source=drive.source)

        assert [] == platform.applied
    assert 2 == code
    assert "'wieghts' is not one of 'nothing-canary', " in capsys.readouterr().err


def test_every_row_says_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer, after how many requests, the scenario, the defect, and the reason below."""
    with FakePlatform() as platform:
        controls.main(["--only", "strangers"], to=lambda _: platform, source=drive.source)
    out = capsys.readouterr().out

    assert "✓ INCONCLUSIVE" in out
    assert "canary            somebody else looks at 50 pages meanwhile" in out
    assert "somebody else used the demo meanwhile (50 requests at the gateway not ours)" in out
    assert "all 1 as they should be" in out


def test_a_page_that_is_only_handed_on_is_accused_of_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way on which pages are rewritten leaves visitors, sessions and counts as they are."""
    (nothing,) = (one for one in defects() if one.name == "nothing-user_routing")
    monkeypatch.setattr(controls, "defects", lambda: (replace(nothing, rewrite_page=str),))
    with FakePlatform() as platform:
        code, (control,) = played(platform, capsys)

    assert (0, "HOLDS") == (code, control["answer"])


@pytest.mark.exhaustive
def test_a_defect_may_set_in_while_requests_are_sent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is claimed is in force until then: so many pages of the new version came before the first bad one."""
    (late,) = (replace(one, after=100) for one in defects() if one.name == "bad-after-a-while")
    monkeypatch.setattr(controls, "defects", lambda: (late,))
    with FakePlatform() as platform:
        code, (control,) = played(platform, capsys)

        assert late.claimed_state in platform.applied
        assert late.actual_state in platform.applied
    assert (0, "FAILS") == (code, control["answer"])
    assert State(baseline()) == platform.in_force


@pytest.mark.parametrize(
    "defect", [one for one in defects() if one.actual_state != one.claimed_state], ids=lambda defect: defect.name
)
def test_every_planted_rule_is_one_that_a_mesh_may_have(defect: Defect) -> None:
    """Istio accepts it, and some proxy routes otherwise by it than by the rule that is claimed."""
    assert routing(defect.actual_state.resources, BOOKINFO) != routing(defect.claimed_state.resources, BOOKINFO)


def test_the_first_rows_are_of_right_meshes() -> None:
    """One of each scenario; every other row has an answer that is not HOLDS, and a reason to be looked for."""
    rows = defects()

    assert [Verdict.HOLDS] * 5 == [defect.expected for defect in rows[:5]]
    assert 5 == len({defect.scenario.name for defect in rows[:5]})
    assert all(defect.expected is not Verdict.HOLDS and defect.expected_reason for defect in rows[5:])


def test_a_stale_proxy_is_the_only_laggard() -> None:
    """The rule that plants it leaves every other proxy with just what was claimed."""
    (stale,) = (defect for defect in defects() if defect.name == "stale-proxy")
    claimed, really = (
        routing(state.resources, BOOKINFO).proxies for state in (stale.claimed_state, stale.actual_state)
    )

    assert ["productpage-v1"] == [name for name in claimed if claimed[name] != really[name]]
