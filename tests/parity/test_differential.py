"""Random objects, several at a time: ours makes of them what istiod's own code makes."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from platforms.istio.resources import DRY_RUN, Resource, ResourceSet
from tests.parity.comparison import BASE, differences, known
from tests.parity.differential import KINDS
from tests.parity.oracle import PROGRAM, oracle, question

SAMPLE = [asked for kind in KINDS.values() for asked in json.loads(gzip.decompress(kind.recorded.read_bytes()))]


def resource(document: dict[str, Any]) -> Resource:
    metadata = document["metadata"]
    return Resource(
        document["apiVersion"],
        document["kind"],
        metadata["name"],
        document["spec"],
        metadata["namespace"],
        "istio/x.yaml",
        document["created"],
        metadata.get("annotations", {}).get(DRY_RUN),
    )


@pytest.mark.parametrize(
    "number",
    [
        number if number % 3 == 0 else pytest.param(number, marks=pytest.mark.exhaustive)
        for number in range(len(SAMPLE))
    ],
)
def test_a_fixed_sample(number: int) -> None:
    """The answers of istiod's own code to questions made at random, as they were recorded."""
    asked = SAMPLE[number]
    resources = BASE.overlaid(ResourceSet(tuple(map(resource, asked["objects"]))))

    assert [] == [one for one in differences(resources, asked["answer"]) if known(one) is None]


@pytest.mark.skipif(not PROGRAM.exists(), reason="istiod's code is not built here: `make oracle` builds it, with Go")
@pytest.mark.parametrize("about", [*KINDS])
def test_others_each_time(about: str) -> None:
    """Questions that nobody has asked before."""
    with oracle() as ask:

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(KINDS[about].objects)
        def compare(objects: list[Resource]) -> None:
            resources = BASE.overlaid(ResourceSet(tuple(objects)))

            assert [] == [one for one in differences(resources, ask(question(resources))) if known(one) is None]

        compare()
