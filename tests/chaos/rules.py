"""Rules that must not get in force, and rules of somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.bookinfo import ISTIO
from scenarios import canary
from tests.chaos.fault import Fault, Outcome
from tests.chaos.running_demo import RunningDemo, applied, rule_file

_CANARY = str(ISTIO / "canary.yaml")
_ANSWERS = 60.0
"""A refusal comes at once; what was in force may have to be put back before it."""
_ELSEWHERE = "faults-elsewhere"


def _object(kind: str, name: str, namespace: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": dict(spec),
    }


def _to_reviews(host: str) -> dict[str, Any]:
    return {"hosts": [host], "http": [{"route": [{"destination": {"host": host}}]}]}


def _refused(
    demo: RunningDemo, other: Mapping[str, Any], *words: str, also: tuple[Mapping[str, Any], ...] = ()
) -> Outcome:
    """With somebody else's object there, neither `apply` nor a scenario gets its rule in force."""
    outcome = Outcome()
    with applied(demo, *also, other):
        for ended in (
            demo.scenario("canary", "--requests", "60").end(),
            demo.platforms("apply", "-f", _CANARY),
        ):
            outcome.said = ""
            outcome.check(ended, codes=(3,), words=words, within=_ANSWERS)
    return outcome


def _rival_service(demo: RunningDemo) -> Outcome:
    other = _object("VirtualService", "theirs", demo.namespace, _to_reviews("reviews"))
    return _refused(demo, other, "VirtualService theirs", "claims the same host", "is not ours")


def _rival_elsewhere(demo: RunningDemo) -> Outcome:
    host = f"reviews.{demo.namespace}.svc.cluster.local"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _ELSEWHERE}}
    other = _object("VirtualService", "theirs", _ELSEWHERE, _to_reviews(host))
    return _refused(demo, other, f"VirtualService theirs in namespace {_ELSEWHERE}", also=(namespace,))


def _rival_destination_rule(demo: RunningDemo) -> Outcome:
    spec = {"host": "reviews", "trafficPolicy": {"loadBalancer": {"simple": "ROUND_ROBIN"}}}
    other = _object("DestinationRule", "theirs", demo.namespace, spec)
    return _refused(demo, other, "DestinationRule theirs", "claims the same host", "is not ours")


def _same_name(demo: RunningDemo) -> Outcome:
    """Somebody has put an object of their own in the place of ours."""
    outcome = Outcome()
    ours = ("delete", "virtualservice", "reviews", "-n", demo.namespace)
    demo.kubectl(*ours)
    theirs = _object("VirtualService", "reviews", demo.namespace, _to_reviews("reviews"))
    with applied(demo, {**theirs, "spec": {**theirs["spec"], "exportTo": ["."]}}):
        ended = demo.scenario("canary", "--requests", "60").end()
        outcome.check(ended, codes=(3,), words=("VirtualService reviews", "not ours"), within=_ANSWERS)
    demo.platforms("reset")
    return outcome


def _webhook(demo: RunningDemo) -> Outcome:
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [{"timeout": "-1s"}]})
    return _own(demo, bad, codes=(2, 3), words=("VirtualService ratings",))


def _unheard_of_status(demo: RunningDemo) -> Outcome:
    fault = {"abort": {"httpStatus": 600, "percentage": {"value": 100}}}
    route = {"fault": fault, "route": [{"destination": {"host": "ratings"}}]}
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [route]})
    return _own(demo, bad, codes=(3,), words=("httpStatus: 600",))


def _refused_by_envoy(demo: RunningDemo) -> Outcome:
    """Istio's webhook takes both objects; with the first in the cluster, what istiod makes of the second is invalid."""
    spoiled = {
        "applyTo": "HTTP_ROUTE",
        "match": {
            "context": "SIDECAR_OUTBOUND",
            "routeConfiguration": {
                "vhost": {
                    "name": f"ratings.{demo.namespace}.svc.cluster.local:9080",
                    "route": {"name": "spoiled"},
                }
            },
        },
        "patch": {
            "operation": "MERGE",
            "value": {"route": {"prefix_rewrite": "/", "regex_rewrite": {"pattern": {"regex": "x"}}}},
        },
    }
    spoiler = _object("EnvoyFilter", "spoils-a-route", demo.namespace, {"configPatches": [spoiled]})
    spoiler["apiVersion"] = "networking.istio.io/v1alpha3"
    route = {"name": "spoiled", "timeout": "7s", "route": [{"destination": {"host": "ratings"}}]}
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [route]})
    with applied(demo, spoiler):
        return _own(
            demo,
            bad,
            codes=(3,),
            words=("refuses it", "prefix_rewrite, regex_rewrite", "the rules of before are back"),
        )


def _own(demo: RunningDemo, rule: Mapping[str, Any], *, codes: tuple[int, ...], words: tuple[str, ...]) -> Outcome:
    outcome = Outcome()
    with rule_file(rule) as path:
        outcome.check(demo.platforms("apply", "-f", path), codes=codes, words=words, within=_ANSWERS)
    outcome.said = outcome.said.replace(path, "own.yaml")
    return outcome


def _by_hand(demo: RunningDemo) -> Outcome:
    """The rule works on its own; a scenario that comes after it says so, and leaves the baseline."""
    outcome = Outcome()
    demo.kubectl("apply", "-f", _CANARY)
    status = demo.platforms("status")
    outcome.expect("changed VirtualService reviews" in status.said, f"status did not show it: {status.said}")
    ended = demo.scenario("canary", "--requests", "60").end()
    outcome.check(ended, codes=(0, 4), words=("a rule other than the baseline is in force",), within=120)
    return outcome


def _by_hand_meanwhile(demo: RunningDemo) -> Outcome:
    """Under a scenario that claims something else, it is noticed; it has no label of ours, and takes that off."""
    outcome = Outcome()
    scenario = demo.scenario("canary", "--rate", "20", "--duration", "8")
    scenario.wait_for("90,10,0 · in force")
    demo.kubectl("apply", "-f", "-", stdin=canary.rule(canary.Weights.parse("60,40,0")).dump())
    ended = scenario.end()
    outcome.check(ended, codes=(4,), words=("INCONCLUSIVE", "did not stay in force"), within=120)
    return outcome


FAULTS = (
    Fault("rival-service", "somebody else's VirtualService on the host of reviews", "`kubectl apply`", _rival_service),
    Fault("rival-elsewhere", "the same from another namespace", "`kubectl apply`", _rival_elsewhere),
    Fault("rival-rule", "somebody else's DestinationRule for reviews", "`kubectl apply`", _rival_destination_rule),
    Fault(
        "same-name",
        "somebody else's object of the name of one of ours",
        "`kubectl delete`, `kubectl apply`",
        _same_name,
    ),
    Fault("webhook", "a rule that Istio refuses", "`apply` of a negative time-out", _webhook),
    Fault(
        "status-600", "a rule that Istio takes and no Envoy does", "`apply` of an abort with 600", _unheard_of_status
    ),
    Fault(
        "refused-by-envoy",
        "a rule that turns out invalid in the proxies only",
        "an EnvoyFilter that spoils a route of this name, then `apply`",
        _refused_by_envoy,
    ),
    Fault("by-hand", "a canary by hand, then a scenario", "`kubectl apply -f istio/canary.yaml`", _by_hand),
    Fault(
        "by-hand-meanwhile",
        "another canary by hand under a scenario",
        "`kubectl apply` of 60,40,0 in the middle of 90,10,0",
        _by_hand_meanwhile,
    ),
)
