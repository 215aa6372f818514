"""The whole object is checked, not only its spec."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import NAMESPACE, parse
from platforms.errors import DemoError, Rejected, Unsupported
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated

TEXT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews, {metadata}}}
spec: {{hosts: [reviews], http: [{{route: [{{destination: {{host: reviews}}}}]}}]}}
{more}
"""
STRICT = 'x.yaml: VirtualService reviews: VirtualService in version "v1" cannot be handled as a VirtualService: '
INVALID = 'x.yaml: VirtualService reviews: The VirtualService "reviews" is invalid: '
GO = "json: cannot unmarshal {} into Go struct field {} of type {}"


def checked(metadata: str = "", more: str = "") -> Resource:
    """The object as it travels on."""
    (found,) = validated(ResourceSet(tuple(parse(TEXT.format(metadata=metadata, more=more), source="x.yaml"))))
    return found


def refusal(metadata: str = "", more: str = "", kind: type[DemoError] = Rejected) -> str:
    with pytest.raises(kind) as raised:
        checked(metadata, more)
    return str(raised.value)


@pytest.mark.parametrize(
    "metadata",
    [
        "namespace: bookinfo, generateName: a, selfLink: b, uid: c, resourceVersion: '5', generation: 3",
        "creationTimestamp: '2026-08-27T12:00:00Z', deletionTimestamp: 2026-08-27T12:00:00.5+09:00",
        "creationTimestamp: null, annotations: null, ownerReferences: [null], labels: {a: null}, finalizers: []",
        "labels: {app: reviews, example.com/a.b: v1_x, empty: ''}, annotations: {A/b: 'anything at all\\n'}",
        "ownerReferences: [{apiVersion: v1, kind: A, name: a, uid: b, controller: true}], finalizers: [a/b]",
        "managedFields: [{manager: a, operation: Apply, time: '2026-08-27T12:00:00Z', fieldsV1: {'f:spec': {}}}]",
    ],
)
def test_what_a_cluster_takes(metadata: str) -> None:
    """Every field of ObjectMeta, as `kubectl get -o yaml` prints it, and a status; none of it travels on."""
    found = checked(metadata, "status: {conditions: [{type: Reconciled}], observedGeneration: '3'}")

    assert ({}, {}) == (found.metadata, found.more)


@pytest.mark.parametrize(
    ("metadata", "more", "fields"),
    [
        ("label: {a: b}", "timeout: 3s", ["metadata.label", "timeout"]),
        ("z: 1, clusterName: null", "hosts: [a]\nHttp: []", ["metadata.clusterName", "metadata.z", "Http", "hosts"]),
        ("ownerReferences: [{x: 5}], managedFields: [{}, {q: 1}]", "", None),
        ("", "Spec: {}", ["Spec"]),
    ],
)
def test_unknown_fields(metadata: str, more: str, fields: list[str] | None) -> None:
    """Wherever they stand, all at once, in the API server's words and order."""
    named = fields or ["metadata.managedFields[1].q", "metadata.ownerReferences[0].x"]
    listed = ", ".join(f'unknown field "{field}"' for field in named)

    assert f"{STRICT}strict decoding error: {listed}" == refusal(metadata, more)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("labels: {a: 1}", GO.format("number", "ObjectMeta.metadata.labels", "string (metadata.labels.a)")),
        ("labels: {v: 3e0}", GO.format("number", "ObjectMeta.metadata.labels", "string (metadata.labels.v)")),
        ("labels: {a: y}", GO.format("bool", "ObjectMeta.metadata.labels", "string (metadata.labels.a)")),
        ("labels: [a]", GO.format("array", "ObjectMeta.metadata.labels", "map[string]string (metadata.labels)")),
        (
            "annotations: {a: {}}",
            GO.format("object", "ObjectMeta.metadata.annotations", "string (metadata.annotations.a)"),
        ),
        ("generation: 1.5", GO.format("number 1.5", "ObjectMeta.metadata.generation", "int64 (metadata.generation)")),
        ("generation: y", GO.format("bool", "ObjectMeta.metadata.generation", "int64 (metadata.generation)")),
        ("uid: 5", GO.format("number", "ObjectMeta.metadata.uid", "types.UID (metadata.uid)")),
        ("finalizers: a", GO.format("string", "ObjectMeta.metadata.finalizers", "[]string (metadata.finalizers)")),
        ("finalizers: [1]", GO.format("number", "ObjectMeta.metadata.finalizers", "string (metadata.finalizers[0])")),
        (
            "ownerReferences: [{kind: 5}]",
            GO.format(
                "number", "OwnerReference.metadata.ownerReferences.kind", "string (metadata.ownerReferences[0].kind)"
            ),
        ),
        (
            "ownerReferences: {}",
            GO.format(
                "object", "ObjectMeta.metadata.ownerReferences", "[]v1.OwnerReference (metadata.ownerReferences)"
            ),
        ),
        (
            "creationTimestamp: 2026-08-27",
            'parsing time "2026-08-27" as "2006-01-02T15:04:05Z07:00" (metadata.creationTimestamp)',
        ),
    ],
)
def test_values_of_a_wrong_type(metadata: str, message: str) -> None:
    """In the words of Go, by which kubectl and the API server read them, and with the place."""
    assert f"x.yaml: VirtualService reviews: {message}" == refusal(metadata)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("labels: {a: b c}", 'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist'),
        (
            "labels: {a b: c}",
            'metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters',
        ),
        ("labels: {-/b: c}", 'metadata.labels: Invalid value: "-/b": prefix part a lowercase RFC 1123 subdomain'),
        ("labels: {/b: c}", 'metadata.labels: Invalid value: "/b": prefix part must be non-empty'),
        ("labels: {a/b/c: d}", 'metadata.labels: Invalid value: "a/b/c": a qualified name must consist'),
        (f"labels: {{a: {'b' * 64}}}", f'metadata.labels: Invalid value: "{"b" * 64}": must be no more than 63'),
        ("annotations: {a b: c}", 'metadata.annotations: Invalid value: "a b": name part must consist'),
        (f"annotations: {{a: {'b' * 262144}}}", "metadata.annotations: Too long: may not be more than 262144 bytes"),
    ],
)
def test_values_that_are_invalid(metadata: str, message: str) -> None:
    """Labels and names of annotations are those of Kubernetes."""
    assert refusal(metadata).startswith(f"{INVALID}{message}")


def test_a_status_is_an_object() -> None:
    """Its content is its controller's business."""
    assert f'{INVALID}status: Invalid value: "integer": status in body must be of type object: "integer"' == refusal(
        more="status: 5"
    )


def test_a_kind_of_somebody_else_is_named() -> None:
    """By its kind, not only by its version."""
    policy = Resource("kyverno.io/v1", "Policy", "x", {}, NAMESPACE, source="x.yaml")
    with pytest.raises(Unsupported) as raised:
        validated(ResourceSet((policy,)))

    assert (
        "x.yaml: Policy x: kind Policy (kyverno.io/v1) is not supported: "
        "Istio's own objects and the Gateway API's are, and no others"
    ) == str(raised.value)


@pytest.mark.parametrize("spec", [{"a": None, "b": {"c": None, "d": 1.0}}, {"b": {"d": 1}}])
def test_nulls_of_kinds_that_are_not_translated_go_as_well(spec: dict[str, Any]) -> None:
    """Objects that travel on have none."""
    telemetry = Resource("telemetry.istio.io/v1", "Telemetry", "x", spec, NAMESPACE)

    assert {"b": {"d": 1}} == validated(ResourceSet((telemetry,))).resources[0].spec
