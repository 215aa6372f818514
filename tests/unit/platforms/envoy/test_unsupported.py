"""Features that are valid for Istio and not translated are refused by their path."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy import unsupported
from platforms.errors import Untranslated
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import reviews

UNREADABLE = r"\p{Letter}"
ROUTE = "route: [{destination: {host: reviews}}]"


def refuse(rule: Resource) -> None:
    unsupported.refuse(ResourceSet((rule,)), BOOKINFO.gateway)


@pytest.mark.parametrize(
    ("path", "http"),
    [
        *((f"match[0].{field}.regex", f"match: [{{{field}: {{regex: '%s'}}}}]") for field in ("uri", "scheme", "method", "authority")),
        *((f"match[0].{fields}.x.regex", f"match: [{{{fields}: {{x: {{regex: '%s'}}}}}}]") for fields in ("headers", "withoutHeaders", "queryParams")),
        ("corsPolicy.allowOrigins[0].regex", "corsPolicy: {allowOrigins: [{regex: '%s'}]}"),
        ("rewrite.uriRegexRewrite.match", "rewrite: {uriRegexRewrite: {match: '%s', rewrite: /}}"),
    ],
)  # fmt: skip
def test_an_expression_that_envoy_cannot_read(path: str, http: str) -> None:
    """Wherever one may stand, and nowhere one that it can read."""
    refuse(reviews(f"[{{{http % '[a-z]+'}, {ROUTE}}}]"))

    with pytest.raises(Untranslated) as refusal:
        refuse(reviews(f"[{{{http % UNREADABLE}, {ROUTE}}}]"))

    assert f"spec.http[0].{path}: {UNREADABLE}: not supported" in str(refusal.value)


def test_any_value() -> None:
    """The regex `*` of a header that must not come stands for any value, and is no expression."""
    refuse(reviews(f"[{{match: [{{withoutHeaders: {{x: {{regex: '*'}}}}}}], {ROUTE}}}]"))
