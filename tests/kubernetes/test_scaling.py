"""Replicas that come with their load: of ratings alone, as `scale_out` has it, and of the page, as the scaled overlay; no visitor notices."""

from __future__ import annotations

import os
import re
import shlex
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
import requests

from scenarios.evidence.observation import marks
from tests.kubernetes.deployed import DEADLINE, KIND, Bookinfo, rolled_out
from tests.kubernetes.test_scenarios import document as told

pytestmark = pytest.mark.exhaustive

SCALED = KIND.parent / "scaled"
DEPLOYMENT = "deployment/productpage-v1"
REPLICA = re.compile(r"productpage-v1-[a-z0-9]+-[a-z0-9]+")
VISITORS = 40
OF_TIME = ("95 of 100 pages took up to", "so few pages do not tell", "this machine is too slow to tell")
"""What a cluster on a busy machine may say of the same instances: a timing is no pass mark. On `local` the controls hold it to its claim."""
PAUSE = 0.33
"""At most 120 pages a second in all, and 63 where a page takes 0.3 s: what makes two replicas grow."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One page as a visitor got it, and the replica that says it made it."""

    seen: tuple[str, str, str]
    """The HTTP status or the error; details and reviews as the page marks them."""
    replica: str


def visit(session: requests.Session, url: str) -> Answer:
    try:
        answer = session.get(f"{url}/productpage", timeout=10)
    except requests.RequestException as error:
        return Answer((type(error).__name__, "", ""), "")
    page = marks(answer.text)
    replica = REPLICA.search(answer.text)
    return Answer(
        (str(answer.status_code), page.get("details", ""), page.get("reviews", "")), replica[0] if replica else ""
    )


