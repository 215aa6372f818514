"""The policies of the baseline allow the arrows of the picture, for callers that the manifests know."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from platforms.bookinfo import BOOKINFO, ISTIO, baseline
from platforms.environment import ROOT
from platforms.istio.resources import Resource
from tests.kustomize import render

GATEWAY = "istio-system/istio-ingressgateway-service-account"
ACCOUNTS = {
    f"{one['metadata']['namespace']}/{one['metadata']['name']}"
    for one in render(ROOT / "manifests" / "base")
    if one["kind"] == "ServiceAccount"
}
ALLOWING = [one for one in baseline().of_kind("AuthorizationPolicy") if one.spec]
FILES = sorted(path for path in ISTIO.rglob("*.yaml") if path.parent.name != "as-on-slide")


def callers(policy: Resource) -> list[str]:
    """The service accounts that a policy names, with their namespaces."""
    principals = [one for rule in policy.spec["rules"] for of in rule["from"] for one in of["source"]["principals"]]
    return [re.sub(r"^cluster\.local/ns/(.+)/sa/(.+)$", r"\1/\2", principal) for principal in principals]


def test_nobody_is_heard_without_mutual_tls() -> None:
    """Every workload of the namespace wants mutual TLS."""
    (only,) = baseline().of_kind("PeerAuthentication")

    assert {"mtls": {"mode": "STRICT"}} == only.spec


def test_what_no_policy_allows_is_refused() -> None:
    """One policy covers all workloads and allows nothing."""
    assert ["allow-nothing"] == [one.name for one in baseline().of_kind("AuthorizationPolicy") if not one.spec]


def test_callers_exist() -> None:
    """Every caller that is named is a service account of the manifests, or the gateway's."""
    assert {GATEWAY, "bookinfo/bookinfo-productpage", "bookinfo/bookinfo-reviews"} == {
        caller for policy in ALLOWING for caller in callers(policy)
    }
    assert ACCOUNTS > {"bookinfo/bookinfo-productpage", "bookinfo/bookinfo-reviews"}


def test_names() -> None:
    """A policy is called for its arrow."""
    short = {GATEWAY: "gateway", **{f"bookinfo/bookinfo-{app}": app for app in BOOKINFO.services}}

    assert [one.name for one in ALLOWING] == [
        f"{' '.join(short[caller] for caller in callers(one))}-to-{one.spec['selector']['matchLabels']['app']}"
        for one in ALLOWING
    ]


def test_arrows() -> None:
    """There is one policy for every arrow of the picture, and one for productpage's API."""
    assert [
        "gateway-to-productpage",
        "productpage-to-details",
        "productpage-to-ratings",
        "productpage-to-reviews",
        "reviews-to-ratings",
    ] == sorted(one.name for one in ALLOWING)


def test_what_an_arrow_may_ask() -> None:
    """Each policy names methods and paths, and no more than these."""
    assert {
        "gateway-to-productpage": {
            "GET HEAD /productpage /static/* /login /logout /api/v1/products /api/v1/products/*",
            "POST /login",
        },
        "productpage-to-details": {"GET /details/*"},
        "productpage-to-ratings": {"GET /ratings/*"},
        "productpage-to-reviews": {"GET /reviews/*"},
        "reviews-to-ratings": {"GET /ratings/*"},
    } == {
        one.name: {
            " ".join(to["operation"]["methods"] + to["operation"]["paths"])
            for rule in one.spec["rules"]
            for to in rule["to"]
        }
        for one in ALLOWING
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labels(path: Path) -> None:
    """Every object says that it is a part of Bookinfo."""
    documents = list(yaml.safe_load_all(path.read_text()))
    labels = Counter(str(one["metadata"].get("labels")) for one in documents)

    assert {"{'app.kubernetes.io/part-of': 'bookinfo'}": len(documents)} == labels
