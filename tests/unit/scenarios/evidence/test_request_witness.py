"""The version of every page, compared with the proxy's log."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import pytest

from platforms.boundary import Call
from platforms.counters import Counters, Hop
from scenarios.evidence import request_witness
from scenarios.evidence.observation import Observation
from scenarios.evidence.request_witness import find_contradiction, read_log, without_strangers
from scenarios.messages.catalogue import english

MARK = "5e1"
GATEWAY = Hop("ingressgateway", "productpage", "v1")


def hop(version: str) -> Hop:
    return Hop("productpage-v1", "reviews", version)


class Log:
    def __init__(self, *calls: Call) -> None:
        self._calls = calls

    def mark(self) -> str:
        return MARK

    def clear(self) -> None:
        """Forget nothing."""

    def calls(self) -> Sequence[Call]:
        return self._calls


def call(number: int, version: str, *, end_user: str = "", status: int = 200, mark: str = MARK) -> Call:
    return Call(f"{mark}.{number}.{quote(end_user, safe='')}", hop(version), status)


def passed(number: int, *, attempts: int = 1) -> Call:
    return Call(f"{MARK}.{number}.", GATEWAY, 200, attempts)


def page(number: int, version: str, *, end_user: str = "") -> Observation:
    return Observation(end_user, 200, 1.0, {"reviews-version": version, "end-user": end_user}, number=number)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for calls that are not logged yet."""
    monkeypatch.setattr(request_witness, "_LOGGED_SECONDS", 0.0)


def test_pages_that_name_who_answered() -> None:
    """For every end user, in any script; a second try may have answered, and a lost page names nobody."""
    seen = [
        page(0, "v1"),
        page(0, "v2", end_user="김 철수.1"),
        page(1, "v2"),
        Observation("", 0, 1.0, error="reset", number=2),
    ]
    log = Log(call(0, "v1"), call(0, "v2", end_user="김 철수.1"), call(1, "v1", status=0), call(1, "v2"), call(2, "v3"))

    assert "" == find_contradiction(read_log(log, MARK, seen), seen)


@pytest.mark.parametrize(
    ("calls", "who"),
    [
        ([call(4, "v1")], "reviews v1"),
        ([call(4, "v1"), call(4, "v3")], "reviews v1 and reviews v3"),
        ([], "nobody"),
        ([call(4, "v2", mark="other")], "nobody"),
        ([call(4, "v2", status=503)], "nobody"),
        ([call(3, "v2")], "nobody"),
        ([call(4, "v2", end_user="somebody")], "nobody"),
    ],
)
def test_a_page_that_names_another(calls: list[Call], who: str) -> None:
    """It is named, with who answered instead."""
    seen = [page(4, "v2")]

    assert english(find_contradiction(read_log(Log(*calls), MARK, seen), seen)) == (
        f"the witnesses disagree: page 5 of anonymous names reviews v2, by the proxy's log {who} answered for it"
    )


def test_strangers_are_left_out() -> None:
    """With more requests at the gateway than ours, what is counted is what our own requests did."""
    seen = [page(0, "v1"), page(1, "v2")]
    counted = Counters({GATEWAY: 7, hop("v1"): 3, hop("v2"): 4}, {hop("v1"): 1}, {})
    own = (passed(0), passed(1), call(0, "v1"), call(1, "v2"))
    ours = without_strangers(counted, read_log(Log(*own, call(9, "v2", mark="other")), MARK, seen), 2)

    assert {GATEWAY: 2, hop("v1"): 1, hop("v2"): 1} == ours.requests
    assert not any(ours.failures.values())


def test_a_way_round_the_gateway_cannot_hide_behind_strangers() -> None:
    """A request of ours that the gateway did not log is missing, however many others it counted."""
    seen = [page(0, "v1"), page(1, "v2")]
    found = read_log(Log(passed(1), call(0, "v1"), call(1, "v2")), MARK, seen)

    assert 1 == without_strangers(Counters({GATEWAY: 7}, {}, {}), found, 2).requests[GATEWAY]


def test_retries_of_strangers_are_left_out() -> None:
    """The retries of our own requests are in the log."""
    again = Call(f"{MARK}.0.", hop("v1"), 200, attempts=3)
    counted = Counters({GATEWAY: 7, hop("v1"): 9}, {hop("v1"): 5}, {("productpage-v1", "reviews"): 5})
    found = read_log(Log(passed(0), again), MARK, [page(0, "v1")])

    assert 2 == without_strangers(counted, found, 1).retries["productpage-v1", "reviews"]


def test_without_strangers_the_counters_speak() -> None:
    """A log that says less than they do takes nothing back; and where there is none, they are all there is."""
    counted = Counters({GATEWAY: 2, hop("v1"): 1, hop("v3"): 1}, {}, {})

    assert counted == without_strangers(counted, read_log(Log(call(0, "v1")), MARK, []), 2)
    assert counted == without_strangers(counted, read_log(None, MARK, []), 1)


def test_calls_that_others_left_under_way_are_left_out() -> None:
    """They may be counted with ours although nobody but us came through the gateway."""
    late = Hop("reviews-v2", "ratings", "v1")
    counted = Counters({GATEWAY: 1, hop("v2"): 1, late: 2}, {}, {})
    found = read_log(Log(call(0, "v2")), MARK, [page(0, "v2")])

    assert late not in without_strangers(counted, found, 1, busy=True).requests


def test_the_log_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies write several times a second, each at its own time: sidecars of all callers, and the gateway."""
    monkeypatch.setattr(request_witness, "_LOGGED_SECONDS", 30.0)
    seen = [Observation("", 200, 1.0, {"reviews-version": "v2", "end-user": "", "ratings": "shown"}, number=0)]
    ratings = Call(f"{MARK}.0.", Hop("reviews-v2", "ratings", "v1"), 200)
    order = (call(0, "v2"), ratings, Call(f"{MARK}.login.", GATEWAY, 302), passed(0))

    class Slow(Log):
        looks = 0

        def calls(self) -> Sequence[Call]:
            self.looks += 1
            return order[: self.looks]

    found = read_log(Slow(), MARK, seen)

    assert found is not None
    assert order == found.calls


def test_another_status_than_the_gateway_s_is_a_contradiction() -> None:
    """Where its proxy logged one; an answer that the gateway gave by itself, and one that never came, contradict nothing."""
    failed = Call(f"{MARK}.3.", GATEWAY, 503)
    seen = [Observation("", 404, 1.0, number=0), Observation("", 0, 1.0, error="reset", number=3)]

    assert "" == find_contradiction(read_log(Log(failed), MARK, seen), seen)
    whole = [*seen, Observation("", 200, 1.0, number=3)]
    assert (
        "the witnesses disagree: answer 4 of anonymous came with status 200, by the log of the gateway's proxy it was 503"
        == english(find_contradiction(read_log(Log(failed), MARK, whole), whole))
    )