@contextmanager
def visitors(url: str, count: int, answers: list[Answer]) -> Iterator[None]:
    """So many people load the page again and again, and note what they get."""
    over = threading.Event()

    def load() -> None:
        with requests.Session() as session:
            while not over.wait(PAUSE):
                answers.append(visit(session, url))

    threads = [threading.Thread(target=load) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def replicas(bookinfo: Bookinfo) -> set[str]:
    """The pods of productpage that are there, also those that come or go."""
    printed = bookinfo.run("kubectl", "get", "pods", "-n", "bookinfo", "-l", "app=productpage", "-o", "name")
    return {line.removeprefix("pod/") for line in printed.splitlines()}


def until(what: str, holds: Callable[[], bool], bookinfo: Bookinfo) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > deadline:
            told = bookinfo.run("kubectl", "describe", "hpa", "productpage-v1", "-n", "bookinfo")
            pytest.fail(f"not {what} within {DEADLINE} s: {sorted(replicas(bookinfo))}\n{told}")
        time.sleep(0.5)


def assert_grown(by: str, bookinfo: Bookinfo) -> None:
    """Three instances get even parts, nobody else is touched, no page is lost, and one is left; whether a page is quicker is up to the machine."""
    document = told("scenarios.scale_out", "--by", by)
    (scaled,) = [step["scaled"] for step in document["steps"] if step["scaled"]]

    assert [] == [why for why in document["reasons"] if not any(words in why for words in OF_TIME)]
    assert document["restored"]
    assert all(step["witnesses_agree"] for step in document["steps"])
    assert (by, 3, 0, []) == (scaled["by"], scaled["ready"], scaled["lacking"], scaled["touched"])
    assert "1" == bookinfo.run(
        *("kubectl", "get", "deployment/ratings-v1", "-n", "bookinfo", "-o", "jsonpath={.spec.replicas}")
    )


@pytest.fixture(scope="module")
def metered(bookinfo: Bookinfo) -> Bookinfo:
    """Bookinfo in a cluster with a metrics server."""
    if "v1beta1.metrics.k8s.io" not in bookinfo.run("kubectl", "get", "apiservices", "-o", "name"):
        if "METRICS_SERVER" not in os.environ:
            pytest.skip("no metrics-server, and METRICS_SERVER does not say by which command to install one")
        bookinfo.run(*shlex.split(os.environ["METRICS_SERVER"]))
    return bookinfo


@pytest.fixture(scope="module")
def scaled(metered: Bookinfo) -> Iterator[Bookinfo]:
    """Bookinfo with the scaled overlay, on as few replicas as it allows; on one, as the kind overlay says, afterwards."""
    bookinfo = metered
    if "productpage-session" not in bookinfo.run("kubectl", "get", "secrets", "-n", "bookinfo", "-o", "name"):
        bookinfo.run(
            *("kubectl", "create", "secret", "generic", "productpage-session", "-n", "bookinfo"),
            f"--from-literal=secret={os.urandom(32).hex()}",
        )
    bookinfo.run("kubectl", "apply", "--warnings-as-errors", "-k", SCALED)
    try:
        rolled_out(bookinfo.run)
        two = "jsonpath={.status.readyReplicas}=2"
        bookinfo.run("kubectl", "wait", DEPLOYMENT, "-n", "bookinfo", f"--for={two}", f"--timeout={DEADLINE}s")
        until("on two replicas", lambda: len(replicas(bookinfo)) == 2, bookinfo)
        yield bookinfo
    finally:
        bookinfo.run("kubectl", "delete", "hpa", "productpage-v1", "-n", "bookinfo")
        bookinfo.run("kubectl", "apply", "-k", KIND)
        bookinfo.run("kubectl", "scale", DEPLOYMENT, "-n", "bookinfo", "--replicas=1")
        rolled_out(bookinfo.run)


def test_ratings_alone_scale_out_as_they_are_told(bookinfo: Bookinfo) -> None:
    """By their number of replicas, which is what it was when the baseline is back."""
    assert_grown("replicas", bookinfo)


def test_ratings_alone_scale_out(metered: Bookinfo) -> None:
    """By an autoscaler, which is gone with its pods when the baseline is back."""
    until("told of the load", lambda: ratings_are_metered(metered), metered)

    assert_grown("hpa", metered)
    assert "" == metered.run("kubectl", "get", "hpa", "-n", "bookinfo", "-o", "name")


def ratings_are_metered(bookinfo: Bookinfo) -> bool:
    with suppress(AssertionError):  # a metrics server that has just been started does not answer yet
        return "ratings" in bookinfo.run("kubectl", "get", "podmetrics", "-n", "bookinfo", "-o", "name")
    return False


def test_every_replica_knows_who_is_signed_in(scaled: Bookinfo) -> None:
    """Whoever signed in at one replica is signed in at all of them."""
    running = replicas(scaled)
    greeted = Counter[tuple[str, str]]()
    deadline = time.monotonic() + DEADLINE
    with requests.Session() as visitor:
        visitor.post(f"{scaled.url}/login", data={"username": "opennaru", "passwd": "x"}, timeout=10)
        while {replica for replica, _ in greeted} < running:
            assert time.monotonic() < deadline, f"of {running}, only {set(greeted)} answered"
            text = visitor.get(f"{scaled.url}/productpage", timeout=10).text
            (replica,) = set(REPLICA.findall(text))
            greeted[replica, marks(text)["end-user"]] += 1

    assert {(replica, "opennaru") for replica in running} == greeted.keys()


def test_the_page_scales_out_under_load_and_back(scaled: Bookinfo) -> None:
    """Many visitors bring more replicas, which answer them; when they leave, those go; every page is whole throughout."""
    answers: list[Answer] = []
    before = replicas(scaled)
    with visitors(scaled.url, 1, answers):
        with visitors(scaled.url, VISITORS - 1, answers):
            until("scaled out", lambda: bool({one.replica for one in answers} - before), scaled)
        until("scaled back", lambda: len(replicas(scaled)) == 2, scaled)

    assert {("200", "shown", "shown")} == {one.seen for one in answers}
