"""AuthorizationPolicies that Istio's webhook or the API server refuses."""

from __future__ import annotations

import pytest

from platforms.istio.resources import ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import INVALID, access, refusal

NEVER = (
    "action without `rules` is meaningless as it will never be triggered, "
    "add an empty rule `{}` if you want it be triggered for every request"
)
TARGETS = (
    "targetRef must be to one of [core/v1/Service networking.istio.io/v1/ServiceEntry "
    "gateway.networking.k8s.io/v1/Gateway gateway.networking.k8s.io/v1/GatewayClass] but was"
)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{action: DENY}", f"DENY {NEVER}"),
        ("{action: DENY, rules: []}", f"DENY {NEVER}"),
        ("{action: CUSTOM}", f"CUSTOM {NEVER}"),
        ("{action: CUSTOM, rules: [{}]}", "`provider.name` must not be empty"),
        ("{provider: {name: x}, rules: [{}]}", "`provider` must not be with non CUSTOM action, found ALLOW"),
        ("{targetRef: {kind: Gateway, name: x}}", f"{TARGETS} /Gateway"),
        ("{targetRefs: [{kind: Service, name: x, group: a}]}", f"{TARGETS} a/Service"),
        ("{rules: [{}, {from: [{}]}]}", "`from.source` must not be nil, found at rule 1"),
        ("{rules: [{from: [{source: {}}]}]}", "`from.source` must not be empty, found at rule 0"),
        ("{rules: [{from: [{source: {principals: []}}]}]}", "`from.source` must not be empty, found at rule 0"),
        ("{rules: [{to: [{}]}]}", "`to.operation` must not be nil, found at rule 0"),
        ("{rules: [{to: [{operation: {notPaths: []}}]}]}", "`to.operation` must not be empty, found at rule 0"),
        ("{rules: [{from: [{source: {notPrincipals: ['']}}]}]}", "empty value not allowed, found in NotPrincipals"),
        ("{rules: [{from: [{source: {notIpBlocks: [x]}}]}]}", "bad IP address (x)"),
        ("{rules: [{from: [{source: {remoteIpBlocks: [x]}}]}]}", "bad IP address (x)"),
        (
            "{rules: [{to: [{operation: {notPorts: [x]}}]}]}",
            'bad port (x): strconv.ParseUint: parsing "x": invalid syntax',
        ),
        ("{rules: [{to: [{operation: {methods: ['']}}]}]}", "empty value not allowed, found in Methods"),
        (
            "{rules: [{to: [{operation: {notPaths: ['/{a}']}}]}]}",
            "invalid or unsupported path {a}, found in NotPaths. Contains '{' or '}' beyond a supported path template",
        ),
        ("{rules: [{when: [{key: ''}]}]}", "`key` must not be empty"),
        (
            "{rules: [{when: [{key: source.ip}]}]}",
            "at least one of `values` or `notValues` must be set for key source.ip",
        ),
        (
            "{rules: [{when: [{key: source.ip, notValues: [x, y]}]}]}",
            "invalid `notValue` for `key` source.ip: bad IP address (x), bad IP address (y)",
        ),
    ],
)
def test_the_webhook(spec: str, message: str) -> None:
    """In its words, which name the policy."""
    assert f"{INVALID}invalid policy x.bookinfo: {message}" == refusal(access(spec))


def test_custom_rules() -> None:
    """Of every field that CUSTOM does not have."""
    spec = "{action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {notNamespaces: [a]}}], when: [{key: source.principal, values: [a]}]}]}"
    said = refusal(access(spec))

    assert "From.NotNamespaces is currently not supported with CUSTOM action" in said
    assert "source.principal is currently not supported with CUSTOM action" in said


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "{selector: {}, targetRefs: []}",
            'spec: Invalid value: "object": only one of targetRefs or selector can be set',
        ),
        (
            "{action: deny}",
            'spec.action: Unsupported value: "deny": supported values: "ALLOW", "DENY", "AUDIT", "CUSTOM"',
        ),
        ("{selector: {matchLabels: {a: 'b*'}}}", "wildcard not allowed in label value match"),
        (
            "{rules: [{from: [{source: {serviceAccounts: [a], namespaces: []}}]}]}",
            "Cannot set serviceAccounts with namespaces or principals",
        ),
        ("{targetRef: {kind: '', name: x}}", "spec.targetRef.kind in body should be at least 1 chars long"),
        ("{targetRef: {kind: A, name: x, group: B}}", "spec.targetRef.group in body should match '^$|"),
        ("{targetRef: {kind: A, name: x, namespace: y}}", "cross namespace referencing is not currently supported"),
    ],
)
def test_the_api_server(spec: str, message: str) -> None:
    """It is asked before the webhook."""
    said = refusal(access(spec))

    assert 'The AuthorizationPolicy "x" is invalid: ' in said
    assert message in said


@pytest.mark.parametrize(
    "spec",
    [
        {},
        "{action: ALLOW, rules: []}",
        "{rules: [{from: [], to: [], when: []}]}",
        "{selector: {}}",
        "{action: AUDIT}",
        "{action: CUSTOM, provider: {name: x}, rules: [{}]}",
        "{targetRef: {kind: Service, name: x}}",
        "{rules: [{from: [{source: {serviceAccounts: [a]}}], to: [{operation: {ports: ['080']}}]}]}",
    ],
)
def test_what_istio_takes(spec: str) -> None:
    """A policy without anything, and with nothing at any place."""
    one = access(spec)

    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]


@pytest.mark.parametrize(
    ("action", "value", "message"),
    [
        ("ALLOW", "yes", 'bookinfo/x has annotation istio.io/dry-run with invalid value (yes): strconv.ParseBool: parsing "yes": invalid syntax'),
        ("DENY", "", 'bookinfo/x has annotation istio.io/dry-run with invalid value (): strconv.ParseBool: parsing "": invalid syntax'),
        ("AUDIT", "true", "the annotation istio.io/dry-run currently only supports action ALLOW/DENY, found action AUDIT in bookinfo/x"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried(action: str, value: str, message: str) -> None:
    """The annotation is looked at before anything else."""
    assert f"{INVALID}{message}" == refusal(access({"action": action, "rules": [{"to": [{}]}]}, dry_run=value))


def test_the_annotation_of_another_kind() -> None:
    """Only an AuthorizationPolicy can be tried."""
    message = "bookinfo/x has unsupported annotation istio.io/dry-run, please remove the annotation"

    assert f"{INVALID}{message}" == refusal(access({}, kind="PeerAuthentication", dry_run="true"))
