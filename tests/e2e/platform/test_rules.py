"""Rules go in force on every proxy, or on none, and it is known which proxy is late."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load, parse
from platforms.boundary import State
from platforms.envoy.topology import Topology
from platforms.envoy.translate import Snapshot
from platforms.errors import NotConverged
from platforms.istio.overlay import lay_over
from platforms.istio.registry import Registry
from platforms.istio.resources import ResourceSet
from platforms.local.platform import LocalPlatform
from platforms.local.snapshot import snapshot
from platforms.local.xds import hashes
from tests.ask import ask
from tests.e2e.demo import Demo

TO_V3 = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mine
spec:
  hosts: [reviews]
  http:
    - route:
        - destination: {host: reviews, subset: v3}
"""
GATEWAY_API = """\
apiVersion: v1
kind: Service
metadata: {name: reviews-v3}
spec: {ports: [{name: http, port: 9080}], selector: {app: reviews, version: v3}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: bookinfo-gateway}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: bookinfo}
spec:
  parentRefs: [{name: bookinfo-gateway}]
  rules: [{matches: [{path: {type: Exact, value: /productpage}}], backendRefs: [{name: productpage, port: 9080}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: reviews}
spec:
  parentRefs: [{group: "", kind: Service, name: reviews, port: 9080}]
  rules: [{backendRefs: [{name: reviews-v3, port: 9080}]}]
"""
TWO_SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http: [{route: [{destination: {host: productpage, subset: v1}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: productpage}
spec: {host: productpage, subsets: [{name: v1, labels: {version: v1}}]}
"""
PRIVATE = """---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: productpage, namespace: istio-system}
spec: {host: productpage.bookinfo.svc.cluster.local, exportTo: [.], subsets: [{name: v1, labels: {version: v0}}]}
"""
BASELINE = State(baseline())


@pytest.fixture
def platform(demo: Demo) -> Iterator[LocalPlatform]:
    """The demo as a Platform, with the baseline in force before and after."""
    platform = LocalPlatform(demo.record())
    yield platform
    put_in_force(platform, BASELINE)
    platform.close()


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> list[ResourceSet]:
    """What this process translates from now on; the supervisor is another one."""
    seen: list[ResourceSet] = []

    def noted(resources: ResourceSet, registry: Registry, topology: Topology) -> Snapshot:
        seen.append(resources)
        return snapshot(resources, registry, topology)

    monkeypatch.setattr(hashes, "snapshot", noted)
    return seen


def put_in_force(platform: LocalPlatform, state: State) -> None:
    platform.apply(state)
    platform.wait_until_converged(state, timeout=30)


def shown(demo: Demo, mark: str) -> set[str]:
    """What a mark of the page says, over several pages."""
    return set(re.findall(rf'data-{mark}="([^"]*)"', " ".join(demo.page() for _ in range(60))))


def over_baseline(text: str) -> State:
    return State(lay_over(baseline(), ResourceSet(tuple(parse(text, source="a test"))), BOOKINFO).resources)


def test_apply_and_reset(demo: Demo) -> None:
    """A rule of one's own is in force when `apply` returns, and gone when `reset` does."""
    applied = demo.run("apply", "-f", "-", stdin=TO_V3)
    with_rule, status = shown(demo, "reviews-version"), demo.status()
    reset = demo.run("reset")

    assert (0, 0) == (applied.returncode, reset.returncode)
    assert re.search(r"in force after \d+ ms on 7 proxies, revision [0-9a-f]{7}\n", applied.stdout)
    assert "VirtualService reviews of the baseline steps aside" in applied.stdout
    assert {"v3"} == with_rule
    assert {"added": ["VirtualService mine"], "changed": [], "removed": ["VirtualService reviews"], "stopped": []} == (
        status["differs"]
    )
    assert demo.status()["baseline"]
    assert {"v1", "v2", "v3"} == shown(demo, "reviews-version")


@pytest.mark.exhaustive
def test_calls_are_logged(demo: Demo) -> None:
    """With -v every order is a line on stderr, with -vv every question to a proxy too; stdout is the same."""
    quiet, orders, questions = (
        demo.run("apply", "-f", str(ISTIO / "canary.yaml"), *words) for words in ((), ("-v",), ("-vv",))
    )
    demo.run("reset")

    assert "" == quiet.stderr
    lines = [
        re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} supervisor: `(\w+)` is answered after \d+ ms", line)
        for line in orders.stderr.splitlines()
    ]
    assert ["status", "apply"] == [line and line[1] for line in lines]  # what was applied before is asked for first
    assert "supervisor: `apply` is answered after" in questions.stderr
    assert re.search(r"^\S+ proxy of reviews-v2: GET /\S+, [\d,]+ characters$", questions.stderr, re.MULTILINE)
    assert 1 == len({re.sub(r"\d+ ms", "", done.stdout) for done in (quiet, orders, questions)})


def test_second_apply(demo: Demo) -> None:
    """A second apply starts from the baseline again: nothing of the first one stays, and that is said."""
    demo.run("apply", "-f", "istio/fault_ratings.yaml")
    applied = json.loads(demo.run("apply", "-f", "istio/canary.yaml", "--json").stdout)
    status = demo.status()
    demo.run("reset")

    assert status["revision"] == applied["revision"]
    assert ["VirtualService reviews"] == status["differs"]["changed"]
    assert [] == status["differs"]["added"]
    assert "no longer in force: istio/fault_ratings.yaml: VirtualService ratings" in applied["notes"][0]


@pytest.mark.exhaustive
def test_a_task_in_steps(demo: Demo, tmp_path: Path) -> None:
    """Steps are added, shown as YAML that can be applied, and taken away one by one."""
    ratings = tmp_path / "ratings.yaml"
    ratings.write_text(TO_V3.replace("reviews", "ratings").replace("v3", "v1"))
    demo.run("apply", "-f", str(ratings))
    added = demo.run("apply", "--add", "-f", "istio/canary.yaml")
    shown = demo.run("get")
    deleted = demo.run("delete", "-f", str(ratings))
    refused = demo.typed("platforms", "delete", "-f", str(ratings))
    left = json.loads(demo.run("get", "--json").stdout)["items"]
    demo.run("delete", "-f", "istio/canary.yaml")
    again = demo.run("apply", "-f", "-", stdin=shown.stdout)
    demo.run("reset")

    assert "no longer" not in added.stdout
    assert ["mine", "reviews"] == [one["metadata"]["name"] for one in yaml.safe_load_all(shown.stdout)]
    assert "on 7 proxies" in deleted.stdout
    assert 2 == refused.returncode
    assert "VirtualService mine: not in force, so it cannot be deleted" in refused.stderr
    assert ["reviews"] == [one["metadata"]["name"] for one in left]
    assert "on 7 proxies" in again.stdout
    assert "# nothing that `apply` has put there is in force\n" == demo.run("get").stdout


@pytest.mark.exhaustive
def test_a_task_of_the_gateway_api(demo: Demo) -> None:
    """A Service for one version, a Gateway and two HTTPRoutes act as in a cluster: only what they name is reached."""
    done = demo.run("apply", "-f", "-", stdin=GATEWAY_API)
    pages = shown(demo, "reviews-version")
    closed = ask("GET", f"http://127.0.0.1:{demo.port}/login", retries=False).status
    alone = demo.run("delete", "-f", "-", stdin=GATEWAY_API.partition("---")[0])
    without = demo.page()
    demo.run("reset")

    assert "Gateway bookinfo-gateway of the baseline steps aside" in done.stdout
    assert {"v3"} == pages
    assert 404 == closed
    assert "there is no Service reviews-v3 among those known here" in alone.stdout
    assert 'data-reviews="unavailable"' in without


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (TO_V3.replace("subset: v3}", "subset: v3}\n          weight: -1"), 3),
        pytest.param(
            TO_V3.replace("    - route:", "    - corsPolicy: {nonsense: 1}\n      route:"),
            3,
            marks=pytest.mark.exhaustive,
        ),
        pytest.param("spec: [", 2, marks=pytest.mark.exhaustive),
        ("", 2),
    ],
)
def test_refusal(demo: Demo, rule: str, code: int) -> None:
    """What is refused changes nothing, and says why in one line."""
    before = demo.run("config", "productpage-v1").stdout
    done = demo.run("apply", "-f", "-", stdin=rule)

    assert (code, "") == (done.returncode, done.stdout)
    assert re.fullmatch(r"platforms: -: .+\n", done.stderr)
    assert before == demo.run("config", "productpage-v1").stdout


