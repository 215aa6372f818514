"""Hints: one sentence each on what Istio does and its author did not mean, and none on what is fine."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load, parse
from platforms.istio.analysis.hints import hints
from platforms.istio.overlay import lay_over
from platforms.istio.resources import ResourceSet, collected

VIRTUAL_SERVICE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine%s}
spec: {hosts: [%s], http: [{%s}]}
"""
HASH = """
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: mine}
spec: {host: reviews, %s}
"""
BY_USER = "loadBalancer: {consistentHash: {httpHeaderName: end-user}}"
SUBSETS = "subsets: [{name: v1, labels: {version: v1}%s}, {name: v2, labels: {version: v2}}]"
ROUTE = "route: [{destination: {host: reviews}}]"
SPLIT = "route: [{destination: {host: reviews, subset: v1}, weight: 90}, {destination: {host: reviews, subset: v2}, weight: %d}]"


def said(text: str) -> list[str]:
    own = collected(parse(text, source="x.yaml"))
    return list(hints(lay_over(baseline(), own, BOOKINFO).resources, BOOKINFO))


def ruled(http: str, *, host: str = "reviews", namespace: str = "") -> str:
    return VIRTUAL_SERVICE % (f", namespace: {namespace}" if namespace else "", host, http)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            ruled(ROUTE, namespace="default"),
            (
                "host reviews is no Service of namespace default: it is one of namespace bookinfo; leave "
                "metadata.namespace out, or say reviews.bookinfo.svc.cluster.local"
            ),
        ),
        (
            ruled(f"fault: {{abort: {{httpStatus: 500}}}}, timeout: 1s, retries: {{attempts: 2}}, {ROUTE}"),
            "spec.http[0]: the fault is injected before the call is made, so timeout and retries beside it cannot act on it",
        ),
        (
            ruled(f"match: [{{uri: {{prefix: /reviews/*}}}}], {ROUTE}"),
            "spec.http[0]: uri prefix /reviews/*: its * is a plain character; a prefix matches whatever begins with it anyway",
        ),
        (
            ruled(f"match: [{{headers: {{end-user: {{exact: 김a}}}}}}], {ROUTE}"),
            "spec.http[0]: header end-user: 김a never comes as it is: what is not ASCII travels percent-encoded, %EA%B9%80a",
        ),
        *(
            (
                ruled(SPLIT % 10) + HASH % rule,
                (
                    "spec.http[0]: its weights are drawn for every request, before the hash of the DestinationRule for "
                    "reviews.bookinfo.svc.cluster.local: nobody stays on one version"
                ),
            )
            for rule in (
                f"trafficPolicy: {{{BY_USER}}}, {SUBSETS % ''}",
                SUBSETS % f", trafficPolicy: {{{BY_USER}}}",
            )
        ),
    ],
)
def test_what_is_likely_not_meant_is_said(text: str, hint: str) -> None:
    """Once, with the object and the place."""
    assert [f"x.yaml: VirtualService mine: {hint}"] == said(text)


@pytest.mark.parametrize(
    "text",
    [
        ruled(ROUTE),
        ruled(ROUTE, host="reviews.bookinfo.svc.cluster.local", namespace="default"),
        ruled(ROUTE, host="shop.example.com", namespace="default"),
        ruled(f"fault: {{abort: {{httpStatus: 500}}}}, {ROUTE}"),
        ruled(f"timeout: 1s, {ROUTE}"),
        ruled(f"match: [{{uri: {{exact: /reviews/*}}, headers: {{end-user: {{exact: kim}}}}}}], {ROUTE}"),
        ruled(SPLIT % 0) + HASH % f"trafficPolicy: {{{BY_USER}}}, {SUBSETS % ''}",
        ruled(SPLIT % 10),
    ],
)
def test_what_is_meant_is_not(text: str) -> None:
    """A hint that is often wrong is not read."""
    assert [] == said(text)


@pytest.mark.parametrize("rules", sorted(ISTIO.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_episodes_are_meant(rules: object) -> None:
    """As is the baseline."""
    laid = lay_over(baseline(), load(str(rules)), BOOKINFO)

    assert [] == list(hints(laid.resources, BOOKINFO)) == list(hints(ResourceSet(), BOOKINFO))


def test_a_redirect_to_https() -> None:
    """It leads where nobody answers, unless a server speaks HTTPS; a Gateway of somebody else's leads nowhere."""
    gateway = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: mine}
spec:
  selector: {istio: %s}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com, "*"], tls: {httpsRedirect: true}}]
"""

    (told,) = said(gateway % "ingressgateway")

    assert "spec.servers[0].tls.httpsRedirect: whoever asks for a.example.com, * is sent to https (301), where" in told
    assert [] == said(gateway % "other")
    https = (
        ", {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: a}}]"
    )
    assert [] == said(gateway.replace("}]\n", "}" + https + "\n") % "ingressgateway")
