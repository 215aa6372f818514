"""The manifests, on a real API server, kubelet and Istio: Bookinfo runs, and can do no more than it must."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from tests.kubernetes.deployed import DEADLINE, KIND, Bookinfo, rolled_out

# Who may open a connection to whom.
ARROWS = {
    "ingressgateway": {"productpage"},
    "productpage": {"details", "reviews", "ratings"},
    "reviews": {"ratings"},
    "details": set[str](),
    "ratings": set[str](),
}
REFUSED = {"7", "28"}
"""What curl says when a connection is refused, or nobody answers."""


def pods(bookinfo: Bookinfo, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        bookinfo.run("kubectl", "get", "pods", "-n", "bookinfo", "-o", "json", *arguments)
    )["items"]
    return found


def names(bookinfo: Bookinfo, selector: str) -> set[str]:
    """The workloads whose pods a selector finds."""
    return {one["metadata"]["name"].rsplit("-", 2)[0] for one in pods(bookinfo, "-l", selector)}


def test_every_workload_runs(bookinfo: Bookinfo) -> None:
    """There is one pod per workload, named for it, with a sidecar; every container is ready and none was restarted."""
    expected = {one.name: {one.app: (True, 0), "istio-proxy": (True, 0)} for one in BOOKINFO.workloads}
    seen = {}
    for pod in pods(bookinfo):
        status = pod["status"]
        running = [
            one for one in status["containerStatuses"] + status["initContainerStatuses"] if "running" in one["state"]
        ]
        seen[pod["metadata"]["name"].rsplit("-", 2)[0]] = {
            one["name"]: (one["ready"], one["restartCount"]) for one in running
        }

    assert expected == seen


@pytest.mark.parametrize(
    ("version", "ratings", "color"), [("v1", "not-asked", ""), ("v2", "shown", "black"), ("v3", "shown", "red")]
)
def test_the_page(bookinfo: Bookinfo, version: str, ratings: str, color: str) -> None:
    """Through the gateway the page is whole, whichever version answers, and that version says so by its pod's name."""
    (pod,) = pods(bookinfo, "-l", f"app=reviews,version={version}")
    deadline = time.monotonic() + DEADLINE
    # Details have a second to answer: on a busy machine they may be late for one page, and not for the next.
    while (page := bookinfo.page()).get("reviews-version") != version or page["details"] != "shown":
        assert time.monotonic() < deadline, f"reviews {version} never answered; the last page: {page}"

    assert {
        "end-user": "",
        "details": "shown",
        "reviews": "shown",
        "reviews-version": version,
        "reviews-pod": pod["metadata"]["name"],
        "ratings": ratings,
        "star-color": color,
        "review-count": "2",
        "rated-count": "2" if ratings == "shown" else "0",
    } == page


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("app=ratings", {"ratings-v1"}),
        ("app=reviews", {"reviews-v1", "reviews-v2", "reviews-v3"}),
        ("app=reviews,version=v3", {"reviews-v3"}),
    ],
)
def test_pods_are_found_by_label(bookinfo: Bookinfo, selector: str, found: set[str]) -> None:
    """Tutorials written for Bookinfo find its pods."""
    assert found == names(bookinfo, selector)


@pytest.mark.parametrize(
    ("selector", "applied"),
    [("service=reviews", "service/reviews"), ("account=reviews", "serviceaccount/bookinfo-reviews")],
)
def test_parts_are_applied_by_label(bookinfo: Bookinfo, selector: str, applied: str) -> None:
    """Tutorials written for Bookinfo apply a part of it."""
    printed = bookinfo.run("kubectl", "apply", "--dry-run=server", "-k", KIND, "-l", selector)

    assert [applied] == [line.partition(" ")[0] for line in printed.splitlines()]


def test_the_api_server_agrees(bookinfo: Bookinfo) -> None:
    """The API server accepts everything without a warning, and holds what is written."""
    bookinfo.run("kubectl", "apply", "--dry-run=server", "--warnings-as-errors", "-k", KIND)

    assert "" == bookinfo.run("kubectl", "diff", "-k", KIND)


def test_istio_agrees(bookinfo: Bookinfo) -> None:
    """`istioctl analyze` finds nothing to say, not even for information."""
    assert [] == json.loads(
        bookinfo.run("istioctl", "analyze", "-n", "bookinfo", "--failure-threshold", "Info", "-o", "json")
    )


def test_only_restricted_pods(bookinfo: Bookinfo) -> None:
    """A pod that asks for more than `restricted` allows is not let in."""
    with pytest.raises(AssertionError, match='violates PodSecurity "restricted'):
        bookinfo.run(
            "kubectl", "run", "-n", "bookinfo", "other", "--image=localhost/bookinfo/ratings:0.1.0", "--dry-run=server"
        )


@pytest.mark.parametrize("caller", ARROWS)
def test_arrows(bookinfo: Bookinfo, caller: str) -> None:
    """A connection that is no arrow of the picture is not made, whatever the mesh allows."""
    namespace, workload = (
        ("istio-system", "istio-ingressgateway") if caller == "ingressgateway" else ("bookinfo", f"{caller}-v1")
    )
    others = sorted(BOOKINFO.services.keys() - {caller})
    # The proxy's own connections are not led through the mesh: what stops them is the network.
    ask = 'for app; do (curl -s -o /dev/null --connect-timeout 2 "http://$app.bookinfo:9080/health"; echo "$app $?") & done; wait'
    printed = bookinfo.run(
        "kubectl",
        "exec",
        "-n",
        namespace,
        f"deployment/{workload}",
        "-c",
        "istio-proxy",
        "--",
        "sh",
        "-c",
        ask,
        "sh",
        *others,
    )
    codes = dict(line.split() for line in printed.splitlines())

    assert {app: app in ARROWS[caller] for app in others} == {app: code not in REFUSED for app, code in codes.items()}


def test_metrics_are_for_nobody_here(bookinfo: Bookinfo) -> None:
    """A sidecar's port of metrics and probes is open to its own node, which needs no policy, and to no pod."""
    (asked,) = pods(bookinfo, "-l", "app=details")
    ask = f"curl -s -o /dev/null --connect-timeout 2 http://{asked['status']['podIP']}:15020/stats/prometheus; echo $?"
    shell = ("kubectl", "exec", "-n", "bookinfo", "deployment/ratings-v1", "-c", "istio-proxy", "--", "sh", "-c", ask)

    assert bookinfo.run(*shell).strip() in REFUSED


def test_a_rollout_loses_no_request(bookinfo: Bookinfo) -> None:
    """While every pod is replaced by another, every page is whole."""
    before = {one["metadata"]["name"] for one in pods(bookinfo)}
    seen: Counter[tuple[str, str]] = Counter()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            page = bookinfo.page()
            seen[page.get("details", "no page"), page.get("reviews", "no page")] += 1

    visitors = [threading.Thread(target=watch) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        bookinfo.run("kubectl", "rollout", "restart", "deployment", "-n", "bookinfo")
        rolled_out(bookinfo.run)
        bookinfo.run("kubectl", "wait", "-n", "bookinfo", "--for=delete", *sorted(f"pod/{name}" for name in before))
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()

    assert {("shown", "shown")} == seen.keys()
