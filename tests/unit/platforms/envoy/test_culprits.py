"""The object behind a refusal of an Envoy is named, and the field where it can be told."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO, baseline, parse
from platforms.envoy import culprits
from platforms.envoy.translate import Snapshot, routing
from platforms.errors import Rejected
from platforms.istio.resources import ResourceSet, collected

RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: %s}
spec: {hosts: [%s], http: [{headers: {request: {set: {x-a: "%s"}}}, route: [{destination: {host: %s}}]}]}
"""
REASON = "Not supported field in StreamInfo: POD_NAME"
REFUSED = f"the Envoy of reviews-v2 refuses it: {REASON}"


def blamed(*rules: tuple[str, str, str], reason: str = REASON, base: ResourceSet | None = None) -> str:
    """The sentence about rules, each with its name, its host and the value of a header."""
    text = "---".join(RULE % (name, host, value, host) for name, host, value in rules)
    resources = (baseline() if base is None else base).overlaid(collected(parse(text, source="x.yaml")))
    return culprits.blamed("reviews-v2", reason, resources, lambda given: routing(given, BOOKINFO))


def test_one_says_what_is_quoted() -> None:
    """It is named with its field, whatever stands beside it."""
    path = "spec.http[0].headers.request.set.x-a"

    assert f"x.yaml: VirtualService a: {path}: {REFUSED}" == blamed(
        ("a", "ratings", "%POD_NAME%"), ("b", "details", "POD"), ("c", "elsewhere", "POD_NAME")
    )


def test_the_only_one_that_the_proxy_is_sent() -> None:
    """Without a word of it in the reason, what a proxy is sent on its behalf still tells."""
    assert "x.yaml: VirtualService a: the Envoy of reviews-v2 refuses it: why" == blamed(
        ("a", "ratings", "x"), ("c", "elsewhere", "x"), reason="why"
    )


def test_several() -> None:
    """Where it cannot be told, a few are named."""
    rules = (("a", "ratings", "x"), ("b", "details", "x"), ("c", "productpage", "x"), ("d", "reviews", "x"))

    assert (
        "one of x.yaml: VirtualService a, x.yaml: VirtualService b, x.yaml: VirtualService c and 1 more: "
        "the Envoy of reviews-v2 refuses it: why"
    ) == blamed(*rules, reason="why", base=ResourceSet())


def test_none() -> None:
    """The baseline alone is behind it, or what is no object."""
    assert REFUSED == blamed(("c", "elsewhere", "%POD_NAME%"))


def test_of_very_many_those_are_tried_that_are_quoted() -> None:
    """Each costs a translation."""
    asked = []

    def made(resources: ResourceSet) -> Snapshot:
        asked.append(len(resources.resources))
        return routing(resources, BOOKINFO)

    names = [("a", "ratings", "%POD_NAME%"), *((f"b{number}", f"b{number}.example.com", "x") for number in range(40))]
    text = "---".join(RULE % (name, host, value, host) for name, host, value in names)
    told = culprits.blamed("reviews-v2", REASON, collected(parse(text, source="x.yaml")), made)

    assert told.startswith("x.yaml: VirtualService a: spec.http[0]")
    assert 2 == len(asked)


def test_an_object_that_the_others_need() -> None:
    """Without it nothing can be translated: it may be the one."""

    def made(resources: ResourceSet) -> Snapshot:
        if len(resources.resources) < 2:
            raise Rejected("there is one missing")
        return routing(resources, BOOKINFO)

    text = "---".join(RULE % (name, host, "x", host) for name, host in (("a", "ratings"), ("b", "details")))
    resources = collected(parse(text, source="x.yaml"))

    assert culprits.blamed("reviews-v2", "why", resources, made).startswith("one of x.yaml: VirtualService a, x.yaml")