def test_config(demo: Demo, platform: LocalPlatform) -> None:
    """`config` prints what a proxy serves now: routes by configuration and virtual host, clusters by name."""
    put_in_force(platform, over_baseline(TO_V3))
    served = json.loads(demo.run("config", "productpage-v1").stdout)
    (route,) = served["routes"]["9080 reviews.bookinfo.svc.cluster.local:9080"]["routes"]

    assert "outbound|9080|v3|reviews.bookinfo.svc.cluster.local" == route["route"]["cluster"]
    assert "RANDOM" == served["clusters"]["outbound|9080||reviews.bookinfo.svc.cluster.local"]["lbPolicy"]
    assert "http.8080 *:8080" in json.loads(demo.run("config", "ingressgateway").stdout)["routes"]


def test_logs(demo: Demo) -> None:
    """`logs` prints the end of a log, of a workload or of its proxy; an unknown name is told the known ones."""
    unknown = demo.run("logs", "reviews-v9")

    assert "reviews-v2-" in demo.run("logs", "reviews-v2", "-n", "100").stdout
    assert 0 == demo.run("logs", "envoy-reviews-v2").returncode
    assert 2 == unknown.returncode
    assert "reviews-v2" in unknown.stderr


def test_a_subset_is_what_its_caller_sees(platform: LocalPlatform) -> None:
    """A DestinationRule that is private to the gateway's namespace leaves the gateway nobody to call."""
    url = f"{platform.gateway_url}/productpage"
    put_in_force(platform, over_baseline(TWO_SUBSETS))
    before = ask("GET", url, retries=False).status
    put_in_force(platform, over_baseline(TWO_SUBSETS + PRIVATE))

    assert (200, 503) == (before, ask("GET", url, retries=False).status)


