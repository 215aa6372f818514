"""A field that is null is a field that is not given."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO, baseline, parse
from platforms.envoy.translate import translate
from platforms.errors import DemoError
from platforms.istio.analysis.analyze import analyze
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.schema import crds
from platforms.istio.schema.crds import Schema
from platforms.istio.validation.validate import validated
from tests.parity.recordings import FOLDER, TOPOLOGY, names

CASES = [name for name in names() if name != "_baseline"]
Place = tuple[dict[str, Any], str]
"""Where a field could stand, and its name."""


def own(name: str) -> ResourceSet:
    """The objects of a case, as `apply` reads them."""
    objects = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["objects"]
    return ResourceSet(tuple(parse("\n".join(map(json.dumps, objects)), source="istio/x.yaml")))


def places(resources: ResourceSet) -> Iterator[Place]:
    """Everywhere that an optional field is missing; what is changed there is changed in `resources`."""
    for resource in resources:
        if schema := crds.specs().get(resource.collection):
            yield from _places(resource.spec, schema)
        yield from ((resource.metadata, field) for field in ("labels", "annotations", "creationTimestamp"))
        yield resource.more, "status"


def _places(value: Any, schema: Schema) -> Iterator[Place]:
    if isinstance(value, list):
        for one in value:
            yield from _places(one, schema["items"])
    elif isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        yield from ((value, name) for name in fields if name not in value and name not in schema.get("required", ()))
        for name, one in fields.items():
            yield from _places(value.get(name), one)
    elif isinstance(value, dict):
        yield value, "never-given"
        for one in value.values():
            yield from _places(one, schema["additionalProperties"])


def said(resources: ResourceSet) -> tuple[object, ...]:
    """What `apply` does with them and says of them."""
    try:
        valid = validated(resources)
        laid = lay_over(baseline(), valid, BOOKINFO)
        return (
            translate(laid.resources, BOOKINFO, TOPOLOGY),
            laid.notes,
            analyze(laid.resources, BOOKINFO),
            laid.resources.revision,
        )
    except DemoError as error:
        return type(error), str(error)


def with_nulls(resources: ResourceSet, chosen: list[int] | None = None) -> ResourceSet:
    """A copy with null in every place where a field is missing, or in the chosen ones."""
    made = ResourceSet(
        tuple(
            replace(one, spec=copy.deepcopy(one.spec), metadata=dict(one.metadata), more=dict(one.more))
            for one in resources
        )
    )
    found = list(places(made))
    for number in range(len(found)) if chosen is None else chosen:
        where, name = found[number % len(found)]
        where[name] = None
    return made


def nulls(value: Any) -> int:
    """How many there are in a value."""
    if isinstance(value, dict):
        return sum(map(nulls, value.values()))
    return sum(map(nulls, value)) if isinstance(value, list) else int(value is None)


@pytest.mark.parametrize("name", CASES)
def test_null_in_every_optional_field(name: str) -> None:
    """`apply` says the same as without the fields."""
    resources = own(name)

    assert said(resources) == said(with_nulls(resources))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_null_anywhere(name: str, chosen: list[int]) -> None:
    """One or several, in any mixture of places."""
    resources = own(name)

    assert said(resources) == said(with_nulls(resources, chosen))


@pytest.mark.parametrize("name", CASES)
def test_no_null_travels_on(name: str) -> None:
    """What the overlay, the platform and `analyze` see has none."""
    resources = with_nulls(own(name))
    if isinstance(said(resources)[0], type):
        return  # refused: nothing travels

    assert 0 < sum(nulls(one.spec) for one in resources)
    assert [0] * len(resources.resources) == [nulls(one.document()) for one in validated(resources)]


def test_the_report_of_a_user() -> None:
    """Null as Helm's empty values and Kiali leave it behind, in all the places that it was seen in."""
    given = "exportTo: null, gateways: ~, hosts: [reviews], tcp: "
    route = "{route: [{destination: {host: reviews, subset: v2, port: null}, headers: null}], fault: null, match: null}"
    text = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews, labels: }}
spec: {{{given}, http: [{route}]}}
status:
"""
    (service,) = validated(ResourceSet(tuple(parse(text, source="x.yaml"))))

    assert {
        "hosts": ["reviews"],
        "http": [{"route": [{"destination": {"host": "reviews", "subset": "v2"}}]}],
    } == service.spec
    assert isinstance(service, Resource)
