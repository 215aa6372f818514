"""A State as a document, wherever it is sent or written down."""

from __future__ import annotations

import json
from dataclasses import replace

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.istio.resources import Resource, ResourceSet

STATE = State(baseline(), frozenset({"ratings-v1", "details-v1"}))


def test_a_state_is_read_back_as_it_was() -> None:
    """JSON is all that lies between, and what equality does not look at is there too."""
    aged = State(ResourceSet(tuple(replace(one, created=1234) for one in STATE.resources)), STATE.stopped)
    read_back = State.of(json.loads(json.dumps(aged.document())))

    assert aged == read_back
    assert list(map(_beside, aged.resources)) == list(map(_beside, read_back.resources))


def test_a_policy_that_is_only_tried_is_read_back_as_one() -> None:
    """On its way to whoever puts it in force it must not become one that refuses."""
    (first, *_) = STATE.resources.of_kind("AuthorizationPolicy")
    tried = State(STATE.resources.overlaid(ResourceSet((replace(first, dry_run="true"),))))
    read_back = State.of(json.loads(json.dumps(tried.document())))

    assert tried == read_back
    assert STATE.resources != read_back.resources


def test_the_document_says_which_state_it_is() -> None:
    """A reader compares revisions, and finds the workloads that are stopped in a fixed order."""
    document = STATE.document()

    assert STATE.resources.revision == document["revision"]
    assert ["details-v1", "ratings-v1"] == document["stopped"]


def _beside(resource: Resource) -> tuple[str, int, bool]:
    """What equality does not look at."""
    return (resource.source, resource.created, resource.is_baselines)
