"""The Istio objects of a namespace made those of a state: what is written, what is removed, what is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.errors import NotApplied, UsageError
from platforms.istio.resources import Resource, ResourceSet
from platforms.kubernetes.mesh import objects, rules
from platforms.kubernetes.mesh.objects import Live
from platforms.kubernetes.mesh.rules import Change

CANARY = baseline().overlaid(load(ISTIO / "canary.yaml"))
REVIEWS = ("VirtualService", "reviews")


def live(resources: ResourceSet, namespace: str = "bookinfo") -> dict[tuple[str, str], dict[str, Any]]:
    """The objects that the API server would have once they were applied."""
    return {(one.kind, one.name): rules.document(one, namespace) for one in resources}


def theirs(kind: str, name: str, spec: dict[str, Any], *, namespace: str = "bookinfo") -> dict[str, Any]:
    """Somebody else's object, as the API server has it."""
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "managedFields": [{"manager": "kubectl-client-side-apply", "fieldsV1": {"f:spec": {}}}],
        },
        "spec": spec,
    }


def names(change: Change) -> tuple[list[str], list[str]]:
    """The names of what is written and of what is removed."""
    return (
        [f"{resource.kind} {resource.name}" for resource, _ in change.write],
        [f"{one['kind']} {one['metadata']['name']}" for one in change.remove],
    )


def conflicting_rules(*others: dict[str, Any]) -> list[str]:
    return list(rules.conflicting_rules(CANARY, others, "bookinfo"))


def test_what_is_there_already_is_not_written() -> None:
    """A state in force takes no change."""
    assert ([], []) == names(rules.plan(baseline(), live(baseline()), "bookinfo"))


def test_only_what_differs_is_written() -> None:
    """From the baseline to the canary it is one object."""
    assert (["VirtualService reviews"], []) == names(rules.plan(CANARY, live(baseline()), "bookinfo"))


def test_what_is_ours_and_not_of_the_state_goes() -> None:
    """Objects with our label that a state does not name are removed, in the order that keeps every route valid."""
    more = ResourceSet(
        tuple(
            Resource("networking.istio.io/v1", kind, "extra", {}, "bookinfo")
            for kind in ("DestinationRule", "VirtualService")
        )
    )
    found = live(baseline()) | live(more)

    assert ([], ["VirtualService extra", "DestinationRule extra"]) == names(rules.plan(baseline(), found, "bookinfo"))


def test_what_is_not_ours_stays() -> None:
    """An object without our label is neither removed nor written."""
    found = live(baseline()) | {("VirtualService", "theirs"): theirs("VirtualService", "theirs", {"hosts": ["x"]})}

    assert ([], []) == names(rules.plan(baseline(), found, "bookinfo"))


def test_policies_come_first_and_routes_last() -> None:
    """A subset is there before a route names it."""
    written, _ = names(rules.plan(baseline(), {}, "bookinfo"))
    kinds = list(dict.fromkeys(name.split()[0] for name in written))

    assert ["PeerAuthentication", "AuthorizationPolicy", "DestinationRule", "Gateway", "VirtualService"] == kinds


def test_an_object_of_another_owner_is_not_replaced() -> None:
    """The refusal names the object, who wrote it, and what to do."""
    found = live(baseline()) | {REVIEWS: theirs(*REVIEWS, {"hosts": ["reviews"]})}

    with pytest.raises(
        NotApplied, match=r"VirtualService reviews: .* not ours .*kubectl-client-side-apply.* remove it"
    ):
        rules.plan(CANARY, found, "bookinfo")


def test_an_object_of_another_owner_that_says_the_same_needs_no_change() -> None:
    """Nothing of somebody else's would be lost, and nothing is written."""
    same = rules.document(baseline().of_kind("VirtualService")[0], "bookinfo")
    del same["metadata"]["labels"]
    found = live(baseline()) | {(same["kind"], same["metadata"]["name"]): same}

    assert ([], []) == names(rules.plan(baseline(), found, "bookinfo"))


