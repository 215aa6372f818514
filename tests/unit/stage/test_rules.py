"""Rules on the stage: wishes as states, texts checked as `platforms apply` checks them, and the difference in lines."""

from __future__ import annotations

import contextlib
import io
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platforms.__main__ import main
from platforms.bookinfo import ISTIO, baseline
from platforms.boundary import State
from platforms.errors import UsageError
from scenarios.messages.catalogue import english
from stage import rules
from stage.picture import Fault

BASELINE = State(baseline())
CANARY = (ISTIO / "canary.yaml").read_text()
MADE = {
    **{f"preset {number}": rules.preset(number) for number in range(1, 6)},
    "user": rules.user("opennaru"),
    "odd user": rules.user("홍 길동 <b>: #"),
    "abort": rules.fault("abort"),
    "delay": rules.fault("delay"),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_the_difference_can_be_applied_again(made: State) -> None:
    """What differs from the baseline, checked as a text, is the same state, and nobody has to be warned of it."""
    checked = rules.check(rules.differs(made).yaml)

    assert checked.state == made
    assert () == checked.mistakes
    assert checked.lines == rules.differs(made).lines


def test_only_what_differs_is_shown_and_marked() -> None:
    """A canary changes the destinations of one route."""
    shown = rules.differs(rules.preset(2))

    assert "spec:\n  hosts: [reviews]\n  http:\n  - route:\n" in shown.yaml
    assert ["    - destination: {host: reviews}"] == [line.text for line in shown.lines if line.change == "-"]
    assert [
        "    - destination: {host: reviews, subset: v1}",
        "      weight: 90",
        "    - destination: {host: reviews, subset: v2}",
        "      weight: 10",
        "    - destination: {host: reviews, subset: v3}",
        "      weight: 0",
    ] == [line.text for line in shown.lines if line.change == "+"]


def test_a_change_is_marked_against_the_state_before() -> None:
    """Of another weight, the weight alone is marked."""
    checked = rules.check(rules.differs(rules.preset(3)).yaml, before=rules.preset(2))
    marked = [line for line in checked.lines if line.change]

    assert [("-", "90"), ("+", "50"), ("-", "10"), ("+", "50")] == [
        (line.change, line.text.split()[-1]) for line in marked
    ]


def test_an_outage_is_shown() -> None:
    """It stands in no Istio object, and is part of the state all the same."""
    shown = rules.differs(rules.fault("outage"))

    assert "# ratings-v1 has no running instance" == shown.yaml.splitlines()[0] == shown.whole.splitlines()[0]


def test_the_baseline_differs_in_nothing() -> None:
    """There is nothing to show then."""
    shown = rules.differs(BASELINE)

    assert ((), "") == (shown.lines, shown.yaml)
    assert "kind: Gateway" in shown.whole


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (BASELINE, "baseline"),
        (rules.preset(2), "90,10,0"),
        (rules.user("opennaru"), "only opennaru sees v3"),
        (rules.fault("outage"), "ratings are gone"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_rule_has_a_title(state: State, title: str) -> None:
    """The words of the scenarios."""
    assert title == english(rules.title(state))


def test_own_rules_are_called_by_their_objects() -> None:
    """Also where they look almost like ours."""
    for text in (
        CANARY.replace("weight: 90", "weight: 80"),
        CANARY.replace("- route:", "- match: [{headers: {end-user: {exact: ''}}}]\n      route:"),
        CANARY.replace("- route:", "- timeout: 3s\n      route:"),
    ):
        state = rules.check(text).state

        assert state is not None
        assert rules.title(state) in ("80,10,0", "VirtualService reviews")


def apply_says(text: str) -> str:
    """The words of `python -m platforms apply -f -`."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        main(["apply", "-f", "-"])
    return said.getvalue().strip()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CANARY.replace("weight: 90", "weight: -1"), 2),
        (CANARY.replace("weight: 90", "weight: x"), 17),
        (CANARY.replace("weight: 90", "wait: 90"), 17),
        (CANARY.replace("http:", "http"), 12),
        (CANARY.replace("VirtualService", "Virtual"), 2),
        (f"{CANARY}\n---\n{CANARY}", 2),
        ("kind: A", 1),
        ("", 0),
        ("[" * 5000, 0),
    ],
)
def test_refused_in_the_words_of_apply(text: str, line: int) -> None:
    """With the line, where the message tells it; there is no state to apply then."""
    checked = rules.check(text)

    assert checked.state is None
    assert [line] == [one.line for one in checked.mistakes]
    assert apply_says(text).endswith(checked.mistakes[0].text)


@pytest.mark.parametrize("platform", ["local", "kubernetes"])
def test_what_a_platform_cannot_do_is_refused(platform: str) -> None:
    """Policies are in force, and what would need a token is not."""
    policy = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: x}, spec: {}}"

    assert rules.check(policy, platform=platform).state is not None
    assert rules.check(policy.replace("AuthorizationPolicy", "RequestAuthentication"), platform=platform).state is None
    assert rules.check(CANARY.replace("route:", "mirror_percent: 3\n      route:"), platform=platform).state is None


def test_a_remark_refuses_nothing() -> None:
    """What `istioctl analyze` would say stands beside a rule that may be applied."""
    checked = rules.check(CANARY.replace("subset: v2", "subset: v9"))

    assert checked.state is not None
    assert [(2, True)] == [(one.line, "reviews+v9" in one.text) for one in checked.mistakes]


@given(st.text(alphabet=st.characters(), max_size=60))
@example("\ud800")
@example("a" * 4_000_000)
@example("{}{}")
@example("a: &a [*a]")
def test_any_text_is_answered(text: str) -> None:
    """Whatever somebody types, in whatever state of typing, is a mistake and never an error."""
    checked = rules.check(text)

    assert checked.state is None
    assert checked.mistakes


@given(st.integers(0, len(CANARY)), st.sampled_from(("", "- ", "{", "'", "\n", "weight: [", "\t", "</script>")))
def test_any_edit_is_answered(place: int, typed: str) -> None:
    """In the middle of a word, too; what is accepted can be shown and titled."""
    checked = rules.check(CANARY[:place] + typed + CANARY[place:])

    if checked.state is not None:
        assert rules.title(checked.state)
        assert set(rules.shares(checked.state)) == {"v1", "v2", "v3"}


@pytest.mark.parametrize("of", [(100, 10, 0), (100,), (-1, 101, 0), (33.5, 66.5, 0)])
def test_weights_that_make_no_sense_are_refused(of: tuple[int, ...]) -> None:
    """The sliders of an honest browser cannot ask for them."""
    with pytest.raises(UsageError):
        rules.weights(of)


def test_presets_end() -> None:
    """There are five."""
    for number in (0, 6):
        with pytest.raises(UsageError, match="there are 1 to 5"):
            rules.preset(number)


@pytest.mark.parametrize("kind", ["", "abort", "delay", "outage"])
def test_faults_are_recognised(kind: Fault) -> None:
    """None of them is the baseline."""
    assert kind == rules.fault_of(rules.fault(kind))
    assert (kind == "") == (rules.fault(kind) == BASELINE)


def test_the_routed_user_is_recognised() -> None:
    """By the rule, whatever the name."""
    assert rules.routes_user(rules.user("홍길동"))
    assert not rules.routes_user(rules.preset(2))