def test_late_proxy(demo: Demo, platform: LocalPlatform) -> None:
    """A proxy that does not take a rule over in time is named, with what it serves instead; later it follows."""
    state = State(baseline().overlaid(load(ISTIO / "canary.yaml")))
    late = demo.status()["proxies"]["reviews-v1"]["pid"]
    os.kill(late, signal.SIGSTOP)
    try:
        platform.apply(state)
        with pytest.raises(NotConverged, match=r"^the proxy of reviews-v1 does not answer$"):
            platform.wait_until_converged(state, timeout=0.2)
    finally:
        os.kill(late, signal.SIGCONT)

    assert 7 == platform.wait_until_converged(state, timeout=30).proxies


def test_stale_rule(platform: LocalPlatform) -> None:
    """A state that was never applied is not converged: every proxy still serves the other revision."""
    state = State(baseline().overlaid(load(ISTIO / "canary.yaml")))
    put_in_force(platform, BASELINE)

    with pytest.raises(NotConverged, match=rf"productpage-v1 still serves [0-9a-f]+, not {state.resources.revision}"):
        platform.wait_until_converged(state, timeout=0.1)


def test_a_rule_is_translated_by_the_supervisor_alone(
    demo: Demo, platform: LocalPlatform, translated: list[ResourceSet]
) -> None:
    """Whoever applies a rule, and whoever only waits for it, compares what the proxies serve with hashes they are told."""
    state = over_baseline(TO_V3)
    put_in_force(platform, state)
    with contextlib.closing(LocalPlatform(demo.record())) as other:
        other.wait_until_converged(state, timeout=30)

    assert [] == translated


def test_a_supervisor_with_other_code_is_not_taken_at_its_word(
    platform: LocalPlatform, translated: list[ResourceSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since `up`, the translation may have been changed: a command then works out by itself what should be served."""
    monkeypatch.setattr(hashes, "code_version", lambda: "another one")
    state = over_baseline(TO_V3)
    put_in_force(platform, state)

    assert [state.resources] == translated


def test_outage(demo: Demo, platform: LocalPlatform) -> None:
    """A stopped workload has no process; pages live on without its part, and it comes back when it is wanted."""
    to_v3 = over_baseline(TO_V3).resources
    outage = State(to_v3, frozenset({"ratings-v1"}))
    put_in_force(platform, outage)
    stopped, without = demo.status()["workloads"]["ratings-v1"], shown(demo, "ratings")
    put_in_force(platform, State(to_v3))

    assert ("stopped", None) == (stopped["phase"], stopped["pid"])
    assert {"unavailable"} == without
    assert {"shown"} == shown(demo, "ratings")


def test_counters(demo: Demo, platform: LocalPlatform) -> None:
    """Every call of reviews is counted once by its caller's proxy, under the version that answered."""
    put_in_force(platform, over_baseline(TO_V3))
    before = platform.upstream_requests()
    for _ in range(10):
        demo.page()
    counted = platform.upstream_requests().since(before)
    by_version = {hop.version: n for hop, n in counted.requests.items() if hop.app == "reviews" and n}

    assert {"v3": 10} == by_version
    assert 0 == sum(counted.failures.values())
    assert 0 == sum(counted.retries.values())


def test_unknown_workload(platform: LocalPlatform) -> None:
    """A workload that does not exist cannot be stopped."""
    with pytest.raises(Exception, match="ratings-v9: no such workload"):
        platform.apply(State(baseline(), frozenset({"ratings-v9"})))


@pytest.mark.exhaustive
def test_null_is_as_good_as_nothing(demo: Demo) -> None:
    """Fields that are null change neither what is in force nor what is said of it."""
    nulls = TO_V3.replace("  hosts:", "  gateways:\n  exportTo: null\n  hosts:").replace(
        "    - route:", "    - match: ~\n      fault: null\n      headers:\n      route:"
    )
    said = [demo.run("apply", "--json", "-f", "-", stdin=text) for text in (TO_V3, nulls)]
    demo.run("reset")
    plain, with_nulls = (json.loads(one.stdout) for one in said)

    assert [0, 0] == [one.returncode for one in said]
    assert (plain["revision"], plain["notes"], plain["warnings"]) == (
        with_nulls["revision"],
        with_nulls["notes"],
        with_nulls["warnings"],
    )


@pytest.mark.exhaustive
def test_a_folder_is_read_as_kubectl_reads_it(demo: Demo, tmp_path: Path) -> None:
    """All three endings; what is left out is named."""
    (tmp_path / "a.yml").write_text(TO_V3)
    (tmp_path / "b.txt").write_text("no object")
    done = demo.run("apply", "-f", str(tmp_path))
    version = shown(demo, "reviews-version")
    demo.run("reset")

    assert 0 == done.returncode, done.stderr
    assert done.stdout.startswith(f"{tmp_path}: read 1 file: a.yml; not read: b.txt\n")
    assert {"v3"} == version