def test_an_object_of_ours_that_lost_its_label_is_still_restored() -> None:
    """Whoever applies a file without the label over a rule of ours must not bar the way back."""
    one = theirs(*REVIEWS, {"hosts": ["reviews"]})
    one["metadata"]["managedFields"].append({"manager": "bookinfo", "fieldsV1": {"f:spec": {}}})

    change = rules.plan(baseline(), live(baseline()) | {REVIEWS: one}, "bookinfo")

    assert (["VirtualService reviews"], []) == names(change)


def test_another_namespace_is_not_touched() -> None:
    """A rule for another namespace than the demo's makes no sense here."""
    elsewhere = Resource("networking.istio.io/v1", "VirtualService", "x", {}, "default")

    with pytest.raises(UsageError, match="namespace default"):
        rules.plan(ResourceSet((elsewhere,)), {}, "bookinfo")


@pytest.mark.parametrize("host", ["reviews", "Reviews", "reviews.bookinfo.svc.cluster.local"])
def test_a_rival_is_found_by_any_name_of_its_host(host: str) -> None:
    """Short or in full, it is the same host."""
    (told,) = conflicting_rules(theirs("VirtualService", "theirs", {"hosts": [host]}))

    assert "VirtualService theirs in namespace bookinfo claims the same host" in told


def test_a_rival_of_another_namespace_counts() -> None:
    """Unless it says that it rules its own namespace only."""
    spec = {"hosts": ["reviews.bookinfo.svc.cluster.local"]}

    (told,) = conflicting_rules(theirs("VirtualService", "theirs", spec, namespace="default"))

    assert "in namespace default" in told
    assert [] == conflicting_rules(theirs("VirtualService", "theirs", spec | {"exportTo": ["."]}, namespace="default"))


def test_the_same_short_name_in_another_namespace_is_another_host() -> None:
    """`reviews` there is not ours."""
    assert [] == conflicting_rules(theirs("VirtualService", "theirs", {"hosts": ["reviews"]}, namespace="default"))


def test_a_rival_destination_rule_counts() -> None:
    """Istio would merge the two without a word."""
    (told,) = conflicting_rules(theirs("DestinationRule", "theirs", {"host": "reviews"}))

    assert "DestinationRule theirs" in told


def test_a_rival_service_entry_counts() -> None:
    """Istio would take one of the two, or both."""
    ours = ResourceSet(
        (Resource("networking.istio.io/v1", "ServiceEntry", "own", {"hosts": ["own.example.com"]}, "bookinfo"),)
    )
    other = theirs("ServiceEntry", "theirs", {"hosts": ["a.com", "Own.example.com"]}, namespace="default")

    (told,) = rules.conflicting_rules(ours, [other], "bookinfo")

    assert "ServiceEntry theirs in namespace default claims the same host, own.example.com" in told


def test_an_object_of_our_own_name_is_no_rival_of_itself() -> None:
    """An object in its own place is complained about when it is to be written."""
    assert [] == conflicting_rules(theirs(*REVIEWS, {"hosts": ["reviews"]}))


def test_a_restore_is_known_as_such() -> None:
    """From a canary to the baseline; not the other way round, and not where an object of ours is not there yet."""

    def is_back(resources: ResourceSet, found: Live) -> bool:
        return rules.is_restore(rules.plan(resources, found, "bookinfo"), found, baseline())

    assert is_back(baseline(), live(CANARY))
    assert is_back(baseline(), live(baseline()))
    assert not is_back(CANARY, live(baseline()))
    assert not is_back(baseline(), {})


def test_a_change_can_be_undone() -> None:
    """Everything that was changed, added and removed is what it was."""
    label = {"app.kubernetes.io/part-of": "bookinfo"}
    gone = theirs("VirtualService", "gone", {"hosts": ["gone"]})
    gone["metadata"]["labels"] = label
    found = {key: one for key, one in live(baseline()).items() if key != ("DestinationRule", "details")}
    found[("VirtualService", "gone")] = gone

    inverse = rules.inverse(rules.plan(CANARY, found, "bookinfo"), found)

    written, removed = names(inverse)
    assert ["VirtualService reviews", "VirtualService gone"] == written
    assert ["DestinationRule details"] == removed
    assert [found[REVIEWS]["spec"], {"hosts": ["gone"]}] == [made["spec"] for _, made in inverse.write]


