"""The objects that a trial makes in a cluster."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO
from platforms.kubernetes.calls.pods import GATEWAY, OUTSIDE, documents


def test_they_are_those_of_the_manifests() -> None:
    """In Bookinfo's namespace, whatever it is called, but for the one that has the gateway's identity; with the image given."""
    outside, gateway, policy = documents("shop", "registry.example/productpage:1")

    assert (OUTSIDE, "shop") == (outside["metadata"]["name"], outside["metadata"]["namespace"])
    assert (GATEWAY, BOOKINFO.gateway.namespace) == (gateway["metadata"]["name"], gateway["metadata"]["namespace"])
    assert BOOKINFO.gateway.service_account == gateway["spec"]["template"]["spec"]["serviceAccountName"]
    assert ("NetworkPolicy", "shop") == (policy["kind"], policy["metadata"]["namespace"])
    assert {"registry.example/productpage:1"} == {
        job["spec"]["template"]["spec"]["containers"][0]["image"] for job in (outside, gateway)
    }


def test_they_end_by_themselves() -> None:
    """If whoever made them is killed: each Job has its deadline, and is removed at its end; the pods take no traffic."""
    for job in documents("bookinfo", "image")[:2]:
        assert (600, 0) == (job["spec"]["activeDeadlineSeconds"], job["spec"]["ttlSecondsAfterFinished"])
        assert job["spec"]["template"]["metadata"]["labels"]["app"] not in {one.app for one in BOOKINFO.workloads}
