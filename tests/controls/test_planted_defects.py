"""Negative controls: a mesh that is wrong in one way is caught, each way; a right one is not."""

from __future__ import annotations

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.demo.journal import Journal, exclusive
from platforms.errors import NotReachable
from scenarios import canary, fault_ratings, user_routing
from scenarios.run import step
from scenarios.run.cli import Command
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (1, 2)))
"""Of the fake's chance."""
CANARY, USER, FAULT = canary.COMMAND, user_routing.COMMAND, fault_ratings.COMMAND


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        (CANARY, []),
        pytest.param(CANARY, ["--weights", "0,0,1"], marks=pytest.mark.exhaustive),
        (USER, []),
        pytest.param(USER, ["--user", "홍길동"], marks=pytest.mark.exhaustive),
        pytest.param(USER, ["--others", "v1"], marks=pytest.mark.exhaustive),
        (FAULT, []),
        pytest.param(FAULT, ["--fault", "delay"], marks=pytest.mark.exhaustive),
        pytest.param(FAULT, ["--fault", "delay", "--reviews", "v2"], marks=pytest.mark.exhaustive),
        pytest.param(FAULT, ["--fault", "outage", "--reviews", "v2"], marks=pytest.mark.exhaustive),
    ],
)
def test_a_right_mesh_holds_and_is_restored(command: Command, argv: list[str]) -> None:
    """Exit 0, the baseline in force, nothing left in the journal."""
    with FakePlatform() as platform:
        ended = drive(command, [*argv, "--json"], platform)

        assert State(baseline()) == platform.in_force
    assert ("HOLDS", 0, True) == (ended.verdict, ended.code, ended.document["restored"])
    assert Journal.of("local").read() is None


@pytest.mark.parametrize(
    ("command", "argv", "defects"),
    [
        pytest.param(CANARY, [], Defects(weights={"v1": 80, "v2": 20}), id="a wrong weight"),
        pytest.param(CANARY, [], Defects(weights={"v1": 100}), id="a canary that gets nothing"),
        pytest.param(CANARY, [], Defects(leak=0.03), id="a leak to the excluded version"),
        pytest.param(USER, [], Defects(leak=0.01), id="a leak of 1 in 100 to others"),
        pytest.param(USER, [], Defects(drops_end_user=True), id="a dropped end-user header"),
        pytest.param(USER, ["--as-on-slide"], Defects(), id="the slide's rule"),
        pytest.param(USER, [], Defects(stale=True), id="a proxy that never takes the rule over"),
        pytest.param(FAULT, [], Defects(ignores_faults=True), id="a fault that is not injected"),
        pytest.param(FAULT, ["--fault", "outage"], Defects(ignores_faults=True), id="an outage that is none"),
        pytest.param(FAULT, [], Defects(broken_pages=0.02), id="a page that breaks"),
    ],
)
def test_a_wrong_mesh_fails(command: Command, argv: list[str], defects: Defects) -> None:
    """Exit 1 with a reason, and the baseline is back nevertheless."""
    with FakePlatform(defects=defects) as platform:
        ended = drive(command, [*argv, "--json"], platform)

    assert ("FAILS", 1, True) == (ended.verdict, ended.code, ended.document["restored"])
    assert ended.document["reasons"]


@pytest.mark.parametrize(
    "name",
    ["somebody", *(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("opennaru2", "OPENNARU", "Opennaru"))],
)
def test_whoever_is_taken_for_the_user_is_found(name: str) -> None:
    """A prefix, a pattern, or a comparison that does not look at case: exit 1."""
    with FakePlatform(defects=Defects(taken_for_user=name)) as platform:
        ended = drive(USER, ["--json"], platform)

    assert ("FAILS", 1) == (ended.verdict, ended.code)
    assert "others saw v3" in " ".join(ended.document["reasons"])


SWAPPED = {"v2": {"star-color": "red"}, "v3": {"star-color": "black"}}
BARE = {"ratings": "not-asked", "rated-count": "0", "star-color": ""}
NO_DETAILS = {"details": "unavailable"}
UNRATED = {"ratings": "unavailable", "rated-count": "0", "star-color": ""}