def test_a_demo_in_another_namespace_has_its_rules_there() -> None:
    """Hosts, principals and the namespace itself; labels and names stay."""
    (policy,) = (one for one in baseline().of_kind("AuthorizationPolicy") if one.name == "productpage-to-reviews")

    made = rules.document(policy, "shop")

    assert "shop" == made["metadata"]["namespace"]
    assert "bookinfo" not in str(made["spec"]).replace("bookinfo-", "")
    assert policy.document()["spec"] == objects.in_namespace(made["spec"], "shop", "bookinfo")


def test_what_was_moved_and_moved_back_is_the_same() -> None:
    """For every object of the baseline and of the scenarios."""
    for one in CANARY:
        made = rules.document(one, "shop")

        assert one.spec == objects.value(objects.in_namespace(made, "shop", "bookinfo")).spec


def test_a_host_in_full_moves_with_its_namespace() -> None:
    """Its name says where it is."""
    spec = {"hosts": ["reviews.bookinfo.svc.cluster.local", "bookinfo.example"]}

    assert {"hosts": ["reviews.shop.svc.cluster.local", "bookinfo.example"]} == objects.in_namespace(
        spec, "bookinfo", "shop"
    )


def test_objects_are_as_old_as_the_api_server_says() -> None:
    """Whatever a file says of it: istiod orders them by what the API server says."""
    found = live(baseline())
    for second, one in enumerate(found.values()):
        one["metadata"]["creationTimestamp"] = f"2026-01-01T00:00:{second:02d}Z"

    with_age = {(one.kind, one.name): one.created for one in rules.with_age(baseline(), found)}

    assert list(found) == sorted(found, key=lambda key: with_age[key])
    assert len(found) == len(set(with_age.values()))


def test_a_policy_that_is_only_tried_is_another_than_one_in_force() -> None:
    """It is written with its annotation, comes into force without it, and goes back to what it was."""
    (first, *_) = baseline().of_kind("AuthorizationPolicy")
    tried = baseline().overlaid(ResourceSet((replace(first, dry_run="true"),)))
    found = live(tried)
    key = (first.kind, first.name)

    change = rules.plan(baseline(), found, "bookinfo")
    ((_, made),) = change.write
    ((_, back),) = rules.inverse(change, found).write

    assert {"istio.io/dry-run": "true"} == found[key]["metadata"]["annotations"]
    assert ([], []) == names(rules.plan(tried, found, "bookinfo"))
    assert "annotations" not in made["metadata"]
    assert found[key] == back


def test_what_others_say_beside_an_annotation_of_ours_stays() -> None:
    """Only the one that has a meaning is made what it was."""
    (first, *_) = baseline().of_kind("AuthorizationPolicy")
    made = rules.document(first, "bookinfo")
    written = {**made, "metadata": {**made["metadata"], "annotations": {"a": "b", "istio.io/dry-run": "true"}}}

    assert {**made, "metadata": {**made["metadata"], "annotations": {"a": "b"}}} == rules._saying(made, written)


def test_somebody_elses_http_route() -> None:
    """It would act before a VirtualService of ours for the same Service."""
    spec = {"parentRefs": [{"group": "", "kind": "Service", "name": "reviews"}]}
    route = {**theirs("HTTPRoute", "theirs", spec), "apiVersion": "gateway.networking.k8s.io/v1"}
    (told,) = conflicting_rules(route)

    assert "HTTPRoute theirs in namespace bookinfo claims the same host, reviews.bookinfo.svc.cluster.local" in told


def test_a_kind_that_a_demo_does_not_change() -> None:
    """A Service of the cluster is somebody's who has made it."""
    service = Resource("v1", "Service", "reviews-v1", {}, "bookinfo")
    with pytest.raises(
        UsageError, match="Service reviews-v1: a demo in a cluster changes no Service: `kubectl apply` it"
    ):
        rules.plan(ResourceSet((service,)), live(baseline()), "bookinfo")
