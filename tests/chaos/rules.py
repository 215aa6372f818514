"""Rules that must not get in force, and rules of somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.istio.resources import ISTIO
from scenarios import canary
from tests.chaos.fault import Fault, Seen
from tests.chaos.ground import Ground, applied, rule_file

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


def _refused(ground: Ground, other: Mapping[str, Any], *words: str, also: tuple[Mapping[str, Any], ...] = ()) -> Seen:
    """With somebody else's object there, neither `apply` nor a scenario gets its rule in force."""
    seen = Seen()
    with applied(ground, *also, other):
        for ended in (
            ground.scenario("canary", "--requests", "60").end(),
            ground.platforms("apply", "-f", _CANARY),
        ):
            seen.said = ""
            seen.met(ended, codes=(3,), words=words, within=_ANSWERS)
    return seen


def _rival_service(ground: Ground) -> Seen:
    other = _object("VirtualService", "theirs", ground.namespace, _to_reviews("reviews"))
    return _refused(ground, other, "VirtualService theirs", "claims the same host", "is not ours")


def _rival_elsewhere(ground: Ground) -> Seen:
    host = f"reviews.{ground.namespace}.svc.cluster.local"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _ELSEWHERE}}
    other = _object("VirtualService", "theirs", _ELSEWHERE, _to_reviews(host))
    return _refused(ground, other, f"VirtualService theirs in namespace {_ELSEWHERE}", also=(namespace,))


def _rival_destination_rule(ground: Ground) -> Seen:
    spec = {"host": "reviews", "trafficPolicy": {"loadBalancer": {"simple": "ROUND_ROBIN"}}}
    other = _object("DestinationRule", "theirs", ground.namespace, spec)
    return _refused(ground, other, "DestinationRule theirs", "claims the same host", "is not ours")


def _same_name(ground: Ground) -> Seen:
    """Somebody has put an object of their own in the place of ours."""
    seen = Seen()
    ours = ("delete", "virtualservice", "reviews", "-n", ground.namespace)
    ground.kubectl(*ours)
    theirs = _object("VirtualService", "reviews", ground.namespace, _to_reviews("reviews"))
    with applied(ground, {**theirs, "spec": {**theirs["spec"], "exportTo": ["."]}}):
        ended = ground.scenario("canary", "--requests", "60").end()
        seen.met(ended, codes=(3,), words=("VirtualService reviews", "not ours"), within=_ANSWERS)
    ground.platforms("reset")
    return seen


def _webhook(ground: Ground) -> Seen:
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [{"timeout": "-1s"}]})
    return _own(ground, bad, codes=(2, 3), words=("VirtualService ratings",))


def _unheard_of_status(ground: Ground) -> Seen:
    fault = {"abort": {"httpStatus": 600, "percentage": {"value": 100}}}
    route = {"fault": fault, "route": [{"destination": {"host": "ratings"}}]}
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [route]})
    return _own(ground, bad, codes=(3,), words=("httpStatus: 600",))


def _refused_by_envoy(ground: Ground) -> Seen:
    """Istio's webhook takes both objects; with the first in the cluster, what istiod makes of the second is invalid."""
    spoiled = {
        "applyTo": "HTTP_ROUTE",
        "match": {
            "context": "SIDECAR_OUTBOUND",
            "routeConfiguration": {
                "vhost": {
                    "name": f"ratings.{ground.namespace}.svc.cluster.local:9080",
                    "route": {"name": "spoiled"},
                }
            },
        },
        "patch": {
            "operation": "MERGE",
            "value": {"route": {"prefix_rewrite": "/", "regex_rewrite": {"pattern": {"regex": "x"}}}},
        },
    }
    spoiler = _object("EnvoyFilter", "spoils-a-route", ground.namespace, {"configPatches": [spoiled]})
    spoiler["apiVersion"] = "networking.istio.io/v1alpha3"
    route = {"name": "spoiled", "timeout": "7s", "route": [{"destination": {"host": "ratings"}}]}
    bad = _object("VirtualService", "ratings", "bookinfo", {"hosts": ["ratings"], "http": [route]})
    with applied(ground, spoiler):
        return _own(
            ground,
            bad,
            codes=(3,),
            words=("refuses it", "prefix_rewrite, regex_rewrite", "the rules of before are back"),
        )


def _own(ground: Ground, rule: Mapping[str, Any], *, codes: tuple[int, ...], words: tuple[str, ...]) -> Seen:
    seen = Seen()
    with rule_file(rule) as path:
        seen.met(ground.platforms("apply", "-f", path), codes=codes, words=words, within=_ANSWERS)
    seen.said = seen.said.replace(path, "own.yaml")
    return seen


def _by_hand(ground: Ground) -> Seen:
    """The rule works on its own; a scenario that comes after it says so, and leaves the baseline."""
    seen = Seen()
    ground.kubectl("apply", "-f", _CANARY)
    status = ground.platforms("status")
    seen.expect("changed VirtualService reviews" in status.said, f"status did not show it: {status.said}")
    ended = ground.scenario("canary", "--requests", "60").end()
    seen.met(ended, codes=(0, 4), words=("a rule other than the baseline is in force",), within=120)
    return seen


def _by_hand_meanwhile(ground: Ground) -> Seen:
    """Under a scenario that claims something else, it is noticed; it has no label of ours, and takes that off."""
    seen = Seen()
    scenario = ground.scenario("canary", "--rate", "20", "--duration", "8")
    scenario.wait_for("90,10,0 · in force")
    ground.kubectl("apply", "-f", "-", stdin=canary.rule(canary.Weights.parse("60,40,0")).dump())
    ended = scenario.end()
    seen.met(ended, codes=(4,), words=("INCONCLUSIVE", "did not stay in force"), within=120)
    return seen


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