@pytest.mark.parametrize("command", [CANARY, pytest.param(USER, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    ("marks", "share", "said"),
    [
        pytest.param({"v2": {"star-color": "red"}}, 1.0, "v2 red stars", id="an image with the wrong tag"),
        pytest.param(SWAPPED, 1.0, "v2 red stars", id="swapped stars", marks=pytest.mark.exhaustive),
        pytest.param(dict.fromkeys(("v2", "v3"), BARE), 1.0, "no stars", id="missing stars"),
        pytest.param(
            {"v1": SWAPPED["v3"] | {"ratings": "shown", "rated-count": "2"}}, 1.0, "v1 black", id="unasked stars"
        ),
        pytest.param(
            {"v3": {"rated-count": "1"}},
            1.0,
            "v3 stars on 1 of 2 reviews",
            id="a review without stars",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param({"v1": {"review-count": "1"}}, 1.0, "v1 1 of 2 reviews", id="a missing review"),
        pytest.param(
            dict.fromkeys(("v1", "v2", "v3"), NO_DETAILS),
            1.0,
            "details unavailable",
            id="missing details",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            dict.fromkeys(("v1", "v2", "v3"), NO_DETAILS), 0.02, "details unavailable", id="details, at times"
        ),
    ],
)
def test_a_page_that_is_not_the_versions_own_fails(
    command: Command, marks: dict[str, dict[str, str]], share: float, said: str
) -> None:
    """Exit 1, whatever its pod is called, and the reason says what was seen."""
    with FakePlatform(defects=Defects(marks=marks, marked=share)) as platform:
        ended = drive(command, ["--json"], platform)

    assert ("FAILS", 1) == (ended.verdict, ended.code)
    assert said in " ".join(ended.document["reasons"])


@pytest.mark.parametrize("command", [CANARY, pytest.param(USER, marks=pytest.mark.exhaustive)])
def test_ratings_that_do_not_answer_are_missing_answers(command: Command) -> None:
    """Nobody knows what those pages would have worn: exit 4."""
    with FakePlatform(defects=Defects(marks=dict.fromkeys(("v2", "v3"), UNRATED))) as platform:
        ended = drive(command, ["--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert "came without their ratings or details" in " ".join(ended.document["reasons"])


@pytest.mark.parametrize(
    ("defects", "reason"),
    [
        pytest.param(
            Defects(uncounted=10),
            "the witnesses disagree",
            id="proxies that count too little",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(Defects(strangers=1), "somebody else used the demo", id="other people's traffic"),
        pytest.param(Defects(broken_pages=0.05), "answers are missing (HTTP 503", id="error pages"),
        pytest.param(
            Defects(cut_connections=0.05),
            "answers are missing (connection",
            id="broken connections",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_what_cannot_be_judged_is_inconclusive(defects: Defects, reason: str) -> None:
    """Exit 4: it is neither proved nor refuted, and the cause is named."""
    with FakePlatform(defects=defects) as platform:
        ended = drive(USER, ["--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert reason in " ".join(ended.document["reasons"])


@pytest.mark.parametrize(
    "defects",
    [
        pytest.param(Defects(passers_by=5), id="five strangers"),
        pytest.param(Defects(lost=8), id="productpage is killed", marks=pytest.mark.exhaustive),
        pytest.param(
            Defects(stuck=8), id="reviews stand still for longer than productpage waits", marks=pytest.mark.exhaustive
        ),
        pytest.param(Defects(without_reviews=7), id="and for longer than it waits twice", marks=pytest.mark.exhaustive),
        pytest.param(Defects(logs_calls=True), id="nothing"),
        pytest.param(
            Defects(logs_calls=True, strangers=1),
            id="as many strangers as we are, each call logged",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(Defects(logs_calls=True, strangers=1, lost=8), id="and productpage is killed"),
        pytest.param(
            Defects(logs_calls=True, passers_by=50, passers_by_see="v3"),
            id="strangers at the excluded version, logged",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            Defects(logs_calls=True, never_ends=True),
            id="a call of somebody else that never ends, logged",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_innocent_are_let_go(defects: Defects, seed: int) -> None:
    """The proxies' counts show that nothing can hide behind the missing answers.

    Where calls are only counted, a share that is near its bound by chance may be one that strangers could have moved.
    """
    with FakePlatform(defects=defects, seed=seed) as platform:
        document = drive(CANARY, ["--json"], platform).document
    doubts = [reason for reason in document["reasons"] if "could have changed the counts" not in reason]

    assert [] == doubts
    assert "HOLDS" == document["verdict"] or (
        defects.passers_by and not defects.logs_calls and document["exit_code"] == 4
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("command", "defects"),
    [
        pytest.param(CANARY, Defects(passers_by=5, passers_by_see="v3"), id="strangers at the excluded version"),
        pytest.param(
            USER,
            Defects(passers_by=5, passers_by_see="v3"),
            id="strangers at the chosen user's version",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(CANARY, Defects(passers_by=20), id="too many strangers", marks=pytest.mark.exhaustive),
        pytest.param(CANARY, Defects(passers_by=5, mislabelled=0.05), id="mislabelled pages behind strangers"),
        pytest.param(CANARY, Defects(leak=0.02, loses_leaks=True), id="a leak of which every page is lost"),
        pytest.param(
            USER,
            Defects(leak=0.02, loses_leaks=True),
            id="a leak to others of which every page is lost",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            CANARY,
            Defects(passers_by=5, cached=0.05),
            id="pages from a cache behind strangers",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            CANARY, Defects(passers_by=5, uncounted=5), id="lost counts behind strangers", marks=pytest.mark.exhaustive
        ),
        *(
            pytest.param(
                command,
                Defects(logs_calls=True, strangers=1, **wrong),
                id=f"{what} behind strangers, logged",
                marks=pytest.mark.exhaustive,
            )
            for command, what, wrong in (
                (CANARY, "mislabelled pages", {"mislabelled": 0.02}),
                (CANARY, "pages from a cache", {"cached": 0.02}),
                (
                    CANARY,
                    "a leak of which every page is lost",
                    {"leak": 0.02, "loses_leaks": True},
                ),
                (
                    USER,
                    "a leak to others of which every page is lost",
                    {"leak": 0.02, "loses_leaks": True},
                ),
                (CANARY, "a way round the gateway", {"gateway_forgets": 5}),
                (CANARY, "a split", {"weights": {"v1": 80, "v2": 20, "v3": 0}}),
            )
        ),
    ],
)
def test_nothing_wrong_is_let_go_with_them(command: Command, defects: Defects, seed: int) -> None:
    """Neither proved nor refuted: exit 4, or 1."""
    with FakePlatform(defects=defects, seed=seed) as platform:
        document = drive(command, ["--json"], platform).document

    assert document["verdict"] != "HOLDS"


def test_a_rule_that_somebody_else_replaces_is_not_judged() -> None:
    """Exit 4 with the cause, although the counts would fit."""
    with FakePlatform(defects=Defects(overtaken_after=300)) as platform:
        ended = drive(CANARY, ["--weights", "1,1,1", "--requests", "400", "--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert "did not stay in force while the requests were sent: productpage-v1" in " ".join(ended.document["reasons"])


def test_a_rule_that_is_another_for_a_moment_is_not_judged() -> None:
    """Exit 4 with the cause, although every proxy serves the right one before and after."""
    with FakePlatform(defects=Defects(overtaken_after=300, overtaken_for=5)) as platform:
        ended = drive(CANARY, ["--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert "did not stay in force while the requests were sent: another one was in force in between" in " ".join(
        ended.document["reasons"]
    )


def test_a_gateway_that_counts_too_little_is_not_believed() -> None:
    """Exit 4: what went another way was nobody's to route."""
    with FakePlatform(defects=Defects(gateway_forgets=50)) as platform:
        ended = drive(CANARY, ["--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert "the witnesses disagree: clients sent" in ended.document["reasons"][0]


def test_calls_that_never_end_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4: they may count at any time."""
    monkeypatch.setattr(step, "_IDLE_SECONDS", 0.05)
    with FakePlatform(defects=Defects(never_ends=True)) as platform:
        ended = drive(CANARY, ["--json"], platform)

    assert ("INCONCLUSIVE", 4) == (ended.verdict, ended.code)
    assert "somebody else used the demo: 1 call was still under way" in ended.document["reasons"][0]


def test_what_an_earlier_run_left_under_way_is_not_counted() -> None:
    """Its calls are answered late: before this run counts."""
    with FakePlatform(second=0.1) as platform:
        platform.apply(fault_ratings.with_fault(fault_ratings.Fault.DELAY, "v2"))
        platform.page("")
        platform.apply(State(baseline()))
        document = drive(FAULT, ["--reviews", "v2", "--requests", "60", "--json"], platform).document

    assert [60, 0, 60] == [step["proxies"]["ratings_answered"] for step in document["steps"]]


def test_a_run_that_must_wait_asks_for_no_page() -> None:
    """The proxies of the other run would count it."""
    with FakePlatform() as platform, exclusive("local", "another run"):
        ended = drive(CANARY, [], platform)

        assert (3, 0) == (ended.code, platform.asked_for_page)


@pytest.mark.exhaustive
def test_calls_that_outlive_their_page_belong_to_its_step() -> None:
    """Reviews v2 are asked, give up, and are answered at last: the next step is not to count that."""
    with FakePlatform(second=0.05) as platform:
        document = drive(FAULT, ["--fault", "delay", "--reviews", "v2", "--json"], platform).document
    slow = document["steps"][1]

    assert slow["requests"] == slow["proxies"]["ratings_answered"]


def test_too_few_requests_are_inconclusive() -> None:
    """Three requests prove no canary."""
    with FakePlatform() as platform:
        ended = drive(CANARY, ["--requests", "3", "--weights", "50,50,0", "--json"], platform)

    assert 4 == ended.code
    assert "3 requests are too few to tell" in " ".join(ended.document["reasons"])
    assert "3 requests are too few to tell" == ended.document["power"]


def test_a_laggard_is_named_and_nothing_is_measured() -> None:
    """Exit 3: a rule that is not in force everywhere is not judged."""
    with FakePlatform(defects=Defects(lagging="reviews-v2")) as platform:
        ended = drive(CANARY, ["--json"], platform)

    assert (3, "") == (ended.code, ended.out)
    assert "reviews-v2 does not serve" in ended.err


def test_a_baseline_that_does_not_come_back_is_an_error_with_its_cure() -> None:
    """Exit 3 whatever the verdict; the report says so, the entry stays open, the message names the command."""
    with FakePlatform(defects=Defects(restore_fails=True)) as platform:
        ended = drive(USER, ["--json"], platform)

    assert (3, False) == (ended.code, ended.document["restored"])
    assert "`python -m platforms reset` brings the baseline back" in ended.err
    assert Journal.of("local").read() is not None


def test_where_no_demo_is_left_no_rule_is_to_be_undone() -> None:
    """Taken down in the middle: the message says how to bring it up, and speaks of no rule."""

    class TakenDown(FakePlatform):
        def apply(self, state: State) -> None:
            if self.applied:
                raise NotReachable("no demo is up; `make demo-up` brings it up")
            super().apply(state)

    with TakenDown() as platform:
        ended = drive(USER, ["--json"], platform)

    assert 3 == ended.code
    assert "user_routing: the baseline is not back: no demo is up; `make demo-up` brings it up\n" == ended.err


def test_a_refused_login_is_an_error_and_the_baseline_is_back() -> None:
    """Exit 3: no claim about an end user who cannot sign in."""
    with FakePlatform(defects=Defects(refuses_logins=True)) as platform:
        ended = drive(USER, ["--json"], platform)

        assert State(baseline()) == platform.in_force
    assert 3 == ended.code
    assert "POST /login as " in ended.err


def test_a_kept_rule_stays() -> None:
    """--keep leaves the rule in force, says how to undo it, and leaves no entry to heal."""
    with FakePlatform() as platform:
        ended = drive(CANARY, ["--keep"], platform)

        assert State(baseline().overlaid(load(ISTIO / "canary.yaml"))) == platform.in_force
    assert "rule kept: `python -m platforms reset` undoes it" in ended.out
    assert Journal.of("local").read() is None


def test_what_was_in_force_before_is_said() -> None:
    """A rule applied by hand is not a silent loss."""
    with FakePlatform() as platform:
        platform.apply(State(baseline().overlaid(load(ISTIO / "canary.yaml"))))
        ended = drive(CANARY, [], platform)

    assert "a rule other than the baseline is in force" in ended.out


def test_a_killed_run_is_healed_by_the_next() -> None:
    """And said in one line."""
    with FakePlatform() as platform:
        Journal.of("local").open(who="python -m scenarios.canary", was="the baseline", will={})
        ended = drive(CANARY, [], platform)

    assert "was cut off before it could restore: the baseline is back" in ended.out
